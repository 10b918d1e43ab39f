import { readPhrase } from './parse.ts';
import type { Placed } from './phrase.ts';
import type { Run } from './runs.ts';
import { SentenceDoubts } from './sentence-doubts.ts';
import { hasTime, onlyTime, type Understood } from './sentence-parts.ts';
import type { When } from './types.ts';

/** Times that count from an event of the same sentence: "30 minutes before my meeting at 3pm". */
export class SentenceEvents extends SentenceDoubts {
  /** "Dentist on Monday at 10, remind me the day before at 6pm", "… the night before", "… that morning at 8". */
  protected besideEvent(head: [number, number], [start, to]: [number, number]): Understood | undefined {
    // "Remind me that morning": no "that" of a lead.
    const from = this.word(start - 1) === 'that' && PARTS.test(this.word(start)) ? start - 1 : start;
    const day = this.dayWithin(head);
    if (!day) return undefined;
    const date = this.runs.words(day.from, day.to);
    for (let end = to; end > from; end--) {
      const lead = this.language.besides.get(
        this.tokens
          .slice(from, end)
          .map(({ text }) => text)
          .join(' '),
      );
      if (lead === undefined) continue;
      const words = `${lead.replace('$', date.replace(/^(?:on|by|at) /i, ''))} ${end < to ? this.runs.words(end, to) : ''}`;
      const when = readPhrase(words, this.ctx);
      if (when) return { when, words, task: this.taskOf([head]) };
    }
    const early = this.runs.pieces(from).find(({ value }) => value.kind === 'before');
    if (!early || early.end === to) return undefined;
    const words = `${this.runs.words(from, early.end)} ${date} ${this.runs.words(early.end, to)}`;
    const when = readPhrase(words, this.ctx);
    return when && { when, words, task: this.taskOf([head]) };
  }

  /** "Find a sitter for Saturday night", "pay the rent at 5pm for Friday": the day may be but what it is for. */
  protected asPurpose(run: Run, from: number): Understood | undefined {
    const words = this.runs.words(run.from, run.to);
    const inner = this.tokens.slice(run.from, run.to).findIndex(({ text }) => text === 'for');
    const clock = inner > 0 ? this.runs.exactly(run.from, run.from + inner) : undefined;
    if (clock && onlyTime(clock)) return this.ask([run.when, clock.when], words, [[from, run.from]]);
    const { part, clock: hour } = run.phrase.time ?? {};
    const isNight = !hour && (part === 'night' || part === 'evening') && run.phrase.dates.length > 0;
    if (isNight && BOOKS.test(this.word(from)) && !/^(?:on|at|by)$/.test(this.word(run.from)))
      return this.ask([run.when], words, [[from, run.from]]);
    const isFor = this.word(run.from - 1) === 'for' && run.from - 1 > from && run.phrase.dates.length > 0;
    if (!isFor || run.phrase.time?.clock || run.phrase.range) return undefined;
    return this.language.task.deeds.has(this.word(from)) ? this.ask([run.when], words, [[from, run.from]]) : undefined;
  }

  /** "Mom's birthday is May 4, remind me every year at 9": the day of the series stands with the event. */
  protected anniversary(head: [number, number], body: [number, number]): Understood | undefined {
    const run = this.runs.exactly(...body);
    const [recur] = run?.phrase.recurs ?? [];
    if (!run || !recur || recur.days || recur.step !== undefined || recur.freq === 'DAILY') return undefined;
    const day = this.dayWithin(head);
    if (!day || run.phrase.dates.length > 0 || run.phrase.days) return undefined;
    const words = `${this.runs.words(day.from, day.to)} ${this.runs.words(...body)}`;
    const when = readPhrase(words, this.ctx);
    return when ? { when, words, task: this.taskOf([head]) } : this.ask([run.when], this.runs.words(...body), [head]);
  }

  /** A time of day on the day of the event; undefined when that is the same or no time. */
  protected onThatDay(head: [number, number], body: [number, number]): When | undefined {
    const day = this.dayWithin(head);
    const when = day && readPhrase(`${this.runs.words(day.from, day.to)} ${this.runs.words(...body)}`, this.ctx);
    const own = readPhrase(this.runs.words(...body), this.ctx);
    if (when?.kind !== 'once' || own?.kind !== 'once') return undefined;
    return when.at.getTime() === own.at.getTime() ? undefined : when;
  }

  /** "The 3pm meeting 15 minutes before", "call Bo 20 minutes before the 3pm meeting". */
  protected earlierThan([from, to]: [number, number]): Understood | undefined {
    if (this.runs.pieces(from).some(({ value }) => value.kind === 'before')) return undefined;
    for (let at = from + 1; at < to; at++) {
      const piece = this.runs.pieces(at).find(({ value }) => value.kind === 'before' && value.sign < 0);
      if (!piece) continue;
      const isLast = piece.end === to;
      const clock = isLast ? this.clockWithin(from, at) : this.clockWithin(piece.end, Math.min(to, piece.end + 4));
      // "… 20 minutes before 3pm" says it without a meeting.
      if (!clock || !onlyTime(clock) || (!isLast && clock.to === to)) return undefined;
      return this.joined(
        [
          [at, piece.end],
          [clock.from, clock.to],
        ],
        isLast ? [[from, at]] : [[from, to]],
      );
    }
    return undefined;
  }

  /** "The day after tomorrow call Bob", "two weeks from Monday": a date or a length, and no event. */
  private leadsOn(from: number, to: number, end: number): boolean {
    const run = this.runs.longestFrom(from, to, (one) => one.to > end);
    if (!run || run.phrase.shift || !hasTime(run))
      return run !== undefined && (run.phrase.before === undefined || hasTime(run));
    return this.runs.longestUpTo(to, run.to, (one) => !this.startsWeak(one)) === undefined;
  }

  /** Where the date of the event stands. */
  private dayWithin([from, to]: [number, number]): Placed | undefined {
    const event = this.runs.longestUpTo(to, from, (run) => run.phrase.dates.length > 0 && !this.startsWeak(run));
    return event?.phrase.placed.find(({ piece }) => piece.kind === 'date');
  }

  /** "30 minutes before my meeting at 3pm". */
  protected beforeEvent([from, to]: [number, number]): Understood | undefined {
    const piece = this.runs.pieces(from).find(({ value }) => value.kind === 'before');
    if (!piece) return undefined;
    // "The day after tomorrow lunch in the evening": that is a day by its name.
    if (this.runs.pieces(from).some(({ value, end }) => /^(?:date|shift)$/.test(value.kind) && end > piece.end))
      return undefined;
    // "Two days before Christmas to …": the moment is named at once.
    const whole = this.runs.longestFrom(from, to, (run) => this.language.connectors.has(this.word(run.to)));
    if (whole || this.leadsOn(from, to, piece.end)) return undefined;
    const after = this.runs.longestUpTo(to, piece.end, (run) => !this.startsWeak(run));
    // "An hour before Friday's test at 10".
    const owner = this.tokens
      .slice(piece.end, after?.from)
      .find(({ text }) => /'s$/.test(text))
      ?.text.slice(0, -2);
    if (after && owner !== undefined && this.language.temporal.has(owner) && after.phrase.dates.length === 0) {
      const words = `${this.runs.words(from, piece.end)} ${owner} ${this.runs.words(after.from, after.to)}`;
      const when = readPhrase(words, this.ctx);
      if (when) return { when, words, task: this.taskOf([[piece.end, after.from]]) };
    }
    const clock = after && !hasTime(after) ? this.clockWithin(piece.end, after.from) : undefined;
    if (after && clock)
      return this.joined(
        [
          [from, piece.end],
          [clock.from, clock.to],
          [after.from, after.to],
        ],
        [[piece.end, after.from]],
      );
    if (after)
      return this.joined(
        [
          [from, piece.end],
          [after.from, after.to],
        ],
        [[piece.end, after.from]],
      );
    const inner = this.clockWithin(piece.end, to);
    return (
      inner &&
      this.joined(
        [
          [from, piece.end],
          [inner.from, inner.to],
        ],
        [[piece.end, to]],
      )
    );
  }
}

/** What is seldom done at night, but done for one: "book a table Friday night". */
const BOOKS = /^(?:find|book|reserve|hire|arrange|get|order)$/;

const PARTS = /^(?:morning|afternoon|evening|night|same|day)$/;
