/** Sheets of XlsxWriter and slides of LibreOffice, each cell as LibreOffice shows it and each slide as poppler reads its page. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Passage } from '../../src/media/index.ts';
import { openReaders, type Readers } from './reading.ts';

let readers: Readers;
beforeAll(async () => {
  // What is read, and not how fast.
  readers = await openReaders({ withinMs: 60_000 });
});
afterAll(() => readers.close());

interface ShownSheet {
  book: string;
  sheet: string;
  cells: Record<string, string>;
}

const read = (name: string) => readFileSync(new URL(`files/${name}`, import.meta.url));
const SHOWN: readonly ShownSheet[] = JSON.parse(read('figures.json').toString());

/** Without the day that is set beside a date of which either number may be the month. */
const plain = (text: string) =>
  text
    .replace(/ \(\d{4}-\d\d-\d\d\)$/, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Cells of one sheet by their addresses. */
function cellsIn(passages: readonly Passage[], sheet: string) {
  const own = passages.filter(({ place, aside }) => aside === undefined && place.startsWith(`${sheet}!`));
  const text = own.map((passage) => passage.text).join('\n');
  return Object.fromEntries(
    text.split(/(?:^|\n| \| )(?=[A-Z]{1,3}\d+: )/).flatMap((cell) => {
      const [, address, value = ''] = /^([A-Z]{1,3}\d+): (.*)$/s.exec(cell) ?? [];
      return address === undefined || plain(value) === '' ? [] : [[address, plain(value)]];
    }),
  );
}

test.each(['xlsx', 'ods'])('of %s each cell has the value that LibreOffice shows', async (format) => {
  const wrong: string[] = [];
  let all = 0;
  const books = new Map<string, Passage[]>();
  for (const book of new Set(SHOWN.map((shown) => shown.book)))
    books.set(book, (await readers.read(read(`${book}.${format}`), `${book}.${format}`)).passages);
  for (const { book, sheet, cells } of SHOWN) {
    const own = cellsIn(books.get(book) ?? [], sheet);
    for (const address of new Set([...Object.keys(cells), ...Object.keys(own)])) {
      all++;
      if (own[address] !== cells[address])
        wrong.push(`${book}.${format} ${sheet}!${address}: ${own[address]} instead of ${cells[address]}`);
    }
  }
  expect(all).toBeGreaterThan(300);
  expect(wrong).toEqual([]);
});

const wordsIn = (text: string): string => (text.normalize('NFKC').match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ');
const SLIDES: readonly string[] = JSON.parse(read('talk.json').toString());

test.each(['pptx', 'odp'])('of %s each slide has the words that poppler finds on its page', async (format) => {
  const { passages, facts } = await readers.read(read(`talk.${format}`), `talk.${format}`);
  expect(facts.parts).toEqual({ unit: 'slide', count: SLIDES.length });
  const own = SLIDES.map((_, at) => {
    const here = passages.filter(({ place, aside }) => aside === undefined && place === `slide ${at + 1}`);
    return wordsIn(here.map(({ text }) => text).join('\n'));
  });
  expect(own).toEqual(SLIDES.map(wordsIn));
});
