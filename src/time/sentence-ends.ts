import { isAddress } from './leftover.ts';
import { parseWhen, readPhrase, withWords } from './parse.ts';
import type { Piece } from './pieces.ts';
import type { Run } from './runs.ts';
import { hasTime, isSameWhen, onlyTime, THINGS, type Understood } from './sentence-parts.ts';
import { SentenceRivals } from './sentence-rivals.ts';
import { unknownZone } from './texts.ts';
import { placeZone } from './zone-names.ts';

/** Where a time that opens a sentence ends, and the task begins. */
export class SentenceEnds extends SentenceRivals {
  /** "Tomorrow 9 call mom": the number may be the hour or belong to the task. */
  protected doubtAfter(run: Run, to: number, hasLead: boolean): Understood | undefined {
    const next = this.word(run.to);
    // "At 4 Privet Drive"; "tomorrow at 9 their time", "at noon Denver": somebody else's clock.
    if (this.startsBareHour(run) && isAddress(this.tokens, run.to))
      return this.ask([run.when], this.runs.words(run.from, run.to), [[run.from, to]]);
    const elsewhere = hasTime(run) ? this.elsewhere(run, to) : undefined;
    if (elsewhere) return elsewhere;
    if (hasTime(run) && this.isStrangeZone(run.to, to))
      return this.ask([run.when], this.runs.words(run.from, run.to), [[run.to, to]]);
    const timed = this.withDigitsBehind(run, to);
    if (timed) return timed;
    if (this.endsInCount(run)) return this.ask([run.when], this.runs.words(run.from, run.to), [[run.to, to]]);
    // "Tomorrow: weekly report".
    if (this.word(run.to - 1) === ':') return undefined;
    const longer = this.lengthened(run, to);
    if (longer) return this.eitherLength(run, longer, to);
    // "9am in Atlantis": a zone that is not known is no task.
    const isUnread = this.saysTime(run.to) && !this.isSettled(run, to);
    if (isUnread || (!hasLead && UNREAD.has(next)))
      return this.ask([run.when], this.runs.words(run.from, run.to), [[run.to, to]]);
    return undefined;
  }

  /** "9am Europe/Nowhere", "at 5pm QQT": written like a zone, but none that is known. */
  private isStrangeZone(at: number, to: number): boolean {
    const [first = '', slash = '', last = ''] = this.tokens.slice(at, at + 3).map(({ raw }) => raw);
    if (slash === '/' && this.tokens[at + 2]?.glued) return /^\p{Lu}/u.test(first) && /^\p{Lu}/u.test(last);
    return at + 1 === to && /^\p{Lu}{1,4}T$/u.test(first) && !NO_ZONES.test(first);
  }

  /** "Every evening 730 walk the dog", "friday 915 call Bo": digits behind a day may be its hour. */
  private withDigitsBehind(run: Run, to: number): Understood | undefined {
    const [digits, hour, minute] = /^([1-9]|1[0-2])([0-5][05])$/.exec(this.word(run.to)) ?? [];
    const { phrase } = run;
    const isTimed = phrase.time?.clock ?? phrase.times ?? phrase.range ?? phrase.shift ?? phrase.vague;
    if (digits === undefined || isTimed || THINGS.test(this.word(run.to + 1))) return undefined;
    const when = parseWhen(`${this.runs.words(run.from, run.to)} at ${hour}:${minute}`, this.ctx);
    if (when.kind === 'reject') return undefined;
    return this.ask([when, run.when], this.runs.words(run.from, run.to + 1), [[run.to + 1, to]]);
  }

  /** The run with a word that may belong to the task. */
  protected lengthened(run: Run, to: number): Run | undefined {
    return this.runs.longestFrom(
      run.from,
      Math.min(to, run.to + 3),
      (one) => one.to > run.to && this.endsWeak(one) && one.phrase.vague === undefined,
    );
  }

  /** A run, and the same with a word that may belong to the task: "tomorrow lunch", "at 9 weekly". */
  protected eitherLength(run: Run, longer: Run, to: number): Understood | undefined {
    // "Friday 9h workshop": the split is in doubt even where the hour is not.
    const { lettered, weak } = longer.phrase.time?.clock ?? {};
    if (isSameWhen(run.when, longer.when) && !lettered && !weak) return undefined;
    // "Sunday lunch with Ana": a lunch has its hour.
    const isMeal = this.word(longer.to - 1) === 'lunch' && this.isOpen(longer.to);
    const saysWhen = (_: unknown, at: number) =>
      this.runs.longestFrom(longer.to + at, to, (one) => onlyTime(one) && !this.startsWeak(one)) !== undefined;
    if (isMeal && this.tokens.slice(longer.to, to).some(saysWhen)) return undefined;
    // "Thursday lunchtime haircut", "Wednesday evening choir": said of a day, it is that part of it.
    const isPart = longer.to === run.to + 1 && PARTS.test(this.tokens[run.to]?.raw ?? '') && this.isNoEvent(longer.to);
    const isDay = !hasTime(run) && run.phrase.recurs.length === 0 && run.phrase.dates[0]?.type === 'weekday';
    if (isPart && isDay && longer.when.kind === 'once')
      return this.result(longer.when, this.runs.words(longer.from, longer.to), [[longer.to, to]]);
    const [date] = hasTime(run) || run.phrase.recurs.length > 0 ? [] : run.phrase.dates;
    if (isMeal && date && date.type !== 'period' && longer.when.kind === 'once' && run.when.kind === 'once') {
      const when = withWords({ ...longer.when, others: [{ words: '', when: run.when }] }, this.ctx);
      return this.result(when, this.runs.words(run.from, longer.to), [[run.to, to]]);
    }
    return this.ask([longer.when, run.when], this.runs.words(longer.from, longer.to), [[longer.to, to]]);
  }

  /** "Wednesday evening class" may be what the class is called. */
  private isNoEvent(at: number): boolean {
    const { events, issues } = this.language.task;
    return !this.isOpen(at) && !events.has(this.word(at)) && !issues.has(this.word(at)) && this.word(at) !== '';
  }

  /** Whether a word speaks of time; "start the oven" does not. */
  protected saysTime(at: number): boolean {
    if (!this.language.temporal.has(this.word(at))) return false;
    const isDeed = this.word(at) === 'starting' && /^(?:start|begin)$/i.test(this.tokens[at]?.raw ?? '');
    return !isDeed || this.runs.begins(at + 1);
  }

  /** "In 20 minutes weekly report", "at 9am evening class prep": a word that cannot belong to such a time. */
  private isSettled(run: Run, to: number): boolean {
    const word = this.word(run.to);
    if (to - run.to < 2 || this.language.temporal.has(this.word(run.to + 1))) return false;
    const { shift, time } = run.phrase;
    const isThing = this.language.cadences.has(word) || this.runs.pieces(run.to).some(({ value }) => isNamed(value));
    return isThing && ((shift !== undefined && shift.span.milliseconds > 0) || time?.clock?.exact === true);
  }

  /** Another zone, named without a word that says so: by "time" at its end, or by a city alone. */
  private elsewhere(run: Run, to: number): Understood | undefined {
    const words = this.runs.words(run.from, run.to);
    for (let at = run.to; at < Math.min(to, run.to + 3); at++)
      if (this.isPlaceTime([run.to, at]))
        return this.result(unknownZone(this.runs.words(run.to, at)), words, [[at + 1, to]]);
      else if (this.word(at) === 'time' && at > run.to && !/^(?:what|which|the|any|some|more)$/.test(this.word(at - 1)))
        return this.ask([run.when], words, [[run.to, to]]);
    if (to - run.to > 3 || !placeZone(this.runs.words(run.to, to))) return undefined;
    const there = readPhrase(`${words} in ${this.runs.words(run.to, to)}`, this.ctx);
    return this.ask(there ? [there, run.when] : [run.when], words, [[run.to, to]]);
  }

  /** "9am Narnia time": a place that is not known. */
  private isPlaceTime([from, at]: [number, number]): boolean {
    const isNamed = this.tokens.slice(from, at).every(({ raw }) => /^\p{Lu}\p{Ll}/u.test(raw));
    return at > from && isNamed && !this.runs.begins(from) && this.tokens[at]?.raw === 'time';
  }

  private startsBareHour({ phrase }: Run): boolean {
    return phrase.time?.clock !== undefined && !phrase.time.clock.exact && phrase.time.clock.minute === 0;
  }
}

/** A part of the day, a day or a month by its name. */
function isNamed({ kind, ...piece }: Piece): boolean {
  if (kind === 'time') return 'time' in piece && piece.time.part !== undefined && piece.time.clock === undefined;
  return kind === 'date' && 'date' in piece && /^(?:weekday|holiday|period|weekend)$/.test(piece.date.type);
}

const PARTS = /^(?:lunchtime|evening)$/i;

/** Things that are written like a zone: the test of a car, a tax, a workout, exams. */
const NO_ZONES = /^(?:MOT|VAT|HIIT|LSAT|MCAT|GMAT|CBT|IT)$/;

/** Words that would go on saying when, after a time that opens a sentence. */
const UNREAD = new Set('in on at until except for before after from between or of time'.split(' '));
