/** Finds words in a page. Pure. */

/** Around a match, at most; whole paragraphs where they are shorter. Characters. */
const AROUND = 600;
const MOST = 10;

export interface Passages {
  /** In all of the page. */
  count: number;
  passages: string[];
}

/** The passages of `text` that hold `words`, without regard to case and the width of white space, in their order. */
export function passagesWith(text: string, words: string): Passages {
  const pattern = words.trim().split(/\s+/).map(escaped).join('\\s+');
  const matches = [...text.matchAll(new RegExp(pattern, 'giu'))];
  const passages: string[] = [];
  let shownTo = 0;
  for (const { index, 0: match } of matches) {
    if (index < shownTo) continue;
    if (passages.length === MOST) break;
    const start = Math.max(shownTo, edge(text, index, -1));
    const end = edge(text, index + match.length, 1);
    passages.push(`${start > 0 ? '… ' : ''}${text.slice(start, end).trim()}${end < text.length ? ' …' : ''}`);
    shownTo = end;
  }
  return { count: matches.length, passages };
}

/** The border of the paragraph that `at` is in, or as far from it as is shown. */
function edge(text: string, at: number, way: -1 | 1): number {
  if (way < 0) return Math.max(0, at - AROUND, text.lastIndexOf('\n\n', at) + 1);
  const end = text.indexOf('\n\n', at);
  return Math.min(text.length, at + AROUND, end < 0 ? text.length : end);
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
