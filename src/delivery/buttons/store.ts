/** Buttons: what pressing one does. A button is used up once, and with it all of its group, or of its card. */
import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import { type Database, type Fragment, json, raw, sql, type Transaction } from '../../storage/index.ts';
import type { Form } from '../content.ts';

export interface NewButton {
  id: string;
  /** The key of the part that shows it. */
  card: string;
  label: string;
  position: number;
  action: Json;
  conversation_id: string;
  person_id: string | null;
}

const COLUMNS = 'id text, card text, label text, position smallint, action jsonb, conversation_id uuid, person_id uuid';

/** A `with` part, beginning with a comma, that writes the buttons whose cards are among the keys of `out`. */
export function insertions(buttons: readonly NewButton[], now: Instant): Fragment {
  return sql`, presses as (
      insert into buttons (id, card, label, position, action, conversation_id, person_id, created_at)
      select b.*, ${now}::timestamptz from jsonb_to_recordset(${json(buttons)}) as b (${raw(COLUMNS)})
       where b.card in (select key from out)
    )`;
}

/**
 * A scalar: the open buttons, as `OpenButton`s, of the newest card of the conversation `c` that the person `p` may press,
 * if it is not older than `since` and was there when the inbox row `i` came.
 */
export function openButtons(since: Fragment): Fragment {
  return sql`coalesce((
        select json_agg(json_build_object('id', b.id, 'label', b.label, 'at', b.created_at,
                                          'grave', b.action->'grave') order by b.position)
          from buttons b
         where b.used_at is null and (b.person_id is null or b.person_id = p.id)
           and b.created_at >= coalesce((${since}), b.created_at)
           -- who wrote before it was there did not answer it
           and b.created_at <= i.received_at
           and b.card = (select card from buttons where conversation_id = c.id
                          order by created_at desc, seq desc limit 1)), '[]')`;
}

export async function formOf(database: Database, id: string): Promise<Form | undefined> {
  const { rows } = await database.read<{ form: Form | null }>(
    `select action->'form' as form from buttons where id = $1 and used_at is null`,
    [id],
  );
  return rows[0]?.form ?? undefined;
}

export interface UsedButton {
  card: string;
  label: string;
  /** Buttons that were used up with it, and itself. */
  ids: string[];
  tainted: boolean;
  /** The tool call, and the one field that a press may fill. */
  action: { tool: string; input: Record<string, unknown>; form?: Form; owners?: true };
}

/**
 * Uses a button, and with it all of its group (`Choice.group`), or of its card: `gone` when it does not exist or was used, `not_yours` when somebody else
 * may press it.
 */
export async function use(
  tx: Transaction,
  id: string,
  person: { id: string; isOwner: boolean; forOthers: readonly string[] },
  now: Instant,
): Promise<UsedButton | 'gone' | 'not_yours'> {
  const { rows } = await tx.query<Omit<UsedButton, 'ids'> & { person_id: string | null }>(
    `select b.card, b.label, b.action, b.person_id,
            coalesce((select o.tainted from outbox o where o.key = b.card), false) as tainted
       from buttons b
      where b.id = $1 and b.used_at is null and (b.expires_at is null or b.expires_at > $2) for update of b`,
    [id, now],
  );
  const button = rows[0];
  if (!button) return 'gone';
  const { card, label, tainted, action } = button;
  const isOthers = button.person_id !== null && button.person_id !== person.id;
  const isOwners = person.isOwner && action.owners === true;
  if (isOthers && !isOwners && !person.forOthers.includes(action.tool)) return 'not_yours';
  const used = await tx.query<{ id: string }>(
    `update buttons set used_at = $2, used_by = $3
      where card = $1 and used_at is null
        and action->>'group' is not distinct from (select action->>'group' from buttons where id = $4)
     returning id`,
    [card, now, person.id, id],
  );
  return { card, label, tainted, action, ids: used.rows.map((row) => row.id) };
}

export async function reopen(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.query('update buttons set used_at = null, used_by = null where id = any($1)', [ids]);
}

/** Uses up the open buttons that call `tool` for a turn of the conversation; with `call` those about one. Returns the cards that show them. */
export async function close(
  tx: Transaction,
  asked: { conversationId: string; turnId: string; tool: string; call?: { id: string; hash: string } },
  now: Instant,
): Promise<string[]> {
  const { conversationId, turnId, tool, call } = asked;
  const { rows } = await tx.query<{ card: string }>(
    `with used as (
       update buttons set used_at = $4
        where conversation_id = $1 and used_at is null and action->>'tool' = $3 and action->'input'->>'turn' = $2
          and ($5::text is null or action->'input'->>'call' = $5 and action->'input'->>'hash' = $6)
       returning card
     )
     select distinct card from used`,
    [conversationId, turnId, tool, now, call?.id ?? null, call?.hash ?? null],
  );
  return rows.map(({ card }) => card);
}

export const PRUNED = 'pressed as (delete from buttons where card = any (array(select key from old)))';

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update buttons set person_id = $2 where person_id = $1' },
  { sql: 'update buttons set used_by = $2 where used_by = $1' },
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from buttons where person_id = $1' }];
