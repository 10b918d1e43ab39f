import { english } from '../lang/en.ts';
import type { DateSpec } from '../pieces.ts';
import type { Run, Sentence } from './sentence.ts';
import { isDoubtful } from './weak.ts';

/** A day and a clock that stand apart in a sentence: which of them say when, and which name a thing. */

/** Whether a word before a run makes it part of the task: "about Friday at 5". */
export function isBound(s: Sentence, run: Run): boolean {
  return /^(?:about|of|for|from|the|a|my|our|his|her|their|your)$/.test(s.word(run.from - 1));
}

/** Whether a word shows that what stands before it is complete. */
export function isOpen(s: Sentence, at: number): boolean {
  return FUNCTION_WORDS.has(s.word(at));
}

/** Whether what a time may belong to stands before a place: "the show at 8". */
export function endsInEvent(s: Sentence, at: number): boolean {
  return english.task.events.has(s.word(at - 1));
}

/** Whether a time at the end of a task is that of a thing in it: "the report due Friday", "ask if we meet at 3". */
export function bondOf(s: Sentence, from: number, end: Run): 'thing' | 'doubt' | 'none' {
  const words = s.said(from, end.from);
  const last = words.at(-1) ?? '';
  const first = s.word(end.from);
  if (words.some((said, at) => at > 0 && english.task.clauses.has(said) && at < words.length - 1)) return 'thing';
  if (end.onlyTime) return 'none';
  if (isAim(s, end)) return 'thing';
  if (last === 'for' && english.task.ties.has(words.at(-2) ?? '')) return 'thing';
  // "Tickets for tomorrow" may be bought tomorrow, a present for Christmas is not.
  if (last === 'for' || first === 'for') return isFarOff(end.phrase.dates[0]) ? 'thing' : 'doubt';
  if (english.task.ties.has(last) || (words.length > 1 && english.task.ties.has(first))) return 'thing';
  // "From Dec 12 to Dec 15", "this may be Thursday or Friday".
  if (/^(?:to|or)$/.test(last) && words.length > 2) return 'thing';
  const isDeed = words.length > 2 && (english.task.reports.has(words[0] ?? '') || /^\w{2,}(?:ed|ing)$/.test(last));
  return isDeed ? 'doubt' : 'none';
}

/** "Plan Christmas": what is done with a holiday, and not on it. */
export function isAim(s: Sentence, { from, phrase }: Run): boolean {
  return phrase.dates[0]?.type === 'holiday' && english.task.aims.has(s.word(from - 1));
}

/** "Trip from Dec 1 to Dec 3", "call between the 1st and the 3rd": the day before the last one. */
export function startOfDays(s: Sentence, run: Run, from: number): Run | undefined {
  const tie = s.word(run.from - 1);
  if (run.phrase.dates.length === 0 || !/^(?:to|and|-|until|through)$/.test(tie)) return undefined;
  const isDay = (one: Run) => (tie === '-' ? isOneDate(one) : DAY_TYPES.test(one.phrase.dates[0]?.type ?? ''));
  return s.longestUpTo(run.from - 1, from, isDay);
}

/** "Dec 1 to Dec 3 trip", unlike "tomorrow - Friday's homework". */
export function endOfDays(s: Sentence, run: Run, to: number): Run | undefined {
  return isOneDate(run) ? s.longestFrom(run.to + 1, to, isOneDate) : undefined;
}

/** "Catch the 6:30 train Friday": the hour of the day that is named may be that of the thing. */
export function hasOwnClock(s: Sentence, run: Run, from: number): boolean {
  const { time, times, range, shift, dates } = run.phrase;
  if (dates.length === 0 || time?.clock || times || range || shift) return false;
  const at = s.tokens.findIndex(
    ({ text }, index) => index >= from && index < run.from && /^(?:the|my|our)$/.test(text),
  );
  const clock = at < 0 ? undefined : s.longestFrom(at + 1, run.from, (one) => one.onlyTime && !one.startsWeak);
  return clock !== undefined && LEAVES.test(s.word(run.from - 1)) && clock.to === run.from - 1;
}

/** "Call Dr. Friday at 3", "watch Black Friday at 9": a name, or the day without its object. */
export function mayBeCalled(s: Sentence, run: Run, from: number): boolean {
  const first = run.first;
  const isNamed = first?.piece.kind === 'date' && /^(?:weekday|holiday)$/.test(first.piece.date.type);
  if (!isNamed || !/^\p{Lu}/u.test(s.tokens[run.from]?.raw ?? '')) return false;
  const at = s.word(run.from - 1) === '.' ? run.from - 2 : run.from - 1;
  const isObject = at === from && at === run.from - 1 && WATCHES.test(s.word(at));
  return english.names.honorifics.has(s.word(at)) || isObject;
}

/** "See if Ana can come Friday at 5": the day of what is asked, unless that is over ("check if it came"). */
export function isAsked(s: Sentence, run: Run, from: number): boolean {
  if (run.phrase.dates.length === 0) return false;
  const clause = s.said(from + 1, run.from);
  const at = clause.findIndex((said) => /^(?:if|whether)$/.test(said));
  return at >= 0 && at < clause.length - 1 && clause.slice(at).some((said) => TO_COME.test(said));
}

const TELLS = /^(?:tell|text|email|mail|message|inform|remind|notify|warn|say|let|ping|write|mention|announce)$/;
const WHEN_IT_IS =
  /^(?:is|are|was|were|be|starts?|begins?|ends?|opens?|closes?|leaves?|departs?|arrives?|lands?|boards?|due|happens|moved|changed|free|busy|now|on)$/;

/** "Tell Max the meeting is at 3pm": the time of what is told, not of the telling. */
export function isTold(s: Sentence, run: Run, from: number): boolean {
  if (!TELLS.test(s.word(from)) || run.from - from <= 3 || !WHEN_IT_IS.test(s.word(run.from - 1))) return false;
  // "Tell everyone to leave at 5" is said then, and "text Sam when I land at 6" too.
  const told = s.said(from, run.from - 1);
  return told.at(-1) !== 'to' && !told.some((said) => /^(?:when|once|after|before|until)$/.test(said));
}

/** "Call Bo Friday about the rent at 10": the day stands apart from the clock, and both say when. */
export function isApart(s: Sentence, day: Run, to: number): boolean {
  if (day.words.split('/').some((part) => Number(part) > 12)) return true;
  // "12/3 dentist 4pm": no fraction.
  if (s.word(day.from).includes('/') && day.to === day.from + 1) {
    const [first = 0, second = 0] = s.word(day.from).split('/').map(Number);
    return first > second || second === 11 || second === 9 || second === 7;
  }
  // "Pick up Wednesday from daycare": whom, or when.
  if (/^(?:pick up|drop off)$/.test(`${s.word(day.from - 2)} ${s.word(day.from - 1)}`)) return false;
  if (isBound(s, day) || LOOSE_STARTS.test(s.word(day.from)) || !FUNCTION_WORDS.has(s.word(day.to))) return false;
  // "Buy tickets tomorrow for the show at 8pm": the clock may be that of the show.
  return !s.tokens.slice(day.to, to).some(({ text }) => english.task.events.has(text));
}

/** A date in digits: in front, behind a task or before more of it; "1/2 cup" is none. */
export function digitsAt(s: Sentence, at: number): Run | undefined {
  const run = s.word(at).includes('/') ? s.exactly(at, at + 1) : undefined;
  if (run?.phrase.dates[0]?.type !== 'numeric' || isBound(s, run)) return undefined;
  if (s.word(at) === '24/7') return undefined;
  const isFirst = s.layout.body[0] === at && !english.task.measures.has(s.word(at + 1));
  const isLarge = s
    .word(at)
    .split('/')
    .some((part) => Number(part) > 12);
  return isFirst || isLarge || FUNCTION_WORDS.has(s.word(at + 1)) || at + 1 === s.tokens.length ? run : undefined;
}

/** A day without "on" that is no part of a name, nor what a thing is called by. */
export function bareDay(s: Sentence, at: number, to: number): Run | undefined {
  const isOpen = (run: Run) => FUNCTION_WORDS.has(s.word(run.to)) && !isBound(s, run);
  const run = s.longestFrom(at, to, (one) => isNamedDay(one) && isOpen(one) && !one.startsWeak);
  const first = run?.first;
  return first && !isDoubtful(first, s.tokens) ? run : undefined;
}

/** "Tomorrow email Bo at 10 about the rent": the clock of the day that stands in front, within the task. */
export function clockApart(s: Sentence, from: number, to: number): { run: Run; isCertain: boolean } | undefined {
  for (let at = from; at < to; at++) {
    const run = s.longestFrom(
      at,
      to,
      (one) =>
        one.onlyTime &&
        !(one.startsWeak || one.endsWeak || one.isAttribute) &&
        !/^(?:and|then|,)$/.test(s.word(one.to - 1)),
    );
    if (!run || run.to === to) continue;
    const isExact = run.phrase.time?.clock?.exact === true || run.phrase.time?.part !== undefined;
    const isOpen = FUNCTION_WORDS.has(s.word(run.to));
    // "Prepare 3pm meeting" has its own, as "look at 5 houses" has none.
    if (!isOpen && !(isExact && CLOCK_STARTS.test(s.word(at)))) continue;
    // "Prepare the meeting at 3pm with Ana": the clock may be that of the meeting.
    const isEvent =
      english.task.events.has(s.word(at - 1)) && /^(?:the|my|our|his|her|their|your)$/.test(s.word(at - 2));
    return { run, isCertain: isOpen && !isEvent };
  }
  return undefined;
}

/** A date in mid-sentence that is no mere attribute ("on Friday", but not "the Friday meeting"). */
export function strongDate(s: Sentence, at: number, to: number): Run | undefined {
  if (!STARTS.has(s.word(at))) return undefined;
  return s.longestFrom(at, to, (run) => saysDay(s, run) && !run.startsWeak && !run.endsWeak);
}

export function saysDay(s: Sentence, { phrase, to }: Run): boolean {
  const [date] = phrase.dates;
  // "On the second floor".
  if (date?.type === 'monthday' && date.month === undefined && date.inMonth === undefined)
    return FUNCTION_WORDS.has(s.word(to)) || s.word(to) === '';
  const isDays = phrase.shift?.span.milliseconds === 0 && phrase.shift.bare === false;
  return date !== undefined || ((phrase.recurs.length > 0 || isDays) && FUNCTION_WORDS.has(s.word(to)));
}

/** A date of the calendar. */
function isOneDate({ phrase: { dates } }: Run): boolean {
  return dates.length === 1 && /^(?:monthday|numeric)$/.test(dates[0]?.type ?? '');
}

const DAY_TYPES = /^(?:monthday|numeric|weekday|offset)$/;

function isFarOff(date: DateSpec | undefined): boolean {
  return date?.type === 'holiday' || date?.type === 'period';
}

function isNamedDay({ phrase: { dates, recurs, shift } }: Run): boolean {
  const [date] = dates;
  if (date?.type === 'monthday') return date.month !== undefined;
  // "Mondays", "weekends", "two days from now".
  const isSeries = recurs.length > 0 && recurs.every(({ days }) => days?.plural === true);
  const isDays = shift?.span.milliseconds === 0 && !shift.bare;
  return isSeries || isDays || /^(?:weekday|holiday|moved|weekdayBeside)$/.test(date?.type ?? '');
}

/** What may begin a time in mid-sentence. */
export const STARTS = new Set(
  'at on in by every tomorrow today tonight next this from starting daily weekly monthly within after before'.split(
    ' ',
  ),
);

/** What goes on with a task after a time within it. */
export const FUNCTION_WORDS = new Set(
  'with about for from at in on re regarding to into by near because if when while before after without again and or so , ('.split(
    ' ',
  ),
);

/** What a clock time within a task begins with. */
const CLOCK_STARTS = /^(?:at|in|by|~)$/;

/** What is said of what is now, or to come. */
const TO_COME =
  /^(?:is|are|am|can|could|will|would|should|may|might|works?|wants?|comes?|'s|\w+'(?:s|re|ll|m)|\w+ing)$/;

/** What is done to a work with a name. */
const WATCHES = /^(?:watch|rewatch|see|hear|read|stream|listen|download|record)$/;

/** What one is to be at in time. */
const LEAVES =
  /^(?:train|bus|flight|ferry|boat|plane|show|movie|film|game|match|class|meeting|call|appointment|standup)$/;

/** What is named beside a date without being it. */
const LOOSE_STARTS = /^(?:by|before|after|within|until|starting|from|in)$/;
