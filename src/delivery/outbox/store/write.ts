/** Parts as they are written, with their buttons. */
import type { Instant } from '../../../base/clock.ts';
import { type Fragment, json, raw, render, sql, type Transaction } from '../../../storage/index.ts';
import type { Receipt } from '../../adapter.ts';
import * as buttonStore from '../../buttons/store.ts';
import type { Content } from '../../content.ts';
import type { PartState } from '../states.ts';

/** A part as it is written; JSON names are the columns'. */
export interface NewPart {
  id: string;
  key: string;
  adapter: string;
  conversation_id: string;
  person_id: string | null;
  turn_id: string | null;
  inbox_id: string | null;
  grp: string;
  part: number;
  reply_to: string | null;
  content: Content;
  state: Extract<PartState, 'sending' | 'pending' | 'draft'>;
  owner: string | null;
  next_at: Instant | null;
  tainted: boolean;
}

export const PART_COLUMNS = `id uuid, key text, adapter text, conversation_id uuid, person_id uuid, turn_id uuid, inbox_id uuid,
  grp text, part smallint, reply_to text, content jsonb, state text, owner uuid, next_at timestamptz, tainted boolean`;

/**
 * `with` parts that write parts and buttons for which `when` holds (of a part `o`). A draft with the same key
 * becomes the part, and keeps what is known of its message. `out` has what was written; only that gets its buttons.
 */
export function insertions(
  parts: readonly NewPart[],
  buttons: readonly buttonStore.NewButton[],
  now: Instant,
  when: Fragment,
): Fragment {
  return sql`, out as (
      insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, part, reply_to, content,
                          state, owner, next_at, tainted, created_at)
      select o.*, ${now}::timestamptz from jsonb_to_recordset(${json(parts)}) as o (${raw(PART_COLUMNS)}) where ${when}
      on conflict (key) do update
         set content = excluded.content, drafted = true, state = excluded.state, owner = excluded.owner, tainted = excluded.tainted
       where outbox.state = 'draft'
      returning id, key, inbox_id, receipt, unknown_at, drafted
    )${buttonStore.insertions(buttons, now)}`;
}

/** A row as `out` returns it: it may have been a draft before. */
export interface Written {
  id: string;
  key: string;
  receipt: Receipt | null;
  unknown_at: string | null;
  drafted: boolean;
}

/**
 * True if an `inbox_id` is that of a row which the statement has found to be this process's still (`fence`). A
 * condition, and not a join: rows keep their order, which is that of a conversation.
 */
export const FENCED = sql`inbox_id = any (array(select id from fence))`;

/** The scalar that brings back what of `out` belongs to a row of `fence`. */
export const WRITTEN = sql`select jsonb_agg(out) from out where out.inbox_id = fence.id`;

/** Writes parts and buttons; what is not returned was in the outbox already. */
export async function insert(
  tx: Transaction,
  parts: readonly NewPart[],
  buttons: readonly buttonStore.NewButton[],
  now: Instant,
): Promise<Written[]> {
  // `insertions` begins with a comma: it follows other `with` parts.
  const statement = sql`with start as (select 1)${insertions(parts, buttons, now, sql`true`)} select (select jsonb_agg(out) from out) as written`;
  const { rows } = await tx.query<{ written: Written[] | null }>(...render(statement));
  return rows[0]?.written ?? [];
}

/** A `with` part that marks the drafts of answers that have no part in them any more, to be taken away. */
export function surplus(grps: readonly string[], keys: readonly string[]): Fragment {
  return sql`, surplus as (
      update outbox set state = 'pending', removed = true, owner = null, next_at = created_at
       where grp = any(${grps}::text[]) and state = 'draft' and key <> all (${keys}::text[])
         and ${FENCED}
    )`;
}
