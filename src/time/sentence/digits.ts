import { DAY } from '../civil.ts';
import { envOf } from '../env.ts';
import { english } from '../lang/en.ts';
import { MONTHS, WEEKDAYS } from '../lang/en-words.ts';
import type { Layout } from '../layout.ts';
import { parseWhen } from '../parse.ts';
import type { Stretch } from '../tokens.ts';
import { endsInEvent } from './days.ts';
import { type Run, type Sentence, THINGS, type Understood } from './sentence.ts';

/** Numbers beside a time: its date, its hour, or how many things there are. */

/** "Remind me 12/24 6pm wrap presents", "5/11 at 7:30pm fireworks": a date in digits and a time, where they belong. */
export function isDated(run: Run, { hasLead }: Layout): boolean {
  const piece = run.first?.piece;
  const date = piece?.kind === 'date' ? piece.date : undefined;
  const isWhole = date?.type === 'numeric' || (hasLead && date?.type === 'monthday' && date.month !== undefined);
  return isWhole && run.hasTime;
}

/** "25/12 call Bob", "call Bob 5/11": a date in digits at either end, where nothing else says when. */
export function slashed(s: Sentence, [from, to]: Stretch): Understood | undefined {
  for (const at of [from, to - 1]) {
    const run = to - from > 1 ? s.exactly(at, at + 1) : undefined;
    const piece = run?.first?.piece;
    if (!run || piece?.kind !== 'date' || piece.date.type !== 'numeric') continue;
    const rest: Stretch = at === from ? [from + 1, to] : [from, at];
    const words = s.words(at, at + 1);
    return isDateAt(s, at, [from, to]) ? s.result(run.when, words, [rest]) : s.ask([run.when], words, [rest]);
  }
  return undefined;
}

/** Whether digits are a date, and no fraction ("fill the tank 3/4"), mark ("feel 7/10") or number ("chapter 3/5"). */
function isDateAt(s: Sentence, at: number, [from, to]: Stretch): boolean {
  const [first = '', second = ''] = s.word(at).split('/');
  const isMarked = s.tokens.slice(from, at).some(({ text }) => MARKS.test(text));
  const before = s.word(at - 1);
  if (s.word(at) === '24/7' || isMarked || (at > from && NAMING.test(before))) return false;
  if (at > from && english.names.labels.has(before)) return false;
  // "Walk 5/6".
  if (at === from + 1 && english.task.deeds.has(before)) return false;
  if (Number(first) > 12 || Number(second) > 12 || first.startsWith('0') || second.startsWith('0')) return true;
  const next = s.word(at + 1);
  if (at === from && (english.task.measures.has(next) || THINGS.test(next))) return false;
  return !FRACTIONS.test(s.word(at)) || (at + 1 === to && !english.task.deeds.has(s.word(from)));
}

/** "Update to version 3.11.", "run 5.10.": a number at the end of a sentence, where the day does not stand first. */
export function isNumberAtEnd(s: Sentence, run: Run, from: number): boolean {
  if (run.to !== run.from + 2 || s.word(run.from + 1) !== '.' || !/^\d\d?\.\d\d?$/.test(s.word(run.from))) return false;
  const before = s.word(run.from - 1);
  // "Take 2.5."
  const isAmount = run.from - 1 === from && english.task.deeds.has(before);
  if (isAmount || NAMING.test(before) || english.names.labels.has(before)) return true;
  return envOf(s.ctx).monthFirst !== false;
}

/** "14.07.2026 um 15 Uhr": digits after a date in digits may be its time. */
export function isUnfinished(s: Sentence, run: Run, to: number): boolean {
  if (run.hasTime || !/^\d/.test(s.word(run.from))) return false;
  const rest = s.tokens.slice(run.to, to);
  // "24 December call Bo at 10": its time is read.
  if (rest.some((_, index) => s.longestFrom(run.to + index, to, (one) => one.onlyTime && !one.startsWeak)))
    return false;
  // "24 December buy 2 tickets": a number of things.
  return rest.some(({ text }, index) => {
    const next = s.word(run.to + index + 1);
    return /^\d+[:.]\d/.test(text) || (/^\d/.test(text) && (index === 0 || next === '' || CLOCK_UNITS.test(next)));
  });
}

/** "6 tonight feed the dog": a number that nothing but an hour can be. */
export function isHourOf(run: Run): boolean {
  const [first, second, third] = run.phrase.placed;
  if (first?.piece.kind !== 'time' || !first.piece.time.clock?.weak || third || !second) return false;
  const { piece } = second;
  return (
    (piece.kind === 'time' && piece.time.today === true) || (piece.kind === 'date' && piece.date.type === 'offset')
  );
}

/** "Flight 12/24 at 6am", "watch 9/11 at 8pm": digits before a time of day may be its date. */
export function withDigits(s: Sentence, run: Run, from: number, after: Stretch[] = []): Understood | undefined {
  // "Call Bob 16/2, 9 a.m."
  const at = /^[,(]$/.test(s.word(run.from - 1)) ? run.from - 2 : run.from - 1;
  if (at < from || run.phrase.dates.length > 0 || !/^\d+[/.-]\d+/.test(s.word(at))) return undefined;
  // "05-11 at 3pm call Bob".
  if (/^\d\d-\d\d$/.test(s.word(at))) {
    const dated = parseWhen(`${s.word(at).replace('-', '/')} ${run.words}`, s.ctx);
    if (dated.kind !== 'reject') return s.ask([dated, run.when], s.words(at, run.to), [[from, at], ...after]);
  }
  const longer = s.exactly(at, run.to);
  if (!longer || longer.phrase.dates.length === 0) return undefined;
  const words = s.words(at, run.to);
  // "Dentist 12/3 2pm".
  const isClose = at === run.from - 1 && /^\d/.test(s.word(run.from)) && run.phrase.time?.clock?.exact === true;
  const [first = 0, second = 0] = s.word(at).split('/').map(Number);
  const { labels, cultural } = english.names;
  const before = s.word(at - 1);
  const isNamed =
    labels.has(before) || cultural.has(before) || MARKS.test(before) || /^(?:9\/11|24\/7)$/.test(s.word(at));
  // "Dentist 4/12 at 8:40am", but no "tank 3/4 at 8".
  const isThing = at === from + 1 && !english.task.deeds.has(before) && !FRACTIONS.test(s.word(at));
  const isEvent = endsInEvent(s, at) || isThing;
  const isDate =
    isClose ||
    // "An oil change 12/7 at 4pm": no fraction.
    (!isNamed && at > from && (isEvent || (first > second && second > 0))) ||
    s
      .word(at)
      .split(/\D/)
      .some((number) => Number(number) > 12);
  return isDate
    ? s.result(longer.when, words, [[from, at], ...after])
    : s.ask([longer.when, run.when], words, [[from, at], ...after]);
}

/** "Dentist Sat 21 at 10": the number behind a weekday is its date. */
export function withDayNumber(s: Sentence, run: Run, from: number): Understood | undefined {
  const [weekday, number] = [s.word(run.from - 2), s.word(run.from - 1)];
  if (run.from - 2 < from || !run.onlyTime || !/^\d{1,2}$/.test(number)) return undefined;
  if (!Object.hasOwn(WEEKDAYS, weekday)) return undefined;
  const dated = parseWhen(`${weekday} the ${number}th ${run.words}`, s.ctx);
  const words = s.words(run.from - 2, run.to);
  const isSoon = dated.kind === 'once' && dated.at.getTime() - s.ctx.now.getTime() < 62 * DAY;
  if (isSoon) return s.result(dated, words, [[from, run.from - 2]]);
  return s.ask([dated, run.when], words, [[from, run.from - 2]]);
}

/** "Read John 3:16 tomorrow": digits behind a name may be no time. */
export function isVerse(s: Sentence, run: Run, from: number): boolean {
  const minute = /^\d{1,2}:(\d\d)$/.exec(s.word(run.from))?.[1];
  if (minute === undefined || Number(minute) % 5 === 0 || run.from - 1 <= from) return false;
  return /^\p{Lu}\p{Ll}/u.test(s.tokens[run.from - 1]?.raw ?? '');
}

/** "Pay the bill 15th": a day of the month, unless it is that of a thing ("mom's 50th") or how often. */
export function numbered(s: Sentence, [from, to]: Stretch): Understood | undefined {
  const run = to - from > 2 && /^\d+(?:st|nd|rd|th)$/.test(s.word(to - 1)) ? s.exactly(to - 1, to) : undefined;
  const before = s.word(to - 2);
  if (!run || NAMING.test(before) || /'s?$/.test(before) || english.names.labels.has(before)) return undefined;
  return english.task.deeds.has(s.word(from)) ? s.result(run.when, s.word(to - 1), [[from, to - 1]]) : undefined;
}

/** "Dentist 3 tomorrow": the number may be the hour. */
export function withBareHour(s: Sentence, run: Run, from: number): Understood | undefined {
  if (run.from - 1 <= from || run.hasTime) return undefined;
  const before = s.word(run.from - 1);
  // "Update to version 3.11 tomorrow".
  const isList = s.word(run.from - 2) === 'and' && /^\d+$/.test(s.word(run.from - 3));
  if (english.names.labels.has(s.word(run.from - (isList ? 4 : 2)))) return undefined;
  // "Meeting 9.30 tomorrow".
  if (/^(?:\d|1\d|2[0-3])\.[0-5]\d$/.test(before)) {
    const timed = parseWhen(`at ${before} ${run.words}`, s.ctx);
    return s.ask([timed, run.when], run.words, [[from, run.from]]);
  }
  // "About May 5 on Sunday".
  if (Object.hasOwn(MONTHS, s.word(run.from - 2))) return undefined;
  // "A table for 2 tomorrow".
  if (s.word(run.from - 2) === 'for' && english.task.seats.has(s.word(run.from - 3))) return undefined;
  // "Dentist 8h tomorrow": the hour, or how long.
  const lettered = isHours(s, run.from - 2) ? s.exactly(run.from - 2, run.to) : undefined;
  if (lettered) return s.ask([lettered.when, run.when], lettered.words, [[from, lettered.from]]);
  const number = Number(before);
  if (!Number.isInteger(number) || number < 1 || number > 12) return undefined;
  const longer = s.exactly(run.from - 1, run.to);
  return longer && s.ask([longer.when, run.when], longer.words, [[from, longer.from]]);
}

/** "9h". */
export function isHours(s: Sentence, at: number): boolean {
  return /^\d{1,2}$/.test(s.word(at)) && s.word(at + 1) === 'h';
}

const FRACTIONS = /^(?:1\/[234]|2\/3|3\/4)$/;

/** What is given a mark, or has a part that is counted. */
const MARKS =
  /^(?:ratio|odds|scene|signature|mix|beat|rate|rated|rating|score|scored|scores|feel|feels|feeling|pain|mood|energy|won|lost|got|watch|pressure)$/;

/** What a number belongs to. */
const NAMING = /^(?:a|an|the|of|is|was|are|than|to|vs|no|all|only|at|about|for|from|and|x|my|our|\d.*)$/;

const CLOCK_UNITS = /^(?:uhr|h|am|pm|hour|o'clock|[.!?])$/;
