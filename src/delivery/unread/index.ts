import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import { lockPerson } from '../../people/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Place } from '../adapter.ts';
import * as conversations from '../conversations/store.ts';
import * as store from './store.ts';

/** `Inbox.closed`. */
export async function callElsewhere({ database, world, wakeAt }: Deps, personId: string): Promise<void> {
  const now = world.clock.now();
  try {
    if ((await store.callNow(database, personId, now)) > 0) wakeAt(now);
  } catch (error) {
    world.log.warn({ error: messageOf(error) }, 'what a closed page has not read goes elsewhere a little later');
  }
}

interface Deps {
  database: Database;
  world: World;
  wakeAt(at: Date): void;
}

/** `Inbox.bringUnread`: what waits in the sender's chat in a browser is said in this place of theirs instead. */
export async function bringUnread(deps: Deps, place: Place, externalId: string): Promise<void> {
  const { database, world, wakeAt } = deps;
  try {
    const personId = await store.readerOf(database, place.adapter, externalId);
    if (personId === undefined) return;
    const now = world.clock.now();
    await database.tx('outbox.unread', async (tx) => {
      if (!(await lockPerson(tx, personId))) return;
      const conversationId = await conversations.open(tx, place, personId, uuid(now), now);
      await store.moveUnread(tx, { personId, conversationId, adapter: place.adapter }, now);
    });
    wakeAt(now);
  } catch (error) {
    world.log.warn({ error: messageOf(error) }, 'what is unread elsewhere was not found: the next look finds it');
  }
}
