import { type DueSource, takeUntold } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Outbox } from '../content.ts';
import { ownersDirect } from '../conversations/store.ts';
import * as texts from '../texts.ts';
import * as store from './store.ts';

/** Tells every owner who can be reached directly of background jobs that have given up, once. */
export function deadJobSource({ database, outbox }: { database: Database; outbox: Outbox }): DueSource {
  return {
    name: 'dead jobs',
    earliest: store.UNTOLD_JOBS,
    fire: () =>
      database.tx('jobs.tell', async (tx) => {
        const jobs = await takeUntold(tx);
        const [newest] = jobs;
        if (!newest) return 0;
        const card = { kind: 'notice' as const, text: texts.jobsGaveUp(jobs) };
        // Words of services stand in errors.
        const owners = await ownersDirect(tx);
        const said = owners.map((owner) => ({
          key: `dead-job:${newest.id}:${owner.personId}`,
          ...owner,
          card,
          tainted: true,
        }));
        await outbox.addAll(tx, said);
        return jobs.length;
      }),
  };
}
