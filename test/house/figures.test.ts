import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { figuresPage, rowsIn, tablesIn, withFigures } from '../../scripts/figures.mjs';
import { packageRoot } from '../../src/base/root.ts';

const SAID = `some words
| | measured | beside it | wanted |
| --- | --- | --- | --- |
| a commit | 1 ms |  |  |
| a message | 3 ms | raw 1 ms | ≤ 4 ms |
`;
const tables = [{ bench: 'turn', rows: rowsIn(SAID) }];
const page = (...rows: string[]) =>
  `Words\n<!-- figures: npm run bench -- all --write -->\n| bench | |\n| --- | --- |\n${rows.join('\n')}\n<!-- /figures -->\n| turn | a message | of another table |\n`;

test('the rows that the README names get the figures of their benchmark, and the rest of it stays', () => {
  const written = withFigures(page('| turn | a message | 9 ms | | |'), tables);
  expect(written).toBe(page('| turn | a message | 3 ms | raw 1 ms | ≤ 4 ms |'));
  expect(withFigures(written, tables)).toBe(written);
});

test.each([
  ['p50 9.19 ms, p99 42 ms', 'p50 ≤ 3.47 ms (2 commits + 3 ms)', '✗ p50 9.19 ms, p99 42 ms'],
  ['2,028/s', '≥ 3,000/s', '✗ 2,028/s'],
  ['3028/s', '≥ 2,000/s', '3028/s'],
  ['0.25 %', '< 0.5 %', '0.25 %'],
  ['1300 ms', '≤ 1,500 ms', '1300 ms'],
  ['253 MB', '', '253 MB'],
])('in the README a figure that misses its bound is marked: %s, wanted %s', (measured, wanted, shown) => {
  const rows = rowsIn(`| a figure | ${measured} |  | ${wanted} |\n`);
  const written = withFigures(page('| turn | a figure | | | |'), [{ bench: 'turn', rows }]);
  expect(written).toContain(`| turn | a figure | ${shown} |`);
});

test('a row that no benchmark measures is told', () => {
  expect(() => withFigures(page('| turn | a mesage | 9 ms | | |'), tables)).toThrow('turn: a mesage');
});

test('the page of figures gets the section of what was measured, and keeps the others', () => {
  const before = '# Figures\n\nWords.\n\n## start\n\n| old | 1 s |  |  |\n\n## turn\n\n| a commit | 9 ms |  |  |\n';
  const after = figuresPage(before, tables);
  expect(after.startsWith('# Figures\n\nWords.\n\n## start\n\n| old | 1 s |  |  |\n\n## turn\n')).toBe(true);
  expect(tablesIn(after)[1]).toEqual(tables[0]);
  expect(after).not.toContain('9 ms');
  expect(figuresPage(after, tables)).toBe(after);
});

test("every row of the README's table stands on the page of figures", () => {
  const root = packageRoot();
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(withFigures(readme, tablesIn(readFileSync(join(root, 'docs/figures.md'), 'utf8')))).toBe(readme);
});
