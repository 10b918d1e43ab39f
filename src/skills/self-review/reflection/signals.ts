import { DAY_MS, type Instant } from '../../../base/clock.ts';
import { proposalStore } from '../../../proposals/index.ts';
import type { Queryable } from '../../../storage/index.ts';
import { type FailureMode, MODE_NAMES } from '../assessment/modes.ts';
import { inUse } from '../prompt/store.ts';
import * as store from './store.ts';

/** Signals of the record, found in code before any model is asked. */
export interface Signals extends store.ScoreSums {
  days: number;
  modes: readonly { mode: FailureMode; turns: number; tools: readonly string[]; notes: readonly string[] }[];
  models: readonly { model: string; turns: number; mean: number; low: number }[];
  failing: readonly { tool: string; calls: number; failed: number; codes: Record<string, number> }[];
  tools: readonly { tool: string; calls: number }[];
  guidance: string;
  proposed: readonly string[];
}

const DAYS = 30;
const LEAST_TURNS = 2;
const LEAST_FAILURES = 3;
const FAILING_FROM = 0.2;
const MOST_TITLES = 20;

export async function signalsOf(db: Queryable, now: Instant): Promise<Signals> {
  const since = new Date(now.getTime() - DAYS * DAY_MS);
  const rows = await store.modes(db, since, LEAST_TURNS);
  const calls = await store.calls(db, since);
  const { current } = await inUse(db);
  return {
    days: DAYS,
    ...(await store.sums(db, since)),
    modes: MODE_NAMES.flatMap((mode) =>
      rows.filter((each) => each.mode === mode).map((each) => ({ ...each, mode })),
    ).sort((a, b) => b.turns - a.turns),
    models: await store.byModel(db, since),
    failing: calls.filter(({ calls, failed }) => failed >= LEAST_FAILURES && failed / calls >= FAILING_FROM),
    tools: calls.map(({ tool, calls }) => ({ tool, calls })),
    guidance: current?.content ?? '',
    proposed: await proposalStore.listTitles(db, new Date(now.getTime() - 3 * DAYS * DAY_MS), MOST_TITLES),
  };
}

export function isWorthAsking({ modes, failing }: Signals): boolean {
  return modes.length > 0 || failing.length > 0;
}
