import type { Instant } from '../../../base/clock.ts';
import type { Database, Transaction } from '../../../storage/index.ts';

/** Possible costs of answers under way: the person's, and everybody's. */
export interface Held {
  person: number;
  all: number;
}

export interface Reservation {
  id: string;
  turnId: string;
  personId: string;
  /** The most that the answer may cost, in the price table's currency. */
  price: number;
  expiresAt: Instant;
}

/**
 * Reservations of others at `now`; until `tx` ends nobody else looks or reserves. The turn's own ones beside `own` were
 * left by a process that is gone, and are dropped.
 */
export async function reservedByOthers(
  tx: Transaction,
  { turnId, personId, own }: { turnId: string; personId: string; own: readonly string[] },
  now: Instant,
): Promise<Held> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('budgets:' || current_schema(), 0))`);
  tx.send('delete from reservations where expires_at <= $1 or (turn_id = $2 and id <> all ($3::uuid[]))', [
    now,
    turnId,
    own,
  ]);
  const { rows } = await tx.query<Held>(
    `select coalesce(sum(price) filter (where person_id = $1), 0) as person, coalesce(sum(price), 0) as "all"
       from reservations`,
    [personId],
  );
  return rows[0] as Held;
}

export function reserve(tx: Transaction, { id, turnId, personId, price, expiresAt }: Reservation): void {
  tx.send('insert into reservations (id, turn_id, person_id, price, expires_at) values ($1, $2, $3, $4, $5)', [
    id,
    turnId,
    personId,
    price,
    expiresAt,
  ]);
}

/** Ends what was reserved for a turn: these, or with `whole` all that was ever left of it. */
export async function endReservations(
  database: Database,
  turnId: string,
  ids: readonly string[],
  whole = false,
): Promise<void> {
  await database.run(
    'budget.release',
    'delete from reservations where turn_id = $1 and ($3 or id = any ($2::uuid[]))',
    [turnId, ids, whole],
  );
}
