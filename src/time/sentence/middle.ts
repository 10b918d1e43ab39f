import { english } from '../lang/en.ts';
import { isOrdinal } from '../lang/en-words.ts';
import { isSameWhen } from '../readings.ts';
import { around, type Stretch } from '../tokens.ts';
import type { When } from '../types.ts';
import { byHabit } from './afterwards.ts';
import { hasOwnClock, isLate, isMeasure, limited } from './apart.ts';
import { lengthened, withDigitsBehind } from './behind.ts';
import { digitsAt, isHours, withDigits } from './digits.ts';
import { isClock } from './events.ts';
import { isAdjective } from './rivals.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { during, isTie, lasts } from './unread.ts';

/** A time that stands within the task. */

export function middle(s: Sentence, body: Stretch): Understood | undefined {
  const [from, to] = body;
  const found = within(s, body);
  const [first, second] = found;
  // "Remind me about the 9am meeting": a time, but that of the meeting.
  if (!first) {
    const run = s.firstFrom(from, to, (one) => isClock(one) && !one.startsWeak && !isWhichOne(s, one, to));
    return run && s.ask([run.when], run.words, [body]);
  }
  const ending = limited(s, first, body);
  if (ending) return ending;
  if (second)
    return s.ask(
      found.map(({ when }) => when),
      first.words,
      [body],
    );
  const digits = withDigits({ s, run: first, from }, [[first.to, to]]) ?? dated(s, first, body);
  if (digits) return digits;
  // "Call Bob on Sunday lunch with Ana".
  const longer = first.hasTime ? undefined : lengthened(s, first, to);
  if (longer && !isSameWhen(longer.when, first.when))
    return s.ask([longer.when, first.when], longer.words, around(body, longer));
  const rest = around(body, first);
  if (!isOpenEnded(s, first, body)) return s.result(first.when, first.words, rest);
  const hour = hourBehind(s, first, to);
  if (hour) return s.ask([hour, first.when], s.words(first.from, to), [[from, first.from]]);
  return s.ask([first.when], first.words, rest);
}

/** Whether what stands beside a time shows that it was not read to its end. */
function isOpenEnded(s: Sentence, run: Run, [from, to]: Stretch): boolean {
  const [before, last] = [{ s, run, from }, s.word(to - 1)];
  return (
    english.temporal.has(run.next) ||
    run.next === 'or' ||
    isTie(s, run.from - 1) ||
    run.endsInCount ||
    isMeasure(before) ||
    hasOwnClock(before) ||
    // "Meet tomorrow 9h", "meet tomorrow 730".
    (!run.hasTime && isHours(s, run.to)) ||
    (!run.hasTime && to === run.to + 1 && /^(?:0?[1-9]|1\d|2[0-3])[0-5]\d$/.test(run.next)) ||
    // "Ever day at 8 to stretch".
    (run.onlyTime && /^(?:minute|hour|day|week|month|year)$/.test(run.before) && !lasts(s, run.from, from)) ||
    (run.onlyTime && during(before) !== undefined) ||
    // "In an hour and 15", "at 5,30".
    (run.next === 'and' && /^\d+$/.test(last) && run.to + 2 === to) ||
    (/^[,;]$/.test(s.word(to - 2)) && /^\d\d$/.test(last) && to - run.to < 3) ||
    (run.isSeries && s.mentions(run.to, to, ENDS))
  );
}

/** What a series ends, or begins, with. */
export const ENDS = new Set('until except starting through'.split(' '));

/** "Dinner tomorrow 730": by habit of one half of the day. */
function hourBehind(s: Sentence, run: Run, to: number): When | undefined {
  const when = to === run.to + 1 && !run.hasTime ? withDigitsBehind(s, run) : undefined;
  return (
    when &&
    byHabit(s, { when, words: `${run.words} at ${run.next.replace(/..$/, ':$&')}`, task: s.words(0, run.from) }).when
  );
}

/** The times that stand between the first word and the last. */
function within(s: Sentence, [from, to]: Stretch): Run[] {
  const saysWhen = (one: Run) => {
    // "Reply to the Monday email".
    const isLed = one.start === 'the' || one.isBound;
    if (isLed && isAdjective(one) && one.to < to && !one.isOpen) return false;
    if (one.startsWeak || one.endsWeak || isWhichOne(s, one, to) || /^(?:and|then)$/.test(s.word(one.to - 1)))
      return false;
    return english.task.starts.has(one.start) || one.isSeries || one.date !== undefined || one.phrase.placed.length > 1;
  };
  const found: Run[] = [];
  for (let at = from + 1; at < to; ) {
    const run = s.firstFrom(at, to, saysWhen);
    if (!run) break;
    found.push(run);
    at = run.to;
  }
  return found;
}

/** "Clean the second floor": which of several things, and no day of the month. */
const isWhichOne = (s: Sentence, { from, to, start, isOpen }: Run, end: number): boolean =>
  to - from === 2 && start === 'the' && isOrdinal(s.word(from + 1)) && to < end && !isOpen;

/** "12/15 lunch at 3pm with Sam": a date in digits at either end, and the clock within. */
function dated(s: Sentence, run: Run, body: Stretch): Understood | undefined {
  const day = run.onlyTime ? (digitsAt(s, body[0]) ?? digitsAt(s, body[1] - 1)) : undefined;
  if (!day || (day.from >= run.from && day.to <= run.to)) return undefined;
  const both = s.joined([day, run], around(body, day, run));
  const isSure = isLate(day.start) && both.when.kind === 'once';
  return isSure ? both : s.ask([both.when, run.when], run.words, [body]);
}

/** "Laundry 2h": in that time, or for so long. */
export function lasting(s: Sentence, [from, to]: Stretch): Understood | undefined {
  const isLength = ({ phrase }: Run) => (phrase.shift ?? phrase.vague) !== undefined && phrase.placed.length === 1;
  const run = s.longestUpTo(to, from + 1, isLength);
  const isCompact = /^\d[\d.]*[hm](?:\d+m?)?$|^\d+ ?(?:h|hours?|hrs?|minutes?|mins?)$/i.test(run?.words ?? '');
  return run && isCompact ? s.ask([run.when], run.words, [[from, run.from]]) : undefined;
}
