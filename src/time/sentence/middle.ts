import { english } from '../lang/en.ts';
import { isOrdinal } from '../lang/en-words.ts';
import { parseWhen } from '../parse.ts';
import { isSameWhen } from '../readings.ts';
import type { Stretch } from '../tokens.ts';
import type { When } from '../types.ts';
import { digitsAt, hasOwnClock, isBound, isOpen, STARTS } from './days.ts';
import { isHours, withDigits } from './digits.ts';
import { byHabit, during, isTie, lasts } from './doubts.ts';
import { lengthened } from './ends.ts';
import { isClock } from './events.ts';
import { limited } from './joins.ts';
import { isAdjective } from './rivals.ts';
import type { Run, Sentence, Understood } from './sentence.ts';

/** A time that stands within the task. */

/** "Laundry 2h": in that time, or for so long. */
export function lasting(s: Sentence, [from, to]: Stretch): Understood | undefined {
  const run = s.longestUpTo(
    to,
    from + 1,
    (one) => (one.phrase.shift ?? one.phrase.vague) !== undefined && one.phrase.placed.length === 1,
  );
  if (!run || !/^\d/.test(s.word(run.from))) return undefined;
  return /^\d[\d.]*[hm](?:\d+m?)?$|^\d+ ?(?:h|hours?|hrs?|minutes?|mins?)$/i.test(run.words)
    ? s.ask([run.when], run.words, [[from, run.from]])
    : undefined;
}

export function middle(s: Sentence, [from, to]: Stretch): Understood | undefined {
  const found = within(s, from, to);
  const [first, second] = found;
  if (!first) return attribute(s, [from, to]);
  const ending = limited(s, first, from, to);
  if (ending) return ending;
  const rest: Stretch[] = [
    [from, first.from],
    [first.to, to],
  ];
  if (!second) {
    const digits = withDigits(s, first, from, [[first.to, to]]) ?? dated(s, first, [from, to]);
    if (digits) return digits;
    // "Call Bob on Sunday lunch with Ana".
    const longer = first.hasTime ? undefined : lengthened(s, first, to);
    if (longer && !isSameWhen(longer.when, first.when))
      return s.ask([longer.when, first.when], longer.words, [
        [from, first.from],
        [longer.to, to],
      ]);
    const unread =
      english.temporal.has(s.word(first.to)) ||
      s.word(first.to) === 'or' ||
      (!first.hasTime && isHours(s, first.to)) ||
      // "Ever day at 8 to stretch".
      (first.onlyTime && UNITS.test(s.word(first.from - 1)) && !lasts(s, first.from, from)) ||
      isTie(s, first.from - 1) ||
      first.endsInCount ||
      isMeasure(s, first, from) ||
      // "In an hour and 15".
      (s.word(first.to) === 'and' && /^\d+$/.test(s.word(to - 1)) && first.to + 2 === to) ||
      hasOwnClock(s, first, from) ||
      // "Meet tomorrow 730".
      (!first.hasTime && to === first.to + 1 && /^(?:0?[1-9]|1\d|2[0-3])[0-5]\d$/.test(s.word(first.to))) ||
      // "At 5,30".
      (/^[,;]$/.test(s.word(to - 2)) && /^\d\d$/.test(s.word(to - 1)) && to - first.to < 3) ||
      (first.onlyTime && during(s, first, from) !== undefined) ||
      (first.phrase.recurs.length > 0 && s.said(first.to, to).some((said) => ENDS.has(said)));
    const hour = unread ? hourBehind(s, first, to) : undefined;
    if (hour) return s.ask([hour, first.when], s.words(first.from, to), [[from, first.from]]);
    return unread ? s.ask([first.when], first.words, rest) : s.result(first.when, first.words, rest);
  }
  return s.ask(
    found.map(({ when }) => when),
    first.words,
    [[from, to]],
  );
}

/** "Dinner tomorrow 730": three digits at the end may be the hour, by habit of one half of the day. */
function hourBehind(s: Sentence, run: Run, to: number): When | undefined {
  const [, hour, minute] = /^([1-9]|1[0-2])([0-5][05])$/.exec(to === run.to + 1 ? s.word(run.to) : '') ?? [];
  if (hour === undefined || run.hasTime) return undefined;
  const words = `${run.words} at ${hour}:${minute}`;
  const understood = { when: parseWhen(words, s.ctx), words, task: s.words(0, run.from) };
  return understood.when.kind === 'reject' ? undefined : byHabit(s, understood, s.layout).when;
}

/** The times that stand between the first word and the last. */
function within(s: Sentence, from: number, to: number): Run[] {
  const found: Run[] = [];
  for (let at = from + 1; at < to; at++) {
    const run = s.longestFrom(at, to, (one) => {
      const { recurs, dates, placed } = one.phrase;
      // "Reply to the Monday email".
      const isLed = s.word(at) === 'the' || isBound(s, one);
      if (isLed && isAdjective(s, one) && one.to < to && !isOpen(s, one.to)) return false;
      if (isWhichOne(s, one, to)) return false;
      const isMarked = STARTS.has(s.word(at)) || recurs.length > 0 || dates.length > 0 || placed.length > 1;
      return isMarked && !one.startsWeak && !one.endsWeak && !/^(?:and|then)$/.test(s.word(one.to - 1));
    });
    if (!run) continue;
    found.push(run);
    at = run.to - 1;
  }
  return found;
}

/** "Clean the second floor": which of several things, and no day of the month. */
function isWhichOne(s: Sentence, { from, to }: Run, end: number): boolean {
  const isNumbering = to - from === 2 && s.word(from) === 'the' && isOrdinal(s.word(from + 1));
  return isNumbering && to < end && !isOpen(s, to);
}

/** "Bake at 350 for 20 minutes", "sell the stock at 150". */
export function isMeasure(s: Sentence, run: Run, from: number): boolean {
  const isNumber = /^at (?:\d{3}|\d+\.\d+)(?!\d)/i.test(run.words);
  return isNumber && s.tokens.slice(from, run.from).some(({ text }) => MEASURED.test(text));
}

/** "12/15 lunch at 3pm with Sam": a date in digits at either end, and the clock within. */
function dated(s: Sentence, run: Run, [from, to]: Stretch): Understood | undefined {
  const day = run.onlyTime ? (digitsAt(s, from) ?? digitsAt(s, to - 1)) : undefined;
  if (!day || (day.from >= run.from && day.to <= run.to)) return undefined;
  const [first, last] = day.from < run.from ? [day, run] : [run, day];
  const both = s.joined(
    [day, run],
    [
      [from, first.from],
      [first.to, last.from],
      [last.to, to],
    ],
  );
  const isSure = /1[3-9]|[23]\d/.test(s.word(day.from)) && both.when.kind === 'once';
  return isSure ? both : s.ask([both.when, run.when], run.words, [[from, to]]);
}

/** "Remind me about the 9am meeting": a time, but that of the meeting. */
function attribute(s: Sentence, [from, to]: Stretch): Understood | undefined {
  for (let at = from; at < to; at++) {
    const run = s.longestFrom(at, to, (one) => isClock(one) && !one.startsWeak && !isWhichOne(s, one, to));
    if (run) return s.ask([run.when], run.words, [[from, to]]);
  }
  return undefined;
}

const MEASURED =
  /^(?:bake|roast|cook|heat|preheat|broil|grill|oven|smoke|toast|fry|sell|stock|stocks|shares|price|bitcoin|btc)$/;

const UNITS = /^(?:minute|hour|day|week|month|year)$/;

/** What a series ends, or begins, with. */
export const ENDS = new Set('until except starting through'.split(' '));
