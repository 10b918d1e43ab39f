/** The part of a passage that stands around the words that were asked for. */
import { lexemesOf } from '../../base/lexemes.ts';
import { wordsOf } from '../../vectors/index.ts';

/** Characters before the first of the words: of a table the row that they stand in has its beginning there. */
const BEFORE = 200;
const WORD = /[\p{L}\p{M}\p{N}]+(?:[.:'’][\p{L}\p{N}]+)*/gu;

/**
 * At most `room` characters of `text` with as many different words of the query as stand near each other, cut at lines or words. Pure.
 */
export function excerptAround(text: string, query: string, room: number): string {
  if (text.length <= room) return text;
  const places = placesOf(text, query);
  const start = startOf(text, bestFrom(places, room - BEFORE), room);
  const end = start + room >= text.length ? text.length : borderBefore(text, start, start + room);
  return `${start > 0 ? '…' : ''}${text.slice(start, end).trim()}${end < text.length ? '…' : ''}`;
}

interface WordPlace {
  at: number;
  term: string;
}

/** Places of the query's words, or of others for them; without any that of the query as it was written. */
function placesOf(text: string, query: string): WordPlace[] {
  const { terms, synonyms = new Map<string, readonly string[]>() } = wordsOf(query);
  const wanted = new Map(terms.map((term) => [term, term]));
  for (const [term, others] of synonyms) for (const other of others) if (!wanted.has(other)) wanted.set(other, term);
  const places: WordPlace[] = [];
  for (const { 0: word, index } of text.matchAll(WORD)) {
    for (const lexeme of lexemesOf(word)) {
      const term = wanted.get(lexeme) ?? terms.find((each) => each.length > 3 && lexeme.startsWith(each));
      if (term !== undefined) places.push({ at: index, term });
    }
  }
  if (places.length > 0) return places;
  const whole = text.toLowerCase().indexOf(query.trim().toLowerCase());
  return whole < 0 ? [] : [{ at: whole, term: query }];
}

/** The place from which `room` characters have the most different words; of several the shortest stretch. */
function bestFrom(places: readonly WordPlace[], room: number): number {
  let best = { from: 0, kinds: 0, length: 0 };
  const counts = new Map<string, number>();
  let last = 0;
  for (const first of places) {
    for (; last < places.length && (places[last] as WordPlace).at < first.at + room; last++) {
      const { term } = places[last] as WordPlace;
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    const length = lengthFrom(places, first, counts.size);
    if (counts.size > best.kinds || (counts.size === best.kinds && length < best.length))
      best = { from: first.at, kinds: counts.size, length };
    const remaining = (counts.get(first.term) ?? 1) - 1;
    if (remaining === 0) counts.delete(first.term);
    else counts.set(first.term, remaining);
  }
  return best.from;
}

/** Words that are looked at for the length of a stretch: a passage has some hundred of them at most. */
const MOST_LOOKED_AT = 50;

/** Characters from `first` up to where all `kinds` of words have come. */
function lengthFrom(places: readonly WordPlace[], first: WordPlace, kinds: number): number {
  const seenTerms = new Set<string>();
  const from = places.indexOf(first);
  for (const { at, term } of places.slice(from, from + MOST_LOOKED_AT)) {
    seenTerms.add(term);
    if (seenTerms.size === kinds) return at - first.at;
  }
  return Number.POSITIVE_INFINITY;
}

/** The beginning of the line of `from`, or of a word before it where that line is long. */
function startOf(text: string, from: number, room: number): number {
  if (from < BEFORE) return 0;
  const last = Math.max(0, text.length - room);
  if (from - BEFORE >= last) return wordAfter(text, last);
  const line = text.lastIndexOf('\n', from) + 1;
  return from - line <= BEFORE ? line : wordAfter(text, from - BEFORE);
}

function wordAfter(text: string, at: number): number {
  const blank = text.slice(at, at + 60).search(/\s/);
  return blank < 0 ? at : at + blank + 1;
}

/** The end of the last line, or of the last word, that fits whole. */
function borderBefore(text: string, start: number, end: number): number {
  for (const border of ['\n', ' ']) {
    const at = text.lastIndexOf(border, end);
    if (at > start + (end - start) / 2) return at;
  }
  return end;
}
