import { MONTHS, WEEKDAYS } from './lang/en-words.ts';
import type { Layout } from './layout.ts';
import { DAY_NAMES, isNumbering, isUnreadTime, saysClock } from './leftover.ts';
import { hideNames } from './names.ts';
import { parseWhen, readPhrase, withWords } from './parse.ts';
import type { Run } from './runs.ts';
import { STARTS } from './sentence-days.ts';
import { SentenceDigits } from './sentence-digits.ts';
import { hasTime, isSameWhen, NUMBERS, onlyTime, type Understood } from './sentence-parts.ts';
import { whichOne } from './texts.ts';
import { tokenise } from './tokens.ts';
import type { Once, Recurring, When } from './types.ts';

/** What makes it doubtful that a stretch says when, or that it says all of it: then a person is asked. */
export class SentenceDoubts extends SentenceDigits {
  /** "The night before the trip": what is left counts from the moment that was read. */
  protected isBeside(task: string): boolean {
    const [first, second, third] = tokenise(task, this.language).map(({ text }) => text);
    const [unit = '', tie = ''] = first === 'the' ? [second, third] : [first, second];
    return this.language.temporal.has(unit) && (tie === 'before' || tie === 'after');
  }

  /** Whether what is left is no task, but more of the time: "end of tomorrow", "on the hour …". */
  protected isUnread({ when, words = '', task }: Understood, { connector }: Layout): boolean {
    // "Remind me about lunch tomorrow".
    if (connector !== '' && (/^lunch$/i.test(task) || Object.hasOwn(MONTHS, task.toLowerCase()))) return false;
    const rest = tokenise(task, this.language);
    return (
      isUnreadTime(rest, when.kind === 'recurring', saysClock(tokenise(words, this.language)), this.language) ||
      this.isBeside(task)
    );
  }

  /** "Set a daily alarm for 6:30": how often stands before the alarm. */
  protected again(understood: Understood, { cadence }: Layout): Understood {
    const { when, words = '', task } = understood;
    if (cadence === '' || when.kind === 'recurring' || when.kind === 'ambiguous') return understood;
    if (when.kind === 'reject' && when.code !== 'NO_TIME') return understood;
    const series = cadence === 'recurring' ? undefined : readPhrase(`${cadence} ${words}`, this.ctx);
    if (series?.kind === 'recurring' || series?.kind === 'ambiguous')
      return { when: series, words: `${cadence} ${words}`.trim(), task };
    return when.kind === 'once'
      ? { ...understood, when: withWords(whichOne([{ words: '', when }]), this.ctx) }
      : understood;
  }

  /** "Wake me at 6", "dinner tomorrow at 7": the rules for bare hours say one thing, habit says another. */
  protected byHabit(understood: Understood, { lead }: Layout): Understood {
    const { when, words, task } = understood;
    if (words === undefined || (when.kind !== 'once' && when.kind !== 'recurring')) return understood;
    const about = [lead, ...hideNames(tokenise(task, this.language), this.language).map(({ text }) => text)];
    const { habits } = this.language;
    // "Evening class", but not "ask about the night shift".
    const half = about
      .filter((word, at) => at < 3 || !this.language.temporal.has(word))
      .map((word) => habits.get(word))
      .find((found) => found !== undefined);
    if (half === undefined || !saysClock(tokenise(words, this.language))) return understood;
    const read = (of: string) => readPhrase(`${words} ${of}`, this.ctx);
    // What fits into one half of the day only says itself which.
    if ([...new Set(habits.values())].some((one) => one !== half && read(one) === undefined)) return understood;
    const usual = read(half);
    if (!usual || (usual.kind !== 'once' && usual.kind !== 'recurring')) return understood;
    if (firstOf(usual) === firstOf(when)) return understood;
    return { when: withWords(whichOne([usual, when].map((one) => ({ words: '', when: one }))), this.ctx), words, task };
  }

  /** "Remind me tomorrow about 3 invoices". */
  protected isNumberOfThings(run: Run): boolean {
    const last = this.runs.last(run);
    if (last?.to !== run.to || last.to !== last.from + 2 || this.tokens[last.from]?.raw.toLowerCase() !== 'about')
      return false;
    return THINGS.test(this.word(run.to)) && !this.saysTime(run.to);
  }

  /** "Remind me tomorrow about noon prayer": the hour, or what it is about. */
  protected aboutWhat(run: Run, to: number): Understood | undefined {
    const last = this.runs.last(run);
    if (last?.to !== run.to || this.tokens[last.from]?.raw.toLowerCase() !== 'about') return undefined;
    if (this.isOpen(run.to) || this.language.connectors.has(this.word(run.to)) || this.word(run.to) === '')
      return undefined;
    const shorter = this.runs.exactly(run.from, last.from);
    return shorter && this.ask([shorter.when, run.when], this.runs.words(run.from, run.to), [[last.from + 1, to]]);
  }

  /** "2h30m laundry", "remind me 2 hours laundry", where nothing else says when. */
  protected isCompact(run: Run, to: number, layout: Layout): boolean {
    if ((run.phrase.shift ?? run.phrase.vague) === undefined || run.phrase.placed.length > 1) return false;
    const isLed = layout.hasLead && this.isLength(run);
    if (!isLed && !/^\d[\dsmhdw]*$/i.test(this.runs.words(run.from, run.to))) return false;
    return !this.runs.longestUpTo(to, run.to + 1, (one) => !this.startsWeak(one));
  }

  /** "Remind me 30 minutes yoga": in that time, or for so long. */
  protected isLoose(run: Run, { isCommand }: Layout): boolean {
    return !isCommand && run.phrase.shift?.bare === true && this.isLength(run) && run.phrase.placed.length === 1;
  }

  private isLength({ from, to }: Run): boolean {
    return /^\d+ (?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?)$/i.test(this.runs.words(from, to));
  }

  /** "Every Tu and Th at 10": a recurrence that was not understood would turn into a single time. */
  protected doubtWithin(run: Run, task: [number, number]): Understood | undefined {
    for (let at = task[0]; at < task[1]; at++) {
      const next = this.word(at + 1);
      // "The Everyday Cookbook".
      if (ARTICLES.has(this.word(at - 1)) && this.tokens[at]?.raw.toLowerCase() === 'everyday') continue;
      if (this.word(at) !== 'every' || !(this.language.temporal.has(next) || CLIPPED_DAY.test(next))) continue;
      return this.ask([run.when], this.runs.words(run.from, run.to), [task]);
    }
    return undefined;
  }

  /** "Check in 24 hours before my flight on Friday at 6pm": the time is that of the flight. */
  protected earlierWithin(run: Run, from: number): Understood | undefined {
    for (let at = from + 1; at < run.from; at++) {
      const pieces = this.runs.pieces(at);
      const piece = pieces.find(({ value, end }) => value.kind === 'before' && end < run.from);
      if (!piece || pieces.some(({ value, end }) => /^(?:date|shift)$/.test(value.kind) && end > piece.end)) continue;
      const { when } = this.joined(
        [
          [at, piece.end],
          [run.from, run.to],
        ],
        [],
      );
      return this.ask([when, run.when], this.runs.words(run.from, run.to), [[from, run.from]]);
    }
    return undefined;
  }

  /** "Call Bob at 5 and Ana at 6", "drop the kids at 8, pick up at 3": two times, each with its task. */
  protected oneOfTwo(run: Run, from: number): Understood | undefined {
    for (let at = from + 1; at < run.from - 1; at++) {
      const close = this.anotherAt(at, run.from);
      if (close && onlyTime(run))
        return this.ask([close.when, run.when], this.runs.words(run.from, run.to), [[from, run.from]]);
      if (!/^(?:at|on|tomorrow|today|tonight)$|^\d/.test(this.word(at)) && !Object.hasOwn(WEEKDAYS, this.word(at)))
        continue;
      const other = this.runs.longestFrom(
        at,
        run.from,
        (one) => !this.startsWeak(one) && (!this.endsWeak(one) || this.parts(one)) && one.to < run.from,
      );
      if (!other || !this.parts(other)) continue;
      const isAlike = onlyTime(other) === onlyTime(run) || hasTime(other) === hasTime(run);
      if (isAlike) return this.ask([other.when, run.when], this.runs.words(run.from, run.to), [[from, run.from]]);
    }
    return undefined;
  }

  /** "At 5 call Bob and at 6 call Ana": what begins another task, with a time of its own. */
  protected another(from: number, to: number): Run | undefined {
    for (let at = from + 1; at < to - 1; at++) {
      const close = this.anotherAt(at, to);
      if (close) return close;
      if (!/^(?:and|then|;|,)$/.test(this.word(at))) continue;
      const run = this.runs.longestFrom(at + 1, to, (one) => one.to < to && !this.startsWeak(one));
      const isDay = run && (this.language.task.deeds.has(this.word(run.to)) || hasTime(run));
      const first = this.word(at + 1);
      if (run && isDay && (STARTS.has(first) || /^\d/.test(first) || Object.hasOwn(WEEKDAYS, first))) return run;
    }
    return undefined;
  }

  /** "5pm call 6pm email": the same without a word between; a "4pm review" is a thing. */
  private anotherAt(at: number, to: number): Run | undefined {
    if (!/^\d/.test(this.word(at)) || OWNED.test(this.word(at - 1))) return undefined;
    const run = this.runs.longestFrom(
      at,
      to,
      (one) => onlyTime(one) && one.phrase.time?.clock?.exact === true && !this.startsWeak(one),
    );
    const next = run ? this.word(run.to) : '';
    const { deeds, events } = this.language.task;
    return deeds.has(next) && !events.has(next) ? run : undefined;
  }

  /** Whether another task begins behind a run. */
  private parts(run: Run): boolean {
    const isNext = /^(?:and|then|[,;])$/;
    if (isNext.test(this.word(run.to)) || isNext.test(this.word(run.to - 1))) return true;
    // "Call Bob at 5 about the meeting at 6".
    const isOpen = /^(?:about|re|regarding|because|with)$/.test(this.word(run.to));
    // "The 3pm call" is a thing.
    return (
      onlyTime(run) && !/^\d/.test(this.word(run.from)) && (isOpen || this.language.task.deeds.has(this.word(run.to)))
    );
  }

  /** Words about time that stand unread before the run, and dates elsewhere in the task, make its date doubtful. */
  protected doubtBefore(run: Run, from: number): Understood | undefined {
    const previous = this.word(run.from - 1);
    const words = this.runs.words(run.from, run.to);
    // A month says when only with a day: "call Jan at 10".
    const isUnread =
      onlyTime(run) &&
      this.language.temporal.has(previous) &&
      !Object.hasOwn(MONTHS, previous) &&
      !this.isCalledSo(run.from - 1) &&
      !this.lasts(run.from, from);
    // "For 2 Mondays and Thursdays": the first of a list was not read.
    const isListed = this.language.joins.has(previous) && this.language.temporal.has(this.word(run.from - 2));
    // "Call Bob in 1:30": no "log in at 5".
    const isLength = previous === 'in' && /^(?:\d|about|~)/.test(this.word(run.from)) && !/[ap]\.?m/i.test(words);
    if (this.isTie(run.from - 1) || this.counts(run.from - 1) || isUnread || isListed || isLength)
      return this.ask([run.when], words, [[from, run.from]]);
    if (!onlyTime(run)) return undefined;
    const during = this.during(run, from);
    if (during) return this.ask([during, run.when], words, [[from, run.from]]);
    const dashed = this.word(from).replace(/^(\d\d?)-(\d\d?)$/, '$1/$2');
    // "12-7 oil change 4pm".
    if (dashed !== this.word(from) && run.from > from + 1) {
      const dated = parseWhen(`${dashed} ${words}`, this.ctx);
      if (dated.kind !== 'reject') return this.ask([dated, run.when], words, [[from, run.from]]);
    }
    const owned = this.ofOwnDay(run, from);
    if (owned) return this.ask([owned, run.when], words, [[from, run.from]]);
    for (let at = this.digitsAt(from) ? from : from + 1; at < run.from; at++) {
      const last = this.strongDate(at, run.from) ?? this.bareDay(at, run.from) ?? this.digitsAt(at);
      if (!last) continue;
      // "The day after tomorrow" begins before its "tomorrow".
      const other = this.runs.longestUpTo(last.to, from + 1, (one) => this.saysDay(one) && !hasTime(one)) ?? last;
      const both = this.joined(
        [
          [other.from, other.to],
          [run.from, run.to],
        ],
        [
          [from, other.from],
          [other.to, run.from],
        ],
      );
      const isCertain = both.when.kind === 'once' || both.when.kind === 'recurring';
      if (isCertain && this.isApart(other, run.from)) return both;
      return this.ask([both.when, run.when], words, [[from, run.from]]);
    }
    return undefined;
  }

  /** "Prep for my 3pm at 2", "the 3 o'clock with HR at 2": what is called by its hour, and the people. */
  private isCalledSo(at: number): boolean {
    if (this.tokens[at]?.raw === 'HR') return true;
    return /^(?:am|pm|o'clock)$/.test(this.word(at)) && /^(?:the|my|our|his|her|their)$/.test(this.word(at - 2));
  }

  /** "Take antibiotics for 7 days at 9": on each of them, or once what is for so many. */
  protected during(run: Run, from: number): When | undefined {
    for (let at = run.from - 1; at >= from; at--) {
      if (this.word(at) !== 'for') continue;
      const piece = this.runs.pieces(at).find(({ end, value }) => end === run.from && value.kind === 'shift');
      const span = piece?.value.kind === 'shift' ? piece.value.span : undefined;
      if (!span || span.milliseconds > 0) return undefined;
      const day = span.workdays > 0 ? 'weekday' : 'day';
      const count = span.workdays > 0 ? `for ${span.workdays} times` : this.runs.words(at, run.from);
      return readPhrase(`every ${day} ${this.runs.words(run.from, run.to)} ${count}`, this.ctx);
    }
    return undefined;
  }

  /** "Tomorrow's meeting at 3": the time of the event, where that is another. */
  private ofOwnDay(run: Run, from: number): When | undefined {
    const day = /^(.+)'s$/.exec(this.word(from))?.[1];
    if (day === undefined || !this.language.temporal.has(day) || !this.endsInEvent(from + 2)) return undefined;
    const when = readPhrase(`${day} ${this.runs.words(run.from, run.to)}`, this.ctx);
    return when && when.kind !== 'reject' && !isSameWhen(when, run.when) ? when : undefined;
  }

  /** Whether a word leaves it unsaid which time is meant; "late in 20 minutes" and "past at 5" do not. */
  protected isTie(at: number): boolean {
    const word = this.word(at);
    const next = this.word(at + 1);
    if (isNumbering(word, next) || (DAY_NAMES.has(word) && isDayName(next))) return true;
    // "The eve of April 5", "2nd week of April".
    if (word === 'of' && this.language.temporal.has(this.word(at - 1))) return true;
    if (word === 'of' && this.word(at - 1) === 'eve') return true;
    // "Some time next week", "last thing tonight".
    if (/^(?:time|thing)$/.test(word) && /^(?:some|any|last)$/.test(this.word(at - 1))) return true;
    // "Any day but Sunday".
    if (word === 'but' && /^(?:day|time|week|weekday)$/.test(this.word(at - 1))) return true;
    return TIES.has(word) && !(LOOSE_TIES.has(word) && /^(?:at|in|by)$/.test(this.word(at + 1)));
  }

  /** Whether a length of time ends here ("a fortnight on Tuesday"), so that the date counts from there. */
  protected counts(at: number): boolean {
    if (NUMBERS.has(this.word(at)) && PLURALS.test(this.word(at + 1))) return true;
    const joins = /^(?:on|from|after|before|of)$/.test(this.word(at + 1));
    const isElapsed = /^(?:on|of)$/.test(this.word(at + 1)) && /^(?:second|minute|hour)$/.test(this.word(at));
    if (!joins || isElapsed) return false;
    return this.language.temporal.has(this.word(at)) && /^(?:an?|one|\d+)$/.test(this.word(at - 1));
  }

  /** Whether "for half an hour" ends at `to`: how long the task takes. */
  protected lasts(to: number, limit: number): boolean {
    for (let at = to - 1; at > limit; at--)
      if (
        this.word(at) === 'for' &&
        this.runs.pieces(at).some(({ end, value }) => end === to && value.kind === 'shift')
      )
        return true;
    return false;
  }
}

/** The first instant that is meant. */
function firstOf(when: Once | Recurring): number | undefined {
  return (when.kind === 'once' ? when.at : when.next[0])?.getTime();
}

const isDayName = (word: string): boolean => Object.hasOwn(WEEKDAYS, word) || HOLIDAY_WORDS.test(word);
const HOLIDAY_WORDS = /^(?:christmas|new|easter|thanksgiving|monday)$/;

/** What people clip the days of the week to, or count. */
const CLIPPED_DAY = /^(?:m|mo|t|tu|th|w|we|r|f|fr|s|sa|su|\d.*)$/;

/** "In two Mondays" is no series. */
const PLURALS = /^(?:mon|tues|wednes|thurs|fri|satur|sun)days$|^week(?:day|end)s$/;

/** Words that belong to a time, and leave it unsaid which, when they stand unread before one. */
const TIES = new Set(
  'every next until before except starting past half between since per last not early late mid middle sometime anytime whenever or'.split(
    ' ',
  ),
);

/** What is counted, or goes on with a number. */
const THINGS = /^(?:people|men|women|children|kids|on|of|\w{2,}[^\Ws]s)$/;

/** What makes a time that of a thing, or of what is said of it. */
const OWNED = /^(?:the|a|an|my|our|his|her|their|your|about|for|of|to|from|this|that|every)$/;

const ARTICLES = new Set('the a an my our his her their your some'.split(' '));

/** Of these, the ones that say nothing of a time with a word of its own: "I'm late at 5". */
const LOOSE_TIES = new Set('late early last past half middle mid start starting per'.split(' '));
