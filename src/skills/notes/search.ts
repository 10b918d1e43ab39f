import type { TxContext } from '../../agent/index.ts';
import { wordsIn } from '../../base/word-forms.ts';
import type { Wanted } from './finding/store.ts';
import * as finding from './finding/store.ts';
import { candidatesFor, rank, termsOf } from './rank.ts';
import type { Found, Page } from './store.ts';
import * as store from './store.ts';
import { tagName } from './tags.ts';

const MOST_WORDS = 20;
/** What of the words a note has to hold to be shown where no note holds all. */
const NEAR = 0.2;
const MOST_LOOKED_AT = 200;

/** What people say around what they look for. */
const FILLERS = new Set('the a an of on in at to for and or is was my about with'.split(' '));

const LANGUAGES: Record<string, string> = {
  ...{ da: 'danish', de: 'german', es: 'spanish', fi: 'finnish', fr: 'french', hu: 'hungarian', it: 'italian' },
  ...{ nb: 'norwegian', nl: 'dutch', no: 'norwegian', pt: 'portuguese', ro: 'romanian', ru: 'russian', sv: 'swedish' },
  tr: 'turkish',
};

/** The language of full text search for a person: `german`. */
export const languageOf = (locale: string | undefined): string =>
  LANGUAGES[locale?.slice(0, 2).toLowerCase() ?? ''] ?? 'english';

type Looking = Pick<TxContext, 'person' | 'conversationId'>;

export const wantedBy = (
  { person, conversationId }: Looking,
  tags: readonly string[],
  span: Pick<Wanted, 'from' | 'to'> = {},
): Wanted => ({ personId: person.id, conversationId, language: languageOf(person.locale), tags, ...span });

/**
 * Full text first: notes with all words. Then those that hold most of them, in other words or misspelt too; then anywhere
 * inside words. `#tag` narrows to a tag.
 */
export async function searchNotes(
  ctx: Looking & Pick<TxContext, 'tx'>,
  query: string,
  page: Page,
  narrowed: { tags?: readonly string[]; from?: Date | undefined; to?: Date | undefined } = {},
): Promise<Found> {
  const named = (query.match(/#[\p{L}\p{N}][\p{L}\p{N}_/-]*/gu) ?? []).map(tagName);
  const tags = [...named, ...(narrowed.tags ?? [])];
  const rest = query.replace(/#[\p{L}\p{N}][\p{L}\p{N}_/-]*/gu, ' ');
  const all = rest.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = all.filter((word) => !FILLERS.has(word));
  const words = (telling.length > 0 ? telling : all).slice(0, MOST_WORDS);
  const wanted = wantedBy(ctx, tags, { from: narrowed.from, to: narrowed.to });
  if (words.length === 0) {
    return tags[0] === undefined ? { notes: [], total: 0 } : store.list(ctx.tx, wanted, tags[0], page);
  }
  const found = await finding.search(ctx.tx, wanted, words, page);
  if (found.total > 0 || page.offset > 0) return found;
  const near = await nearest(ctx, wanted, rest, page);
  return near.total > 0 ? near : finding.searchParts(ctx.tx, wanted, [...words, ...tags], page);
}

/** Notes that hold at least half of what the words say; a misspelt word is found by how it begins. */
async function nearest({ tx }: Pick<TxContext, 'tx'>, wanted: Wanted, query: string, page: Page): Promise<Found> {
  const terms = termsOf(query);
  const beginnings = terms.flatMap(({ word }) => (word.length >= 5 ? [word.slice(0, finding.BEGINNING)] : []));
  const words = [...candidatesFor(terms), ...beginnings].flatMap((word) => wordsIn(word).slice(0, 1));
  if (words.length === 0) return { notes: [], total: 0 };
  const notes = await finding.withAny(tx, wanted, [...new Set(words)], MOST_LOOKED_AT);
  const kept = rank(terms, notes).filter(({ share }) => share >= NEAR);
  const shown = kept.slice(page.offset, page.offset + page.limit).map(({ note }) => note);
  return { notes: shown, total: kept.length };
}
