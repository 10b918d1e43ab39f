import type { Instant } from '../base/clock.ts';
import {
  type Database,
  type Fragment,
  json,
  NO_SQL,
  type Queryable,
  raw,
  render,
  sql,
  type Transaction,
} from '../storage/index.ts';
import type { AuditRow, AuditStatus } from './entry.ts';

const REST = 'conversation_id, action, subject, skill, status, code, duration_ms, origin, agent, tainted, detail';
const TYPES = `id uuid, inbox_id uuid, at timestamptz, person_id uuid, conversation_id uuid, action text, subject text,
  skill text, status text, code text, duration_ms integer, origin text, agent text, tainted boolean, detail jsonb`;

/**
 * A `with` part, beginning with a comma, that writes the rows for which `when` (over `inbox_id`) holds. `whose`: their
 * person; default: the one that each names.
 */
export function auditWriting(rows: readonly AuditRow[], when: Fragment, whose: Fragment = sql`person_id`): Fragment {
  if (rows.length === 0) return NO_SQL;
  return sql`, audited as (
      insert into audit_log (id, at, person_id, ${raw(REST)})
      select id, at, ${whose}, ${raw(REST)} from jsonb_to_recordset(${json(rows)}) as a (${raw(TYPES)}) where ${when}
    )`;
}

/** Writes rows in `tx`, without waiting for them. */
export function append(tx: Transaction, rows: readonly AuditRow[]): void {
  if (rows.length === 0) return;
  tx.send(...render(sql`with none as (select 1)${auditWriting(rows, sql`true`)} select 1`));
}

const BATCH = 500;
const SEALING_LOCK = 7_340_110;

/** Hash over the columns of a row that may be blanked; `jsonb` has one text for equal values. */
const DIGEST = (salt: string, actor: string) =>
  `sha256(convert_to(jsonb_build_array(${salt}, ${actor}, conversation_id, detail)::text, 'UTF8'))`;
const ROW = `sha256(convert_to(jsonb_build_array(seq, extract(epoch from at), action, subject, skill, status, code,
  duration_ms, origin, agent, tainted, encode(digest, 'hex'))::text, 'UTF8'))`;
const SEAL = (previous: string, n: string, count: string, rows: string) =>
  `sha256(coalesce(${previous}, ''::bytea) || convert_to(jsonb_build_array(${n}, ${count})::text, 'UTF8') || ${rows})`;
const ROWS = `string_agg(${ROW}, ''::bytea order by seq)`;

/** Seals the oldest unsealed rows as one batch; returns how many. Whoever comes at the same time waits, and goes on. */
export async function seal(database: Database, now: Instant): Promise<number> {
  return database.tx('audit.seal', async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [SEALING_LOCK]);
    const { rows } = await tx.query<{ count: number }>(
      `with last as (
         select n, hash from audit_seals order by n desc limit 1
       ), picked as materialized (
         select seq as picked, gen_random_uuid() as fresh from audit_log where batch is null order by seq limit ${BATCH}
       ), sealed as (
         update audit_log set batch = coalesce((select n from last), 0) + 1, actor = person_id, salt = fresh,
                              digest = ${DIGEST('fresh', 'person_id')}
           from picked where seq = picked
         returning audit_log.*
       ), chained as (
         insert into audit_seals (n, at, count, first_at, last_at, hash)
         select batch, $1, count(*), min(at), max(at),
                ${SEAL('(select hash from last)', 'batch', 'count(*)', ROWS)}
           from sealed group by batch
         returning count
       )
       select count from chained`,
      [now],
    );
    return rows[0]?.count ?? 0;
  });
}

/** Since when as many rows wait as make a batch, or null: for the worker. */
export const FULL = `select at from audit_log where batch is null order by seq offset ${BATCH - 1} limit 1`;

export async function sealFull(database: Database, now: Instant): Promise<number> {
  return (await countUnsealed(database)) < BATCH ? 0 : seal(database, now);
}

export interface SealedBatch {
  n: number;
  count: number;
  found: number;
  hash: string;
  lastAt: Instant;
  prunedBefore: Instant | null;
  /** True if the hash is that of the rows and of the seal before; null where rows were pruned. */
  intact: boolean | null;
  blanked: number;
  changed: number;
}

export async function sealedBatches(database: Database, after: number, limit: number): Promise<SealedBatch[]> {
  const { rows } = await database.read<SealedBatch>(
    `select s.n, s.count, coalesce(r.found, 0) as found, encode(s.hash, 'hex') as hash, s.last_at as "lastAt",
            s.pruned_before as "prunedBefore", coalesce(r.blanked, 0) as blanked, coalesce(r.changed, 0) as changed,
            case when s.pruned_before is null
                 then s.hash = ${SEAL('p.hash', 's.n', 's.count', `coalesce(r.rows, ''::bytea)`)} end as intact
       from audit_seals s
       left join audit_seals p on p.n = s.n - 1
       left join lateral (
         select count(*) as found, ${ROWS} as rows, count(*) filter (where salt is null) as blanked,
                count(*) filter (where case when salt is null
                  then actor is not null or person_id is not null or detail <> '{}'
                  else digest is distinct from ${DIGEST('salt', 'actor')} end) as changed
           from audit_log where batch = s.n) r on true
      where s.n > $1 order by s.n limit $2`,
    [after, limit],
  );
  return rows;
}

async function countUnsealed(database: Database): Promise<number> {
  const { rows } = await database.read<{ count: number }>(
    'select count(*) as count from audit_log where batch is null',
  );
  return rows[0]?.count ?? 0;
}

export interface AuditRecord {
  seq: number;
  at: Instant;
  personId: string | null;
  person: string | null;
  action: string;
  subject: string | null;
  skill: string | null;
  status: AuditStatus;
  code: string | null;
  durationMs: number | null;
  origin: string;
  agent: string | null;
  tainted: boolean;
  detail: unknown;
}

const RECORD = `a.seq, a.at, a.person_id as "personId", p.name as person, a.action, a.subject, a.skill, a.status, a.code,
  a.duration_ms as "durationMs", a.origin, a.agent, a.tainted, a.detail`;

export type ExportedEntry = AuditRecord & { batch: number | null; digest: string | null };

export async function exportPage(database: Database, after: number, limit: number): Promise<ExportedEntry[]> {
  const { rows } = await database.read<ExportedEntry>(
    `select ${RECORD}, a.batch, encode(a.digest, 'hex') as digest
       from audit_log a left join persons p on p.id = a.person_id
      where a.seq > $1 order by a.seq limit $2`,
    [after, limit],
  );
  return rows;
}

export interface AuditFilter {
  personId: string | undefined;
  from: Instant;
  to: Instant;
  tool?: string | undefined;
  skill?: string | undefined;
  status?: AuditStatus | undefined;
  /** Only entries before the one of this number. */
  before?: number | undefined;
}

const MATCHING = `a.at >= $1 and a.at < $2 and ($3::uuid is null or a.person_id = $3) and ($4::text is null or a.subject = $4)
  and ($5::text is null or a.skill = $5 or a.detail -> 'input' ->> 'name' = $5) and ($6::text is null or a.status = $6)`;

const filterParams = ({ personId, from, to, tool, skill, status }: AuditFilter) => [
  from,
  to,
  personId ?? null,
  tool ?? null,
  skill ?? null,
  status ?? null,
];

export async function findEntries(tx: Queryable, filter: AuditFilter, limit: number): Promise<AuditRecord[]> {
  const { rows } = await tx.query<AuditRecord>(
    `select ${RECORD} from audit_log a left join persons p on p.id = a.person_id
      where ${MATCHING} and ($8::bigint is null or a.seq < $8) order by a.seq desc limit $7`,
    [...filterParams(filter), limit, filter.before ?? null],
  );
  return rows;
}

export interface ToolStats {
  tool: string;
  calls: number;
  ok: number;
  meanMs: number | null;
  errors: Record<string, number>;
}

export async function toolStats(tx: Transaction, filter: AuditFilter): Promise<ToolStats[]> {
  const { rows } = await tx.query<ToolStats>(
    `with each as (
       select a.subject as tool, a.code, count(*) as calls, count(*) filter (where a.status = 'ok') as ok,
              sum(a.duration_ms) as ms, count(a.duration_ms) as timed
         from audit_log a where a.action = 'tool.call' and ${MATCHING} group by a.subject, a.code
     )
     select tool, sum(calls) as calls, sum(ok) as ok, sum(ms)::float8 / nullif(sum(timed), 0)::float8 as "meanMs",
            coalesce(jsonb_object_agg(code, calls) filter (where code is not null), '{}') as errors
       from each group by tool order by calls desc, tool`,
    filterParams(filter),
  );
  return rows;
}

export async function lastConfigChange(tx: Transaction): Promise<unknown> {
  const { rows } = await tx.query<{ detail: unknown }>(
    `select detail from audit_log where action = 'config.change' order by seq desc limit 1`,
  );
  return rows[0]?.detail;
}

/** Whole sealed batches, at least one: their seals stay, so that the chain goes on. */
export const retentionRule = {
  name: 'audit.prune',
  sql: `with gone as (
          select n from (select n, sum(count) over (order by n) - count as before from audit_seals
                          where pruned_before is null and last_at < $1) old
           where before < $2
        ), old as (
          delete from audit_log where batch in (select n from gone) returning seq
        ), marked as (
          update audit_seals set pruned_before = $1 where n in (select n from gone) returning n
        )
        select count(*) as count from old`,
};

/** A person's acts stay as acts, without the person and without their details. */
export const deletionRules = [
  {
    sql: `update audit_log set person_id = null, actor = null, conversation_id = null, salt = null, detail = '{}'
           where person_id = $1`,
  },
] as const;

/** The entries follow the person; `actor` says under which id each was sealed. */
export const mergeRules = [{ sql: 'update audit_log set person_id = $2 where person_id = $1' }] as const;
