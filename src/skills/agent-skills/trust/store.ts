/** Pins, deprecations and uses of skills, and their settings in a conversation. Every verb runs in the given transaction. */

import type { Instant } from '../../../base/clock.ts';
import type { Json } from '../../../base/json.ts';
import { conversations } from '../../../delivery/index.ts';
import type { DeletionRule, MergeRule } from '../../../people/index.ts';
import { json, type Queryable, type Transaction } from '../../../storage/index.ts';
import { SOURCE_KINDS } from '../skill.ts';
import type { Pin, Pinned } from './pin.ts';

/** `pinned`: by its first use; `approved`: by an owner; `blocked`: an owner has to look at it first. */
export type PinState = 'pinned' | 'approved' | 'blocked';

export interface SkillId {
  name: string;
  /** The kind of place that a skill comes from; of another folder what it is ("specialist"). */
  source: string;
}

export interface KnownPin {
  state: PinState;
  pinned: Pinned;
}

interface PinRow {
  hash: string;
  state: PinState;
  capabilities: Pinned['capabilities'];
  files: Pinned['files'];
}

export async function pinOf(db: Pick<Queryable, 'query'>, { name, source }: SkillId): Promise<KnownPin | undefined> {
  const { rows } = await db.query<PinRow>(
    'select hash, state, capabilities, files from skill_pins where name = $1 and source = $2',
    [name, source],
  );
  const row = rows[0];
  return row && { state: row.state, pinned: { hash: row.hash, capabilities: row.capabilities, files: row.files } };
}

/** The hash and the state of what is pinned of one source, by name. */
export async function pinsOf(
  db: Pick<Queryable, 'query'>,
  source: string,
  names: readonly string[],
): Promise<Map<string, { hash: string; state: PinState }>> {
  const { rows } = await db.query<{ name: string; hash: string; state: PinState }>(
    'select name, hash, state from skill_pins where source = $1 and name = any ($2::text[])',
    [source, names],
  );
  return new Map(rows.map(({ name, hash, state }) => [name, { hash, state }]));
}

/** Stores the pin of a first use, unless there is one already. */
export async function addPin(
  tx: Transaction,
  { name, source }: SkillId,
  { hash, capabilities, files }: Pin,
  state: PinState,
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into skill_pins (name, source, hash, state, capabilities, files, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [name, source, hash, state, json(capabilities), json(files), now],
  );
}

/** Keeps what an owner approved; `personId` is undefined on the command line. */
export async function approvePin(
  tx: Transaction,
  { name, source }: SkillId,
  { hash, capabilities, files }: Pin,
  by: { personId: string | undefined; now: Instant },
): Promise<void> {
  await tx.query(
    `insert into skill_pins (name, source, hash, state, capabilities, files, person_id, decided_at)
     values ($1, $2, $3, 'approved', $4, $5, $6, $7)
     on conflict (name, source) do update
       set hash = excluded.hash, state = excluded.state, capabilities = excluded.capabilities, files = excluded.files,
           person_id = excluded.person_id, decided_at = excluded.decided_at`,
    [name, source, hash, json(capabilities), json(files), by.personId ?? null, by.now],
  );
}

/** Skills that an owner has to approve before they are used. */
export async function blocked(db: Pick<Queryable, 'query'>): Promise<SkillId[]> {
  const { rows } = await db.query<SkillId>(
    `select name, source from skill_pins where state = 'blocked' and source = any ($1::text[])`,
    [SOURCE_KINDS],
  );
  return rows;
}

/** Deletion rules: decisions stay, without the person who made them. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: 'update skill_pins set person_id = null where person_id = $1' },
  { sql: 'update skill_deprecations set person_id = null where person_id = $1' },
];

/** Decisions are those of whoever the owner turns out to be. */
export const mergeRules: readonly MergeRule[] = [
  { sql: 'update skill_pins set person_id = $2 where person_id = $1' },
  { sql: 'update skill_deprecations set person_id = $2 where person_id = $1' },
];

export interface Deprecation {
  /** The skill's name. */
  name: string;
  reason: string;
  /** The skill to use instead. */
  replacement: string | undefined;
}

/** All that there are, by name. */
export async function deprecations(queryable: Pick<Queryable, 'query'>): Promise<Deprecation[]> {
  const { rows } = await queryable.query<{ name: string; reason: string; replacement: string | null }>(
    'select name, reason, replacement from skill_deprecations order by name',
  );
  return rows.map(({ name, reason, replacement }) => ({ name, reason, replacement: replacement ?? undefined }));
}

/** Deprecates a skill; what was said of it before is replaced. */
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

/** Offers it again; false when it was not deprecated. */
export async function undeprecate(tx: Transaction, name: string): Promise<boolean> {
  const { count } = await tx.query('delete from skill_deprecations where name = $1', [name]);
  return count > 0;
}

/** Limit of active skills in a conversation; the oldest is dropped. */
const MOST_ACTIVE = 20;

/** Notes that the conversation uses these skills from now on, and counts the use. */
export async function noteUse(
  tx: Transaction,
  conversationId: string,
  names: readonly string[],
  now: Instant,
): Promise<void> {
  const held = await conversations.hold(tx, conversationId);
  if (!held) return;
  const { settings, epoch } = held;
  const before = activeIn(settings, epoch).filter((name) => !names.includes(name));
  const active = { epoch, names: [...before, ...names].slice(-MOST_ACTIVE) };
  await conversations.setSetting(tx, conversationId, ACTIVE, active);
  await tx.query(
    `insert into skill_uses (name, uses, last_at) select name, 1, $2 from unnest($1::text[]) as name
     on conflict (name) do update set uses = skill_uses.uses + 1, last_at = excluded.last_at`,
    [[...names].sort(), now],
  );
}

/** How often each skill was used. */
export async function uses(db: Pick<Queryable, 'query'>): Promise<Map<string, number>> {
  const { rows } = await db.query<{ name: string; uses: number }>('select name, uses from skill_uses');
  return new Map(rows.map(({ name, uses: count }) => [name, count]));
}

/** The setting of a skill that is switched off in a conversation is `false`. */
export const settingOf = (name: string): string => `skill:${name}`;

/** The names of the skills in use, with the conversation's beginning that they belong to. */
const ACTIVE = 'skills';

type Settings = Readonly<Record<string, Json>>;

export function offIn(settings: Settings, denied: ReadonlySet<string> = NONE): ReadonlySet<string> {
  const names = Object.entries(settings).flatMap(([key, value]) =>
    key.startsWith('skill:') && value === false ? [key.slice('skill:'.length)] : [],
  );
  return names.length === 0 ? denied : new Set([...names, ...denied]);
}

const NONE: ReadonlySet<string> = new Set();

/** The skills in use since the conversation began (afresh), in the order of their activation. */
export function activeIn(settings: Settings, epoch: number): readonly string[] {
  const active = settings[ACTIVE];
  if (typeof active !== 'object' || active === null || Array.isArray(active) || active.epoch !== epoch) return [];
  return Array.isArray(active.names) ? active.names.filter((name): name is string => typeof name === 'string') : [];
}
