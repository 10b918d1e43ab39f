import type { Instant } from '../base/clock.ts';
import type { DeletionRule, MergeRule } from '../people/index.ts';
import { json, type Queryable, type Transaction } from '../storage/index.ts';
import type { Pin, PinnedFolder } from './pin.ts';

/** `pinned`: by its first use; `approved`: by an owner; `blocked`: an owner has to look at it first. */
export type PinState = 'pinned' | 'approved' | 'blocked';

export interface FolderId {
  name: string;
  /** Source of a skill; of another folder its kind ("specialist"). */
  source: string;
}

export interface KnownPin {
  state: PinState;
  pinned: PinnedFolder;
}

export async function pinsOf(db: Queryable, source: string, names: readonly string[]): Promise<Map<string, KnownPin>> {
  const { rows } = await db.query<PinnedFolder & { name: string; state: PinState }>(
    'select name, hash, state, capabilities, files from skill_pins where source = $1 and name = any ($2::text[])',
    [source, names],
  );
  return new Map(rows.map(({ name, state, ...pinned }) => [name, { state, pinned }]));
}

export async function pinOf(db: Queryable, { name, source }: FolderId): Promise<KnownPin | undefined> {
  return (await pinsOf(db, source, [name])).get(name);
}

/** The texts that were decided about, by path; those of a decision before they were kept are none. */
export async function pinnedTexts(db: Queryable, { name, source }: FolderId): Promise<Record<string, string>> {
  const { rows } = await db.query<{ texts: Record<string, string> }>(
    'select texts from skill_pins where name = $1 and source = $2',
    [name, source],
  );
  return rows[0]?.texts ?? {};
}

export async function addPin(
  tx: Transaction,
  { name, source }: FolderId,
  { hash, capabilities, files, texts }: Pin,
  state: PinState,
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into skill_pins (name, source, hash, state, capabilities, files, texts, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [name, source, hash, state, json(capabilities), json(files), json(texts), now],
  );
}

/** Keeps what an owner approved; `personId` is undefined on the command line. */
export async function approvePin(
  tx: Transaction,
  { name, source }: FolderId,
  { hash, capabilities, files, texts }: Pin,
  by: { personId: string | undefined; now: Instant },
): Promise<void> {
  await tx.query(
    `insert into skill_pins (name, source, hash, state, capabilities, files, texts, person_id, decided_at)
     values ($1, $2, $3, 'approved', $4, $5, $6, $7, $8)
     on conflict (name, source) do update
       set hash = excluded.hash, state = excluded.state, capabilities = excluded.capabilities, files = excluded.files,
           texts = excluded.texts,           person_id = excluded.person_id, decided_at = excluded.decided_at`,
    [name, source, hash, json(capabilities), json(files), json(texts), by.personId ?? null, by.now],
  );
}

/** Takes back that a folder may be used: an owner has to look at it first. False where nobody has decided about it. */
export async function blockPin(tx: Transaction, { name, source }: FolderId, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update skill_pins set state = 'blocked', decided_at = $3 where name = $1 and source = $2 and state <> 'blocked'`,
    [name, source, now],
  );
  return count > 0;
}

export async function blockedOf(db: Queryable, sources: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from skill_pins where state = 'blocked' and source = any ($1::text[])`,
    [sources],
  );
  return rows.map(({ name }) => name);
}

export async function pinnedNames(db: Queryable, sources: readonly string[]): Promise<FolderId[]> {
  const { rows } = await db.query<FolderId>('select name, source from skill_pins where source = any ($1::text[])', [
    sources,
  ]);
  return rows;
}

export const deletionRules: readonly DeletionRule[] = [
  { sql: 'update skill_pins set person_id = null where person_id = $1' },
];

export const mergeRules: readonly MergeRule[] = [{ sql: 'update skill_pins set person_id = $2 where person_id = $1' }];
