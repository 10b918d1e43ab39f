import { english } from '../lang/en.ts';
import { type Layout, layoutOf, trimmed } from '../layout.ts';
import type { Match } from '../match.ts';
import { hideNames } from '../names.ts';
import { effort, isExhausted, parseWhen, readStretch, whichOf } from '../parse.ts';
import { type Phrase, type Placed, type Words, wordsOf } from '../phrase.ts';
import type { Clock, DateSpec, Piece } from '../pieces.ts';
import { isSameWhen } from '../readings.ts';
import { endsOf, type Stretch, type Token, wordAt } from '../tokens.ts';
import type { When, WhenContext } from '../types.ts';
import { isWeak } from './weak.ts';
import { BELONGS, NUMBERS, OF, PREPOSITIONS, THINGS, THREE_DIGITS } from './words.ts';

/** A sentence understood: when, and what. */
export interface Understood {
  when: When;
  /** The words that say when, as written; undefined when there are none. */
  words: string | undefined;
  /** The rest in the person's own spelling; empty when the sentence only says when. */
  task: string;
}

/** No stretch that says when has more words than this. */
const MOST_WORDS = 30;

/** A sentence as its readers see it. Nothing changes it; what was read of it is remembered. */
export class Sentence {
  readonly text: string;
  readonly ctx: WhenContext;
  readonly tokens: readonly Token[];
  private readonly seen: Words;
  private ownLayout: Layout | undefined;
  private readonly effort = effort();
  private readonly known = new Map<number, Run | undefined>();
  /** Where the pieces that begin at a token can lead to, one after the other. */
  private readonly reach: Uint8Array[] = [];

  constructor(words: Words, ctx: WhenContext) {
    this.text = words.text;
    this.ctx = ctx;
    this.tokens = hideNames(endsOf(words.tokens));
    this.seen = this.tokens === words.tokens ? words : wordsOf(words.text, this.tokens);
  }

  /** Where its parts stand, worked out once it is asked for. */
  get layout(): Layout {
    this.ownLayout ??= layoutOf(this.tokens);
    return this.ownLayout;
  }

  /** The word at a place; empty for what is hidden, and beyond the ends. */
  word(at: number): string {
    return wordAt(this.tokens, at);
  }

  /** The words of a stretch. */
  said(from: number, to: number): string[] {
    return this.tokens.slice(from, to).map(({ text }) => text);
  }

  /** A stretch as written. */
  words(from: number, to: number): string {
    return this.text.slice(this.tokens[from]?.start, this.tokens[to - 1]?.end);
  }

  /** Whether one of the words of a stretch is one of these. */
  mentions(from: number, to: number, words: ReadonlySet<string>): boolean {
    return this.said(from, to).some((said) => words.has(said));
  }

  isSign(at: number): boolean {
    return /^[,.;:!)-]$/.test(this.word(at));
  }

  trimmed(stretch: Stretch): Stretch {
    return trimmed(this.tokens, stretch);
  }

  /** Whether the sentence was too tangled to be read to its end. */
  get isExhausted(): boolean {
    return isExhausted(this.effort);
  }

  /** The pieces that begin at a token. */
  pieces(at: number): readonly Match<Piece>[] {
    return this.seen.pieces(at);
  }

  /** Whether a piece begins at a token. */
  begins(at: number): boolean {
    return this.pieces(at).length > 0;
  }

  /** The stretch from `from` up to `to` read as one phrase, if it is one. */
  exactly(from: number, to: number): Run | undefined {
    // A bracket that opens belongs to what follows.
    if (from >= to || this.tokens[to - 1]?.text === '(' || this.reachOf(from)[to] !== 1) return undefined;
    const key = from * (this.tokens.length + 1) + to;
    if (this.known.has(key)) return this.known.get(key);
    const isWhole = !this.cuts(from) && !this.cuts(to) && !this.lists(from, to);
    const fits = (phrase: Phrase) => to === this.tokens.length || this.isZoned(phrase, to);
    const read = isWhole ? readStretch(this.seen, this.ctx, [from, to], this.effort, fits) : undefined;
    const run = read && new Run(this, [from, to], read.phrase, read.when);
    this.known.set(key, run);
    return run;
  }

  private reachOf(from: number): Uint8Array {
    const known = this.reach[from];
    if (known) return known;
    const reach = new Uint8Array(this.tokens.length + 1);
    this.reach[from] = reach;
    const through = (at: number) => {
      reach[at] = 1;
      if (at < this.tokens.length) for (const [end, yes] of this.reachOf(at).entries()) if (yes === 1) reach[end] = 1;
    };
    const { glue, choices, hedges } = english;
    const word = this.word(from);
    if (glue.has(word) || choices.has(word) || hedges.has(word)) through(from + 1);
    for (const { end } of this.pieces(from)) through(end);
    return reach;
  }

  /** Whether "eastern" is a zone: in "8pm eastern", "9am eastern to call", "9am pacific sync"; not in "9am mountain ride". */
  private isZoned({ placed, time }: Phrase, to: number): boolean {
    const at = placed.findIndex(({ piece }) => piece.kind === 'zone' && piece.loose);
    const zone = placed[at];
    if (!zone) return true;
    if (time?.clock?.exact !== true || placed[at - 1]?.piece.kind !== 'time') return false;
    const next = this.word(to);
    const { connectors, task } = english;
    const isDeed = task.deeds.has(next) && this.word(zone.from) !== 'mountain';
    return zone.to < to || connectors.has(next) || task.events.has(next) || task.issues.has(next) || isDeed;
  }

  /** Whether an item of a list begins within: "tomorrow:\n1. bread". */
  private lists(from: number, to: number): boolean {
    for (let at = from + 1; at < to; at++)
      if (/^(?:[-*•]|\d+)$/.test(this.tokens[at]?.raw ?? '') && this.breaks(at)) return true;
    return false;
  }

  /** Whether the place before a token lies within what was written as one word. */
  private cuts(at: number): boolean {
    const isWord = (token: Token | undefined) => token !== undefined && /[\p{L}\d]/u.test(token.raw);
    return this.tokens[at]?.glued === true && isWord(this.tokens[at]) && isWord(this.tokens[at - 1]);
  }

  /** Whether a token begins another line than the one before it. */
  private breaks(at: number): boolean {
    return at > 0 && this.text.slice(this.tokens[at - 1]?.end, this.tokens[at]?.start).includes('\n');
  }

  /** The longest phrase that begins at `from` and ends before `limit`; `accept` may refuse one. Weak ones are refused. */
  longestFrom(from: number, limit: number, accept = isStrong): Run | undefined {
    if (!this.begins(from)) return undefined;
    for (let to = Math.min(limit, from + MOST_WORDS); to > from; to--) {
      const run = this.exactly(from, to);
      if (run && accept(run)) return run;
    }
    return undefined;
  }

  /** The longest phrase that ends at `to` and begins at `limit` or later. */
  longestUpTo(to: number, limit: number, accept = isStrong): Run | undefined {
    for (let from = Math.max(limit, to - MOST_WORDS); from < to; from++) {
      if (!this.begins(from)) continue;
      const run = this.exactly(from, to);
      if (run && accept(run)) return run;
    }
    return undefined;
  }

  /** The first place from `from` on where such a phrase begins, and the longest there. */
  firstFrom(from: number, limit: number, accept = isStrong): Run | undefined {
    for (let at = from; at < limit; at++) {
      const run = this.longestFrom(at, limit, accept);
      if (run) return run;
    }
    return undefined;
  }

  result(when: When, words: string, rest: readonly Stretch[]): Understood {
    return { when, words, task: this.task(rest) };
  }

  /** Asks which of these is meant. */
  ask(whens: readonly When[], words: string, rest: readonly Stretch[]): Understood {
    return this.result(whichOf(whens, this.ctx), words, rest);
  }

  /** Stretches read as one phrase, in this order. */
  joined(stretches: readonly (Run | Stretch)[], rest: readonly Stretch[]): Understood {
    const words = stretches.map((one) => ('from' in one ? one.words : this.words(...one))).join(' ');
    return this.result(parseWhen(words, this.ctx), words, rest);
  }

  /** The stretches as written, without the words and signs that tied them to the time. */
  task(stretches: readonly Stretch[]): string {
    let task = '';
    for (const [index, [from, to]] of stretches.filter(([from, to]) => from < to).entries()) {
      const { gap, words } = this.taskPart(from, to, index === 0);
      if (words !== '') task += task === '' ? words : gap + words;
    }
    return task.replace(/[\s,;:.-]+$/, '').trim();
  }

  /** The words of a stretch, and what parts them from those before: a space, or the line break as it was written. */
  private taskPart(from: number, to: number, first: boolean): { gap: string; words: string } {
    let start = from;
    while (start < to && !this.breaks(start) && (this.isSign(start) || (first && TASK_LEADS.has(this.word(start)))))
      start++;
    let end = to;
    while (end > start && /^[,;:(-]$/.test(this.word(end - 1))) end--;
    const words = start < end ? this.words(start, end) : '';
    if (!this.breaks(start)) return { gap: ' ', words };
    const before = this.tokens[start - 1];
    const sign = start > from && before?.raw === ':' ? ':' : '';
    return { gap: sign + this.text.slice(before?.end, this.tokens[start]?.start), words };
  }
}

const isStrong = (run: Run): boolean => !run.startsWeak;

/** A stretch of a sentence that says when. */
export class Run {
  readonly from: number;
  readonly to: number;
  readonly phrase: Phrase;
  readonly when: When;
  private readonly s: Sentence;

  constructor(s: Sentence, [from, to]: Stretch, phrase: Phrase, when: When) {
    this.s = s;
    this.from = from;
    this.to = to;
    this.phrase = phrase;
    this.when = when;
  }

  /** As written. */
  get words(): string {
    return this.s.words(this.from, this.to);
  }

  /** The word before it, its first one, and the word behind it. */
  get before(): string {
    return this.s.word(this.from - 1);
  }

  get start(): string {
    return this.s.word(this.from);
  }

  get next(): string {
    return this.s.word(this.to);
  }

  get date(): DateSpec | undefined {
    return this.phrase.dates[0];
  }

  get clock(): Clock | undefined {
    return this.phrase.time?.clock;
  }

  get isSeries(): boolean {
    return this.phrase.recurs.length > 0;
  }

  get first(): Placed | undefined {
    return this.phrase.placed[0] ?? this.phrase.earlier[0]?.placed[0];
  }

  get last(): Placed | undefined {
    return this.phrase.placed.at(-1);
  }

  /** Whether a word before it makes it part of the task: "about Friday at 5". */
  get isBound(): boolean {
    return /^(?:about|of|for|from|the|a|my|our|his|her|their|your)$/.test(this.before);
  }

  /** Whether the word behind it shows that what stands before is complete. */
  get isOpen(): boolean {
    return english.task.goesOn.has(this.next);
  }

  /** Whether it says a time of day, or counts by the clock. */
  get hasTime(): boolean {
    const { time, times, range, shift } = this.phrase;
    const isTimed = time?.clock ?? time?.part ?? times ?? range;
    return isTimed !== undefined || (shift !== undefined && shift.span.milliseconds > 0);
  }

  /** A clock time and nothing else. */
  get onlyTime(): boolean {
    const { dates, recurs, shift, before, days, time, times, range } = this.phrase;
    const isTimed = (time?.clock ?? time?.part ?? times ?? range) !== undefined;
    return isTimed && dates.length === 0 && recurs.length === 0 && !shift && !before && !days && time?.today !== true;
  }

  get startsWeak(): boolean {
    return this.first !== undefined && isWeak(this.first, this.s.tokens) && !this.isLimitFirst;
  }

  /** "From Monday, every weekday at 7, run", "from now on every Friday …". */
  private get isLimitFirst(): boolean {
    const kind = this.first?.piece.kind;
    const isLimit = kind === 'start' || (kind === 'note' && this.s.word(this.from) === 'from');
    return isLimit && this.phrase.recurs.length > 0 && this.from === this.s.layout.body[0];
  }

  /** After "at 5 to …" even a bare hour is a time; after "5 to …" it is not. */
  get startsWeakly(): boolean {
    const piece = this.first?.piece;
    const isOf = OF.test(this.s.word(this.to));
    if (!piece || !this.startsWeak || (this.phrase.shift && !isOf)) return false;
    // "15 minutes ago to leave".
    if (piece.kind === 'wrong') return false;
    // "18h: call Bo".
    if (piece.kind === 'vague') return isOf;
    // "March for Life": a month by itself may be a name or a deed.
    return piece.kind !== 'date' || isVagueMonth(piece.date);
  }

  get endsWeak(): boolean {
    const { last, s } = this;
    if (last === undefined) return false;
    const { piece, from, to } = last;
    const [first, ultimate, next] = [s.word(from), s.word(to - 1), s.word(to)];
    const isLonger = this.phrase.placed.length > 1;
    // "In 5" is a number of minutes only where nothing follows that it could count.
    if (piece.kind === 'shift') return /^\d+$/.test(ultimate) || NUMBERS.has(ultimate);
    // "Tomorrow at 9 weekly report".
    if (isLonger && to === from + 1 && english.cadences.has(first)) return !english.connectors.has(next) && next !== '';
    if (piece.kind === 'date' && isLonger && next !== '') {
      const { date } = piece;
      // "At 9am the Tuesday notes", "at 9 Easter eggs".
      const isTied = english.connectors.has(next);
      if (date.type === 'weekday' && first === 'the') return !isTied;
      const isTimed = this.phrase.placed.at(-2)?.piece.kind === 'time';
      if (date.type === 'holiday' && isTimed && !PREPOSITIONS.has(first)) return !isTied;
    }
    // "Tonight 200 pushups".
    if (piece.kind === 'time' && THREE_DIGITS.test(ultimate) && to > from + 1)
      return s.word(to - 2) !== 'at' && THINGS.test(next);
    // "3pm CT scan".
    if (piece.kind === 'zone' && piece.initials) return !this.isZoneOfClock(last);
    // "Only when it's dry", "on Friday once Bob is back".
    if (piece.kind === 'note' && /^(?:when|if|while)$/.test(next)) return true;
    if (piece.kind === 'note' && first === 'once' && /^(?:is|are|has|have)$/.test(s.word(to + 1))) return true;
    // "Until Christmas lunch with Ana".
    if (piece.kind === 'until' || piece.kind === 'start') {
      const { time } = piece.moment;
      return time?.part !== undefined && time.clock === undefined && next !== '';
    }
    return isLonger && isWeak(last, s.tokens) && (piece.kind === 'time' || piece.kind === 'vague');
  }

  /** "11:00 IST passport appointment" where IST is at home, "9am ET call New York"; "3pm CT scan" may be a scan. */
  private isZoneOfClock({ from, to }: Placed): boolean {
    const next = this.s.word(to);
    if (next === '' || english.connectors.has(next)) return true;
    const { raw = '' } = this.s.tokens[from] ?? {};
    const isCapital = to === from + 1 && raw === raw.toUpperCase();
    const { clock } = this.phrase.time ?? {};
    const isTimed = clock && !clock.bare && !clock.weak && this.phrase.placed.at(-2)?.piece.kind === 'time';
    if (!isCapital || !isTimed) return false;
    if (raw === 'ET') return english.task.deeds.has(next);
    const without = raw.length > 2 ? this.s.exactly(this.from, from) : undefined;
    return without !== undefined && isSameWhen(this.when, without.when) && !english.task.events.has(next);
  }

  /** "24 Dec 26 cards": the year, or a number of things. */
  get endsInCount(): boolean {
    const piece = this.last?.piece;
    const hasYear = piece?.kind === 'date' && piece.date.type === 'monthday' && piece.date.year !== undefined;
    return hasYear && /^\d\d$/.test(this.s.word(this.to - 1)) && THINGS.test(this.s.word(this.to));
  }

  /** "Move it to 3pm", "a table for 8", "the 9am train": times of the task, not of the reminder. */
  get isAttribute(): boolean {
    if (!this.onlyTime) return false;
    const [before, first] = [this.s.word(this.from - 1), this.s.word(this.from)];
    // "Feed her a quarter past 3".
    if (/^(?:a|an|the)$/.test(first) && /^(?:my|our|his|her|their|your)$/.test(before)) return false;
    return first === 'for' || first === 'from' || (!PREPOSITIONS.has(first) && BELONGS.has(before));
  }
}

function isVagueMonth(date: DateSpec): boolean {
  return date.type === 'period' && date.vague === true;
}

/** Connectors that do not belong to the task. */
const TASK_LEADS = new Set(['to', 'that', 'about', 'of']);
