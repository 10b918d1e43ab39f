import { english } from '../lang/en.ts';
import { readPhrase } from '../parse.ts';
import type { Stretch } from '../tokens.ts';
import { endsInEvent, isBound } from './days.ts';
import type { Run, Sentence, Understood } from './sentence.ts';
import { isDoubtful } from './weak.ts';

/** Two times in one sentence, of which the first may be but a word of the task: "weekly report in 20 minutes". */

/** What a sentence means that begins with `run` and has another time at its end; undefined where it has none. */
export function rivalled(
  s: Sentence,
  run: Run,
  to: number,
  connector: string,
  hasLead: boolean,
): Understood | undefined {
  const isBare = isAdjective(s, run);
  // "Remind me tomorrow call Bo about the party on Friday".
  if (/\w/.test(connector) || (hasLead && !isBare)) return undefined;
  const other = s.longestUpTo(
    to,
    run.to + 1,
    (one) => (!one.startsWeak || isDatedEvent(s, run, one)) && !one.isAttribute && contradicts(s, run, one, isBare),
  );
  // "Saturday at 2pm pull turnips for Sunday dinner".
  const isFor = other && run.hasTime && s.word(other.from - 1) === 'for' && !other.phrase.time?.clock;
  if (!other || isFor) return undefined;
  const task: Stretch = [run.from, other.from];
  const both = isBare ? asSeries(s, run, other) : undefined;
  if (!both && isThing(s, run, other, isBare)) return s.result(other.when, other.words, [task]);
  return s.ask([both?.when ?? run.when, other.when], other.words, [task]);
}

/** "Christmas party 12/20 7pm", "ANZAC Day service 25/4": an event that is named after a day has a date of its own. */
function isDatedEvent(s: Sentence, run: Run, { from, to, phrase }: Run): boolean {
  const isNamed = isOccasion(s, run) || (isAdjective(s, run) && dayOf(run));
  if (!isNamed || phrase.dates[0]?.type !== 'numeric' || !s.word(from).includes('/')) return false;
  return from + 1 === to || phrase.time?.clock?.exact === true;
}

/** "Weekly report tomorrow with Ana at 9": a day in the midst of a task that begins with an adverb. */
export function dayBehind(s: Sentence, run: Run, to: number): Run | undefined {
  if (!isAdjective(s, run) || run.phrase.recurs.length === 0) return undefined;
  for (let at = run.to + 1; at < to; at++) {
    const day = s.longestFrom(at, to, (one) => {
      const { dates, recurs, shift } = one.phrase;
      const saysDay = dates.length > 0 || recurs.length > 0 || shift !== undefined;
      return saysDay && !one.startsWeak && !one.endsWeak;
    });
    if (day) return day.to < to ? day : undefined;
  }
  return undefined;
}

/** "Christmas shopping", "Monday meeting prep": what is done before the day. */
export function isPreparation(s: Sentence, run: Run, end: Run): boolean {
  if (!isAdjective(s, run) || run.phrase.dates.length === 0) return false;
  return s.tokens.slice(run.to, end.from).some(({ text }) => english.task.preparations.has(text));
}

/** "Daily standup notes at 5pm", "everyday carry review at 5": each day, or one of the things that are called so. */
export function titled(s: Sentence, run: Run, to: number): Understood | undefined {
  const isJoined = /^everyday$/i.test(s.tokens[run.from]?.raw ?? '');
  const isCadence = run.phrase.recurs.length > 0 && (isJoined ? run.to === run.from + 2 : isAdjective(s, run));
  if (!isCadence || s.isSign(run.to - 1) || !isThingOf(s, run.to, to, isJoined)) return undefined;
  const other = s.longestUpTo(to, run.to + 1, (one) => one.onlyTime && !one.startsWeak);
  if (!other) return s.ask([run.when], run.words, [[run.from, to]]);
  const both = inOrder(s, run, other);
  return s.ask([both?.when ?? run.when, other.when], run.words, [[run.from, other.from]]);
}

/** Whether what follows "daily" is the name of a thing, and "everyday" no deed. */
function isThingOf(s: Sentence, from: number, to: number, isJoined: boolean): boolean {
  const ends = ({ text }: { text: string }) => PREPOSITIONS.test(text) || /^(?:\d.*|)$/.test(text);
  const length = s.tokens.slice(from, to).findIndex(ends);
  const last = length < 0 ? to : from + length;
  const { deeds, issues } = english.task;
  const isDeed = deeds.has(s.word(from)) && (isJoined || last > from + 1);
  if (last === from || isDeed) return false;
  return isJoined || issues.has(s.word(last - 1)) || endsInEvent(s, last);
}

/** Whether two times cannot both say when: two days, two clocks, a day and a length of time. */
function contradicts(s: Sentence, run: Run, one: Run, isBare: boolean): boolean {
  const { dates, recurs, shift } = one.phrase;
  if (!isBare) {
    // "Tonight show tickets in 20 minutes".
    if (run.phrase.time?.today && !run.phrase.time.clock && shift) return shift.span.milliseconds > 0 && !shift.bare;
    // "May 4th movie night: buy popcorn tomorrow at 5pm".
    const isMarked = one.hasTime || /^(?:on|today|tomorrow)$/.test(s.word(one.from));
    return !run.hasTime && run.phrase.dates.length > 0 && dates.length > 0 && isMarked;
  }
  if (shift !== undefined) return shift.span.milliseconds > 0 || dayOf(run) || run.phrase.recurs.length > 0;
  // "Weekly report by noon": that of this week, or of every week.
  const [recur] = run.phrase.recurs;
  if (recur && (one.onlyTime || one.phrase.time?.today)) return recur.freq !== 'DAILY' && recur.step === undefined;
  if (one.onlyTime) return run.phrase.time?.clock !== undefined && one.phrase.time?.clock !== undefined;
  // "Noon meeting tomorrow".
  if (run.onlyTime) return one.hasTime || dates[0]?.type === 'period';
  return dates.length > 0 || recurs.length > 0;
}

/** "Weekly report on Friday at 5": the series that both make, where the day can be that of a series. */
export function asSeries(s: Sentence, run: Run, other: Run): { when: Run['when'] } | undefined {
  const { dates, recurs, shift } = other.phrase;
  const [date] = run.phrase.recurs.length > 0 ? dates : run.phrase.dates;
  const isSeries = run.phrase.recurs.length + recurs.length === 1;
  if (other.onlyTime && run.phrase.recurs.length > 0) return inOrder(s, run, other);
  if (shift || !isSeries || !date || date.type === 'offset' || date.type === 'period') return undefined;
  return inOrder(s, run, other);
}

function inOrder(s: Sentence, run: Run, other: Run): { when: Run['when'] } | undefined {
  const when = readPhrase(`${run.words} ${other.words}`, s.ctx);
  return when?.kind === 'recurring' ? { when } : undefined;
}

/** Whether the time in front is but a word of the task. */
function isThing(s: Sentence, run: Run, other: Run, isBare: boolean): boolean {
  if (isBound(s, other)) return false;
  if (isOccasion(s, run)) return true;
  if (!isBare) return false;
  // "First of May picnic on April 20": either, but "end of year review in an hour" is no day.
  if (run.phrase.dates[0]?.type === 'period' && !other.phrase.shift && !other.phrase.time?.today) return false;
  // "Friday book the flight on Monday at 4": the second one may be that of the flight.
  const between = s.tokens.slice(run.to, other.from);
  const isPlain = between.length < 4 && !between.some(({ text }) => RELATING.test(text));
  if (run.phrase.recurs.length > 0) return isPlain;
  return isPlain && (!endsInEvent(s, other.from) || run.onlyTime || other.phrase.shift !== undefined);
}

/** "New Year's Eve party prep", "sat phone check": a date in front that is more likely part of the task. */
export function isOccasion(s: Sentence, run: Run): boolean {
  const first = run.first;
  if (!first || run.phrase.placed.length > 1 || first.piece.kind !== 'date') return false;
  if (/^(?:on|at|by|this|next)$/.test(s.word(run.from))) return false;
  return first.piece.date.type === 'holiday' || isDoubtful(first, s.tokens);
}

/** Whether a time stands as an adjective does, without a word that says when: "weekly", "Friday", "the weekend". */
export function isAdjective(s: Sentence, run: Run): boolean {
  const [first, ...rest] = run.phrase.placed;
  if (!first || rest.length > 1 || rest.some(({ piece }) => piece.kind !== 'time')) return false;
  const { piece } = first;
  const isBare = first.to === first.from + 1;
  switch (piece.kind) {
    case 'recur':
      return isBare && rest.length === 0 && english.cadences.has(s.word(first.from));
    case 'time':
      return rest.length === 0 && !LEADING.test(s.word(first.from)) && piece.time.today !== true;
    case 'date':
      // "End of year review".
      if (piece.date.type === 'period') return piece.date.edge !== 'whole' && !LEADING.test(s.word(first.from));
      if (piece.date.type === 'weekday') return isBare || s.word(first.from) === 'the';
      if (piece.date.type === 'holiday') return !LEADING.test(s.word(first.from));
      return piece.date.type === 'weekend' && /^(?:the|weekend)$/.test(s.word(first.from));
    default:
      return false;
  }
}

function dayOf({ phrase }: Run): boolean {
  return phrase.dates.length > 0;
}

/** What shows that a word says when. */
const LEADING = /^(?:on|at|by|in|this|next|~|about|from|exactly)$/;

/** What ends the name of a thing. */
const PREPOSITIONS = /^(?:at|by|on|in|for|from|to|with|about|of|before|after|until|~|[,:;.!?()-])$/;

/** What binds a time to a thing, so that it may be the time of the thing. */
const RELATING = /^(?:the|a|an|my|our|his|her|their|your|for|about|of|to|before|after|that|which|and|if|when)$/;
