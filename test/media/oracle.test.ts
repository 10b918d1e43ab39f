/** Sixty PDFs, pages that a browser prints, and the formats of one letter, read here and by poppler's `pdftotext`: the same words on the same pages. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM, openBrowser } from '../support/browser.ts';
import { pdfOf } from '../support/documents.ts';
import { openReaders, type Readers } from './reading.ts';

const isThere = (() => {
  try {
    return execFileSync('which', ['pdftotext']).length > 0;
  } catch {
    return false;
  }
})();

/** What documents are about: prose, accents, figures, signs. */
const CONTENTS: Readonly<Record<string, readonly string[]>> = {
  prose: [
    'The boiler in the cellar was serviced in May and needs no further work this year.',
    'Its warranty lasts for twenty four months from the day on which it was delivered.',
    'Please keep the bill with this sheet until then.',
  ],
  accents: [
    'Die Übergabe der Wohnung findet am ersten März um zehn Uhr in der Königstraße statt.',
    'Für Schäden an Türen, Böden und Wänden kommt der Mieter auf, soweit er sie verursacht hat.',
    'Ça coûte très cher, señor Ibáñez.',
  ],
  figures: ['Rent 850.00 Heating 62.50 Water 18.75', 'Total 931.25 due on 2026-12-03', 'Account 4711 0815 2233'],
  signs: [
    'Write to anna@example.org or (030) 123-456.',
    'Discount: 12.5% (all items), see § 7/b.',
    '“Quoted” words & more…',
  ],
};

const WIN: Readonly<Record<string, string>> = { '“': '\\223', '”': '\\224', '…': '\\205', '’': '\\222' };
/** A string of a PDF in WinAnsi. */
const string = (text: string): string =>
  `(${[...text].map((sign) => WIN[sign] ?? (/[()\\]/.test(sign) ? `\\${sign}` : sign)).join('')})`;
const bytes = (text: string): string =>
  `<${[...text].map((sign) => (WIN[sign] ? Number.parseInt(WIN[sign].slice(1), 8) : sign.charCodeAt(0)).toString(16).padStart(2, '0')).join('')}>`;
const lines = (words: readonly string[], show: (line: string, y: number) => string): string =>
  words.map((line, at) => show(line, 700 - at * 24)).join('\n');
const at = (y: number, ops: string, x = 72): string => `BT /F1 11 Tf ${x} ${y} Td ${ops} ET`;

/** Ways in which programs write text. */
const LAYOUTS: Readonly<Record<string, (words: readonly string[]) => Buffer>> = {
  plain: (words) => pdfOf([lines(words, (line, y) => at(y, `${string(line)} Tj`))]),
  kerned: (words) =>
    pdfOf([
      lines(words, (line, y) =>
        at(
          y,
          `[${line
            .split(' ')
            .map((word) => `${string(word)} -20 ${string(' ')}`)
            .join(' 5 ')}] TJ`,
        ),
      ),
    ]),
  'gaps instead of blanks': (words) =>
    pdfOf([lines(words, (line, y) => at(y, `[${line.split(' ').map(string).join(' -300 ')}] TJ`))]),
  hexadecimal: (words) => pdfOf([lines(words, (line, y) => at(y, `${bytes(line)} Tj`))]),
  leading: (words) => pdfOf([`BT /F1 11 Tf 14 TL 72 700 Td ${words.map((line) => `${string(line)} '`).join(' ')} ET`]),
  'a matrix': (words) => pdfOf([lines(words, (line, y) => `BT /F1 1 Tf 11 0 0 11 72 ${y} Tm ${string(line)} Tj ET`)]),
  'a scaled page': (words) =>
    pdfOf([`q 0.5 0 0 0.5 20 20 cm\n${lines(words, (line, y) => at(y * 2, `${string(line)} Tj`))}\nQ`]),
  'a turned page': (words) => pdfOf([lines(words, (line, y) => at(y, `${string(line)} Tj`))], { page: '/Rotate 90' }),
  spacing: (words) => pdfOf([lines(words, (line, y) => at(y, `0.4 Tc 2 Tw ${string(line)} Tj`))]),
  'two columns': (words) =>
    pdfOf([
      lines(
        words,
        (line, y) =>
          `${at(y, `${string(line.slice(0, 30).trim())} Tj`, 40)} ${at(y, `${string(line.slice(30).trim())} Tj`, 330)}`,
      ),
    ]),
  'large and small': (words) =>
    pdfOf([
      `BT /F1 22 Tf 72 740 Td ${string('Heading')} Tj ET\n${lines(words, (line, y) => at(y, `${string(line)} Tj`))}`,
    ]),
  'a raised sign': (words) =>
    pdfOf([lines(words, (line, y) => at(y, `${string(line)} Tj 5 Ts /F1 7 Tf ${string(' 1')} Tj`))]),
  'an empty first page': (words) => pdfOf(['', lines(words, (line, y) => at(y, `${string(line)} Tj`))]),
  'a page for each line': (words) => pdfOf(words.map((line) => at(700, `${string(line)} Tj`))),
  'thirty pages': (words) =>
    pdfOf(
      Array.from(
        { length: 30 },
        (_, page) =>
          `${at(740, `${string(`Sheet ${page + 1}`)} Tj`)}\n${lines(words, (line, y) => at(y, `${string(line)} Tj`))}`,
      ),
    ),
};

let readers: Readers;
const folder = mkdtempSync(join(tmpdir(), 'coda-oracle-'));
beforeAll(async () => {
  // What is read, and not how fast.
  readers = await openReaders({ withinMs: 60_000 });
});
afterAll(async () => {
  await readers.close();
  rmSync(folder, { recursive: true, force: true });
});

const wordsIn = (text: string): string => (text.normalize('NFKC').match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ');

/** The words of each page, as poppler reads them, and as they are read here; marks of direction are no words. */
async function pagesOf(pdf: Buffer, name: string): Promise<{ poppler: string[]; own: string[] }> {
  const file = join(folder, 'a.pdf');
  writeFileSync(file, pdf);
  const text = execFileSync('pdftotext', ['-enc', 'UTF-8', file, '-'], { encoding: 'utf8' });
  const poppler = text
    .replace(/[\u202a-\u202e]/g, '')
    .split('\f')
    .slice(0, -1)
    .map(wordsIn);
  const { passages } = await readers.read(pdf, name);
  const own = poppler.map((_, page) =>
    wordsIn(
      passages
        .filter(({ place }) => place.split(',')[0] === `page ${page + 1}`)
        .map((passage) => passage.text)
        .join('\n')
        // As poppler does at the end of a line.
        .replace(/-\n/g, ''),
    ),
  );
  return { poppler, own };
}

const firstDifference = (own: readonly string[], poppler: readonly string[]): string => {
  const page = own.findIndex((words, at) => words !== poppler[at]);
  return `page ${page + 1}: ${own[page]?.slice(0, 300)} instead of ${poppler[page]?.slice(0, 300)}`;
};

test.skipIf(!isThere)(
  'of sixty PDFs at least fifty-five have the words that pdftotext finds, on its pages',
  async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const [layout, make] of Object.entries(LAYOUTS)) {
      for (const [content, words] of Object.entries(CONTENTS)) {
        count++;
        const pdf = make(words);
        const { poppler, own } = await pagesOf(pdf, `${layout}.pdf`);
        expect(poppler.join('')).not.toBe('');
        if (own.join('\f') !== poppler.join('\f'))
          wrong.push(`${layout}, ${content}: ${firstDifference(own, poppler)}`);
      }
    }
    expect(count).toBe(60);
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(5);
  },
);

const paragraphs = (count: number): string =>
  Array.from(
    { length: count },
    (_, at) =>
      `<h2>Chapter ${at + 1}</h2><p>${Object.values(CONTENTS).flat().join(' ')}</p><p>Office fluffiness ${at}.</p>`,
  ).join('');
const tableOf = (rows: number): string =>
  `<table border=1>${Array.from({ length: rows }, (_, at) => `<tr><td>Part ${at}</td><td>${at * 17}.50</td><td>in stock since ${2000 + at}</td></tr>`).join('')}</table>`;

/** True if there are letters of Arabic and Hebrew: a browser prints boxes otherwise. */
const hasLetters = (): boolean => {
  try {
    return execFileSync('fc-list', [':lang=ar:lang=he', 'family']).length > 0;
  } catch {
    return false;
  }
};

/** Pages as a browser prints them. */
const PAGES: Readonly<Record<string, string>> = {
  prose: paragraphs(12),
  columns: `<div style="columns: 2">${paragraphs(4)}</div>`,
  table: `<h1>Stock</h1>${tableOf(90)}`,
  lists: '<ol><li>first<ul><li>below it</li></ul></li><li>second <sup>1</sup></li></ol><hr><small>1 a footnote</small>',
  'other directions': '<p dir=rtl>עברית: חוזה שכירות</p><p dir=rtl>العقد باللغة العربية</p><p>left to right</p>',
  code: '<pre>def f(x):\n    return x * 2  # twice</pre><p style="letter-spacing: 3px">wide letters</p>',
  forms: '<p>Name: <input value="Ana Keller"> <b>bold</b><i>joined</i></p><button>Send it</button>',
  turned: '<div style="position: absolute; top: 200px; transform: rotate(90deg)">along the edge</div><p>upright</p>',
};

test.skipIf(!isThere || !CHROMIUM)(
  'what a browser prints has the words that pdftotext finds, page by page',
  async () => {
    const browser = await openBrowser();
    const page = await browser.newPage();
    const files: string[] = [];
    for (const [name, html] of Object.entries(PAGES)) {
      if (name === 'other directions' && !hasLetters()) continue;
      await page.setContent(`<html><body>${html}</body></html>`);
      const path = join(folder, `${files.length} ${name}.pdf`);
      await page.pdf({
        path,
        format: name === 'table' ? 'A5' : 'A4',
        landscape: name === 'code',
        tagged: name !== 'lists',
      });
      files.push(path);
    }
    await browser.close();
    // As people put them together, and take one apart.
    execFileSync('pdfunite', [...files, join(folder, 'united.pdf')]);
    execFileSync('pdfseparate', ['-f', '2', '-l', '2', join(folder, 'united.pdf'), join(folder, 'apart.pdf')]);
    const wrong: string[] = [];
    for (const path of [...files, join(folder, 'united.pdf'), join(folder, 'apart.pdf')]) {
      const { poppler, own } = await pagesOf(readFileSync(path), 'printed.pdf');
      expect(poppler.join('')).not.toBe('');
      if (own.join('\f') !== poppler.join('\f')) wrong.push(`${path}: ${firstDifference(own, poppler)}`);
    }
    expect(wrong).toEqual([]);
  },
);

test.skipIf(!isThere)('one letter has the same words in each format', async () => {
  const read = async (name: string, as = name) => {
    const { passages } = await readers.read(readFileSync(new URL(`files/${name}`, import.meta.url)), as);
    return new Set(wordsIn(passages.map(({ text }) => text).join('\n')).split(' '));
  };
  const text = execFileSync('pdftotext', ['-enc', 'UTF-8', join(import.meta.dirname, 'files/letter.pdf'), '-'], {
    encoding: 'utf8',
  });
  // Marks of direction, and words that LibreOffice sets without a blank between them.
  const wanted = new Set(wordsIn(text.replace(/[\u202a-\u202e]/g, '').replace('month.The', 'month. The')).split(' '));
  for (const [name, as] of [
    ['letter.docx'],
    ['letter.odt'],
    ['letter.rtf'],
    ['letter.html.bin', 'letter.html'],
    ['letter.epub'],
    ['letter.pdf'],
  ] as const) {
    const own = await read(name, as);
    const missed = [...wanted].filter((word) => !own.has(word));
    expect(missed.length, `${name}: ${missed.join(' ')}`).toBeLessThanOrEqual(2);
  }
});
