/** Numbers of lists in Word documents, as their paragraphs show them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { zip } from '../support/zip.ts';
import { openReaders, type Readers } from './reading.ts';

let readers: Readers;
beforeAll(async () => {
  readers = await openReaders({ withinMs: 60_000 });
});
afterAll(() => readers.close());

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const level = (at: number, format: string, text: string, more = '') =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`;
const abstract = (id: number, ...levels: string[]) =>
  `<w:abstractNum w:abstractNumId="${id}">${levels.join('')}</w:abstractNum>`;
const num = (id: number, of: number, more = '') =>
  `<w:num w:numId="${id}"><w:abstractNumId w:val="${of}"/>${more}</w:num>`;
const NUMBERING = `<w:numbering ${W}>${[
  abstract(0, level(0, 'decimal', '%1.'), level(1, 'lowerLetter', '%2)'), level(2, 'lowerRoman', '(%3)')),
  abstract(1, level(0, 'bullet', '\uf0b7')),
  abstract(
    2,
    level(0, 'decimal', '%1', '<w:pStyle w:val="H1"/>'),
    level(1, 'decimal', '%1.%2', '<w:pStyle w:val="H2"/>'),
  ),
  abstract(3, level(0, 'upperRoman', '%1.'), level(1, 'decimal', '%1-%2', '<w:isLgl/>')),
  abstract(4, level(0, 'none', '')),
  num(1, 0),
  num(2, 1),
  num(3, 2),
  num(4, 0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'),
  num(5, 3),
  num(6, 4),
].join('')}</w:numbering>`;
const STYLES = `<w:styles ${W}>
  <w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
  <w:style w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/></w:style>
  <w:style w:styleId="Items"><w:name w:val="List Number"/><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style>
</w:styles>`;

const item = (text: string, numId: number, at = 0) =>
  `<w:p><w:pPr><w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${numId}"/></w:numPr></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
const styled = (text: string, style: string, more = '') =>
  `<w:p><w:pPr><w:pStyle w:val="${style}"/>${more}</w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
const plain = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

const read = async (...body: string[]) => {
  const made = zip([
    ['word/document.xml', `<w:document ${W}><w:body>${body.join('')}</w:body></w:document>`],
    ['word/numbering.xml', NUMBERING],
    ['word/styles.xml', STYLES],
  ]);
  const { passages } = await readers.read(made, 'a.docx');
  return { lines: passages.flatMap(({ text }) => text.split('\n')), places: passages.map(({ place }) => place) };
};

test('items have their numbers, letters and bullets', async () => {
  const { lines } = await read(
    item('Pay the rent', 1),
    item('by transfer', 1, 1),
    item('or in cash', 1, 1),
    item('small notes', 1, 2),
    item('Keep quiet', 1),
    item('at night', 1, 1),
    item('a bullet', 2),
    plain('No item'),
    item('Say when you leave', 1),
    item('', 1),
    item('Leave', 1),
    item('without a mark', 0),
    item('of a list that nobody knows', 99),
    item('with none', 6),
  );
  expect(lines).toEqual([
    '1. Pay the rent',
    'a) by transfer',
    'b) or in cash',
    '(i) small notes',
    '2. Keep quiet',
    'a) at night',
    '- a bullet',
    'No item',
    '3. Say when you leave',
    '5. Leave',
    'without a mark',
    '- of a list that nobody knows',
    'with none',
  ]);
});

test('a list that begins elsewhere does so once, and styles number headings and items', async () => {
  const { lines, places } = await read(
    styled('Money', 'H1'),
    styled('Rent', 'H2'),
    item('first', 4),
    item('second', 4),
    styled('Heating', 'H2'),
    styled('Keys', 'H1'),
    styled('Door', 'H2'),
    styled('one', 'Items'),
    styled('part', 'Items', '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="5"/></w:numPr>'),
  );
  expect(lines).toEqual([
    '1 Money',
    '1.1 Rent',
    '7. first',
    '8. second',
    '1.2 Heating',
    '2 Keys',
    '2.1 Door',
    'I. one',
    '1-1 part',
  ]);
  // Places are named as they always were.
  expect(places.join()).toContain('“Rent”');
});
