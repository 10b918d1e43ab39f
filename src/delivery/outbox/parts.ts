import type { Instant } from '../../base/clock.ts';
import { token, uuid } from '../../base/ids.ts';
import { type Json, omitUndefined } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { Place } from '../adapter.ts';
import type { NewButton } from '../buttons/store.ts';
import type { Card, Choice, Content } from '../content.ts';
import { inert, inertPiece } from '../text/inert.ts';
import type { Row } from './store/due.ts';
import type { NewPart, WrittenPart } from './store/written.ts';

const ANSWER = 'answer:';

export function answerKey(inboxId: string): string {
  return ANSWER + inboxId;
}

export function isAnswer(grp: string): boolean {
  return grp.startsWith(ANSWER);
}

/**
 * The name for the platform's de-duplication (`Part.identity`): an answer has that of its message, whoever gives it.
 */
export function dedupName({ key, grp, part, replyTo }: Pick<Row, 'key' | 'grp' | 'part' | 'replyTo'>): string {
  return isAnswer(grp) && replyTo !== undefined ? JSON.stringify([ANSWER, replyTo, part]) : key;
}

export interface Parts {
  rows: Row[];
  parts: NewPart[];
  buttons: NewButton[];
}

export interface AddressedPart {
  key: string;
  place: Place;
  conversationId: string;
  personId: string;
  cards: readonly Card[];
  turnId?: string | undefined;
  inboxId?: string | undefined;
  replyTo?: string | undefined;
  notBefore?: Instant | undefined;
  queued?: boolean;
  /** Another process has the sessions of its place, and sends it. */
  isElsewhere?: boolean;
  folds?: boolean;
  tainted?: boolean | undefined;
}

/**
 * Cuts cards into the parts that their platform can show one by one (`split`), gives their buttons ids, and makes the
 * rows. A card's buttons stand under its last part. Without an `owner` the parts wait for a process that sends. The first part has the message's key, so that a draft of it is
 * found again whatever it becomes.
 */
export function toParts(
  message: AddressedPart,
  owner: string | undefined,
  now: Instant,
  split: (content: Content) => Content[],
): Parts {
  const keyOf = (index: number) => (index === 0 ? message.key : `${message.key}:${index}`);
  const contents: Content[] = [];
  const buttons: NewButton[] = [];
  for (const whole of message.cards) {
    const card = withDetails(whole, message.folds === true);
    const choices = (card.choices ?? []).map((choice) => ({ ...choice, id: token() }));
    const pieces = split(contentOf(card, choices, message.tainted === true));
    contents.push(...pieces.map((piece) => (piece.inert ? { ...piece, text: inertPiece(piece.text) } : piece)));
    const under = keyOf(contents.length - 1);
    buttons.push(...choices.map((choice, position) => buttonOf(choice, position, under, message)));
  }
  const heldUntil = message.notBefore !== undefined && message.notBefore > now ? message.notBefore : undefined;
  const isElsewhere = message.isElsewhere === true && heldUntil === undefined;
  const later = heldUntil !== undefined || isElsewhere || message.queued === true || owner === undefined;
  const parts = contents.map((content, index) => ({
    id: uuid(now),
    key: keyOf(index),
    adapter: message.place.adapter,
    conversation_id: message.conversationId,
    person_id: message.personId,
    turn_id: message.turnId ?? null,
    inbox_id: message.inboxId ?? null,
    grp: message.key,
    part: index,
    reply_to: message.replyTo ?? null,
    content,
    state: isElsewhere ? ('held' as const) : later ? ('pending' as const) : ('sending' as const),
    owner: later ? null : (owner ?? null),
    next_at: later && !isElsewhere ? (heldUntil ?? now) : null,
    tainted: message.tainted ?? false,
  }));
  return {
    rows: later || owner === undefined ? [] : parts.map((part) => rowOf(part, message.place, owner, now)),
    parts,
    buttons,
  };
}

function contentOf(card: Card, choices: readonly (Choice & { id: string })[], tainted: boolean): Content {
  return {
    kind: card.kind,
    text: tainted ? inert(card.text) : card.text,
    ...omitUndefined({
      inert: tainted ? true : undefined,
      buttons:
        choices.length > 0
          ? choices.map(({ id, label, style, form }) => ({
              id,
              label,
              ...omitUndefined({ style, asks: form ? (true as const) : undefined }),
            }))
          : undefined,
      files: card.files?.length ? card.files : undefined,
      inline: card.inline?.length ? card.inline : undefined,
      times: card.times?.length ? card.times : undefined,
      mention: card.mention || undefined,
    }),
  };
}

function buttonOf(choice: Choice & { id: string }, position: number, card: string, message: AddressedPart): NewButton {
  return {
    id: choice.id,
    card,
    label: choice.label,
    position,
    action: {
      tool: choice.tool,
      input: choice.input as Json,
      ...omitUndefined({
        form: choice.form ? { ...choice.form } : undefined,
        group: choice.group,
        grave: choice.style === 'danger' ? true : undefined,
        owners: choice.owners ? true : undefined,
      }),
    },
    conversation_id: message.conversationId,
    person_id: choice.anyone && message.place.kind !== 'dm' ? null : message.personId,
  };
}

export function rowOf(part: NewPart, place: Place, owner: string, now: Instant): Row {
  return {
    id: part.id,
    key: part.key,
    place,
    conversationId: part.conversation_id,
    personId: part.person_id ?? undefined,
    grp: part.grp,
    part: part.part,
    replyTo: part.reply_to ?? undefined,
    callAt: undefined,
    failingSince: undefined,
    content: part.content,
    attempts: 0,
    unknownAt: undefined,
    createdAt: now,
    fallback: false,
    receipt: undefined,
    removed: false,
    isOutdated: false,
    owner,
  };
}

/** The rows whose parts were written, with what the database knows of those that were drafts before. */
export function asWritten(rows: readonly Row[], storedParts: readonly WrittenPart[] | null): Row[] {
  const byKey = new Map((storedParts ?? []).map((each) => [each.key, each]));
  return rows.flatMap((row) => {
    const storedPart = byKey.get(row.key);
    if (!storedPart) return [];
    const unknownAt = storedPart.unknown_at === null ? undefined : new Date(storedPart.unknown_at);
    return [
      {
        ...row,
        id: storedPart.id,
        receipt: storedPart.receipt ?? undefined,
        unknownAt,
        isOutdated: storedPart.drafted,
      },
    ];
  });
}

// Exact details below a question, of which a platform that folds nothing shows the beginning.

// A message holds 2,000 characters on Discord (docs.discord.com/developers/resources/message) and a section of Slack 3,000
// (docs.slack.dev/reference/block-kit/blocks/section-block): the sentence, buttons and a note of who decided stay in one.
const FIRST_LINES = 4;
const FIRST_CHARACTERS = 300;

/** False for details that are shown as they are. */
export function isLong(details: string): boolean {
  return details.length > FIRST_CHARACTERS || details.split('\n').length > FIRST_LINES;
}

/**
 * The card as a place shows it. With `folds`: of long details the beginning, and the button that says all of them; else all
 * of them, without that button.
 */
function withDetails({ details = '', ...card }: Card, folds: boolean): Card {
  const isFolded = folds && isLong(details);
  const { choices } = card;
  const text = details === '' ? card.text : `${card.text}\n\n${isFolded ? firstLines(details) : inBlock(details)}`;
  return { ...card, text, ...(choices && { choices: choices.filter(({ shows }) => isFolded || !shows) }) };
}

/** An argument of a call, as a card shows it. */
export interface CallFact {
  name: string;
  value: string;
}

const FACT = /^([A-Za-z_][\w .-]{0,60}):(?: (.*))?$/;

/** The `name: value` lines of details, read for people; what stands deeper belongs to the line above. Lines of another form are left out. */
export function factsOf(details: string): CallFact[] {
  const facts: { name: string; lines: string[] }[] = [];
  for (const line of details.split('\n')) {
    const [, name, value = ''] = FACT.exec(line) ?? [];
    if (name !== undefined) facts.push({ name: name.replaceAll('_', ' '), lines: [value] });
    else if (/^(?: |- |$)/.test(line)) facts.at(-1)?.lines.push(line.replace(/^ {2}/, ''));
  }
  return facts
    .map(({ name, lines }) => ({ name, value: plainValue(lines) }))
    .filter(({ value }) => value !== '' && value !== 'null');
}

/** True if facts say all of the details: no line has another form, and no value is left out. */
export function isAllFacts(details: string): boolean {
  const lines = details.split('\n').filter((line) => !/^(?: |- |$)/.test(line));
  return lines.length === factsOf(details).length;
}

/** A value without what YAML quotes it with; escapes of unseen characters stay as they are shown. */
function plainValue([first = '', ...rest]: readonly string[]): string {
  if (rest.length > 0) return [/^[|>][-+]?\d?$/.test(first) ? '' : first, ...rest].join('\n').trim();
  if (/^"[^"\\]*"$/.test(first)) return first.slice(1, -1);
  return /^'.*'$/.test(first) ? first.slice(1, -1).replaceAll("''", "'") : first;
}

export const inBlock = (details: string) => `\`\`\`\n${details}\n\`\`\``;

function firstLines(details: string): string {
  const lines = details.split('\n');
  const first = lines.slice(0, FIRST_LINES).join('\n');
  const isCut = first.length > FIRST_CHARACTERS;
  // Never within what stands for one character.
  const excerpt = isCut ? `${first.slice(0, FIRST_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…` : first;
  const more = lines.length - FIRST_LINES;
  const rest = more > 0 ? `${plural(more, 'more line')}` : 'The rest';
  return `${inBlock(excerpt)}\n${rest} behind the button Details.`;
}
