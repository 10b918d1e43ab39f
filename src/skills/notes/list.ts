/** A list is a note whose items stand behind a colon, between commas or on lines of their own. Pure. */
import { hasSigns, isFormOf, signsIn, wordsIn } from '../../base/lexemes.ts';

// Neither the hour of "10:30" nor an address ends the head.
const HEADED = /^([^:\n]{1,60}(?::(?=\s|$)| -)\s*)(.*)$/s;
/** A run of marks is one: ", and " is. */
const BETWEEN = /((?<!\s)\s*(?:[,;\n]|\band\b)(?:\s*(?:[,;\n]|\band\b))*\s*)/i;
const NAME_OF_LIST = /\b(?:lists?|ideas|shopping|grocer(?:y|ies)|to[- ]?dos?|packing|errands|chores|tasks)\b/i;
const STATEMENT_WORDS =
  /\b(?:is|are|was|were|has|have|had|owes?|likes?|needs?|lives?|said|says|prefers?|works|costs?|starts|ends|opens|closes|leaves|arrives)\b|[.!?]\s/i;
const LONGEST_ITEM = 8;
/** Words of an item in a list without a head, which only its commas show. */
const LONGEST_BARE_ITEM = 4;
const FEWEST_BARE_ITEMS = 3;

function read(text: string): { head: string; parts: string[] } {
  const [, head = '', body = text] = HEADED.exec(text) ?? [];
  return { head, parts: body.split(BETWEEN) };
}

const itemsOf = (parts: readonly string[]): string[] => parts.filter((part, at) => at % 2 === 0 && part.trim() !== '');
const lengthOf = (item: string): number => item.trim().split(/\s+/).length;

export function isList(text: string): boolean {
  const { head, parts } = read(text);
  const items = itemsOf(parts);
  if (NAME_OF_LIST.test(head)) return items.every((item) => lengthOf(item) <= LONGEST_ITEM);
  if (items.some((item) => STATEMENT_WORDS.test(item) || lengthOf(item) > LONGEST_ITEM)) return false;
  if (head !== '') return items.length > 1;
  return items.length >= FEWEST_BARE_ITEMS && items.every((item) => lengthOf(item) <= LONGEST_BARE_ITEM);
}

/** The name and the items of a list; undefined for every other note. */
export function listIn(text: string): { name: string; items: string[] } | undefined {
  if (!isList(text)) return undefined;
  const { head, parts } = read(text);
  return { name: head.replace(/(?::| -)\s*$/, '').trim(), items: itemsOf(parts).map((item) => item.trim()) };
}

/** The name of a list on which nothing is left; undefined for every other note. */
export function nameOfEmpty(text: string): string | undefined {
  const { head, parts } = read(text);
  return head !== '' && itemsOf(parts).length === 0 && isList(text) ? head.replace(/[:-]\s*$/, '').trim() : undefined;
}

const BESIDE_NAME = new Set('list lists the my our a an of for note notes'.split(' '));
const wordsOfName = (words: string): string[] => wordsIn(words).filter((word) => !BESIDE_NAME.has(word));

/** True if `name` is what the note goes by: "shopping" is the name of "Shopping list: milk". */
export function isNamed(text: string, name: string): boolean {
  const wanted = wordsOfName(name);
  const { head } = read(text);
  const [first = ''] = text.split('\n');
  const own = wordsOfName(head || (first === text ? wordsOfName(text).slice(0, wanted.length).join(' ') : first));
  const isIn = wanted.every((word) => own.some((one) => one === word || isFormOf(word, one)));
  return isIn && (own.length === wanted.length ? head !== '' || !STATEMENT_WORDS.test(text) : isList(text));
}

const wantedWords = (item: string): string[] =>
  wordsIn(
    item
      .trim()
      .replace(/^["“'‘]|["”'’]$/g, '')
      .replace(/^(?:the|a|an|some|my|our|that)\s+/i, '')
      .replace(/(?<=\S)\s+(?:one|item|thing|bit|entry|task)$/i, ''),
  );

const isSameItem = (one = '', other = ''): boolean => wordsIn(one).join(' ') === wordsIn(other).join(' ');

/**
 * The items of `more` where all of them are on the list already, else none: then they are added as they are said. Of the list whole
 * items count, as its commas and lines part them: "mac and cheese" is no cheese.
 */
export function itemsThere(list: string, more: string): readonly string[] {
  const { head } = read(list);
  const plain = (item: string) => wantedWords(item).join(' ');
  const items = new Set(
    list
      .slice(head.length)
      .split(/[,;\n]/)
      .map(plain),
  );
  const isThere = (item: string) => plain(item) !== '' && items.has(plain(item));
  if (isThere(more)) return [more.trim()];
  const each = itemsOf(more.split(BETWEEN)).map((item) => item.trim());
  return each.length > 1 && each.every(isThere) ? each : [];
}

export function withItem(list: string, item: string): string {
  const isLine = !list.includes('\n') && /[:,]/.test(list);
  const bare = item.trim().replace(/^["“]([^"“”]+)["”]$/, '$1');
  return `${list}${isLine ? (/[:,]\s*$/.test(list) ? ' ' : ', ') : '\n'}${bare}`.replace(/: {2,}/, ': ');
}

/** The list without the one item that `item` names, or the ones; undefined where it names none, or may name several. */
export function withoutItems(list: string, item: string): string | undefined {
  const whole = withoutOne(list, item);
  const items = item.split(/(?<!\s)\s*(?:,|\band\b)(?:\s*(?:,|\band\b))*\s*/i).filter((one) => one !== '');
  if (whole !== undefined || items.length < 2) return whole;
  return items.reduce<string | undefined>((rest, one) => (rest === undefined ? rest : withoutOne(rest, one)), list);
}

function withoutOne(list: string, item: string): string | undefined {
  const { head, parts } = read(list);
  const wanted = wantedWords(item);
  const signs = wanted.length === 0 ? signsIn(item) : [];
  const fits = (part: string) => {
    if (signs.length > 0) return hasSigns(part, signs);
    const own = wordsIn(part);
    return wanted.length > 0 && wanted.every((word) => own.some((one) => isFormOf(word, one)));
  };
  const places = parts.flatMap((part, at) => (at % 2 === 0 && fits(part) ? [at] : []));
  // "Milk" is the milk, where there is oat milk too.
  const exact = places.filter(
    (at) =>
      wordsIn(parts[at] ?? '').length === wanted.length &&
      (wanted.length > 0 || signsIn(parts[at] ?? '').length === signs.length),
  );
  // An item that is there twice is taken off once.
  const [place, ...others] =
    exact.length > 0 && exact.every((at) => isSameItem(parts[at], parts[exact[0] ?? 0])) ? exact.slice(-1) : places;
  if (place === undefined || others.length > 0 || (head === '' && parts.length === 1)) return undefined;
  // The name of the list may stand before its first item with no mark between them.
  if (place === 0 && head === '' && /:|\blist\b/i.test(parts[0] ?? '')) return undefined;
  parts.splice(place === 0 ? 0 : place - 1, 2);
  return `${head}${parts.join('')}`.trim();
}
