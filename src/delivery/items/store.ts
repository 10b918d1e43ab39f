import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import { type PersonRow, toPerson } from '../../people/index.ts';
import { type Fragment, sql } from '../../storage/index.ts';
import { type ConversationRow, settingsOf, toPlace } from '../conversations/store.ts';
import type { Item, ItemKind, Payload } from '../item.ts';

/** The columns that make an `Item`; expects `i` (inbox), `c` (conversations) and `p` (persons) in scope. */
export function itemColumns(context: Fragment): Fragment {
  return sql`to_jsonb(c) as conversation, to_jsonb(p) as person, (${context}) as context`;
}

/** The reader of the context that the agent needs with each row, in the statement that takes the row. */
export interface ItemContexts {
  /** For rows of any conversation: what is known of these is not read again. */
  beginReading(conversationIds: readonly string[]): ContextReading;
  /** Drops what was read: somebody was erased, or another process has taken over. */
  forget(): void;
}

export interface ContextReading {
  /** A scalar subquery over `i`, `c` and `p`. */
  expression: Fragment;
  /** Adds to what the statement gave what it left out. */
  complete(rows: readonly Pick<ItemRow, 'conversation' | 'context'>[]): void;
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

export function toItem(row: ItemRow, owner: string): Item {
  const { conversation: c, payload } = row;
  const { origin = 'person' } = payload;
  return {
    id: row.id,
    key: row.key,
    kind: row.kind,
    origin,
    conversation: { id: c.id, place: toPlace(c), epoch: c.epoch, settings: settingsOf(c) },
    person: { ...toPerson(row.person), ...payload.rights },
    messageId: row.message_id,
    payload,
    sentAt: row.sent_at,
    receivedAt: row.received_at,
    attempts: row.attempts,
    // Whoever knows a webhook's address may have written what it brings.
    tainted: row.tainted || payload.tainted === true || origin === 'webhook',
    inLane: row.laned,
    owner,
    context: row.context,
  };
}
