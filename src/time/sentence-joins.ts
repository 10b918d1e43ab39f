import type { Layout } from './layout.ts';
import { parseWhen } from './parse.ts';
import type { Piece } from './pieces.ts';
import type { Run } from './runs.ts';
import { SentenceEvents } from './sentence-events.ts';
import { hasTime, isSameWhen, onlyTime, type Understood } from './sentence-parts.ts';

/** A time before the task, and what the rest of the sentence adds to it. */
export class SentenceJoins extends SentenceEvents {
  /** "Around 5pm" is no "about". */
  protected connectorAt(at: number): string {
    const word = this.word(at);
    const isOther = word === 'about' && this.tokens[at]?.raw.toLowerCase() !== word;
    return this.language.connectors.has(word) && !isOther ? word : '';
  }

  /** A run before the task, and what the end of the task adds to it. */
  protected completed(run: Run, task: [number, number], connector: string, hasLead: boolean): Understood {
    const words = this.runs.words(run.from, run.to);
    const [from, to] = this.trimmed(task);
    const limited = this.limited(run, from, to);
    if (limited) return limited;
    const another = this.another(from, to);
    if (another) return this.ask([run.when, another.when], words, [[from, to]]);
    const end =
      this.runs.longestUpTo(to, from + 1, (one) => !this.startsWeak(one) && !this.isAttribute(one)) ??
      (to - from > 1 ? this.digitsAt(to - 1) : undefined);
    // "Remind me at 4pm to review the report due Friday".
    const bond = end ? this.bondOf(from, end) : 'none';
    if (end && bond === 'thing' && !onlyTime(end)) return this.result(run.when, words, [[from, to]]);
    if (end && bond !== 'none' && lacksClock(run) !== lacksClock(end)) {
      const { when } = this.together(run, end);
      if (when.kind !== 'reject') return this.ask([run.when, when], words, [[from, to]]);
    }
    const isOpen = lacksClock(run) && end !== undefined && onlyTime(end);
    const isUndated =
      onlyTime(run) && end !== undefined && lacksClock(end) && !onlyTime(end) && end.phrase.recurs.length === 0;
    if (end && (isOpen || (onlyTime(run) && end.phrase.recurs.length > 0 && !hasTime(end)))) {
      const both = this.together(run, end, from);
      // "Tomorrow pack at 9 and leave at 10".
      if (this.oneOfTwo(end, from)) return this.ask([both.when], words, [[from, to]]);
      // "Christmas shopping at 5pm": on another day.
      if (this.isPreparation(run, end)) return this.ask([end.when, both.when], words, [[from, end.from]]);
      if (both.when.kind === 'reject' && both.when.code === 'NOT_A_DATE')
        return this.ask([run.when, end.when], words, [[from, to]]);
      // "Remind me tomorrow about the meeting at 3pm": that is when the meeting is.
      const { shift } = run.phrase;
      if (connector !== 'about' && connector !== 'of' && !(shift && shift.span.milliseconds > 0)) return both;
      return this.ask([run.when, both.when], words, [[from, to]]);
    }
    if (end && isUndated) {
      const both = this.together(run, end, from);
      // "6am run tomorrow", "at 3 to call Bo tomorrow"; "at 3 to buy tickets today" is the same in either reading.
      if (both.when.kind === 'reject' && both.when.code === 'NOT_A_DATE')
        return this.ask([run.when, end.when], words, [[from, to]]);
      const isSure = !this.startsWeak(end) || /1[3-9]|[23]\d/.test(this.word(end.from));
      const isOne = isSure && /^(?:to|,)?$/.test(connector) && !this.isBound(end) && !IS.test(this.word(end.from - 1));
      if (isOne) return both;
      if (isSameWhen(run.when, both.when)) return this.result(run.when, words, [[from, to]]);
      return this.ask([run.when, both.when], words, [[from, to]]);
    }
    // "Tonight at 8 call Bo every day".
    if (end && end.phrase.recurs.length > 0 && run.phrase.recurs.length === 0)
      return this.ask([run.when, end.when], words, [[from, to]]);
    return this.withClock(run, [from, to], hasLead) ?? this.result(run.when, words, [[from, to]]);
  }

  private together(run: Run, end: Run, from = end.from): Understood {
    return this.joined(
      [
        [run.from, run.to],
        [end.from, end.to],
      ],
      [[from, end.from]],
    );
  }

  /** "Tomorrow email Bo at 10 about the rent". */
  protected withClock(run: Run, [from, to]: [number, number], hasLead: boolean): Understood | undefined {
    const { dates, recurs, shift } = run.phrase;
    if (!lacksClock(run) || (dates.length === 0 && recurs.length === 0 && !shift)) return undefined;
    const clock = this.clockApart(from, to);
    if (!clock) return undefined;
    const { run: inner, isCertain } = clock;
    const both = this.joined(
      [
        [run.from, run.to],
        [inner.from, inner.to],
      ],
      [
        [from, inner.from],
        [inner.to, to],
      ],
    );
    if (both.when.kind === 'reject' && both.when.code !== 'PAST')
      return isCertain ? this.ask([run.when], this.runs.words(run.from, run.to), [[from, to]]) : undefined;
    return isCertain && !hasLead
      ? both
      : this.ask([both.when, run.when], this.runs.words(run.from, run.to), [[from, to]]);
  }

  /** "Tomorrow morning call Ana": a part of the day that was named, unless the task is but a word ("morning run"). */
  protected endsInPart(run: Run, to: number): boolean {
    const last = this.runs.last(run);
    if (last?.piece.kind !== 'time' || last.piece.time.part === undefined || last.piece.time.clock) return false;
    if (run.phrase.dates.length === 0 && run.phrase.recurs.length === 0) return false;
    if (/^(?:early|late)$/.test(this.word(run.to - 1))) return false;
    const isMeal = this.word(run.to - 1) === 'lunch' && /^(?:with|at|in|for|and)$/.test(this.word(run.to));
    return to - run.to > 1 && !isMeal;
  }

  /** "Until Friday remind me every day at 9 to …". */
  protected limitedFirst({ head, body: [from, to] }: Layout): Understood | undefined {
    if (!this.runs.pieces(head[0]).some(({ value, end }) => LIMITS.has(value.kind) && end === head[1]))
      return undefined;
    const run = this.runs.longestFrom(from, to, (one) => one.phrase.recurs.length > 0 && !this.startsWeak(one));
    if (!run) return undefined;
    const words = `${this.runs.words(run.from, run.to)} ${this.runs.words(...head)}`;
    const when = parseWhen(words, this.ctx);
    return when.kind === 'recurring' ? { when, words, task: this.taskOf([[run.to, to]]) } : undefined;
  }

  /** "Every day to take pills until Friday": where the series ends may stand at the end of the task. */
  protected limited(run: Run, from: number, to: number): Understood | undefined {
    if (run.phrase.recurs.length === 0) return undefined;
    for (let at = Math.max(from + 1, run.to); at < to; at++) {
      // "To take Fridays off": a deed.
      if (/^(?:take|have|get|book|request|want|give|to)$/.test(this.word(at - 1)) && at > from) continue;
      if (!this.runs.pieces(at).some(({ value, end }) => LIMITS.has(value.kind) && end <= to)) continue;
      const words = `${this.runs.words(run.from, run.to)} ${this.runs.words(at, to)}`;
      const when = parseWhen(words, this.ctx);
      const rest: [number, number][] =
        run.from < from
          ? [[from, at]]
          : [
              [from, run.from],
              [run.to, at],
            ];
      if (when.kind === 'recurring') return { when, words, task: this.taskOf(rest) };
    }
    return undefined;
  }
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
