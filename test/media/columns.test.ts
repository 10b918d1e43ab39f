/** Columns that a sheet hides: as many of them as a file says, and yet a short list to look through. */
import { expect, test } from 'vitest';
import { HiddenColumns } from '../../src/media/readers/office/columns.js';

function hidden(...ranges: [first: number, last: number][]): HiddenColumns {
  const columns = new HiddenColumns();
  for (const [first, last] of ranges) columns.hide(first, last);
  return columns;
}

test('ranges that touch or overlap become one, in whatever order they come', () => {
  expect(hidden([4, 6], [1, 2], [9, 9], [3, 3]).ranges).toEqual([
    { from: 1, to: 6 },
    { from: 9, to: 9 },
  ]);
  expect(hidden([2, 3], [8, 9], [5, 6], [1, 20]).ranges).toEqual([{ from: 1, to: 20 }]);
});

test('a column is hidden where a range has it', () => {
  const columns = hidden([8, 9], [2, 3]);
  expect([1, 2, 3, 4, 7, 8, 9, 10].filter((column) => columns.has(column))).toEqual([2, 3, 8, 9]);
  expect(hidden().has(1)).toBe(false);
});

test('what is no range hides nothing, and no program shows a column behind the last', () => {
  expect(hidden([5, 4], [Number.NaN, 3], [20_000, 30_000]).ranges).toEqual([]);
  expect(hidden([1, Number.POSITIVE_INFINITY]).ranges).toEqual([{ from: 1, to: 16_384 }]);
  expect(hidden().has(16_385)).toBe(true);
});

test('50,000 hidden columns are no more ranges than a sheet has room for', () => {
  const columns = new HiddenColumns();
  for (let column = 50_000; column > 0; column--) columns.hide(column, column);
  expect(columns.ranges).toEqual([{ from: 1, to: 16_384 }]);
  const apart = new HiddenColumns();
  for (let count = 0; count < 50_000; count++)
    apart.hide(2 * ((count * 7_919) % 25_000), 2 * ((count * 7_919) % 25_000));
  expect(apart.ranges.length).toBe(8_192);
});
