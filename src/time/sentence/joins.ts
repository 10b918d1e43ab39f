import { english } from '../lang/en.ts';
import type { Layout } from '../layout.ts';
import { parseWhen } from '../parse.ts';
import type { Piece } from '../pieces.ts';
import type { Run } from '../runs.ts';
import { bondOf, clockApart, digitsAt, isBound } from './days.ts';
import { another, oneOfTwo } from './doubts.ts';
import { isPreparation } from './rivals.ts';
import {
  ask,
  hasTime,
  isAttribute,
  joined,
  onlyTime,
  result,
  startsWeak,
  taskOf,
  trimmed,
  type Understood,
  type View,
  word,
} from './view.ts';

/** A time before the task, and what the rest of the sentence adds to it. */

/** "Around 5pm" is no "about". */
export function connectorAt(view: View, at: number): string {
  const said = word(view, at);
  const isOther = said === 'about' && view.tokens[at]?.raw.toLowerCase() !== said;
  return english.connectors.has(said) && !isOther ? said : '';
}

/** A run before the task, and what the end of the task adds to it. */
export function completed(
  view: View,
  run: Run,
  task: [number, number],
  connector: string,
  hasLead: boolean,
): Understood {
  const [from, to] = trimmed(view, task);
  const ending = limited(view, run, from, to);
  if (ending) return ending;
  const other = another(view, from, to);
  if (other) return ask(view, [run.when, other.when], run.words, [[from, to]]);
  const end =
    view.runs.longestUpTo(to, from + 1, (one) => !startsWeak(view, one) && !isAttribute(view, one)) ??
    (to - from > 1 ? digitsAt(view, to - 1) : undefined);
  // "Remind me at 4pm to review the report due Friday".
  const bond = end ? bondOf(view, from, end) : 'none';
  if (end && bond === 'thing' && !onlyTime(end)) return result(view, run.when, run.words, [[from, to]]);
  if (end && bond !== 'none' && lacksClock(run) !== lacksClock(end)) {
    const { when } = together(view, run, end);
    if (when.kind !== 'reject') return ask(view, [run.when, when], run.words, [[from, to]]);
  }
  const isOpen = lacksClock(run) && end !== undefined && onlyTime(end);
  const isUndated =
    onlyTime(run) && end !== undefined && lacksClock(end) && !onlyTime(end) && end.phrase.recurs.length === 0;
  if (end && (isOpen || (onlyTime(run) && end.phrase.recurs.length > 0 && !hasTime(end)))) {
    const both = together(view, run, end, from);
    // "Tomorrow pack at 9 and leave at 10".
    if (oneOfTwo(view, end, from)) return ask(view, [both.when], run.words, [[from, to]]);
    // "Christmas shopping at 5pm": on another day.
    if (isPreparation(view, run, end)) return ask(view, [end.when, both.when], run.words, [[from, end.from]]);
    // "Remind me tomorrow about the meeting at 3pm": that is when the meeting is.
    const { shift } = run.phrase;
    if (connector !== 'about' && connector !== 'of' && !(shift && shift.span.milliseconds > 0)) return both;
    return ask(view, [run.when, both.when], run.words, [[from, to]]);
  }
  if (end && isUndated) {
    const both = together(view, run, end, from);
    // "6am run tomorrow", "at 3 to call Bo tomorrow"; "at 3 to buy tickets today" is the same in either reading.
    const isSure = !startsWeak(view, end) || /1[3-9]|[23]\d/.test(word(view, end.from));
    const isOne = isSure && /^(?:to|,)?$/.test(connector) && !isBound(view, end) && !IS.test(word(view, end.from - 1));
    if (isOne) return both;
    return ask(view, [run.when, both.when], run.words, [[from, to]]);
  }
  // "Tonight at 8 call Bo every day".
  if (end && end.phrase.recurs.length > 0 && run.phrase.recurs.length === 0)
    return ask(view, [run.when, end.when], run.words, [[from, to]]);
  return withClock(view, run, [from, to], hasLead) ?? result(view, run.when, run.words, [[from, to]]);
}

function together(view: View, run: Run, end: Run, from = end.from): Understood {
  return joined(view, [run, end], [[from, end.from]]);
}

/** "Tomorrow email Bo at 10 about the rent". */
export function withClock(
  view: View,
  run: Run,
  [from, to]: [number, number],
  hasLead: boolean,
): Understood | undefined {
  const { dates, recurs, shift } = run.phrase;
  if (!lacksClock(run) || (dates.length === 0 && recurs.length === 0 && !shift)) return undefined;
  const clock = clockApart(view, from, to);
  if (!clock) return undefined;
  const { run: inner, isCertain } = clock;
  const both = joined(
    view,
    [run, inner],
    [
      [from, inner.from],
      [inner.to, to],
    ],
  );
  if (both.when.kind === 'reject' && both.when.code !== 'PAST')
    return isCertain ? ask(view, [run.when], run.words, [[from, to]]) : undefined;
  return isCertain && !hasLead ? both : ask(view, [both.when, run.when], run.words, [[from, to]]);
}

/** "Tomorrow morning call Ana": a part of the day that was named, unless the task is but a word ("morning run"). */
export function endsInPart(view: View, run: Run, to: number): boolean {
  const last = run.last;
  if (last?.piece.kind !== 'time' || last.piece.time.part === undefined || last.piece.time.clock) return false;
  if (run.phrase.dates.length === 0 && run.phrase.recurs.length === 0) return false;
  if (/^(?:early|late)$/.test(word(view, run.to - 1))) return false;
  const isMeal = word(view, run.to - 1) === 'lunch' && /^(?:with|at|in|for|and)$/.test(word(view, run.to));
  return to - run.to > 1 && !isMeal;
}

/** "Until Friday remind me every day at 9 to …". */
export function limitedFirst(view: View, { head, body: [from, to] }: Layout): Understood | undefined {
  if (!view.runs.pieces(head[0]).some(({ value, end }) => LIMITS.has(value.kind) && end === head[1])) return undefined;
  const run = view.runs.longestFrom(from, to, (one) => one.phrase.recurs.length > 0 && !startsWeak(view, one));
  if (!run) return undefined;
  const words = `${run.words} ${view.runs.words(...head)}`;
  const when = parseWhen(words, view.ctx);
  return when.kind === 'recurring' ? { when, words, task: taskOf(view, [[run.to, to]]) } : undefined;
}

/** "Every day to take pills until Friday": where the series ends may stand at the end of the task. */
export function limited(view: View, run: Run, from: number, to: number): Understood | undefined {
  if (run.phrase.recurs.length === 0) return undefined;
  for (let at = Math.max(from + 1, run.to); at < to; at++) {
    // "To take Fridays off": a deed.
    if (/^(?:take|have|get|book|request|want|give|to)$/.test(word(view, at - 1)) && at > from) continue;
    if (!view.runs.pieces(at).some(({ value, end }) => LIMITS.has(value.kind) && end <= to)) continue;
    const words = `${run.words} ${view.runs.words(at, to)}`;
    const when = parseWhen(words, view.ctx);
    const rest: [number, number][] =
      run.from < from
        ? [[from, at]]
        : [
            [from, run.from],
            [run.to, at],
          ];
    if (when.kind === 'recurring') return { when, words, task: taskOf(view, rest) };
  }
  return undefined;
}

/** Whether a run says no more of the time of day than "in the morning". */
function lacksClock(run: Run): boolean {
  const { time, times, range, shift } = run.phrase;
  return !hasTime(run) || (time?.part !== undefined && !time.clock && !times && !range && !shift);
}

const IS = /^(?:is|are|was|were)$/;

/** What a series may be limited by, apart from it. */
const LIMITS: ReadonlySet<Piece['kind']> = new Set<Piece['kind']>([
  'until',
  'lasting',
  'count',
  'except',
  'start',
  'range',
]);
