import { english } from '../lang/en.ts';
import { MONTHS, WEEKDAYS } from '../lang/en-words.ts';
import type { Layout } from '../layout.ts';
import { DAY_NAMES, isNumbering, isUnreadTime, saysClock } from '../leftover.ts';
import { hideNames } from '../names.ts';
import { parseWhen, readPhrase, withWords } from '../parse.ts';
import { isCertain, isSameWhen } from '../readings.ts';
import { whichOne } from '../texts.ts';
import type { Stretch } from '../tokens.ts';
import { tokenise } from '../tokens.ts';
import type { Once, Recurring, When } from '../types.ts';
import { bareDay, digitsAt, endsInEvent, isApart, isOpen, STARTS, saysDay, strongDate } from './days.ts';
import { saysTime } from './ends.ts';
import type { Run, Sentence, Understood } from './sentence.ts';

/** What makes it doubtful that a stretch says when, or that it says all of it: then a person is asked. */

/** "The night before the trip": what is left counts from the moment that was read. */
function isBeside(task: string): boolean {
  const [first, second, third] = tokenise(task).map(({ text }) => text);
  const [unit = '', tie = ''] = first === 'the' ? [second, third] : [first, second];
  return english.temporal.has(unit) && (tie === 'before' || tie === 'after');
}

/** Whether what is left is no task, but more of the time: "end of tomorrow", "on the hour …". */
export function isUnread({ when, words = '', task }: Understood, { connector }: Layout): boolean {
  // "Remind me about lunch tomorrow".
  if (connector !== '' && (/^lunch$/i.test(task) || Object.hasOwn(MONTHS, task.toLowerCase()))) return false;
  const rest = hideNames(tokenise(task));
  return isUnreadTime(rest, when.kind === 'recurring', saysClock(tokenise(words))) || isBeside(task);
}

/** "Set a daily alarm for 6:30": how often stands before the alarm. */
export function again(s: Sentence, understood: Understood, { cadence }: Layout): Understood {
  const { when, words = '', task } = understood;
  if (cadence === '' || when.kind === 'recurring' || when.kind === 'ambiguous') return understood;
  if (when.kind === 'reject' && when.code !== 'NO_TIME') return understood;
  const series = cadence === 'recurring' ? undefined : readPhrase(`${cadence} ${words}`, s.ctx);
  if (series?.kind === 'recurring' || series?.kind === 'ambiguous')
    return { when: series, words: `${cadence} ${words}`.trim(), task };
  return when.kind === 'once' ? { ...understood, when: withWords(whichOne([{ words: '', when }]), s.ctx) } : understood;
}

/** "Wake me at 6", "dinner tomorrow at 7": the rules for bare hours say one thing, habit says another. */
export function byHabit(s: Sentence, understood: Understood, { lead }: Layout): Understood {
  const { when, words, task } = understood;
  if (words === undefined || !isCertain(when)) return understood;
  const about = [lead, ...hideNames(tokenise(task)).map(({ text }) => text)];
  const { habits } = english;
  // "Evening class", but not "ask about the night shift".
  const half = about
    .filter((said, at) => at < 3 || !english.temporal.has(said))
    .map((said) => habits.get(said))
    .find((found) => found !== undefined);
  if (half === undefined || !saysClock(tokenise(words))) return understood;
  const read = (of: string) => readPhrase(`${words} ${of}`, s.ctx);
  // What fits into one half of the day only says itself which.
  if ([...new Set(habits.values())].some((one) => one !== half && read(one) === undefined)) return understood;
  const usual = read(half);
  if (!isCertain(usual)) return understood;
  if (firstOf(usual) === firstOf(when)) return understood;
  return { when: withWords(whichOne([usual, when].map((one) => ({ words: '', when: one }))), s.ctx), words, task };
}

/** "Remind me tomorrow about 3 invoices". */
export function isNumberOfThings(s: Sentence, run: Run): boolean {
  const last = run.last;
  if (last?.to !== run.to || last.to !== last.from + 2 || s.tokens[last.from]?.raw.toLowerCase() !== 'about')
    return false;
  return THINGS.test(s.word(run.to)) && !saysTime(s, run.to);
}

/** "Remind me tomorrow about noon prayer": the hour, or what it is about. */
export function aboutWhat(s: Sentence, run: Run, to: number): Understood | undefined {
  const last = run.last;
  if (last?.to !== run.to || s.tokens[last.from]?.raw.toLowerCase() !== 'about') return undefined;
  if (isOpen(s, run.to) || english.connectors.has(s.word(run.to)) || s.word(run.to) === '') return undefined;
  const shorter = s.exactly(run.from, last.from);
  return shorter && s.ask([shorter.when, run.when], run.words, [[last.from + 1, to]]);
}

/** "2h30m laundry", "remind me 2 hours laundry", where nothing else says when. */
export function isCompact(s: Sentence, run: Run, to: number, layout: Layout): boolean {
  if ((run.phrase.shift ?? run.phrase.vague) === undefined || run.phrase.placed.length > 1) return false;
  const isLed = layout.hasLead && isLength(s, run);
  if (!isLed && !/^\d[\dsmhdw]*$/i.test(run.words)) return false;
  return !s.longestUpTo(to, run.to + 1, (one) => !one.startsWeak);
}

/** "Remind me 30 minutes yoga": in that time, or for so long. */
export function isLoose(s: Sentence, run: Run, { isCommand }: Layout): boolean {
  return !isCommand && run.phrase.shift?.bare === true && isLength(s, run) && run.phrase.placed.length === 1;
}

function isLength(s: Sentence, { from, to }: Run): boolean {
  return /^\d+ (?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?)$/i.test(s.words(from, to));
}

/** "Every Tu and Th at 10": a recurrence that was not understood would turn into a single time. */
export function doubtWithin(s: Sentence, run: Run, task: Stretch): Understood | undefined {
  for (let at = task[0]; at < task[1]; at++) {
    const next = s.word(at + 1);
    // "The Everyday Cookbook".
    if (ARTICLES.has(s.word(at - 1)) && s.tokens[at]?.raw.toLowerCase() === 'everyday') continue;
    if (s.word(at) !== 'every' || !(english.temporal.has(next) || CLIPPED_DAY.test(next))) continue;
    return s.ask([run.when], run.words, [task]);
  }
  return undefined;
}

/** "Check in 24 hours before my flight on Friday at 6pm": the time is that of the flight. */
export function earlierWithin(s: Sentence, run: Run, from: number): Understood | undefined {
  for (let at = from + 1; at < run.from; at++) {
    const pieces = s.pieces(at);
    const piece = pieces.find(({ value, end }) => value.kind === 'before' && end < run.from);
    if (!piece || pieces.some(({ value, end }) => /^(?:date|shift)$/.test(value.kind) && end > piece.end)) continue;
    const { when } = s.joined([[at, piece.end], run], []);
    return s.ask([when, run.when], run.words, [[from, run.from]]);
  }
  return undefined;
}

/** "Call Bob at 5 and Ana at 6", "drop the kids at 8, pick up at 3": two times, each with its task. */
export function oneOfTwo(s: Sentence, run: Run, from: number): Understood | undefined {
  for (let at = from + 1; at < run.from - 1; at++) {
    const close = anotherAt(s, at, run.from);
    if (close && run.onlyTime) return s.ask([close.when, run.when], run.words, [[from, run.from]]);
    if (!/^(?:at|on|tomorrow|today|tonight)$|^\d/.test(s.word(at)) && !Object.hasOwn(WEEKDAYS, s.word(at))) continue;
    const other = s.longestFrom(
      at,
      run.from,
      (one) => !one.startsWeak && (!one.endsWeak || parts(s, one)) && one.to < run.from,
    );
    if (!other || !parts(s, other)) continue;
    const isAlike = other.onlyTime === run.onlyTime || other.hasTime === run.hasTime;
    if (isAlike) return s.ask([other.when, run.when], run.words, [[from, run.from]]);
  }
  return undefined;
}

/** "At 5 call Bob and at 6 call Ana": what begins another task, with a time of its own. */
export function another(s: Sentence, from: number, to: number): Run | undefined {
  for (let at = from + 1; at < to - 1; at++) {
    const close = anotherAt(s, at, to);
    if (close) return close;
    if (!/^(?:and|then|;|,)$/.test(s.word(at))) continue;
    const run = s.longestFrom(at + 1, to, (one) => one.to < to && !one.startsWeak);
    const isDay = run && (english.task.deeds.has(s.word(run.to)) || run.hasTime);
    const first = s.word(at + 1);
    if (run && isDay && (STARTS.has(first) || /^\d/.test(first) || Object.hasOwn(WEEKDAYS, first))) return run;
  }
  return undefined;
}

/** "5pm call 6pm email": the same without a word between; a "4pm review" is a thing. */
function anotherAt(s: Sentence, at: number, to: number): Run | undefined {
  if (!/^\d/.test(s.word(at)) || OWNED.test(s.word(at - 1))) return undefined;
  const run = s.longestFrom(at, to, (one) => one.onlyTime && one.phrase.time?.clock?.exact === true && !one.startsWeak);
  const next = run ? s.word(run.to) : '';
  const { deeds, events } = english.task;
  return deeds.has(next) && !events.has(next) ? run : undefined;
}

/** Whether another task begins behind a run. */
function parts(s: Sentence, run: Run): boolean {
  const isNext = /^(?:and|then|[,;])$/;
  if (isNext.test(s.word(run.to)) || isNext.test(s.word(run.to - 1))) return true;
  // "Call Bob at 5 about the meeting at 6".
  const isOpen = /^(?:about|re|regarding|because|with)$/.test(s.word(run.to));
  // "The 3pm call" is a thing.
  return run.onlyTime && !/^\d/.test(s.word(run.from)) && (isOpen || english.task.deeds.has(s.word(run.to)));
}

/** Words about time that stand unread before the run, and dates elsewhere in the task, make its date doubtful. */
export function doubtBefore(s: Sentence, run: Run, from: number): Understood | undefined {
  const previous = s.word(run.from - 1);
  // A month says when only with a day: "call Jan at 10".
  const isUnread =
    run.onlyTime &&
    english.temporal.has(previous) &&
    !Object.hasOwn(MONTHS, previous) &&
    !isCalledSo(s, run.from - 1) &&
    !lasts(s, run.from, from);
  // "For 2 Mondays and Thursdays": the first of a list was not read.
  const isListed = english.joins.has(previous) && english.temporal.has(s.word(run.from - 2));
  // "Call Bob in 1:30": no "log in at 5".
  const isLength = previous === 'in' && /^(?:\d|about|~)/.test(s.word(run.from)) && !/[ap]\.?m/i.test(run.words);
  if (isTie(s, run.from - 1) || counts(s, run.from - 1) || isUnread || isListed || isLength)
    return s.ask([run.when], run.words, [[from, run.from]]);
  if (!run.onlyTime) return undefined;
  const span = during(s, run, from);
  if (span) return s.ask([span, run.when], run.words, [[from, run.from]]);
  const dashed = s.word(from).replace(/^(\d\d?)-(\d\d?)$/, '$1/$2');
  // "12-7 oil change 4pm".
  if (dashed !== s.word(from) && run.from > from + 1) {
    const dated = parseWhen(`${dashed} ${run.words}`, s.ctx);
    if (dated.kind !== 'reject') return s.ask([dated, run.when], run.words, [[from, run.from]]);
  }
  const owned = ofOwnDay(s, run, from);
  if (owned) return s.ask([owned, run.when], run.words, [[from, run.from]]);
  for (let at = digitsAt(s, from) ? from : from + 1; at < run.from; at++) {
    const last = strongDate(s, at, run.from) ?? bareDay(s, at, run.from) ?? digitsAt(s, at);
    if (!last) continue;
    // "The day after tomorrow" begins before its "tomorrow".
    const other = s.longestUpTo(last.to, from + 1, (one) => saysDay(s, one) && !one.hasTime) ?? last;
    const both = s.joined(
      [other, run],
      [
        [from, other.from],
        [other.to, run.from],
      ],
    );
    if (isCertain(both.when) && isApart(s, other, run.from)) return both;
    return s.ask([both.when, run.when], run.words, [[from, run.from]]);
  }
  return undefined;
}

/** "Prep for my 3pm at 2", "the 3 o'clock with HR at 2": what is called by its hour, and the people. */
function isCalledSo(s: Sentence, at: number): boolean {
  if (s.tokens[at]?.raw === 'HR') return true;
  return /^(?:am|pm|o'clock)$/.test(s.word(at)) && /^(?:the|my|our|his|her|their)$/.test(s.word(at - 2));
}

/** "Take antibiotics for 7 days at 9": on each of them, or once what is for so many. */
export function during(s: Sentence, run: Run, from: number): When | undefined {
  for (let at = run.from - 1; at >= from; at--) {
    if (s.word(at) !== 'for') continue;
    const piece = s.pieces(at).find(({ end, value }) => end === run.from && value.kind === 'shift');
    const span = piece?.value.kind === 'shift' ? piece.value.span : undefined;
    if (!span || span.milliseconds > 0) return undefined;
    const day = span.workdays > 0 ? 'weekday' : 'day';
    const count = span.workdays > 0 ? `for ${span.workdays} times` : s.words(at, run.from);
    return readPhrase(`every ${day} ${run.words} ${count}`, s.ctx);
  }
  return undefined;
}

/** "Tomorrow's meeting at 3": the time of the event, where that is another. */
function ofOwnDay(s: Sentence, run: Run, from: number): When | undefined {
  const day = /^(.+)'s$/.exec(s.word(from))?.[1];
  if (day === undefined || !english.temporal.has(day) || !endsInEvent(s, from + 2)) return undefined;
  const when = readPhrase(`${day} ${run.words}`, s.ctx);
  return when && when.kind !== 'reject' && !isSameWhen(when, run.when) ? when : undefined;
}

/** Whether a word leaves it unsaid which time is meant; "late in 20 minutes" and "past at 5" do not. */
export function isTie(s: Sentence, at: number): boolean {
  const said = s.word(at);
  const next = s.word(at + 1);
  if (isNumbering(said, next) || (DAY_NAMES.has(said) && isDayName(next))) return true;
  // "The eve of April 5", "2nd week of April".
  if (said === 'of' && english.temporal.has(s.word(at - 1))) return true;
  // "Some time next week", "last thing tonight".
  if (/^(?:time|thing)$/.test(said) && /^(?:some|any|last)$/.test(s.word(at - 1))) return true;
  // "Any day but Sunday".
  if (said === 'but' && /^(?:day|time|week|weekday)$/.test(s.word(at - 1))) return true;
  return TIES.has(said) && !(LOOSE_TIES.has(said) && /^(?:at|in|by)$/.test(s.word(at + 1)));
}

/** Whether a length of time ends here ("a fortnight on Tuesday"), so that the date counts from there. */
function counts(s: Sentence, at: number): boolean {
  const joins = /^(?:on|from|after|before|of)$/.test(s.word(at + 1));
  const isElapsed = /^(?:on|of)$/.test(s.word(at + 1)) && /^(?:second|minute|hour)$/.test(s.word(at));
  if (!joins || isElapsed) return false;
  return english.temporal.has(s.word(at)) && /^(?:an?|one|\d+)$/.test(s.word(at - 1));
}

/** Whether "for half an hour" ends at `to`: how long the task takes. */
export function lasts(s: Sentence, to: number, limit: number): boolean {
  for (let at = to - 1; at > limit; at--)
    if (s.word(at) === 'for' && s.pieces(at).some(({ end, value }) => end === to && value.kind === 'shift'))
      return true;
  return false;
}

/** The first instant that is meant. */
function firstOf(when: Once | Recurring): number | undefined {
  return (when.kind === 'once' ? when.at : when.next[0])?.getTime();
}

const isDayName = (said: string): boolean => Object.hasOwn(WEEKDAYS, said) || HOLIDAY_WORDS.test(said);

const HOLIDAY_WORDS = /^(?:christmas|new|easter|thanksgiving|monday)$/;

/** What people clip the days of the week to, or count. */
const CLIPPED_DAY = /^(?:m|mo|t|tu|th|w|we|r|f|fr|s|sa|su|\d.*)$/;

/** Words that belong to a time, and leave it unsaid which, when they stand unread before one. */
const TIES = new Set(
  'every next until before except starting past half between since per last not early late mid middle sometime anytime whenever or'.split(
    ' ',
  ),
);

/** What is counted, or goes on with a number. */
const THINGS = /^(?:people|men|women|children|kids|on|of|\w{2,}[^\Ws]s)$/;

/** What makes a time that of a thing, or of what is said of it. */
const OWNED = /^(?:the|a|an|my|our|his|her|their|your|about|for|of|to|from|this|that|every)$/;

const ARTICLES = new Set('the a an my our his her their your some'.split(' '));

/** Of these, the ones that say nothing of a time with a word of its own: "I'm late at 5". */
const LOOSE_TIES = new Set('late early last past half middle mid start starting per'.split(' '));
