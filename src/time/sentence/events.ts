import { english } from '../lang/en.ts';
import { readPhrase } from '../parse.ts';
import type { Placed } from '../phrase.ts';
import type { Run } from '../runs.ts';
import type { When } from '../types.ts';
import {
  ask,
  clockWithin,
  hasTime,
  joined,
  onlyTime,
  startsWeak,
  taskOf,
  type Understood,
  type View,
  word,
} from './view.ts';

/** Times that count from an event of the same sentence: "30 minutes before my meeting at 3pm". */

/** "Dentist on Monday at 10, remind me the day before at 6pm", "… the night before", "… that morning at 8". */
export function besideEvent(view: View, head: [number, number], [start, to]: [number, number]): Understood | undefined {
  // "Remind me that morning": no "that" of a lead.
  const from = word(view, start - 1) === 'that' && PARTS.test(word(view, start)) ? start - 1 : start;
  const day = dayWithin(view, head);
  if (!day) return undefined;
  const date = view.runs.words(day.from, day.to);
  for (let end = to; end > from; end--) {
    const lead = english.besides.get(
      view.tokens
        .slice(from, end)
        .map(({ text }) => text)
        .join(' '),
    );
    if (lead === undefined) continue;
    const words = `${lead.replace('$', date.replace(/^(?:on|by|at) /i, ''))} ${end < to ? view.runs.words(end, to) : ''}`;
    const when = readPhrase(words, view.ctx);
    if (when) return { when, words, task: taskOf(view, [head]) };
  }
  const early = view.runs.pieces(from).find(({ value }) => value.kind === 'before');
  if (!early || early.end === to) return undefined;
  const words = `${view.runs.words(from, early.end)} ${date} ${view.runs.words(early.end, to)}`;
  const when = readPhrase(words, view.ctx);
  return when && { when, words, task: taskOf(view, [head]) };
}

/** "Find a sitter for Saturday night", "pay the rent at 5pm for Friday": the day may be but what it is for. */
export function asPurpose(view: View, run: Run, from: number): Understood | undefined {
  const inner = view.tokens.slice(run.from, run.to).findIndex(({ text }) => text === 'for');
  const clock = inner > 0 ? view.runs.exactly(run.from, run.from + inner) : undefined;
  if (clock && onlyTime(clock)) return ask(view, [run.when, clock.when], run.words, [[from, run.from]]);
  const { part, clock: hour } = run.phrase.time ?? {};
  const isNight = !hour && (part === 'night' || part === 'evening') && run.phrase.dates.length > 0;
  if (isNight && BOOKS.test(word(view, from)) && !/^(?:on|at|by)$/.test(word(view, run.from)))
    return ask(view, [run.when], run.words, [[from, run.from]]);
  const isFor = word(view, run.from - 1) === 'for' && run.from - 1 > from && run.phrase.dates.length > 0;
  if (!isFor || run.phrase.time?.clock || run.phrase.range) return undefined;
  return english.task.deeds.has(word(view, from)) ? ask(view, [run.when], run.words, [[from, run.from]]) : undefined;
}

/** "Mom's birthday is May 4, remind me every year at 9": the day of the series stands with the event. */
export function anniversary(view: View, head: [number, number], body: [number, number]): Understood | undefined {
  const run = view.runs.exactly(...body);
  const [recur] = run?.phrase.recurs ?? [];
  if (!run || !recur || recur.days || recur.step !== undefined || recur.freq === 'DAILY') return undefined;
  const day = dayWithin(view, head);
  if (!day || run.phrase.dates.length > 0 || run.phrase.days) return undefined;
  const words = `${view.runs.words(day.from, day.to)} ${view.runs.words(...body)}`;
  const when = readPhrase(words, view.ctx);
  return when ? { when, words, task: taskOf(view, [head]) } : ask(view, [run.when], view.runs.words(...body), [head]);
}

/** A time of day on the day of the event; undefined when that is the same or no time. */
export function onThatDay(view: View, head: [number, number], body: [number, number]): When | undefined {
  const day = dayWithin(view, head);
  const when = day && readPhrase(`${view.runs.words(day.from, day.to)} ${view.runs.words(...body)}`, view.ctx);
  const own = readPhrase(view.runs.words(...body), view.ctx);
  if (when?.kind !== 'once' || own?.kind !== 'once') return undefined;
  return when.at.getTime() === own.at.getTime() ? undefined : when;
}

/** "The 3pm meeting 15 minutes before", "call Bo 20 minutes before the 3pm meeting". */
export function earlierThan(view: View, [from, to]: [number, number]): Understood | undefined {
  if (view.runs.pieces(from).some(({ value }) => value.kind === 'before')) return undefined;
  for (let at = from + 1; at < to; at++) {
    const piece = view.runs.pieces(at).find(({ value }) => value.kind === 'before' && value.sign < 0);
    if (!piece) continue;
    const isLast = piece.end === to;
    const clock = isLast ? clockWithin(view, from, at) : clockWithin(view, piece.end, Math.min(to, piece.end + 4));
    // "… 20 minutes before 3pm" says it without a meeting.
    if (!clock || !onlyTime(clock) || (!isLast && clock.to === to)) return undefined;
    return joined(view, [[at, piece.end], clock], isLast ? [[from, at]] : [[from, to]]);
  }
  return undefined;
}

/** "The day after tomorrow call Bob", "two weeks from Monday": a date or a length, and no event. */
function leadsOn(view: View, from: number, to: number, end: number): boolean {
  const run = view.runs.longestFrom(from, to, (one) => one.to > end);
  if (!run || run.phrase.shift || !hasTime(run))
    return run !== undefined && (run.phrase.before === undefined || hasTime(run));
  return view.runs.longestUpTo(to, run.to, (one) => !startsWeak(view, one)) === undefined;
}

/** Where the date of the event stands. */
function dayWithin(view: View, [from, to]: [number, number]): Placed | undefined {
  const event = view.runs.longestUpTo(to, from, (run) => run.phrase.dates.length > 0 && !startsWeak(view, run));
  return event?.phrase.placed.find(({ piece }) => piece.kind === 'date');
}

/** "30 minutes before my meeting at 3pm". */
export function beforeEvent(view: View, [from, to]: [number, number]): Understood | undefined {
  const piece = view.runs.pieces(from).find(({ value }) => value.kind === 'before');
  if (!piece) return undefined;
  // "The day after tomorrow lunch in the evening": that is a day by its name.
  if (view.runs.pieces(from).some(({ value, end }) => /^(?:date|shift)$/.test(value.kind) && end > piece.end))
    return undefined;
  // "Two days before Christmas to …": the moment is named at once.
  const whole = view.runs.longestFrom(from, to, (run) => english.connectors.has(word(view, run.to)));
  if (whole || leadsOn(view, from, to, piece.end)) return undefined;
  const after = view.runs.longestUpTo(to, piece.end, (run) => !startsWeak(view, run));
  // "An hour before Friday's test at 10".
  const owner = view.tokens
    .slice(piece.end, after?.from)
    .find(({ text }) => /'s$/.test(text))
    ?.text.slice(0, -2);
  if (after && owner !== undefined && english.temporal.has(owner) && after.phrase.dates.length === 0) {
    const words = `${view.runs.words(from, piece.end)} ${owner} ${after.words}`;
    const when = readPhrase(words, view.ctx);
    if (when) return { when, words, task: taskOf(view, [[piece.end, after.from]]) };
  }
  const clock = after && !hasTime(after) ? clockWithin(view, piece.end, after.from) : undefined;
  if (after && clock) return joined(view, [[from, piece.end], clock, after], [[piece.end, after.from]]);
  if (after) return joined(view, [[from, piece.end], after], [[piece.end, after.from]]);
  const inner = clockWithin(view, piece.end, to);
  return inner && joined(view, [[from, piece.end], inner], [[piece.end, to]]);
}

/** What is seldom done at night, but done for one: "book a table Friday night". */
const BOOKS = /^(?:find|book|reserve|hire|arrange|get|order)$/;

const PARTS = /^(?:morning|afternoon|evening|night|same|day)$/;
