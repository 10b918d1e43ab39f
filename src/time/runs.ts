import { interpret } from './interpret.ts';
import { english } from './lang/en.ts';
import type { Match } from './match.ts';
import { mayBeName } from './names.ts';
import { askAbout, readEither, TRIES, type Words, withWords } from './parse.ts';
import { type Budget, type Phrase, type Placed, readings } from './phrase.ts';
import type { Clock, DateSpec, Piece } from './pieces.ts';
import type { Token } from './tokens.ts';
import type { When, WhenContext } from './types.ts';

/** A stretch of a sentence that says when. */
export interface Run {
  from: number;
  to: number;
  phrase: Phrase;
  when: When;
  /** As written. */
  words: string;
  first: Placed | undefined;
  last: Placed | undefined;
}

/** Finds the stretches of a sentence that say when. */
export class Runs {
  readonly tokens: readonly Token[];
  private readonly text: string;
  private readonly ctx: WhenContext;
  /** Bounds the time that any sentence takes; a sentence of a person needs a third of it. */
  private readonly budget: Budget = { left: SENTENCE_STEPS };
  private readonly tries: Budget = { left: TRIES };
  private readonly matches: (at: number) => readonly Match<Piece>[];

  /** What was read of the stretches from … up to …, once it was asked for. */
  private readonly known = new Map<number, Run | undefined>();
  /** Where the pieces that begin at a token can lead to, one after the other. */
  private readonly reach: Uint8Array[] = [];

  constructor({ text, tokens, pieces }: Words, ctx: WhenContext) {
    this.text = text;
    this.tokens = tokens;
    this.ctx = ctx;
    this.matches = pieces;
  }

  /** Whether the sentence was too tangled to be read to its end. */
  get isExhausted(): boolean {
    return this.budget.left <= 0;
  }

  /** Whether a piece begins at a token. */
  begins(at: number): boolean {
    return this.matches(at).length > 0;
  }

  /** The pieces that begin at a token. */
  pieces(at: number): readonly Match<Piece>[] {
    return this.matches(at);
  }

  /** The stretch from `from` up to `to` read as one phrase, if it is one. */
  exactly(from: number, to: number): Run | undefined {
    // A bracket that opens belongs to what follows.
    if (from >= to || this.tokens[to - 1]?.text === '(' || this.reachOf(from)[to] !== 1) return undefined;
    const key = from * (this.tokens.length + 1) + to;
    if (this.known.has(key)) return this.known.get(key);
    const run = this.cuts(from) || this.cuts(to) || this.lists(from, to) ? undefined : this.read(from, to);
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
    const word = this.tokens[from]?.text ?? '';
    if (glue.has(word) || choices.has(word) || hedges.has(word)) through(from + 1);
    for (const { end } of this.matches(from)) through(end);
    return reach;
  }

  private read(from: number, to: number): Run | undefined {
    for (const phrase of readings(this.tokens, from, to, this.matches, this.budget)) {
      if (to < this.tokens.length && !this.isZoned(phrase, to)) continue;
      this.budget.left -= RESOLVING * (phrase.vague?.instead.length ?? 1);
      const when = phrase.vague
        ? askAbout(phrase, this.text, this.tokens, this.ctx, { from, to })
        : interpret(phrase, this.ctx);
      if (when) return this.run(from, to, phrase, withWords(when, this.ctx));
    }
    return this.either(from, to);
  }

  /** Whether "eastern" is a zone: in "8pm eastern", "9am eastern to call", "9am pacific sync"; not in "9am mountain ride". */
  private isZoned({ placed, time }: Phrase, to: number): boolean {
    const at = placed.findIndex(({ piece }) => piece.kind === 'zone' && piece.loose);
    const zone = placed[at];
    if (!zone) return true;
    if (time?.clock?.exact !== true || placed[at - 1]?.piece.kind !== 'time') return false;
    const next = this.tokens[to]?.text ?? '';
    const { connectors, task } = english;
    const isDeed = task.deeds.has(next) && this.tokens[zone.from]?.text !== 'mountain';
    return zone.to < to || connectors.has(next) || task.events.has(next) || task.issues.has(next) || isDeed;
  }

  private either(from: number, to: number): Run | undefined {
    if (!this.tokens.slice(from, to).some(({ text }) => english.choices.has(text))) return undefined;
    this.budget.left -= 2 * RESOLVING;
    const words = { text: this.text, tokens: this.tokens, pieces: this.matches };
    const read = this.isExhausted ? undefined : readEither(words, this.ctx, [from, to], this.tries);
    return read && this.run(from, to, read.phrase, read.when);
  }

  /** Whether an item of a list begins within: "tomorrow:\n1. bread". */
  private lists(from: number, to: number): boolean {
    for (let at = from + 1; at < to; at++) {
      if (!/^(?:[-*•]|\d+)$/.test(this.tokens[at]?.raw ?? '')) continue;
      if (this.text.slice(this.tokens[at - 1]?.end, this.tokens[at]?.start).includes('\n')) return true;
    }
    return false;
  }

  /** Whether the place before a token lies within what was written as one word. */
  private cuts(at: number): boolean {
    const isWord = (token: Token | undefined) => token !== undefined && /[\p{L}\d]/u.test(token.raw);
    return this.tokens[at]?.glued === true && isWord(this.tokens[at]) && isWord(this.tokens[at - 1]);
  }

  /** The longest phrase that begins at `from` and ends before `limit`; `accept` may refuse one. */
  longestFrom(from: number, limit: number, accept: (run: Run) => boolean): Run | undefined {
    if (!this.begins(from)) return undefined;
    for (let to = Math.min(limit, from + MOST_WORDS); to > from; to--) {
      const run = this.exactly(from, to);
      if (run && accept(run)) return run;
    }
    return undefined;
  }

  /** The longest phrase that ends at `to` and begins at `limit` or later. */
  longestUpTo(to: number, limit: number, accept: (run: Run) => boolean): Run | undefined {
    for (let from = Math.max(limit, to - MOST_WORDS); from < to; from++) {
      if (!this.begins(from)) continue;
      const run = this.exactly(from, to);
      if (run && accept(run)) return run;
    }
    return undefined;
  }

  private run(from: number, to: number, phrase: Phrase, when: When): Run {
    const first = phrase.placed[0] ?? phrase.earlier[0]?.placed[0];
    return { from, to, phrase, when, words: this.words(from, to), first, last: phrase.placed.at(-1) };
  }

  words(from: number, to: number): string {
    return this.text.slice(this.tokens[from]?.start, this.tokens[to - 1]?.end);
  }
}

const SENTENCE_STEPS = 1_000;
/** What it costs to give a phrase its instant, in steps of reading. */
const RESOLVING = 40;

/** No stretch that says when has more words than this. */
const MOST_WORDS = 30;

/** Plurals that recur by themselves. */
const PLURALS =
  /^(?:mon|tues|wednes|thurs|fri|satur|sun)days$|^week(?:day|end)s$|^(?:morning|afternoon|evening|night)s$/;
/** "2 nights", "most mornings" are no series. */
const QUANTITIES =
  /^\d|^(?:these|those|some|most|few|several|many|both|couple|other|two|three|four|five|six|seven|eight|nine|ten)$/;

/** Times of day that are as often the thing itself. */
const MEALS = new Set('dinner supper dinnertime bedtime dawn sunrise dusk sunset sundown'.split(' '));

const HOURS = /^(?:h|hrs?)$/i;

/** Words that may begin the part of a day in a sentence; without one it is a noun ("buy lunch", "morning run"). */
const PART_STARTS = new Set('this in at by during tonight eod cob end close first over'.split(' '));

/**
 * Whether a piece could just as well belong to the task: a bare number, a month that may be a name, a length of time,
 * a part of the day without a preposition.
 */
export function isWeak({ from, to, piece }: Placed, tokens: readonly Token[]): boolean {
  const word = tokens[from]?.text ?? '';
  // "The Day After Tomorrow": nobody writes these words with a capital, except in titles.
  const titled = tokens.slice(piece.kind === 'date' && !/^(?:on|at|by|in)$/.test(word) ? from - 1 : from, to);
  if (from > 0 && titled.some(({ raw }) => TITLE_WORDS.test(raw))) return true;
  switch (piece.kind) {
    case 'time':
      if (piece.time.clock) return piece.time.clock.weak === true;
      // "Late tonight", "early tomorrow morning".
      return piece.time.today !== true && !PART_STARTS.has(word) && !isEdge(tokens, from, to);
    case 'times':
      return piece.times[0]?.clock ? piece.times[0].clock.weak === true : !PART_STARTS.has(word);
    case 'range':
      return word !== 'from' && word !== 'between' && isBare(piece.from) && isBare(piece.to);
    case 'shift':
      // "28 Days Later": a title.
      return piece.bare === true || (!SHIFT_STARTS.has(word) && /^\p{Lu}\p{Ll}/u.test(tokens[to - 1]?.raw ?? ''));
    case 'date':
      if (piece.date.type === 'moved' || piece.date.type === 'weekdayBeside') return false;
      return isWeakDate(piece.date, word, tokens[from - 1]?.text ?? '', to - from);
    case 'lasting':
      return piece.daily !== true;
    case 'zone':
    case 'count':
    case 'except':
    case 'note':
      return true;
    case 'until':
      return word === 'to';
    case 'wrong':
      // "My time of 24:30".
      return /^\d/.test(word);
    case 'vague':
      // "Cook dinner"; "21h", "2h30".
      return to === from + 1 ? MEALS.has(word) : /^\d+$/.test(word) && HOURS.test(tokens[from + 1]?.raw ?? '');
    case 'recur':
      // "Pay for 2 nights".
      return PLURALS.test(word) && (isCounted(tokens, from) || isTitle(tokens, from));
    case 'start':
      return word === 'from' || word === 'as';
    default:
      return false;
  }
}

/** "Early tomorrow", not "I will be late tomorrow". */
function isEdge(tokens: readonly Token[], from: number, to: number): boolean {
  if (/^(?:is|am|are|be|was|were|too|so|running)$/.test(tokens[from - 1]?.text ?? '')) return false;
  // "Early in the morning".
  if (/^early$/.test(tokens[from]?.text ?? '') && tokens[from + 1]?.text === 'in') return true;
  return (
    /^(?:early|late)$/.test(tokens[from]?.text ?? '') && /^(?:tomorrow|on|next)$|day$/.test(tokens[to]?.text ?? '')
  );
}

/** Whether a plural is a number of days or nights: not in "gate 22 Mondays at 9". */
function isCounted(tokens: readonly Token[], at: number): boolean {
  const isQuantity = QUANTITIES.test(tokens[at - 1]?.raw.toLowerCase() ?? '');
  return isQuantity && !english.names.labels.has(tokens[at - 2]?.text ?? '');
}

/** "The Monday Mornings": nobody writes the parts of a day with a capital. */
function isTitle(tokens: readonly Token[], at: number): boolean {
  return at > 0 && /^(?:Morning|Afternoon|Evening|Night)s$/.test(tokens[at]?.raw ?? '');
}

/** A month that may be a name, "3rd", or "3/4" that may be a fraction; "24 December" and "2026-12-24" are dates. */
function isWeakDate(date: DateSpec, word: string, before: string, length: number): boolean {
  if (date.type === 'period') return date.vague === true || /^\d/.test(word);
  if (date.type === 'monthday' && before === 'due') return false;
  if (date.type === 'monthday')
    return /^\d/.test(word) && ((date.month === undefined && length < 3) || /^\d{8}$/.test(word));
  // "2nd to last day of the month".
  if (date.type === 'nth' && date.nth < 0) return false;
  if (date.type === 'numeric') return /^\d/.test(word) && date.year === undefined;
  return /^\d/.test(word);
}

const SHIFT_STARTS = new Set('in within another'.split(' '));

const TITLE_WORDS = /^(?:After|Before|Later|Past|Until)$/;

function isBare(clock: Clock): boolean {
  return clock.weak === true;
}

/** Words that are a weekday only when one wants them to be: "get some sun at 5". */
const SHORT_NAMES = new Set(['sun', 'sat', 'wed', 'mon', 'mar', 'may', 'jan', 'sec', 'dec']);

/** Whether the first word of a run is written like an everyday word and nothing before it says that it is a date. */
export function isDoubtful({ from, to, piece }: Placed, tokens: readonly Token[]): boolean {
  // "Haircut sat 11am" is a Saturday.
  const isTimed = /^\d|^(?:morning|afternoon|evening|night|noon)$/.test(tokens[to]?.text ?? '');
  if (piece.kind === 'date' && SHORT_NAMES.has(tokens[from]?.raw ?? '') && !isTimed) return true;
  return (piece.kind === 'date' || piece.kind === 'recur') && to === from + 1 && mayBeName(tokens, from);
}
