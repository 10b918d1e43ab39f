/** Runs of skills as background jobs: `coda jobs enqueue skill` and `coda schedule`. */
import { z } from 'zod';
import type { Delivery } from '../../delivery/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import { ownerItem } from '../credentials.ts';

export const SKILL_JOB = 'skill';

const payload = z.object({ skill: z.string().min(1).max(200), payload: z.unknown().optional() });

/** Begins the run in the owner's conversation at the terminal, its payload as text, once for each job: from there on it is a turn like any other. */
export function skillJob({ database, delivery }: { database: Database; delivery: Delivery }): JobHandler {
  return {
    kind: SKILL_JOB,
    async run({ id, payload: told }) {
      const { skill, payload: given } = payload.parse(told);
      const { person, conversation } = await ownerItem({ delivery });
      const text =
        typeof given === 'string' ? given : given === null || given === undefined ? '' : JSON.stringify(given);
      // The run is known by the id of its job: `coda skills pipeline --resume ID`.
      const planned = `/pipeline ${JSON.stringify({ steps: [skill], payload: text, run: id })}`;
      const turn = { personId: person.id, conversationId: conversation.id, text: planned, planned, files: [] };
      await database.tx('skills.job', async (tx) => {
        await delivery.begin(tx, [{ ...turn, key: `job:${id}`, origin: 'schedule', tainted: false }]);
      });
    },
  };
}
