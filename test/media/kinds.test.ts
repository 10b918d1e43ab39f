/** Sixty files: the kind that each is, words with the places where they stand, or why it cannot be read. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openReaders, type Readers } from './reading.ts';
import { FILES, fixture } from './sixty.ts';

let readers: Readers;
beforeAll(async () => {
  readers = await openReaders({ withinMs: 60_000 });
});
afterAll(() => readers.close());

test('there are sixty files', () => expect(FILES.length).toBeGreaterThanOrEqual(60));

for (const { name, what, make, kind, fault, has = [], lacks = [] } of FILES) {
  test(`${name}${what ? `: ${what}` : ''}`, async () => {
    const read = await readers.read(make?.() ?? (await fixture(name)), name);
    expect(read.facts.fault).toBe(fault);
    if (kind) expect(read.facts.kind).toBe(kind);
    for (const [text, place] of has) {
      const places = read.at(text);
      const wanted = typeof place === 'string' ? place : expect.stringMatching(place);
      expect({ text, places, passages: read.passages.map((each) => each.text) }).toMatchObject({
        text,
        places: [wanted],
      });
    }
    for (const text of lacks) expect(read.at(text)).toEqual([]);
  });
}
