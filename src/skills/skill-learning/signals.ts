/** Signs that a skill would help, read from what was done and never from what was said. Pure. */
import { createHash } from 'node:crypto';
import type { Failed } from '../../agent/index.ts';
import { skillTools } from '../../agent-skills/index.ts';
import type { Instant } from '../../base/clock.ts';
import { canonicalJson } from '../../base/json.ts';

/**
 * `corrected`: the person had it done another way. `mended`: a call failed, and another one did it. `repeated`: the tools of a
 * turn, in their order. `wrong_skill`: the person named the skill that was meant.
 */
export const SIGNAL_KINDS = ['corrected', 'mended', 'repeated', 'wrong_skill'] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];

export interface Signal {
  kind: SignalKind;
  about: string;
  /** Equal for signs of the same lesson. */
  key: string;
  skill: string | null;
  turnId: string;
  beforeId: string | null;
  at: Instant;
}

export interface TakenBack {
  conversationId: string;
  undo: string;
  at: Instant;
}

export interface SkillMeant {
  got: string;
  meant: string;
  turnId: string;
  at: Instant;
}

/** A correction follows soon, or it is another matter. */
const SOON_MS = 10 * 60_000;
/** A correction changes one thing or two. */
const MOST_CHANGED = 2;
const LEAST_STEPS = 3;
/** Codes of calls that a decision or a question stopped: nothing is wrong with the way. */
const DECIDED: ReadonlySet<string> = new Set<Failed['code']>([
  'DENIED',
  'DECLINED',
  'NOT_YOURS',
  'OUTCOME_UNKNOWN',
  'REPEATED',
  'ASKS_FIRST',
  'CANCELLED',
]);

/** The signs in the turns of one conversation, which are in order. Turns with untrusted text in them give none. */
export function signalsIn(turns: readonly PlayedTurn[], reversals: readonly TakenBack[]): Signal[] {
  return turns.flatMap((turn, at) => {
    const before = turns[at - 1];
    if (turn.tainted || !endedWell(turn)) return [];
    return [
      ...corrections(turn, before?.tainted ? undefined : before, reversals),
      ...mendedSignals(turn),
      ...repeatedSignals(turn),
    ];
  });
}

/** The turns that were put right, with untrusted text in them or without: for counting alone. */
export function correctedIn(turns: readonly PlayedTurn[], reversals: readonly TakenBack[]): ReadonlySet<string> {
  const signals = turns.flatMap((turn, at) => (endedWell(turn) ? corrections(turn, turns[at - 1], reversals) : []));
  return new Set(signals.map(({ turnId, beforeId }) => beforeId ?? turnId));
}

/** The way was changed by an edit or a further message, by the next message, or after an undo. */
function corrections(turn: PlayedTurn, before: PlayedTurn | undefined, reversals: readonly TakenBack[]): Signal[] {
  const within = inParts(turn);
  const follows = before?.state === 'answered' && gap(before, turn) <= SOON_MS;
  const after = follows ? followedSignals(before, turn, reversals) : [];
  const keys = new Set<string>();
  return [...within, ...after].filter(({ key }) => !keys.has(key) && keys.add(key));
}

const gap = (before: PlayedTurn, turn: PlayedTurn): number => turn.startedAt.getTime() - before.finishedAt.getTime();

function inParts(turn: PlayedTurn): Signal[] {
  return turn.calls.flatMap((call, at) => {
    const earlier = turn.calls.slice(0, at).findLast((one) => one.part < call.part && one.tool === call.tool);
    const lesson = earlier && isWork(call) && call.ok ? lessonOf(earlier, call) : undefined;
    return lesson === undefined ? [] : [signal('corrected', call.tool, lesson, turn, null)];
  });
}

function followedSignals(before: PlayedTurn, turn: PlayedTurn, reversals: readonly TakenBack[]): Signal[] {
  const [last] = before.calls.filter(isWork).slice(-1);
  const [first] = turn.calls.filter((call) => isWork(call) && call.ok);
  if (!last || !first) return [];
  const skill = before.skills.at(-1) ?? turn.skills.at(-1) ?? null;
  const correctionOf = (about: string, key: string) => [{ ...signal('corrected', about, key, turn, before.id), skill }];
  const isBack = reversals.some(
    ({ undo, conversationId, at }) =>
      undo === last.undo && conversationId === turn.conversationId && at <= turn.finishedAt,
  );
  if (last.tool === first.tool) {
    const lesson = lessonOf(last, first, isBack);
    return lesson === undefined ? [] : correctionOf(first.tool, lesson);
  }
  return isBack ? correctionOf(`${last.tool}, ${first.tool}`, hash(['instead', last.tool, first.tool])) : [];
}

/**
 * The same for the same change of the same tool; undefined where the calls are alike, or are about different things: an undo
 * in between says that they are not.
 */
function lessonOf(wrong: MadeCall, right: MadeCall, isBack = false): string | undefined {
  const fields = [...new Set([...Object.keys(wrong.input), ...Object.keys(right.input)])].sort();
  const changed = fields.filter((field) => canonicalJson(wrong.input[field]) !== canonicalJson(right.input[field]));
  if (changed.length === 0 || changed.length > MOST_CHANGED) return undefined;
  if (changed.length === fields.length && !isBack) return undefined;
  return hash(['changed', right.tool, ...changed.map((field) => [field, right.input[field] ?? null])]);
}

export function changesOf(wrong: MadeCall, right: MadeCall): Record<string, unknown> {
  const fields = Object.entries(right.input);
  return Object.fromEntries(
    fields.filter(([field, value]) => canonicalJson(value) !== canonicalJson(wrong.input[field])),
  );
}

function mendedSignals(turn: PlayedTurn): Signal[] {
  const keys = new Set<string>();
  return turn.calls.flatMap((wrong, at) => {
    const right = isFault(wrong) ? turn.calls.slice(at + 1).find((call) => isWork(call) && call.ok) : undefined;
    if (!right || !isAboutSame(wrong, right)) return [];
    const fields = wrong.tool === right.tool ? Object.keys(changesOf(wrong, right)).sort() : [];
    if (wrong.tool === right.tool && fields.length === 0) return [];
    const key = hash(['mended', wrong.tool, wrong.code, right.tool, ...fields]);
    if (keys.has(key)) return [];
    keys.add(key);
    const about = wrong.tool === right.tool ? right.tool : `${wrong.tool}, ${right.tool}`;
    return [signal('mended', about, key, turn, null)];
  });
}

const isFault = (call: MadeCall): boolean => isWork(call) && !call.ok && !call.asks && !DECIDED.has(call.code ?? '');

/** The same tool, or another one that was given something of the same. */
function isAboutSame(wrong: MadeCall, right: MadeCall): boolean {
  if (wrong.tool === right.tool) return true;
  const values = new Set(Object.values(wrong.input).flatMap(textsIn));
  return Object.values(right.input)
    .flatMap(textsIn)
    .some((value) => values.has(value));
}

const textsIn = (value: unknown): string[] => (typeof value === 'string' && value.length > 1 ? [value] : []);

function repeatedSignals(turn: PlayedTurn): Signal[] {
  if (turn.skills.length > 0) return [];
  const tools = turn.calls.filter((call) => isWork(call) && call.ok).map(({ tool }) => tool);
  const steps = tools.filter((tool, at) => tool !== tools[at - 1]);
  if (steps.length < LEAST_STEPS) return [];
  return [signal('repeated', steps.join(', '), hash(['repeated', ...steps]), turn, null)];
}

export function meantSignal({ got, meant, turnId, at }: SkillMeant): Signal {
  return {
    kind: 'wrong_skill',
    about: meant,
    key: hash(['meant', got, meant]),
    skill: meant,
    turnId,
    beforeId: null,
    at,
  };
}

function signal(kind: SignalKind, about: string, key: string, turn: PlayedTurn, beforeId: string | null): Signal {
  return { kind, about, key, skill: turn.skills.at(-1) ?? null, turnId: turn.id, beforeId, at: turn.finishedAt };
}

function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('hex').slice(0, 32);
}

// Turns as they were recorded, reduced to their calls. Pure.

/** A step of a turn, without the words of its results. */
export type TurnStep =
  | { kind: 'model'; calls: { id: string; name: string; input?: unknown }[] }
  | { kind: 'result'; callId: string; ok: boolean; code?: string | null; asks?: boolean | null; undo?: unknown }
  | { kind: 'steered' };

export interface RecordedTurn {
  id: string;
  personId: string;
  conversationId: string;
  state: 'answered' | 'failed' | 'cancelled';
  tainted: boolean;
  startedAt: Instant;
  finishedAt: Instant;
  steps: readonly TurnStep[];
}

interface MadeCall {
  tool: string;
  input: Readonly<Record<string, unknown>>;
  ok: boolean;
  code: string | undefined;
  /** Failed with a question. */
  asks: boolean;
  /** The call that takes it back, as canonical JSON. */
  undo: string | undefined;
  part: number;
}

export interface PlayedTurn extends RecordedTurn {
  calls: readonly MadeCall[];
  skills: readonly string[];
}

const LOADING: ReadonlySet<string> = new Set(skillTools.loading);
/** Calls that say nothing about how something is done. */
const BESIDE: ReadonlySet<string> = new Set([...LOADING, ...skillTools.finding, 'undo']);

/** True if the call is about the work itself, not about finding a way. */
const isWork = ({ tool }: Pick<MadeCall, 'tool'>): boolean => !BESIDE.has(tool);

export function playedTurn(turn: RecordedTurn): PlayedTurn {
  const asked = new Map<string, { name: string; input?: unknown }>();
  const calls: MadeCall[] = [];
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
): MadeCall[] {
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

export function undoOf(call: unknown): string | undefined {
  if (typeof call !== 'object' || call === null || !('tool' in call)) return undefined;
  const { tool, input } = call as { tool: unknown; input?: unknown };
  return canonicalJson({ tool, input: input ?? {} });
}

export function endedWell({ state, calls }: Pick<PlayedTurn, 'state' | 'calls'>): boolean {
  return state === 'answered' && calls.findLast(isWork)?.ok !== false;
}
