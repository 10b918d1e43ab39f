import { english } from '../lang/en.ts';
import { isOrdinal } from '../lang/en-words.ts';
import { parseWhen } from '../parse.ts';
import type { Run } from '../runs.ts';
import type { When } from '../types.ts';
import { digitsAt, hasOwnClock, isBound, isOpen, STARTS } from './days.ts';
import { isHours, withDigits } from './digits.ts';
import { byHabit, during, isTie, lasts } from './doubts.ts';
import { lengthened } from './ends.ts';
import { limited } from './joins.ts';
import { isAdjective } from './rivals.ts';
import {
  ask,
  endsInCount,
  endsWeak,
  hasTime,
  isClock,
  isSameWhen,
  joined,
  mentions,
  onlyTime,
  result,
  startsWeak,
  type Understood,
  type View,
  word,
} from './view.ts';

/** A time that stands within the task. */

/** "Laundry 2h": in that time, or for so long. */
export function lasting(view: View, [from, to]: [number, number]): Understood | undefined {
  const run = view.runs.longestUpTo(
    to,
    from + 1,
    (one) => (one.phrase.shift ?? one.phrase.vague) !== undefined && one.phrase.placed.length === 1,
  );
  if (!run || !/^\d/.test(word(view, run.from))) return undefined;
  return /^\d[\d.]*[hm](?:\d+m?)?$|^\d+ ?(?:h|hours?|hrs?|minutes?|mins?)$/i.test(run.words)
    ? ask(view, [run.when], run.words, [[from, run.from]])
    : undefined;
}

export function middle(view: View, [from, to]: [number, number]): Understood | undefined {
  const found = within(view, from, to);
  const [first, second] = found;
  if (!first) return attribute(view, [from, to]);
  const ending = limited(view, first, from, to);
  if (ending) return ending;
  const rest: [number, number][] = [
    [from, first.from],
    [first.to, to],
  ];
  if (!second) {
    const digits = withDigits(view, first, from, [[first.to, to]]) ?? dated(view, first, [from, to]);
    if (digits) return digits;
    // "Call Bob on Sunday lunch with Ana".
    const longer = hasTime(first) ? undefined : lengthened(view, first, to);
    if (longer && !isSameWhen(longer.when, first.when))
      return ask(view, [longer.when, first.when], longer.words, [
        [from, first.from],
        [longer.to, to],
      ]);
    const unread =
      english.temporal.has(word(view, first.to)) ||
      word(view, first.to) === 'or' ||
      (!hasTime(first) && isHours(view, first.to)) ||
      // "Ever day at 8 to stretch".
      (onlyTime(first) && UNITS.test(word(view, first.from - 1)) && !lasts(view, first.from, from)) ||
      isTie(view, first.from - 1) ||
      endsInCount(view, first) ||
      isMeasure(view, first, from) ||
      // "In an hour and 15".
      (word(view, first.to) === 'and' && /^\d+$/.test(word(view, to - 1)) && first.to + 2 === to) ||
      hasOwnClock(view, first, from) ||
      // "Meet tomorrow 730".
      (!hasTime(first) && to === first.to + 1 && /^(?:0?[1-9]|1\d|2[0-3])[0-5]\d$/.test(word(view, first.to))) ||
      // "At 5,30".
      (/^[,;]$/.test(word(view, to - 2)) && /^\d\d$/.test(word(view, to - 1)) && to - first.to < 3) ||
      (onlyTime(first) && during(view, first, from) !== undefined) ||
      (first.phrase.recurs.length > 0 && mentions(view, first.to, to, ENDS));
    const hour = unread ? hourBehind(view, first, to) : undefined;
    if (hour) return ask(view, [hour, first.when], view.runs.words(first.from, to), [[from, first.from]]);
    return unread ? ask(view, [first.when], first.words, rest) : result(view, first.when, first.words, rest);
  }
  return ask(
    view,
    found.map(({ when }) => when),
    first.words,
    [[from, to]],
  );
}

/** "Dinner tomorrow 730": three digits at the end may be the hour, by habit of one half of the day. */
function hourBehind(view: View, run: Run, to: number): When | undefined {
  const [, hour, minute] = /^([1-9]|1[0-2])([0-5][05])$/.exec(to === run.to + 1 ? word(view, run.to) : '') ?? [];
  if (hour === undefined || hasTime(run)) return undefined;
  const words = `${run.words} at ${hour}:${minute}`;
  const understood = { when: parseWhen(words, view.ctx), words, task: view.runs.words(0, run.from) };
  return understood.when.kind === 'reject' ? undefined : byHabit(view, understood, view.finder.layout()).when;
}

/** The times that stand between the first word and the last. */
function within(view: View, from: number, to: number): Run[] {
  const found: Run[] = [];
  for (let at = from + 1; at < to; at++) {
    const run = view.runs.longestFrom(at, to, (one) => {
      const { recurs, dates, placed } = one.phrase;
      // "Reply to the Monday email".
      const isLed = word(view, at) === 'the' || isBound(view, one);
      if (isLed && isAdjective(view, one) && one.to < to && !isOpen(view, one.to)) return false;
      if (isWhichOne(view, one, to)) return false;
      const isMarked = STARTS.has(word(view, at)) || recurs.length > 0 || dates.length > 0 || placed.length > 1;
      return (
        isMarked && !startsWeak(view, one) && !endsWeak(view, one) && !/^(?:and|then)$/.test(word(view, one.to - 1))
      );
    });
    if (!run) continue;
    found.push(run);
    at = run.to - 1;
  }
  return found;
}

/** "Clean the second floor": which of several things, and no day of the month. */
function isWhichOne(view: View, { from, to }: Run, end: number): boolean {
  const isNumbering = to - from === 2 && word(view, from) === 'the' && isOrdinal(word(view, from + 1));
  return isNumbering && to < end && !isOpen(view, to);
}

/** "Bake at 350 for 20 minutes", "sell the stock at 150". */
export function isMeasure(view: View, run: Run, from: number): boolean {
  const isNumber = /^at (?:\d{3}|\d+\.\d+)(?!\d)/i.test(run.words);
  return isNumber && view.tokens.slice(from, run.from).some(({ text }) => MEASURED.test(text));
}

/** "12/15 lunch at 3pm with Sam": a date in digits at either end, and the clock within. */
function dated(view: View, run: Run, [from, to]: [number, number]): Understood | undefined {
  const day = onlyTime(run) ? (digitsAt(view, from) ?? digitsAt(view, to - 1)) : undefined;
  if (!day || (day.from >= run.from && day.to <= run.to)) return undefined;
  const [first, last] = day.from < run.from ? [day, run] : [run, day];
  const both = joined(
    view,
    [day, run],
    [
      [from, first.from],
      [first.to, last.from],
      [last.to, to],
    ],
  );
  const isSure = /1[3-9]|[23]\d/.test(word(view, day.from)) && both.when.kind === 'once';
  return isSure ? both : ask(view, [both.when, run.when], run.words, [[from, to]]);
}

/** "Remind me about the 9am meeting": a time, but that of the meeting. */
function attribute(view: View, [from, to]: [number, number]): Understood | undefined {
  for (let at = from; at < to; at++) {
    const run = view.runs.longestFrom(
      at,
      to,
      (one) => isClock(one) && !startsWeak(view, one) && !isWhichOne(view, one, to),
    );
    if (run) return ask(view, [run.when], run.words, [[from, to]]);
  }
  return undefined;
}

const MEASURED =
  /^(?:bake|roast|cook|heat|preheat|broil|grill|oven|smoke|toast|fry|sell|stock|stocks|shares|price|bitcoin|btc)$/;

const UNITS = /^(?:minute|hour|day|week|month|year)$/;

/** What a series ends, or begins, with. */
export const ENDS = new Set('until except starting through'.split(' '));
