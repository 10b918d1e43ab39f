import { MONTHS, WEEKDAYS } from './lang/en-words.ts';
import type { Layout } from './layout.ts';
import { DAY_NAMES, isNumbering, isUnreadTime, saysClock } from './leftover.ts';
import { hideNames } from './names.ts';
import { parseWhen, readPhrase, withWords } from './parse.ts';
import type { Run } from './runs.ts';
import { SentenceEnds } from './sentence-ends.ts';
import { hasTime, isSameWhen, NUMBERS, onlyTime, type Understood } from './sentence-parts.ts';
import { whichOne } from './texts.ts';
import { tokenise } from './tokens.ts';
import type { Once, Recurring, When } from './types.ts';

/** What makes it doubtful that a stretch says when, or that it says all of it: then a person is asked. */
export class SentenceDoubts extends SentenceEnds {
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
      // A fraction has no zero in front, and its parts are small.
      const isDate = at === from && words.split(/\D/).some((part) => Number(part) > 12 || part.startsWith('0'));
      return isDate ? this.result(run.when, words, [rest]) : this.ask([run.when], words, [rest]);
    }
    return undefined;
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
    const isDate =
      isClose ||
      // "An oil change 12/7 at 4pm": no fraction.
      (first > second && second > 0 && at > from && !labels.has(before) && !cultural.has(before)) ||
      this.word(at)
        .split(/\D/)
        .some((number) => Number(number) > 12);
    return isDate
      ? this.result(longer.when, words, [[from, at], ...after])
      : this.ask([longer.when, run.when], words, [[from, at], ...after]);
  }

  /** "Read John 3:16 tomorrow": digits behind a name may be no time. */
  protected isVerse(run: Run, from: number): boolean {
    const minute = /^\d{1,2}:(\d\d)$/.exec(this.word(run.from))?.[1];
    if (minute === undefined || Number(minute) % 5 === 0 || run.from - 1 <= from) return false;
    return /^\p{Lu}\p{Ll}/u.test(this.tokens[run.from - 1]?.raw ?? '');
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

  /** "9h". */
  protected isHours(at: number): boolean {
    return /^\d{1,2}$/.test(this.word(at)) && this.word(at + 1) === 'h';
  }

  /** "Call Bob at 5 and Ana at 6": two times, each with its task. */
  protected oneOfTwo(run: Run, from: number): Understood | undefined {
    for (let at = from + 1; at < run.from - 2; at++) {
      if (!/^(?:at|on|tomorrow|today|tonight)$/.test(this.word(at))) continue;
      const other = this.runs.longestFrom(at, run.from, (one) => !this.startsWeak(one) && !this.endsWeak(one));
      if (!other || other.to === run.from || (this.word(other.to) !== 'and' && this.word(other.to - 1) !== 'and'))
        continue;
      const isAlike = onlyTime(other) === onlyTime(run) || hasTime(other) === hasTime(run);
      if (isAlike) return this.ask([other.when, run.when], this.runs.words(run.from, run.to), [[from, run.from]]);
    }
    return undefined;
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
      !this.lasts(run.from, from);
    // "For 2 Mondays and Thursdays": the first of a list was not read.
    const isListed = this.language.joins.has(previous) && this.language.temporal.has(this.word(run.from - 2));
    if (this.isTie(run.from - 1) || this.counts(run.from - 1) || isUnread || isListed)
      return this.ask([run.when], words, [[from, run.from]]);
    if (!onlyTime(run)) return undefined;
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
  'every next until before except starting past half between since per last not early late mid middle sometime or'.split(
    ' ',
  ),
);

const CLOCK_UNITS = /^(?:uhr|h|am|pm|hour|o'clock|[.!?])$/;

/** What is counted, or goes on with a number. */
const THINGS = /^(?:people|men|women|children|kids|on|of|\w{2,}[^\Ws]s)$/;

const ARTICLES = new Set('the a an my our his her their your some'.split(' '));

/** Of these, the ones that say nothing of a time with a word of its own: "I'm late at 5". */
const LOOSE_TIES = new Set('late early last past half middle mid start starting per'.split(' '));
