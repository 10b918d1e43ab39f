import type { Queryable } from '../../storage/index.ts';
import type { Found, Page } from './store.ts';
import * as store from './store.ts';
import { tagName } from './tags.ts';

const MOST_WORDS = 20;

/** What people say around what they look for. */
const FILLERS = new Set('the a an of on in at to for and or is was my about with'.split(' '));

/** Full text first, then anywhere inside words; `#tag` narrows to a tag. Newest first among equals. */
export async function searchNotes(tx: Queryable, personId: string, query: string, page: Page): Promise<Found> {
  const tags = (query.match(/#[\p{L}\p{N}][\p{L}\p{N}_/-]*/gu) ?? []).map(tagName);
  const rest = query.replace(/#[\p{L}\p{N}][\p{L}\p{N}_/-]*/gu, ' ');
  const all = rest.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = all.filter((word) => !FILLERS.has(word));
  const words = (telling.length > 0 ? telling : all).slice(0, MOST_WORDS);
  if (words.length === 0)
    return tags[0] === undefined ? { notes: [], total: 0 } : store.list(tx, personId, tags[0], page);
  const found = await store.search(tx, personId, { words, tags }, page);
  if (found.total > 0 || page.offset > 0) return found;
  return store.searchParts(tx, personId, [...words, ...tags], page);
}
