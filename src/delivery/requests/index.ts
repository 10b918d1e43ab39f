import type { Instant } from '../../base/clock.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import { type Gate, lockPerson, toPerson } from '../../people/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { IncomingMessage, Place, Sender } from '../adapter.ts';
import * as conversations from '../conversations/store.ts';
import type { Speaker } from '../inbox/sender-directory.ts';
import type { RateLimit } from '../inbox/store.ts';
import type { Item } from '../item.ts';
import * as store from './store.ts';

export interface RequestsDeps {
  database: Database;
  world: World;
  gate: Pick<Gate, 'hears'>;
  rateLimit: RateLimit | undefined;
  keptMs: number;
  /** The sender; undefined: nobody who has access. */
  speaker(event: IncomingMessage): Promise<Speaker | undefined>;
}

export interface RequestedAs {
  sender: Sender;
  place: Place;
  /** Its products go to where the person reads what programs tell them, if there is such a place. */
  direct: boolean;
}

/**
 * Requests of programs in the name of a person: carried out at once, in one transaction with their answer, and no
 * message. They count towards the person's limit.
 */
export class Requests {
  private readonly deps: RequestsDeps;

  constructor(deps: RequestsDeps) {
    this.deps = deps;
  }

  /** An item for the call of a program: it stands in no inbox, and nothing is said in answer. Undefined: they are not heard. */
  async asker({ sender, place, direct }: RequestedAs): Promise<Item | undefined> {
    const { database, world, gate } = this.deps;
    const now = world.clock.now();
    const id = uuid(now);
    const speaker = await this.deps.speaker({
      kind: 'message',
      id,
      place,
      sender,
      text: '',
      files: [],
      sentAt: now,
      origin: 'http',
    });
    if (!speaker || !gate.hears(speaker)) return undefined;
    const { personId, conversationId, role, roles } = speaker;
    const own = direct ? await this.readingOf(personId, now) : undefined;
    const row = await store.asker(database, { personId, conversationId: own ?? conversationId });
    if (!row) return undefined;
    const { id: conversation, epoch, settings } = row.conversation;
    return {
      id,
      key: `request:${id}`,
      kind: 'command',
      origin: 'http',
      messageId: id,
      tainted: true,
      inLane: false,
      sentAt: now,
      receivedAt: now,
      attempts: 0,
      owner: '',
      context: null,
      // An account has its own role, whoever else its person is.
      person: { ...toPerson(row.person), role, roles },
      conversation: { id: conversation, epoch, settings, place: conversations.toPlace(row.conversation) },
      payload: { from: sender.externalId, origin: 'http', tainted: true, text: '', files: [] },
    };
  }

  private async readingOf(personId: string, now: Instant): Promise<string | undefined> {
    const { database } = this.deps;
    const reading = await conversations.readingOf({ query: database.read.bind(database) }, personId, now);
    if (typeof reading !== 'object') return reading;
    return database.tx('request.place', async (tx) =>
      (await lockPerson(tx, personId)) ? conversations.open(tx, reading, personId, uuid(now), now) : undefined,
    );
  }

  async admits(tx: Transaction, personId: string): Promise<boolean> {
    const { rateLimit, world } = this.deps;
    if (!rateLimit) return true;
    return (await store.count(tx, personId, rateLimit, world.clock.now())) <= rateLimit.requests;
  }

  take(tx: Transaction, request: store.NewRequest): Promise<store.StoredAnswer | undefined> {
    const { world, keptMs } = this.deps;
    return store.take(tx, request, { now: world.clock.now(), keptMs });
  }

  storeAnswer(...parameters: Parameters<typeof store.putAnswer>): void {
    store.putAnswer(...parameters);
  }
}
