import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/storage/index.ts';
import { testDatabases } from '../support/database.ts';
import { play } from '../support/play.ts';

/** Texts in which the parser of words begins something at each place that does not end before the text does. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['letters between low lines', '_a'.repeat(30_000)],
  ['digits between low lines', '1_'.repeat(30_000)],
  ['comments that are begun', '<!--'.repeat(5_000)],
  ['comments with words', '<!--a'.repeat(8_000)],
  ['addresses of mail', 'a@'.repeat(40_000)],
  ['tags with open quotation marks', '<a b="'.repeat(16_000)],
];

/** What the parser begins to read as something else than a word. */
const PIECES = [
  '_',
  '<!--',
  '<',
  '>',
  '&',
  '-',
  '.',
  '/',
  '@',
  '://',
  'a',
  '1',
  'e',
  ' ',
  '\n',
  'é',
  '日',
  '’',
  '"',
  '%',
];

/** Kinds of tokens: words of either alphabet, numbers with and without `e`, and what stands between. */
const WORDS = ['asciiword', 'word', 'numword', 'uint', 'sfloat', 'blank'];

describe.each(testDatabases)('what is indexed, on $name', ({ name, available, open }) => {
  let database: Database;
  beforeAll(async () => {
    if (available) database = await open();
  }, 60_000);
  afterAll(() => database?.close());

  test.skipIf(!available)('is words alone, as many as fit, whatever the text', async () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'grapheme', maxLength: 3 })), {
      maxLength: 60,
    });
    const repeated = fc.tuple(text, fc.integer({ min: 1, max: 50 })).map(([pieces, times]) =>
      // No text of a database holds this character.
      pieces.join('').replaceAll('\0', '').repeat(times),
    );
    await fc.assert(
      fc.asyncProperty(repeated, async (words) => {
        const { rows } = await database.read<{ found: string; kinds: string[] }>(
          `select searchable($1) as found,
                  array(select distinct alias from ts_token_type('default') join ts_parse('default', searchable($1)) using (tokid)) as kinds`,
          [words],
        );
        const { found = '', kinds = [] } = rows[0] ?? {};
        expect(kinds.filter((kind) => !WORDS.includes(kind))).toEqual([]);
        // Nothing that is a word is lost.
        const letters = (from: string) => from.match(/[\p{L}\p{N}]+/gu) ?? [];
        expect(letters(found)).toEqual(letters(words));
      }),
      { numRuns: 150 },
    );
    const long = await database.read<{ length: number }>('select length(searchable($1)) as length', [
      'a '.repeat(500_000),
    ]);
    expect(long.rows).toEqual([{ length: 200_000 }]);
  });

  // Without the function each takes minutes: the one process of PGlite, or the lane of a conversation, waits for it.
  test.skipIf(!available)('takes no time that grows faster than the text, and is found', async () => {
    await using coda = await play({ engine: name });
    const ana = coda.person('ana');
    for (const [index, [, text]] of HOSTILE.entries()) {
      await ana.says(`${text} tulip${index}`);
      await ana.says(`note: heron${index} ${text}`);
      expect(await ana.says(`/notes heron${index}`)).toContain(`heron${index}`);
    }
    const { rows } = await coda.database().read<{ count: number }>(
      `select count(*) as count from messages
        where to_tsvector('simple', searchable(content ->> 'text')) @@ to_tsquery('simple', 'tulip:*')`,
    );
    expect(rows[0]?.count).toBe(HOSTILE.length);
  });
});
