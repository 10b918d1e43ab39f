import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import type { JobHandler } from '../queue/index.ts';
import type { Schedule } from '../schedules/index.ts';
import * as store from './store.ts';

const DAY_MS = 86_400_000;
/** Small, so that what people wait for never waits long behind it. */
const BATCH = 500;

/** When it runs: in the night of the zone, away from the full hour. */
export const retentionSchedule = (zone: string): Schedule => ({
  name: 'retention',
  kind: 'retention',
  payload: {},
  rule: '23 3 * * *',
  zone,
  missed: 'latest',
});

/** Deletes what ended more than `days` ago, in small batches, room by room. */
export function retention(deps: {
  database: Database;
  world: World;
  days: number;
  prunings: readonly store.Pruning[];
}): JobHandler {
  const { database, world, days } = deps;
  return {
    kind: 'retention',
    async run(_, signal) {
      const before = new Date(world.clock.now().getTime() - days * DAY_MS);
      const gone: Record<string, number> = {};
      for (const pruning of [...store.prunings, ...deps.prunings]) {
        let count = BATCH;
        while (count === BATCH && !signal.aborted) {
          count = await store.prune(database, pruning, before, BATCH);
          gone[pruning.name] = (gone[pruning.name] ?? 0) + count;
        }
      }
      world.log.info({ before, gone }, 'old rows deleted');
    },
  };
}
