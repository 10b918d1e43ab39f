import type { Instant } from '../base/clock.ts';
import { token, uuid } from '../base/ids.ts';
import type { Place } from './adapter.ts';
import type { Card, Content } from './content.ts';
import type { NewButton, NewPart, Row } from './outbox/store.ts';

/** What a card becomes: parts in order, and the rows of its buttons. */
export interface Parts {
  rows: Row[];
  parts: NewPart[];
  buttons: NewButton[];
}

export interface Addressed {
  key: string;
  place: Place;
  conversationId: string;
  personId: string;
  card: Card;
  turnId?: string | undefined;
  inboxId?: string | undefined;
  replyTo?: string | undefined;
  notBefore?: Instant | undefined;
  tainted?: boolean | undefined;
}

/**
 * Cuts a card into the parts that its platform can show one by one (`split`), gives its buttons their ids, and makes
 * the rows. The buttons stand under the last part.
 */
export function toParts(
  message: Addressed,
  owner: string,
  now: Instant,
  split: (content: Content) => Content[],
): Parts {
  const { card, key } = message;
  const choices = (card.choices ?? []).map((choice) => ({ ...choice, id: token() }));
  const content: Content = {
    kind: card.kind,
    text: card.text,
    ...(choices.length > 0 && {
      buttons: choices.map(({ id, label, style }) => ({ id, label, ...(style && { style }) })),
    }),
    ...(card.files?.length && { files: card.files }),
  };
  const contents = split(content);
  const later = message.notBefore !== undefined && message.notBefore > now;
  const parts = contents.map((content, index) => ({
    id: uuid(now),
    key: contents.length === 1 ? key : `${key}:${index}`,
    adapter: message.place.adapter,
    conversation_id: message.conversationId,
    person_id: message.personId,
    turn_id: message.turnId ?? null,
    inbox_id: message.inboxId ?? null,
    grp: key,
    part: index,
    reply_to: message.replyTo ?? null,
    content,
    state: later ? ('pending' as const) : ('sending' as const),
    owner: later ? null : owner,
    next_at: later ? (message.notBefore as Instant) : null,
    tainted: message.tainted ?? false,
  }));
  const card_ = parts.at(-1)?.key ?? key;
  const buttons = choices.map((choice, position) => ({
    id: choice.id,
    card: card_,
    label: choice.label,
    position,
    action: { tool: choice.tool, input: choice.input as NewButton['action'] },
    conversation_id: message.conversationId,
    person_id: message.personId,
  }));
  const rows = later ? [] : parts.map((part) => toRow(part, message, owner, now));
  return { rows, parts, buttons };
}

function toRow(part: NewPart, message: Addressed, owner: string, now: Instant): Row {
  return {
    id: part.id,
    key: part.key,
    place: message.place,
    conversationId: message.conversationId,
    personId: message.personId,
    grp: part.grp,
    part: part.part,
    replyTo: message.replyTo,
    content: part.content,
    attempts: 0,
    unknownAt: undefined,
    createdAt: now,
    fallback: false,
    owner,
  };
}
