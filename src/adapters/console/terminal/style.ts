/** Styles of terminal text, and its wrapping. */

import widthOf from 'string-width';

export type Mark = (text: string) => string;

/** The few marks that coda uses; without colour each gives its text back. */
export interface Style {
  bold: Mark;
  dim: Mark;
  italic: Mark;
  strike: Mark;
  link: Mark;
  code: Mark;
  /** Styles of answers, reminders, questions and errors. */
  voice: Mark;
  bell: Mark;
  question: Mark;
  failure: Mark;
}

export function createStyle(colour: boolean): Style {
  const sgr = (on: number, off: number): Mark => {
    return colour ? (text) => `\u001b[${on}m${text}\u001b[${off}m` : (text) => text;
  };
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    italic: sgr(3, 23),
    strike: sgr(9, 29),
    link: sgr(4, 24),
    code: sgr(36, 39),
    voice: sgr(36, 39),
    bell: sgr(33, 39),
    question: sgr(35, 39),
    failure: sgr(31, 39),
  };
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Words with their marks. A newline in `text` begins a line. */
export interface Span {
  text: string;
  mark: Mark;
}

/** Fills lines of at most `width` columns, broken between words where they can be, with each word marked by itself. */
export function wrap(spans: readonly Span[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const next = () => {
    lines.push(line.trimEnd());
    line = '';
    used = 0;
  };
  for (const word of spans.flatMap(wordsOf)) {
    if (word.text === '\n') {
      next();
      continue;
    }
    for (const piece of piecesOf(word.text, width)) {
      const room = widthOf(piece);
      if (used > 0 && used + widthOf(piece.trimEnd()) > width) next();
      if (used === 0 && piece.trim() === '' && lines.length > 0) continue;
      line += word.mark(piece);
      used += room;
    }
  }
  next();
  return lines;
}

/** Each word with the spaces behind it, each newline by itself. */
function wordsOf({ text, mark }: Span): Span[] {
  return (text.match(/\n|[^\s]+[^\S\n]*|[^\S\n]+/g) ?? []).map((word) => ({ text: word, mark }));
}

/** A word that no line can hold, in pieces. */
function piecesOf(word: string, width: number): string[] {
  if (widthOf(word.trimEnd()) <= width) return [word];
  const pieces = [''];
  let used = 0;
  for (const { segment } of graphemes.segment(word)) {
    const room = widthOf(segment);
    if (used + room > width && used > 0) {
      pieces.push('');
      used = 0;
    }
    pieces[pieces.length - 1] += segment;
    used += room;
  }
  return pieces;
}
