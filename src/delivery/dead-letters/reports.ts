import { groupBy } from '../../base/async.ts';
import { token } from '../../base/ids.ts';
import { type DueSource, type JobQueue, jobName, takeUnreported } from '../../jobs/index.ts';
import type { CommitHints, Database, Transaction } from '../../storage/index.ts';
import type { Place } from '../adapter.ts';
import type { Outbox } from '../content.ts';
import { ownersDirect } from '../conversations/store.ts';
import type { Item } from '../item.ts';
import { noticeKey, type ToldNow } from '../outbox/store/results.ts';
import * as texts from '../texts.ts';
import * as store from './store.ts';

export const commitHints: CommitHints = {
  'jobs.tell': ['owners', 'jobs'],
  'outbox.revive': ['owners', 'undelivered'],
  'outbox.discard': ['owners', 'undelivered'],
  'people.meet': ['owners', 'people'],
  'inbox.accept_with': ['all', 'conversations'],
};

const MOST_SHOWN = 5;

/**
 * Tells a person, where they speak next, that something could not be delivered; its text only where nobody else reads
 * it.
 */
export async function tellUndelivered(database: Database, outbox: Outbox, item: Item): Promise<void> {
  const { person, conversation } = item;
  await database.tx('inbox.undelivered', async (tx) => {
    // Told once by being taken. A turn that was parked tells of what has failed since, too: the row is no key.
    const key = noticeKey(`${item.id}:${token()}`);
    const letters = await store.takeUndelivered(tx, person.id, key);
    if (letters.length === 0) return;
    const quoted = letters.filter(({ text }) => text !== '').slice(0, MOST_SHOWN);
    const quotes = conversation.place.kind === 'dm' ? quoted : [];
    const text = texts.undeliveredNotice(letters.length, quotes);
    const card = { kind: 'notice' as const, text };
    const tainted = quotes.some((letter) => letter.tainted);
    await outbox.addAll(tx, [
      { key: key + store.AT_CONTACT, conversationId: conversation.id, personId: person.id, card, tainted },
    ]);
  });
}

/** Tells persons of what a place has refused, in that place: of the parts of one message together. */
export async function tellAtOnce(
  tx: Transaction,
  outbox: Outbox,
  letters: readonly ToldNow[],
  placesOf: (conversationIds: string[]) => Promise<Map<string, Place>>,
): Promise<void> {
  if (letters.length === 0) return;
  const places = await placesOf([...new Set(letters.map((letter) => letter.conversation_id))]);
  const messages = [...groupBy(letters, ({ notice }) => notice)].flatMap(([key, parts]) => {
    const [first] = parts;
    if (!first) return [];
    const { conversation_id: conversationId, person_id: personId, kind } = first;
    const isAlone = places.get(conversationId)?.kind === 'dm';
    const quotes = isAlone ? [{ kind, text: parts.map(({ text }) => text).join(' ') }] : [];
    const card = { kind: 'notice' as const, text: texts.undeliveredNotice(1, quotes) };
    const tainted = isAlone && parts.some((part) => part.tainted);
    return [{ key, conversationId, personId, card, tainted }];
  });
  await outbox.addAll(tx, messages);
}

interface DeadJobDeps {
  database: Database;
  outbox: Outbox;
  jobs: Pick<JobQueue, 'doesOf'>;
}

export function deadJobSource({ database, outbox, jobs: queue }: DeadJobDeps): DueSource {
  return {
    name: 'dead jobs',
    earliest: store.UNTOLD_JOBS,
    fire: () =>
      database.tx('jobs.tell', async (tx) => {
        const jobs = await takeUnreported(tx);
        const [first] = jobs;
        if (!first) return 0;
        const card = {
          kind: 'notice' as const,
          text: texts.jobsGaveUp(
            jobs.map(({ kind, error }) => ({ name: jobName({ kind, does: queue.doesOf(kind) }), error })),
          ),
        };
        // Words of services stand in errors.
        const owners = await ownersDirect(tx);
        // The time as well: a job that is run again may give up again.
        const once = `${first.id}:${first.finished_at.getTime()}`;
        const messages = owners.map((owner) => ({
          key: `dead-job:${once}:${owner.personId}`,
          ...owner,
          card,
          tainted: true,
        }));
        await outbox.addAll(tx, messages);
        return jobs.length;
      }),
  };
}
