/** The one line of a file that has anything unread: for each kind a file that has it, and who is shown it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notRead } from '../../../src/skills/files/texts.ts';
import { openReaders, type Readers } from '../../media/reading.ts';
import {
  docx,
  paragraph,
  pdfLine,
  pdfOf,
  pptx,
  relation,
  relations,
  row,
  words,
  xlsx,
} from '../../support/documents.ts';
import { play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { zip } from '../../support/zip.ts';

let readers: Readers;
beforeAll(async () => {
  readers = await openReaders({ withinMs: 60_000 });
});
afterAll(() => readers.close());

const related = (body: string, ...parts: [type: string, target: string, content: string | Buffer][]) =>
  docx(`${paragraph('Words')}${body}`, [
    [
      'word/_rels/document.xml.rels',
      relations(...parts.map(([type, target], at) => relation(`rId${at}`, type, target))),
    ],
    ...parts.map(([, target, content]) => [`word/${target}`, content] as const),
  ]);
const drawing = (inner: string) => `<w:p><w:r><w:drawing>${inner}</w:drawing></w:r></w:p>`;
const diagrams = [0, 1, 2].map((at) => drawing(`<dgm:relIds r:dm="rId${at}"/>`)).join('');
const compound = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]);
const boundary = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n';
const sheets = Array.from({ length: 501 }, (_, at) => ({
  name: `S${at}`,
  rows: at === 0 ? row(1, words('A1', 'x')) : '',
}));
const rules = `<style>${Array.from({ length: 20_100 }, (_, at) => `.c${at}{color:red}`).join('')}</style><p>words`;

const FILES: readonly [line: string, name: string, make: () => Buffer | string][] = [
  [
    'not read: 1 chart',
    'a.docx',
    () => related(drawing('<c:chart r:id="rId0"/>'), ['chart', 'c.xml', '<c:chartSpace/>']),
  ],
  [
    'not read: 3 diagrams',
    'a.docx',
    () =>
      related(
        diagrams,
        ...[0, 1, 2].map((at) => ['diagramData', `d${at}.xml`, '<dgm:dataModel/>'] as [string, string, string]),
      ),
  ],
  [
    'not read: 1 object of other programs',
    'a.docx',
    () =>
      related('<w:p><w:r><w:object><o:OLEObject r:id="rId0"/></w:object></w:r></w:p>', [
        'oleObject',
        'o.bin',
        compound,
      ]),
  ],
  [
    'not read: 2 formulas without values',
    'a.xlsx',
    () => xlsx([{ name: 'S', rows: row(1, `${words('A1', 'x')}<c r="B1"><f>A2</f></c><c r="C1"><f>A3</f></c>`) }]),
  ],
  ['not read: 1 sheet beyond those that I read', 'a.xlsx', () => xlsx(sheets)],
  [
    'not read: 1 slide beyond those that I read',
    'a.pptx',
    () => pptx(Array.from({ length: 2_001 }, (_, at) => ({ texts: at === 0 ? ['x'] : [] }))),
  ],
  [
    'not read: 2 pictures',
    'a.docx',
    () =>
      docx('<w:p/>', [
        ['word/media/1.png', 'x'],
        ['word/media/2.jpeg', 'x'],
      ]),
  ],
  [
    'not read: 1 form',
    'a.pdf',
    () =>
      pdfOf([pdfLine('Please wait')], {
        catalog: '/AcroForm << /Fields [] /XFA [(a) 6 0 R] >>',
        more: ['<< /Length 5 >>\nstream\n<a/> \nendstream'],
      }),
  ],
  [
    'not read: 1 page of pictures whose letters I do not recognize (tesseract)',
    'a.pdf',
    () => pdfOf(['', pdfLine('x')]),
  ],
  [
    'not read: 1 page whose font does not say its letters',
    'a.pdf',
    () =>
      pdfOf([pdfLine('abcabcabc')], {
        page: '/Resources << /Font << /F1 6 0 R >> >>',
        more: [
          '<< /Type /Font /Subtype /Type1 /BaseFont /Own /Encoding << /Type /Encoding /Differences [97 /G01 /G02 /G03] >> /ToUnicode 7 0 R /FirstChar 97 /LastChar 99 /Widths [500 500 500] >>',
          unclearMap(),
        ],
      }),
  ],
  ['not read: styles beyond those that I look at', 'a.html', () => `<!doctype html>${rules}`],
  ['not read: 1 quote without an end', 'a.csv', () => 'a;b\n"1;2\n3;4\n'],
  [
    'not read: 1 attachment beyond those that I read',
    'a.eml',
    () =>
      `From: a@b.example\r\nTo: c@d.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n${boundary}${Array.from({ length: 101 }, (_, at) => `--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=${at}.txt\r\n\r\nx\r\n`).join('')}--b--\r\n`,
  ],
  [
    'not read: 2 files with another method',
    'a.zip',
    () =>
      oddMethods(
        zip([
          ['a.txt', 'x'],
          ['b.txt', 'y'],
          ['c.txt', 'words'],
        ]),
        2,
      ),
  ],
  [
    'not read: 1 broken file, 1 file with a password',
    'a.zip',
    () =>
      zip([
        { name: 'a', content: 'x', packed: Buffer.from([255, 255]), size: 5 },
        { name: 'b', content: 'x', encrypted: true },
        ['c.txt', 'words'],
      ]),
  ],
  [
    'not read: tool.bin',
    'a.zip',
    () =>
      zip([
        ['tool.bin', Buffer.from([0, 1, 2, 3, 255])],
        ['c.txt', 'words'],
      ]),
  ],
  ['not read: letters guessed', 'a.txt', () => Buffer.from('Gr\u00fc\u00dfe', 'latin1')],
];

/** Entries of an archive with a method that nothing here unpacks: the first `count`. */
function oddMethods(archive: Buffer, count: number): Buffer {
  let at = 0;
  for (let n = 0; n < count; n++) {
    at = archive.indexOf(Buffer.from('504b0102', 'hex'), at) + 4;
    archive.writeUInt16LE(12, at + 6);
  }
  return archive;
}

function unclearMap(): string {
  const map =
    'begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <61> <63> <E001> endbfrange endcmap';
  return `<< /Length ${map.length} >>\nstream\n${map}\nendstream`;
}

test.each(FILES)('%s (%s)', async (line, name, make) => {
  const { facts } = await readers.read(make(), name);
  expect(facts.fault).toBeUndefined();
  expect(notRead(facts)).toBe(line);
});

test('all of it is one line', () => {
  const facts = {
    kind: 'docx',
    says: 'a Word document',
    title: '',
    guessed: true,
    missed: [
      { part: 'diagram', count: 3 },
      { part: 'form', count: 1 },
      { part: 'method', count: 2 },
      { part: 'page', count: 1 },
    ],
  } as const;
  expect(notRead({ ...facts, missed: [...facts.missed] })).toBe(
    'not read: 3 diagrams, 1 form, 2 files with another method, 1 page beyond those that I read, letters guessed',
  );
  expect(notRead({ kind: 'text', says: 'a text', title: '' })).toBeUndefined();
});

const MADE = () =>
  related(
    diagrams,
    ...[0, 1, 2].map((at) => ['diagramData', `d${at}.xml`, '<dgm:dataModel/>'] as [string, string, string]),
  );

test('the model is shown it, and so is the person below its answer, once', async () => {
  const model = new ScriptedModel(
    ['It is about words.'],
    ['Words, as I said.'],
    [{ call: 'attachment_read', input: { file: 'plan.docx', from: 0 } }],
    ['Words again.'],
    [{ call: 'attachment_find', input: { query: 'words' } }],
    ['In plan.docx.'],
  );
  model.takesFiles = true;
  await using coda = await play({ model });
  const ana = coda.person('ana');
  await coda.sends('ana', MADE(), { name: 'plan.docx', text: 'what is it about?' });
  expect(lastSaid(model.requests[0]!)).toContain('not read: 3 diagrams');
  expect(ana.heard('It is about words.')).toEqual([expect.stringContaining('plan.docx, not read: 3 diagrams.')]);
  expect(await ana.says('and what else?')).not.toContain('not read');
  expect(await ana.says('read it again')).toBe('Words again.\n\n_plan.docx, not read: 3 diagrams._');
  expect(model.requests[3]?.messages.at(-1)?.text).toContain('not read: 3 diagrams');
  expect(await ana.says('where are the words?')).toBe('In plan.docx.\n\n_plan.docx, not read: 3 diagrams._');
});

test('without a model it stands in what is shown, once', async () => {
  await using coda = await play();
  const ana = coda.person('ana');
  await coda.sends('ana', MADE(), { name: 'plan.docx', text: '' });
  expect(
    ana
      .heard('plan.docx: a Word document')
      .join()
      .match(/not read/g),
  ).toHaveLength(1);
  expect((await ana.says("find 'words' in it")).match(/not read: 3 diagrams/g)).toHaveLength(1);
});

test.each([
  ['a.tif', Buffer.from('49492a0008000000000000000000', 'hex'), 'a TIFF picture'],
  ['a.avif', Buffer.from('0000001c66747970617669660000000061766966', 'hex'), 'an AVIF picture'],
])('a picture that no model takes is said to be unread, with what to send: %s', async (name, bytes, says) => {
  const model = new ScriptedModel(['A fine picture.']);
  model.takesFiles = true;
  await using coda = await play({ model });
  await coda.sends('ana', bytes, { name, type: 'image/x', text: 'what is in it?' });
  expect(coda.person('ana').heard('A fine picture.')).toEqual([
    expect.stringContaining(`I cannot read ${name}: it is ${says}, and I read none of those; send it as JPEG or PNG.`),
  ]);
});
