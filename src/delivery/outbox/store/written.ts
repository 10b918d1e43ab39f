/** Parts as they are written: with the end of their turn, by themselves, as drafts of an answer that grows. */
import type { Instant } from '../../../base/clock.ts';
import {
  type Database,
  type Fragment,
  json,
  NO_SQL,
  render,
  rowSource,
  sql,
  type Transaction,
} from '../../../storage/index.ts';
import type { Part, Place, Receipt } from '../../adapter.ts';
import * as buttonStore from '../../buttons/store.ts';
import type { Content } from '../../content.ts';
import { toPlace } from '../../conversations/store.ts';
import { SHOWS } from '../frozen.ts';
import type { PartState } from '../states.ts';

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
  state: Extract<PartState, 'sending' | 'pending' | 'held' | 'draft'>;
  owner: string | null;
  next_at: Instant | null;
  tainted: boolean;
}

const PARTS = rowSource(
  'o',
  `id uuid, key text, adapter text, conversation_id uuid, person_id uuid, turn_id uuid, inbox_id uuid, grp text,
  part smallint, reply_to text, content jsonb, state text, owner uuid, next_at timestamptz, tainted boolean`,
);

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
      select o.*, ${now}::timestamptz from ${PARTS(parts)} where ${when}
      on conflict (key) do update
         set content = excluded.content, drafted = true, state = excluded.state, owner = excluded.owner,
             next_at = excluded.next_at, tainted = excluded.tainted
       where outbox.state = 'draft'
      returning id, key, inbox_id, receipt, unknown_at, drafted
    )${buttons.length > 0 ? buttonStore.insertions(buttons, now) : NO_SQL}`;
}

export interface WrittenPart {
  id: string;
  key: string;
  receipt: Receipt | null;
  unknown_at: string | null;
  drafted: boolean;
}

export async function insert(
  tx: Transaction,
  parts: readonly NewPart[],
  buttons: readonly buttonStore.NewButton[],
  now: Instant,
): Promise<WrittenPart[]> {
  // `insertions` begins with a comma: it follows other `with` parts.
  const statement = sql`with start as (select 1)${insertions(parts, buttons, now, sql`true`)} select (select jsonb_agg(out) from out) as written`;
  const { rows } = await tx.query<{ written: WrittenPart[] | null }>(...render(statement));
  return rows[0]?.written ?? [];
}

/** A `with` part that takes drafts of these messages away where `when` holds, but for those whose keys are parts by now. */
export function surplusDrafts(grps: readonly string[], keys: readonly string[], when: Fragment): Fragment {
  return sql`, surplus as (
      update outbox set state = 'pending', removed = true, owner = null, next_at = created_at
       where grp = any(${grps}::text[]) and state = 'draft' and key <> all (${keys}::text[])
         and ${when}
    )`;
}

// The parts of an answer that grows.

/** Writes a draft, or takes over the one that an earlier process wrote, if `item` still holds its lane. */
export async function draft(
  database: Database,
  part: NewPart,
  item: { conversationId: string; owner: string; inboxId: string },
  now: Instant,
): Promise<WrittenPart | undefined> {
  const statement = sql`
    -- waits for who takes the lane away: what is written after that nobody would take away again
    with holder as (
      select from lanes where conversation_id = ${item.conversationId} and owner = ${item.owner}
                          and current = ${item.inboxId} for key share
    )
    insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, part, reply_to, content,
                        state, owner, next_at, tainted, created_at)
    select o.*, ${now}::timestamptz from ${PARTS([part])}
     where exists (select from holder)
    on conflict (key) do update set owner = excluded.owner where outbox.state = 'draft'
    returning id, key, receipt, unknown_at, drafted`;
  const { rows } = await database.run<WrittenPart>('outbox.draft', ...render(statement));
  return rows[0];
}

export async function isDraft(database: Database, id: string, owner: string): Promise<boolean> {
  const { rows } = await database.read(`select 1 from outbox where id = $1 and owner = $2 and state = 'draft'`, [
    id,
    owner,
  ]);
  return rows.length > 0;
}

export async function storeDraftReceipt(
  database: Database,
  id: string,
  owner: string,
  receipt: Receipt,
): Promise<void> {
  await database.run(
    'outbox.drafted',
    'update outbox set receipt = $3, unknown_at = null where id = $1 and owner = $2',
    [id, owner, json(receipt)],
  );
}

export async function markDraftUnknown(database: Database, id: string, owner: string, at: Instant): Promise<void> {
  await database.run('outbox.draft_unknown', 'update outbox set unknown_at = $3 where id = $1 and owner = $2', [
    id,
    owner,
    at,
  ]);
}

// Known facts about what was written.

export async function adapterOf(tx: Transaction, key: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ adapter: string }>('select adapter from outbox where key = $1', [key]);
  return rows[0]?.adapter;
}

/** The content of a part `o` whose used buttons are spent; those that stand there unused stay. Another press may have been first. */
const SPENT = `(
  select (o.content - 'buttons')
      || case when bool_or(is_open)
           then jsonb_build_object('buttons', jsonb_agg(button order by place) filter (where is_open)) else '{}' end
      || jsonb_build_object('spent', coalesce(o.content->'spent', '[]')
           || coalesce(jsonb_agg(button order by place) filter (where not is_open), '[]'))
    from (select button, place, exists (select from buttons b where b.id = button->>'id' and b.used_at is null) as is_open
            from jsonb_array_elements(o.content->'buttons') with ordinality as shown (button, place)) each)`;

/**
 * Has a part shown with its used buttons spent and a note below: one that was sent is shown again; one whose receipt is
 * not stored yet (who presses early) once it is. False when there are none.
 */
export async function closeCard(tx: Transaction, key: string, note: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update outbox o
        set content = ${SPENT} || jsonb_build_object('text', (content->>'text') || $2::text),
            drafted = true,
            state = case state when 'sent' then 'pending' else state end,
            next_at = case state when 'sent' then $3 else next_at end
      where key = $1 and content ? 'buttons'
        and (state = 'sent' and receipt is not null or state in ('sending', 'unknown', 'pending', 'held'))`,
    [key, `\n\n_${note}_`, now],
  );
  return count > 0;
}

/** The part with this key, as an adapter shows it; undefined for a draft, and for one that was taken away or erased. */
export async function saidPart(database: Database, key: string): Promise<Part | undefined> {
  const { rows } = await database.read<Parameters<typeof toPlace>[0] & { content: Content; reply_to: string | null }>(
    `select o.content, o.reply_to, c.adapter, c.channel, c.space_id, c.kind
       from outbox o join conversations c on c.id = o.conversation_id where o.key = $1 and not o.removed and o.state <> 'draft'`,
    [key],
  );
  const [row] = rows;
  return row && { key, place: toPlace(row), content: row.content, ...(row.reply_to && { replyTo: row.reply_to }) };
}

export async function receipts(database: Database, place: Place, since: Instant): Promise<Set<string>> {
  const { rows } = await database.read<{ id: string }>(
    `select o.receipt->>'id' as id from outbox o join conversations c on c.id = o.conversation_id
      where c.adapter = $1 and c.channel = $2 and o.receipt is not null and o.created_at >= $3`,
    [place.adapter, place.channel, since],
  );
  return new Set(rows.map((row) => row.id));
}

/** Parts of a place that may be there though nobody has said so; at most 500. */
export async function unconfirmedParts(
  database: Database,
  place: Place,
): Promise<{ key: string; grp: string; part: number; replyTo: string | undefined }[]> {
  const { rows } = await database.read<{ key: string; grp: string; part: number; reply_to: string | null }>(
    `select o.key, o.grp, o.part, o.reply_to from outbox o join conversations c on c.id = o.conversation_id
      where c.adapter = $1 and c.channel = $2 and (o.receipt is null or o.receipt ? '${SHOWS}')
        and o.state in ('draft', 'pending', 'sending', 'unknown', 'dead') limit 500`,
    [place.adapter, place.channel],
  );
  return rows.map(({ reply_to: replyTo, ...row }) => ({ ...row, replyTo: replyTo ?? undefined }));
}
