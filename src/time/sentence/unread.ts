import { english } from '../lang/en.ts';
import { MONTHS, WEEKDAYS } from '../lang/en-words.ts';
import { DAY_NAMES, isNumbering } from '../leftover.ts';
import { readPhrase } from '../parse.ts';
import { isSameWhen } from '../readings.ts';
import type { When } from '../types.ts';
import { dayApart } from './apart.ts';
import { dashedDate } from './digits.ts';
import type { Before } from './guard.ts';
import type { Sentence, Understood } from './sentence.ts';

/** Words before a time that show that it was not read to its beginning, or that it is not when the task is. */

/** Words about time that stand unread before the run, and dates elsewhere in the task, make its date doubtful. */
export function doubtBefore(at: Before): Understood | undefined {
  const { s, run, from } = at;
  const doubted = (...whens: When[]) => s.ask([...whens, run.when], run.words, [[from, run.from]]);
  const { before } = run;
  // "For 2 Mondays and Thursdays": the first of a list was not read.
  const isListed = english.joins.has(before) && english.temporal.has(s.word(run.from - 2));
  // "Call Bob in 1:30": no "log in at 5".
  const isLength = before === 'in' && /^(?:\d|about|~)/.test(run.start) && !/[ap]\.?m/i.test(run.words);
  if (isTie(s, run.from - 1) || counts(s, run.from - 1) || isListed || isLength) return doubted();
  if (!run.onlyTime) return undefined;
  // A month says when only with a day: "call Jan at 10".
  const isUnread = english.temporal.has(before) && !Object.hasOwn(MONTHS, before) && !isCalledSo(s, run.from - 1);
  if (isUnread && !lasts(s, run.from, from)) return doubted();
  // "12-7 oil change 4pm".
  const isDashed = /^\d\d?-\d\d?$/.test(s.word(from)) && run.from > from + 1;
  const other = during(at) ?? (isDashed ? dashedDate(s.word(from), run, s) : undefined) ?? ofOwnDay(at);
  return other ? doubted(other) : dayApart(at);
}

/** "Prep for my 3pm at 2", "the 3 o'clock with HR at 2": what is called by its hour, and the people. */
function isCalledSo(s: Sentence, at: number): boolean {
  if (s.tokens[at]?.raw === 'HR') return true;
  // "Send the minutes", "ring hr": nothing counts them.
  if (/^(?:minutes|hr)$/i.test(s.tokens[at]?.raw ?? '')) {
    const before = s.word(at - 1);
    return /^(?:the|my|our|their|ring|with)$/.test(before) || english.task.deeds.has(before);
  }
  return /^(?:am|pm|o'clock)$/.test(s.word(at)) && /^(?:the|my|our|his|her|their)$/.test(s.word(at - 2));
}

/** "Take antibiotics for 7 days at 9": on each of them, or once what is for so many. */
export function during({ s, run, from }: Before): When | undefined {
  const at = s.said(from, run.from).lastIndexOf('for') + from;
  const piece =
    at < from ? undefined : s.pieces(at).find(({ end, value }) => end === run.from && value.kind === 'shift');
  const span = piece?.value.kind === 'shift' ? piece.value.span : undefined;
  if (!span || span.milliseconds > 0) return undefined;
  const [day, count] = span.workdays > 0 ? ['weekday', `for ${span.workdays} times`] : ['day', s.words(at, run.from)];
  return readPhrase(`every ${day} ${run.words} ${count}`, s.ctx);
}

/** "Tomorrow's meeting at 3": the time of the event, where that is another. */
function ofOwnDay({ s, run, from }: Before): When | undefined {
  const day = /^(.+)'s$/.exec(s.word(from))?.[1];
  if (day === undefined || !english.temporal.has(day) || !english.task.events.has(s.word(from + 1))) return undefined;
  const when = readPhrase(`${day} ${run.words}`, s.ctx);
  return when && when.kind !== 'reject' && !isSameWhen(when, run.when) ? when : undefined;
}

/** Whether a word leaves it unsaid which time is meant; "late in 20 minutes" and "past at 5" do not. */
export function isTie(s: Sentence, at: number): boolean {
  const [before, said, next] = [s.word(at - 1), s.word(at), s.word(at + 1)];
  const isDayName = Object.hasOwn(WEEKDAYS, next) || /^(?:christmas|new|easter|thanksgiving)$/.test(next);
  if (isNumbering(said, next) || (DAY_NAMES.has(said) && isDayName)) return true;
  // "The eve of April 5", "2nd week of April".
  if (said === 'of' && english.temporal.has(before)) return true;
  // "Some time next week", "last thing tonight", "any day but Sunday".
  if (/^(?:(?:some|any|last) (?:time|thing)|(?:day|time|week|weekday) but)$/.test(`${before} ${said}`)) return true;
  return TIES.has(said) || (LOOSE_TIES.has(said) && !/^(?:at|in|by)$/.test(next));
}

/** Words that belong to a time, and leave it unsaid which, when they stand unread before one. */
const TIES = new Set('every next until before except between since not sometime anytime whenever or'.split(' '));

/** Those that say nothing of a time with a word of its own: "I'm late at 5". */
const LOOSE_TIES = new Set('late early last past half middle mid starting per'.split(' '));

/** Whether a length of time ends here ("a fortnight on Tuesday"), so that the date counts from there. */
function counts(s: Sentence, at: number): boolean {
  const [before, said, next] = [s.word(at - 1), s.word(at), s.word(at + 1)];
  if (!english.temporal.has(said) || !/^(?:an?|one|\d+)$/.test(before)) return false;
  return /^(?:second|minute|hour)$/.test(said)
    ? /^(?:from|after|before)$/.test(next)
    : /^(?:on|from|after|before|of)$/.test(next);
}

/** Whether "for half an hour" ends at `to`: how long the task takes. */
export function lasts(s: Sentence, to: number, limit: number): boolean {
  for (let at = to - 1; at > limit; at--)
    if (s.word(at) === 'for' && s.pieces(at).some(({ end, value }) => end === to && value.kind === 'shift'))
      return true;
  return false;
}
