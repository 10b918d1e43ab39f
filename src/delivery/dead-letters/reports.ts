import { token } from '../../base/ids.ts';
import { type DueSource, takeUnreported } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Outbox } from '../content.ts';
import { ownersDirect } from '../conversations/store.ts';
import type { Item } from '../item.ts';
import * as texts from '../texts.ts';
import * as store from './store.ts';

const MOST_SHOWN = 5;

/**
 * Tells a person, where they speak next, that something could not be delivered; its text only where nobody else reads
 * it.
 */
export async function tellUndelivered(database: Database, outbox: Outbox, item: Item): Promise<void> {
  const { person, conversation } = item;
  await database.tx('inbox.undelivered', async (tx) => {
    const letters = await store.takeUndelivered(tx, person.id);
    if (letters.length === 0) return;
    const shown = conversation.place.kind === 'dm' ? letters.slice(0, MOST_SHOWN) : [];
    const text = texts.undelivered(letters.length, shown);
    const card = { kind: 'notice' as const, text };
    const tainted = shown.some((letter) => letter.tainted);
    // Told once by being taken. A turn that was parked tells of what has failed since, too: the row is no key.
    const key = `undelivered:${item.id}:${token()}`;
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
        const [first] = jobs;
        if (!first) return 0;
        const card = { kind: 'notice' as const, text: texts.jobsGaveUp(jobs) };
        // Words of services stand in errors.
        const owners = await ownersDirect(tx);
        // The time as well: a job that is run again may give up again.
        const once = `${first.id}:${first.finished_at.getTime()}`;
        const said = owners.map((owner) => ({
          key: `dead-job:${once}:${owner.personId}`,
          ...owner,
          card,
          tainted: true,
        }));
        await outbox.addAll(tx, said);
        return jobs.length;
      }),
  };
}
