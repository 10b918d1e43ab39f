/** What is in a skill's folder, and what its scripts say of themselves. */

import { readInside } from '../files/index.ts';
import { isScript } from '../pin/index.ts';

const HELP_BYTES = 2_048;
const HELP_LINES = 3;
const LONGEST_LINE = 160;
export const FILES_A_PAGE = 40;

/** A page of `files`, each on a line; scripts with the first lines of their help. */
export async function contents(directory: string, files: readonly string[], page: number): Promise<string[]> {
  const shown = files.slice((page - 1) * FILES_A_PAGE, page * FILES_A_PAGE);
  const lines: string[] = [];
  for (const path of shown) {
    const help = isScript({ path, executable: false }) ? await helpOf(directory, path) : [];
    lines.push(`- ${path}${help.length > 0 ? `: ${help.join(' / ')}` : ''}`);
  }
  return lines;
}

async function helpOf(directory: string, path: string): Promise<string[]> {
  const read = await readInside(directory, path, { maxBytes: HELP_BYTES });
  return read.ok ? helpIn(read.content.toString('utf8')) : [];
}

/** Where a quoted text ends, and what follows it. */
const CLOSING = /(?:"""|'''|\*\/).*$/;

/** The first comment of a script, or the text that a Python file begins with. Pure. */
function helpIn(text: string): string[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const from = lines.findIndex((line) => !/^(?:#!|#\s*-\*-|\s*$|['"]use strict)/.test(line));
  if (from < 0) return [];
  const opening = /^\s*(?:"""|'''|\/\*\*?)/;
  const quoted = opening.test(lines[from] ?? '');
  const help: string[] = [];
  for (const [index, written] of lines.slice(from).entries()) {
    if (!quoted && !/^\s*(?:#|\/\/|--|;)/.test(written)) break;
    const line = quoted && index === 0 ? written.replace(opening, '') : written;
    const said = line.replace(/^\s*(?:#+|\/\/+|--+|;+|\*+(?!\/))?\s*/, '').replace(CLOSING, '');
    if (said.trim() !== '') help.push(said.trim().slice(0, LONGEST_LINE));
    if (help.length === HELP_LINES || (quoted && CLOSING.test(line))) break;
  }
  return help;
}
