/** Kinds of things that a search over all that coda keeps looks through: each finds its own. */
import type { AnyCollection } from './collection.ts';
import type { CallerReader } from './route.ts';

export interface Hit {
  /** As the thing's page has it: the id, of a skill its name, of a conversation in the browser the name of its channel. */
  id: string;
  title: string;
  /** Words beside the title: a tag, a time, a platform. */
  where: string;
  /** Words of a conversation around those searched for, which are every second piece. */
  excerpt?: string[];
  /** Instant of the message that was found, in a conversation. */
  at?: Date;
}

export interface Finder {
  /** Name of its things on the page: that of their collection under `/v1`, where they have one. */
  kind: string;
  /** At most `most` hits for the person, the best first; none of what they may not see. */
  find(reader: CallerReader, words: string, most: number): Promise<Hit[]>;
}

/** Items that are looked through for the words where a collection does not find them itself: a person has few of these. */
const LOOKED_THROUGH = 200;

/** The items of a collection that have all the words in their name or beside it. */
export function finderIn(collection: AnyCollection): Finder {
  const isSearched = 'q' in collection.query.shape;
  return {
    kind: collection.name,
    async find({ db, personId }, words, most) {
      const page = { personId, after: undefined, limit: isSearched ? most : LOOKED_THROUGH };
      const { items } = await collection.list(db, page, collection.query.parse(isSearched ? { q: words } : {}));
      const wanted = words.toLowerCase().split(/\s+/);
      const has = (text: string) => isSearched || wanted.every((word) => text.toLowerCase().includes(word));
      const hits = items.map((item) => ({ id: item.id, parts: collection.hit(item) }));
      const matches = hits.filter(({ parts }) => has(parts.join('\n'))).slice(0, most);
      return matches.map(({ id, parts: [title, where] }) => ({ id, title, where }));
    },
  };
}
