import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withErrorTable } from '../../scripts/generate.mjs';
import { ERRORS } from '../../src/base/errors.ts';
import { packageRoot } from '../../src/base/root.ts';

const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');

test('docs/errors.md lists every error (npm run generate)', () => {
  const page = read('docs/errors.md');
  expect(page).toBe(withErrorTable(page, ERRORS));
  for (const code of Object.keys(ERRORS)) expect(page).toContain(`| \`${code}\` |`);
});

test('an error that is not in the table is noticed', () => {
  const page = read('docs/errors.md');
  expect(withErrorTable(page, { ...ERRORS, NEW: { exit: 1, about: 'New.' } })).not.toBe(page);
});
