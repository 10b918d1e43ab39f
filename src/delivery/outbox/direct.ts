import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import type { ChatAdapter } from '../adapter.ts';
import { openConversation } from '../inbox/store.ts';
import * as store from './store.ts';

/**
 * The conversation in which the person can be reached directly when a part's place is gone: on the same platform, also
 * where they have never been, else on another. Undefined when there is none.
 */
export async function directlyTo(
  { database, world }: { database: Database; world: World },
  personId: string,
  { conversationId, place }: store.Row,
  adapter: ChatAdapter | undefined,
): Promise<string | undefined> {
  const known = await store.directConversation(database, personId, conversationId, place.adapter);
  if (known) return known;
  const externalId = place.kind === 'dm' ? undefined : await store.knownAs(database, personId, place.adapter);
  if (adapter?.direct && externalId) {
    try {
      const opened = await adapter.direct(externalId);
      const now = world.clock.now();
      return await database.tx('outbox.direct', (tx) => openConversation(tx, opened, personId, uuid(now), now));
    } catch (error) {
      world.log.debug({ error: messageOf(error), adapter: adapter.name }, 'no direct conversation could be opened');
    }
  }
  return store.directConversation(database, personId, conversationId);
}
