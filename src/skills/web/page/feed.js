/** Entries of a feed: RSS, Atom, RDF. On the thread of the pages. */
import { parseFeed } from 'htmlparser2';

const MOST = 200;
const LONGEST_TITLE = 200;
const LONGEST_ID = 1_000;

/** An entry is known by its id, else by its address, else by its title. Throws where there is no feed. */
export function entriesOf(xml) {
  const feed = parseFeed(xml);
  if (!feed) throw new Error('there is no feed (RSS, Atom) at this address');
  return feed.items.slice(0, MOST).flatMap(({ id, link, title, description }) => {
    const known = id ?? link ?? title;
    const words = (title ?? description ?? '').replace(/\s+/g, ' ').trim().slice(0, LONGEST_TITLE);
    if (known === undefined) return [];
    return [{ id: known.slice(0, LONGEST_ID), text: [words, link?.slice(0, LONGEST_ID)].filter(Boolean).join(' ') }];
  });
}
