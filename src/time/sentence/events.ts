import { english } from '../lang/en.ts';
import { readPhrase } from '../parse.ts';
import type { Placed } from '../phrase.ts';
import type { Stretch } from '../tokens.ts';
import type { When } from '../types.ts';
import type { Run, Sentence, Understood } from './sentence.ts';

/** Times that count from an event of the same sentence: "30 minutes before my meeting at 3pm". */

/** "Dentist on Monday at 10, remind me the day before at 6pm", "… the night before", "… that morning at 8". */
export function besideEvent(s: Sentence, head: Stretch, [start, to]: Stretch): Understood | undefined {
  // "Remind me that morning": no "that" of a lead.
  const from = s.word(start - 1) === 'that' && PARTS.test(s.word(start)) ? start - 1 : start;
  const day = dayWithin(s, head);
  if (!day) return undefined;
  const date = s.words(day.from, day.to);
  for (let end = to; end > from; end--) {
    const lead = english.besides.get(s.said(from, end).join(' '));
    if (lead === undefined) continue;
    const words = `${lead.replace('$', date.replace(/^(?:on|by|at) /i, ''))} ${end < to ? s.words(end, to) : ''}`;
    const when = readPhrase(words, s.ctx);
    if (when) return { when, words, task: s.task([head]) };
  }
  const early = s.pieces(from).find(({ value }) => value.kind === 'before');
  if (!early || early.end === to) return undefined;
  const words = `${s.words(from, early.end)} ${date} ${s.words(early.end, to)}`;
  const when = readPhrase(words, s.ctx);
  return when && { when, words, task: s.task([head]) };
}

/** "Find a sitter for Saturday night", "pay the rent at 5pm for Friday": the day may be but what it is for. */
export function asPurpose(s: Sentence, run: Run, from: number): Understood | undefined {
  const inner = s.tokens.slice(run.from, run.to).findIndex(({ text }) => text === 'for');
  const clock = inner > 0 ? s.exactly(run.from, run.from + inner) : undefined;
  if (clock?.onlyTime) return s.ask([run.when, clock.when], run.words, [[from, run.from]]);
  const { part, clock: hour } = run.phrase.time ?? {};
  const isNight = !hour && (part === 'night' || part === 'evening') && run.phrase.dates.length > 0;
  if (isNight && BOOKS.test(s.word(from)) && !/^(?:on|at|by)$/.test(s.word(run.from)))
    return s.ask([run.when], run.words, [[from, run.from]]);
  const isFor = s.word(run.from - 1) === 'for' && run.from - 1 > from && run.phrase.dates.length > 0;
  if (!isFor || run.phrase.time?.clock || run.phrase.range) return undefined;
  return english.task.deeds.has(s.word(from)) ? s.ask([run.when], run.words, [[from, run.from]]) : undefined;
}

/** "Mom's birthday is May 4, remind me every year at 9": the day of the series stands with the event. */
export function anniversary(s: Sentence, head: Stretch, body: Stretch): Understood | undefined {
  const run = s.exactly(...body);
  const [recur] = run?.phrase.recurs ?? [];
  if (!run || !recur || recur.days || recur.step !== undefined || recur.freq === 'DAILY') return undefined;
  const day = dayWithin(s, head);
  if (!day || run.phrase.dates.length > 0 || run.phrase.days) return undefined;
  const words = `${s.words(day.from, day.to)} ${s.words(...body)}`;
  const when = readPhrase(words, s.ctx);
  return when ? { when, words, task: s.task([head]) } : s.ask([run.when], s.words(...body), [head]);
}

/** A time of day on the day of the event; undefined when that is the same or no time. */
export function onThatDay(s: Sentence, head: Stretch, body: Stretch): When | undefined {
  const day = dayWithin(s, head);
  const when = day && readPhrase(`${s.words(day.from, day.to)} ${s.words(...body)}`, s.ctx);
  const own = readPhrase(s.words(...body), s.ctx);
  if (when?.kind !== 'once' || own?.kind !== 'once') return undefined;
  return when.at.getTime() === own.at.getTime() ? undefined : when;
}

/** "The 3pm meeting 15 minutes before", "call Bo 20 minutes before the 3pm meeting". */
export function earlierThan(s: Sentence, [from, to]: Stretch): Understood | undefined {
  if (s.pieces(from).some(({ value }) => value.kind === 'before')) return undefined;
  for (let at = from + 1; at < to; at++) {
    const piece = s.pieces(at).find(({ value }) => value.kind === 'before' && value.sign < 0);
    if (!piece) continue;
    const isLast = piece.end === to;
    // "Leave 3 hours before my 9pm flight on Friday", but "check in 24 hours before …".
    const end = isLast ? undefined : s.longestUpTo(to, piece.end + 1, (one) => !one.startsWeak);
    if (end && /^(?:the|my|our|his|her|their|your)$/.test(s.word(piece.end)) && s.word(at - 1) !== 'in') {
      const inner = end.hasTime ? undefined : clockWithin(s, piece.end, end.from);
      return s.joined([[at, piece.end], ...(inner ? [inner] : []), end], [[from, at]]);
    }
    const clock = isLast ? clockWithin(s, from, at) : clockWithin(s, piece.end, Math.min(to, piece.end + 4));
    // "… 20 minutes before 3pm" says it without a meeting.
    if (!clock?.onlyTime || (!isLast && clock.to === to)) return undefined;
    return s.joined([[at, piece.end], clock], isLast ? [[from, at]] : [[from, to]]);
  }
  return undefined;
}

/** "The day after tomorrow call Bob", "two weeks from Monday": a date or a length, and no event. */
function leadsOn(s: Sentence, from: number, to: number, end: number): boolean {
  const run = s.longestFrom(from, to, (one) => one.to > end);
  if (!run || run.phrase.shift || !run.hasTime)
    return run !== undefined && (run.phrase.before === undefined || run.hasTime);
  return s.longestUpTo(to, run.to, (one) => !one.startsWeak) === undefined;
}

/** Where the date of the event stands. */
function dayWithin(s: Sentence, [from, to]: Stretch): Placed | undefined {
  const event = s.longestUpTo(to, from, (run) => run.phrase.dates.length > 0 && !run.startsWeak);
  return event?.phrase.placed.find(({ piece }) => piece.kind === 'date');
}

/** "30 minutes before my meeting at 3pm". */
export function beforeEvent(s: Sentence, [from, to]: Stretch): Understood | undefined {
  const piece = s.pieces(from).find(({ value }) => value.kind === 'before');
  if (!piece) return undefined;
  // "The day after tomorrow lunch in the evening": that is a day by its name.
  if (s.pieces(from).some(({ value, end }) => /^(?:date|shift)$/.test(value.kind) && end > piece.end)) return undefined;
  // "Two days before Christmas to …": the moment is named at once.
  const whole = s.longestFrom(from, to, (run) => english.connectors.has(s.word(run.to)));
  if (whole || leadsOn(s, from, to, piece.end)) return undefined;
  const after = s.longestUpTo(to, piece.end, (run) => !run.startsWeak);
  // "An hour before Friday's test at 10".
  const owner = s.tokens
    .slice(piece.end, after?.from)
    .find(({ text }) => /'s$/.test(text))
    ?.text.slice(0, -2);
  if (after && owner !== undefined && english.temporal.has(owner) && after.phrase.dates.length === 0) {
    const words = `${s.words(from, piece.end)} ${owner} ${after.words}`;
    const when = readPhrase(words, s.ctx);
    if (when) return { when, words, task: s.task([[piece.end, after.from]]) };
  }
  const clock = after && !after.hasTime ? clockWithin(s, piece.end, after.from) : undefined;
  if (after && clock) return s.joined([[from, piece.end], clock, after], [[piece.end, after.from]]);
  if (after) return s.joined([[from, piece.end], after], [[piece.end, after.from]]);
  const inner = clockWithin(s, piece.end, to);
  return inner && s.joined([[from, piece.end], inner], [[piece.end, to]]);
}

/** What is seldom done at night, but done for one: "book a table Friday night". */
const BOOKS = /^(?:find|book|reserve|hire|arrange|get|order)$/;

const PARTS = /^(?:morning|afternoon|evening|night|same|day)$/;

export function isClock({ phrase }: Run): boolean {
  return phrase.time?.clock !== undefined || phrase.dates.length > 0;
}

function clockWithin(s: Sentence, from: number, to: number): Run | undefined {
  for (let at = from; at < to; at++) {
    const run = s.longestFrom(
      at,
      to,
      (one) => isClock(one) && (!one.phrase.time?.clock?.weak || one.phrase.dates.length > 0),
    );
    if (run) return run;
  }
  return undefined;
}
