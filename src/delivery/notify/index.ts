import { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { faultsOf, inputWords } from '../../base/input.ts';
import type { World } from '../../base/world.ts';
import type { JobHandler, JobQueue } from '../../jobs/index.ts';
import { lockPerson, resolvePeople } from '../../people/index.ts';
import type { Database, Transaction, WritesBesides } from '../../storage/index.ts';
import type { Outbox } from '../content.ts';
import * as conversations from '../conversations/store.ts';
import * as store from './store.ts';

const MOST_CHARACTERS = 8_000;
const MOST_KEY_CHARACTERS = 200;

const notice = z.strictObject({
  to: z.string().trim().min(1).max(200),
  text: z.string().trim().min(1).max(MOST_CHARACTERS),
  key: z.string().min(1).max(MOST_KEY_CHARACTERS).optional(),
  tainted: z.boolean().optional(),
});

/** `to`: a person's id, account (`discord:123`) or name. `key`: with the same one a person is told once. */
export type Notice = z.input<typeof notice>;

export interface NoticeOutcome {
  /** `duplicate`: it was asked for before under this key, and nothing was added. */
  outcome: 'accepted' | 'duplicate';
  key: string;
}

export interface NotifyDeps {
  database: Database;
  world: Pick<World, 'clock'>;
  jobs: Pick<JobQueue, 'enqueue'>;
}

const payload = z.object({
  personId: z.string(),
  conversationId: z.string(),
  text: z.string(),
  tainted: z.boolean().optional(),
});

/**
 * Has a person told `text` where they read what programs say (`openReading`), once for each key. Durable when it resolves; said as soon
 * as a coda runs. Throws `INPUT_INVALID` for a person who is not known, or whom coda cannot write to alone.
 */
export async function notify(
  deps: NotifyDeps,
  asked: unknown,
  besides?: WritesBesides<NoticeOutcome>,
): Promise<NoticeOutcome> {
  const parsed = notice.safeParse(asked, { error: inputWords });
  if (!parsed.success) throw wrong(`The notice is not right: ${faultsOf(parsed.error, 'the notice')}.`);
  const { to, text, tainted } = parsed.data;
  const now = deps.world.clock.now();
  const key = parsed.data.key ?? uuid(now);
  return deps.database.tx('notify', async (tx) => {
    const personId = await personOf(tx, to);
    const conversationId = await conversations.openReading(tx, personId, { id: uuid(now), now });
    if (conversationId === undefined) throw wrong(`${to} has not talked to coda alone yet.`);
    const own = `notify:${personId}:${key}`;
    const isKnown = await store.isKnown(tx, own);
    const job = { personId, conversationId, text, ...(tainted && { tainted }) };
    if (!isKnown) await deps.jobs.enqueue(tx, { kind: store.KIND, payload: job }, { at: now, key: own });
    const notified: NoticeOutcome = { outcome: isKnown ? 'duplicate' : 'accepted', key };
    besides?.(tx, notified);
    return notified;
  });
}

export function notifyJob({ database, outbox }: { database: Database; outbox: Outbox }): JobHandler {
  return {
    kind: store.KIND,
    does: 'sends a notice',
    async run(job) {
      const { text, tainted, ...address } = payload.parse(job.payload);
      const card = { kind: 'notice' as const, text };
      const notice = { key: job.key ?? `notify:${job.id}`, ...address, card, ...(tainted && { tainted }) };
      await database.tx('notify.say', async (tx) => {
        if (await lockPerson(tx, address.personId)) await outbox.addAll(tx, [notice]);
      });
    },
  };
}

async function personOf(tx: Transaction, named: string): Promise<string> {
  const [id, ...others] = await resolvePeople(tx, named);
  if (id === undefined) throw wrong(`Nobody is called ${named}.`);
  if (others.length > 0) throw wrong(`Several people are called ${named}: name one by account, such as discord:123.`);
  return id;
}

function wrong(message: string): CodaError {
  return new CodaError('INPUT_INVALID', { message, remedy: '"coda people" shows who is known, with their accounts.' });
}
