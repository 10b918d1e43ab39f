import { createHash, randomBytes } from 'node:crypto';
import { CodaError } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import type { World } from '../base/world.ts';
import type { Config } from '../config/index.ts';
import type { Delivery, Item } from '../delivery/index.ts';
import { meet, resolvePeople } from '../people/index.ts';
import type { Database, Transaction } from '../storage/index.ts';

export interface WhoDeps {
  database: Database;
  world: World;
  config: Config;
}

const OWNER = { adapter: 'console', externalId: 'owner', role: 'owner', name: 'owner' } as const;

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Stored hash of a secret: the secret is random, so that it needs no salt. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The person meant by an id, an account (`discord:123`) or a name; undefined: the owner at the terminal. Throws `INPUT_INVALID`. */
export async function personNamed(
  tx: Transaction,
  { world, config }: Pick<WhoDeps, 'world' | 'config'>,
  named: string | undefined,
): Promise<string> {
  const found = await resolvePeople(tx, named ?? `${OWNER.adapter}:${OWNER.externalId}`);
  if (found.length > 1) throw wrong(`Several people are called ${named}.`, 'Name one by id: "coda people" shows it.');
  if (found[0] !== undefined) return found[0];
  if (named !== undefined) throw wrong(`Nobody is known as ${named}.`, '"coda people" shows who is.');
  const now = world.clock.now();
  const owner = { ...OWNER, zone: undefined, locale: undefined };
  const met = await meet(tx, owner, config.access, { id: uuid(now), now, heeds: () => true });
  if (!met) throw new Error('the owner was not met');
  return met.personId;
}

function wrong(message: string, remedy: string): CodaError {
  return new CodaError('INPUT_INVALID', { message, remedy });
}

/** The owner at the terminal, as somebody who asks. Throws `HTTP_FORBIDDEN` where a policy denies them. */
export async function ownerItem({ delivery }: { delivery: Pick<Delivery, 'requests'> }): Promise<Item> {
  const { adapter, externalId, name, role } = OWNER;
  const place = { adapter, channel: 'main', space: 'terminal', kind: 'dm' } as const;
  const item = await delivery.requests.asker({ sender: { externalId, name, role }, place, direct: true });
  if (item) return item;
  throw new CodaError('HTTP_FORBIDDEN', {
    message: 'The owner at the terminal is not heard: a policy of the configuration denies it.',
    remedy: 'Look at access in config.yaml.',
  });
}
