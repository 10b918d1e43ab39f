/**
 * The statement that ends inbox rows with all that belongs to their ends: docs/delivery.md shows it as it is sent for a
 * plain message. Whatever the parts after `fence` write, they write only for rows that are in it. In order:
 *
 * - `fence`: frees the lanes of the rows that are still this process's;
 * - `closed`: the rows' states;
 * - `out` and its buttons: the answers, as being sent by this process (`insertions` of outbox/store/written.ts);
 * - `surplus`: drafts that became no part of an answer;
 * - jobs that tell programs of it (jobs/events);
 * - `also`: the turn, its steps, usage, audit, files and history (`turnRecord` of agent/turn/record/store.ts).
 */

import type { Instant } from '../../base/clock.ts';
import { type Fragment, NO_SQL, rowSource, sql } from '../../storage/index.ts';
import type { NewButton } from '../buttons/store.ts';
import type { FinalState } from '../inbox/store.ts';
import type { Item } from '../item.ts';
import { insertions, type NewPart, surplusDrafts, type WrittenPart } from '../outbox/store/written.ts';

interface RowEnd {
  item: Item;
  state: FinalState;
  error?: string | undefined;
}

/** Parts of the statement beside the ends themselves. */
export interface ClosingParts {
  parts: readonly NewPart[];
  buttons: readonly NewButton[];
  /** Keys of messages that may have more drafts than parts. */
  drafted: readonly string[];
  events: Fragment;
  also: Fragment;
}

/** A row that has been ended, with what is left in its lane. */
export interface ClosedRow {
  id: string;
  pending: number;
  written: WrittenPart[] | null;
}

const ENDS = rowSource('e', 'id uuid, conversation_id uuid, person_id uuid, owner uuid, state text, error text');

/**
 * True if an `inbox_id` is that of a row which the statement has found to be this process's still (`fence`). A
 * condition, and not a join: rows keep their order, which is that of a conversation.
 */
export const FENCED = sql`inbox_id = any (array(select id from fence))`;

/**
 * Comes back with a `ClosedRow` for each row that is ended. One that is not this process's any more does not come back: then
 * nothing has happened to it. Rows without a lane end alone.
 */
export function closingStatement(ends: readonly RowEnd[], closing: ClosingParts, now: Instant): Fragment {
  const { parts, buttons, drafted, events, also } = closing;
  const rows = ends.map(({ item, state, error }) => ({
    id: item.id,
    conversation_id: item.conversation.id,
    person_id: item.person.id,
    owner: item.owner,
    state,
    error: error ?? null,
  }));
  const ids = rows.map(({ id }) => id);
  const lanes = rows.map((row) => row.conversation_id);
  const fence = ends[0]?.item.inLane ? leaveLanes(ENDS(rows), lanes, now) : leaveLaneless(ENDS(rows), ids);
  const out = parts.length > 0 ? insertions(parts, buttons, now, FENCED) : NO_SQL;
  const partsSql = parts.length > 0 ? WRITTEN : NONE_WRITTEN;
  const keys = parts.map(({ key }) => key);
  return sql`
    with ${fence}, closed as (
      update inbox i
         set state = e.state, owner = null, error = e.error,
             finished_at = case when e.state = 'waiting' then null else ${now}::timestamptz end
        from fence e
       where i.id = any(${ids}::uuid[]) and i.id = e.id
    )${out}${drafted.length > 0 ? surplusDrafts(drafted, keys, FENCED) : NO_SQL}${events}${also}
    select id, pending, (${partsSql}) as written from fence`;
}

const WRITTEN = sql`select jsonb_agg(out) from out where out.inbox_id = fence.id`;
const NONE_WRITTEN = sql`null::jsonb`;

function leaveLanes(ends: Fragment, conversationIds: readonly string[], now: Instant): Fragment {
  // Several lanes are locked in one order, so that two statements never wait for each other.
  const isOrdered = conversationIds.length > 1;
  const locked = isOrdered ? lockLanes(conversationIds) : NO_SQL;
  return sql`${locked}fence as (
      update lanes l
         set owner = null, current = null, pending = l.pending - 1, served_at = ${now}, cancel = false,
             last_person = e.person_id
        from ${ends}${isOrdered ? JOIN_LOCKED : NO_SQL}
       where l.conversation_id = any(${conversationIds}::uuid[]) and l.conversation_id = e.conversation_id
         and l.owner = e.owner and l.current = e.id
      returning e.id, l.pending, e.state, e.error
    )`;
}

const JOIN_LOCKED = sql` join locked using (conversation_id)`;

function lockLanes(conversationIds: readonly string[]): Fragment {
  return sql`locked as (
      select conversation_id from lanes where conversation_id = any(${conversationIds}::uuid[])
       order by conversation_id for update
    ), `;
}

function leaveLaneless(ends: Fragment, ids: readonly string[]): Fragment {
  return sql`fence as (
      select i.id, 0 as pending, e.state, e.error from inbox i join ${ends} on e.id = i.id
       where i.id = any(${ids}::uuid[]) and i.owner = e.owner and i.state = 'received' for update of i
    )`;
}
