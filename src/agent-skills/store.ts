import type { Instant } from '../base/clock.ts';
import type { Json } from '../base/json.ts';
import { conversations } from '../delivery/index.ts';
import type { DeletionRule, MergeRule } from '../people/index.ts';
import type { Queryable, Transaction } from '../storage/index.ts';

/** Deletion rules: decisions stay, without the person who made them. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: 'update skill_deprecations set person_id = null where person_id = $1' },
  { sql: 'delete from skill_requests where person_id = $1' },
];

/** Decisions are those of whoever the owner turns out to be. */
export const mergeRules: readonly MergeRule[] = [
  { sql: 'update skill_deprecations set person_id = $2 where person_id = $1' },
  { sql: 'update skill_requests set person_id = $2 where person_id = $1' },
];

export interface Deprecation {
  name: string;
  reason: string;
  replacement: string | undefined;
}

export async function deprecations(queryable: Queryable): Promise<Deprecation[]> {
  const { rows } = await queryable.query<{ name: string; reason: string; replacement: string | null }>(
    'select name, reason, replacement from skill_deprecations order by name',
  );
  return rows.map(({ name, reason, replacement }) => ({ name, reason, replacement: replacement ?? undefined }));
}

export async function deprecate(
  tx: Transaction,
  { name, reason, replacement }: Deprecation,
  by: { personId: string | undefined; now: Instant },
): Promise<void> {
  await tx.query(
    `insert into skill_deprecations (name, reason, replacement, person_id, decided_at)
     values ($1, $2, $3, $4, $5)
     on conflict (name) do update
       set reason = excluded.reason, replacement = excluded.replacement,
           person_id = excluded.person_id, decided_at = excluded.decided_at`,
    [name, reason, replacement ?? null, by.personId ?? null, by.now],
  );
}

export async function undeprecate(tx: Transaction, name: string): Promise<boolean> {
  const { count } = await tx.query('delete from skill_deprecations where name = $1', [name]);
  return count > 0;
}

/** A skill as it was activated: another one of its name, from elsewhere, was not. */
export interface Activation {
  name: string;
  source: string;
}

export async function activations(queryable: Queryable): Promise<Activation[]> {
  const { rows } = await queryable.query<Activation>('select name, source from skill_activations');
  return rows;
}

export async function activate(tx: Transaction, { name, source }: Activation, now: Instant): Promise<void> {
  await tx.query(
    `insert into skill_activations (name, source, activated_at) values ($1, $2, $3) on conflict do nothing`,
    [name, source, now],
  );
}

const MOST_ACTIVE = 20;

/** Notes that the conversation uses these skills from now on, and counts the use. */
export async function noteUse(
  tx: Transaction,
  conversationId: string,
  names: readonly string[],
  now: Instant,
): Promise<void> {
  const state = await conversations.lock(tx, conversationId);
  if (!state) return;
  const { settings, epoch } = state;
  const before = activeIn(settings, epoch).filter((name) => !names.includes(name));
  const active = { epoch, names: [...before, ...names].slice(-MOST_ACTIVE) };
  await conversations.setSetting(tx, conversationId, ACTIVE_SETTING, active);
  await tx.query(
    `insert into skill_uses (name, uses, last_at) select name, 1, $2 from unnest($1::text[]) as name
     on conflict (name) do update set uses = skill_uses.uses + 1, last_at = excluded.last_at`,
    [[...names].sort(), now],
  );
}

export async function uses(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ name: string; uses: number }>('select name, uses from skill_uses');
  return new Map(rows.map(({ name, uses: count }) => [name, count]));
}

export const settingOf = (name: string): string => `skill:${name}`;

const ACTIVE_SETTING = 'skills';

type Settings = Readonly<Record<string, Json>>;

export function offIn(settings: Settings, denied: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const names = Object.entries(settings).flatMap(([key, value]) =>
    key.startsWith('skill:') && value === false ? [key.slice('skill:'.length)] : [],
  );
  return names.length === 0 ? denied : new Set([...names, ...denied]);
}

export function activeIn(settings: Settings, epoch: number): readonly string[] {
  const active = settings[ACTIVE_SETTING];
  if (typeof active !== 'object' || active === null || Array.isArray(active) || active.epoch !== epoch) return [];
  return Array.isArray(active.names) ? active.names.filter((name): name is string => typeof name === 'string') : [];
}
