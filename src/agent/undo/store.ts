import type { Instant } from '../../base/clock.ts';
import { uuid } from '../../base/ids.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import { json, type Transaction } from '../../storage/index.ts';
import type { Call } from '../tools/tool.ts';

export interface UndoRow {
  id: string;
  label: string;
  call: Call;
}

export function addUndo(
  tx: Transaction,
  undo: { personId: string; conversationId: string; label: string; call: Call },
  now: Instant,
): string {
  const id = uuid(now);
  tx.send(
    'insert into undos (id, person_id, conversation_id, label, call, created_at) values ($1, $2, $3, $4, $5, $6)',
    [id, undo.personId, undo.conversationId, undo.label, json(undo.call), now],
  );
  return id;
}

export async function takeUndo(
  tx: Transaction,
  personId: string,
  conversationId: string,
  since: Instant,
  now: Instant,
): Promise<UndoRow | undefined> {
  const { rows } = await tx.query<UndoRow>(
    `update undos set used_at = $4
      where id = (select id from undos where person_id = $1 and conversation_id = $2 and used_at is null
                     and created_at >= $3 order by created_at desc, seq desc limit 1 for update)
      returning id, label, call`,
    [personId, conversationId, since, now],
  );
  return rows[0];
}

/** The act that `takeUndo` would take. */
export async function lastUndo(
  tx: Transaction,
  personId: string,
  conversationId: string,
  since: Instant,
): Promise<UndoRow | undefined> {
  const { rows } = await tx.query<UndoRow>(
    `select id, label, call from undos
      where person_id = $1 and conversation_id = $2 and used_at is null and created_at >= $3
      order by created_at desc, seq desc limit 1`,
    [personId, conversationId, since],
  );
  return rows[0];
}

/** A certain act, in whichever conversation it was done; undefined where it was taken back already, or is too old. */
export async function takeUndoOf(
  tx: Transaction,
  personId: string,
  id: string,
  since: Instant,
  now: Instant,
): Promise<UndoRow | undefined> {
  const { rows } = await tx.query<UndoRow>(
    `update undos set used_at = $4 where id = $2 and person_id = $1 and used_at is null and created_at >= $3
      returning id, label, call`,
    [personId, id, since, now],
  );
  return rows[0];
}

export const retentionRules: readonly RetentionRule[] = [
  pruneRule('undos.prune', { table: 'undos', ended: 'created_at' }),
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from undos where person_id = $1' }];

export const mergeRules: readonly MergeRule[] = [{ sql: 'update undos set person_id = $2 where person_id = $1' }];
