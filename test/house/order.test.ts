import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FIRST } from '../support/order.ts';

test('every suite that is to begin first is there', () => {
  const url = (name: string) => new URL(`../${name}.test.ts`, import.meta.url);
  expect(FIRST.filter((name) => !existsSync(url(name)))).toEqual([]);
});
