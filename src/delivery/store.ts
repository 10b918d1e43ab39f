import type { Instant } from '../base/clock.ts';
import type { Json } from '../base/json.ts';
import { type PersonRow, toPerson } from '../people/index.ts';
import { type Fragment, sql, type Transaction } from '../storage/index.ts';
import type { Place } from './adapter.ts';
import type { Item, ItemKind, Payload } from './item.ts';

/** The columns that make an `Item`; expects `i` (inbox), `c` (conversations) and `p` (persons) in scope. */
export function itemColumns(context: Fragment): Fragment {
  return sql`to_jsonb(c) as conversation, to_jsonb(p) as person, (${context}) as context`;
}

export interface ItemRow {
  id: string;
  key: string;
  kind: ItemKind;
  message_id: string;
  payload: Payload;
  sent_at: Instant;
  received_at: Instant;
  attempts: number;
  tainted: boolean;
  laned: boolean;
  conversation: ConversationRow;
  person: PersonRow;
  context: Json;
}

export interface ConversationRow {
  id: string;
  adapter: string;
  channel: string;
  space_id: string;
  kind: Place['kind'];
  epoch: number;
  settings: Record<string, Json>;
}

export function toItem(row: ItemRow, owner: string): Item {
  const { conversation: c } = row;
  return {
    id: row.id,
    key: row.key,
    kind: row.kind,
    conversation: { id: c.id, place: toPlace(c), epoch: c.epoch, settings: c.settings },
    person: toPerson(row.person),
    messageId: row.message_id,
    payload: row.payload,
    sentAt: row.sent_at,
    receivedAt: row.received_at,
    attempts: row.attempts,
    tainted: row.tainted,
    laned: row.laned,
    owner,
    context: row.context,
  };
}

export function toPlace(row: Pick<ConversationRow, 'adapter' | 'channel' | 'space_id' | 'kind'>): Place {
  const space = row.space_id.slice(row.adapter.length + 1);
  return { adapter: row.adapter, channel: row.channel, space, kind: row.kind };
}

/** Where these conversations are. */
export async function placesOf(tx: Transaction, conversationIds: readonly string[]): Promise<[string, Place][]> {
  const { rows } = await tx.query<ConversationRow>(
    'select id, adapter, channel, space_id, kind from conversations where id = any($1::uuid[])',
    [conversationIds],
  );
  return rows.map((row) => [row.id, toPlace(row)]);
}
