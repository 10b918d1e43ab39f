/** A file as passages: what belongs together, and how it is meant. */

import { isCareful } from './careful.ts';
import type { Passage, PassageKind } from './finding.ts';
import { fold } from './fold.ts';

/** Longer passages are cut, longer lines as well: a pattern's work is bounded by it. */
const MAX_PASSAGE = 1_500;
const BLOCK_LINES = 12;

const FENCE = /^\s{0,12}(?:>\s?)?(`{3,}|~{3,})/;
const HEADING = /^\s{0,3}#{1,6}\s/;
const ITEM = /^\s{0,12}(?:[-*+]|\d{1,3}[.)])\s/;
const HIDDEN_REFERENCE = /^\s{0,3}\[(?:\/\/|comment)\]:\s/i;

/** The passages of a file. `isMarkdown`: prose with code in fences; else all of it is code. */
export function* passagesOf(text: string, isMarkdown: boolean): Generator<Passage> {
  const lines = text.split(/\r\n|\n|\r|\u2028|\u2029/).map(fold);
  yield* isMarkdown ? markdown(lines) : code(lines, 1, false);
}

/** What is around a passage and says how it is meant. */
interface Surroundings {
  /** Careful headings by their level. */
  headings: boolean[];
  /** The paragraph before, as far as it introduces what follows. */
  intro: boolean;
}

function* markdown(lines: readonly string[]): Generator<Passage> {
  const around: Surroundings = { headings: [], intro: false };
  let at = 0;
  if (lines[0]?.trim() === '---') {
    const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
    if (end > 0) yield* head(lines.slice(1, end));
    at = end > 0 ? end + 1 : 0;
  }
  while (at < lines.length) {
    const line = lines[at] as string;
    const fence = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      const end = fenceEnd(lines, at + 1, fence);
      yield* code(lines.slice(at + 1, end), at + 2, around.intro || around.headings.some(Boolean));
      at = end + 1;
    } else if (line.includes('<!--')) {
      const end = endOf(lines, at, (text) => text.includes('-->'));
      yield* joined(lines.slice(at, end), at + 1, 'comment', false);
      at = end;
    } else if (HEADING.test(line)) {
      const level = line.trim().indexOf(' ');
      around.headings.length = Math.min(around.headings.length, level);
      around.headings[level] = isCareful(line);
      around.intro = false;
      yield* joined([line], at + 1, 'prose', isCareful(line));
      at += 1;
    } else if (line.trim() === '') {
      at += 1;
    } else {
      const end = paragraphEnd(lines, at);
      yield* paragraph(lines.slice(at, end), at + 1, around);
      at = end;
    }
  }
}

function* head(lines: readonly string[]): Generator<Passage> {
  for (const [index, line] of lines.entries()) yield* joined([line], index + 2, 'head', false);
}

function* paragraph(lines: readonly string[], line: number, around: Surroundings): Generator<Passage> {
  const first = lines[0] as string;
  const own = isCareful(lines.join(' '));
  const kind = HIDDEN_REFERENCE.test(first) ? 'comment' : 'prose';
  const introduced = around.intro || around.headings.some(Boolean);
  yield* joined(lines, line, kind, own || introduced, { introduced });
  const isItem = ITEM.test(first) || first.trimStart().startsWith('|');
  // A list goes on with what introduced it; any other paragraph introduces what follows.
  if (!isItem) around.intro = own;
}

function paragraphEnd(lines: readonly string[], start: number): number {
  const starts = (line: string) => ITEM.test(line) || HEADING.test(line) || FENCE.test(line) || line.includes('<!--');
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

/** Commands with their continuation lines one by one, then some of them together. */
function* code(lines: readonly string[], first: number, careful: boolean): Generator<Passage> {
  let start = 0;
  for (let at = 0; at < lines.length; at++) {
    if (/\\\s*$/.test(lines[at] as string) && at + 1 < lines.length && at - start < BLOCK_LINES) continue;
    const own = lines.slice(start, at + 1).map((line) => line.replace(/\\\s*$/, ''));
    if (own.some((line) => line.trim() !== '')) {
      const around = isCareful(own.join(' ')) || isRemark(lines[start - 1]);
      yield* joined(own, first + start, 'code', careful || around, { introduced: careful });
    }
    start = at + 1;
  }
  for (let at = 0; at < lines.length; at += BLOCK_LINES / 2) {
    const some = lines.slice(at, at + BLOCK_LINES);
    yield* joined(some, first + at, 'code', careful || some.some(isRemark), { block: true, introduced: careful });
  }
}

/** A comment that warns of the code below it. */
function isRemark(line: string | undefined): boolean {
  return line !== undefined && /^\s{0,40}(?:#|\/\/|\/\*|--|;|<!--|\*|"""|''')/.test(line) && isCareful(line);
}

/** Lines as one passage, or as several where they are longer than one may be. */
function* joined(
  lines: readonly string[],
  first: number,
  kind: PassageKind,
  careful: boolean,
  { block = false, introduced = false } = {},
): Generator<Passage> {
  const text = lines.map((line) => line.trim()).join(block ? '\n' : ' ');
  const starts: number[] = [];
  let length = 0;
  for (const line of lines) {
    starts.push(length);
    length += line.trim().length + 1;
  }
  // Parts overlap, so that nothing is hidden by where the cut falls.
  for (let from = 0; from === 0 || from < text.length; from += MAX_PASSAGE - 200) {
    const lineAt = (index: number) =>
      first +
      Math.max(
        0,
        starts.findLastIndex((start) => start <= from + index),
      );
    yield { kind, text: text.slice(from, from + MAX_PASSAGE), line: lineAt(0), lineAt, careful, introduced, block };
    if (from + MAX_PASSAGE >= text.length) return;
  }
}
