import type { SkillDeps } from '../../chat/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import { embedSoon } from '../../vectors/index.ts';
import type { Settings } from './config.ts';
import { EXTRACT_JOB } from './extract/job.ts';
import { unseen } from './extract/store.ts';
import { purge } from './store.ts';

export const UPKEEP_JOB = 'memory.upkeep';
const KEPT_MS = 30 * 86_400_000;

/** Deletes for good what was forgotten 30 days ago, and has done what a process that died did not see to. */
export function upkeepJob({ database, world, jobs, models, config, embedders }: SkillDeps<Settings>): JobHandler {
  return {
    kind: UPKEEP_JOB,
    async run() {
      const now = world.clock.now();
      await purge(database, new Date(now.getTime() - KEPT_MS));
      const left = models.available ? await unseen(database, new Date(now.getTime() - config.rest)) : [];
      await database.tx('memory.upkeep', async (tx) => {
        if (embedders.embedder) await embedSoon(jobs, tx, 'memory', now);
        for (const { conversationId, personId } of left) {
          const job = { kind: EXTRACT_JOB, payload: { conversationId, personId } };
          await jobs.enqueue(tx, job, { at: now, key: conversationId });
        }
      });
    },
  };
}
