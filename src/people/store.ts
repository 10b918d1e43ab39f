import { createHash, randomInt } from 'node:crypto';
import type { Instant } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { type Database, json, type Queryable, readerOf, type Transaction } from '../storage/index.ts';
import { type AccessRules, assignedTo, type Claim, highest, keptClaim, roleOf, rolesOfGrant } from './access.ts';
import type { DeletionRule } from './deletion.ts';
import type { Person, Role } from './person.ts';

/** A row of `persons`, also as JSON (`to_jsonb`), where instants are text. */
export interface PersonRow {
  id: string;
  name: string;
  role: Role;
  roles?: string[];
  zone: string | null;
  zone_source?: string | null;
  locale: string | null;
  week_start: number | null;
  quiet_from: string | null;
  quiet_to: string | null;
  undelivered: boolean;
  created_at: Date | string;
}

export function toPerson(row: PersonRow): Person {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    roles: row.roles ?? [],
    zone: row.zone ?? undefined,
    zoneSource: row.zone_source ?? undefined,
    locale: row.locale ?? undefined,
    weekStart: row.week_start ?? undefined,
    quiet: row.quiet_from && row.quiet_to ? { from: row.quiet_from, to: row.quiet_to } : undefined,
    undelivered: row.undelivered,
    createdAt: new Date(row.created_at),
  };
}

export interface NewIdentity extends Claim {
  name: string;
  zone: string | undefined;
  locale: string | undefined;
}

export interface MetPerson {
  personId: string;
  /** The role of the account itself, whatever else its person is known as. */
  role: Role;
  roles: readonly string[];
  /** A stranger has had their notice; until then there is no further one. */
  noticeUntil: Instant | undefined;
}

/**
 * The person behind an identity, made at first contact; undefined for a stranger of whom nothing is to be kept. Two
 * processes that meet the same person at once get the same row: the second waits at the identity's key. A role that
 * configuration or an owner now gives otherwise is corrected: the highest of all that the person is known as, so that it is
 * the same whichever of them speaks. Groups of a token count for what is returned, and are not kept.
 */
export async function meet(
  tx: Transaction,
  identity: NewIdentity,
  rules: AccessRules,
  { id, now, heeds }: { id: string; now: Instant; heeds(who: Pick<MetPerson, 'role' | 'roles'>): boolean },
): Promise<MetPerson | undefined> {
  const { adapter, externalId, name, zone, locale } = identity;
  const storedClaim = keptClaim(identity);
  const claim = json(storedClaim);
  // The lock on the identity's key comes first, so that no person is made whose identity then turns out to exist.
  tx.send('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`person:${adapter}:${externalId}`]);
  const result = await tx.query<{ person_id: string; granted: string | null; notice_until: Instant | null }>(
    `update identities i set claim = $3 where adapter = $1 and external_id = $2
     returning person_id, (select role from grants g where g.adapter = $1 and g.external_id = $2) as granted,
               (select expires_at from pairings g where g.person_id = i.person_id) as notice_until`,
    [adapter, externalId, claim],
  );
  const [existing] = result.rows;
  const own = rolesGiven(identity, existing?.granted ?? undefined, rules);
  if (!heeds(own)) return undefined;
  if (existing) {
    await correctRole(tx, existing.person_id, rules);
    return { ...own, personId: existing.person_id, noticeUntil: existing.notice_until ?? undefined };
  }
  const standing = rolesGiven({ adapter, externalId, ...storedClaim }, undefined, rules);
  tx.send(
    `with made as (
       insert into persons (id, name, role, roles, zone, zone_source, locale, created_at)
       values ($1, $2, $3, $10, $4, case when $4::text is not null then $7::text end, $5, $6)
     )
     insert into identities (adapter, external_id, person_id, name, claim, created_at) values ($7, $8, $1, $2, $9, $6)`,
    [id, name, standing.role, zone ?? null, locale ?? null, now, adapter, externalId, claim, json(standing.roles)],
  );
  return { ...own, personId: id, noticeUntil: undefined };
}

/** The person who was met before and speaks in another way that is surely theirs; undefined when they were erased. */
export async function meetById(tx: Transaction, personId: string): Promise<MetPerson | undefined> {
  const { rows } = await tx.query<Pick<PersonRow, 'role' | 'roles'>>(
    'select role, roles from persons where id = $1 and erased_at is null',
    [personId],
  );
  const [row] = rows;
  return row && { personId, role: row.role, roles: row.roles ?? [], noticeUntil: undefined };
}

export function rolesGiven(claim: Claim, grant: string | undefined, rules: AccessRules) {
  const grantedRoles = grant === undefined ? undefined : rolesOfGrant(grant);
  return {
    role: highest([roleOf(claim, rules), ...(grantedRoles ? [grantedRoles.role] : [])]),
    roles: [...new Set([...assignedTo(claim, rules), ...(grantedRoles?.roles ?? [])])].sort(),
  };
}

/** The roles of an account at this moment, whether or not it was met. */
export async function rolesOfAccount(
  database: Pick<Database, 'read'>,
  claim: Claim,
  rules: AccessRules,
): Promise<Pick<MetPerson, 'role' | 'roles'>> {
  const { rows } = await database.read<{ role: string }>(
    'select role from grants where adapter = $1 and external_id = $2',
    [claim.adapter, claim.externalId],
  );
  return rolesGiven(claim, rows[0]?.role, rules);
}

export async function correctRole(tx: Transaction, personId: string, rules: AccessRules): Promise<void> {
  const { rows } = await tx.query<{
    adapter: string;
    external_id: string;
    claim: Pick<Claim, 'role' | 'groups'>;
    granted: string | null;
  }>(
    `select i.adapter, i.external_id, i.claim, g.role as granted
       from identities i left join grants g on g.adapter = i.adapter and g.external_id = i.external_id
      where i.person_id = $1`,
    [personId],
  );
  const each = rows.map(({ adapter, external_id: externalId, claim, granted: grant }) =>
    rolesGiven({ ...claim, adapter, externalId }, grant ?? undefined, rules),
  );
  const roles = [...new Set(each.flatMap((identityRoles) => identityRoles.roles))].sort();
  tx.send(
    `update persons set role = $2, roles = $3, version = version + 1 where id = $1 and (role <> $2 or roles <> $3::jsonb)`,
    [personId, highest(each.map(({ role }) => role)), json(roles)],
  );
}

export async function findPerson(database: Database, adapter: string, externalId: string): Promise<Person | undefined> {
  const { rows } = await database.read<PersonRow>(
    `select p.* from identities i join persons p on p.id = i.person_id where i.adapter = $1 and i.external_id = $2`,
    [adapter, externalId],
  );
  return rows[0] && toPerson(rows[0]);
}

export async function personById(db: Queryable, id: string): Promise<Person | undefined> {
  const { rows } = await db.query<PersonRow>('select * from persons where id = $1 and erased_at is null', [id]);
  return rows[0] && toPerson(rows[0]);
}

/**
 * The zones whose clocks things of a person may still keep to, as `zone_before` holds them between commas: all that they have
 * had since the offer to move was last settled, and not the one of the parameter `to`. An empty name: none was known.
 */
const zonesBefore = (person: string, to: string): string =>
  `(select string_agg(distinct before, ',')
      from unnest(array_append(case ${person}.zone_before when '' then array[''] else string_to_array(${person}.zone_before, ',') end,
                               coalesce(${person}.zone, ''))) before
     where before <> ${to}::text)`;

export async function setZone(tx: Transaction, personId: string, zone: string | undefined): Promise<void> {
  await tx.query(
    `update persons set zone = $2::text, zone_source = $3, version = version + 1,
            zone_before = case when $2::text is not null then ${zonesBefore('persons', '$2')} end
      where id = $1`,
    [personId, zone ?? null, zone === undefined ? null : 'person'],
  );
}

/** The changes of zone after which things of theirs may keep to an old clock; none: they have moved, or want them so. */
export async function openZoneChanges(
  db: Queryable,
  personId: string,
): Promise<{ before: string; changes: Omit<ZoneChange, 'version'>[] } | undefined> {
  const { rows } = await db.query<{ before: string; to: string }>(
    `select zone_before as before, zone as "to" from persons where id = $1 and zone is not null and zone_before is not null`,
    [personId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { before, to } = row;
  return { before, changes: before.split(',').map((from) => ({ personId, from: from === '' ? undefined : from, to })) };
}

/** Settles that nothing is offered any more after the changes of zone; with `before` it is offered again. */
export async function settleZoneChange(tx: Transaction, personId: string, before: string | null = null): Promise<void> {
  await tx.query('update persons set zone_before = $2 where id = $1', [personId, before]);
}

export async function setLocale(tx: Transaction, personId: string, locale: string | undefined): Promise<void> {
  await tx.query('update persons set locale = $2, version = version + 1 where id = $1', [personId, locale ?? null]);
}

/** Version after a platform has told something: a stranger stays as they were met (version 1), so that nothing is kept of them for ever. */
const TOLD = `version = p.version + (p.role <> 'guest')::int`;

/** Takes over the locale that a platform tells of an account, where nothing is known of its person's. */
export async function adoptLocale(
  tx: Transaction,
  { adapter, externalId, locale }: { adapter: string; externalId: string; locale: string },
): Promise<void> {
  await tx.query(
    `update persons p set locale = $3, ${TOLD} from identities i
      where i.person_id = p.id and i.adapter = $1 and i.external_id = $2 and p.locale is null and p.erased_at is null`,
    [adapter, externalId, locale],
  );
}

/** `zone_source` of what the browser of a person tells. */
const BROWSER = 'browser';

export interface ZoneChange {
  personId: string;
  /** Undefined: none was known, and times were read in that of the household. */
  from: string | undefined;
  to: string;
  version: number;
}

/**
 * Takes over the zone that a platform tells of an account, or the browser of its person, where the person has none or has it from
 * there: what they said themselves stays. Undefined where nothing changed.
 */
export async function followZone(
  tx: Transaction,
  { zone, ...teller }: { zone: string } & ({ adapter: string; externalId: string } | { personId: string }),
): Promise<ZoneChange | undefined> {
  const isBrowser = 'personId' in teller;
  const source = isBrowser ? BROWSER : teller.adapter;
  const who = isBrowser
    ? 'persons p where p.id = $3'
    : 'identities i join persons p on p.id = i.person_id where i.adapter = $2 and i.external_id = $3';
  const { rows } = await tx.query<{ personId: string; from: string | null; version: number }>(
    `with was as (
       select p.id, p.zone from ${who} and p.erased_at is null
          and (p.zone is null or (p.zone_source = $2 and p.zone <> $1))
          for update of p
     )
     update persons p set zone = $1, zone_source = $2, zone_before = ${zonesBefore('p', '$1')}, ${TOLD} from was where p.id = was.id
     returning p.id as "personId", was.zone as "from", p.version`,
    [zone, source, isBrowser ? teller.personId : teller.externalId],
  );
  const [row] = rows;
  return row && { ...row, from: row.from ?? undefined, to: zone };
}

export async function setQuiet(tx: Transaction, personId: string, quiet: Person['quiet']): Promise<void> {
  await tx.query('update persons set quiet_from = $2, quiet_to = $3, version = version + 1 where id = $1', [
    personId,
    quiet?.from ?? null,
    quiet?.to ?? null,
  ]);
}

/**
 * Locks the person's row against an erasure until `tx` ends; false: they were erased. A write about a person beside their
 * messages begins with it: it commits before anything of theirs is erased, or not at all. A person who has become another
 * one has no row; what would refer to it fails.
 */
export async function lockPerson(tx: Transaction, personId: string): Promise<boolean> {
  const { rows } = await tx.query<{ erased: boolean }>(
    'select erased_at is not null as erased from persons where id = $1 for share',
    [personId],
  );
  return rows[0]?.erased !== true;
}

/**
 * True if they are erased as far as is known now: for what begins with `turns.begin`, which holds them behind their
 * lanes.
 */
export async function isErased(tx: Transaction, personId: string): Promise<boolean> {
  const { rows } = await tx.query('select from persons where id = $1 and erased_at is not null', [personId]);
  return rows.length > 0;
}

/** Waits for what `lockPerson` holds, and has the next one wait for the erasure. */
export const haltRules: readonly DeletionRule[] = [{ sql: 'select from persons where id = $1 for no key update' }];

/** Assignments to a person's row by which nothing of them is left in it; without `erased_at`. */
export const EMPTIED = `name = '', role = 'guest', roles = '[]', zone = null, zone_source = null, locale = null, quiet_from = null,
  quiet_to = null, zone_before = null, settings = '{}', version = version + 1`;

/** For a table whose rows are each a person's. */
export const emptyTable = (table: string): DeletionRule => ({ sql: `delete from ${table} where person_id = $1` });

/** The person's names and settings. The row stays: others' conversations refer to it. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from identities where person_id = $1' },
  {
    sql: `update persons set ${EMPTIED}, erased_at = $2 where id = $1`,
  },
];

/** The person's account on a platform; of several the newest. */
export async function accountOn(database: Database, personId: string, adapter: string): Promise<string | undefined> {
  const { rows } = await database.read<{ external_id: string }>(
    'select external_id from identities where person_id = $1 and adapter = $2 order by created_at desc limit 1',
    [personId, adapter],
  );
  return rows[0]?.external_id;
}

/** People by id or account, else by name: anybody can call themselves by another's account. */
export async function resolvePeople(db: Queryable, text: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with exact as (
       select id from persons p
        where erased_at is null
          and (id::text = $1 or exists (select from identities where person_id = p.id and adapter || ':' || external_id = $1))
     )
     select id from exact
     union all
     select id from persons where erased_at is null and lower(name) = lower($1) and not exists (select from exact)`,
    [text],
  );
  return rows.map(({ id }) => id);
}

/** The person named; without a name the only one there is. Throws `INPUT_INVALID` for none or several. */
export async function resolvePerson(
  database: Pick<Database, 'read'>,
  who: string | undefined,
): Promise<{ id: string; name: string; locale: string | undefined }> {
  const db: Queryable = readerOf(database);
  const ids = who === undefined ? undefined : await resolvePeople(db, who);
  const { rows } = await database.read<{ id: string; name: string; locale: string | null }>(
    'select id, name, locale from persons where erased_at is null and ($1::uuid[] is null or id = any($1)) limit 2',
    [ids ?? null],
  );
  const [only, ...others] = rows;
  if (only && others.length === 0) return { ...only, locale: only.locale ?? undefined };
  throw new CodaError('INPUT_INVALID', {
    message: only ? 'It is not clear who is meant.' : 'There is no such person.',
    remedy: 'Say who with --person and a name, an id, or an account such as discord:123456789012345678.',
  });
}

const MOST_ROWS = 100_000;
/** Columns left out of an export: of no use to anybody, or secrets of coda's own. */
const LEFT_OUT = ['code', 'hash', 'embedding', 'salt', 'digest', 'owner', 'credential_id', 'public_key', 'handle'];

/** Everything that is stored of a person, table by table: every table with a `person_id`, also of skills. */
export async function exportOf(database: Database, personId: string): Promise<Record<string, Json[]>> {
  const { rows: tables } = await database.read<{ name: string }>(
    `select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = current_schema() and c.column_name = 'person_id' and t.table_type = 'BASE TABLE' order by 1`,
  );
  const all: Record<string, Json[]> = {};
  for (const { name, key } of [
    { name: 'persons', key: 'id' },
    ...tables.map((table) => ({ ...table, key: 'person_id' })),
  ]) {
    const { rows } = await database.read<{ row: Json }>(
      `select to_jsonb(t) - $2::text[] as row from "${name.replaceAll('"', '""')}" t where t.${key} = $1 limit ${MOST_ROWS}`,
      [personId, LEFT_OUT],
    );
    if (rows.length > 0) all[name] = rows.map(({ row }) => row);
  }
  return all;
}

/** Without 0, 1, I, L, O and U: a person reads these on one screen and types them on another. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;
const HALF = LENGTH / 2;

export function newCode(): string {
  const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${letters.slice(0, HALF)}-${letters.slice(HALF)}`;
}

export function hashOfCode(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return createHash('sha256').update(letters).digest('hex');
}
