/** Keeps what went well as examples, by score and without a model. */
import { DAY_MS } from '../../../base/clock.ts';
import { oneLine } from '../../../base/text.ts';
import type { Deps } from '../part.ts';
import * as store from './store.ts';

/** A month and some days: a harvest that was missed is made up for. */
const SEEN_MS = 40 * DAY_MS;
/** Examples live so long. */
const KEPT_MS = 180 * DAY_MS;
/** One harvest keeps at most so many. */
const MOST_AT_ONCE = 200;
/** And a person has at most so many in a space. */
export const MOST_OF_ONE = 40;
const LONGEST_REQUEST = 240;
const MOST_STEPS = 6;
const MOST_FIELDS = 8;

/** Harvests once; returns how many examples are new. */
export async function harvest({ database, world, config }: Deps): Promise<number> {
  const now = world.clock.now();
  const turns = await store.goodTurns(database, {
    since: new Date(now.getTime() - SEEN_MS),
    minScore: config.few_shot_min_score,
    minCalls: config.few_shot_min_tool_calls,
    limit: MOST_AT_ONCE,
  });
  return database.tx('improvement.harvest', async (tx) => {
    let count = 0;
    for (const turn of turns) {
      const steps = stepsOf(turn);
      const request = oneLine(turn.request, LONGEST_REQUEST);
      if (request === '' || steps.length < Math.max(1, config.few_shot_min_tool_calls)) continue;
      if (await store.insert(tx, { ...turn, request }, steps, now)) count++;
    }
    await store.prune(tx, new Date(now.getTime() - KEPT_MS), MOST_OF_ONE);
    return count;
  });
}

function stepsOf({ calls }: store.GoodTurn): store.PatternStep[] {
  return calls.slice(0, MOST_STEPS).map(({ name, input }) => ({
    tool: name,
    fields: typeof input === 'object' && input !== null ? Object.keys(input).slice(0, MOST_FIELDS) : [],
  }));
}
