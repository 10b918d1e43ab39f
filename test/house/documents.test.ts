import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withErrorTable } from '../../scripts/generate.mjs';
import { ERRORS } from '../../src/base/errors.ts';
import { packageRoot } from '../../src/base/root.ts';
import { withFrames } from '../../src/english/docs.ts';
import { capabilities } from '../../src/english/index.ts';

const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');

test('docs/errors.md lists every error (npm run generate)', () => {
  const page = read('docs/errors.md');
  expect(page).toBe(withErrorTable(page, ERRORS));
  for (const code of Object.keys(ERRORS)) expect(page).toContain(`| \`${code}\` |`);
});

test('docs/offline.md lists what may be said (npm run generate)', () => {
  const page = read('docs/offline.md');
  expect(page).toBe(withFrames(page));
  for (const { example } of capabilities.flatMap(({ frames }) => frames)) expect(page).toContain(`| ${example} |`);
});

test('an error that is not in the table is noticed', () => {
  const page = read('docs/errors.md');
  expect(withErrorTable(page, { ...ERRORS, NEW: { exit: 1, about: 'New.' } })).not.toBe(page);
});
