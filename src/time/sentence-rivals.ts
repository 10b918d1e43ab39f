import { readPhrase } from './parse.ts';
import { isDoubtful, type Run } from './runs.ts';
import { SentenceDays } from './sentence-days.ts';
import { hasTime, onlyTime, type Understood } from './sentence-parts.ts';

/** Two times in one sentence, of which the first may be but a word of the task: "weekly report in 20 minutes". */
export class SentenceRivals extends SentenceDays {
  /** What a sentence means that begins with `run` and has another time at its end; undefined where it has none. */
  protected rivalled(run: Run, to: number, connector: string, hasLead: boolean): Understood | undefined {
    const isAdjective = this.isAdjective(run);
    // "Remind me tomorrow call Bo about the party on Friday".
    if (/\w/.test(connector) || (hasLead && !isAdjective)) return undefined;
    const other = this.runs.longestUpTo(
      to,
      run.to + 1,
      (one) =>
        (!this.startsWeak(one) || this.isDatedEvent(run, one)) &&
        !this.isAttribute(one) &&
        this.contradicts(run, one, isAdjective),
    );
    // "Saturday at 2pm pull turnips for Sunday dinner".
    const isFor = other && hasTime(run) && this.word(other.from - 1) === 'for' && !other.phrase.time?.clock;
    if (!other || isFor) return undefined;
    const words = this.runs.words(other.from, other.to);
    const task: [number, number] = [run.from, other.from];
    const both = isAdjective ? this.asSeries(run, other) : undefined;
    if (!both && this.isThing(run, other, isAdjective)) return this.result(other.when, words, [task]);
    return this.ask([both?.when ?? run.when, other.when], words, [task]);
  }

  /** "Christmas party 12/20 7pm", "ANZAC Day service 25/4": an event that is named after a day has a date of its own. */
  private isDatedEvent(run: Run, { from, to, phrase }: Run): boolean {
    const isNamed = this.isOccasion(run) || (this.isAdjective(run) && dayOf(run));
    if (!isNamed || phrase.dates[0]?.type !== 'numeric' || !this.word(from).includes('/')) return false;
    return from + 1 === to || phrase.time?.clock?.exact === true;
  }

  /** "Weekly report tomorrow with Ana at 9": a day in the midst of a task that begins with an adverb. */
  protected dayBehind(run: Run, to: number): Run | undefined {
    if (!this.isAdjective(run) || run.phrase.recurs.length === 0) return undefined;
    for (let at = run.to + 1; at < to; at++) {
      const day = this.runs.longestFrom(at, to, (one) => {
        const { dates, recurs, shift } = one.phrase;
        const saysDay = dates.length > 0 || recurs.length > 0 || shift !== undefined;
        return saysDay && !this.startsWeak(one) && !this.endsWeak(one);
      });
      if (day) return day.to < to ? day : undefined;
    }
    return undefined;
  }

  /** "Christmas shopping", "Monday meeting prep": what is done before the day. */
  protected isPreparation(run: Run, end: Run): boolean {
    if (!this.isAdjective(run) || run.phrase.dates.length === 0) return false;
    return this.tokens.slice(run.to, end.from).some(({ text }) => this.language.task.preparations.has(text));
  }

  /** "Daily standup notes at 5pm", "everyday carry review at 5": each day, or one of the things that are called so. */
  protected titled(run: Run, to: number): Understood | undefined {
    const isJoined = /^everyday$/i.test(this.tokens[run.from]?.raw ?? '');
    const isCadence = run.phrase.recurs.length > 0 && (isJoined ? run.to === run.from + 2 : this.isAdjective(run));
    if (!isCadence || this.isSign(run.to - 1) || !this.isThingOf(run.to, to, isJoined)) return undefined;
    const other = this.runs.longestUpTo(to, run.to + 1, (one) => onlyTime(one) && !this.startsWeak(one));
    const words = this.runs.words(run.from, run.to);
    if (!other) return this.ask([run.when], words, [[run.from, to]]);
    const both = this.inOrder(run, other);
    return this.ask([both?.when ?? run.when, other.when], words, [[run.from, other.from]]);
  }

  /** Whether what follows "daily" is the name of a thing, and "everyday" no deed. */
  private isThingOf(from: number, to: number, isJoined: boolean): boolean {
    const ends = ({ text }: { text: string }) => PREPOSITIONS.test(text) || /^(?:\d.*|)$/.test(text);
    const length = this.tokens.slice(from, to).findIndex(ends);
    const last = length < 0 ? to : from + length;
    const { deeds, issues } = this.language.task;
    const isDeed = deeds.has(this.word(from)) && (isJoined || last > from + 1);
    if (last === from || isDeed) return false;
    return isJoined || issues.has(this.word(last - 1)) || this.endsInEvent(last);
  }

  /** Whether two times cannot both say when: two days, two clocks, a day and a length of time. */
  private contradicts(run: Run, one: Run, isAdjective: boolean): boolean {
    const { dates, recurs, shift } = one.phrase;
    if (!isAdjective) {
      // "Tonight show tickets in 20 minutes".
      if (run.phrase.time?.today && !run.phrase.time.clock && shift) return shift.span.milliseconds > 0 && !shift.bare;
      // "May 4th movie night: buy popcorn tomorrow at 5pm".
      const isMarked = hasTime(one) || /^(?:on|today|tomorrow)$/.test(this.word(one.from));
      return !hasTime(run) && run.phrase.dates.length > 0 && dates.length > 0 && isMarked;
    }
    if (shift !== undefined) return shift.span.milliseconds > 0 || dayOf(run) || run.phrase.recurs.length > 0;
    // "Weekly report by noon": that of this week, or of every week.
    const [recur] = run.phrase.recurs;
    if (recur && (onlyTime(one) || one.phrase.time?.today)) return recur.freq !== 'DAILY' && recur.step === undefined;
    if (onlyTime(one)) return run.phrase.time?.clock !== undefined && one.phrase.time?.clock !== undefined;
    if (one.phrase.time?.today) return true;
    // "Noon meeting tomorrow".
    if (onlyTime(run)) return hasTime(one) || dates[0]?.type === 'period';
    return dates.length > 0 || recurs.length > 0;
  }

  /** "Weekly report on Friday at 5": the series that both make, where the day can be that of a series. */
  protected asSeries(run: Run, other: Run): { when: Run['when'] } | undefined {
    const { dates, recurs, shift } = other.phrase;
    const [date] = run.phrase.recurs.length > 0 ? dates : run.phrase.dates;
    const isSeries = run.phrase.recurs.length + recurs.length === 1;
    if (onlyTime(other) && run.phrase.recurs.length > 0) return this.inOrder(run, other);
    if (shift || !isSeries || !date || date.type === 'offset' || date.type === 'period') return undefined;
    return this.inOrder(run, other);
  }

  private inOrder(run: Run, other: Run): { when: Run['when'] } | undefined {
    const when = readPhrase(`${this.runs.words(run.from, run.to)} ${this.runs.words(other.from, other.to)}`, this.ctx);
    return when?.kind === 'recurring' ? { when } : undefined;
  }

  /** Whether the time in front is but a word of the task. */
  private isThing(run: Run, other: Run, isAdjective: boolean): boolean {
    if (this.isBound(other)) return false;
    if (this.isOccasion(run)) return true;
    if (!isAdjective) return false;
    // "First of May picnic on April 20": either, but "end of year review in an hour" is no day.
    if (run.phrase.dates[0]?.type === 'period' && !other.phrase.shift && !other.phrase.time?.today) return false;
    // "Friday book the flight on Monday at 4": the second one may be that of the flight.
    const between = this.tokens.slice(run.to, other.from);
    const isPlain = between.length < 4 && !between.some(({ text }) => RELATING.test(text));
    if (run.phrase.recurs.length > 0) return isPlain;
    return isPlain && (!this.endsInEvent(other.from) || onlyTime(run) || other.phrase.shift !== undefined);
  }

  /** "New Year's Eve party prep", "sat phone check": a date in front that is more likely part of the task. */
  protected isOccasion(run: Run): boolean {
    const first = this.runs.first(run);
    if (!first || run.phrase.placed.length > 1 || first.piece.kind !== 'date') return false;
    if (/^(?:on|at|by|this|next)$/.test(this.word(run.from))) return false;
    return first.piece.date.type === 'holiday' || isDoubtful(first, this.tokens, this.language);
  }

  /** Whether a time stands as an adjective does, without a word that says when: "weekly", "Friday", "the weekend". */
  protected isAdjective(run: Run): boolean {
    const [first, ...rest] = run.phrase.placed;
    if (!first || rest.length > 1 || rest.some(({ piece }) => piece.kind !== 'time')) return false;
    const { piece } = first;
    const isBare = first.to === first.from + 1;
    switch (piece.kind) {
      case 'recur':
        return isBare && rest.length === 0 && this.language.cadences.has(this.word(first.from));
      case 'time':
        return rest.length === 0 && !LEADING.test(this.word(first.from)) && piece.time.today !== true;
      case 'date':
        // "End of year review".
        if (piece.date.type === 'period') return piece.date.edge !== 'whole' && !LEADING.test(this.word(first.from));
        if (piece.date.type === 'weekday') return isBare || this.word(first.from) === 'the';
        if (piece.date.type === 'holiday') return !LEADING.test(this.word(first.from));
        return piece.date.type === 'weekend' && /^(?:the|weekend)$/.test(this.word(first.from));
      default:
        return false;
    }
  }
}

function dayOf({ phrase }: Run): boolean {
  return phrase.dates.length > 0;
}

/** What shows that a word says when. */
const LEADING = /^(?:on|at|by|in|this|next|~|about|from|exactly)$/;

/** What ends the name of a thing. */
const PREPOSITIONS = /^(?:at|by|on|in|for|from|to|with|about|of|before|after|until|~|[,:;.!?()-])$/;

/** What binds a time to a thing, so that it may be the time of the thing. */
const RELATING = /^(?:the|a|an|my|our|his|her|their|your|for|about|of|to|before|after|that|which|and|if|when)$/;
