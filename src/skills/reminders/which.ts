/** Which reminder a person means: an id, a number of the last list, words of its text, or the one at hand. */
import type { Call, Failed, TxContext } from '../../agent/index.ts';
import { failed } from '../../agent/index.ts';
import { shorten } from '../../base/text.ts';
import { formatInstant } from '../../time/index.ts';
import { isOpen, type Reminder } from './reminder.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** What is to be done to it: a choice repeats the call with the id in place of the words. */
export interface Wanted extends Call {
  /** Words that point at nothing mean what spoke last ("done", "snooze"), or what was at hand last ("delete that"). */
  prefers: 'spoken' | 'any';
}

const AT_HAND = /^(?:|it|that|this|this one|that one|the last|last|latest|the latest|most recent|newest)$/;
const NUMBER = /^(?:#|no\.? ?|number )?(\d{1,3})\.?$/;
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const FILLERS = new Set(
  'the my a an our your of to for about on at in with and that this one reminder reminders alarm task series'.split(
    ' ',
  ),
);

/** Longer ago than this nobody is sure to mean it by "that". */
const AT_HAND_MS = 24 * 3_600_000;
const MOST_CHOICES = 5;

/** The pending reminder that is meant, or a question or refusal to answer with. */
export async function findWhich(ctx: TxContext, which: string, wanted: Wanted): Promise<Reminder | Failed> {
  const words = which
    .trim()
    .toLowerCase()
    .replace(/^["“”']+|["“”'.!?]+$/g, '')
    .replace(/^(?:(?:the|my|that|this) )(?=\S)/, '')
    .replace(/(?:^| )(?:reminder|reminders|one|alarm)$/, '')
    .trim();
  if (AT_HAND.test(words)) return atHand(ctx, wanted, which.trim() === '');
  const [byId] = await store.byIds(ctx.tx, ctx.person.id, [words]);
  if (byId) return pending(byId);
  const number = numberOf(words);
  return number === undefined ? byWords(ctx, words, wanted) : byNumber(ctx, number);
}

function numberOf(words: string): number | undefined {
  const digits = NUMBER.exec(words)?.[1];
  if (digits !== undefined) return Number(digits);
  const ordinal = ORDINALS.indexOf(words);
  return ordinal < 0 ? undefined : ordinal + 1;
}

function pending(reminder: Reminder): Reminder | Failed {
  return reminder.state === 'pending' ? reminder : failed('NOT_FOUND', texts.over(reminder));
}

async function byNumber({ tx, person, conversationId }: TxContext, number: number): Promise<Reminder | Failed> {
  const ids = await store.shownList(tx, person.id, conversationId);
  const id = ids[number - 1];
  const [reminder] = id === undefined ? [] : await store.byIds(tx, person.id, [id]);
  if (reminder) return pending(reminder);
  const { message, remedy } = texts.noSuchNumber(number);
  return failed('NOT_FOUND', message, { remedy });
}

async function atHand(ctx: TxContext, wanted: Wanted, bare: boolean): Promise<Reminder | Failed> {
  const { spoken, made } = await store.latest(ctx.tx, ctx.person.id, ctx.conversationId);
  const since = ctx.clock.now().getTime() - AT_HAND_MS;
  const spokenAt = spoken[0]?.lastAt?.getTime() ?? 0;
  const madeAt = made?.createdAt.getTime() ?? 0;
  const spokenFirst = wanted.prefers === 'spoken' ? spokenAt >= since : spokenAt > madeAt;
  const open = spoken.filter(isOpen);
  // Those that spoke at one moment are all at hand.
  if (spokenFirst && spokenAt >= since && open.length > 1) return ask(ctx, open, wanted);
  const [found, at] = spokenFirst ? [open[0] ?? spoken[0], spokenAt] : [made, madeAt];
  // A bare "done" or "later" answers what was said; without that it is about nothing that anybody could know.
  const meant = spokenFirst || !bare || wanted.prefers === 'any';
  if (found && meant && at >= since) return pending(found);
  const soonest = await store.page(ctx.tx, {
    personId: ctx.person.id,
    status: 'pending',
    limit: MOST_CHOICES,
    offset: 0,
  });
  if (soonest.length > 0) return ask(ctx, soonest, wanted);
  const { message, remedy } = texts.notFound('');
  return failed('NOT_FOUND', message, { remedy });
}

async function byWords(ctx: TxContext, said: string, wanted: Wanted): Promise<Reminder | Failed> {
  const words = wordsOf(said).filter((word) => !FILLERS.has(word));
  const held = words.length === 0 ? [] : await store.holding(ctx.tx, ctx.person.id, words.map(stem));
  const matching = held.filter((reminder) => {
    const own = wordsOf(reminder.text);
    return words.every((word) => own.some((one) => means(word, one)));
  });
  const exact = matching.filter((reminder) => wordsOf(reminder.text).join(' ') === wordsOf(said).join(' '));
  const [only, ...others] = exact.length === 1 ? exact : matching;
  if (only && others.length === 0) return only;
  if (only) return ask(ctx, matching, wanted);
  const { message, remedy } = texts.notFound(said);
  return failed('NOT_FOUND', message, { remedy });
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** `dentists` → `dentist`: enough to find what was said in the plural. */
const stem = (word: string): string => (word.length > 3 ? word.replace(/(?:s|es)$/, '') : word);

const means = (word: string, own: string): boolean =>
  word === own || stem(word) === stem(own) || (word.length >= 4 && own.startsWith(word));

function ask({ clock }: TxContext, reminders: readonly Reminder[], { tool, input }: Wanted): Failed {
  const now = clock.now();
  const choices = reminders.slice(0, MOST_CHOICES).map((reminder) => {
    const at = reminder.nextAt ?? reminder.lastOccurrence;
    const when = at ? ` (${formatInstant(at, reminder.zone, now)})` : '';
    return { label: `${shorten(reminder.text, 40)}${when}`, tool, input: { ...input, which: reminder.id } };
  });
  return failed('AMBIGUOUS', texts.which, { choices });
}
