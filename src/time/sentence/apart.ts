import { english } from '../lang/en.ts';
import { WEEKDAYS } from '../lang/en-words.ts';
import type { Layout } from '../layout.ts';
import type { Piece } from '../pieces.ts';
import { isCertain } from '../readings.ts';
import { around, type Stretch } from '../tokens.ts';
import { digitsAt } from './digits.ts';
import type { Before } from './guard.ts';
import { isPreparation } from './rivals.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { isDoubtful } from './weak.ts';

/** Times that stand apart in a sentence: which of them say when, and which are those of a thing or of another task. */

/** A run before the task, and what the end of the task adds to it. */
export function completed(s: Sentence, run: Run, task: Stretch, connector: string, hasLead: boolean): Understood {
  const body = s.trimmed(task);
  const [from, to] = body;
  const ending = limited(s, run, body);
  if (ending) return ending;
  const whole = () => s.result(run.when, run.words, [body]);
  const either = (...runs: { when: Run['when'] }[]) =>
    s.ask(
      runs.map(({ when }) => when),
      run.words,
      [body],
    );
  const next = another(s, body);
  if (next) return either(run, next);
  const end =
    s.longestUpTo(to, from + 1, (one) => !one.startsWeak && !one.isAttribute) ??
    (to - from > 1 ? digitsAt(s, to - 1) : undefined);
  if (!end) return withClock(s, run, body, hasLead) ?? whole();
  // "Remind me at 4pm to review the report due Friday".
  const bond = bondOf(s, from, end);
  if (bond === 'thing' && !end.onlyTime) return whole();
  const together = () => s.joined([run, end], [[from, end.from]]);
  const isTimed = lacksClock(run) !== lacksClock(end);
  if (bond !== 'none' && isTimed) {
    const both = together();
    if (both.when.kind !== 'reject') return either(run, both);
  }
  const isOpen = lacksClock(run) && end.onlyTime;
  if (isOpen || (run.onlyTime && end.isSeries && !end.hasTime)) {
    const both = together();
    // "Tomorrow pack at 9 and leave at 10".
    if (oneOfTwo({ s, run: end, from })) return either(both);
    // "Christmas shopping at 5pm": on another day.
    if (isPreparation(s, run, end)) return s.ask([end.when, both.when], run.words, [[from, end.from]]);
    // "Remind me tomorrow about the meeting at 3pm": that is when the meeting is.
    const isElapsed = (run.phrase.shift?.span.milliseconds ?? 0) > 0;
    return connector === 'about' || connector === 'of' || isElapsed ? either(run, both) : both;
  }
  if (run.onlyTime && lacksClock(end) && !end.onlyTime && !end.isSeries) {
    // "6am run tomorrow", "at 3 to call Bo tomorrow"; "at 3 to buy tickets today" is the same in either reading.
    const isSure = (!end.startsWeak || isLate(end.start)) && /^(?:to|,)?$/.test(connector);
    const both = together();
    return isSure && !end.isBound && !/^(?:is|are|was|were)$/.test(end.before) ? both : either(run, both);
  }
  // "Tonight at 8 call Bo every day".
  return end.isSeries && !run.isSeries ? either(run, end) : (withClock(s, run, body, hasLead) ?? whole());
}

/** Whether digits can only be a day of the month. */
export const isLate = (digits: string): boolean => /1[3-9]|[23]\d/.test(digits);

/** Whether a time at the end of a task is that of a thing in it: "the report due Friday", "ask if we meet at 3". */
function bondOf(s: Sentence, from: number, end: Run): 'thing' | 'doubt' | 'none' {
  const words = s.said(from, end.from);
  const { ties, clauses, reports } = english.task;
  const last = words.at(-1) ?? '';
  if (words.some((said, at) => at > 0 && clauses.has(said) && at < words.length - 1)) return 'thing';
  if (end.onlyTime) return 'none';
  if (isAim(end) || (last === 'for' && ties.has(words.at(-2) ?? ''))) return 'thing';
  // "Tickets for tomorrow" may be bought tomorrow, a present for Christmas is not.
  if (last === 'for' || end.start === 'for')
    return /^(?:holiday|period)$/.test(end.date?.type ?? '') ? 'thing' : 'doubt';
  if (ties.has(last) || (words.length > 1 && ties.has(end.start))) return 'thing';
  if (words.length < 3) return 'none';
  // "From Dec 12 to Dec 15", "this may be Thursday or Friday".
  if (/^(?:to|or)$/.test(last)) return 'thing';
  return reports.has(words[0] ?? '') || /^\w{2,}(?:ed|ing)$/.test(last) ? 'doubt' : 'none';
}

/** "Plan Christmas": what is done with a holiday, and not on it. */
export const isAim = ({ date, before }: Run): boolean => date?.type === 'holiday' && english.task.aims.has(before);

/** Whether a run says no more of the time of day than "in the morning". */
function lacksClock(run: Run): boolean {
  const { time, times, range, shift } = run.phrase;
  return !run.hasTime || (time?.part !== undefined && !time.clock && !times && !range && !shift);
}

/** "Tomorrow email Bo at 10 about the rent". */
export function withClock(s: Sentence, run: Run, body: Stretch, hasLead: boolean): Understood | undefined {
  if (!lacksClock(run) || (!run.date && !run.isSeries && !run.phrase.shift)) return undefined;
  const clock = clockApart(s, body);
  if (!clock) return undefined;
  const both = s.joined([run, clock.run], around(body, clock.run));
  if (both.when.kind === 'reject' && both.when.code !== 'PAST')
    return clock.isCertain ? s.ask([run.when], run.words, [body]) : undefined;
  return clock.isCertain && !hasLead ? both : s.ask([both.when, run.when], run.words, [body]);
}

/** The clock of the day that stands in front, within the task. */
function clockApart(s: Sentence, [from, to]: Stretch): { run: Run; isCertain: boolean } | undefined {
  const isClock = (one: Run) => one.onlyTime && !(one.startsWeak || one.endsWeak || one.isAttribute);
  for (let at = from; at < to; at++) {
    const run = s.longestFrom(at, to, (one) => isClock(one) && !/^(?:and|then|,)$/.test(s.word(one.to - 1)));
    // "Prepare 3pm meeting" has its own, as "look at 5 houses" has none.
    const isExact = (run?.clock?.exact || run?.phrase.time?.part) && /^(?:at|in|by|~)$/.test(run.start);
    if (!run || run.to === to || !(run.isOpen || isExact)) continue;
    // "Prepare the meeting at 3pm with Ana": the clock may be that of the meeting.
    const isEvent =
      english.task.events.has(run.before) && /^(?:the|my|our|his|her|their|your)$/.test(s.word(run.from - 2));
    return { run, isCertain: run.isOpen && !isEvent };
  }
  return undefined;
}

/** "Call Bob at 5 and Ana at 6", "drop the kids at 8, pick up at 3": two times, each with its task. */
export function oneOfTwo({ s, run, from }: Before): Understood | undefined {
  for (let at = from + 1; at < run.from - 1; at++) {
    const close = anotherAt(s, at, run.from);
    const isStart = /^(?:at|on|tomorrow|today|tonight)$|^\d/.test(s.word(at)) || Object.hasOwn(WEEKDAYS, s.word(at));
    const accept = (one: Run) => !one.startsWeak && (!one.endsWeak || parts(s, one)) && one.to < run.from;
    const far = isStart ? s.longestFrom(at, run.from, accept) : undefined;
    const isAlike = far && parts(s, far) && (far.onlyTime === run.onlyTime || far.hasTime === run.hasTime);
    const other = close && run.onlyTime ? close : isAlike ? far : undefined;
    if (other) return s.ask([other.when, run.when], run.words, [[from, run.from]]);
  }
  return undefined;
}

/** Whether another task begins behind a run. */
function parts(s: Sentence, run: Run): boolean {
  const isNext = /^(?:and|then|[,;])$/;
  if (isNext.test(run.next) || isNext.test(s.word(run.to - 1))) return true;
  // "Call Bob at 5 about the meeting at 6"; "the 3pm call" is a thing.
  const isOpen = /^(?:about|re|regarding|because|with)$/.test(run.next) || english.task.deeds.has(run.next);
  return run.onlyTime && !/^\d/.test(run.start) && isOpen;
}

/** "At 5 call Bob and at 6 call Ana": what begins another task, with a time of its own. */
function another(s: Sentence, [from, to]: Stretch): Run | undefined {
  for (let at = from + 1; at < to - 1; at++) {
    const close = anotherAt(s, at, to);
    if (close) return close;
    if (!/^(?:and|then|;|,)$/.test(s.word(at))) continue;
    const run = s.longestFrom(at + 1, to, (one) => one.to < to && !one.startsWeak);
    if (!run || !(english.task.deeds.has(run.next) || run.hasTime)) continue;
    if (english.task.starts.has(run.start) || /^\d/.test(run.start) || Object.hasOwn(WEEKDAYS, run.start)) return run;
  }
  return undefined;
}

/** "5pm call 6pm email": the same without a word between; a "4pm review" is a thing. */
function anotherAt(s: Sentence, at: number, to: number): Run | undefined {
  const isOwned = /^(?:the|a|an|my|our|his|her|their|your|about|for|of|to|from|this|that|every)$/.test(s.word(at - 1));
  if (!/^\d/.test(s.word(at)) || isOwned) return undefined;
  const run = s.longestFrom(at, to, (one) => one.onlyTime && one.clock?.exact === true && !one.startsWeak);
  return run && english.task.deeds.has(run.next) && !english.task.events.has(run.next) ? run : undefined;
}

/** "Until Friday remind me every day at 9 to …". */
export function limitedFirst(s: Sentence, { head, body: [from, to] }: Layout): Understood | undefined {
  if (!s.pieces(head[0]).some(({ value, end }) => LIMITS.has(value.kind) && end === head[1])) return undefined;
  const run = s.longestFrom(from, to, (one) => one.isSeries && !one.startsWeak);
  const both = run && s.joined([run, head], [[run.to, to]]);
  return both?.when.kind === 'recurring' ? both : undefined;
}

/** "Every day to take pills until Friday": where the series ends may stand at the end of the task. */
export function limited(s: Sentence, run: Run, [from, to]: Stretch): Understood | undefined {
  for (let at = run.isSeries ? Math.max(from + 1, run.to) : to; at < to; at++) {
    // "To take Fridays off": a deed.
    if (/^(?:take|have|get|book|request|want|give|to)$/.test(s.word(at - 1))) continue;
    if (!s.pieces(at).some(({ value, end }) => LIMITS.has(value.kind) && end <= to)) continue;
    const both = s.joined([run, [at, to]], run.from < from ? [[from, at]] : around([from, at], run));
    if (both.when.kind === 'recurring') return both;
  }
  return undefined;
}

/** What a series may be limited by, apart from it. */
const LIMITS = new Set<Piece['kind']>(['until', 'lasting', 'count', 'except', 'start', 'range']);

/** A day elsewhere in the task whose clock stands at its end: "call Bo Friday about the rent at 10". */
export function dayApart({ s, run, from }: Before): Understood | undefined {
  for (let at = digitsAt(s, from) ? from : from + 1; at < run.from; at++) {
    const last = strongDate(s, at, run.from) ?? bareDay(s, at, run.from) ?? digitsAt(s, at);
    if (!last) continue;
    // "The day after tomorrow" begins before its "tomorrow".
    const other = s.longestUpTo(last.to, from + 1, (one) => saysDay(one) && !one.hasTime) ?? last;
    const both = s.joined([other, run], around([from, run.from], other));
    if (isCertain(both.when) && isApart(s, other, run.from)) return both;
    return s.ask([both.when, run.when], run.words, [[from, run.from]]);
  }
  return undefined;
}

/** Whether a day stands apart from the clock behind it, and both say when. */
function isApart(s: Sentence, day: Run, to: number): boolean {
  if (day.words.split('/').some((part) => Number(part) > 12)) return true;
  // "12/3 dentist 4pm": no fraction.
  const [first = 0, second] = day.to === day.from + 1 ? day.start.split('/').map(Number) : [];
  if (second !== undefined) return first > second || second === 11 || second === 9 || second === 7;
  // "Pick up Wednesday from daycare": whom, or when.
  if (/^(?:pick up|drop off)$/.test(`${s.word(day.from - 2)} ${day.before}`)) return false;
  // What is named beside a date without being it.
  if (day.isBound || /^(?:by|before|after|within|until|starting|from|in)$/.test(day.start) || !day.isOpen) return false;
  // "Buy tickets tomorrow for the show at 8pm": the clock may be that of the show.
  return !s.mentions(day.to, to, english.task.events);
}

/** A day without "on" that is no part of a name, nor what a thing is called by. */
function bareDay(s: Sentence, at: number, to: number): Run | undefined {
  const run = s.longestFrom(at, to, (one) => isNamedDay(one) && one.isOpen && !one.isBound && !one.startsWeak);
  return run?.first && !isDoubtful(run.first, s.tokens) ? run : undefined;
}

function isNamedDay({ date, phrase: { recurs, shift } }: Run): boolean {
  if (date?.type === 'monthday') return date.month !== undefined;
  // "Mondays", "weekends", "two days from now".
  const isSeries = recurs.length > 0 && recurs.every(({ days }) => days?.plural === true);
  const isDays = shift?.span.milliseconds === 0 && !shift.bare;
  return isSeries || isDays || /^(?:weekday|holiday|moved|weekdayBeside)$/.test(date?.type ?? '');
}

/** A date in mid-sentence that is no mere attribute ("on Friday", but not "the Friday meeting"). */
function strongDate(s: Sentence, at: number, to: number): Run | undefined {
  if (!english.task.starts.has(s.word(at))) return undefined;
  return s.longestFrom(at, to, (run) => saysDay(run) && !run.startsWeak && !run.endsWeak);
}

function saysDay(run: Run): boolean {
  const { date, phrase, isOpen } = run;
  // "On the second floor".
  if (date?.type === 'monthday' && date.month === undefined && date.inMonth === undefined)
    return isOpen || run.next === '';
  const isDays = phrase.shift?.span.milliseconds === 0 && !phrase.shift.bare;
  return date !== undefined || ((run.isSeries || isDays) && isOpen);
}

/** "Catch the 6:30 train Friday": the hour of the day that is named may be that of the thing. */
export function hasOwnClock({ s, run, from }: Before): boolean {
  const { times, range, shift } = run.phrase;
  if (!run.date || run.clock || times || range || shift || !LEAVES.test(run.before)) return false;
  const at = s.said(from, run.from).findIndex((said) => /^(?:the|my|our)$/.test(said));
  const clock = at < 0 ? undefined : s.longestFrom(from + at + 1, run.from, (one) => one.onlyTime && !one.startsWeak);
  return clock?.to === run.from - 1;
}

/** What one is to be at in time. */
const LEAVES =
  /^(?:train|bus|flight|ferry|boat|plane|show|movie|film|game|match|class|meeting|call|appointment|standup)$/;

/** "Bake at 350 for 20 minutes", "sell the stock at 150". */
export function isMeasure({ s, run, from }: Before): boolean {
  const isNumber = /^at (?:\d{3}|\d+\.\d+)(?!\d)/i.test(run.words);
  return isNumber && s.said(from, run.from).some((said) => MEASURED.test(said));
}

const MEASURED =
  /^(?:bake|roast|cook|heat|preheat|broil|grill|oven|smoke|toast|fry|sell|stock|stocks|shares|price|bitcoin|btc)$/;
