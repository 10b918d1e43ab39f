import { type Deferred, deferred } from '../../base/async.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import type { Instance } from '../../jobs/index.ts';
import { type AccessRules, meet, roleOf } from '../../people/index.ts';
import type { Database, Fragment } from '../../storage/index.ts';
import type { Accepted, Inbox, Incoming } from '../adapter.ts';
import type { ItemKind, Payload } from '../item.ts';
import type { Lanes } from '../lanes/index.ts';
import { toItem } from '../store.ts';
import * as store from './store.ts';

export interface InboxDeps {
  database: Database;
  world: World;
  instance: () => Instance;
  lanes: Lanes;
  access: AccessRules;
  context: Fragment;
  /** Rows that may wait in one lane. */
  queueLimit: number;
  /** What an event is: a command runs at once, without a lane. */
  kindOf(event: Incoming): ItemKind;
  /** Another process could take something that waits here. */
  hint(): void;
}

interface Known {
  personId: string;
  conversationId: string;
}

/** People and places whose ids are remembered; both never change, so that forgetting one only costs a look-up. */
const REMEMBERED = 10_000;

/** Takes what adapters hear: commits it, and runs it or leaves it to its turn. */
export class InboxGate implements Inbox {
  private readonly deps: InboxDeps;
  private readonly known = new Map<string, Known>();
  private readonly unsettled = new Map<string, Deferred<void>>();

  constructor(deps: InboxDeps) {
    this.deps = deps;
  }

  async accept(event: Incoming): Promise<Accepted> {
    const { database, world, lanes } = this.deps;
    const { personId, conversationId } = await this.know(event);
    const kind = this.deps.kindOf(event);
    const laned = kind === 'message';
    const owner = this.deps.instance().id;
    const now = world.clock.now();
    const id = uuid(now);
    const row = {
      id,
      key: keyOf(event),
      kind,
      adapter: event.place.adapter,
      conversationId,
      personId,
      messageId: event.id,
      payload: payloadOf(event),
      laned,
      sentAt: event.sentAt,
      receivedAt: now,
    };
    const waited = deferred();
    this.unsettled.set(id, waited);
    const taking = { owner, take: lanes.free, queueLimit: this.deps.queueLimit };
    const accepted = await store.accept(database, row, taking, this.deps.context).catch((error: unknown) => {
      this.unsettled.delete(id);
      throw error;
    });
    if (!accepted) {
      this.unsettled.delete(id);
      return { outcome: 'duplicate', settled: Promise.resolve() };
    }
    const item = toItem(accepted, owner);
    if (accepted.taken) lanes.run(item);
    else {
      if (!lanes.free) this.deps.hint();
      lanes.wake();
    }
    const outcome = laned && !item.laned ? 'refused' : 'accepted';
    return { outcome, settled: waited.promise };
  }

  /** Nothing more will happen for the row. False when it was not heard here. */
  settle(id: string): boolean {
    this.unsettled.get(id)?.resolve();
    return this.unsettled.delete(id);
  }

  /** Nobody waits any more: the process stops. */
  close(): void {
    for (const id of [...this.unsettled.keys()]) this.settle(id);
  }

  private async know(event: Incoming): Promise<Known> {
    const { database, world, access } = this.deps;
    const { place, sender } = event;
    const key = JSON.stringify([place.adapter, place.channel, sender.externalId]);
    const known = this.known.get(key);
    if (known) return known;
    const now = world.clock.now();
    const claim = { adapter: place.adapter, externalId: sender.externalId, role: sender.role };
    const met = await database.tx('people.meet', async (tx) => {
      const identity = {
        adapter: place.adapter,
        externalId: sender.externalId,
        name: sender.name,
        role: roleOf(claim, access),
        zone: sender.zone,
        locale: sender.locale,
      };
      const personId = await meet(tx, identity, uuid(now), now);
      return { personId, conversationId: await store.openConversation(tx, place, personId, uuid(now), now) };
    });
    if (this.known.size >= REMEMBERED) this.known.delete(this.known.keys().next().value as string);
    this.known.set(key, met);
    return met;
  }
}

/** The message's identity, so that every copy of it meets in one row; a press has the interaction's. */
export function keyOf(event: Incoming): string {
  const { adapter, channel } = event.place;
  return event.kind === 'press' ? `${adapter}:press:${event.id}` : `${adapter}:${channel}:${event.id}`;
}

function payloadOf(event: Incoming): Payload {
  const from = event.sender.externalId;
  if (event.kind === 'message') return { from, text: event.text, files: event.files };
  return { from, text: '', files: [], button: event.button, ...(event.values && { values: event.values }) };
}
