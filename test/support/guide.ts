/** What CONTRIBUTING.md and docs/architecture.md say of where things stand, for the tests that look. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/root.ts';

export const readPage = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');

/** The section below a heading, up to the next heading of its rank. */
export function sectionOf(page: string, heading: string): string {
  const rank = /^#+/.exec(heading)?.[0] ?? '';
  const [, rest] = readPage(page).split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`${page} has no section ${heading}`);
  return rest.split(`\n${rank} `)[0] as string;
}

/** Rows of the tables of a section, each as its cells; without their heads. */
export function rowsOf(section: string): string[][] {
  return Array.from(section.matchAll(/^\|(.*)\|$/gm), ([, row = '']) =>
    row.split('|').map((cell) => cell.trim()),
  ).filter((_, index, rows) => !isRule(rows[index]) && !isRule(rows[index + 1]));
}

const isRule = (row: readonly string[] | undefined): boolean => row?.every((cell) => /^-+$/.test(cell)) ?? false;

export const codeIn = (cell = ''): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code);

interface Step {
  /** From `src/`. */
  file: string;
  functions: readonly string[];
}

/** The functions that a message takes on its way, as docs/architecture.md lists them. */
export function stepsOfMessage(): Step[] {
  return rowsOf(sectionOf('docs/architecture.md', '### Its steps')).map(([file, functions]) => ({
    file: codeIn(file)[0] ?? '',
    functions: codeIn(functions),
  }));
}

export interface Insertion {
  file: string;
  /** Words at the end of a line, behind which it stands; empty: at the end of the file. */
  behind: string;
  text: string;
}

/** What a section has a contributor write into files that are there, by the first line of each block. */
export function insertionsIn(section: string): Insertion[] {
  const blocks = section.matchAll(
    /^```\w+\n(?:\/\/|--|<!--) ([\w./-]+)(?:, behind `([^`\n]+)`)?(?: -->)?\n([\s\S]*?)^```$/gm,
  );
  return Array.from(blocks, ([, file = '', behind = '', text = '']) => ({ file, behind, text }));
}
