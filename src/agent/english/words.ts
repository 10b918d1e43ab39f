/** A sentence as words that know where they stand in it. */

export interface Word {
  /** Lower case, without apostrophes and the punctuation around it: `Don't` → `dont`. */
  norm: string;
  /** Where it stands in the text, punctuation around it included. */
  start: number;
  end: number;
  /** A colon, comma, dash, full stop or line break follows it. */
  marked: boolean;
}

const TOKEN = /\S+/g;
const OUTER = /^[^\p{L}\p{N}\p{S}#]+|[^\p{L}\p{N}\p{S}#]+$/gu;

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const raw = match[0];
    const norm = raw
      .toLowerCase()
      .replace(/['’‘`]/g, '')
      .replace(OUTER, '');
    const last = words.at(-1);
    const end = match.index + raw.length;
    if (norm === '') {
      // A dash or bracket alone belongs to the word before it.
      if (last) {
        last.marked = true;
        last.end = end;
      }
      continue;
    }
    const marked = /[:,;.!?…–—-]["”’')\]]*$/u.test(raw) || text[end] === '\n' || text[end] === '\r';
    words.push({ norm, start: match.index, end, marked });
  }
  return words;
}

/**
 * What was written from word `from` up to word `to`, without the punctuation that ends a sentence or a clause. A
 * question mark stays: it says that this was no statement.
 */
export function written(text: string, words: readonly Word[], from: number, to: number): string {
  const first = words[from];
  const last = words[to - 1];
  if (!first || !last) return '';
  return text
    .slice(first.start, last.end)
    .replace(/(?<![.!])[.!]$|[,;:]+$|\s+[-–—]+$/u, '')
    .trim();
}
