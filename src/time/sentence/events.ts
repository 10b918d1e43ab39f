import { english } from '../lang/en.ts';
import { readPhrase } from '../parse.ts';
import type { Placed } from '../phrase.ts';
import type { Stretch } from '../tokens.ts';
import type { When } from '../types.ts';
import type { Run, Sentence, Understood } from './sentence.ts';

/** Times that count from an event of the same sentence: "30 minutes before my meeting at 3pm". */

/** What the words mean, with the event as the task; undefined where they are no time. */
function onEvent(s: Sentence, words: string, event: Stretch): Understood | undefined {
  const when = readPhrase(words, s.ctx);
  return when && s.result(when, words, [event]);
}

/** "Dentist on Monday at 10, remind me the day before at 6pm", "… the night before", "… that morning at 8". */
export function besideEvent(s: Sentence, head: Stretch, [start, to]: Stretch): Understood | undefined {
  const day = dayWithin(s, head);
  if (!day) return undefined;
  // "Remind me that morning": no "that" of a lead.
  const isThat = s.word(start - 1) === 'that' && /^(?:morning|afternoon|evening|night|same|day)$/.test(s.word(start));
  const from = isThat ? start - 1 : start;
  const date = s.words(day.from, day.to);
  for (let end = to; end > from; end--) {
    const lead = english.besides.get(s.said(from, end).join(' '));
    const moment = lead?.replace('$', date.replace(/^(?:on|by|at) /i, ''));
    const beside = moment === undefined ? undefined : onEvent(s, `${moment} ${end < to ? s.words(end, to) : ''}`, head);
    if (beside) return beside;
  }
  const early = s.pieces(from).find(({ value }) => value.kind === 'before');
  if (!early || early.end === to) return undefined;
  return onEvent(s, `${s.words(from, early.end)} ${date} ${s.words(early.end, to)}`, head);
}

/** "Mom's birthday is May 4, remind me every year at 9": the day of the series stands with the event. */
export function anniversary(s: Sentence, head: Stretch, body: Stretch): Understood | undefined {
  const run = s.exactly(...body);
  const [recur] = run?.phrase.recurs ?? [];
  if (!run || !recur || recur.days || recur.step !== undefined || recur.freq === 'DAILY') return undefined;
  const day = dayWithin(s, head);
  if (!day || run.date || run.phrase.days) return undefined;
  return onEvent(s, `${s.words(day.from, day.to)} ${run.words}`, head) ?? s.ask([run.when], run.words, [head]);
}

/** A time of day on the day of the event; undefined when that is the same or no time. */
export function onThatDay(s: Sentence, head: Stretch, run: Run): When | undefined {
  const day = dayWithin(s, head);
  const when = day && readPhrase(`${s.words(day.from, day.to)} ${run.words}`, s.ctx);
  const own = readPhrase(run.words, s.ctx);
  if (when?.kind !== 'once' || own?.kind !== 'once') return undefined;
  return when.at.getTime() === own.at.getTime() ? undefined : when;
}

/** Where the date of the event stands. */
function dayWithin(s: Sentence, [from, to]: Stretch): Placed | undefined {
  const event = s.longestUpTo(to, from, (run) => run.date !== undefined && !run.startsWeak);
  return event?.phrase.placed.find(({ piece }) => piece.kind === 'date');
}

/** "30 minutes before my meeting at 3pm". */
export function beforeEvent(s: Sentence, [from, to]: Stretch): Understood | undefined {
  const piece = s.pieces(from).find(({ value }) => value.kind === 'before');
  if (!piece) return undefined;
  const { end } = piece;
  // "The day after tomorrow lunch in the evening": that is a day by its name.
  if (s.pieces(from).some((one) => /^(?:date|shift)$/.test(one.value.kind) && one.end > end)) return undefined;
  // "Two days before Christmas to …": the moment is named at once.
  const whole = s.longestFrom(from, to, (run) => english.connectors.has(run.next));
  if (whole || leadsOn(s, from, to, end)) return undefined;
  const after = s.longestUpTo(to, end);
  if (!after) {
    const inner = clockWithin(s, end, to);
    return inner && s.joined([[from, end], inner], [[end, to]]);
  }
  const event: Stretch = [end, after.from];
  // "An hour before Friday's test at 10".
  const owner = s
    .said(...event)
    .find((said) => said.endsWith("'s"))
    ?.slice(0, -2);
  const isDay = owner !== undefined && english.temporal.has(owner) && !after.date;
  const owned = isDay ? onEvent(s, `${s.words(from, end)} ${owner} ${after.words}`, event) : undefined;
  const clock = after.hasTime ? undefined : clockWithin(s, ...event);
  return owned ?? s.joined([[from, end], ...(clock ? [clock] : []), after], [event]);
}

/** "The day after tomorrow call Bob", "two weeks from Monday": a date or a length, and no event. */
function leadsOn(s: Sentence, from: number, to: number, end: number): boolean {
  const run = s.longestFrom(from, to, (one) => one.to > end);
  if (!run) return false;
  if (run.phrase.shift || !run.hasTime) return run.phrase.before === undefined || run.hasTime;
  return s.longestUpTo(to, run.to) === undefined;
}

/** "The 3pm meeting 15 minutes before", "call Bo 20 minutes before the 3pm meeting". */
export function earlierThan(s: Sentence, [from, to]: Stretch): Understood | undefined {
  if (s.pieces(from).some(({ value }) => value.kind === 'before')) return undefined;
  for (let at = from + 1; at < to; at++) {
    const piece = s.pieces(at).find(({ value }) => value.kind === 'before' && value.sign < 0);
    if (!piece) continue;
    const early: Stretch = [at, piece.end];
    if (piece.end === to) {
      const clock = clockWithin(s, from, at);
      return clock?.onlyTime ? s.joined([early, clock], [[from, at]]) : undefined;
    }
    // "Leave 3 hours before my 9pm flight on Friday", but "check in 24 hours before …".
    const end = s.longestUpTo(to, piece.end + 1);
    if (end && /^(?:the|my|our|his|her|their|your)$/.test(s.word(piece.end)) && s.word(at - 1) !== 'in') {
      const clock = end.hasTime ? undefined : clockWithin(s, piece.end, end.from);
      return s.joined([early, ...(clock ? [clock] : []), end], [[from, at]]);
    }
    const clock = clockWithin(s, piece.end, Math.min(to, piece.end + 4));
    // "… 20 minutes before 3pm" says it without a meeting.
    return clock?.onlyTime && clock.to < to ? s.joined([early, clock], [[from, to]]) : undefined;
  }
  return undefined;
}

export const isClock = (run: Run): boolean => run.clock !== undefined || run.date !== undefined;

const clockWithin = (s: Sentence, from: number, to: number): Run | undefined =>
  s.firstFrom(from, to, (one) => isClock(one) && (!one.clock?.weak || one.date !== undefined));
