/** Codes by which one person joins their identities, and the joining itself. */
import { append, rowOf } from '../../audit/index.ts';
import type { Instant } from '../../base/clock.ts';
import { uuid } from '../../base/ids.ts';
import { json, type Transaction } from '../../storage/index.ts';
import type { AccessRules, Claim } from '../access.ts';
import type { DeletionRule } from '../deletion.ts';
import { type MergedRows, type MergeRule, mergeAll } from '../merge.ts';
import type { Person, Role } from '../person.ts';
import { correctRole, type PersonRow, rolesGiven, toPerson } from '../store.ts';

export interface Identity {
  adapter: string;
  externalId: string;
  name: string;
}

export interface Offer {
  personId: string;
  hash: string;
  expiresAt: Instant;
  /** The person's conversation for the outcome; nobody else reads there. */
  conversationId: string | undefined;
}

export async function offer(tx: Transaction, { personId, hash, expiresAt, conversationId }: Offer): Promise<void> {
  await tx.query(
    `insert into links (person_id, code, expires_at, conversation_id) values ($1, $2, $3, $4)
     on conflict (person_id) do update
        set code = excluded.code, expires_at = excluded.expires_at, conversation_id = excluded.conversation_id`,
    [personId, hash, expiresAt, conversationId ?? null],
  );
}

/** The issuer of an open code, which is locked until `tx` ends. */
export async function issuerOf(
  tx: Transaction,
  hash: string,
  now: Instant,
): Promise<{ person: Person; conversationId: string | undefined } | undefined> {
  const { rows } = await tx.query<PersonRow & { told_in: string | null }>(
    `select p.*, l.conversation_id as told_in from links l join persons p on p.id = l.person_id
      where l.code = $1 and l.expires_at > $2 for update of l`,
    [hash, now],
  );
  const [row] = rows;
  return row && { person: toPerson(row), conversationId: row.told_in ?? undefined };
}

export async function withdraw(tx: Transaction, hash: string): Promise<void> {
  await tx.query('update links set code = null, expires_at = null where code = $1', [hash]);
}

export async function wrongCodes(tx: Transaction, personId: string, since: Instant): Promise<number> {
  const { rows } = await tx.query<{ failed: number }>(
    'select failed from links where person_id = $1 and failed_at > $2',
    [personId, since],
  );
  return rows[0]?.failed ?? 0;
}

/** Counts a code that was entered in vain; the count begins anew when the last one was before `since`. */
export async function countWrongCode(tx: Transaction, personId: string, since: Instant, now: Instant): Promise<void> {
  await tx.query(
    `insert into links as l (person_id, failed, failed_at) values ($1, 1, $3)
     on conflict (person_id) do update
        set failed = case when l.failed_at > $2 then l.failed + 1 else 1 end, failed_at = excluded.failed_at`,
    [personId, since, now],
  );
}

export async function ownRole(tx: Transaction, identity: Pick<Identity, 'adapter' | 'externalId'>, rules: AccessRules) {
  const { rows } = await tx.query<{ claim: Pick<Claim, 'role' | 'groups'>; granted: string | null }>(
    `select i.claim, g.role as granted
       from identities i left join grants g on g.adapter = i.adapter and g.external_id = i.external_id
      where i.adapter = $1 and i.external_id = $2`,
    [identity.adapter, identity.externalId],
  );
  return rolesGiven({ ...rows[0]?.claim, ...identity }, rows[0]?.granted ?? undefined, rules);
}

export async function identitiesOf(tx: Transaction, personId: string): Promise<Identity[]> {
  const { rows } = await tx.query<{ adapter: string; external_id: string; name: string }>(
    'select adapter, external_id, name from identities where person_id = $1 order by created_at, adapter, external_id',
    [personId],
  );
  return rows.map((row) => ({ adapter: row.adapter, externalId: row.external_id, name: row.name }));
}

/**
 * Makes the person `from` the person `to`: all of theirs is moved, and their row is deleted, so that whatever another
 * process still does in their name fails and is done again as who they are now.
 */
export async function join(
  tx: Transaction,
  mergeRules: readonly MergeRule[],
  from: string,
  to: string,
  now: Instant,
): Promise<MergedRows[]> {
  const [first, rest] = [mergeRules.filter((rule) => rule.first), mergeRules.filter((rule) => !rule.first)];
  await mergeAll(tx, first, from, to, now);
  await tx.query('select id from persons where id = any($1::uuid[]) order by id for update', [[from, to]]);
  const moved = await mergeAll(tx, rest, from, to, now);
  await tx.query('delete from persons where id = $1', [from]);
  append(tx, [
    rowOf({
      at: now,
      personId: to,
      action: 'person.join',
      subject: undefined,
      detail: { from, moved },
      origin: 'press',
    }),
  ]);
  return moved;
}

/**
 * Makes an identity a person of its own again, with no more rights than it has by itself, nor do those who stay have its
 * rights any longer; all else stays where it is.
 */
export async function unlink(
  tx: Transaction,
  { adapter, externalId }: Pick<Identity, 'adapter' | 'externalId'>,
  { person, role, roles, rules }: { person: Person; role: Role; roles: readonly string[]; rules: AccessRules },
  now: Instant,
): Promise<Person> {
  const id = uuid(now);
  const { rows } = await tx.query<PersonRow>(
    `insert into persons (id, name, role, roles, zone, zone_source, locale, week_start, quiet_from, quiet_to, created_at)
     select $1, i.name, $5, $6, p.zone, p.zone_source, p.locale, p.week_start, p.quiet_from, p.quiet_to, $4
       from identities i join persons p on p.id = i.person_id where i.adapter = $2 and i.external_id = $3
     returning *`,
    [id, adapter, externalId, now, role, json(roles)],
  );
  await tx.query('update identities set person_id = $3 where adapter = $1 and external_id = $2', [
    adapter,
    externalId,
    id,
  ]);
  await tx.query('update grants set person_id = $3 where adapter = $1 and external_id = $2', [adapter, externalId, id]);
  await correctRole(tx, person.id, rules);
  append(tx, [
    rowOf({
      at: now,
      personId: person.id,
      action: 'person.part',
      subject: undefined,
      detail: { to: id, adapter },
      origin: 'command',
    }),
  ]);
  return toPerson(rows[0] as PersonRow);
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update identities set person_id = $2 where person_id = $1' },
  { sql: 'delete from links where person_id = $1' },
  {
    sql: `update persons p
             set zone = coalesce(p.zone, o.zone),
                 zone_source = case when p.zone is null then o.zone_source else p.zone_source end, locale = coalesce(p.locale, o.locale),
                 week_start = coalesce(p.week_start, o.week_start),
                 quiet_from = case when p.quiet_from is null then o.quiet_from else p.quiet_from end,
                 quiet_to = case when p.quiet_from is null then o.quiet_to else p.quiet_to end,
                 version = p.version + 1
            from persons o where o.id = $1 and p.id = $2`,
  },
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from links where person_id = $1' }];
