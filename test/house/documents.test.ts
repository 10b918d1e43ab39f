import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withErrorTables } from '../../scripts/generate.mjs';
import { ERRORS, FAILURES } from '../../src/base/errors.ts';
import { packageRoot } from '../../src/base/root.ts';
import { withFrames } from '../../src/english/docs.ts';
import { capabilities } from '../../src/english/index.ts';

const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');

test('docs/errors.md lists every error and every failure of a tool (npm run generate)', () => {
  const page = read('docs/errors.md');
  expect(page).toBe(withErrorTables(page, ERRORS, FAILURES));
  for (const code of Object.keys({ ...ERRORS, ...FAILURES })) expect(page).toContain(`| \`${code}\` |`);
});

test('every code in the tables occurs in the source, and none in both', () => {
  const files = readdirSync(join(packageRoot(), 'src'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && file !== join('base', 'errors.ts'));
  const used = new Set(sources.flatMap((file) => read(join('src', file)).match(/'[A-Z][A-Z_]+'/g) ?? []));
  expect(Object.keys({ ...ERRORS, ...FAILURES }).filter((code) => !used.has(`'${code}'`))).toEqual([]);
  expect(Object.keys(FAILURES).filter((code) => code in ERRORS)).toEqual([]);
});

test('docs/offline.md lists what may be said (npm run generate)', () => {
  const page = read('docs/offline.md');
  expect(page).toBe(withFrames(page));
  for (const { example } of capabilities.flatMap(({ frames }) => frames)) expect(page).toContain(`| ${example} |`);
});

test('an error that is not in the table is noticed', () => {
  const page = read('docs/errors.md');
  expect(withErrorTables(page, { ...ERRORS, NEW: { exit: 1, about: 'New.' } }, FAILURES)).not.toBe(page);
  expect(withErrorTables(page, ERRORS, { ...FAILURES, NEW: 'New.' })).not.toBe(page);
});

// Files that decision records name.

const ROOMS = /^(?:src|test|scripts|assets|bench|config|deploy|docs|migrations|agents|agent-skills)\/[\w./{},-]+$/;
const BARE_FILE = /^[\w-]+(?:\/[\w.-]+)*\.(?:ts|mjs|sql|yaml)$/;

/** Every file or folder that a page names in code: with its folder, or by a name that is unlike any other word. */
const pathsIn = (page: string) =>
  Array.from(withoutBlocks(page).matchAll(/`([^`\n]+)`/g), ([, word = '']) => word)
    .filter((word) => ROOMS.test(word) || BARE_FILE.test(word))
    .flatMap(spelledOut);

/** `{a,b}/c` as `a/c` and `b/c`. */
function spelledOut(path: string): string[] {
  const [, before = '', choices, after = ''] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  return choices === undefined ? [path] : choices.split(',').flatMap((each) => spelledOut(before + each + after));
}

const withoutBlocks = (page: string) => page.replaceAll(/^ *```.*?^ *```$/gms, '').replaceAll(/<!--.*?-->/gs, '');

test('what a decision record names is there', () => {
  const files = ['src', 'test', 'scripts', 'bench', 'config', 'docs'].flatMap((room) =>
    readdirSync(join(packageRoot(), room), { recursive: true, encoding: 'utf8' }).map((file) => `/${room}/${file}`),
  );
  const isThere = (path: string) =>
    existsSync(join(packageRoot(), path)) || (!ROOMS.test(path) && files.some((file) => file.endsWith(`/${path}`)));
  const records = readdirSync(join(packageRoot(), 'docs/decisions')).map((file) => `docs/decisions/${file}`);
  const named = records.flatMap((record) => pathsIn(read(record)).map((path) => ({ record, path })));
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ path }) => !isThere(path))).toEqual([]);
});

// Sentences that can be read once.

const MOST_WORDS = 35;
/** Longer sentences that stand in `docs/` today: fewer are welcome, and then this is lowered. */
const MOST_LONG_SENTENCES = 0;

/** Sentences of a page's paragraphs and list items; no headings, tables, pictures or code. */
function sentencesOf(page: string): string[] {
  const paragraphs = withoutBlocks(page)
    .replaceAll(/^(?:\||#|!\[).*$/gm, '\n')
    .replaceAll(/^\s*(?:[-*]|\d+\.) /gm, '\n\n')
    .split(/\n\s*\n/);
  return paragraphs.flatMap((text) =>
    text
      .replaceAll(/`[^`]*`/g, 'code')
      .replaceAll(/\]\([^)]*\)/g, ']')
      .split(/(?<=[.!?:][)”"*]*)\s+/),
  );
}

const isLong = (sentence: string) => sentence.split(/\s+/).filter((word) => /\w/.test(word)).length > MOST_WORDS;

test(`a sentence of the pages has at most ${MOST_WORDS} words`, () => {
  const pages = readdirSync(join(packageRoot(), 'docs')).filter((file) => file.endsWith('.md'));
  const long = pages.flatMap((page) =>
    sentencesOf(read(`docs/${page}`))
      .filter(isLong)
      .map((sentence) => `${page}: ${sentence.replaceAll(/\s+/g, ' ')}`),
  );
  expect(long.length, long.join('\n')).toBeLessThanOrEqual(MOST_LONG_SENTENCES);
  expect(isLong(Array.from({ length: MOST_WORDS + 1 }, () => 'word').join(' '))).toBe(true);
});
