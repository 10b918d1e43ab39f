import { expect, test } from 'vitest';
import { differenceOf } from '../../src/trust/difference.ts';

const shownFor = (before: string, now: string): string =>
  differenceOf({ 'run.js': before }, { 'run.js': now }, { before: {}, now: {} }) ?? '';

test('a program on one long line, and a long one, are shown as far as somebody reads, and say that they are cut', () => {
  const line = shownFor('a()\n', `${'b();'.repeat(250_000)}\n`);
  expect(line.length).toBeLessThan(1_000);
  expect(line).toMatch(/^run\.js\n@@ .* @@\n-a\(\)\n\+b/);
  expect(line).toMatch(/\+b\(\);.* … cut: it has 1000001 characters$/m);
  const long = shownFor('a()\n', 'b()\n'.repeat(5_000)).split('\n');
  expect(long).toHaveLength(401);
  expect(long.at(-1)).toBe('… and more, which is not shown');
});
