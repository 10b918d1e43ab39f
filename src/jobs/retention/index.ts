import { DAY_MS, type Instant } from '../../base/clock.ts';
import { isStorageAway, messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import { type Database, GRACE_MS, type Transaction } from '../../storage/index.ts';
import type { JobHandler, JobQueue } from '../queue/index.ts';
import * as store from './store.ts';

/** Small, so that what people wait for never waits long behind it. */
const BATCH = 500;

export type CollectFiles = (signal: AbortSignal) => Promise<number>;

export async function applyRule(
  database: Database,
  rule: store.RetentionRule,
  before: Instant,
  signal: AbortSignal,
): Promise<number> {
  let total = 0;
  for (let count = 1; count > 0 && !signal.aborted; total += count) {
    count = await store.prune(database, rule, before, BATCH);
  }
  return total;
}

/**
 * Deletes what ended more than `days` ago, in small batches, room by room; then the files that nothing refers to. A rule
 * that fails holds up no other; the job fails with it when all had their turn.
 */
export function retention(deps: {
  database: Database;
  world: World;
  days: number;
  retentionRules: readonly store.RetentionRule[];
  collect: CollectFiles;
}): JobHandler {
  const { database, world, days } = deps;
  return {
    kind: 'retention',
    does: 'removes what is long done: messages’ records, runs, files that nothing refers to, and temporary conversations',
    async run(_, signal) {
      const now = world.clock.now().getTime();
      const before = new Date(now - days * DAY_MS);
      const countsByRule: Record<string, number> = {};
      const failures: unknown[] = [];
      for (const rule of [...store.retentionRules, ...deps.retentionRules]) {
        const earlier = rule.days !== undefined && rule.days < days ? new Date(now - rule.days * DAY_MS) : before;
        try {
          countsByRule[rule.name] = await applyRule(database, rule, earlier, signal);
        } catch (error) {
          // Each further rule would wait for it in vain.
          if (isStorageAway(error)) throw error;
          failures.push(error);
          world.log.warn({ rule: rule.name, error: messageOf(error) }, 'old rows could not be deleted');
        }
      }
      const files = await deps.collect(signal);
      world.log.info({ before, gone: countsByRule, files }, 'old rows and files deleted');
      if (failures.length > 0) throw failures[0];
    },
  };
}

const FILES = 'files';

export const fileCollection = (collect: CollectFiles): JobHandler => ({
  kind: FILES,
  does: 'removes files that nothing refers to',
  async run(_, signal) {
    await collect(signal);
  },
});

/**
 * After the rows of a person were erased in `tx`: the files that only they referred to are removed, those that were put in
 * the last `GRACE_MS` when they are as old as that.
 */
export async function collectSoon(
  jobs: Pick<JobQueue, 'enqueue'>,
  tx: Transaction,
  personId: string,
  now: Instant,
): Promise<void> {
  const job = { kind: FILES, payload: {} };
  await jobs.enqueue(tx, job, { at: now, key: 'erased' });
  // A millisecond more: a file that was put at this instant is old by then.
  await jobs.enqueue(tx, job, { at: new Date(now.getTime() + GRACE_MS + 1), key: `erased:${personId}` });
}
