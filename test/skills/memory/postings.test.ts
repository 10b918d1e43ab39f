import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Postings } from '../../../src/skills/memory/person-index.ts';

test('the places of a term are those of the texts that have it, whatever came when and was asked for between', () => {
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { maxLength: 12 })), (texts) => {
      const postings = new Postings();
      const expected = new Map<string, number[]>();
      for (const [place, terms] of texts.entries()) {
        for (const term of terms) {
          postings.add(`t${term}`, place);
          expected.set(`t${term}`, [...(expected.get(`t${term}`) ?? []), place]);
        }
        if (place % 7 === 0) postings.placesOf('t3');
      }
      for (let term = 0; term <= 91; term++) {
        expect([...postings.placesOf(`t${term}`)]).toEqual(expected.get(`t${term}`) ?? []);
      }
    }),
  );
});

test('so are those of many texts, and of what comes after they were sorted', () => {
  const postings = new Postings();
  for (let place = 0; place < 9_000; place++) {
    postings.add(`own${place}`, place);
    if (place % 2 === 0) postings.add('even', place);
  }
  expect(postings.placesOf('even')).toHaveLength(4_500);
  postings.add('even', 9_000);
  postings.add('new', 9_001);
  expect([...postings.placesOf('even').slice(-2)]).toEqual([8_998, 9_000]);
  expect([...postings.placesOf('new')]).toEqual([9_001]);
  for (const place of [0, 4_321, 8_999]) expect([...postings.placesOf(`own${place}`)]).toEqual([place]);
  expect([...postings.placesOf('nothing')]).toEqual([]);
});
