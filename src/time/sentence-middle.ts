import { ORDINALS } from './lang/en-words.ts';
import type { Run } from './runs.ts';
import { STARTS } from './sentence-days.ts';
import { SentenceJoins } from './sentence-joins.ts';
import { hasTime, isSameWhen, onlyTime, type Understood } from './sentence-parts.ts';

/** A time that stands within the task. */
export class SentenceMiddle extends SentenceJoins {
  /** "Laundry 2h": in that time, or for so long. */
  protected lasting([from, to]: [number, number]): Understood | undefined {
    const run = this.runs.longestUpTo(
      to,
      from + 1,
      (one) => (one.phrase.shift ?? one.phrase.vague) !== undefined && one.phrase.placed.length === 1,
    );
    if (!run || !/^\d/.test(this.word(run.from))) return undefined;
    const words = this.runs.words(run.from, run.to);
    return /^\d[\d.]*[hm](?:\d+m?)?$|^\d+ ?(?:h|hours?|hrs?|minutes?|mins?)$/i.test(words)
      ? this.ask([run.when], words, [[from, run.from]])
      : undefined;
  }

  protected middle([from, to]: [number, number]): Understood | undefined {
    const found = this.within(from, to);
    const [first, second] = found;
    if (!first) return this.attribute([from, to]);
    const limited = this.limited(first, from, to);
    if (limited) return limited;
    const rest: [number, number][] = [
      [from, first.from],
      [first.to, to],
    ];
    if (!second) {
      const digits = this.withDigits(first, from, [[first.to, to]]) ?? this.dated(first, [from, to]);
      if (digits) return digits;
      // "Call Bob on Sunday lunch with Ana".
      const longer = hasTime(first) ? undefined : this.lengthened(first, to);
      if (longer && !isSameWhen(longer.when, first.when))
        return this.ask([longer.when, first.when], this.runs.words(longer.from, longer.to), [
          [from, first.from],
          [longer.to, to],
        ]);
      const unread =
        this.language.temporal.has(this.word(first.to)) ||
        this.word(first.to) === 'or' ||
        (!hasTime(first) && this.isHours(first.to)) ||
        // "Ever day at 8 to stretch".
        (onlyTime(first) && UNITS.test(this.word(first.from - 1)) && !this.lasts(first.from, from)) ||
        this.isTie(first.from - 1) ||
        this.endsInCount(first) ||
        this.isMeasure(first, from) ||
        // "In an hour and 15".
        (this.word(first.to) === 'and' && /^\d+$/.test(this.word(to - 1)) && first.to + 2 === to) ||
        this.hasOwnClock(first, from) ||
        // "Meet tomorrow 730".
        (!hasTime(first) && to === first.to + 1 && /^(?:0?[1-9]|1\d|2[0-3])[0-5]\d$/.test(this.word(first.to))) ||
        // "At 5,30".
        (/^[,;]$/.test(this.word(to - 2)) && /^\d\d$/.test(this.word(to - 1)) && to - first.to < 3) ||
        (onlyTime(first) && this.during(first, from) !== undefined) ||
        (first.phrase.recurs.length > 0 && this.mentions(first.to, to, ENDS));
      const words = this.runs.words(first.from, first.to);
      return unread ? this.ask([first.when], words, rest) : this.result(first.when, words, rest);
    }
    return this.ask(
      found.map(({ when }) => when),
      this.runs.words(first.from, first.to),
      [[from, to]],
    );
  }

  /** The times that stand between the first word and the last. */
  private within(from: number, to: number): Run[] {
    const found: Run[] = [];
    for (let at = from + 1; at < to; at++) {
      const run = this.runs.longestFrom(at, to, (one) => {
        const { recurs, dates, placed } = one.phrase;
        // "Reply to the Monday email".
        const isLed = this.word(at) === 'the' || this.isBound(one);
        if (isLed && this.isAdjective(one) && one.to < to && !this.isOpen(one.to)) return false;
        if (this.isWhichOne(one, to)) return false;
        const isMarked = STARTS.has(this.word(at)) || recurs.length > 0 || dates.length > 0 || placed.length > 1;
        return (
          isMarked && !this.startsWeak(one) && !this.endsWeak(one) && !/^(?:and|then)$/.test(this.word(one.to - 1))
        );
      });
      if (!run) continue;
      found.push(run);
      at = run.to - 1;
    }
    return found;
  }

  /** "Clean the second floor": which of several things, and no day of the month. */
  private isWhichOne({ from, to }: Run, end: number): boolean {
    const isNumbering = to - from === 2 && this.word(from) === 'the' && isOrdinal(this.word(from + 1));
    return isNumbering && to < end && !this.isOpen(to);
  }

  /** "Bake at 350 for 20 minutes", "sell the stock at 150". */
  protected isMeasure(run: Run, from: number): boolean {
    const isNumber = /^at (?:\d{3}|\d+\.\d+)(?!\d)/i.test(this.runs.words(run.from, run.to));
    return isNumber && this.tokens.slice(from, run.from).some(({ text }) => MEASURED.test(text));
  }

  /** "12/15 lunch at 3pm with Sam": a date in digits at either end, and the clock within. */
  protected dated(run: Run, [from, to]: [number, number]): Understood | undefined {
    const day = onlyTime(run) ? (this.digitsAt(from) ?? this.digitsAt(to - 1)) : undefined;
    if (!day || (day.from >= run.from && day.to <= run.to)) return undefined;
    const [first, last] = day.from < run.from ? [day, run] : [run, day];
    const both = this.joined(
      [
        [day.from, day.to],
        [run.from, run.to],
      ],
      [
        [from, first.from],
        [first.to, last.from],
        [last.to, to],
      ],
    );
    const isSure = /1[3-9]|[23]\d/.test(this.word(day.from)) && both.when.kind === 'once';
    return isSure ? both : this.ask([both.when, run.when], this.runs.words(run.from, run.to), [[from, to]]);
  }

  /** "Remind me about the 9am meeting": a time, but that of the meeting. */
  protected attribute([from, to]: [number, number]): Understood | undefined {
    for (let at = from; at < to; at++) {
      const run = this.runs.longestFrom(
        at,
        to,
        (one) => this.isClock(one) && !this.startsWeak(one) && !this.isWhichOne(one, to),
      );
      if (run) return this.ask([run.when], this.runs.words(run.from, run.to), [[from, to]]);
    }
    return undefined;
  }
}

const MEASURED =
  /^(?:bake|roast|cook|heat|preheat|broil|grill|oven|smoke|toast|fry|sell|stock|stocks|shares|price|bitcoin|btc)$/;

const isOrdinal = (word: string): boolean => Object.hasOwn(ORDINALS, word) || /^\d+(?:st|nd|rd|th)$/.test(word);

const UNITS = /^(?:minute|hour|day|week|month|year)$/;

/** What a series ends, or begins, with. */
export const ENDS = new Set('until except starting through'.split(' '));
