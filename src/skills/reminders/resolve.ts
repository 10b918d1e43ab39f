/**
 * Resolves the reminders of a call: ids, numbers of the list shown last, all, a part of their text, or the one at hand.
 */
import type { Failed, TxContext } from '../../agent/index.ts';
import { askAmong, failed, type MarkedCall, markOf, quoteRows } from '../../agent/index.ts';
import { foldLetters, hasSigns, signsNamed, wordsIn } from '../../base/lexemes.ts';
import { shorten } from '../../base/text.ts';
import { formatInstant } from '../../time/index.ts';
import { MOST_PENDING } from './limits.ts';
import { isOpen, type Reminder } from './reminder.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** The intended act: a choice repeats the call with the id in place of the words. */
export interface WantedAct extends MarkedCall<Reminder> {
  /** Without words it means what spoke last ("done", "snooze"), or what was at hand last. */
  prefers: 'spoken' | 'any';
}

/** A mark of what a card shows of a reminder. The next time of a series moves by itself. */
export const reminderMark = ({ text, rule, plannedAt }: Pick<Reminder, 'text' | 'rule' | 'plannedAt'>): string =>
  markOf(text, rule ?? plannedAt?.toISOString());

const AT_HAND = /^(?:|it|that|this|last)$/i;
const NUMBER = /^#?(\d{1,3})$/;
/** Longer ago than this nobody is sure to mean it by "that". */
const AT_HAND_MS = 24 * 3_600_000;

export const isAll = (which: string): boolean => /^all$/i.test(which.trim());

export async function findWhich(ctx: TxContext, which: string, wanted: WantedAct): Promise<Reminder | Failed> {
  const reminders = await findSome(ctx, which, wanted);
  if (!Array.isArray(reminders)) return reminders;
  const [only, ...others] = reminders;
  return only && others.length === 0 ? only : ask(ctx, reminders, wanted);
}

export async function findSome(ctx: TxContext, which: string, wanted: WantedAct): Promise<Reminder[] | Failed> {
  const words = which.trim();
  if (AT_HAND.test(words)) return atHand(ctx, wanted, words === '');
  const listed = await listedAs(
    ctx,
    words.split(',').map((word) => word.trim()),
    wanted,
  );
  if (listed) return listed;
  const there = await pendingOf(ctx);
  const matches = isAll(words) ? there : matchWords(words, there);
  if (matches.length === 0) return notFound(isAll(words) ? '' : words);
  return matches.length === 1 || isAll(words) ? matches : ask(ctx, matches, wanted);
}

export const pendingOf = ({ tx, person }: TxContext): Promise<Reminder[]> =>
  store.readPage(tx, { personId: person.id, status: 'pending', limit: MOST_PENDING, offset: 0 });

/** Reminders with these ids and numbers; undefined where one of them is neither. */
async function listedAs(
  ctx: TxContext,
  parts: readonly string[],
  wanted: WantedAct,
): Promise<Reminder[] | Failed | undefined> {
  const { tx, person, conversationId } = ctx;
  const list = await store.lists.shownIds(tx, person.id, conversationId);
  const ids = parts.map((part) => (NUMBER.test(part) ? (list.ids[Number(NUMBER.exec(part)?.[1]) - 1] ?? '') : part));
  const reminders = await store.findByIds(tx, person.id, ids);
  const missing = parts.find((_, at) => !reminders.some(({ id }) => id === ids[at]));
  if (missing !== undefined && !NUMBER.test(missing)) return undefined;
  const unlisted = missing !== undefined && list.ids.length === 0 ? await pendingOf(ctx) : [];
  if (unlisted.length > 0) return ask(ctx, unlisted, wanted);
  if (missing !== undefined) {
    const { message, remedy } = texts.noSuchNumber(Number(NUMBER.exec(missing)?.[1]));
    return failed('NOT_FOUND', message, { remedy });
  }
  const there = reminders.filter(({ state }) => state === 'pending');
  const [over] = reminders;
  // A number belongs to the list that was shown last, of whatever kind.
  if (there.length > 0 && !list.isLast && parts.some((part) => NUMBER.test(part))) return ask(ctx, there, wanted);
  return there.length > 0 || !over ? there : goneFailure(over);
}

/** Matches by the exact text, else by a phrase in it, else by all its words in any order. */
function matchWords(phrase: string, reminders: readonly Reminder[]): Reminder[] {
  const signs = signsNamed(phrase);
  if (signs) return reminders.filter(({ text }) => hasSigns(text, signs));
  const all = wordsIn(foldLetters(phrase)).join(' ');
  const words = all.replace(/^(?:the|my) /, '').replace(/ (?:reminder|one)$/, '');
  const ways: ((text: string) => boolean)[] = [
    (text) => text === all,
    (text) => ` ${text} `.includes(` ${words} `),
    (text) => words.split(' ').every((word) => text.split(' ').includes(word)),
  ];
  const matches = ways.map((isMeant) => reminders.filter(({ text }) => isMeant(wordsIn(foldLetters(text)).join(' '))));
  return (words === '' ? undefined : matches.find((some) => some.length > 0)) ?? [];
}

async function atHand(ctx: TxContext, wanted: WantedAct, isBare: boolean): Promise<Reminder[] | Failed> {
  const { tx, person, conversationId } = ctx;
  const { spoken, made, madeAt } = await store.findLatest(tx, person.id, conversationId);
  const since = new Date(ctx.clock.now().getTime() - AT_HAND_MS);
  const spokenAt = spoken[0]?.lastAt ?? since;
  const isAnswer = isBare && wanted.prefers === 'spoken';
  if (spokenAt > since && (isAnswer || spokenAt > (madeAt ?? since))) {
    const open = spoken.filter(isOpen);
    // Reminders that spoke at one moment are all at hand.
    if (open.length > 1) return ask(ctx, open, wanted);
    const one = open[0] ?? spoken[0];
    if (one) return one.state === 'pending' ? [one] : goneFailure(one);
  }
  const { at: listedAt } = await store.lists.shownIds(tx, person.id, conversationId);
  // A bare "done" answers what was said; without that it is about nothing that anybody could know.
  const isMade = made && madeAt && madeAt > since && !isAnswer && !listedAt;
  if (isMade) return made.state === 'pending' ? [made] : goneFailure(made);
  const there = await pendingOf(ctx);
  const [only] = there;
  if (only && there.length === 1 && listedAt && !isAnswer) return [only];
  return only ? ask(ctx, there, wanted) : notFound('');
}

const goneFailure = (reminder: Reminder): Failed => quoteRows(failed('NOT_FOUND', texts.over(reminder)), [reminder]);

function notFound(words: string): Failed {
  const { message, remedy } = texts.notFound(words);
  return failed('NOT_FOUND', message, { remedy });
}

function ask(ctx: TxContext, reminders: readonly Reminder[], { tool, input, mark }: WantedAct): Failed {
  const choices = reminders.map((reminder) => {
    const { id, text, nextAt, lastOccurrence } = reminder;
    const seenMark = mark && { seen: mark(reminder) };
    const at = nextAt ?? lastOccurrence;
    const when = at ? ` (${formatInstant(at, ctx.when)})` : '';
    return { label: `${shorten(text, 40)}${when}`, tool, input: { ...input, which: id, ...seenMark } };
  });
  return quoteRows(askAmong(texts.which, choices), reminders);
}
