import { DAY } from './civil.ts';
import { envOf } from './env.ts';
import { MONTHS, WEEKDAYS } from './lang/en-words.ts';
import type { Layout } from './layout.ts';
import { parseWhen } from './parse.ts';
import type { Run } from './runs.ts';
import { SentenceEnds } from './sentence-ends.ts';
import { hasTime, onlyTime, type Understood } from './sentence-parts.ts';

/** Numbers beside a time: its date, its hour, or how many things there are. */
export class SentenceDigits extends SentenceEnds {
  /** "Remind me 12/24 6pm wrap presents", "5/11 at 7:30pm fireworks": a date in digits and a time, where they belong. */
  protected isDated(run: Run, { hasLead }: Layout): boolean {
    const piece = this.runs.first(run)?.piece;
    const date = piece?.kind === 'date' ? piece.date : undefined;
    const isWhole = date?.type === 'numeric' || (hasLead && date?.type === 'monthday' && date.month !== undefined);
    return isWhole && hasTime(run);
  }

  /** "25/12 call Bob", "call Bob 5/11": a date in digits at either end, where nothing else says when. */
  protected slashed([from, to]: [number, number]): Understood | undefined {
    for (const at of [from, to - 1]) {
      const run = to - from > 1 ? this.runs.exactly(at, at + 1) : undefined;
      const piece = run && this.runs.first(run)?.piece;
      if (!run || piece?.kind !== 'date' || piece.date.type !== 'numeric') continue;
      const rest: [number, number] = at === from ? [from + 1, to] : [from, at];
      const words = this.runs.words(at, at + 1);
      return this.isDateAt(at, [from, to]) ? this.result(run.when, words, [rest]) : this.ask([run.when], words, [rest]);
    }
    return undefined;
  }

  /** Whether digits are a date, and no fraction ("fill the tank 3/4"), mark ("feel 7/10") or number ("chapter 3/5"). */
  private isDateAt(at: number, [from, to]: [number, number]): boolean {
    const [first = '', second = ''] = this.word(at).split('/');
    const isMarked = this.tokens.slice(from, at).some(({ text }) => MARKS.test(text));
    const before = this.word(at - 1);
    if (this.word(at) === '24/7' || isMarked || (at > from && NAMING.test(before))) return false;
    if (at > from && this.language.names.labels.has(before)) return false;
    // "Walk 5/6".
    if (at === from + 1 && this.language.task.deeds.has(before)) return false;
    if (Number(first) > 12 || Number(second) > 12 || first.startsWith('0') || second.startsWith('0')) return true;
    const next = this.word(at + 1);
    if (at === from && (this.language.task.measures.has(next) || COUNTED_THINGS.test(next))) return false;
    return !FRACTIONS.test(this.word(at)) || (at + 1 === to && !this.language.task.deeds.has(this.word(from)));
  }

  /** "Update to version 3.11.", "run 5.10.": a number at the end of a sentence, where the day does not stand first. */
  protected isNumberAtEnd(run: Run, from: number): boolean {
    if (run.to !== run.from + 2 || this.word(run.from + 1) !== '.' || !/^\d\d?\.\d\d?$/.test(this.word(run.from)))
      return false;
    const before = this.word(run.from - 1);
    // "Take 2.5."
    const isAmount = run.from - 1 === from && this.language.task.deeds.has(before);
    if (isAmount || NAMING.test(before) || this.language.names.labels.has(before)) return true;
    return envOf(this.ctx).monthFirst !== false;
  }

  /** "14.07.2026 um 15 Uhr": digits after a date in digits may be its time. */
  protected isUnfinished(run: Run, to: number): boolean {
    if (hasTime(run) || !/^\d/.test(this.word(run.from))) return false;
    const rest = this.tokens.slice(run.to, to);
    // "24 December call Bo at 10": its time is read.
    if (
      rest.some((_, index) =>
        this.runs.longestFrom(run.to + index, to, (one) => onlyTime(one) && !this.startsWeak(one)),
      )
    )
      return false;
    // "24 December buy 2 tickets": a number of things.
    return rest.some(({ text }, index) => {
      const next = this.word(run.to + index + 1);
      return /^\d+[:.]\d/.test(text) || (/^\d/.test(text) && (index === 0 || next === '' || CLOCK_UNITS.test(next)));
    });
  }

  /** "6 tonight feed the dog": a number that nothing but an hour can be. */
  protected isHourOf(run: Run): boolean {
    const [first, second, third] = run.phrase.placed;
    if (first?.piece.kind !== 'time' || !first.piece.time.clock?.weak || third || !second) return false;
    const { piece } = second;
    return (
      (piece.kind === 'time' && piece.time.today === true) || (piece.kind === 'date' && piece.date.type === 'offset')
    );
  }

  /** "Flight 12/24 at 6am", "watch 9/11 at 8pm": digits before a time of day may be its date. */
  protected withDigits(run: Run, from: number, after: [number, number][] = []): Understood | undefined {
    // "Call Bob 16/2, 9 a.m."
    const at = /^[,(]$/.test(this.word(run.from - 1)) ? run.from - 2 : run.from - 1;
    if (at < from || run.phrase.dates.length > 0 || !/^\d+[/.-]\d+/.test(this.word(at))) return undefined;
    // "05-11 at 3pm call Bob".
    if (/^\d\d-\d\d$/.test(this.word(at))) {
      const dated = parseWhen(`${this.word(at).replace('-', '/')} ${this.runs.words(run.from, run.to)}`, this.ctx);
      if (dated.kind !== 'reject')
        return this.ask([dated, run.when], this.runs.words(at, run.to), [[from, at], ...after]);
    }
    const longer = this.runs.exactly(at, run.to);
    if (!longer || longer.phrase.dates.length === 0) return undefined;
    const words = this.runs.words(at, run.to);
    // "Dentist 12/3 2pm".
    const isClose = at === run.from - 1 && /^\d/.test(this.word(run.from)) && run.phrase.time?.clock?.exact === true;
    const [first = 0, second = 0] = this.word(at).split('/').map(Number);
    const { labels, cultural } = this.language.names;
    const before = this.word(at - 1);
    const isNamed =
      labels.has(before) || cultural.has(before) || MARKS.test(before) || /^(?:9\/11|24\/7)$/.test(this.word(at));
    // "Dentist 4/12 at 8:40am", but no "tank 3/4 at 8".
    const isThing = at === from + 1 && !this.language.task.deeds.has(before) && !FRACTIONS.test(this.word(at));
    const isEvent = this.endsInEvent(at) || isThing;
    const isDate =
      isClose ||
      // "An oil change 12/7 at 4pm": no fraction.
      (!isNamed && at > from && (isEvent || (first > second && second > 0))) ||
      this.word(at)
        .split(/\D/)
        .some((number) => Number(number) > 12);
    return isDate
      ? this.result(longer.when, words, [[from, at], ...after])
      : this.ask([longer.when, run.when], words, [[from, at], ...after]);
  }

  /** "Dentist Sat 21 at 10": the number behind a weekday is its date. */
  protected withDayNumber(run: Run, from: number): Understood | undefined {
    const [weekday, number] = [this.word(run.from - 2), this.word(run.from - 1)];
    if (run.from - 2 < from || !onlyTime(run) || !/^\d{1,2}$/.test(number)) return undefined;
    if (!Object.hasOwn(WEEKDAYS, weekday)) return undefined;
    const dated = parseWhen(`${weekday} the ${number}th ${this.runs.words(run.from, run.to)}`, this.ctx);
    const words = this.runs.words(run.from - 2, run.to);
    const isSoon = dated.kind === 'once' && dated.at.getTime() - this.ctx.now.getTime() < 62 * DAY;
    if (isSoon) return this.result(dated, words, [[from, run.from - 2]]);
    return this.ask([dated, run.when], words, [[from, run.from - 2]]);
  }

  /** "Read John 3:16 tomorrow": digits behind a name may be no time. */
  protected isVerse(run: Run, from: number): boolean {
    const minute = /^\d{1,2}:(\d\d)$/.exec(this.word(run.from))?.[1];
    if (minute === undefined || Number(minute) % 5 === 0 || run.from - 1 <= from) return false;
    return /^\p{Lu}\p{Ll}/u.test(this.tokens[run.from - 1]?.raw ?? '');
  }

  /** "Pay the bill 15th": a day of the month, unless it is that of a thing ("mom's 50th") or how often. */
  protected numbered([from, to]: [number, number]): Understood | undefined {
    const run =
      to - from > 2 && /^\d+(?:st|nd|rd|th)$/.test(this.word(to - 1)) ? this.runs.exactly(to - 1, to) : undefined;
    const before = this.word(to - 2);
    if (!run || NAMING.test(before) || /'s?$/.test(before) || this.language.names.labels.has(before)) return undefined;
    return this.language.task.deeds.has(this.word(from))
      ? this.result(run.when, this.word(to - 1), [[from, to - 1]])
      : undefined;
  }

  /** "Dentist 3 tomorrow": the number may be the hour. */
  protected withBareHour(run: Run, from: number): Understood | undefined {
    if (run.from - 1 <= from || hasTime(run)) return undefined;
    const before = this.word(run.from - 1);
    // "Update to version 3.11 tomorrow".
    const isList = this.word(run.from - 2) === 'and' && /^\d+$/.test(this.word(run.from - 3));
    if (this.language.names.labels.has(this.word(run.from - (isList ? 4 : 2)))) return undefined;
    // "Meeting 9.30 tomorrow".
    if (/^(?:\d|1\d|2[0-3])\.[0-5]\d$/.test(before)) {
      const timed = parseWhen(`at ${before} ${this.runs.words(run.from, run.to)}`, this.ctx);
      return this.ask([timed, run.when], this.runs.words(run.from, run.to), [[from, run.from]]);
    }
    // "About May 5 on Sunday".
    if (Object.hasOwn(MONTHS, this.word(run.from - 2))) return undefined;
    // "A table for 2 tomorrow".
    if (this.word(run.from - 2) === 'for' && this.language.task.seats.has(this.word(run.from - 3))) return undefined;
    // "Dentist 8h tomorrow": the hour, or how long.
    const lettered = this.isHours(run.from - 2) ? this.runs.exactly(run.from - 2, run.to) : undefined;
    if (lettered)
      return this.ask([lettered.when, run.when], this.runs.words(lettered.from, lettered.to), [[from, lettered.from]]);
    const number = Number(before);
    if (!Number.isInteger(number) || number < 1 || number > 12) return undefined;
    const longer = this.runs.exactly(run.from - 1, run.to);
    return longer && this.ask([longer.when, run.when], this.runs.words(longer.from, longer.to), [[from, longer.from]]);
  }

  /** "9h". */
  protected isHours(at: number): boolean {
    return /^\d{1,2}$/.test(this.word(at)) && this.word(at + 1) === 'h';
  }
}

const FRACTIONS = /^(?:1\/[234]|2\/3|3\/4)$/;
/** What is given a mark, or has a part that is counted. */
const MARKS =
  /^(?:ratio|odds|scene|signature|mix|beat|rate|rated|rating|score|scored|scores|feel|feels|feeling|pain|mood|energy|won|lost|got|watch|pressure)$/;
/** What a number belongs to. */
const NAMING = /^(?:a|an|the|of|is|was|are|than|to|vs|no|all|only|at|about|for|from|and|x|my|our|\d.*)$/;
/** What is counted. */
const COUNTED_THINGS = /^(?:people|men|women|children|kids|\w{2,}[^\Ws]s)$/;

const CLOCK_UNITS = /^(?:uhr|h|am|pm|hour|o'clock|[.!?])$/;
