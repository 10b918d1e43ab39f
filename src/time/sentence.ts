import { english } from './lang/en.ts';
import type { Language } from './lang/language.ts';
import { explain, parseWhen, readPhrase, readRule, withWords } from './parse.ts';
import type { DateSpec, Piece } from './pieces.ts';
import { isDoubtful, isWeak, type Run, Runs } from './runs.ts';
import { noTime, tooLong, unknownZone, whichOne } from './texts.ts';
import { type Token, tokenise } from './tokens.ts';
import type { Reading, SplitTask, When, WhenContext } from './types.ts';
import { isZone } from './zones.ts';

/** A sentence understood: when, and what. */
export interface Understood {
  when: When;
  /** The words that say when, as written; undefined when there are none. */
  words: string | undefined;
  /** The rest in the person's own spelling; empty when the sentence only says when. */
  task: string;
}

/** A longer message is no reminder. */
const LONGEST_SENTENCE = 4_000;

const ANYWHERE: WhenContext = { now: new Date(0), zone: 'UTC' };

/** `understand`, for who only wants the sentence taken apart. */
export function splitTask(text: string, ctx: WhenContext = ANYWHERE): SplitTask {
  const { words, task } = understand(text, ctx);
  return { when: words, task };
}

/**
 * Takes a whole sentence: "remind me about the 9am meeting tomorrow at 8am" fires at 8, and its task is "the 9am
 * meeting". Where it is not certain which of its words say when, the answer is a question. Never throws.
 */
export function understand(text: string, ctx: WhenContext): Understood {
  if (text.length > LONGEST_SENTENCE) return { when: tooLong(), words: undefined, task: '' };
  if (!isZone(ctx.zone)) return { when: unknownZone(ctx.zone), words: undefined, task: text.trim() };
  const whole = readRule(text, ctx) ?? readPhrase(text, ctx);
  if (whole) return { when: whole, words: text.trim(), task: '' };
  return new Sentence(text, ctx, english).understand();
}

/** Where the pieces of a sentence stand, by token. */
interface Layout {
  /** What stands before "remind me". */
  head: [number, number];
  /** What stands after it. */
  body: [number, number];
  /** The last word of the lead: "to", "about", or none. */
  connector: string;
  hasLead: boolean;
  /** How often, where the lead says it ("a daily reminder"); else empty. */
  cadence: string;
}

class Sentence {
  private readonly text: string;
  private readonly ctx: WhenContext;
  private readonly language: Language;
  private readonly tokens: Token[];
  private readonly runs: Runs;

  constructor(text: string, ctx: WhenContext, language: Language) {
    this.text = text;
    this.ctx = ctx;
    this.language = language;
    this.tokens = ends(tokenise(text, language));
    this.runs = new Runs(text, this.tokens, ctx, language);
  }

  understand(): Understood {
    const layout = this.layout();
    const understood = this.again(this.read(layout), layout);
    if (this.runs.isExhausted) return this.nothing([0, this.tokens.length]);
    const { when, task, words } = understood;
    const isCertain = when.kind === 'once' || when.kind === 'recurring';
    // "End of tomorrow", "on the hour …": what is left is no task but more of the time.
    if (!isCertain || task === '' || !(this.isAboutTime(task) || this.isBeside(task))) return understood;
    return { when: withWords(whichOne([{ words: '', when }]), this.ctx), words, task };
  }

  /** "The night before the trip": what is left counts from the moment that was read. */
  private isBeside(task: string): boolean {
    const [first, second, third] = tokenise(task, this.language).map(({ text }) => text);
    const [unit = '', tie = ''] = first === 'the' ? [second, third] : [first, second];
    return this.language.temporal.has(unit) && (tie === 'before' || tie === 'after');
  }

  private isAboutTime(task: string): boolean {
    return tokenise(task, this.language).every(
      ({ text }) => this.language.temporal.has(text) || TIES.has(text) || UNREAD.has(text) || AROUND.has(text),
    );
  }

  /** "Set a daily alarm for 6:30": how often stands before the alarm. */
  private again(understood: Understood, { cadence }: Layout): Understood {
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

  private read(layout: Layout): Understood {
    const { head, body } = layout;
    const before = head[1] > head[0] ? this.runs.exactly(...this.trimmed(head)) : undefined;
    // "I must call Bob, remind me tomorrow at 9": the task stands first.
    if (head[1] > head[0] && !before)
      return this.taskFirst(layout) ?? this.plain({ ...layout, body: [head[0], body[1]] });
    if (before) return this.ledBy(before, layout);
    return this.plain(layout);
  }

  // --- the parts of the sentence -------------------------------------------------------------------------------

  private word(at: number): string {
    return this.tokens[at]?.text ?? '';
  }

  /** Courtesies and signs at the ends are no part of a stretch. */
  private trimmed([from, to]: [number, number]): [number, number] {
    let [start, end] = [from, to];
    while (start < end && this.isFiller(start, this.language.openers)) start++;
    while (end > start && this.isFiller(end - 1, this.language.closers)) end--;
    return [start, end];
  }

  private isFiller(at: number, courtesies: ReadonlySet<string>): boolean {
    return courtesies.has(this.word(at)) || /^[,.!;:?-]$/.test(this.word(at));
  }

  private layout(): Layout {
    const [from, to] = this.trimmed([0, this.tokens.length]);
    for (let at = from; at < to; at++) {
      const { length, cadence } = this.leadAt(at);
      if (length === 0) continue;
      const start = at + length;
      const connector = this.language.connectors.has(this.word(start - 1)) ? this.word(start - 1) : '';
      return {
        head: this.afterAsking(from, at) === at ? [at, at] : this.trimmed([from, at]),
        body: this.trimmed([start, to]),
        connector,
        hasLead: true,
        cadence,
      };
    }
    return { head: [from, from], body: [from, to], connector: '', hasLead: false, cadence: '' };
  }

  /** "Can you please …" is no part of the task. */
  private afterAsking(from: number, to: number): number {
    let at = from;
    while (at < to && (ASKING.has(this.word(at)) || this.isFiller(at, this.language.openers))) at++;
    return at;
  }

  /** How many words of "remind me to" begin here; the longest form counts. A reminder may be a daily one. */
  private leadAt(at: number): { length: number; cadence: string } {
    let longest = { length: 0, cadence: '' };
    for (const lead of this.language.leads) {
      let cadence = '';
      let to = at;
      const fits = lead.every((word) => {
        if (ALARMS.has(word) && this.language.cadences.has(this.word(to))) cadence = this.word(to++);
        const token = this.tokens[to++];
        if (word === 'a' && token?.text === 'an') return true;
        // "Around 10" says when, "about the meeting" does not.
        return token?.text === word && (word !== 'about' || token.raw.toLowerCase() === word);
      });
      if (fits && to - at > longest.length) longest = { length: to - at, cadence };
    }
    return longest;
  }

  // --- its ways ------------------------------------------------------------------------------------------------

  private taskFirst({ head, body }: Layout): Understood | undefined {
    const run = this.runs.exactly(...body);
    if (run) return this.result(run.when, this.runs.words(...body), [head]);
    const [early] = this.runs.pieces(body[0]);
    if (early?.value.kind !== 'before' || early.end !== body[1]) return undefined;
    // "Call Bob at 3pm, remind me 10 minutes before".
    const moment = this.runs.longestUpTo(
      head[1],
      head[0],
      (one) => !isWeak(one.phrase.placed[0] ?? NO_PIECE, this.tokens),
    );
    return moment && this.joined([body, [moment.from, moment.to]], [head]);
  }

  /** "In 3 hours remind me to buy 2 tickets". */
  private ledBy(run: Run, { body, connector }: Layout): Understood {
    return this.completed(run, body, connector);
  }

  private plain(layout: Layout): Understood {
    const [from, to] = layout.body;
    if (from >= to) return { when: noTime(), words: undefined, task: '' };
    const whole = this.runs.exactly(from, to);
    if (whole && layout.hasLead) return this.result(whole.when, this.runs.words(from, to), []);
    const early = this.beforeEvent(layout.body);
    if (early) return early;
    const leading = layout.connector === '' || layout.connector === 'for' ? this.leading(layout) : undefined;
    if (leading) return leading;
    return this.trailing(layout) ?? this.middle(layout.body) ?? this.nothing(layout.body);
  }

  /** "30 minutes before my meeting at 3pm". */
  private beforeEvent([from, to]: [number, number]): Understood | undefined {
    const piece = this.runs.pieces(from).find(({ value }) => value.kind === 'before');
    if (!piece) return undefined;
    // "Two days before Christmas to …": the moment is named at once.
    const whole = this.runs.longestFrom(from, to, (run) => this.language.connectors.has(this.word(run.to)));
    if (whole) return undefined;
    const after = this.runs.longestUpTo(to, piece.end, (run) => !this.startsWeak(run));
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

  private clockWithin(from: number, to: number): Run | undefined {
    for (let at = from; at < to; at++) {
      const run = this.runs.longestFrom(at, to, (one) => this.isClock(one) && !this.startsBare(one));
      if (run) return run;
    }
    return undefined;
  }

  private isClock({ phrase }: Run): boolean {
    return phrase.time?.clock !== undefined || phrase.dates.length > 0;
  }

  private startsBare(run: Run): boolean {
    return run.phrase.time?.clock?.weak === true && run.phrase.dates.length === 0;
  }

  private leading(layout: Layout): Understood | undefined {
    const [from, to] = layout.body;
    const run = this.runs.longestFrom(from, to, (one) => {
      const followed = this.language.connectors.has(this.word(one.to));
      if (followed) return !this.startsWeakly(one);
      return (!this.startsWeak(one) || this.isDated(one, layout) || this.isCompact(one, to)) && !this.endsWeak(one);
    });
    if (!run) return undefined;
    const connector = this.language.connectors.has(this.word(run.to)) ? this.word(run.to) : '';
    const doubt = connector === '' ? this.doubtAfter(run, to, layout.hasLead) : undefined;
    if (doubt) return doubt;
    const rival = layout.hasLead ? undefined : this.rival(run, to, connector);
    if (rival) return this.ask([run.when, rival.when], this.runs.words(rival.from, rival.to), [[from, rival.from]]);
    return this.completed(run, [connector === '' ? run.to : run.to + 1, to], connector);
  }

  /** "Remind me 12/24 6pm wrap presents": a date in digits and a time, where the time belongs. */
  private isDated(run: Run, { hasLead }: Layout): boolean {
    const piece = this.runs.first(run)?.piece;
    const date = piece?.kind === 'date' ? piece.date : undefined;
    const isWhole = date?.type === 'numeric' || (date?.type === 'monthday' && date.month !== undefined);
    return hasLead && isWhole && hasTime(run);
  }

  /** "2h30m laundry", where nothing else says when. */
  private isCompact(run: Run, to: number): boolean {
    if (run.phrase.shift === undefined || run.phrase.placed.length > 1) return false;
    if (!/^(?:\d+[smhdw])+$/i.test(this.runs.words(run.from, run.to))) return false;
    return !this.runs.longestUpTo(to, run.to + 1, (one) => !this.startsWeak(one));
  }

  /** "May 4th movie night: buy popcorn tomorrow at 5pm": the date in front may be that of the event. */
  private rival(run: Run, to: number, connector: string): Run | undefined {
    if (hasTime(run) || run.phrase.dates.length === 0 || /\w/.test(connector)) return undefined;
    return this.runs.longestUpTo(
      to,
      run.to + 1,
      (one) => one.phrase.dates.length > 0 && hasTime(one) && !this.startsWeak(one),
    );
  }

  /** After "at 5 to …" even a bare hour is a time; after "5 to …" it is not. */
  private startsWeakly(run: Run): boolean {
    const first = this.runs.first(run);
    if (first === undefined || !isWeak(first, this.tokens) || this.isShift(run)) return false;
    // "March for Life": a month by itself may be a name or a deed.
    return first.piece.kind !== 'date' || isVagueMonth(first.piece.date);
  }

  private isShift(run: Run): boolean {
    return run.phrase.shift !== undefined;
  }

  private startsWeak(run: Run): boolean {
    const first = this.runs.first(run);
    return first !== undefined && isWeak(first, this.tokens);
  }

  private endsWeak(run: Run): boolean {
    const last = this.runs.last(run);
    if (last === undefined) return false;
    // "In 5" is a number of minutes only where nothing follows that it could count.
    if (last.piece.kind === 'shift') return /^\d+$/.test(this.word(last.to - 1)) || NUMBERS.has(this.word(last.to - 1));
    return run.phrase.placed.length > 1 && isWeak(last, this.tokens) && last.piece.kind === 'time';
  }

  /** "Tomorrow 9 call mom": the number may be the hour or belong to the task. */
  private doubtAfter(run: Run, to: number, hasLead: boolean): Understood | undefined {
    const next = this.word(run.to);
    // "9am in Atlantis": a zone that is not known is no task.
    if (this.language.temporal.has(next) || (!hasLead && UNREAD.has(next)))
      return this.ask([run.when], this.runs.words(run.from, run.to), [[run.to, to]]);
    const longer = this.runs.longestFrom(
      run.from,
      Math.min(to, run.to + 3),
      (one) => one.to > run.to && this.endsWeak(one),
    );
    if (!longer) return undefined;
    return this.ask([longer.when, run.when], this.runs.words(longer.from, longer.to), [[longer.to, to]]);
  }

  /** A run before the task, and what the end of the task adds to it. */
  private completed(run: Run, task: [number, number], connector: string): Understood {
    const words = this.runs.words(run.from, run.to);
    const [from, to] = this.trimmed(task);
    const limited = this.limited(run, from, to);
    if (limited) return limited;
    const end = this.runs.longestUpTo(to, from + 1, (one) => !this.startsWeak(one) && !this.isAttribute(one));
    const isOpen = !hasTime(run) && end !== undefined && onlyTime(end);
    const isUndated = onlyTime(run) && end !== undefined && !hasTime(end) && end.phrase.recurs.length === 0;
    if (end && (isOpen || (onlyTime(run) && end.phrase.recurs.length > 0 && !hasTime(end)))) {
      const both = this.joined(
        [
          [run.from, run.to],
          [end.from, end.to],
        ],
        [[from, end.from]],
      );
      // "Remind me tomorrow about the meeting at 3pm": that is when the meeting is.
      if (connector !== 'about' && connector !== 'of' && run.phrase.shift === undefined) return both;
      return this.ask([run.when, both.when], words, [[from, to]]);
    }
    if (end && isUndated) {
      const both = this.joined(
        [
          [run.from, run.to],
          [end.from, end.to],
        ],
        [[from, end.from]],
      );
      return this.ask([run.when, both.when], words, [[from, to]]);
    }
    return this.result(run.when, words, [[from, to]]);
  }

  /** "Every day to take pills until Friday": where the series ends may stand at the end of the task. */
  private limited(run: Run, from: number, to: number): Understood | undefined {
    if (run.phrase.recurs.length === 0) return undefined;
    for (let at = Math.max(from + 1, run.to); at < to; at++) {
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

  /** "Move it to 3pm", "a table for 8", "the 9am train": times of the task, not of the reminder. */
  private isAttribute(run: Run): boolean {
    if (!onlyTime(run)) return false;
    const first = this.word(run.from);
    return first === 'for' || first === 'from' || (!PREPOSITIONS.has(first) && BELONGS.has(this.word(run.from - 1)));
  }

  private trailing({ body: [from, to] }: Layout): Understood | undefined {
    const run = this.runs.longestUpTo(to, from + 1, (one) => !this.startsWeak(one));
    if (!run) return undefined;
    const words = this.runs.words(run.from, run.to);
    const task: [number, number] = [from, run.from];
    const first = this.runs.first(run);
    const shorter = first && isDoubtful(first, this.tokens) ? this.runs.exactly(first.to, to) : undefined;
    if (shorter) return this.ask([run.when, shorter.when], words, [task]);
    // "… every day with food until Friday": the day is the end of a series in mid-sentence.
    const series = ENDS.has(this.word(run.from - 1)) ? this.middle([from, to]) : undefined;
    if (series?.when.kind === 'recurring') return series;
    const bare = this.withBareHour(run, from);
    if (bare) return bare;
    const doubt = this.doubtBefore(run, from) ?? this.doubtWithin(run, task);
    if (doubt) return doubt;
    if (this.isAttribute(run)) return this.ask([run.when], words, [[from, to]]);
    return this.result(run.when, words, [task]);
  }

  /** "Every Tu and Th at 10": a recurrence that was not understood would turn into a single time. */
  private doubtWithin(run: Run, task: [number, number]): Understood | undefined {
    for (let at = task[0]; at < task[1]; at++) {
      const next = this.word(at + 1);
      if (this.word(at) !== 'every' || !(this.language.temporal.has(next) || CLIPPED_DAY.test(next))) continue;
      return this.ask([run.when], this.runs.words(run.from, run.to), [task]);
    }
    return undefined;
  }

  /** "Dentist 3 tomorrow": the number may be the hour. */
  private withBareHour(run: Run, from: number): Understood | undefined {
    if (run.from - 1 <= from || hasTime(run)) return undefined;
    const number = Number(this.word(run.from - 1));
    if (!Number.isInteger(number) || number < 1 || number > 12) return undefined;
    const longer = this.runs.exactly(run.from - 1, run.to);
    return longer && this.ask([longer.when, run.when], this.runs.words(longer.from, longer.to), [[from, longer.from]]);
  }

  /** Words about time that stand unread before the run, and dates elsewhere in the task, make its date doubtful. */
  private doubtBefore(run: Run, from: number): Understood | undefined {
    const previous = this.word(run.from - 1);
    const words = this.runs.words(run.from, run.to);
    const isUnread = onlyTime(run) && this.language.temporal.has(previous) && !this.lasts(run.from, from);
    if (TIES.has(previous) || this.counts(run.from - 1) || isUnread)
      return this.ask([run.when], words, [[from, run.from]]);
    if (!onlyTime(run)) return undefined;
    for (let at = from + 1; at < run.from; at++) {
      const other = this.strongDate(at, run.from);
      if (!other) continue;
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
      return this.ask([both.when, run.when], words, [[from, run.from]]);
    }
    return undefined;
  }

  /** Whether a length of time ends here ("a fortnight on Tuesday"), so that the date counts from there. */
  private counts(at: number): boolean {
    if (NUMBERS.has(this.word(at)) && PLURALS.test(this.word(at + 1))) return true;
    const joins = /^(?:on|from|after|before|of)$/.test(this.word(at + 1));
    const isElapsed = /^(?:on|of)$/.test(this.word(at + 1)) && /^(?:second|minute|hour)$/.test(this.word(at));
    if (!joins || isElapsed) return false;
    return this.language.temporal.has(this.word(at)) && /^(?:an?|one|\d+)$/.test(this.word(at - 1));
  }

  /** Whether "for half an hour" ends at `to`: how long the task takes. */
  private lasts(to: number, limit: number): boolean {
    for (let at = to - 1; at > limit; at--)
      if (
        this.word(at) === 'for' &&
        this.runs.pieces(at).some(({ end, value }) => end === to && value.kind === 'shift')
      )
        return true;
    return false;
  }

  /** A date in mid-sentence that is no mere attribute ("on Friday", but not "the Friday meeting"). */
  private strongDate(at: number, to: number): Run | undefined {
    if (!STARTS.has(this.word(at))) return undefined;
    return this.runs.longestFrom(
      at,
      to,
      (run) => run.phrase.dates.length > 0 && !this.startsWeak(run) && !this.endsWeak(run),
    );
  }

  private middle([from, to]: [number, number]): Understood | undefined {
    const found: Run[] = [];
    for (let at = from + 1; at < to; at++) {
      const run = this.runs.longestFrom(at, to, (one) => {
        const isMarked = STARTS.has(this.word(at)) || one.phrase.recurs.length > 0 || one.phrase.dates.length > 0;
        return isMarked && !this.startsWeak(one) && !this.endsWeak(one);
      });
      if (!run) continue;
      found.push(run);
      at = run.to - 1;
    }
    const [first, second] = found;
    if (!first) return this.attribute([from, to]);
    const limited = this.limited(first, from, to);
    if (limited) return limited;
    const rest: [number, number][] = [
      [from, first.from],
      [first.to, to],
    ];
    if (!second) {
      const unread =
        this.language.temporal.has(this.word(first.to)) ||
        TIES.has(this.word(first.from - 1)) ||
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

  private mentions(from: number, to: number, words: ReadonlySet<string>): boolean {
    return this.tokens.slice(from, to).some(({ text }) => words.has(text));
  }

  /** "Remind me about the 9am meeting": a time, but that of the meeting. */
  private attribute([from, to]: [number, number]): Understood | undefined {
    for (let at = from; at < to; at++) {
      const run = this.runs.longestFrom(at, to, (one) => this.isClock(one) && !this.startsWeak(one));
      if (run) return this.ask([run.when], this.runs.words(run.from, run.to), [[from, to]]);
    }
    return undefined;
  }

  private nothing([from, to]: [number, number]): Understood {
    const task = this.taskOf([[from, to]]);
    return { when: explain(task), words: undefined, task };
  }

  // --- answers -------------------------------------------------------------------------------------------------

  /** Two stretches read as one phrase, in this order. */
  private joined(stretches: [number, number][], rest: [number, number][]): Understood {
    const words = stretches.map(([from, to]) => this.runs.words(from, to)).join(' ');
    return { when: parseWhen(words, this.ctx), words, task: this.taskOf(rest) };
  }

  private result(when: When, words: string, rest: [number, number][]): Understood {
    return { when, words, task: this.taskOf(rest) };
  }

  private ask(whens: When[], words: string, rest: [number, number][]): Understood {
    const found: Reading[] = whens.flatMap((when): Reading[] =>
      when.kind === 'ambiguous' ? when.readings : when.kind === 'reject' ? [] : [{ words: '', when }],
    );
    const when = found.length > 0 ? withWords(whichOne(found), this.ctx) : (whens[0] ?? noTime());
    return { when, words, task: this.taskOf(rest) };
  }

  /** The stretches as written, without the words and signs that tied them to the time. */
  private taskOf(stretches: readonly [number, number][]): string {
    const words = stretches
      .filter(([from, to]) => from < to)
      .map(([from, to], index) => this.stretch(from, to, index === 0));
    return words
      .filter((one) => one !== '')
      .join(' ')
      .replace(/[\s,;:.-]+$/, '')
      .trim();
  }

  private stretch(from: number, to: number, first: boolean): string {
    let start = from;
    while (start < to && (this.isSign(start) || (first && TASK_LEADS.has(this.word(start))))) start++;
    let end = to;
    while (end > start && /^[,;:-]$/.test(this.word(end - 1))) end--;
    return start < end ? this.text.slice(this.tokens[start]?.start, this.tokens[end - 1]?.end) : '';
  }

  private isSign(at: number): boolean {
    return /^[,.;:!-]$/.test(this.word(at));
  }
}

/** A time stands at the beginning or the end of a long message; what lies between is one word that says nothing. */
function ends(tokens: Token[]): Token[] {
  if (tokens.length <= 2 * AT_EACH_END) return tokens;
  const [first, last] = [tokens[AT_EACH_END], tokens.at(-AT_EACH_END - 1)];
  if (!first || !last) return tokens;
  const between = { text: '', start: first.start, end: last.end, raw: '', glued: false };
  return [...tokens.slice(0, AT_EACH_END), between, ...tokens.slice(-AT_EACH_END)];
}

const AT_EACH_END = 32;

const NO_PIECE = { from: 0, to: 0, piece: { kind: 'note' as const } };

/** What may be daily or weekly. */
const ALARMS = new Set(['reminder', 'alarm']);

/** Words of a request before "remind me". */
const ASKING = new Set(
  "can could would will you please i'd i would like want need to hey hi so and also just".split(' '),
);

const NUMBERS = new Set(
  'one two three four five six seven eight nine ten fifteen twenty thirty forty fifty'.split(' '),
);

/** What people clip the days of the week to, or count. */
const CLIPPED_DAY = /^(?:m|mo|t|tu|th|w|we|r|f|fr|s|sa|su|\d.*)$/;

/** "In two Mondays" is no series. */
const PLURALS = /^(?:mon|tues|wednes|thurs|fri|satur|sun)days$|^week(?:day|end)s$/;

/** What may begin a time in mid-sentence. */
const STARTS = new Set(
  'at on in by every tomorrow today tonight next this from starting daily weekly monthly within after before'.split(
    ' ',
  ),
);

/** Words that belong to a time, and leave it unsaid which, when they stand unread before one. */
const TIES = new Set(
  'every next until before except starting past half between since per last not early late mid end middle sometime or'.split(
    ' ',
  ),
);

/** Words that would go on saying when, after a time that opens a sentence. */
const UNREAD = new Set('in on at until except for before after from between or of time'.split(' '));

/** What a series may be limited by, apart from it. */
const LIMITS: ReadonlySet<Piece['kind']> = new Set<Piece['kind']>([
  'until',
  'lasting',
  'count',
  'except',
  'start',
  'range',
]);
const ENDS = new Set('until except starting through'.split(' '));

/** What a time of the reminder begins with. */
const PREPOSITIONS = new Set('at by about in on this ~ exactly'.split(' '));
/** Words that bind a time to what stands before it. */
const BELONGS = new Set('to of the a an my our his her their your for from than'.split(' '));

const AROUND = new Set(
  'the this that a an of about around by late early lunch start begin last first second'.split(' '),
);

/** Connectors that do not belong to the task. */
const TASK_LEADS = new Set(['to', 'that', 'about', 'of']);

function isVagueMonth(date: DateSpec): boolean {
  return date.type === 'period' && date.vague === true;
}

function hasTime({ phrase }: Run): boolean {
  const { time, times, range, shift } = phrase;
  return (
    time?.clock !== undefined ||
    time?.part !== undefined ||
    times !== undefined ||
    range !== undefined ||
    isElapsedShift(shift)
  );
}

function isElapsedShift(shift: Run['phrase']['shift']): boolean {
  return shift !== undefined && shift.span.milliseconds > 0;
}

/** A clock time and nothing else. */
function onlyTime({ phrase }: Run): boolean {
  const { dates, recurs, shift, before, days, time, times, range } = phrase;
  const isTimed = time?.clock !== undefined || times !== undefined || range !== undefined || time?.part !== undefined;
  return isTimed && dates.length === 0 && recurs.length === 0 && !shift && !before && !days && time?.today !== true;
}
