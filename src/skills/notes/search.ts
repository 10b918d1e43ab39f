import type { TxContext } from '../../agent/index.ts';
import { messageOf } from '../../base/errors.ts';
import { signsIn, spellingsOf, wordsIn } from '../../base/lexemes.ts';
import { editDistance } from '../../base/text.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { Queryable } from '../../storage/index.ts';
import type { NearText } from '../../vectors/index.ts';
import * as finding from './finding/store.ts';
import { enableTrigrams, hasTrigrams, type WantedNotes, wordsLike } from './finding/store.ts';
import { type NearNote, nearOnes } from './meaning/store.ts';
import { BESIDE, candidatesFor, fuseRanks, type RankedNote, rank, type Term, termsOf } from './rank.ts';
import type { FoundNote, Page } from './store.ts';
import * as store from './store.ts';
import { TAG, tagName } from './tags.ts';

const MOST_WORDS = 20;
/** Share of the words that a note has to hold to be shown where no note holds all. */
const NEAR = 0.2;
const MOST_LOOKED_AT = 200;
/** Most notes shown where meaning has a say: all notes are near to some degree. */
const MOST_CLOSE = 20;

const FILLERS = new Set('the a an of on in at to for and or is was my about with'.split(' '));

const LANGUAGES: Record<string, string> = {
  da: 'danish',
  de: 'german',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  hu: 'hungarian',
  it: 'italian',
  nb: 'norwegian',
  nl: 'dutch',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sv: 'swedish',
  tr: 'turkish',
};

export const languageOf = (locale: string | undefined): string =>
  LANGUAGES[locale?.slice(0, 2).toLowerCase() ?? ''] ?? 'english';

export interface NarrowedSearch {
  tags?: readonly string[];
  from?: Date | undefined;
  to?: Date | undefined;
  near?: readonly NearText[] | undefined;
}

type Looking = Pick<TxContext, 'person' | 'conversationId'>;
type Readable = { tx: Queryable };

export const wantedBy = (
  { person, conversationId }: Looking,
  tags: readonly string[],
  span: Pick<WantedNotes, 'from' | 'to'> = {},
): WantedNotes => ({ personId: person.id, conversationId, language: languageOf(person.locale), tags, ...span });

/**
 * Full text first: notes with all words. Then those that hold most of them, in other words or misspelt too; then anywhere
 * inside words. `#tag` narrows to a tag.
 */
export async function searchNotes(
  ctx: Looking & Readable,
  query: string,
  page: Page,
  narrowed: NarrowedSearch = {},
): Promise<FoundNote> {
  const named = (query.match(TAG) ?? []).map(tagName);
  const tags = [...named, ...(narrowed.tags ?? [])];
  const rest = withoutTags(query);
  const all = rest.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = all.filter((word) => !FILLERS.has(word));
  const words = (telling.length > 0 ? telling : all).slice(0, MOST_WORDS);
  const wanted = wantedBy(ctx, tags, { from: narrowed.from, to: narrowed.to });
  const signs = words.length === 0 ? signsIn(rest) : [];
  if (signs.length > 0) return finding.searchParts(ctx.tx, wanted, signs, page);
  if (words.length === 0) {
    return tags.length === 0 ? { notes: [], total: 0 } : store.listNotes(ctx.tx, wanted, wanted, page);
  }
  const matches = await finding.search(ctx.tx, wanted, words, page);
  if (matches.total > 0 || page.offset > 0) return matches;
  const respelled = await otherwiseSpelt(ctx, wanted, words, page);
  if (respelled) return respelled;
  const close = await nearOnes(ctx.tx, wanted, narrowed.near ?? []);
  const covered = await nearest(ctx, wanted, rest, close);
  if (covered.some(({ share }) => share >= NEAR)) return pageOf(covered, page);
  const parts = await finding.searchParts(ctx.tx, wanted, [...words, ...tags], page);
  if (parts.total > 0) return parts;
  return pageOf(covered.length > 0 ? covered : await misspelt(ctx, wanted, rest), page);
}

/** Notes that have the words in another spelling: an index knows the letters as they were written. */
async function otherwiseSpelt(
  { tx }: Readable,
  wanted: WantedNotes,
  words: readonly string[],
  page: Page,
): Promise<FoundNote | undefined> {
  const spelt = words.map(spellingsOf);
  const most = Math.max(...spelt.map(({ length }) => length));
  for (let at = 0; at < most; at++) {
    const others = words.map((word, index) => spelt[index]?.[at] ?? word);
    const matches = await finding.search(tx, wanted, others, page);
    if (matches.total > 0) return matches;
  }
  return undefined;
}

export const withoutTags = (query: string): string => query.replace(TAG, ' ');

const pageOf = (ranked: readonly RankedNote[], { offset, limit }: Page): FoundNote => ({
  notes: ranked.slice(offset, offset + limit).map(({ note }) => note),
  total: ranked.length,
});

const REST_LETTERS = 3;

/** Notes with a word that differs in one letter of its beginning, which no index finds: best first. */
async function misspelt({ tx }: Readable, wanted: WantedNotes, query: string): Promise<readonly RankedNote[]> {
  const terms = termsOf(query);
  const rests = terms.flatMap(({ word }) => {
    const rest = word.slice(finding.BEGINNING_LETTERS);
    return rest.length >= REST_LETTERS ? [rest] : [];
  });
  if (rests.length === 0) return [];
  const notes = await finding.withAnyPart(tx, wanted, rests, MOST_LOOKED_AT);
  return rank(terms, notes).filter(({ share }) => share >= NEAR);
}

async function nearest(
  { tx }: Readable,
  wanted: WantedNotes,
  query: string,
  close: readonly NearNote[],
): Promise<readonly RankedNote[]> {
  const terms = await respelt(tx, wanted.personId, termsOf(query));
  const beginnings = terms.flatMap(({ word, spellings }) =>
    word.length >= 5 && spellings === undefined ? [word.slice(0, finding.BEGINNING_LETTERS)] : [],
  );
  const words = [...candidatesFor(terms), ...beginnings].flatMap((word) => wordsIn(word).slice(0, 1));
  const notes = words.length === 0 ? [] : await finding.withAny(tx, wanted, [...new Set(words)], MOST_LOOKED_AT);
  const ranked = fuseRanks(rank(terms, notes), close).filter(({ share, score }) => share >= NEAR || score >= BESIDE);
  return close.length === 0 ? ranked : ranked.slice(0, MOST_CLOSE);
}

// Misspelt words of a question, and the words of a person's notes that they may mean.

/** Letters: a shorter word becomes another one by one slip. */
const SHORTEST = 5;
const TWO_SLIPS_FROM = 8;
const MOST_LIKE = 12;

/** The terms with what the misspelt ones among them may mean: none where this database has no trigrams. */
export async function respelt(tx: Queryable, personId: string, terms: readonly Term[]): Promise<Term[]> {
  const asked = terms.flatMap(({ word }) => (word.length >= SHORTEST ? [word] : []));
  const like = asked.length === 0 ? new Map<string, string[]>() : await wordsLike(tx, personId, asked, MOST_LIKE);
  return terms.map((term) => ({ ...term, spellings: meantBy(term, like.get(term.word) ?? []) }));
}

/**
 * The words among `like` that may be meant: none where the notes have the word, undefined where nothing is known of it.
 * Pure.
 */
export function meantBy({ word, stem }: Pick<Term, 'word' | 'stem'>, like: readonly string[]): string[] | undefined {
  if (like.includes(word) || like.includes(stem)) return [];
  const most = word.length >= TWO_SLIPS_FROM ? 2 : 1;
  const near = like.map((one) => ({ one, slips: editDistance(word, one) })).filter(({ slips }) => slips <= most);
  if (near.length === 0) return undefined;
  const fewest = Math.min(...near.map(({ slips }) => slips));
  return near.filter(({ slips }) => slips === fewest).map(({ one }) => one);
}

/** Has misspelt words found by trigrams from now on where the database can; else their beginnings are looked for. */
export async function useTrigrams({ database, world }: Pick<SkillDeps, 'database' | 'world'>): Promise<void> {
  if (await hasTrigrams(database).catch(() => false)) return;
  const refused = await enableTrigrams(database).catch(messageOf);
  if (refused !== undefined) world.log.debug({ reason: refused }, 'misspelt words are found without trigrams');
}
