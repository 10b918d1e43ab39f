/** Where a message may be parted into requests. */
import { pattern } from '../../base/pattern.ts';
import { MONTH_BEGINNING } from '../../time/index.ts';
import type { Word } from './words.ts';

/** A border between two clauses: the first ends before word `end`, the next begins at word `at`. */
export interface Border {
  end: number;
  at: number;
  /**
   * `line`, `stop`: the writer parted them. `join`: "and", a comma, which are more often inside a request.
   * `correction`: "…, actually 6".
   */
  kind: 'line' | 'stop' | 'join' | 'correction';
}

const MOST_BORDERS = 14;
const JOINS = new Set(['and', 'then', 'also', 'plus', 'but']);
/** Words that only join, and what may stand behind one. */
export const AFTER_JOIN: ReadonlySet<string> = new Set([
  ...JOINS,
  ...['oh', 'please', 'finally', 'yes', 'yeah', 'well', 'er', 'um', 'so', 'instead'],
]);
/** What "so" stands before where it gives no reason: "so that", "so many". */
const NO_REASON = new Set('that much many far long on as i we he she they it you'.split(' '));
const CORRECTIONS = new Set(['actually', 'sorry', 'wait', 'oops', 'no', 'hmm', 'scratch']);

/** The borders of a message, in order; none where there would be too many to look at. */
export function bordersOf(text: string, words: readonly Word[]): Border[] {
  const borders: Border[] = [];
  for (let at = 1; at < words.length; at++) {
    const kind = kindOf(text, words, at);
    if (!kind) continue;
    const start = kind === 'correction' ? at : skip(text, words, at);
    if (start >= words.length) continue;
    borders.push({ end: at, at: start, kind });
    at = Math.max(at, start);
  }
  return borders.length > MOST_BORDERS ? borders.filter(({ kind }) => kind === 'line').slice(0, MOST_BORDERS) : borders;
}

function kindOf(text: string, words: readonly Word[], at: number): Border['kind'] | undefined {
  const before = words[at - 1] as Word;
  const word = words[at] as Word;
  const between = text.slice(before.start, word.start);
  const next = words[at + 1];
  if (CORRECTIONS.has(word.norm) && next && (before.marked || CORRECTIONS.has(next.norm))) return 'correction';
  if (between.includes('\n')) return 'line';
  const isStop = /[.!?;…]["”’')\]]*\s*\p{S}*\s*$/u.test(between);
  if (isStop && !TITLE.test(between) && !isOfDate(text, words, at)) return 'stop';
  if (isMarker(text, word)) return 'stop';
  // "Between Monday and Friday".
  if (word.norm === 'and' && isBetween(words, at)) return undefined;
  if (JOINS.has(word.norm) || /,$/.test(between.trimEnd())) return 'join';
  // "School is closed, so skip Monday".
  if (word.norm !== 'so' || !next) return undefined;
  // "So you can drop that one" asks for it.
  const asks = next.norm === 'you' && /^(?:can|could|may|might)$/.test(words[at + 2]?.norm ?? '');
  return asks || !NO_REASON.has(next.norm) ? 'join' : undefined;
}

/** Whether the "and" at `at` is that of "between … and …". */
function isBetween(words: readonly Word[], at: number): boolean {
  const before = words.slice(Math.max(0, at - 4), at).map(({ norm }) => norm);
  const since = before.lastIndexOf('between');
  return since >= 0 && !before.includes('and', since);
}

const MONTH = pattern.plain`^${MONTH_BEGINNING}`;

/** The dot of a date: "28.11. at 14:00", "28. November", "the 28. at 9". */
function isOfDate(text: string, words: readonly Word[], at: number): boolean {
  const [before, word] = [words[at - 1] as Word, words[at] as Word];
  const said = text.slice(before.start, word.start);
  const next = text.slice(word.start, word.end);
  if (/^\d{1,2}\.\d{1,2}\. *$/.test(said)) return !/^\p{Lu}/u.test(next);
  if (!/^\d{1,2}\. *$/.test(said)) return false;
  const isNamed = words[at - 2]?.norm === 'the';
  return (
    MONTH.test(word.norm) ||
    (isNamed && /^(?:at|of)$/.test(next)) ||
    /^\d{1,2}\.$/.test(text.slice(word.start, word.end + 1))
  );
}

/** A dot behind a short form ends no sentence: "Mr. Schmidt". */
const TITLE = /^["“(]*(?:mr|mrs|ms|dr|prof|st|rev|hon|sgt|capt|vs|approx|e\.g|i\.e)\.\s+$/i;

/** The number of an item: `2)`, and `1.` at the beginning of a line. */
function isMarker(text: string, word: Word): boolean {
  const raw = text.slice(word.start, word.end);
  return (
    /^\(?\d{1,2}\)$/.test(raw) || (/^\d{1,2}\.$/.test(raw) && /(?:^|\n)[\s–—*•-]*$/.test(text.slice(0, word.start)))
  );
}

/** Past the words that only join, and the number of an item. */
export function skip(text: string, words: readonly Word[], at: number): number {
  let next = at;
  for (let word = words[next]; word && (AFTER_JOIN.has(word.norm) || isMarker(text, word)); word = words[next]) next++;
  return next;
}
