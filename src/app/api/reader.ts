import { callerPlace } from '../../adapters/http/index.ts';
import type { World } from '../../base/world.ts';
import type { Caller, CallerReader } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import type { Delivery } from '../../delivery/index.ts';
import { personById, readerFor } from '../../people/index.ts';
import { notHeard } from '../../sign-in/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';
import { householdOf } from '../settings.ts';

export interface ReadingParts {
  delivery: Delivery;
  config: Config;
  world: World;
  database: Database;
}

/** The person who asks, their zone and clock. Throws `HTTP_FORBIDDEN` where they are not known, or were erased. */
export async function readerFrom(
  { database, config, world, delivery }: ReadingParts,
  request: { caller: Caller | undefined },
): Promise<CallerReader> {
  const { caller } = request;
  const db = readerOf(database);
  const id = caller && (caller.personId ?? (await meet(delivery, caller)));
  const person = id === undefined ? undefined : await personById(db, id);
  if (!caller || !person) throw notHeard();
  // A role belongs to the request, and is never more than the person has.
  const isOwner = caller.who.role === 'owner' && person.role === 'owner' && caller.scopes.includes('admin');
  return { db, person, personId: person.id, isOwner, ...readerFor(person, householdOf(config), world.clock.now()) };
}

/** A person whom an issuer vouches for is met by their first request. */
async function meet({ requests }: ReadingParts['delivery'], caller: Caller): Promise<string | undefined> {
  const item = await requests.asker({ ...callerPlace(caller, 'main'), direct: false });
  return item?.person.id;
}

/** The instant as JSON has it; null where there is none. */
export const iso = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;
