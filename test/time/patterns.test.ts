import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { patternsOf, problems } from '../support/patterns.ts';

test('no pattern of the time language backtracks more than linearly', () => {
  const folder = fileURLToPath(new URL('../../src/time/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const patterns = files.flatMap((name) =>
    patternsOf(join(folder, name)).map(({ source: pattern }) => ({ name, pattern })),
  );
  expect(patterns.length).toBeGreaterThan(40);
  const bad = patterns.flatMap(({ name, pattern }) => problems(pattern).map((problem) => ({ name, pattern, problem })));
  expect(bad).toEqual([]);
});

test('the check finds the patterns that it is for', () => {
  for (const pattern of ['(a+)+', '(?:\\d+|x)*$', '\\s*\\s*x', '[a-z]+\\w*!', 'a(?:b(?:c*d)*)e+']) {
    expect(problems(pattern), pattern).not.toEqual([]);
  }
  for (const pattern of ['\\d+(?:st|nd)', '^[a-z]+\\d+$', '\\d(?:[:./-]?\\d)*', 'a?b?c*']) {
    expect(problems(pattern), pattern).toEqual([]);
  }
});
