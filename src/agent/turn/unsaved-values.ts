/** Values of calls that are stored nowhere (`record.unstored` of a tool): what stands in their place, and where they wait. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Cancel, Clock } from '../../base/clock.ts';
import { canonicalJson } from '../../base/json.ts';
import type { ModelToolCall } from '../inference/model.ts';
import * as texts from '../texts.ts';
import type { Tool } from '../tools/tool.ts';
import type { Turn } from './turn.ts';

/** Stands in a stored call for a value. A model that repeats it is told that it is none. */
const MARK = '[not stored]';

type SensitiveTool = Pick<Tool, 'record' | 'input'>;

/** The call as it may be stored. An input that has not its tool's form may hold the value anywhere. */
export function storable(call: ModelToolCall, tool: SensitiveTool | undefined): ModelToolCall {
  if (!hasUnstored(tool)) return call;
  return { ...call, input: withoutValues(call.input, tool, () => MARK) };
}

export function withoutValues(input: unknown, tool: SensitiveTool, instead: (value: unknown) => string): unknown {
  if (!hasUnstored(tool)) return input;
  const checked = tool.input.safeParse(input);
  if (!checked.success || !isFields(input)) return instead(input);
  // A field that the schema drops is none of the tool's: a value may have come under another name.
  const storedKeys = Object.keys(checked.data as object).filter((key) => !tool.record.unstored.includes(key));
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, storedKeys.includes(key) ? value : instead(value)]),
  );
}

export const shownValue = (value: unknown): string => texts.unshown(typeof value === 'string' ? value.length : 0);

/** True if the call was stored, and its values have gone with the process that held them. */
export function isGone({ input }: ModelToolCall, tool: SensitiveTool | undefined): boolean {
  if (!hasUnstored(tool)) return false;
  return input === MARK || (isFields(input) && Object.values(input).includes(MARK));
}

/**
 * Binding of the call's approval besides its stored arguments: its tool's binding, and its values, by a key that is
 * stored nowhere either. A plain hash would let a reader of the database try values.
 */
export function bindingOf(turn: Turn, call: ModelToolCall, tool: SensitiveTool | undefined): string | undefined {
  const binding = turn.bound.get(call.id)?.hash;
  if (!hasUnstored(tool)) return binding;
  const key = turn.keys.get(call.id) ?? randomBytes(32).toString('hex');
  turn.keys.set(call.id, key);
  return createHmac('sha256', key)
    .update(canonicalJson([call.input, binding ?? null]))
    .digest('hex');
}

const MOST_TURNS = 200;
const HELD_MS = 30 * 60_000;

interface HeldCall {
  call: ModelToolCall;
  key: string | undefined;
}

interface HeldTurn {
  calls: ReadonlyMap<string, HeldCall>;
  cancel: Cancel;
}

/** Calls of parked turns with their values: in this process alone, for half an hour, of so many turns. */
export class HeldValues {
  private readonly clock: Clock;
  private readonly tools: (name: string) => SensitiveTool | undefined;
  private readonly turns = new Map<string, HeldTurn>();

  constructor(clock: Clock, tools: (name: string) => SensitiveTool | undefined) {
    this.clock = clock;
    this.tools = tools;
  }

  hold(turn: Turn): void {
    const open = turn.allTurns().flatMap((each) =>
      each.openCalls().flatMap(({ call }): [string, HeldCall][] => {
        if (!hasUnstored(this.tools(call.name))) return [];
        return [[keyOf(each, call), { call, key: each.keys.get(call.id) }]];
      }),
    );
    this.drop(turn.id);
    if (open.length === 0) return;
    const [oldest] = this.turns.keys();
    if (oldest !== undefined && this.turns.size >= MOST_TURNS) this.drop(oldest);
    const until = new Date(this.clock.now().getTime() + HELD_MS);
    const cancel = this.clock.at(until, () => this.drop(turn.id));
    this.turns.set(turn.id, { calls: new Map(open), cancel });
  }

  restore(turn: Turn): void {
    const calls = this.drop(turn.id)?.calls;
    if (!calls) return;
    for (const each of turn.allTurns()) {
      for (const { step } of each.steps) {
        if (step.kind !== 'model') continue;
        step.payload.calls = step.payload.calls.map((call) => {
          const heldCall = calls.get(keyOf(each, call));
          if (heldCall?.key !== undefined) each.keys.set(call.id, heldCall.key);
          return heldCall?.call ?? call;
        });
      }
    }
  }

  private drop(id: string): HeldTurn | undefined {
    const heldTurn = this.turns.get(id);
    heldTurn?.cancel();
    this.turns.delete(id);
    return heldTurn;
  }
}

const keyOf = ({ path }: Turn, { id }: ModelToolCall) => JSON.stringify([path, id]);

function hasUnstored<T extends SensitiveTool>(
  tool: T | undefined,
): tool is T & { record: { unstored: readonly string[] } } {
  return (tool?.record?.unstored?.length ?? 0) > 0;
}

const isFields = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input);
