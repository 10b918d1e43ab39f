/** Passages of files that answer a question: by words, weighed by how rare they are, and near each other. */
import { coverage, lexemesOf } from '../../base/lexemes.ts';
import type { Queryable } from '../../storage/index.ts';
import { wordsOf } from '../../vectors/index.ts';
import type { NearPassage } from './meaning.ts';
import type { FoundPassage } from './store.ts';
import * as store from './store.ts';

const MOST_WORDS = 20;
const MOST_LOOKED_AT = 400;
/** Weight of a phrase that stands there as it was asked for, of words that stand near each other, and of words in the place. */
const PHRASE = 0.5;
const NEAR = 0.25;
const IN_PLACE = 0.2;
const SYNONYMS = 0.3;
/** Weight of meaning beside words that are all there. */
const MEANING = 0.8;
/** Text that a reader does not see comes last. */
const ASIDE = 0.8;

export async function findPassages(
  db: Queryable,
  hashes: readonly string[],
  query: string,
  most: number,
  near: readonly NearPassage[] = [],
): Promise<FoundPassage[]> {
  const { terms, synonyms = new Map() } = wordsOf(query);
  const wanted = [...new Set(terms)].slice(0, MOST_WORDS);
  const others = [...synonyms.values()].flat().slice(0, MOST_WORDS);
  const words = [...wanted, ...others].map(queryTerm).filter((term) => term !== '');
  const phrase = query.trim().toLowerCase().replace(/\s+/g, ' ');
  const byWords = words.length > 0 ? await store.findByWords(db, hashes, words.join(' | '), MOST_LOOKED_AT) : [];
  const worded = byWords.length > 0 ? byWords : await store.findByCharacters(db, hashes, phrase, MOST_LOOKED_AT);
  const similarities = new Map(near.map((each) => [keyOf(each), each.similarity]));
  const wordedKeys = new Set(worded.map(keyOf));
  const passages = [
    ...worded,
    ...(await store.readNumbered(
      db,
      near.filter((each) => !wordedKeys.has(keyOf(each))),
    )),
  ];
  const total = await store.countPassages(db, hashes);
  const scored = scores(passages, { wanted, synonyms, phrase, total });
  return passages
    .map((passage, at) => ({ passage, score: (scored[at] ?? 0) + MEANING * (similarities.get(keyOf(passage)) ?? 0) }))
    .sort((a, b) => b.score - a.score || a.passage.number - b.passage.number)
    .slice(0, most)
    .map(({ passage }) => passage);
}

const keyOf = ({ hash, number }: { hash: string; number: number }): string => `${hash}/${number}`;

/** A lexeme as a prefix, so that words with another ending match; of what is no word nothing is asked. */
function queryTerm(term: string): string {
  const plain = term.replace(/[^\p{L}\p{N}.:]/gu, '');
  if (plain === '') return '';
  return /^\p{L}{4,}$/u.test(plain) ? `'${plain}':*` : `'${plain}'`;
}

interface Weighing {
  wanted: readonly string[];
  synonyms: ReadonlyMap<string, readonly string[]>;
  phrase: string;
  total: number;
}

function scores(passages: readonly FoundPassage[], { wanted, synonyms, phrase, total }: Weighing): Float32Array {
  const texts = passages.map(({ place, text }) => ({ lexemes: lexemesOf(text), inPlace: new Set(lexemesOf(place)) }));
  const postings = new Map<string, number[]>();
  for (const [at, { lexemes, inPlace }] of texts.entries()) {
    for (const lexeme of new Set([...lexemes, ...inPlace])) {
      const places = postings.get(lexeme);
      if (places) places.push(at);
      else postings.set(lexeme, [at]);
    }
  }
  const score = coverage(wanted, Math.max(total, passages.length), new Float32Array(passages.length), (term) =>
    postings.get(term),
  );
  for (const [at, { lexemes, inPlace }] of texts.entries()) {
    const { text, aside } = passages[at] as FoundPassage;
    const all = new Set(lexemes);
    const covered = score[at] as number;
    const replaced = wanted.filter(
      (term) => !all.has(term) && synonyms.get(term)?.some((other) => all.has(other)),
    ).length;
    const added =
      (phrase.includes(' ') && text.toLowerCase().replace(/\s+/g, ' ').includes(phrase) ? PHRASE : 0) +
      NEAR * covered * nearness(lexemes, wanted) +
      (wanted.length > 0 ? (IN_PLACE * wanted.filter((term) => inPlace.has(term)).length) / wanted.length : 0) +
      (wanted.length > 0 ? (SYNONYMS * replaced) / wanted.length : 0);
    score[at] = (covered + added) * (aside === undefined ? 1 : ASIDE);
  }
  return score;
}

/** 1 where the words stand side by side, less the further they are apart: by the shortest stretch with most of them. */
function nearness(lexemes: readonly string[], wanted: readonly string[]): number {
  const terms = new Set(wanted);
  const places = lexemes.flatMap((lexeme, at) => (terms.has(lexeme) ? [{ lexeme, at }] : []));
  const kinds = new Set(places.map(({ lexeme }) => lexeme)).size;
  if (kinds < 2) return 0;
  const counts = new Map<string, number>();
  let from = 0;
  let best = Number.POSITIVE_INFINITY;
  for (const { lexeme, at } of places) {
    counts.set(lexeme, (counts.get(lexeme) ?? 0) + 1);
    while (counts.size === kinds) {
      const first = places[from++] as { lexeme: string; at: number };
      best = Math.min(best, at - first.at);
      const remaining = (counts.get(first.lexeme) ?? 1) - 1;
      if (remaining === 0) counts.delete(first.lexeme);
      else counts.set(first.lexeme, remaining);
    }
  }
  return (kinds - 1) / best;
}
