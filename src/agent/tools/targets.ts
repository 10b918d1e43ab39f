/** True if what a call points at stood in somebody's words. Pure. */

/** An address with a scheme, or a bare host with or without a path. */
const ADDRESS = /(?:https?:\/\/)?(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}(?::\d{1,5})?(?:[/?#][^\s<>"'`|\\^{}]*)?/giu;
const ENDS_SENTENCE = /[).,;:!?*_~\]]+$/;
/** Shorter words stand in nearly everything. */
const SHORTEST = 3;

/**
 * True if each of `targets` stands word for word in one of `texts`; an address also where its scheme was left out. Of
 * no target nobody has said anything.
 */
export function standIn(targets: readonly string[], texts: readonly string[]): boolean {
  if (targets.length === 0) return false;
  const addresses = new Set(texts.flatMap(addressesIn).flatMap(asMeant));
  return targets.every((target) => {
    const address = addressOf(target);
    return address === undefined ? texts.some((text) => hasWord(text, target)) : addresses.has(address);
  });
}

/** All texts in a value, to be looked for in what was said. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}

/** The addresses in a text; what may be the end of a sentence or of the address is taken for both. */
function addressesIn(text: string): string[] {
  return [...text.matchAll(ADDRESS)].flatMap(([found]) =>
    [found.replace(ENDS_SENTENCE, ''), found.replace(/[.,;:!?]+$/, '')].flatMap((each) => addressOf(each) ?? []),
  );
}

/** A target that names a place in a page names the page, too. */
const asMeant = (address: string): string[] => [address, address.replace(/#.*$/s, '')];

/**
 * Host, port, path, query and the place in the page, as every spelling of one address has them; undefined for what is no
 * web address. No server is told the place, but a page reads it in a browser.
 */
function addressOf(text: string): string | undefined {
  const isWhole = /^https?:\/\//i.test(text);
  if (!isWhole && (text.includes('@') || !/^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?:[:/?#]|$)/u.test(text)))
    return undefined;
  const url = URL.parse(isWhole ? text : `https://${text}`);
  return url
    ? `${url.username}:${url.password}@${url.host}${url.pathname.replace(/\/$/, '')}${url.search}${url.hash}`
    : undefined;
}

function hasWord(text: string, word: string): boolean {
  const [within, wanted] = [text.toLowerCase(), word.trim().toLowerCase()];
  if (wanted.length < SHORTEST) return false;
  for (let at = within.indexOf(wanted); at >= 0; at = within.indexOf(wanted, at + 1)) {
    if (!isWordy(within[at - 1]) && !isWordy(within[at + wanted.length])) return true;
  }
  return false;
}

function isWordy(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_@-]/u.test(character);
}
