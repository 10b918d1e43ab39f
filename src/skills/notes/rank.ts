/** Ranking of notes by the share of a question's words that they cover. Pure. */

import { stemOf, wordsIn } from '../../base/lexemes.ts';
import { isSlip } from '../../base/text.ts';
import { synonymsOf } from '../../vectors/index.ts';
import type { NearNote } from './meaning/store.ts';
import type { Note } from './note.ts';

const STOP_WORDS = new Set(
  (
    'the a an my mine our ours your yours his her hers their its i me we us you he she it they them him who whom whose what ' +
    'which when where why how is are was were am be been being do does did done doing have has had having can could will ' +
    'would shall should may might must to of in on at by for from with about into onto out off up down over under again and or ' +
    'but if than then so too very just really please tell show give find look remind know remember say said says there here ' +
    'this that these those any some all each every not no yes as also ever still now much many lot lots kind sort need needs ' +
    'want got get gets use used using go goes going come comes coming take takes let lets s t re ve ll d m note notes noted ' +
    'wrote written down thing things exactly again one ones long far old often supposed trying back kept'
  ).split(' '),
);

/** Verbs of placing: a note says where something is without these. */
const PLACING = new Set('put puts keep keeps leave left store stored hide hid'.split(' '));

/** Words that ask for a kind of answer, which a note need not name: they count little where they are missing. */
const LIGHT = new Set(
  'number name address time date day hour hours place called size type year month week details info information'.split(
    ' ',
  ),
);
const LIGHT_WEIGHT = 0.35;

const AS_SYNONYM = 0.85;
const AS_SLIP = 0.8;
const AS_BEGINNING = 0.9;
/** By a word that was looked for because it is spelt alike: it may be another one, so no note is a sure answer by it. */
const AS_ALIKE = 0.75;
const TITLE_BONUS = 1.1;

export interface Term {
  word: string;
  stem: string;
  others: readonly string[];
  weight: number;
  /** Words of the notes that it may be, misspelt; undefined: nothing is known of that. */
  spellings?: readonly string[] | undefined;
}

export function termsOf(question: string): Term[] {
  const isWhere = /^where\b/i.test(question.trim());
  const words = wordsIn(question.replace(/\bwi[- ]fi\b/gi, 'wifi')).filter(
    (word) => !STOP_WORDS.has(word) && !(isWhere && PLACING.has(word)),
  );
  const terms = new Map<string, Term>();
  for (const word of words) {
    const stem = stemOf(word);
    if (terms.has(stem)) continue;
    const weight = LIGHT.has(word) || LIGHT.has(stem) ? LIGHT_WEIGHT : 1;
    terms.set(stem, { word, stem, others: synonymsOf(word).map(stemOf), weight });
  }
  return [...terms.values()];
}

export function candidatesFor(terms: readonly Term[]): string[] {
  const words = terms.flatMap(({ word, stem, others, spellings = [] }) => [word, stem, ...others, ...spellings]);
  return [...new Set(words.flatMap((word) => word.match(/[\p{L}\p{N}]+/gu) ?? []))];
}

export interface RankedNote {
  note: Note;
  /** Part of the question's words that it has, by their weight, 0 to 1. */
  share: number;
  hits: number;
  /** Hits by a word of the question itself, and not by another one for it. */
  ownHits: number;
  lacks: number;
}

/** Notes by how much of the question they cover, best first; of equals the shorter one. */
export function rank(terms: readonly Term[], notes: readonly Note[]): RankedNote[] {
  const texts = notes.map(readNote);
  // A word of a note stands for one of the question's: the card of "debit card" is not also its "debit".
  const asked = new Set(terms.map(({ stem }) => stem));
  const matches = texts.map((text) => terms.map((term) => matchWeight(term, text, asked)));
  const weights = terms.map((term, at) => {
    const having = matches.filter((row) => (row[at] ?? 0) > 0).length;
    return term.weight * rarity(having, notes.length);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return notes
    .map((note, index) => {
      const row = matches[index] ?? [];
      const covered = row.reduce((sum, match, at) => sum + match * (weights[at] ?? 0), 0);
      return {
        note,
        share: total === 0 ? 0 : Math.min(1, covered / total),
        hits: row.filter((match) => match > 0).length,
        ownHits: row.filter((match) => match >= AS_BEGINNING).length,
        lacks: row.filter((match, at) => (match === 0 || match === AS_ALIKE) && terms[at]?.weight === 1).length,
      };
    })
    .sort((a, b) => b.share - a.share || a.note.text.length - b.note.text.length);
}

/** Weight of a note's words beside its meaning, where it covers all that a question says. */
const WORDS = 0.5;
/** A note that has no vector yet is taken to be as near as its words say, times this. */
const NO_VECTOR = 0.35;
/** Least score of a near note: small talk stays below it beside hundreds of notes. */
export const CLOSE = 0.3;
export const BESIDE = 0.2;

export interface FusedNote extends RankedNote {
  /** By words and meaning; without meaning the share that its words cover. */
  score: number;
}

/**
 * Notes that were ranked by their words and those that are near in meaning, by both, best first. Where no meaning is known
 * the words alone decide.
 */
export function fuseRanks(ranked: readonly RankedNote[], near: readonly NearNote[]): FusedNote[] {
  if (near.length === 0) return ranked.map((one) => ({ ...one, score: one.share }));
  const similarities = new Map(near.map(({ note, similarity }) => [note.id, similarity]));
  const covered = new Set(ranked.map(({ note }) => note.id));
  const others = near.flatMap(({ note }) =>
    covered.has(note.id) ? [] : [{ note, share: 0, hits: 0, ownHits: 0, lacks: 0 }],
  );
  return [...ranked, ...others]
    .map((one) => ({
      ...one,
      score: (similarities.get(one.note.id) ?? NO_VECTOR * one.share) + WORDS * one.share,
    }))
    .sort((a, b) => b.score - a.score);
}

const rarity = (having: number, all: number): number => {
  const count = Math.max(1, having);
  return (Math.log(1 + (all - count + 0.5) / (count + 0.5)) + 0.5) * (having === 0 ? UNSEEN : 1);
};
const UNSEEN = 1.2;

interface Read {
  words: readonly string[];
  stems: ReadonlySet<string>;
  head: ReadonlySet<string>;
}

function readNote({ title = '', text, tags }: Note): Read {
  const head = wordsIn(`${title} ${tags.join(' ')}`.replace(/[-_/]/g, ' '));
  const words = [...head, ...wordsIn(text.replace(/\bwi[- ]fi\b/gi, 'wifi').slice(0, 4_000))];
  return { words, stems: new Set(words.map(stemOf)), head: new Set(head.map(stemOf)) };
}

function matchWeight(
  { word, stem, others, spellings = [] }: Term,
  { words, stems, head }: Read,
  asked: ReadonlySet<string>,
): number {
  if (stems.has(stem)) return head.has(stem) ? TITLE_BONUS : 1;
  if (word.length >= 4 && words.some((one) => one.startsWith(word))) return AS_BEGINNING;
  if (others.some((other) => stems.has(other) && !asked.has(other))) return AS_SYNONYM;
  if (word.length >= 5 && words.some((one) => one.length >= 4 && isSlip(word, one))) return AS_SLIP;
  if (spellings.some((one) => words.includes(one) || stems.has(one))) return AS_ALIKE;
  return 0;
}
