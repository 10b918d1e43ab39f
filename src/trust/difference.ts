/** Changes of the texts of a folder since it was decided about, line by line. */

import { createTwoFilesPatch } from 'diff';
import { plural } from '../base/text.ts';

/** A text that was written to take longer is only named as changed. */
const LONGEST_MS = 200;
const LINES_AROUND = 2;
const MOST_LINES = 400;
/** Characters of a line: whole programs are written on one. */
const LONGEST_LINE = 500;

/**
 * Unified differences of all texts that are not as they were, each under its path; `undefined`: none is known. Cut after 400
 * lines, and each line after 500 characters, which it says.
 * Files that are no text, or whose text was not kept, are left out: they are named elsewhere.
 */
export function differenceOf(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
  hashes: { before: Readonly<Record<string, string>>; now: Readonly<Record<string, string>> },
): string | undefined {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  const lines: string[] = [];
  for (const path of paths) {
    // A file of which only one side was kept as text would look as if all of it were new.
    const isUnknown =
      (hashes.before[path] !== undefined && before[path] === undefined) ||
      (hashes.now[path] !== undefined && now[path] === undefined);
    if (isUnknown || before[path] === now[path]) continue;
    lines.push(...linesOf(path, before[path] ?? '', now[path] ?? ''));
    if (lines.length > MOST_LINES) return [...lines.slice(0, MOST_LINES), '… and more, which is not shown'].join('\n');
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}

function linesOf(path: string, before: string, now: string): string[] {
  const options = { context: LINES_AROUND, timeout: LONGEST_MS };
  const patch = createTwoFilesPatch(path, path, before, now, undefined, undefined, options);
  if (patch === undefined) return [`${path}: too different to be compared`];
  const lines = patch.trimEnd().split('\n');
  const hunks = lines.slice(lines.findIndex((line) => line.startsWith('@@')));
  return [path, ...hunks.map(boundLine)];
}

const boundLine = (line: string): string =>
  line.length > LONGEST_LINE
    ? `${line.slice(0, LONGEST_LINE)} … cut: it has ${plural(line.length, 'character')}`
    : line;
