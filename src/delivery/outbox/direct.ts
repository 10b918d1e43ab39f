import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import { knownAs, lockPerson } from '../../people/index.ts';
import type { Database } from '../../storage/index.ts';
import type { ChatAdapter } from '../adapter.ts';
import * as conversations from '../conversations/store.ts';
import type * as store from './store/index.ts';

/**
 * The conversation in which the person can be reached directly when a part's place is gone: on the same platform, also
 * where they have never been, else on another that is on. Undefined when there is none.
 */
export async function directlyTo(
  { database, world, adapters: on }: { database: Database; world: World; adapters(): readonly ChatAdapter[] },
  personId: string,
  { conversationId, place }: store.Row,
): Promise<string | undefined> {
  const adapters = on();
  const others = adapters.map(({ name }) => name);
  const adapter = adapters.find(({ name }) => name === place.adapter);
  const directOn = (names: readonly string[]) =>
    conversations.direct({ query: database.read.bind(database) }, personId, {
      adapters: names,
      except: conversationId,
    });
  if (!adapter) return directOn(others);
  const known = await directOn([place.adapter]);
  if (known) return known;
  const externalId = place.kind === 'dm' ? undefined : await knownAs(database, personId, place.adapter);
  if (adapter.direct && externalId) {
    try {
      const opened = await adapter.direct(externalId);
      const now = world.clock.now();
      return await database.tx('outbox.direct', async (tx) => {
        if (!(await lockPerson(tx, personId))) return undefined;
        return conversations.open(tx, opened, personId, uuid(now), now);
      });
    } catch (error) {
      world.log.debug({ error: messageOf(error), adapter: adapter.name }, 'no direct conversation could be opened');
    }
  }
  return directOn(others);
}
