/** Splits a file into passages: paragraphs, commands, comments, frontmatter lines. */

import type { Passage, PassageKind } from './finding.ts';
import { fold } from './text.ts';

/** Length of a passage: bounds the work of each pattern. */
const MAX_PASSAGE = 1_500;
const OVERLAP = 200;
const BLOCK_LINES = 12;

const FENCE = /^\s{0,12}(?:>\s?)?(`{3,}|~{3,})/;
const HEADING = /^\s{0,3}#{1,6}\s/;
const ITEM = /^\s{0,12}(?:[-*+]|\d{1,3}[.)])\s/;
const HIDDEN_REFERENCE = /^\s{0,3}\[(?:\/\/|comment)\]:\s/i;

/** The passages of a file. `isMarkdown`: prose with code in fences; else all of it is code that is run. */
export function* passagesOf(text: string, isMarkdown: boolean): Generator<Passage> {
  const lines = text.split(/\r\n|\n|\r|\u2028|\u2029/).map(fold);
  if (isMarkdown) yield* markdown(lines);
  else yield* commands(lines, 1, { isScript: true });
  // Multi-step patterns are looked for in prose, in fences and across both.
  for (let at = 0; at < lines.length; at += BLOCK_LINES / 2) {
    yield* joined(lines.slice(at, at + BLOCK_LINES), at + 1, 'code', { block: true, isScript: true });
  }
}

function* markdown(lines: readonly string[]): Generator<Passage> {
  let intro = '';
  let at = 0;
  if (lines[0]?.trim() === '---') {
    const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
    for (let line = 1; line < end; line++) yield* joined(lines.slice(line, line + 1), line + 1, 'head');
    at = end > 0 ? end + 1 : 0;
  }
  while (at < lines.length) {
    const line = lines[at] as string;
    const fence = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      const end = fenceEnd(lines, at + 1, fence);
      yield* commands(lines.slice(at + 1, end), at + 2, { intro });
      at = end + 1;
    } else if (opensComment(line)) {
      const end = endOf(lines, at, (text) => text.includes('-->'));
      yield* joined(lines.slice(at, end), at + 1, 'comment');
      at = end;
    } else if (line.trim() === '') {
      at += 1;
    } else {
      const end = HEADING.test(line) ? at + 1 : paragraphEnd(lines, at);
      const own = lines.slice(at, end);
      const isItem = ITEM.test(line) || line.trimStart().startsWith('|');
      yield* joined(own, at + 1, HIDDEN_REFERENCE.test(line) ? 'comment' : 'prose', isItem ? { intro } : {});
      // A list goes on with what introduced it; any other paragraph introduces what follows.
      if (!isItem) intro = HEADING.test(line) ? '' : own.join(' ').trim();
      at = end;
    }
  }
}

const opensComment = (line: string): boolean => line.replace(/`[^`]{1,200}`/g, '').includes('<!--');

function paragraphEnd(lines: readonly string[], start: number): number {
  const starts = (line: string) => ITEM.test(line) || HEADING.test(line) || FENCE.test(line) || opensComment(line);
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at] as string;
    if (line.trim() === '' || starts(line) || line.trimStart().startsWith('|')) return at;
  }
  return lines.length;
}

function fenceEnd(lines: readonly string[], start: number, fence: string): number {
  for (let at = start; at < lines.length; at++) {
    const mark = FENCE.exec(lines[at] as string)?.[1];
    if (mark?.startsWith(fence) && (lines[at] as string).trim().replace(/^>\s?/, '') === mark) return at;
  }
  return lines.length;
}

/** The line after the first that ends it. */
function endOf(lines: readonly string[], start: number, ends: (line: string) => boolean): number {
  for (let at = start; at < lines.length; at++) if (ends(lines[at] as string)) return at + 1;
  return lines.length;
}

/** Commands one by one, with their continuation lines. */
function* commands(lines: readonly string[], first: number, around: Around): Generator<Passage> {
  let start = 0;
  for (let at = 0; at < lines.length; at++) {
    if (/\\\s*$/.test(lines[at] as string) && at + 1 < lines.length && at - start < BLOCK_LINES) continue;
    const own = lines.slice(start, at + 1).map((line) => line.replace(/\\\s*$/, ''));
    const label = lines[start - 1] ?? '';
    if (own.some((line) => line.trim() !== '')) yield* joined(own, first + start, 'code', { ...around, label });
    start = at + 1;
  }
}

type Around = Partial<Pick<Passage, 'intro' | 'label' | 'isScript' | 'block'>>;

/** Lines as one passage, or as several where they are longer than one may be. */
function* joined(lines: readonly string[], first: number, kind: PassageKind, around: Around = {}): Generator<Passage> {
  const { intro = '', label = '', isScript = false, block = false } = around;
  const text = lines.map((line) => line.trim()).join(block ? '\n' : ' ');
  const starts: number[] = [];
  let length = 0;
  for (const line of lines) {
    starts.push(length);
    length += line.trim().length + 1;
  }
  // Parts overlap, so that nothing is hidden by where the cut falls.
  for (let from = 0; from === 0 || from < text.length; from += MAX_PASSAGE - OVERLAP) {
    const lineAt = (index: number) =>
      first +
      Math.max(
        0,
        starts.findLastIndex((start) => start <= from + index),
      );
    yield { kind, text: text.slice(from, from + MAX_PASSAGE), line: lineAt(0), lineAt, intro, label, isScript, block };
    if (from + MAX_PASSAGE >= text.length) return;
  }
}
