import { expect, test } from 'vitest';
import { PersonIndex } from '../../../src/skills/memory/person-index.ts';
import { Matrix, packVector, synonymsOf, unit, wordsOf } from '../../../src/vectors/index.ts';

const DIM = 8;
const vector = (...values: number[]) =>
  unit(
    Array.from({ length: DIM }, (_, at) => values[at] ?? 0),
    DIM,
  ) as Float32Array;
const memory = (id: string, text: string, more: { vector?: Float32Array; tags?: string[]; past?: boolean } = {}) => ({
  ...{
    id,
    type: 'fact',
    tags: more.tags ?? [],
    at: 0,
    isDay: false,
    state: more.past ? ('past' as const) : ('current' as const),
  },
  terms: wordsOf(text).terms,
  vector: more.vector && packVector(more.vector),
});
const ids = (index: PersonIndex, text: string, filter = {}, of?: Float32Array) =>
  index.search({ ...wordsOf(text), vector: of }, filter, 10).map(({ id }) => id);

test('what changes is found by its new words alone, what is deleted not at all', () => {
  const index = new PersonIndex(DIM);
  index.put(memory('a', 'tea with sugar'));
  index.put(memory('b', 'coffee with milk', { tags: ['drinks'], past: true }));
  expect(ids(index, 'sugar')).toEqual(['a']);
  expect(ids(index, 'milk')).toEqual([]);
  expect(ids(index, 'milk', { past: true, tag: 'drinks' })).toEqual(['b']);
  index.put(memory('a', 'tea with honey'));
  expect(ids(index, 'sugar')).toEqual([]);
  expect(ids(index, 'honey')).toEqual(['a']);
  index.delete('a');
  expect(ids(index, 'honey')).toEqual([]);
  expect(index.size).toBe(1);
});

test('an index that has changed through and through wants to be made anew', () => {
  const index = new PersonIndex(DIM);
  for (let at = 0; at < 700; at++) index.put(memory(`m${at}`, `tea number ${at}`));
  expect(index.isWorn).toBe(false);
  for (let at = 0; at < 700; at++) index.put(memory(`m${at}`, `coffee number ${at}`));
  expect(index.isWorn).toBe(false);
  index.delete('m0');
  expect(index.isWorn).toBe(true);
});

test('what all vectors share does not tell them apart', () => {
  const matrix = new Matrix(DIM);
  // All look into one direction; one of them leans to the side that the question leans to, the others more to its axis.
  for (let row = 0; row < 200; row++) matrix.set(row, packVector(vector(1, 0.1 * (row % 3), 0, 0.05 * (row % 5))));
  matrix.set(200, packVector(vector(1, 0, 0.3, 0)));
  const near = matrix.similarities(vector(1, 0.1, 0.12), 202);
  const others = [...near.subarray(0, 200)];
  expect(near[200]).toBeGreaterThan(Math.max(...others));
  expect(near[201]).toBeNaN();
  matrix.set(200, undefined);
  expect(matrix.similarities(vector(1), 202)[200]).toBeNaN();
});

test('a name in the question counts beside its meaning', () => {
  const index = new PersonIndex(DIM);
  index.put(memory('anna', 'Anna went sailing', { vector: vector(1, 0.1) }));
  index.put(memory('otto', 'Otto went rowing', { vector: vector(1, 0) }));
  expect(ids(index, 'What boats does Anna like?', {}, vector(1, 0))[0]).toBe('anna');
  expect(ids(index, 'Who likes boats?', {}, vector(1, 0))[0]).toBe('otto');
});

test('of many vectors each is compared, wherever it is kept', () => {
  const matrix = new Matrix(DIM);
  const rows = 9_000;
  const fill = (row: number) => matrix.set(row, packVector(vector(1, 0.1 * (row % 3), 0.1 * (row % 5))));
  for (let row = 0; row < rows; row++) fill(row);
  for (const row of [0, 127, 128, 8_191, 8_192, rows - 1]) {
    matrix.set(row, packVector(vector(0, 0, 0, 1)));
    const near = matrix.similarities(vector(0, 0, 0, 1), rows);
    expect(near.indexOf(Math.max(...near))).toBe(row);
    matrix.set(row, undefined);
    expect(matrix.similarities(vector(0, 0, 0, 1), rows)[row]).toBeNaN();
    fill(row);
  }
});

test('of very many the best by a part of their numbers are compared whole, also one that has just been put there', () => {
  const [dim, rows] = [8, 600];
  const numbers = (row: number) =>
    Float32Array.from({ length: dim }, (_, at) => Math.sin(row * 7.3 + at * (row % 11) + at));
  const [large, whole] = [new Matrix(dim, { large: 100, exact: 60, roughDim: 4 }), new Matrix(dim)];
  const put = (row: number, as: number) => [large, whole].map((matrix) => matrix.set(row, packVector(numbers(as))));
  for (let row = 0; row < rows; row++) put(row, row);
  const compare = (query: Float32Array) => {
    const [near, exact] = [[...large.similarities(query, rows)], [...whole.similarities(query, rows)]];
    const best = exact.indexOf(Math.max(...exact));
    expect(near[best]).toBe(exact[best]);
    return best;
  };
  for (let row = 0; row < rows; row += 37) compare(numbers(row));
  put(5, 1_000);
  expect(compare(numbers(1_000))).toBe(5);
});

test('a synonym of a word in the question counts beside its meaning', () => {
  expect(synonymsOf('spouse')).toContain('wife');
  const index = new PersonIndex(DIM);
  index.put(memory('sister', 'Mara is a pilot', { vector: vector(1, 0.1) }));
  index.put(memory('wife', 'my wife is a welder', { vector: vector(1, 0) }));
  expect(ids(index, 'What work does my spouse do?', {}, vector(1, 0.1))[0]).toBe('wife');
  expect(ids(index, 'What work does the neighbour do?', {}, vector(1, 0.1))[0]).toBe('sister');
});
