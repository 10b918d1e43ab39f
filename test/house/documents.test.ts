import { readdirSync, readFileSync } from 'node:fs';
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
