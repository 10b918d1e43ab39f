import { expect, test } from 'vitest';
import { isUrl } from '../../src/base/text.ts';

test('an address with an umlaut is one, however many were looked at before', () => {
  const umlaut = 'https://bücher.example/straße';
  const refused = Array.from({ length: 50_000 }, () => umlaut).filter((url) => !isUrl(url));
  expect(refused).toEqual([]);
  expect(isUrl('/next', umlaut)).toBe(true);
  expect(isUrl('no address')).toBe(false);
});
