/** Which reminders a person means: ids, numbers of the last list, words of them, or the ones at hand. */
import type { Call, Failed, TxContext } from '../../agent/index.ts';
import { failed, quoting } from '../../agent/index.ts';
import { pattern } from '../../base/pattern.ts';
import { shorten } from '../../base/text.ts';
import { formatInstant, WEEKDAY } from '../../time/index.ts';
import { dayFilter, dayIn, dayNamed, dayOfAll, spanNamed, spanOf, withoutDay, writtenDays } from './days.ts';
import { named, tellingWords } from './naming.ts';
import { isItsName } from './narrow.ts';
import { isOpen, type Reminder } from './reminder.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** What is to be done to it: a choice repeats the call with the id in place of the words. */
export interface Wanted extends Call {
  /** Words that point at nothing mean what spoke last ("done", "snooze"), or what was at hand last ("delete that"). */
  prefers: 'spoken' | 'any';
}

const AT_HAND = /^(?:|it|that|this|this one|that one|the last|last|latest|the latest|most recent|newest)$/;
const LAST = /^(?:the )?(?:last|bottom)$/;
const SEVERAL =
  /^(?:both|all|everything|all of (?:them|these|those)|(?:them|these|those|the) (?:both|two)|both of (?:them|these|those)|all (?:two|three|four|five)|them|these|those|them all|(?:both (?:of )?(?:the )?)?others|other (?:two|three|ones))$/;
const EACH = /^all (?:the |my )?([^,]+)$/;
const FIRST_OF = /^(first|last) (two|three|four|five|\d)$/;
const NUMBER = /^(?:#|no\.? ?|number |nr\.? ?)?(\d{1,3})\.?$/;
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const SHORT_ORDINALS = '1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th'.split(' ');
const COUNTS = ['', 'one', 'two', 'three', 'four', 'five'];

/** Whether the words may mean more than one. */
export const isSeveral = (which: string): boolean =>
  SEVERAL.test(bare(which)) || FIRST_OF.test(bare(which)) || /,|&|\b(?:and|all|every|everything|both)\b/i.test(which);

/** Longer ago than this nobody is sure to mean it by "that". */
const AT_HAND_MS = 24 * 3_600_000;
/** Made longer ago than this they are no list that anybody counts in. */
const JUST_MADE_MS = 10 * 60_000;
const MOST_CHOICES = 5;
/** The most that a person may have pending. */
const ALL = 500;

/** The pending reminder that is meant, or a question or refusal to answer with. */
export async function findWhich(ctx: TxContext, which: string, wanted: Wanted): Promise<Reminder | Failed> {
  const found = await findSome(ctx, which, wanted);
  if (!Array.isArray(found)) return found;
  const [only, ...others] = found;
  return only && others.length === 0 ? only : ask(ctx, found, wanted);
}

/** The pending reminders that are meant, at least one, or a question or refusal to answer with. */
export async function findSome(ctx: TxContext, which: string, wanted: Wanted): Promise<Reminder[] | Failed> {
  const words = bare(which);
  const day = dayOfAll(which);
  if (day !== undefined) return ofDay(ctx, day);
  const each = EACH.exec(words)?.[1];
  if (each !== undefined && !SEVERAL.test(words)) return allNamed(ctx, each);
  if (SEVERAL.test(words) || FIRST_OF.test(words)) return several(ctx, words, wanted);
  const one = await single(ctx, words, which, wanted);
  const parts = words.split(/\s*(?:,|\band\b|&)\s*/).filter((part) => part !== '');
  // "The cleaners and the alarm": the second may be another one that is called so.
  const isNameless =
    parts.length > 1 && parts.some((part) => /^(?:the|my)(?: (?:alarm|timer|reminder)s?)?$/.test(part));
  if (!('ok' in one))
    return isNameless ? ((await withKind(ctx, which, one)) ?? ask(ctx, await pendingOf(ctx), wanted)) : [one];
  if (one.code !== 'NOT_FOUND' || parts.length < 2) return one;
  const byIds = await store.byIds(ctx.tx, ctx.person.id, parts);
  if (byIds.length === parts.length) return byIds.filter(({ state }) => state === 'pending');
  const found: Reminder[] = [];
  for (const part of parts) {
    const next = await single(ctx, bare(part), part, wanted);
    if ('ok' in next) return one;
    if (!found.some(({ id }) => id === next.id)) found.push(next);
  }
  return found;
}

/** "The cleaners and the alarm": `one`, and the only other one in whose text the alarm is named. */
async function withKind(ctx: TxContext, which: string, one: Reminder): Promise<Reminder[] | undefined> {
  const [, kind] = /\band (?:the|my) (alarm|timer|reminder)s?[.!]*$/i.exec(which) ?? [];
  if (kind === undefined) return undefined;
  const isNamed = new RegExp(`\\b${kind}\\b`, 'i');
  const others = (await pendingOf(ctx)).filter(({ id, text }) => id !== one.id && isNamed.test(text));
  return others.length === 1 ? [one, ...others] : undefined;
}

const bare = (which: string): string =>
  which
    .trim()
    .toLowerCase()
    .replace(/^["“”']+|["“”'.!?]+$/g, '')
    .replace(/^(?:(?:the|my|that|this) )(?=\S)/, '')
    .replace(/(?:^| )(?:reminder|reminders|one|ones|alarm|timer)$/, '')
    .replace(DAYS_OWN, (_, day: string) => (day === 'tonight' ? 'today' : day))
    .trim();

/** "Wednesday's", "tonight's": the one of that day. */
const DAYS_OWN = pattern.plain`^(today|tonight|tomorrow|(?:(?:this|next) )?${WEEKDAY})['’]?s$`;

async function single(ctx: TxContext, words: string, which: string, wanted: Wanted): Promise<Reminder | Failed> {
  const shown = await store.lists.shown(ctx.tx, ctx.person.id, ctx.conversationId);
  if (LAST.test(words) && (await isOfList(ctx, shown, which))) {
    const made = shown.ids.length === 1 ? await justMade(ctx, undefined) : [];
    return made.length > 1 ? byNumber(ctx, made, made.length) : byNumber(ctx, shown.ids, shown.ids.length);
  }
  if (words === 'other') return theOther(ctx, wanted);
  if (OF_TWO.test(words)) return ofTwo(ctx, words, wanted, shown);
  if (AT_HAND.test(words)) {
    const found = await atHand(ctx, wanted, which.trim() === '', shown);
    if (!('ok' in found)) return found;
    return LAST.test(words) ? ((await lastMade(ctx)) ?? found) : found;
  }
  const [byId] = await store.byIds(ctx.tx, ctx.person.id, [words]);
  if (byId) return pending(byId);
  const number = numberOf(words);
  if (number === undefined) return byWords(ctx, words, wanted);
  // Nobody counts in a list of one: "the first" is one of those that were made before it was shown.
  const isOfOne = shown.ids.length === 1 && !NUMBER.test(words);
  const made =
    (shown.at && !isOfOne) || NUMBER.test(words) ? [] : await justMade(ctx, isOfOne ? undefined : shown.shownAt);
  return byNumber(ctx, made.length > 1 ? made : shown.ids, number);
}

type Shown = Awaited<ReturnType<typeof store.lists.shown>>;

/** Whether "the last one" is the last of the list: it was shown lately, and no reminder has been made since. */
async function isOfList(ctx: TxContext, { ids, at, shownAt }: Shown, which: string): Promise<boolean> {
  if (at) return ids.length > 0;
  const since = ctx.clock.now().getTime() - JUST_MADE_MS;
  const isLately = ids.length > 1 && shownAt !== undefined && shownAt.getTime() >= since && /\bones?$/i.test(which);
  return isLately && (await justMade(ctx, shownAt)).length === 0;
}

const OF_TWO = /^(?:earlier|sooner|later)$/;

/** "The earlier one", of the two that were made or shown last. */
async function ofTwo(ctx: TxContext, words: string, wanted: Wanted, shown: Shown): Promise<Reminder | Failed> {
  const ids = shown.at ? shown.ids : await justMade(ctx, shown.shownAt);
  const there = (await store.byIds(ctx.tx, ctx.person.id, ids)).filter(({ state }) => state === 'pending');
  const [one, other, more] = there.sort((a, b) => (a.nextAt?.getTime() ?? 0) - (b.nextAt?.getTime() ?? 0));
  if (one && other && !more) return words === 'later' ? other : one;
  return there.length > 0 ? ask(ctx, there, wanted) : failed('NOT_FOUND', texts.notFound(words).message);
}

/** Of two, the one that was not made or changed last. */
async function theOther(ctx: TxContext, wanted: Wanted): Promise<Reminder | Failed> {
  const { made } = await store.latest(ctx.tx, ctx.person.id, ctx.conversationId);
  const others = (await pendingOf(ctx)).filter(({ id }) => id !== made?.id);
  const [only] = others;
  if (others.length === 1 && only) return only;
  return others.length > 1 ? ask(ctx, others, wanted) : failed('NOT_FOUND', texts.notFound('').message);
}

/**
 * Those that were made here lately, after the list that was shown last: "the second one" of what was just asked for. One
 * that is gone by now keeps its place.
 */
async function justMade(ctx: TxContext, shownAt: Date | undefined): Promise<string[]> {
  const since = Math.max(ctx.clock.now().getTime() - JUST_MADE_MS, (shownAt?.getTime() ?? 0) + 1);
  return store.madeSince(ctx.tx, ctx.person.id, ctx.conversationId, new Date(since));
}

/** "Drop the first and move the last": the last of those that were made, where what was at hand is gone. */
async function lastMade(ctx: TxContext): Promise<Reminder | undefined> {
  const made = await store.byIds(ctx.tx, ctx.person.id, (await justMade(ctx, undefined)).slice(-1));
  return made.find(({ state }) => state === 'pending');
}

function numberOf(words: string): number | undefined {
  const digits = NUMBER.exec(words)?.[1];
  if (digits !== undefined) return Number(digits);
  const place = [ORDINALS, SHORT_ORDINALS].map((list) => list.indexOf(words)).find((at) => at >= 0);
  return place === undefined ? (words === 'top' ? 1 : undefined) : place + 1;
}

function pending(reminder: Reminder): Reminder | Failed {
  return reminder.state === 'pending' ? reminder : quoting(failed('NOT_FOUND', texts.over(reminder)), [reminder]);
}

async function byNumber({ tx, person }: TxContext, ids: readonly string[], number: number): Promise<Reminder | Failed> {
  const id = ids[number - 1];
  const [reminder] = id === undefined ? [] : await store.byIds(tx, person.id, [id]);
  if (reminder) return pending(reminder);
  const { message, remedy } = texts.noSuchNumber(number);
  return failed('NOT_FOUND', message, { remedy });
}

async function atHand(
  ctx: TxContext,
  wanted: Wanted,
  isBare: boolean,
  shown: { ids: string[]; at: Date | undefined },
): Promise<Reminder | Failed> {
  const { spoken, made, madeAt: changedAt } = await store.latest(ctx.tx, ctx.person.id, ctx.conversationId);
  const since = ctx.clock.now().getTime() - AT_HAND_MS;
  const spokenAt = spoken[0]?.lastAt?.getTime() ?? 0;
  const madeAt = changedAt?.getTime() ?? 0;
  const shownAt = shown.at?.getTime() ?? 0;
  const spokenFirst =
    wanted.prefers === 'spoken' && isBare ? spokenAt >= since : spokenAt > madeAt && !(shownAt >= spokenAt);
  const open = spoken.filter(isOpen);
  // Those that spoke at one moment are all at hand.
  if (spokenFirst && spokenAt >= since && open.length > 1) return ask(ctx, open, wanted);
  if (!spokenFirst && shownAt >= since && !(isBare && wanted.prefers === 'spoken')) {
    const listed = (await store.byIds(ctx.tx, ctx.person.id, shown.ids)).filter(({ state }) => state === 'pending');
    const [only, ...others] = listed;
    if (only) return others.length === 0 ? only : ask(ctx, listed, wanted);
  }
  const [found, at] = spokenFirst ? [open[0] ?? spoken[0], spokenAt] : [made, madeAt];
  // A bare "done" or "later" answers what was said; without that it is about nothing that anybody could know.
  const meant = spokenFirst || !isBare || wanted.prefers === 'any';
  if (found && meant && at >= since) return pending(found);
  const soonest = await pendingOf(ctx);
  if (soonest.length > 0) return ask(ctx, soonest, wanted);
  const { message, remedy } = texts.notFound('');
  return failed('NOT_FOUND', message, { remedy });
}

/** "All the milk reminders". */
async function allNamed(ctx: TxContext, words: string): Promise<Reminder[] | Failed> {
  const found = named(words, await pendingOf(ctx), ctx.clock.now());
  if (found.length > 0) return found;
  const { message, remedy } = texts.notFound(words);
  return failed('NOT_FOUND', message, { remedy });
}

/** "Everything tomorrow". */
async function ofDay(ctx: TxContext, day: string): Promise<Reminder[] | Failed> {
  const onDay = dayFilter(day, ctx);
  const found = (await pendingOf(ctx)).filter((reminder) => onDay?.(reminder) !== undefined);
  if (found.length > 0) return found;
  const { message, remedy } = texts.notFound('');
  return failed('NOT_FOUND', message, { remedy });
}

/** "Both", "the first two": of the list that was shown last, or of all where none was. */
async function several(ctx: TxContext, words: string, wanted: Wanted): Promise<Reminder[] | Failed> {
  const shown = await store.lists.shown(ctx.tx, ctx.person.id, ctx.conversationId);
  const ids = shown.at ? shown.ids : await justMade(ctx, shown.shownAt);
  const listed = (await store.byIds(ctx.tx, ctx.person.id, ids)).filter(({ state }) => state === 'pending');
  const there = listed.length > 0 ? listed : await pendingOf(ctx);
  // "Them" points at something: where nothing was shown or made lately, it says which.
  if (listed.length === 0 && /^(?:them|these|those|them all)$/.test(words) && there.length > 0)
    return ask(ctx, there, wanted);
  const [, end, count] = FIRST_OF.exec(words) ?? [];
  const most = count === undefined ? 2 : COUNTS.includes(count) ? COUNTS.indexOf(count) : Number(count);
  const isBoth = /\b(?:both|two)\b/.test(words) && !end;
  // "The others" are those that are left; where none of them went, it says not beside which one.
  if (/\bother/.test(words) && (listed.length === 0 || listed.length === ids.length) && there.length > 0)
    return ask(ctx, there, wanted);
  if (there.length === 0 || (end && there.length < most)) {
    const { message, remedy } = texts.notFound('');
    return failed('NOT_FOUND', message, { remedy });
  }
  if (isBoth && there.length !== 2) return ask(ctx, there, wanted);
  if (end) return end === 'first' ? there.slice(0, most) : there.slice(-most);
  return there;
}

/** All that the person has pending; the most that may be is looked through in one go. */
export const pendingOf = ({ tx, person }: TxContext): Promise<Reminder[]> =>
  store.page(tx, { personId: person.id, status: 'pending', limit: ALL, offset: 0 });

async function byWords(ctx: TxContext, said: string, wanted: Wanted): Promise<Reminder | Failed> {
  const there = tellingWords(said).length === 0 ? [] : await pendingOf(ctx);
  const now = ctx.clock.now();
  const own = named(said, there, now);
  const then = isOfDays(wanted) ? namedOnDay(ctx, said, there) : [];
  // What comes next on that day bears its name; another one of the same text may come later on it.
  const isMore = own.length === 0 || own.every((one) => then.some(({ id }) => id === one.id));
  const matching = isMore && then.length > 0 ? then : own;
  const [only, ...others] = matching;
  if (only && others.length === 0) return only;
  if (only) return ask(ctx, matching, wanted);
  const { message, remedy } = texts.notFound(said);
  return failed('NOT_FOUND', message, { remedy });
}

/** What is done to the days that are named, and to no other ones. */
const isOfDays = ({ tool, input }: Wanted): boolean =>
  tool === 'reminder_delete' || (tool === 'reminder_complete' && input.ahead === true);

/** "The pills on Thursday": those of that name that come then. */
function namedOnDay(ctx: TxContext, said: string, there: readonly Reminder[]): Reminder[] {
  const [name, day] = [withoutDay(said), dayNamed(said)];
  const onDay = day === undefined ? undefined : dayFilter(day, ctx);
  if (day === undefined || name === undefined || !onDay || tellingWords(name).length === 0) return [];
  const span = spanOf(day, ctx);
  const dayOf = dayIn(ctx.when.zone);
  /** It spoke then, and waits. */
  const isWaiting = (one: Reminder) => isOpen(one) && one.lastOccurrence && dayOf(one.lastOccurrence) === span?.last;
  return named(name, there, ctx.clock.now()).filter((one) => onDay(one) !== undefined || isWaiting(one));
}

/** What a choice repeats for `one`: the id in place of the words, and the days that these named. */
function inputFor(ctx: TxContext, { id, rule }: Reminder, wanted: Wanted): Record<string, unknown> {
  const said = String(wanted.input.which ?? '');
  const isNamed = rule === undefined || isItsName(rule, dayNamed(said) ?? '');
  const span = isNamed || !isOfDays(wanted) ? undefined : spanNamed(said, ctx);
  return { ...wanted.input, which: id, ...(span && { days: writtenDays(span, ctx) }) };
}

function ask(ctx: TxContext, reminders: readonly Reminder[], wanted: Wanted): Failed {
  const now = ctx.clock.now();
  const { tool } = wanted;
  const choices = reminders.slice(0, MOST_CHOICES).map((reminder) => {
    const at = reminder.nextAt ?? reminder.lastOccurrence;
    const when = at ? ` (${formatInstant(at, reminder.zone, now)})` : '';
    return { label: `${shorten(reminder.text, 40)}${when}`, tool, input: inputFor(ctx, reminder, wanted) };
  });
  return quoting(failed('AMBIGUOUS', texts.which, { choices }), reminders);
}
