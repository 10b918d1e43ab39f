import { expect, test } from 'vitest';
import { onlyUsed } from '../../src/storage/index.ts';

test.each([
  ['update t set p = $2 where p = $1', ['a', 'b'], 'update t set p = $2 where p = $1', ['a', 'b']],
  ['update t set at = $3 where p = $1', ['a', 'b', 'c'], 'update t set at = $2 where p = $1', ['a', 'c']],
  ['delete from t where p = $2 or q = $2', ['a', 'b'], 'delete from t where p = $1 or q = $1', ['b']],
])('%s binds only the parameters that it uses', (text, params, rendered, used) => {
  expect(onlyUsed(text, params)).toEqual([rendered, used]);
});
