import { pattern } from '../../base/pattern.ts';
import { english } from '../lang/en.ts';
import { mayBeName } from '../names.ts';
import type { Placed } from '../phrase.ts';
import type { DateSpec } from '../pieces.ts';
import { type Token, wordAt } from '../tokens.ts';
import { WEEKDAY } from '../words.ts';

/** Pieces that may as well be words of the task. */

/** Plurals that recur by themselves. */
const PLURALS = pattern.plain`^${WEEKDAY}s$|^week(?:day|end)s$|^(?:morning|afternoon|evening|night)s$`;
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
  const word = wordAt(tokens, from);
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
      return word !== 'from' && word !== 'between' && piece.from.weak === true && piece.to.weak === true;
    case 'shift':
      // "28 Days Later": a title.
      return piece.bare === true || (!SHIFT_STARTS.has(word) && /^\p{Lu}\p{Ll}/u.test(tokens[to - 1]?.raw ?? ''));
    case 'date':
      if (piece.date.type === 'moved' || piece.date.type === 'weekdayBeside') return false;
      return isWeakDate(piece.date, word, wordAt(tokens, from - 1), to - from);
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
  if (/^(?:is|am|are|be|was|were|too|so|running)$/.test(wordAt(tokens, from - 1))) return false;
  // "Early in the morning".
  if (/^early$/.test(wordAt(tokens, from)) && tokens[from + 1]?.text === 'in') return true;
  return /^(?:early|late)$/.test(wordAt(tokens, from)) && /^(?:tomorrow|on|next)$|day$/.test(wordAt(tokens, to));
}

/** Whether a plural is a number of days or nights: not in "gate 22 Mondays at 9". */
function isCounted(tokens: readonly Token[], at: number): boolean {
  const isQuantity = QUANTITIES.test(tokens[at - 1]?.raw.toLowerCase() ?? '');
  return isQuantity && !english.names.labels.has(wordAt(tokens, at - 2));
}

/** "The Monday Mornings": nobody writes the parts of a day with a capital. */
const isTitle = (tokens: readonly Token[], at: number): boolean =>
  at > 0 && /^(?:Morning|Afternoon|Evening|Night)s$/.test(tokens[at]?.raw ?? '');

/** A month that may be a name, "3rd", or "3/4" that may be a fraction; "24 December" and "2026-12-24" are dates. */
function isWeakDate(date: DateSpec, word: string, before: string, length: number): boolean {
  if (date.type === 'period') return date.vague === true || /^\d/.test(word);
  if (date.type === 'monthday' && before === 'due') return false;
  if (date.type === 'monthday')
    return /^\d/.test(word) && ((date.month === undefined && length < 3) || /^\d{8}$/.test(word));
  // "2nd to last day of the month".
  if (date.type === 'nth' && date.nth < 0) return false;
  return date.type === 'numeric' ? /^\d/.test(word) && date.year === undefined : /^\d/.test(word);
}

const SHIFT_STARTS = new Set('in within another'.split(' '));

const TITLE_WORDS = /^(?:After|Before|Later|Past|Until)$/;

/** Words that are a weekday only when one wants them to be: "get some sun at 5". */
const SHORT_NAMES = new Set(['sun', 'sat', 'wed', 'mon', 'mar', 'may', 'jan', 'sec', 'dec']);

/** Whether the first word of a run is written like an everyday word and nothing before it says that it is a date. */
export function isDoubtful({ from, to, piece }: Placed, tokens: readonly Token[]): boolean {
  // "Haircut sat 11am" is a Saturday.
  const isTimed = /^\d|^(?:morning|afternoon|evening|night|noon)$/.test(wordAt(tokens, to));
  // "Dec 3" is no name.
  if (to > from + 1) return false;
  if (piece.kind === 'date' && SHORT_NAMES.has(tokens[from]?.raw ?? '') && !isTimed) return true;
  return (piece.kind === 'date' || piece.kind === 'recur') && mayBeName(tokens, from);
}
