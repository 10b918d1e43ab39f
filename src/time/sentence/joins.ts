import { english } from '../lang/en.ts';
import type { Layout } from '../layout.ts';
import { parseWhen } from '../parse.ts';
import type { Piece } from '../pieces.ts';
import type { Stretch } from '../tokens.ts';
import { bondOf, clockApart, digitsAt, isBound } from './days.ts';
import { another, oneOfTwo } from './doubts.ts';
import { isPreparation } from './rivals.ts';
import type { Run, Sentence, Understood } from './sentence.ts';

/** A time before the task, and what the rest of the sentence adds to it. */

/** "Around 5pm" is no "about". */
export function connectorAt(s: Sentence, at: number): string {
  const said = s.word(at);
  const isOther = said === 'about' && s.tokens[at]?.raw.toLowerCase() !== said;
  return english.connectors.has(said) && !isOther ? said : '';
}

/** A run before the task, and what the end of the task adds to it. */
export function completed(s: Sentence, run: Run, task: Stretch, connector: string, hasLead: boolean): Understood {
  const [from, to] = s.trimmed(task);
  const ending = limited(s, run, from, to);
  if (ending) return ending;
  const other = another(s, from, to);
  if (other) return s.ask([run.when, other.when], run.words, [[from, to]]);
  const end =
    s.longestUpTo(to, from + 1, (one) => !one.startsWeak && !one.isAttribute) ??
    (to - from > 1 ? digitsAt(s, to - 1) : undefined);
  // "Remind me at 4pm to review the report due Friday".
  const bond = end ? bondOf(s, from, end) : 'none';
  if (end && bond === 'thing' && !end.onlyTime) return s.result(run.when, run.words, [[from, to]]);
  if (end && bond !== 'none' && lacksClock(run) !== lacksClock(end)) {
    const { when } = together(s, run, end);
    if (when.kind !== 'reject') return s.ask([run.when, when], run.words, [[from, to]]);
  }
  const isOpen = lacksClock(run) && end?.onlyTime === true;
  const isUndated =
    run.onlyTime && end !== undefined && lacksClock(end) && !end.onlyTime && end.phrase.recurs.length === 0;
  if (end && (isOpen || (run.onlyTime && end.phrase.recurs.length > 0 && !end.hasTime))) {
    const both = together(s, run, end, from);
    // "Tomorrow pack at 9 and leave at 10".
    if (oneOfTwo(s, end, from)) return s.ask([both.when], run.words, [[from, to]]);
    // "Christmas shopping at 5pm": on another day.
    if (isPreparation(s, run, end)) return s.ask([end.when, both.when], run.words, [[from, end.from]]);
    // "Remind me tomorrow about the meeting at 3pm": that is when the meeting is.
    const { shift } = run.phrase;
    if (connector !== 'about' && connector !== 'of' && !(shift && shift.span.milliseconds > 0)) return both;
    return s.ask([run.when, both.when], run.words, [[from, to]]);
  }
  if (end && isUndated) {
    const both = together(s, run, end, from);
    // "6am run tomorrow", "at 3 to call Bo tomorrow"; "at 3 to buy tickets today" is the same in either reading.
    const isSure = !end.startsWeak || /1[3-9]|[23]\d/.test(s.word(end.from));
    const isOne = isSure && /^(?:to|,)?$/.test(connector) && !isBound(s, end) && !IS.test(s.word(end.from - 1));
    if (isOne) return both;
    return s.ask([run.when, both.when], run.words, [[from, to]]);
  }
  // "Tonight at 8 call Bo every day".
  if (end && end.phrase.recurs.length > 0 && run.phrase.recurs.length === 0)
    return s.ask([run.when, end.when], run.words, [[from, to]]);
  return withClock(s, run, [from, to], hasLead) ?? s.result(run.when, run.words, [[from, to]]);
}

function together(s: Sentence, run: Run, end: Run, from = end.from): Understood {
  return s.joined([run, end], [[from, end.from]]);
}

/** "Tomorrow email Bo at 10 about the rent". */
export function withClock(s: Sentence, run: Run, [from, to]: Stretch, hasLead: boolean): Understood | undefined {
  const { dates, recurs, shift } = run.phrase;
  if (!lacksClock(run) || (dates.length === 0 && recurs.length === 0 && !shift)) return undefined;
  const clock = clockApart(s, from, to);
  if (!clock) return undefined;
  const { run: inner, isCertain } = clock;
  const both = s.joined(
    [run, inner],
    [
      [from, inner.from],
      [inner.to, to],
    ],
  );
  if (both.when.kind === 'reject' && both.when.code !== 'PAST')
    return isCertain ? s.ask([run.when], run.words, [[from, to]]) : undefined;
  return isCertain && !hasLead ? both : s.ask([both.when, run.when], run.words, [[from, to]]);
}

/** "Tomorrow morning call Ana": a part of the day that was named, unless the task is but a word ("morning run"). */
export function endsInPart(s: Sentence, run: Run, to: number): boolean {
  const last = run.last;
  if (last?.piece.kind !== 'time' || last.piece.time.part === undefined || last.piece.time.clock) return false;
  if (run.phrase.dates.length === 0 && run.phrase.recurs.length === 0) return false;
  if (/^(?:early|late)$/.test(s.word(run.to - 1))) return false;
  const isMeal = s.word(run.to - 1) === 'lunch' && /^(?:with|at|in|for|and)$/.test(s.word(run.to));
  return to - run.to > 1 && !isMeal;
}

/** "Until Friday remind me every day at 9 to …". */
export function limitedFirst(s: Sentence, { head, body: [from, to] }: Layout): Understood | undefined {
  if (!s.pieces(head[0]).some(({ value, end }) => LIMITS.has(value.kind) && end === head[1])) return undefined;
  const run = s.longestFrom(from, to, (one) => one.phrase.recurs.length > 0 && !one.startsWeak);
  if (!run) return undefined;
  const words = `${run.words} ${s.words(...head)}`;
  const when = parseWhen(words, s.ctx);
  return when.kind === 'recurring' ? { when, words, task: s.task([[run.to, to]]) } : undefined;
}

/** "Every day to take pills until Friday": where the series ends may stand at the end of the task. */
export function limited(s: Sentence, run: Run, from: number, to: number): Understood | undefined {
  if (run.phrase.recurs.length === 0) return undefined;
  for (let at = Math.max(from + 1, run.to); at < to; at++) {
    // "To take Fridays off": a deed.
    if (/^(?:take|have|get|book|request|want|give|to)$/.test(s.word(at - 1)) && at > from) continue;
    if (!s.pieces(at).some(({ value, end }) => LIMITS.has(value.kind) && end <= to)) continue;
    const words = `${run.words} ${s.words(at, to)}`;
    const when = parseWhen(words, s.ctx);
    const rest: Stretch[] =
      run.from < from
        ? [[from, at]]
        : [
            [from, run.from],
            [run.to, at],
          ];
    if (when.kind === 'recurring') return { when, words, task: s.task(rest) };
  }
  return undefined;
}

/** Whether a run says no more of the time of day than "in the morning". */
function lacksClock(run: Run): boolean {
  const { time, times, range, shift } = run.phrase;
  return !run.hasTime || (time?.part !== undefined && !time.clock && !times && !range && !shift);
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
