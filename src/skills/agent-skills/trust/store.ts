/** In which state of its files a skill may be used. Every verb runs in the transaction that it is given. */

import type { Instant } from '../../../base/clock.ts';
import type { Erasure } from '../../../people/index.ts';
import { json, type Queryable, type Transaction } from '../../../storage/index.ts';
import type { Pin, Pinned } from '../pin/index.ts';
import type { SourceKind } from '../skill.ts';

/** `pinned`: by its first use; `approved`: by an owner; `blocked`: an owner has to look at it first. */
export type PinState = 'pinned' | 'approved' | 'blocked';

export interface SkillId {
  name: string;
  source: SourceKind;
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

/** Keeps what a skill is at its first use, unless somebody was quicker. */
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

/** Those that an owner has to look at before they are used. */
export async function blocked(db: Pick<Queryable, 'query'>): Promise<SkillId[]> {
  const { rows } = await db.query<SkillId>(`select name, source from skill_pins where state = 'blocked'`);
  return rows;
}

/** What an owner decided stays, without who it was. */
export const erasures: readonly Erasure[] = [
  { sql: 'update skill_pins set person_id = null where person_id = $1' },
  { sql: 'update skill_deprecations set person_id = null where person_id = $1' },
];
