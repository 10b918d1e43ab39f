import type { Instant } from '../../base/clock.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import { type Database, json, type Queryable, type Transaction } from '../../storage/index.ts';
import type { Template } from './template.ts';

export type HookKind = 'message' | 'reminder' | 'note' | 'skill' | 'watch';
export type HookForm = 'coda' | 'github' | 'stripe' | 'unsigned';

export interface Hook {
  id: string;
  personId: string;
  kind: HookKind;
  form: HookForm;
  template: Template;
}

const COLUMNS = 'id, person_id as "personId", kind, form, template';

/** False when there is one of this name. */
export async function add(tx: Transaction, hook: Hook, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `insert into hooks (id, person_id, kind, form, template, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do nothing`,
    [hook.id, hook.personId, hook.kind, hook.form, json(hook.template), now],
  );
  return count > 0;
}

export async function find(db: Pick<Database, 'read'>, id: string): Promise<Hook | undefined> {
  const { rows } = await db.read<Hook>(`select ${COLUMNS} from hooks where id = $1`, [id]);
  return rows[0];
}

export interface ListedHook extends Hook {
  person: string;
  lastAt: Instant | null;
}

export async function list(db: Pick<Database, 'read'>): Promise<ListedHook[]> {
  const { rows } = await db.read<ListedHook>(
    `select h.id, h.person_id as "personId", h.kind, h.form, h.template, p.name as person,
            (select max(received_at) from hook_deliveries d where d.hook_id = h.id) as "lastAt"
       from hooks h join persons p on p.id = h.person_id order by h.id limit 1000`,
  );
  return rows;
}

export async function remove(tx: Transaction, id: string): Promise<boolean> {
  const { count } = await tx.query('delete from hooks where id = $1', [id]);
  return count > 0;
}

/** Notes that a delivery is taken; false when it was taken before. Holds the hook until `tx` ends. */
export async function take(tx: Transaction, hookId: string, digest: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `insert into hook_deliveries (hook_id, digest, received_at)
     select id, $2, $3 from hooks where id = $1 for update
     on conflict (hook_id, digest) do nothing`,
    [hookId, digest, now],
  );
  return count > 0;
}

/** Forgets what was taken so long ago: a signature with a time is too old by then. */
export async function forgetTaken(tx: Transaction, hookId: string, before: Instant): Promise<void> {
  await tx.query('delete from hook_deliveries where hook_id = $1 and received_at < $2', [hookId, before]);
}

export async function takenSince(db: Queryable, hookId: string, since: Instant): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*) as count from hook_deliveries where hook_id = $1 and received_at > $2',
    [hookId, since],
  );
  return rows[0]?.count ?? 0;
}

export const KIND = 'webhook';

export const deletionRules: readonly DeletionRule[] = [
  { sql: `delete from jobs where kind = '${KIND}' and payload ->> 'personId' = $1::text` },
];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update hooks set person_id = $2 where person_id = $1' },
  {
    sql: `update jobs set payload = jsonb_set(payload, '{personId}', to_jsonb($2::text))
           where kind = '${KIND}' and payload ->> 'personId' = $1::text`,
  },
];
