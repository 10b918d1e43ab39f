/** The parts of an answer that grows. */
import type { Instant } from '../../../base/clock.ts';
import { type Database, json, raw, render, sql } from '../../../storage/index.ts';
import type { Receipt } from '../../adapter.ts';
import { type NewPart, PART_COLUMNS, type Written } from './write.ts';

/** Writes a draft, or takes over the one that an earlier process wrote, if `item` still holds its lane. */
export async function draft(
  database: Database,
  part: NewPart,
  item: { conversationId: string; owner: string; inboxId: string },
  now: Instant,
): Promise<Written | undefined> {
  const statement = sql`
    -- waits for who takes the lane away: what is written after that nobody would take away again
    with holder as (
      select from lanes where conversation_id = ${item.conversationId} and owner = ${item.owner}
                          and current = ${item.inboxId} for key share
    )
    insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, part, reply_to, content,
                        state, owner, next_at, tainted, created_at)
    select o.*, ${now}::timestamptz from jsonb_to_recordset(${json([part])}) as o (${raw(PART_COLUMNS)})
     where exists (select from holder)
    on conflict (key) do update set owner = excluded.owner where outbox.state = 'draft'
    returning id, key, receipt, unknown_at, drafted`;
  const { rows } = await database.run<Written>('outbox.draft', ...render(statement));
  return rows[0];
}

/** True if a draft is still one, and this process's. */
export async function isDraft(database: Database, id: string, owner: string): Promise<boolean> {
  const { rows } = await database.read(`select 1 from outbox where id = $1 and owner = $2 and state = 'draft'`, [
    id,
    owner,
  ]);
  return rows.length > 0;
}

/** Stores where a draft's message is. */
export async function drafted(database: Database, id: string, owner: string, receipt: Receipt): Promise<void> {
  await database.run(
    'outbox.drafted',
    'update outbox set receipt = $3, unknown_at = null where id = $1 and owner = $2',
    [id, owner, json(receipt)],
  );
}

/** Stores that nobody knows whether a draft's message is there. */
export async function draftUnknown(database: Database, id: string, owner: string, at: Instant): Promise<void> {
  await database.run('outbox.draft_unknown', 'update outbox set unknown_at = $3 where id = $1 and owner = $2', [
    id,
    owner,
    at,
  ]);
}
