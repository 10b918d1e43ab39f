/** Turns as they were recorded, reduced to their calls. Pure. */
import type { Instant } from '../../../base/clock.ts';
import { canonicalJson } from '../../../base/json.ts';

/** A step of a turn, without the words of its results. */
export type TurnStep =
  | { kind: 'model'; calls: { id: string; name: string; input?: unknown }[] }
  | { kind: 'result'; callId: string; ok: boolean; code?: string | null; asks?: boolean | null; undo?: unknown }
  | { kind: 'steered' };

/** A turn of a direct conversation, in the order in which they ended. */
export interface RecordedTurn {
  id: string;
  personId: string;
  conversationId: string;
  state: 'answered' | 'failed' | 'cancelled';
  /** Untrusted text went into it. */
  tainted: boolean;
  startedAt: Instant;
  finishedAt: Instant;
  steps: readonly TurnStep[];
}

/** A call with what came of it. */
export interface Made {
  tool: string;
  input: Readonly<Record<string, unknown>>;
  ok: boolean;
  code: string | undefined;
  /** It failed with a question. */
  asks: boolean;
  /** The call that takes it back, as canonical JSON. */
  undo: string | undefined;
  /** Times that the person had added to or edited their message by then. */
  part: number;
}

/** A turn and its calls. */
export interface PlayedTurn extends RecordedTurn {
  calls: readonly Made[];
  /** The skills that were loaded, in order. */
  skills: readonly string[];
}

const LOADING = new Set(['skill_activate', 'skill_delegate', 'skill_run']);
/** They say nothing about how something is done. */
const BESIDE = new Set([...LOADING, 'skill_search', 'skill_list', 'skill_resource', 'undo']);

/** True if the call is about the work itself, not about finding a way. */
export const isWork = ({ tool }: Pick<Made, 'tool'>): boolean => !BESIDE.has(tool);

/** The calls of a turn. */
export function played(turn: RecordedTurn): PlayedTurn {
  const asked = new Map<string, { name: string; input?: unknown }>();
  const calls: Made[] = [];
  let part = 0;
  for (const step of turn.steps) {
    if (step.kind === 'steered') part++;
    else if (step.kind === 'model') for (const call of step.calls) asked.set(call.id, call);
    else calls.push(...madeOf(step, asked.get(step.callId), part));
  }
  const skills = calls.flatMap(({ tool, ok, input }) =>
    ok && LOADING.has(tool) && typeof input.name === 'string' ? [input.name] : [],
  );
  return { ...turn, calls, skills: [...new Set(skills)] };
}

function madeOf(
  step: Extract<TurnStep, { kind: 'result' }>,
  call: { name: string; input?: unknown } | undefined,
  part: number,
): Made[] {
  if (!call) return [];
  const { input } = call;
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return [
    {
      tool: call.name,
      input: isObject ? (input as Record<string, unknown>) : {},
      ok: step.ok,
      code: step.code ?? undefined,
      asks: step.asks === true,
      undo: undoOf(step.undo),
      part,
    },
  ];
}

/** A call that takes something back, in a form that can be compared. */
export function undoOf(call: unknown): string | undefined {
  if (typeof call !== 'object' || call === null || !('tool' in call)) return undefined;
  const { tool, input } = call as { tool: unknown; input?: unknown };
  return canonicalJson({ tool, input: input ?? {} });
}

/** The turn was answered, and its last call went well. */
export function endedWell({ state, calls }: Pick<PlayedTurn, 'state' | 'calls'>): boolean {
  return state === 'answered' && calls.findLast(isWork)?.ok !== false;
}
