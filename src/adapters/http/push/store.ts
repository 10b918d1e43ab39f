/** Devices in the database. */
import type { Instant } from '../../../base/clock.ts';
import type { DeletionRule, MergeRule } from '../../../people/index.ts';
import type { Database, Queryable, Transaction } from '../../../storage/index.ts';

export interface Device {
  id: string;
  endpoint: string;
  /** The device's public key, an uncompressed point of P-256; base64url. */
  p256dh: string;
  /** Its secret of 16 bytes; base64url. */
  auth: string;
}

export interface NewDevice extends Device {
  personId: string;
  /** SHA-256 of the cookie of the session that registers it, hex; undefined: a program does. */
  sessionHash: string | undefined;
  tokenHash: string | undefined;
}

export const KIND = 'push';

const MOST_DEVICES = 10;

/**
 * Registers a device, or moves the one with this endpoint to its person of now; a person's oldest make room. False, and nothing is
 * changed, for another person's device of which not its keys are known: an address alone takes none over.
 */
export async function putDevice(tx: Transaction, device: NewDevice, now: Instant): Promise<boolean> {
  const { id, personId, sessionHash, tokenHash, endpoint, p256dh, auth } = device;
  const { count } = await tx.query(
    `insert into push_devices (id, person_id, session_id, token_id, endpoint, p256dh, auth, created_at)
     values ($1, $2, (select id from browser_sessions where hash = $3), (select id from api_tokens where hash = $8),
             $4, $5, $6, $7)
     on conflict (endpoint) do update
       set person_id = excluded.person_id, session_id = excluded.session_id, token_id = excluded.token_id, p256dh = excluded.p256dh,
           auth = excluded.auth, created_at = excluded.created_at, failures = 0
     where push_devices.person_id = excluded.person_id
        or (push_devices.p256dh = excluded.p256dh and push_devices.auth = excluded.auth)`,
    [id, personId, sessionHash ?? null, endpoint, p256dh, auth, now, tokenHash ?? null],
  );
  if (count === 0) return false;
  await tx.query(
    `delete from push_devices where id in (
       select id from push_devices where person_id = $1 order by created_at desc, id desc offset ${MOST_DEVICES})`,
    [personId],
  );
  return true;
}

/** Its token still counts, or it has none. */
const IS_ALLOWED = `not exists (select from api_tokens t where t.id = token_id and t.revoked_at is not null)`;

/** True if the person had a device with this endpoint. */
export async function removeDevice(tx: Transaction, personId: string, endpoint: string): Promise<boolean> {
  const { count } = await tx.query('delete from push_devices where person_id = $1 and endpoint = $2', [
    personId,
    endpoint,
  ]);
  return count > 0;
}

export async function devicesOf(db: Queryable, personId: string): Promise<{ id: string; createdAt: Instant }[]> {
  const { rows } = await db.query<{ id: string; createdAt: Instant }>(
    `select id, created_at as "createdAt" from push_devices where person_id = $1 and ${IS_ALLOWED} order by created_at`,
    [personId],
  );
  return rows;
}

/** People with devices. */
export async function notifiedPeople(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select distinct person_id as id from push_devices where ${IS_ALLOWED}`,
  );
  return rows.map(({ id }) => id);
}

export async function findDevice(db: Queryable, id: string): Promise<Device | undefined> {
  const { rows } = await db.query<Device>(
    `select id, endpoint, p256dh, auth from push_devices where id = $1 and ${IS_ALLOWED}`,
    [id],
  );
  return rows[0];
}

export async function forgetDevice(database: Database, id: string): Promise<void> {
  await database.tx('push.forget', (tx) => tx.query('delete from push_devices where id = $1', [id]));
}

export async function noteSuccess(database: Database, id: string): Promise<void> {
  await database.tx('push.sent', (tx) =>
    tx.query('update push_devices set failures = 0 where id = $1 and failures > 0', [id]),
  );
}

/** Counts a notification that the device's service refused for good; forgets a device with `most` of them in a row. */
export async function noteRefusal(database: Database, id: string, most: number): Promise<void> {
  await database.tx('push.refused', async (tx) => {
    await tx.query('update push_devices set failures = failures + 1 where id = $1', [id]);
    await tx.query('delete from push_devices where id = $1 and failures >= $2', [id, most]);
  });
}

export const deletionRules: readonly DeletionRule[] = [
  { sql: `delete from jobs where kind = '${KIND}' and payload ->> 'personId' = $1::text` },
  { sql: 'delete from push_devices where person_id = $1' },
];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update push_devices set person_id = $2 where person_id = $1' },
  {
    sql: `update jobs set payload = jsonb_set(payload, '{personId}', to_jsonb($2::text))
           where kind = '${KIND}' and payload ->> 'personId' = $1::text`,
  },
];
