import { DAY } from '../civil.ts';
import { envOf } from '../env.ts';
import { english } from '../lang/en.ts';
import { MONTHS, WEEKDAYS } from '../lang/en-words.ts';
import { parseWhen } from '../parse.ts';
import type { Stretch } from '../tokens.ts';
import type { When } from '../types.ts';
import type { Before } from './guard.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { THINGS } from './words.ts';

/** Numbers beside a time: its date, its hour, or how many things there are. */

/** Whether digits with a slash hold a number that no month has. */
const isLarge = (digits: string): boolean => digits.split(/\D/).some((part) => Number(part) > 12);

/** A date in digits: in front, behind a task or before more of it; "1/2 cup" is none. */
export function digitsAt(s: Sentence, at: number): Run | undefined {
  const word = s.word(at);
  const run = word.includes('/') && word !== '24/7' ? s.exactly(at, at + 1) : undefined;
  if (run?.date?.type !== 'numeric' || run.isBound) return undefined;
  const isFirst = s.layout.body[0] === at && !english.task.measures.has(run.next);
  return isFirst || isLarge(word) || run.isOpen || run.to === s.tokens.length ? run : undefined;
}

/** "25/12 call Bob", "call Bob 5/11": a date in digits at either end, where nothing else says when. */
export function slashed(s: Sentence, [from, to]: Stretch): Understood | undefined {
  for (const at of to - from > 1 ? [from, to - 1] : []) {
    const run = s.exactly(at, at + 1);
    if (run?.first?.piece.kind !== 'date' || run.date?.type !== 'numeric') continue;
    const rest: Stretch = at === from ? [from + 1, to] : [from, at];
    return isDateAt(s, at, [from, to]) ? s.result(run.when, run.words, [rest]) : s.ask([run.when], run.words, [rest]);
  }
  return undefined;
}

/** Whether digits are a date, and no fraction ("fill the tank 3/4"), mark ("feel 7/10") or number ("chapter 3/5"). */
function isDateAt(s: Sentence, at: number, [from, to]: Stretch): boolean {
  const [word, before, next] = [s.word(at), s.word(at - 1), s.word(at + 1)];
  const isMarked = s.said(from, at).some((said) => MARKS.test(said));
  if (word === '24/7' || isMarked || (at > from && isNaming(before))) return false;
  // "Walk 5/6".
  if (at === from + 1 && english.task.deeds.has(before)) return false;
  if (isLarge(word) || /^0|\/0/.test(word)) return true;
  if (at === from && (english.task.measures.has(next) || THINGS.test(next))) return false;
  return !FRACTIONS.test(word) || (at + 1 === to && !english.task.deeds.has(s.word(from)));
}

/** "Update to version 3.11.", "run 5.10.": a number at the end of a sentence, where the day does not stand first. */
export function isNumberAtEnd({ s, run, from }: Before): boolean {
  if (run.to !== run.from + 2 || s.word(run.from + 1) !== '.' || !/^\d\d?\.\d\d?$/.test(run.start)) return false;
  // "Take 2.5."
  const isAmount = run.from - 1 === from && english.task.deeds.has(run.before);
  return isAmount || isNaming(run.before) || envOf(s.ctx).monthFirst !== false;
}

/** "Flight 12/24 at 6am", "watch 9/11 at 8pm": digits before a time of day may be its date. */
export function withDigits({ s, run, from }: Before, after: Stretch[] = []): Understood | undefined {
  // "Call Bob 16/2, 9 a.m."
  const at = /^[,(]$/.test(run.before) ? run.from - 2 : run.from - 1;
  const [word, before] = [s.word(at), s.word(at - 1)];
  if (at < from || run.date || !/^\d+[/.-]\d+/.test(word)) return undefined;
  const words = s.words(at, run.to);
  const rest: Stretch[] = [[from, at], ...after];
  // "05-11 at 3pm call Bob".
  const dashed = /^\d\d-\d\d$/.test(word) ? dashedDate(word, run, s) : undefined;
  if (dashed) return s.ask([dashed, run.when], words, rest);
  const longer = s.exactly(at, run.to);
  if (!longer?.date) return undefined;
  // "Dentist 12/3 2pm".
  const isClose = at === run.from - 1 && /^\d/.test(run.start) && run.clock?.exact === true;
  const isNamed =
    english.names.labels.has(before) ||
    english.names.cultural.has(before) ||
    MARKS.test(before) ||
    /^(?:9\/11|24\/7)$/.test(word);
  // "Dentist 4/12 at 8:40am", but no "tank 3/4 at 8".
  const isThing = at === from + 1 && !english.task.deeds.has(before) && !FRACTIONS.test(word);
  const [first = 0, second = 0] = word.split('/').map(Number);
  // "An oil change 12/7 at 4pm": no fraction.
  const isDay = english.task.events.has(before) || isThing || (first > second && second > 0);
  const isDate = isClose || (!isNamed && at > from && isDay) || isLarge(word);
  return isDate ? s.result(longer.when, words, rest) : s.ask([longer.when, run.when], words, rest);
}

/** "12-7" with a clock time, read as a date. */
export function dashedDate(word: string, run: Run, s: Sentence): When | undefined {
  const dated = parseWhen(`${word.replace('-', '/')} ${run.words}`, s.ctx);
  return dated.kind === 'reject' ? undefined : dated;
}

/** "Dentist Sat 21 at 10": the number behind a weekday is its date. */
export function withDayNumber({ s, run, from }: Before): Understood | undefined {
  const at = run.from - 2;
  if (at < from || !run.onlyTime || !/^\d{1,2}$/.test(run.before) || !Object.hasOwn(WEEKDAYS, s.word(at)))
    return undefined;
  const dated = parseWhen(`${s.word(at)} the ${run.before}th ${run.words}`, s.ctx);
  const isSoon = dated.kind === 'once' && dated.at.getTime() - s.ctx.now.getTime() < 62 * DAY;
  const words = s.words(at, run.to);
  return isSoon ? s.result(dated, words, [[from, at]]) : s.ask([dated, run.when], words, [[from, at]]);
}

/** "Pay the bill 15th": a day of the month, unless it is that of a thing ("mom's 50th") or how often. */
export function numbered(s: Sentence, [from, to]: Stretch): Understood | undefined {
  const run = to - from > 2 && /^\d+(?:st|nd|rd|th)$/.test(s.word(to - 1)) ? s.exactly(to - 1, to) : undefined;
  if (!run || isNaming(run.before) || /'s?$/.test(run.before)) return undefined;
  return english.task.deeds.has(s.word(from)) ? s.result(run.when, run.start, [[from, run.from]]) : undefined;
}

/** "Dentist 3 tomorrow": the number may be the hour. */
export function withBareHour({ s, run, from }: Before): Understood | undefined {
  const at = run.from - 1;
  if (at <= from || run.hasTime) return undefined;
  const [number, thing] = [run.before, s.word(at - 1)];
  // "Update to version 3.11 tomorrow".
  const isList = thing === 'and' && /^\d+$/.test(s.word(at - 2));
  if (english.names.labels.has(isList ? s.word(at - 3) : thing)) return undefined;
  // "Meeting 9.30 tomorrow".
  if (/^(?:\d|1\d|2[0-3])\.[0-5]\d$/.test(number))
    return s.ask([parseWhen(`at ${number} ${run.words}`, s.ctx), run.when], run.words, [[from, run.from]]);
  // "About May 5 on Sunday", "a table for 2 tomorrow".
  if (Object.hasOwn(MONTHS, thing) || (thing === 'for' && english.task.seats.has(s.word(at - 2)))) return undefined;
  // "Dentist 8h tomorrow": the hour, or how long.
  const isHour = /^(?:0?[1-9]|1[0-2])$/.test(number);
  const longer =
    (isHours(s, at - 1) ? s.exactly(at - 1, run.to) : undefined) ?? (isHour ? s.exactly(at, run.to) : undefined);
  return longer && s.ask([longer.when, run.when], longer.words, [[from, longer.from]]);
}

/** "9h". */
export const isHours = (s: Sentence, at: number): boolean => /^\d{1,2}$/.test(s.word(at)) && s.word(at + 1) === 'h';

const FRACTIONS = /^(?:1\/[234]|2\/3|3\/4)$/;

/** What is given a mark, or has a part that is counted. */
const MARKS =
  /^(?:ratio|odds|scene|signature|mix|beat|rate|rated|rating|score|scored|scores|feel|feels|feeling|pain|mood|energy|won|lost|got|watch|pressure)$/;

/** Whether a number belongs to the word before it. */
function isNaming(word: string): boolean {
  const isTied = /^(?:a|an|the|of|is|was|are|than|to|vs|no|all|only|at|about|for|from|and|x|my|our|\d.*)$/.test(word);
  return isTied || english.names.labels.has(word);
}
