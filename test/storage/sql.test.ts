import { expect, test } from 'vitest';
import { onlyUsed, raw, render, sql } from '../../src/storage/index.ts';

test.each([
  ['update t set p = $2 where p = $1', ['a', 'b'], 'update t set p = $2 where p = $1', ['a', 'b']],
  ['update t set at = $3 where p = $1', ['a', 'b', 'c'], 'update t set at = $2 where p = $1', ['a', 'c']],
  ['delete from t where p = $2 or q = $2', ['a', 'b'], 'delete from t where p = $1 or q = $1', ['b']],
])('%s binds only the parameters that it uses', (text, params, rendered, used) => {
  expect(onlyUsed(text, params)).toEqual([rendered, used]);
});

test('pieces nest to any depth, and what differs in shape never shares a text', () => {
  const one = (id: string, also?: string) => sql`a = ${id}${also === undefined ? raw('') : sql` or b = ${also}`}`;
  const whole = (id: string, also: string | undefined, limit: number) =>
    sql`select ${raw('x')} from t where (${one(id, also)}) and c = ${null} limit ${raw(limit)}`;
  const alone = 'select x from t where (a = $1) and c = $2 limit';
  expect(render(whole('i', undefined, 5))).toEqual([`${alone} 5`, ['i', null]]);
  expect(render(whole('j', undefined, 6))).toEqual([`${alone} 6`, ['j', null]]);
  expect(render(whole('k', 'l', 5))).toEqual([
    'select x from t where (a = $1 or b = $2) and c = $3 limit 5',
    ['k', 'l', null],
  ]);
  expect(render(whole('m', undefined, 5))).toEqual([`${alone} 5`, ['m', null]]);
  // More forms than are remembered.
  for (let limit = 0; limit < 40; limit++) expect(render(whole('n', undefined, limit))[0]).toBe(`${alone} ${limit}`);
});
