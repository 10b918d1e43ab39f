/** Chooses where a part goes: its own place, one of its person's that is read now, or their direct conversation. */
import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import type { Instance } from '../../jobs/index.ts';
import { accountOn, lockPerson } from '../../people/index.ts';
import type { Database } from '../../storage/index.ts';
import type { ChatAdapter } from '../adapter.ts';
import * as conversations from '../conversations/store.ts';
import { terminalOf } from '../unread/store.ts';
import type { Seats } from './seats.ts';
import type { Row } from './store/due.ts';
import * as dueParts from './store/due.ts';
import type { SendResult } from './store/results.ts';

/** An unread part of somebody whose page is open goes their other way when no page has read it by then. */
const READS_WITHIN_MS = 30_000;

export interface DestinationDeps {
  database: Database;
  world: World;
  instance: () => Instance;
  adapters(): readonly ChatAdapter[];
  seats: Seats;
}

export async function isSeatedElsewhere(deps: DestinationDeps, { id, place }: Row): Promise<boolean> {
  const { seatCondition: seating } = deps.seats;
  if (!seating.adapters.includes(place.adapter) || deps.instance().isAlone) return false;
  return dueParts.isSeatedElsewhere(deps.database, id, seating);
}

/** The result of a part whose place nobody reads at this moment: it goes where somebody does, or is held. */
export async function resultUnread(deps: DestinationDeps, row: Row, nextAt: Instant): Promise<Omit<SendResult, 'id'>> {
  const now = deps.world.clock.now();
  const terminal = await openTerminalOf(deps, row);
  if (terminal !== undefined) return { state: 'pending', nextAt: now, conversationId: terminal, isUnread: true };
  const conversationId = await callConversation(deps, row);
  if (conversationId === undefined) return { state: 'held', nextAt };
  const lookAt = new Date(now.getTime() + READS_WITHIN_MS);
  // A terminal of another process is open, which takes the part up: unless that ends before it does.
  if (await isOpenElsewhere(deps)) return { state: 'held', nextAt, callAt: lookAt };
  const callAt = row.callAt ?? lookAt;
  const isOpen = deps.adapters().some((adapter) => adapter.local?.isOpenFor(row.personId ?? ''));
  // An open page says nothing about whether anybody is in front of it.
  if (isOpen && callAt > now) return { state: 'held', nextAt, callAt };
  return { state: 'pending', nextAt: now, conversationId };
}

async function isOpenElsewhere({ database, instance }: DestinationDeps): Promise<boolean> {
  return !instance().isAlone && (await dueParts.isOpenElsewhere(database, instance().id));
}

/** The terminal of the person, for a part of their chat in a browser that answers nothing, while one is open: both show it. */
async function openTerminalOf(
  deps: DestinationDeps,
  { place, personId, replyTo, unknownAt }: Row,
): Promise<string | undefined> {
  const { database, adapters } = deps;
  if (personId === undefined || replyTo !== undefined || unknownAt !== undefined) return undefined;
  const terminals = adapters().find(({ local }) => local?.seat !== undefined);
  const seat = terminals?.local?.seat;
  if (!seat || !conversations.isBrowsers(place)) return undefined;
  const isOpen = terminals?.local?.isOpenFor(personId) === true;
  if (!isOpen && !(await isOpenElsewhere(deps))) return undefined;
  return terminalOf(database, personId, { adapter: terminals.name, account: seat.reader });
}

/**
 * The conversation on a chat platform to which a part of a terminal goes that answers nothing, while nobody sits there: the
 * person is called. Undefined: it is held until somebody reads it.
 */
async function callConversation(
  deps: DestinationDeps,
  { place, personId, replyTo, fallback, unknownAt }: Row,
): Promise<string | undefined> {
  const { database, adapters } = deps;
  const own = adapters().find(({ name }) => name === place.adapter);
  if (own?.local?.seat === undefined || place.kind !== 'dm' || personId === undefined || replyTo !== undefined)
    return undefined;
  if (fallback || unknownAt !== undefined) return undefined;
  const platforms = adapters().flatMap(({ name, local }) => (local ? [] : [name]));
  return conversations.direct({ query: database.read.bind(database) }, personId, { adapters: platforms });
}

/**
 * The conversation in which the person can be reached directly when a part's place is gone: on the same platform, also
 * where they have never been, else on another that is on. Undefined when there is none.
 */
export async function directlyTo(
  { database, world, adapters: on }: DestinationDeps,
  personId: string,
  { conversationId, place }: Row,
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
  const directId = await directOn([place.adapter]);
  if (directId) return directId;
  const externalId = place.kind === 'dm' ? undefined : await accountOn(database, personId, place.adapter);
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
