import { type DueSource, takeUnreported } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Outbox } from '../content.ts';
import { ownersDirect } from '../conversations/store.ts';
import type { Item } from '../item.ts';
import * as texts from '../texts.ts';
import * as store from './store.ts';
import { takeUndelivered } from './store.ts';

const MOST_SHOWN = 5;

/**
 * Tells a person, where they speak next, that something could not be delivered; its text only where nobody else reads
 * it.
 */
export async function tellUndelivered(database: Database, outbox: Outbox, item: Item): Promise<void> {
  const { person, conversation } = item;
  await database.tx('inbox.undelivered', async (tx) => {
    const letters = await takeUndelivered(tx, person.id);
    if (letters.length === 0) return;
    const shown = conversation.place.kind === 'dm' ? letters.slice(0, MOST_SHOWN) : [];
    const text = texts.undelivered(letters.length, shown);
    const card = { kind: 'notice' as const, text };
    const tainted = shown.some((letter) => letter.tainted);
    const key = `undelivered:${item.id}`;
    await outbox.addAll(tx, [{ key, conversationId: conversation.id, personId: person.id, card, tainted }]);
  });
}

export function deadJobSource({ database, outbox }: { database: Database; outbox: Outbox }): DueSource {
  return {
    name: 'dead jobs',
    earliest: store.UNTOLD_JOBS,
    fire: () =>
      database.tx('jobs.tell', async (tx) => {
        const jobs = await takeUnreported(tx);
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
