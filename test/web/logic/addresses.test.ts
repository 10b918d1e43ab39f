/** Addresses of pages, as they are read. */
import { expect, test } from 'vitest';
import { wordsOfAddress } from '../../../src/web/app/base.ts';

test('words of an address are read, also where a percent sign means nothing', () => {
  expect(wordsOfAddress('/notes/a%20b?q=1')).toEqual(['notes', 'a b']);
  expect(wordsOfAddress('/skills/100%')).toEqual(['skills', '100%']);
  expect(wordsOfAddress('/%E0%A4%A/x')).toEqual(['%E0%A4%A', 'x']);
  expect(wordsOfAddress('/')).toEqual([]);
});
