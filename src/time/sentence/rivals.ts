import { english } from '../lang/en.ts';
import { readPhrase } from '../parse.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { isDoubtful } from './weak.ts';

/** Two times in one sentence, of which the first may be but a word of the task: "weekly report in 20 minutes". */

/** What a sentence means that begins with `run` and has another time at its end; undefined where it has none. */
export function rivalled(s: Sentence, run: Run, to: number, hasLead: boolean): Understood | undefined {
  const isBare = isAdjective(run);
  // "Remind me tomorrow call Bo about the party on Friday".
  if (hasLead && !isBare) return undefined;
  const other = s.longestUpTo(
    to,
    run.to + 1,
    (one) => (!one.startsWeak || isDatedEvent(s, run, one)) && !one.isAttribute && contradicts(run, one, isBare),
  );
  // "Saturday at 2pm pull turnips for Sunday dinner".
  if (!other || (run.hasTime && other.before === 'for' && !other.clock)) return undefined;
  const both = isBare ? asSeries(s, run, other) : undefined;
  if (!both && isThing(s, run, other, isBare)) return s.result(other.when, other.words, [[run.from, other.from]]);
  return s.ask([both ?? run.when, other.when], other.words, [[run.from, other.from]]);
}

/** "Christmas party 12/20 7pm", "ANZAC Day service 25/4": an event that is named after a day has a date of its own. */
function isDatedEvent(s: Sentence, run: Run, { from, to, date, clock, start }: Run): boolean {
  if (date?.type !== 'numeric' || !start.includes('/') || !(from + 1 === to || clock?.exact)) return false;
  return isOccasion(s, run) || (isAdjective(run) && run.date !== undefined);
}

/** "Weekly report tomorrow with Ana at 9": a day in the midst of a task that begins with an adverb. */
export function dayBehind(s: Sentence, run: Run, to: number): Run | undefined {
  if (!isAdjective(run) || !run.isSeries) return undefined;
  const saysDay = (one: Run) => one.date !== undefined || one.isSeries || one.phrase.shift !== undefined;
  const day = s.firstFrom(run.to + 1, to, (one) => saysDay(one) && !one.startsWeak && !one.endsWeak);
  return day && day.to < to ? day : undefined;
}

/** "Christmas shopping", "Monday meeting prep": what is done before the day. */
export const isPreparation = (s: Sentence, run: Run, end: Run): boolean =>
  isAdjective(run) && run.date !== undefined && s.mentions(run.to, end.from, english.task.preparations);

/** "Daily standup notes at 5pm", "everyday carry review at 5": each day, or one of the things that are called so. */
export function titled(s: Sentence, run: Run, to: number): Understood | undefined {
  const isJoined = /^everyday$/i.test(s.tokens[run.from]?.raw ?? '');
  const isCadence = run.isSeries && (isJoined ? run.to === run.from + 2 : isAdjective(run));
  if (!isCadence || s.isSign(run.to - 1) || !isThingOf(s, run.to, to, isJoined)) return undefined;
  const other = s.longestUpTo(to, run.to + 1, (one) => one.onlyTime && !one.startsWeak);
  if (!other) return s.ask([run.when], run.words, [[run.from, to]]);
  return s.ask([inOrder(s, run, other) ?? run.when, other.when], run.words, [[run.from, other.from]]);
}

/** Whether what follows "daily" is the name of a thing, and "everyday" no deed. */
function isThingOf(s: Sentence, from: number, to: number, isJoined: boolean): boolean {
  const ends = /^(?:at|by|on|in|for|from|to|with|about|of|before|after|until|~|[,:;.!?()-]|\d.*|)$/;
  const length = s.said(from, to).findIndex((said) => ends.test(said));
  const last = length < 0 ? to : from + length;
  const { deeds, issues, events } = english.task;
  if (last === from || (deeds.has(s.word(from)) && (isJoined || last > from + 1))) return false;
  return isJoined || issues.has(s.word(last - 1)) || events.has(s.word(last - 1));
}

/** Whether two times cannot both say when: two days, two clocks, a day and a length of time. */
function contradicts(run: Run, one: Run, isBare: boolean): boolean {
  const { shift } = one.phrase;
  if (!isBare) {
    // "Tonight show tickets in 20 minutes".
    if (run.phrase.time?.today && !run.clock && shift) return shift.span.milliseconds > 0 && !shift.bare;
    // "May 4th movie night: buy popcorn tomorrow at 5pm".
    const isMarked = one.hasTime || /^(?:on|today|tomorrow)$/.test(one.start);
    return !run.hasTime && run.date !== undefined && one.date !== undefined && isMarked;
  }
  if (shift) return shift.span.milliseconds > 0 || run.date !== undefined || run.isSeries;
  // "Weekly report by noon": that of this week, or of every week.
  const [recur] = run.phrase.recurs;
  if (recur && (one.onlyTime || one.phrase.time?.today)) return recur.freq !== 'DAILY' && recur.step === undefined;
  if (one.onlyTime) return run.clock !== undefined && one.clock !== undefined;
  // "Noon meeting tomorrow".
  return run.onlyTime ? one.hasTime || one.date?.type === 'period' : one.date !== undefined || one.isSeries;
}

/** "Weekly report on Friday at 5": the series that both make, where the day can be that of a series. */
export function asSeries(s: Sentence, run: Run, other: Run): Run['when'] | undefined {
  if (other.onlyTime && run.isSeries) return inOrder(s, run, other);
  const date = run.isSeries ? other.date : run.date;
  const isOne = run.phrase.recurs.length + other.phrase.recurs.length === 1;
  if (other.phrase.shift || !isOne || !date || date.type === 'offset' || date.type === 'period') return undefined;
  return inOrder(s, run, other);
}

function inOrder(s: Sentence, run: Run, other: Run): Run['when'] | undefined {
  const when = readPhrase(`${run.words} ${other.words}`, s.ctx);
  return when?.kind === 'recurring' ? when : undefined;
}

/** Whether the time in front is but a word of the task. */
function isThing(s: Sentence, run: Run, other: Run, isBare: boolean): boolean {
  if (other.isBound) return false;
  if (isOccasion(s, run)) return true;
  const { shift, time } = other.phrase;
  // "First of May picnic on April 20": either, but "end of year review in an hour" is no day.
  if (!isBare || (run.date?.type === 'period' && !shift && !time?.today)) return false;
  // "Friday book the flight on Monday at 4": the second one may be that of the flight.
  const between = s.said(run.to, other.from);
  if (between.length > 3 || between.some((said) => RELATING.test(said))) return false;
  return run.isSeries || !english.task.events.has(other.before) || run.onlyTime || shift !== undefined;
}

/** What binds a time to a thing, so that it may be the time of the thing. */
const RELATING = /^(?:the|a|an|my|our|his|her|their|your|for|about|of|to|before|after|that|which|and|if|when)$/;

/** "New Year's Eve party prep", "sat phone check": a date in front that is more likely part of the task. */
export function isOccasion(s: Sentence, { phrase: { placed }, start }: Run): boolean {
  const [first, more] = placed;
  if (!first || more || first.piece.kind !== 'date' || /^(?:on|at|by|this|next)$/.test(start)) return false;
  return first.piece.date.type === 'holiday' || isDoubtful(first, s.tokens);
}

/** Whether a time stands as an adjective does, without a word that says when: "weekly", "Friday", "the weekend". */
export function isAdjective({ phrase: { placed }, start }: Run): boolean {
  const [first, second, third] = placed;
  if (!first || third || (second && second.piece.kind !== 'time')) return false;
  const { piece, from, to } = first;
  const isLed = /^(?:on|at|by|in|this|next|~|about|from|exactly)$/.test(start);
  if (piece.kind === 'recur') return to === from + 1 && !second && english.cadences.has(start);
  if (piece.kind === 'time') return !second && !isLed && piece.time.today !== true;
  if (piece.kind !== 'date') return false;
  const { date } = piece;
  // "End of year review".
  if (date.type === 'period') return date.edge !== 'whole' && !isLed;
  if (date.type === 'weekday') return to === from + 1 || start === 'the';
  return date.type === 'holiday' ? !isLed : date.type === 'weekend' && /^(?:the|weekend)$/.test(start);
}
