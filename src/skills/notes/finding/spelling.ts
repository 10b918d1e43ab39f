/** Misspelt words of a question, and the words of a person's notes that they may mean. */
import { messageOf } from '../../../base/errors.ts';
import { slipsIn } from '../../../base/text.ts';
import type { SkillDeps } from '../../../chat/index.ts';
import type { Queryable } from '../../../storage/index.ts';
import type { Term } from '../rank.ts';
import { enableTrigrams, hasTrigrams, wordsLike } from './store.ts';

/** Of shorter words one slip makes another. */
const SHORTEST = 5;
/** In words of so many letters two slips are forgiven. */
const LONG = 8;
/** So many of the words that are most like a misspelt one are looked at. */
const MOST_LIKE = 12;

/** The terms with what the misspelt ones among them may mean: none where this database has no trigrams. */
export async function respelt(tx: Queryable, personId: string, terms: readonly Term[]): Promise<Term[]> {
  const asked = terms.flatMap(({ word }) => (word.length >= SHORTEST ? [word] : []));
  const like = asked.length === 0 ? new Map<string, string[]>() : await wordsLike(tx, personId, asked, MOST_LIKE);
  return terms.map((term) => ({ ...term, meant: meantBy(term, like.get(term.word) ?? []) }));
}

/** Of the words that are `like` it those that it may be: none where the notes have it, undefined where nothing is known of it. Pure. */
export function meantBy({ word, stem }: Pick<Term, 'word' | 'stem'>, like: readonly string[]): string[] | undefined {
  if (like.includes(word) || like.includes(stem)) return [];
  const most = word.length >= LONG ? 2 : 1;
  const near = like.map((one) => ({ one, slips: slipsIn(word, one) })).filter(({ slips }) => slips <= most);
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
