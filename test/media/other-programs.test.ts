/** Files as other programs write them: words and places that everybody sees, and none that nobody sees. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docx, openDocument, paragraph, pdfOf, relation, relations, row, words, xlsx } from '../support/documents.ts';
import { zip } from '../support/zip.ts';
import { openReaders, type Readers, type ReadFile } from './reading.ts';

let readers: Readers;
beforeAll(async () => {
  // What is read, and not how fast.
  readers = await openReaders({ withinMs: 60_000 });
});
afterAll(() => readers.close());

const file = (name: string) => readFileSync(new URL(`files/other/${name}`, import.meta.url));
const ownFile = (name: string) => readFileSync(new URL(`files/${name}`, import.meta.url));
const readOther = (name: string, as = name): Promise<ReadFile> => readers.read(file(name), as);

type Has = readonly (readonly [text: string, place: string | RegExp])[];

async function expectText(read: ReadFile, has: Has): Promise<void> {
  expect(read.facts.fault).toBeUndefined();
  for (const [text, place] of has) expect(read.at(text), text).toEqual([expect.stringMatching(place)]);
}

describe('Office by its relations', () => {
  test.each<[string, Has]>([
    ['word-online.docx', [['The lease ends on 31 May 2027.', /^paragraph 1$/]]],
    ['altchunk.docx', [['Two windows cost 940 euros.', /^“Offer 88”$/]]],
    ['emoji.docx', [['Vote: 👍\nPaid: ☒ Refund: ☐', /^paragraphs 1–2$/]]],
    ['shared-caps.xlsx', [['A1: Room | B1: Chairs\nA2: Attic | B2: 118', /^Sheet1!A1:B2$/]]],
    ['streamed-zip64.xlsx', [['A1: Meter 4471 kWh', /^Sheet1!A1$/]]],
    [
      'smartart.pptx',
      [
        ['Credit desk checks income\nBoard signs above 50,000', /^slide 1$/],
        ['Loans by quarter', /^slide 1$/],
      ],
    ],
    [
      'white-on-dark.docx',
      [
        ['Person | Deposit due\nInes | 60', /^paragraphs 1–4$/],
        ['Meet at the north gate at 7:40', /^paragraphs 1–4$/],
      ],
    ],
    ['white-on-dark.ods', [['A1: Deposit due\nA2: 60', /^Trip!A1:A2$/]]],
  ])('%s', async (name, has) => {
    await expectText(await readOther(name), has);
  });

  test('a cell without a value is empty, and an empty string is one', async () => {
    expect((await readOther('empty-si.xlsx')).text).toBe('A1: first | C1: third');
  });

  test('formats of East Asian systems are dates', async () => {
    const { text } = await readOther('east-asian-dates.xlsx');
    const cells = text.split(' | ').slice(1);
    expect(cells).toHaveLength(11);
    for (const cell of cells) expect(cell).toMatch(/^[B-L]1: 2026-12-01$/);
  });

  test('dates in years of an era are shown in ours', async () => {
    const formats = ['[$-411]ggge"年"m"月"d"日"', '[$-404]e/m/d', 'yyyy"年"m"月"d"日" aaaa'];
    const rows = formats.map((_, at) => row(at + 1, `<c r="A${at + 1}" s="${at + 1}"><v>46357</v></c>`)).join('');
    const { text } = await readers.read(xlsx([{ name: 'S', rows }], { formats }), 'era.xlsx');
    expect(text).toBe('A1: 2026年12月1日 (2026-12-01)\nA2: 2026/12/1 (2026-12-01)\nA3: 2026年12月1日 Tuesday');
  });

  test('signs that XML has not are read by their numbers', async () => {
    const { text } = await readers.read(
      xlsx([{ name: 'S', rows: row(1, words('A1', 'two_x000D_\nlines _x005F_x')) }]),
      'a.xlsx',
    );
    expect(text).toBe('A1: two lines _x');
  });

  test('text boxes, charts, links and formulas of a sheet', async () => {
    const drawing = `<xdr:wsDr><xdr:sp><xdr:txBody><a:p><a:r><a:t>Ask Ines first</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>`;
    const chart = `<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Rent by year</a:t></a:r></a:p></c:rich></c:tx></c:title>
      <c:plotArea><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Rent</c:v></c:pt></c:strCache></c:strRef></c:tx>
      <c:cat><c:strCache><c:pt idx="0"><c:v>2025</c:v></c:pt><c:pt idx="1"><c:v>2026</c:v></c:pt></c:strCache></c:cat>
      <c:val><c:numCache><c:formatCode>General</c:formatCode><c:pt idx="0"><c:v>850</c:v></c:pt><c:pt idx="1"><c:v>880</c:v></c:pt></c:numCache></c:val></c:ser></c:plotArea></c:chart></c:chartSpace>`;
    const made = xlsx(
      [
        {
          name: 'Costs',
          rows: row(1, `${words('A1', 'the shop')}<c r="B1"><f>SUM(C1:C9)</f></c>`),
          after: '<hyperlinks><hyperlink ref="A1" r:id="rId2"/></hyperlinks><drawing r:id="rId1"/>',
        },
      ],
      {
        more: [
          [
            'xl/worksheets/_rels/sheet1.xml.rels',
            relations(
              relation('rId1', 'drawing', '../drawings/d1.xml'),
              relation('rId2', 'hyperlink', 'https://shop.example/a', 'External'),
            ),
          ],
          ['xl/drawings/d1.xml', drawing],
          ['xl/drawings/_rels/d1.xml.rels', relations(relation('rId1', 'chart', '../charts/c.xml'))],
          ['xl/charts/c.xml', chart],
        ],
      },
    );
    const read = await readers.read(made, 'costs.xlsx');
    expect(read.at('Ask Ines first')).toEqual(['drawing on Costs']);
    expect(read.at('Rent by year\nRent: 2025 850, 2026 880')).toEqual(['drawing on Costs']);
    expect(read.at('https://shop.example/a')).toEqual(['link at Costs!A1']);
    expect(read.facts.missed).toEqual([{ part: 'formula', count: 1 }]);
  });

  test('charts, diagrams and documents in a document, where they stand', async () => {
    const inner = docx(paragraph('The inner page'));
    const body = `${paragraph('Plan', 'H1')}<w:p><w:r><w:drawing><dgm:relIds r:dm="rId5"/></w:drawing></w:r></w:p><w:p><w:r><w:object><o:OLEObject r:id="rId6"/></w:object></w:r></w:p><w:p><w:r><w:drawing><c:chart r:id="rId7"/></w:drawing></w:r></w:p>${paragraph('The end')}`;
    const made = docx(body, [
      [
        'word/_rels/document.xml.rels',
        relations(
          relation('rId5', 'diagramData', 'diagrams/d.xml'),
          relation('rId6', 'package', 'embeddings/inner.docx'),
          relation('rId7', 'chart', 'charts/empty.xml'),
        ),
      ],
      [
        'word/diagrams/d.xml',
        '<dgm:dataModel><dgm:pt><dgm:t><a:p><a:r><a:t>First box</a:t></a:r></a:p></dgm:t></dgm:pt><dgm:pt type="pres"><dgm:t><a:p><a:r><a:t>unsaid</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>',
      ],
      ['word/charts/empty.xml', '<c:chartSpace/>'],
      ['word/embeddings/inner.docx', inner],
    ]);
    const read = await readers.read(made, 'plan.docx');
    expect(read.at('First box')).toEqual(['“Plan”']);
    expect(read.at('The inner page')).toEqual(['the document inner.docx in it, paragraph 1']);
    expect(read.at('The end')).toEqual(['“Plan”']);
    expect(read.text).not.toContain('unsaid');
    expect(read.facts.missed).toEqual([{ part: 'chart', count: 1 }]);
  });

  test('links tell their addresses, and boxes of a form whether they are ticked', async () => {
    const body = `<w:p><w:r><w:t>See </w:t></w:r><w:hyperlink r:id="rId1"><w:r><w:t>the plan</w:t></w:r></w:hyperlink><w:r><w:t> of May.</w:t></w:r></w:p>
      <w:p><w:r><w:fldChar><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:t> paid</w:t></w:r></w:p>`;
    const more = [
      ['word/_rels/document.xml.rels', relations(relation('rId1', 'hyperlink', 'https://plan.example/5', 'External'))],
    ] as const;
    const { text } = await readers.read(docx(body, more), 'links.docx');
    expect(text).toBe('See the plan of May. (https://plan.example/5)\n☒ paid');
  });

  test('of the forms of a thing for newer and older programs the first that says anything is read', async () => {
    const box = (text: string) => `<w:txbxContent><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:txbxContent>`;
    const body = `<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>${box('In a box')}</wps:txbx></mc:Choice><mc:Fallback><w:pict>${box('In a box')}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>
      <w:p><w:r><mc:AlternateContent><mc:Choice Requires="x"><x:new/></mc:Choice><mc:Fallback><w:t>for older ones</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>`;
    expect((await readers.read(docx(body), 'forms.docx')).text).toBe('In a box\nfor older ones');
  });
});

const run = (text: string, format = '') => `<w:r><w:rPr>${format}</w:rPr><w:t>${text}</w:t></w:r>`;
const WHITE = '<w:color w:val="FFFFFF"/>';

describe('what is seen of Word', () => {
  test.each<[what: string, body: string, aside: string]>([
    ['white on paper', `<w:p>${run('words', WHITE)}</w:p>`, ' <white text>'],
    ['almost white', `<w:p>${run('words', '<w:color w:val="FDFDFD"/>')}</w:p>`, ' <white text>'],
    ['light grey', `<w:p>${run('words', '<w:color w:val="D9D9D9"/>')}</w:p>`, ''],
    [
      'the colour of its ground',
      `<w:p><w:pPr><w:shd w:fill="203040"/></w:pPr>${run('words', '<w:color w:val="203040"/>')}</w:p>`,
      ' <hidden text>',
    ],
    ['white on a marked ground', `<w:p>${run('words', `${WHITE}<w:highlight w:val="darkBlue"/>`)}</w:p>`, ''],
    [
      'white in a box',
      `<w:p><w:r><wps:wsp><wps:spPr><a:solidFill><a:srgbClr val="1F3864"/></a:solidFill></wps:spPr><wps:txbx><w:txbxContent><w:p>${run('words', WHITE)}</w:p></w:txbxContent></wps:txbx></wps:wsp></w:r></w:p>`,
      '',
    ],
    [
      'white in a box that has only a line',
      `<w:p><w:r><wps:wsp><wps:spPr><a:noFill/><a:ln><a:solidFill><a:srgbClr val="1F3864"/></a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent><w:p>${run('words', WHITE)}</w:p></w:txbxContent></wps:txbx></wps:wsp></w:r></w:p>`,
      ' <white text>',
    ],
    [
      'white in a table with a ground',
      `<w:tbl><w:tblPr><w:shd w:fill="1F3864"/></w:tblPr><w:tr><w:tc><w:p>${run('words', WHITE)}</w:p></w:tc></w:tr></w:tbl>`,
      '',
    ],
    [
      'white in a white cell of it',
      `<w:tbl><w:tblPr><w:shd w:fill="1F3864"/></w:tblPr><w:tr><w:tc><w:tcPr><w:shd w:fill="FFFFFF"/></w:tcPr><w:p>${run('words', WHITE)}</w:p></w:tc></w:tr></w:tbl>`,
      ' <white text>',
    ],
    [
      'white in a head row of a style',
      `<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblLook w:val="04A0"/></w:tblPr><w:tr><w:tc><w:p>${run('words', WHITE)}</w:p></w:tc></w:tr></w:tbl>`,
      '',
    ],
    [
      'white below a head row of a style',
      `<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/></w:tblPr><w:tr><w:tc><w:p/></w:tc></w:tr><w:tr><w:tc><w:p>${run('words', WHITE)}</w:p></w:tc></w:tr></w:tbl>`,
      ' <white text>',
    ],
    ['white by a style', `<w:p><w:pPr><w:pStyle w:val="Pale"/></w:pPr>${run('words')}</w:p>`, ' <white text>'],
    ['hidden once', `<w:p>${run('words', '<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>')}</w:p>`, ''],
    ['hidden', `<w:p>${run('words', '<w:vanish/>')}</w:p>`, ' <hidden text>'],
  ])('%s', async (_, body, aside) => {
    const styles = `<w:styles><w:style w:styleId="Base"><w:rPr>${WHITE}</w:rPr></w:style><w:style w:styleId="Pale"><w:basedOn w:val="Base"/></w:style>
      <w:style w:styleId="Grid"><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:fill="1F3864"/></w:tcPr></w:tblStylePr></w:style></w:styles>`;
    const document = zip([
      ['word/document.xml', `<w:document><w:body>${body}</w:body></w:document>`],
      ['word/styles.xml', styles],
    ]);
    expect((await readers.read(document, 'a.docx')).at('words')).toEqual([`paragraph 1${aside}`]);
  });
});

describe('what is seen of OpenDocument', () => {
  const cell = (style: string) =>
    `<table:table-cell table:style-name="${style}"><text:p>words</text:p></table:table-cell>`;
  const style = (name: string, family: string, inner: string, parent = '') =>
    `<style:style style:name="${name}" style:family="${family}"${parent && ` style:parent-style-name="${parent}"`}>${inner}</style:style>`;
  const white = '<style:text-properties fo:color="#ffffff"/>';
  const styles = [
    style('pale', 'table-cell', white),
    style('dark', 'table-cell', '<style:table-cell-properties fo:background-color="#1f3864"/>'),
    style('head', 'table-cell', white, 'dark'),
    style('row', 'table-row', '<style:table-row-properties fo:background-color="#1f3864"/>'),
    style('par', 'paragraph', `<style:paragraph-properties fo:background-color="#1f3864"/>${white}`),
    style('span', 'text', '<style:text-properties fo:color="#fefefe"/>'),
  ].join('');
  const sheet = (inner: string) => `<table:table table:name="T">${inner}</table:table>`;

  test.each<[what: string, kind: 'text' | 'spreadsheet', body: string, place: string]>([
    [
      'white in a cell',
      'spreadsheet',
      sheet(`<table:table-row>${cell('pale')}</table:table-row>`),
      'T!A1 <white text>',
    ],
    [
      'white on the ground of its style',
      'spreadsheet',
      sheet(`<table:table-row>${cell('head')}</table:table-row>`),
      'T!A1',
    ],
    [
      'white in a dark row',
      'spreadsheet',
      sheet(`<table:table-row table:style-name="row">${cell('pale')}</table:table-row>`),
      'T!A1',
    ],
    [
      'white by the style of its column',
      'spreadsheet',
      sheet(
        '<table:table-column table:default-cell-style-name="pale"/><table:table-row><table:table-cell><text:p>words</text:p></table:table-cell></table:table-row>',
      ),
      'T!A1 <white text>',
    ],
    [
      'in a hidden column',
      'spreadsheet',
      sheet(`<table:table-column table:visibility="collapse"/><table:table-row>${cell('')}</table:table-row>`),
      'T!A1 <hidden row or column>',
    ],
    [
      'a value without a text',
      'spreadsheet',
      sheet('<table:table-row><table:table-cell office:value="words"/></table:table-row>'),
      'T!A1',
    ],
    ['white in a dark paragraph', 'text', '<text:p text:style-name="par">words</text:p>', 'paragraph 1'],
    [
      'almost white',
      'text',
      '<text:p><text:span text:style-name="span">words</text:span></text:p>',
      'paragraph 1 <white text>',
    ],
    [
      'a section that is not shown',
      'text',
      '<text:section text:display="none"><text:p>words</text:p></text:section>',
      'paragraph 1 <hidden text>',
    ],
  ])('%s', async (_, kind, body, place) => {
    const name = kind === 'text' ? 'a.odt' : 'a.ods';
    expect((await readers.read(openDocument(kind, body, styles), name)).at('words')).toEqual([place]);
  });

  test('header and footer, and a chart that stands in it', async () => {
    const made = openDocument(
      'text',
      '<text:p>Body<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>',
      '',
      [
        [
          'styles.xml',
          '<office:document-styles><office:master-styles><style:master-page style:name="S"><style:header><text:p>Ines Holm, Bremen</text:p></style:header></style:master-page></office:master-styles></office:document-styles>',
        ],
        [
          'Object 1/content.xml',
          '<office:document-content><chart:chart><chart:title><text:p>Rent by year</text:p></chart:title><table:table><table:table-row><table:table-cell><text:p>2026</text:p></table:table-cell><table:table-cell><text:p>880</text:p></table:table-cell></table:table-row></table:table></chart:chart></office:document-content>',
        ],
      ],
    );
    const read = await readers.read(made, 'a.odt');
    expect(read.at('Ines Holm, Bremen')).toEqual(['header or footer <header or footer>']);
    expect(read.text).toContain('Rent by year\n2026 | 880');
  });
});

describe('what is seen of a page', () => {
  test('white-on-dark.html', async () => {
    const read = await readOther('white-on-dark.html.bin', 'white-on-dark.html');
    await expectText(read, [
      ['Deposit due\n60', /^paragraphs 1–4$/],
      ['Meet at the north gate at 7:40', /^paragraphs 1–4$/],
    ]);
  });

  const SHEET = `/* .plain{display:none} */ .menu li{display:none} ul.open > li{display:list-item} .dark{background:#123} .dark p{color:#fff}
    .only{position:absolute;width:1px;height:1px;overflow:hidden} .off{position:absolute;left:-9999px} .still{left:-9999px}
    @media print{.paper{display:none}} @media (max-width:600px){.narrow{display:none}} @media screen and (min-width:700px){.wide{display:none}}
    .v{visibility:hidden} .v b{visibility:visible} #a:not(.shown){display:none} a:hover{display:none} li:nth-child(2){color:#fefefe}`;

  test.each<[what: string, html: string, aside?: string]>([
    ['a list that is no menu', '<ul><li>words</ul>'],
    ['a menu', '<ul class=menu><li>words</ul>', 'hidden text'],
    ['a menu that is open', '<ul class="menu open"><li>words</ul>'],
    ['the second of a list', '<ul><li>one<li>words</ul>', 'white text'],
    ['a comment of the sheet', '<p class=plain>words'],
    ['white in a dark box', '<div class=dark><p>words</div>'],
    ['white in a white box of it', '<div class=dark><div style="background:white"><p>words</div></div>', 'white text'],
    ['dark in a dark box', '<div class=dark><i style="color:#112233">words</i></div>', 'hidden text'],
    ['almost white', '<p style="color:#fefefe">words', 'white text'],
    ['for what reads aloud', '<p class=only>words', 'hidden text'],
    ['off the page', '<p class=off>words', 'hidden text'],
    ['not placed', '<p class=still>words'],
    ['one pixel', '<p style="font-size:1px">words', 'hidden text'],
    ['no colour', '<p style="color:rgba(0,0,0,0)">words', 'hidden text'],
    ['on paper', '<p class=paper>words'],
    ['on a telephone', '<p class=narrow>words'],
    ['on a screen', '<p class=wide>words', 'hidden text'],
    ['seen in what is not', '<p class=v>none <b>words</b>'],
    ['but for a class', '<p id=a>words', 'hidden text'],
    ['with that class', '<p id=a class=shown>words'],
    ['under the pointer', '<a>words</a>'],
    ['on a picture', '<p style="background:url(a.jpg);color:#fff">words'],
    ['in a dark table of a mail', '<table bgcolor="#000080"><tr><td><font color="#ffffff">words</font></table>'],
    ['white without any ground', '<font color=white>words</font>', 'white text'],
    ['the words of a drawing', '<svg><title>no</title><text>words</text></svg>'],
    ['the choice of a list', '<select><option>no<option selected>words<option>no</select>'],
    ['the value of a field', '<input value="words">'],
  ])('%s', async (_, html, aside) => {
    const { passages } = await readers.read(`<!doctype html><style>${SHEET}</style>${html}`, 'a.html');
    expect(passages.filter(({ text }) => text.includes('words')).map((each) => each.aside)).toEqual([aside]);
  });

  test('raised cents are cents, and other raised digits are none', async () => {
    const html =
      '<p>€12<sup>99</sup> or 15<sup>50</sup> € or CHF 1’299<sup>90</sup>; 10<sup>12</sup> pieces in 1998<sup>12</sup></p>';
    const { text } = await readers.read(`<!doctype html>${html}`, 'a.html');
    expect(text).toBe('€12.99 or 15.50 € or CHF 1’299.90; 1012 pieces in 199812');
  });
});

test('white letters in a dark cell of rich text', async () => {
  const rtf = String.raw`{\rtf1{\colortbl;\red255\green255\blue255;\red31\green56\blue100;}\trowd\clcbpat2\cellx100\cellx200\pard\intbl\cf1 seen\cell unseen\cell\row\pard\cf0 below\par\cf1 gone\par}`;
  const read = await readers.read(rtf, 'a.rtf');
  expect(read.text).toBe('seen\nbelow');
  expect(read.at('gone')).toEqual([expect.stringContaining('<white text>')]);
});

describe('archives', () => {
  test('an entry with another method costs itself', async () => {
    const read = await readOther('one-odd-entry.zip');
    expect(read.at('the code is 7731')).toEqual(['c-last.txt, line 1']);
    expect(read.facts).toMatchObject({ missed: [{ part: 'method', count: 1 }] });
    expect(read.facts.fault).toBeUndefined();
  });

  test('an entry that is broken, and one with a password, cost themselves', async () => {
    const made = zip([
      { name: 'broken.txt', content: 'x', packed: Buffer.from([0xff, 0xff]), size: 9 },
      { name: 'locked.txt', content: 'x', encrypted: true },
      ['whole.txt', 'The rest of it'],
    ]);
    const read = await readers.read(made, 'a.zip');
    expect(read.at('The rest of it')).toEqual(['whole.txt, line 1']);
    expect(read.facts.missed).toEqual([
      { part: 'broken', count: 1 },
      { part: 'locked', count: 1 },
    ]);
  });

  test.each([
    ['DOS', 'names-cp437.zip', undefined, 'Übergabe Müller.txt'],
    ['Japan', undefined, '90bf8b818f91', '請求書'],
    ['Russia', undefined, '8ea2eea2ad', undefined],
    ['China', undefined, 'b7a2c6b1', '发票'],
    ['UTF-8', undefined, Buffer.from('Rechnung für Åse').toString('hex'), 'Rechnung für Åse'],
  ])('names of %s', async (_, name, hex, wanted) => {
    const bytes = name ? file(name) : withName(Buffer.from(hex ?? '', 'hex'));
    const { text } = await readers.read(bytes, 'a.zip');
    if (wanted) expect(text).toContain(wanted);
    else expect(text).toMatch(/^[а-яА-ЯёЁ]+\.txt$/m);
  });
});

/** An archive of one file whose name is not said to be in UTF-8. */
function withName(name: Buffer): Buffer {
  const whole = Buffer.concat([name, Buffer.from('.txt')]);
  const made = zip([{ name: 'n'.repeat(whole.length), content: 'x', stored: true }]);
  for (const [signature, flags, at] of [
    ['504b0304', 6, 30],
    ['504b0102', 8, 46],
  ] as const) {
    const from = made.indexOf(Buffer.from(signature, 'hex'));
    made.writeUInt16LE(0, from + flags);
    whole.copy(made, from + at);
  }
  return made;
}

describe('tables', () => {
  test('what a bank writes above its table, and numbers with a decimal comma', async () => {
    expect((await readOther('bank-preamble.csv')).text).toBe(
      [
        'Girokonto | DE00 1234',
        'Kontostand vom 27.11.2026: | 1.204,55 EUR',
        'Buchungsdatum | Empfänger | Betrag (€)',
        'Buchungsdatum: 26.11.2026 | Empfänger: Stadtwerke | Betrag (€): -1.084,20',
        'Buchungsdatum: 25.11.2026 | Empfänger: Bäckerei, Nord | Betrag (€): -4,30',
      ].join('\n'),
    );
  });

  test('lines that end as those of an old Mac', async () => {
    const read = await readOther('classic-mac.csv');
    expect(read.text).toBe('item | pieces\nitem: lamp | pieces: 4\nitem: chair | pieces: 118');
    expect(read.facts.parts).toEqual({ unit: 'row', count: 3 });
  });

  test('a quote without an end stands for itself, and is said', async () => {
    const read = await readOther('unclosed-quote.csv');
    expect(read.text).toBe(
      'name | size | price\nname: shelf | size: "80 cm | price: 45\nname: table | size: 120 cm | price: 99\nname: bench | size: 90 cm | price: 61',
    );
    expect(read.facts.missed).toEqual([{ part: 'quote', count: 1 }]);
  });

  test.each([
    ['1,5;2,5\n3,5;4,5\n', '1,5 | 2,5\n3,5 | 4,5'],
    ['name, note\nAna, "a, b"\nBo, "c"\n', 'name | note\nname: Ana | note: a, b\nname: Bo | note: c'],
    ['a;b\n"x;1\n"y";2\n"two\nlines";3\n', 'a | b\na: "x | b: 1\na: y | b: 2\na: two lines | b: 3'],
    ['a\tb\n1,5\t2;3\n', 'a | b\na: 1,5 | b: 2;3'],
    ['sep=;\na;b\n1;2\n', 'a | b\na: 1 | b: 2'],
  ])('%j', async (text, wanted) => {
    expect((await readers.read(text, 'a.csv')).text).toBe(wanted);
  });
});

describe('mails and cards', () => {
  test('a page is read where the plain text says nothing of it', async () => {
    const read = await readOther('html-only-really.eml');
    expect(read.at('Train at 08:14 from platform 9, seat 61.')).toEqual(['the mail']);
    expect(read.text).not.toContain('Please view');
  });

  test('the plain text is read where it says the same', async () => {
    const parts = (...all: [type: string, text: string][]) =>
      all.map(([type, text]) => `--b\r\nContent-Type: ${type}; charset=utf-8\r\n\r\n${text}\r\n`).join('');
    const mail = `From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n${parts(['text/plain', 'The train leaves at nine: https://trains.example/a'], ['text/html', '<p>The train <a href="https://trains.example/a">leaves</a> at nine.</p>'])}--b--\r\n`;
    const { passages } = await readers.read(mail, 'a.eml');
    expect(passages.slice(1).map(({ text }) => text)).toEqual(['The train leaves at nine: https://trains.example/a']);
  });

  test.each([
    ['old-phone.vcf', ['Name: Ömer Kılıc\nPhone (cell): 0151 000001', 'Name: Bea Wirth\nPhone (cell): 0151 000002']],
    ['photo-then-tel.vcf', ['Name: Jürgen\nPhone (cell): 0151 000003']],
  ])('%s', async (name, cards) => {
    const read = await readOther(name);
    expect(read.passages.map(({ text }) => text)).toEqual(cards);
    expect(read.facts.people?.map(({ text }) => text)).toEqual(cards);
  });

  test('a card of a telephone with labels, and of the newest version', async () => {
    const card = `BEGIN:VCARD\r\nVERSION:3.0\r\nN:Holm;Mira;;Dr.;\r\nitem1.TEL;type=pref:+49 30 1\r\nitem1.X-ABLabel:_$!<Work>!$_\r\nADR;TYPE=HOME:;;Lange Str. 1\\; Hof;Bremen;;28195;\r\nNOTE:one\\, two\\n thr\r\n ee\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bo\r\nTEL;VALUE=uri;TYPE="cell,voice":tel:+4930\r\nEND:VCARD\r\n`;
    expect((await readers.read(card, 'a.vcf')).passages.map(({ text }) => text)).toEqual([
      'Name: Dr. Mira Holm\nPhone (work): +49 30 1\nAddress (home): Lange Str. 1; Hof, Bremen, 28195\nNote: one, two\n three',
      'Name: Bo\nPhone (cell): +4930',
    ]);
  });
});

describe('PDF', () => {
  test.each([
    ['cjk-gb.pdf', '电子发票金额128元'],
    ['cjk-sjis.pdf', '領収書合計三千円'],
  ])('the letters of %s by the maps of its script', async (name, text) => {
    const read = await readOther(name);
    expect(read.text).toBe(text);
    expect(read.facts.pictures).toBeUndefined();
  });

  test('a filled form has its values where they stand', async () => {
    const { text } = await readOther('form-filled.pdf');
    expect(text.split('\n').slice(1)).toEqual([
      'Name  Mira Holm',
      'Amount in euros  412.80',
      'I travelled by train  ☒',
      'Account  Giro 7731',
    ]);
  });

  test('a page that a picture covers is one, and the line on it is kept', async () => {
    const read = await readOther('scan-with-stamp.pdf');
    expect(read.facts).toMatchObject({ pictures: 2, picturePages: [1, 2] });
    expect(read.at('Scanned with PocketScan')).toEqual(['page 1', 'page 2']);
  });

  const at = (y: number, operators: string) => `BT /F1 12 Tf 72 ${y} Td ${operators} ET`;
  const IMAGE = 'q 612 0 0 792 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q';

  test.each<[what: string, page: string, aside?: string]>([
    ['white on the page', at(700, '1 g (words) Tj'), 'white text'],
    ['almost white', at(700, '0.98 g (words) Tj'), 'white text'],
    ['white on a dark box', `0 0 0.5 rg 50 690 300 40 re f ${at(700, '1 g (words) Tj')}`],
    ['white beside a dark box', `0 0 0.5 rg 50 690 300 40 re f ${at(600, '1 g (words) Tj')}`, 'white text'],
    ['dark on a dark box', `0 0 0.5 rg 50 690 300 40 re f ${at(700, '0 0 0.5 rg (words) Tj')}`, 'hidden text'],
    [
      'white on a white box over a dark one',
      `0 g 0 0 612 792 re f 1 g 50 690 300 40 re f ${at(700, '(words) Tj')}`,
      'white text',
    ],
    ['in a box that is moved', `q 1 0 0 1 0 -100 cm 0 g 50 790 300 40 re f Q ${at(700, '1 g (words) Tj')}`],
    ['off the page', at(900, '(words) Tj'), 'hidden text'],
    ['too small', 'BT /F1 0.5 Tf 72 700 Td (words) Tj ET', 'hidden text'],
    ['unseen', at(700, '3 Tr (words) Tj'), 'hidden text'],
    ['recognized on a picture', `${IMAGE} ${at(700, '3 Tr (words) Tj')}`],
  ])('%s', async (_, page, aside) => {
    const { passages } = await readers.read(pdfOf([`${at(50, '(Some other line) Tj')} ${page}`]), 'a.pdf');
    expect(passages.filter(({ text }) => text.includes('words')).map((each) => each.aside)).toEqual([aside]);
  });

  test('bookmarks are places of the pages that they lead to', async () => {
    const more = [
      '<< /Type /Outlines /First 14 0 R /Last 15 0 R /Count 2 >>',
      '<< /Title (Warranty) /Parent 13 0 R /Next 15 0 R /Dest [6 0 R /Fit] >>',
      '<< /Title (Cleaning) /Parent 13 0 R /Prev 14 0 R /Dest [10 0 R /Fit] >>',
    ];
    const pages = ['Cover', 'It lasts two years', 'and no longer', 'Use soap'].map((text) => at(700, `(${text}) Tj`));
    // Objects 4 to 11 are the pages and their contents; 12 is a filler.
    const read = await readers.read(pdfOf(pages, { catalog: '/Outlines 13 0 R', more: ['null', ...more] }), 'a.pdf');
    const placeOf = (words: string) => read.at(words)[0];
    expect(placeOf('Cover')).toBe('page 1');
    expect(placeOf('It lasts two years')).toBe('page 2, “Warranty”');
    expect(placeOf('and no longer')).toBe('page 3, “Warranty”');
    expect(placeOf('Use soap')).toBe('page 4, “Cleaning”');
  });

  test('what somebody has typed on a page is its text, and a remark is a comment', async () => {
    const more = [
      '<< /Type /Annot /Subtype /FreeText /Rect [200 695 400 715] /Contents (paid on 3 May) /DA (/F1 12 Tf) >>',
      '<< /Type /Annot /Subtype /Highlight /QuadPoints [70 715 120 715 70 695 120 695] /Rect [70 695 120 715] /Contents (is that so?) >>',
    ];
    const made = pdfOf([at(700, '(The bill) Tj')], { page: '/Annots [6 0 R 7 0 R]', more });
    const read = await readers.read(made, 'a.pdf');
    expect(read.text).toBe('The bill  paid on 3 May');
    expect(read.at('is that so?')).toEqual(['comment on page 1 <comment>']);
  });
});

describe('kinds', () => {
  const SHEET = `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Costs"><Table><Row><Cell><Data ss:Type="String">Boiler</Data></Cell><Cell ss:Index="4"><Data ss:Type="Number">1240.5</Data></Cell></Row><Row ss:Index="5"><Cell><Data ss:Type="DateTime">2026-12-01T00:00:00.000</Data><Comment><ss:Data>first snow</ss:Data></Comment></Cell></Row></Table></Worksheet></Workbook>`;

  test('an Excel sheet of 2003 is read', async () => {
    const read = await readers.read(SHEET, 'costs.xml');
    expect(read.facts).toMatchObject({ says: 'an Excel sheet of 2003 (XML)', parts: { unit: 'sheet', count: 1 } });
    expect(read.at('A1: Boiler | D1: 1240.5')).toEqual(['Costs!A1:D1']);
    expect(read.at('A5: 2026-12-01')).toEqual(['Costs!A5']);
    expect(read.at('first snow')).toEqual(['comment at Costs!A5 <comment>']);
  });

  test('columns and sheets that it hides, and its white letters, are kept apart; its formats are applied', async () => {
    const data = (text: string, style = '') =>
      `<Cell${style && ` ss:StyleID="${style}"`}><Data ss:Type="${/^[\d.]+$/.test(text) ? 'Number' : 'String'}">${text}</Data></Cell>`;
    const styles = `<Styles><Style ss:ID="w"><Font ss:Color="#FFFFFF"/></Style><Style ss:ID="d"><Font ss:Color="#FFFFFF"/><Interior ss:Color="#1F3864" ss:Pattern="Solid"/></Style><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>`;
    const sheets = `<Worksheet ss:Name="A"><Table><Column/><Column ss:Hidden="1" ss:Span="1"/><Column/><Row>${data('Head', 'd')}${data('left')}${data('right')}${data('0.5', 'p')}${data('ghost', 'w')}</Row></Table></Worksheet><Worksheet ss:Name="B"><Table><Row>${data('salary')}</Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>`;
    const read = await readers.read(
      SHEET.replace(/<Worksheet.*<\/Worksheet>/, () => styles + sheets),
      'costs.xml',
    );
    expect(read.text).toBe('A1: Head | D1: 50.00%');
    expect(read.at('B1: left | C1: right')).toEqual(['A!B1:C1 <hidden row or column>']);
    expect(read.at('ghost')).toEqual(['A!E1 <white text>']);
    expect(read.at('salary')).toEqual(['B!A1 <hidden sheet>']);
  });

  test('OpenDocument as one file of XML is read as a package is', async () => {
    const plan = await readers.read(ownFile('plan.fodp'), 'plan.fodp');
    expect(plan.facts).toMatchObject({ kind: 'odp', parts: { unit: 'slide', count: 3 } });
    expect(plan.at('The van comes at ten')).toEqual(['slide 2']);
    expect(plan.at('Plan B is the small van')).toEqual(['slide 3 <hidden slide>']);
    const costs = await readers.read(ownFile('costs.fods'), 'costs.fods');
    expect(costs.facts).toMatchObject({ kind: 'ods', says: 'an OpenDocument sheet' });
    expect(costs.at('Ben earns 4000')).toEqual(['Salaries!A1 <hidden sheet>']);
    expect((await readers.read(ownFile('letter.fodt'), 'notes.txt')).facts).toMatchObject({
      says: 'an OpenDocument text',
      title: 'Tenancy agreement',
    });
  });

  test.each<[says: string, fault: string | undefined, name: string, content: Buffer | string]>([
    ['a text', undefined, 'note.txt', '%PDF-1.7 is how such a file begins.'],
    ['a blank file', 'empty', 'blank.txt', ' \n\t\n'],
    ['a file of zeros alone', 'empty', 'zeros.bin', Buffer.alloc(100)],
    [
      'an Apple Numbers sheet (.numbers)',
      'kind',
      'a.numbers',
      zip([
        ['Index/Document.iwa', 'x'],
        ['Index/Tables/DataList.iwa', 'x'],
      ]),
    ],
    [
      'an Apple Pages document (.pages)',
      'kind',
      'a.pages',
      zip([
        ['Index/Document.iwa', 'x'],
        ['preview.jpg', 'x'],
      ]),
    ],
    [
      'an Apple Keynote presentation (.key)',
      'kind',
      'a.key',
      zip([
        ['Index/Document.iwa', 'x'],
        ['Index/Slide-1.iwa', 'x'],
      ]),
    ],
    ['an Apple Pages document (.pages)', 'kind', 'old.pages', zip([['index.xml', '<x/>']])],
    ['a zip archive', undefined, 'site.zip', zip([['index.xml', '<x/>']])],
    [
      'a Word document of 2003 (XML)',
      'kind',
      'a.xml',
      '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>',
    ],
    ['an AVIF picture', 'kind', 'a.avif', Buffer.from('0000001c66747970617669660000000061766966', 'hex')],
    ['a TIFF picture', 'kind', 'a.tif', Buffer.from('49492a000800000000000000', 'hex')],
  ])('%s', async (says, fault, name, content) => {
    const { facts } = await readers.read(content, name);
    expect(facts.says).toBe(says);
    expect(facts.fault).toBe(fault);
  });
});
