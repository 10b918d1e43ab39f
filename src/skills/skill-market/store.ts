import type { Instant } from '../../base/clock.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';
import type { Catalog } from './catalog.ts';

export interface KnownCatalog {
  location: string;
  name: string;
  format: Catalog['format'];
  /** Minisign's public key; null: accepted without a signature. */
  key: string | null;
  serial: number | null;
  hash: string;
  failure: string | null;
}

const CATALOG = 'location, name, format, key, serial::float8 as serial, hash, failure';

export async function catalogs(db: Queryable): Promise<KnownCatalog[]> {
  return (await db.query<KnownCatalog>(`select ${CATALOG} from skill_catalogs order by location`)).rows;
}

export async function catalogOf(db: Queryable, location: string): Promise<KnownCatalog | undefined> {
  const { rows } = await db.query<KnownCatalog>(`select ${CATALOG} from skill_catalogs where location = $1`, [
    location,
  ]);
  return rows[0];
}

/** Keeps a catalog as it was accepted. False: another process has accepted a later one, or pinned another key. */
export async function putCatalog(
  tx: Transaction,
  { location, name, format, key, serial, hash }: Omit<KnownCatalog, 'failure'>,
  now: Instant,
): Promise<boolean> {
  const { count } = await tx.query(
    `insert into skill_catalogs (location, name, format, key, serial, hash, seen_at, checked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7)
     on conflict (location) do update
       set name = excluded.name, format = excluded.format, key = excluded.key, serial = excluded.serial,
           hash = excluded.hash, checked_at = excluded.checked_at, failure = null
     where (skill_catalogs.key is null or skill_catalogs.key = excluded.key)
       and (skill_catalogs.serial is null or skill_catalogs.serial <= excluded.serial)`,
    [location, name, format, key, serial, hash, now],
  );
  return count > 0;
}

export async function setKey(tx: Transaction, location: string, key: string): Promise<boolean> {
  const { count } = await tx.query('update skill_catalogs set key = $2, failure = null where location = $1', [
    location,
    key,
  ]);
  return count > 0;
}

export async function noteFailure(tx: Transaction, location: string, failure: string, now: Instant): Promise<void> {
  await tx.query('update skill_catalogs set failure = $2, checked_at = $3 where location = $1', [
    location,
    failure,
    now,
  ]);
}

export interface Install {
  name: string;
  catalog: string;
  version: string | null;
  sha256: string;
  pin: string;
  revoked_reason: string | null;
}

const INSTALL = 'name, catalog, version, sha256, pin, revoked_reason';

export async function installs(db: Queryable, catalog?: string): Promise<Install[]> {
  const { rows } = await db.query<Install>(
    `select ${INSTALL} from skill_market_installs where $1::text is null or catalog = $1 order by name`,
    [catalog ?? null],
  );
  return rows;
}

export async function installOf(db: Queryable, name: string): Promise<Install | undefined> {
  return (await db.query<Install>(`select ${INSTALL} from skill_market_installs where name = $1`, [name])).rows[0];
}

export async function putInstall(
  tx: Transaction,
  { name, catalog, version, sha256, pin }: Omit<Install, 'revoked_reason'>,
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into skill_market_installs (name, catalog, version, sha256, pin, installed_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (name) do update
       set catalog = excluded.catalog, version = excluded.version, sha256 = excluded.sha256, pin = excluded.pin,
           installed_at = excluded.installed_at, revoked_at = null, revoked_reason = null`,
    [name, catalog, version, sha256, pin, now],
  );
}

export async function removeInstalls(tx: Transaction, names: readonly string[]): Promise<void> {
  await tx.query('delete from skill_market_installs where name = any($1::text[])', [names]);
}

/** Has a skill rest, or work again; false where it does so already. */
export async function setRevoked(
  tx: Transaction,
  { name, reason }: { name: string; reason: string | undefined },
  now: Instant,
): Promise<boolean> {
  const { count } = await tx.query(
    `update skill_market_installs
        set revoked_at = case when $2::text is null then null else $3::timestamptz end, revoked_reason = $2
      where name = $1 and (revoked_reason is null) <> ($2::text is null)`,
    [name, reason ?? null, now],
  );
  return count > 0;
}

/** People for whose requests a skill was used. */
export async function listAskers(tx: Transaction, name: string): Promise<string[]> {
  const { rows } = await tx.query<{ person_id: string }>(
    `select distinct person_id from skill_requests where skill = $1`,
    [name],
  );
  return rows.map(({ person_id: id }) => id);
}
