/** Entries of a feed: RSS, Atom, RDF. On the thread of the pages. */
import { DomHandler, Parser } from 'htmlparser2';

const MOST = 5_000;
const LONGEST_TITLE = 200;
const LONGEST_ID = 1_000;
/** Elements within each other: the parser takes the square of that depth, and no feed comes near it. */
const DEEPEST_ELEMENT = 500;

class ShallowHandler extends DomHandler {
  onopentag(name, attribs) {
    if (this.tagStack.length > DEEPEST_ELEMENT) throw new Error('its elements stand too deep within each other');
    super.onopentag(name, attribs);
  }
}

function parseMarkup(text, options) {
  const handler = new ShallowHandler(undefined, options);
  new Parser(handler, options).end(text);
  return handler.root.children;
}

/**
 * Entries as they stand there. `id` is the same for the same entry; so is each of `also`, for feeds whose ids change or are
 * missing. Throws where there is no feed.
 */
export function entriesOf(xml, url = '') {
  const root = findRoot(parseMarkup(xml, { xmlMode: true }));
  if (!root) throw new Error('there is no feed (RSS, Atom) at this address');
  const found = [...itemsIn(root, url, 0)];
  const home = linkIn(childrenOf(root.channel ?? root), url);
  const entries = found.slice(0, MOST).map(({ item, base }) => partsOf(item, base));
  const [ids, links] = [countsOf(entries, 'guid'), countsOf(entries, 'link')];
  return {
    more: found.length - entries.length,
    entries: entries.flatMap((entry) => namedEntry(entry, { ids, links, home })),
  };
}

const localOf = ({ name = '' }) => name.slice(name.indexOf(':') + 1).toLowerCase();
const prefixOf = ({ name = '' }) => (name.includes(':') ? name.slice(0, name.indexOf(':')) : '');
const elementsIn = ({ children = [] }) => children.filter(({ type }) => type === 'tag');

function findRoot(nodes) {
  const root = nodes.find((node) => node.type === 'tag' && /^(?:rss|feed|rdf|channel)$/.test(localOf(node)));
  if (!root) return undefined;
  root.channel = elementsIn(root).find((each) => localOf(each) === 'channel');
  return root;
}

/** Deeper than this stands no entry. */
const DEEPEST = 4;

function* itemsIn(node, url, depth) {
  const base = resolve(node.attribs?.['xml:base'], url) ?? url;
  for (const each of elementsIn(node)) {
    const own = resolve(each.attribs['xml:base'], base) ?? base;
    if (/^(?:item|entry)$/.test(localOf(each))) yield { item: each, base: own };
    else if (depth < DEEPEST) yield* itemsIn(each, base, depth + 1);
  }
}

/** The elements that are of the feed itself, by their names: those of other vocabularies (media:title) are about something else. */
function childrenOf(node) {
  const known = new Map();
  for (const each of elementsIn(node)) {
    const prefix = prefixOf(each);
    const name = prefix === '' || prefix === prefixOf(node) ? localOf(each) : each.name.toLowerCase();
    const same = known.get(name);
    // A feed may have a hundred thousand of one name: a new list for each would take the square of that.
    if (same) same.push(each);
    else known.set(name, [each]);
  }
  return known;
}

function partsOf(item, base) {
  const children = childrenOf(item);
  const first = (...names) => names.map((name) => children.get(name)?.[0]).find(Boolean);
  const guid = textOf(first('guid', 'id')) || item.attribs['rdf:about']?.trim() || '';
  const words =
    wordsOf(first('title', 'dc:title')) || wordsOf(first('description', 'summary', 'content', 'content:encoded'));
  const isLink = first('guid')?.attribs.ispermalink !== 'false' && first('guid')?.attribs.isPermaLink !== 'false';
  const link =
    linkIn(children, base) ?? (isLink ? resolve(/^https?:/i.test(guid) ? guid : undefined, base) : undefined);
  const date = textOf(first('pubdate', 'published', 'dc:date', 'updated', 'date'));
  return { guid, words, link, date };
}

const countsOf = (entries, name) => {
  const counts = new Map();
  for (const { [name]: value } of entries) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

/**
 * Known by its id; else by its address with its date or words, where that is of one entry alone and not of the whole site; else
 * by all of these. An address alone may have been another entry's before.
 */
function namedEntry({ guid, words, link = '', date }, { ids, links, home }) {
  const text = [words.slice(0, LONGEST_TITLE), link.slice(0, LONGEST_ID)].filter(Boolean).join(' ');
  if (text === '' && guid === '') return [];
  const whole = `${link} ${words}${date === '' ? '' : ` ${date}`}`;
  const isOwn = link !== '' && link !== home && links.get(link) === 1;
  const hasId = guid !== '' && ids.get(guid) === 1;
  const ofLink = isOwn && !hasId ? [...(date === '' ? [] : [`${date} ${link}`]), `${words} ${link}`] : [];
  const names = [...(hasId ? [guid] : ofLink), ...(date !== '' || !hasId ? [whole] : [])];
  const [id, ...also] = names.map((name) => name.slice(0, LONGEST_ID));
  return [{ id, also, text: text || guid.slice(0, LONGEST_TITLE) }];
}

function linkIn(children, base) {
  const links = [...(children.get('link') ?? []), ...(children.get('atom:link') ?? [])];
  const written = links.map((each) => ({
    href: each.attribs.href ?? textOf(each),
    rel: each.attribs.rel?.toLowerCase() ?? 'alternate',
    isPage: /^(?:text\/html|application\/xhtml)/i.test(each.attribs.type ?? 'text/html'),
    base: resolve(each.attribs['xml:base'], base) ?? base,
  }));
  const best =
    written.find(({ rel, isPage }) => rel === 'alternate' && isPage) ??
    written.find(({ rel }) => rel === 'alternate') ??
    written.find(({ rel }) => rel === 'related' || rel === 'via');
  return best && resolve(best.href, best.base);
}

function resolve(href, base) {
  const address = href?.trim();
  if (!address) return undefined;
  const url = URL.parse(address, base === '' ? undefined : base);
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

const textIn = (node) => (node.type === 'text' ? node.data : (node.children ?? []).map(textIn).join(''));

const textOf = (element) => (element ? textIn(element).replace(/\s+/g, ' ').trim() : '');

/** Characters of an entry's words that are looked at. */
const LONGEST_WORDS = 20_000;

/** Plain words: titles of RSS, and those that Atom calls HTML, are marked up once more. */
function wordsOf(element) {
  const text = textOf(element).slice(0, LONGEST_WORDS);
  if (element?.attribs.type === 'text' || !/<[a-z/!]|&(?:#|[a-z])/i.test(text)) return text;
  // "the <b> tag" is about marks.
  return shownIn(text.replace(/<(?:br|\/p|\/div|\/li)\b/gi, ' $&')) || text;
}

function shownIn(markup) {
  try {
    return parseMarkup(markup, {}).map(textIn).join('').replace(/\s+/g, ' ').trim();
  } catch {
    return '';
  }
}
