import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../../src/people/json-text.ts';

test('reads what JSON.parse reads, and refuses what it refuses', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(), (value, cut) => {
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, '\t')]) {
        expect(readJson(text)).toMatchObject({ value: JSON.parse(text) });
        const broken = text.slice(0, cut % text.length) + text.slice((cut % text.length) + 1);
        expect('value' in readJson(broken)).toBe(parses(broken));
      }
    }),
  );
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('tells where each value stands, and which key stands there twice', () => {
  const text = '{"a": [1, {"b": 2}],\n "a": 3, "__proto__": 1}';
  const read = readJson(text);
  if ('brokenAt' in read) throw new Error('broken');
  expect(read.places.get('a\u00001\u0000b')).toBe(text.indexOf('"b"'));
  expect(read.twice).toEqual([{ path: 'a', offset: text.lastIndexOf('"a"') }]);
  expect(readJson('{"a": 01}')).toEqual({ brokenAt: 7 });
});
