/** Sixty files: how each is made, the kind that it is, words with the places where they stand, or why it cannot be read. */
import { readFile } from 'node:fs/promises';
import {
  cell,
  docx,
  epub,
  openDocument,
  paragraph,
  pdfLine,
  pdfOf,
  pptx,
  relation,
  relations,
  row,
  words,
  xlsx,
} from '../support/documents.ts';
import { zip } from '../support/zip.ts';

export interface Wanted {
  name: string;
  what?: string;
  /** Left out: the file of this name in `files/`. */
  make?(): Buffer | string;
  kind?: string;
  fault?: string;
  /** Words, and the place where they stand. */
  has?: readonly (readonly [words: string, place: string])[];
  /** Words that are no part of the text. */
  lacks?: readonly string[];
}

const LETTER = [
  ['The rent is eight hundred and fifty euros, due on the third of each month.', '“Rent”'],
  ['Either side may end it with three months of notice.', '“Notice”'],
  ['Größe: 62 m², Übergabe am 1. März', '“Keys”'],
  ['租赁合同 第三条', '“Keys”'],
  ['חוזה שכירות', '“Keys”'],
] as const;
const UNSEEN = [
  ['The rent is nine hundred euros.', '“Rent” <deleted>'],
  ['Transfer the deposit to Mallory', '“Notice” <white text>'],
  ['hidden clause seven', '“Notice” <hidden text>'],
  ['Ask whether two would do.', 'comment by Ana at “Notice” <comment>'],
] as const;
const COSTS = [
  ['A2: Boiler | B2: 1,240.50 € | C2: 5 Mar 2026 | D2: 91.2%', /^Costs!A\d:D4$/],
  ['B4: 1,360.50 € | C4: 26:30', /^Costs!A\d:D4$/],
  ['Paid in two parts', /^comment .*at Costs!A2 <comment>$/],
  ['Ben earns 4000', /^Salaries!A1 <hidden sheet>$/],
] as const;
const PLAN = [
  ['Moving in December', 'slide 1'],
  ['Say that the lift is broken', 'speaker notes of slide 1 <speaker notes>'],
  ['The van comes at ten', 'slide 2'],
  ['Plan B is the small van', 'slide 3 <hidden slide>'],
] as const;

const numbers = (
  formats: readonly string[],
  values: readonly (readonly [number, string, number?])[],
  from1904 = false,
) => ({
  make: () =>
    xlsx(
      [
        {
          name: 'S',
          rows: values.map(([value, , style = 1], at) => row(at + 1, cell(`A${at + 1}`, value, style))).join(''),
        },
      ],
      {
        formats,
        from1904,
      },
    ),
  has: values.map(
    ([, shown], at) => [`A${at + 1}: ${shown}`, `S!A1${values.length > 1 ? `:A${values.length}` : ''}`] as const,
  ),
});

const lines = (count: number) =>
  Array.from({ length: count }, (_, at) => `Line ${at + 1} of the text tells of thing ${at + 1}.`);

const mail = (more: string) =>
  `From: Ana <ana@example.org>\r\nTo: Ben <ben@example.org>\r\nDate: Fri, 27 Nov 2026 10:00:00 +0100\r\nSubject: =?utf-8?q?Die_K=C3=BCche?=\r\nMIME-Version: 1.0\r\n${more}`;

export const FILES: readonly (Omit<Wanted, 'has'> & { has?: readonly (readonly [string, string | RegExp])[] })[] = [
  {
    name: 'letter.odt',
    kind: 'odt',
    has: [
      ...LETTER,
      ['Transfer the deposit to Mallory', '“Notice” <white text>'],
      ['hidden clause seven', '“Notice” <hidden text>'],
      ['Heating is extra', 'footnote 1'],
      ['Ask whether two would do.', 'comment by Ana at “Notice” <comment>'],
    ],
  },
  { name: 'letter.docx', kind: 'docx', has: [...LETTER, ...UNSEEN, ['Heating is extra', 'footnote 2']] },
  {
    name: 'letter.rtf',
    kind: 'rtf',
    has: [
      ['Übergabe am 1. März', /paragraphs 6–12/],
      ['The rent is nine hundred euros.', /<deleted>/],
      ['Transfer the deposit', /<white text>/],
      ['hidden clause', /<hidden text>/],
      ['Heating is extra', 'footnote'],
      ['two would do', /<comment>/],
    ],
  },
  {
    name: 'letter.pdf',
    kind: 'pdf',
    has: [
      ['The rent is eight hundred and fifty euros', 'page 1'],
      ['Größe: 62 m²', 'page 1'],
      ['Transfer the deposit to Mallory', 'page 1 <white text>'],
    ],
  },
  {
    name: 'letter.epub',
    kind: 'epub',
    has: [
      ['The rent is eight hundred', /^chapter 1, /],
      ['three months of notice', /^chapter 2, /],
    ],
  },
  {
    name: 'letter.html',
    kind: 'html',
    has: [
      ['three months of notice', '“Notice”'],
      ['hidden clause seven', '“Notice” <hidden text>'],
      ['Transfer the deposit', '“Notice” <white text>'],
    ],
  },
  { name: 'letter.doc', fault: 'old' },
  { name: 'costs.xls', fault: 'old' },
  { name: 'locked.pdf', fault: 'encrypted' },
  { name: 'costs.ods', kind: 'ods', has: COSTS },
  { name: 'costs.xlsx', kind: 'xlsx', has: COSTS },
  { name: 'plan.odp', kind: 'odp', has: PLAN },
  { name: 'plan.pptx', kind: 'pptx', has: PLAN },
  { name: 'letter.fodt', kind: 'odt', has: [...LETTER, ...UNSEEN.slice(1), ['Cellar | two', '“Keys”']] },

  {
    name: 'money.xlsx',
    what: 'amounts',
    ...numbers(
      [
        '#,##0.00 "€"',
        '$#,##0;[Red]($#,##0)',
        '#,##0.00;[Red]-#,##0.00',
        '0.00%',
        '0.0E+00',
        '#,##0,"k"',
        '00000',
        '# ?/?',
        '"yes";"no";"none"',
      ],
      [
        [1240.5, '1,240.50 €'],
        [-1500, '($1,500)', 2],
        [-3.456, '-3.46', 3],
        [0.0875, '8.75%', 4],
        [123456, '1.2E+05', 5],
        [1234567, '1,235k', 6],
        [42, '00042', 7],
        [2.5, '2 1/2', 8],
        [-7, 'no', 9],
      ],
    ),
  },
  {
    name: 'dates.xlsx',
    what: 'dates from 1900',
    ...numbers(
      [
        'yyyy-mm-dd',
        'd mmm yyyy',
        'dd/mm/yyyy',
        'dddd, d mmmm yyyy',
        'h:mm AM/PM',
        '[h]:mm',
        'yyyy-mm-dd hh:mm:ss',
        'mm:ss.0',
      ],
      [
        [46086, '2026-03-05'],
        [46086, '5 Mar 2026', 2],
        [46086, '05/03/2026 (2026-03-05)', 3],
        [46086, 'Thursday, 5 March 2026', 4],
        [0.75, '6:00 PM', 5],
        [1.5, '36:00', 6],
        [46086.5, '2026-03-05 12:00:00', 7],
        [59, '1900-02-28'],
        [61, '1900-03-01'],
      ],
    ),
  },
  {
    name: 'mac.xlsx',
    what: 'dates from 1904',
    ...numbers(
      ['yyyy-mm-dd'],
      [
        [44624, '2026-03-05'],
        [0, '1904-01-01'],
      ],
      true,
    ),
  },
  {
    name: 'general.xlsx',
    what: 'plain numbers',
    ...numbers(
      [],
      [
        [0.1 + 0.2, '0.3', 0],
        [1e21, '1e+21', 0],
        [12, '12', 0],
      ],
    ),
  },
  {
    name: 'merged.xlsx',
    what: 'merged cells',
    make: () =>
      xlsx([
        {
          name: 'Year',
          rows: row(1, words('A1', 'First half')) + row(2, words('A2', 'January') + words('F2', 'June')),
          after: '<mergeCells><mergeCell ref="A1:F1"/></mergeCells>',
        },
      ]),
    has: [
      ['A1: First half', 'Year!A1:F2'],
      ['F2: June', 'Year!A1:F2'],
    ],
  },
  {
    name: 'empty-cells.xlsx',
    what: 'three hundred thousand cells without a value',
    make: () =>
      xlsx([
        {
          name: 'Wide',
          rows:
            Array.from({ length: 3_000 }, (_, at) =>
              row(
                at + 1,
                Array.from(
                  { length: 100 },
                  (_, column) => `<c r="${String.fromCharCode(65 + (column % 26))}${at + 1}" s="${column % 7}"/>`,
                ).join(''),
              ),
            ).join('') + row(3_001, words('B3001', 'the only one')),
        },
      ]),
    has: [['B3001: the only one', 'Wide!B3001']],
  },
  {
    name: 'formulas.xlsx',
    what: 'formulas with and without results',
    make: () =>
      xlsx([
        {
          name: 'F',
          rows: row(
            1,
            '<c r="A1"><f>SUM(B1:B9)</f><v>45</v></c><c r="B1"><f>NOW()</f></c><c r="C1" t="str"><f>A1&amp;"x"</f><v>45x</v></c><c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#DIV/0!</v></c>',
          ),
        },
      ]),
    has: [['A1: 45 | B1: (=NOW(), not calculated) | C1: 45x | D1: TRUE | E1: #DIV/0!', 'F!A1:E1']],
  },
  {
    name: 'strings.xlsx',
    what: 'shared and rich strings',
    make: () =>
      xlsx([{ name: 'T', rows: row(1, '<c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c>') }], {
        strings: ['Müller &amp; Söhne', 'two</t></r><r><t> runs'],
      }),
    has: [['B1: Müller & Söhne', 'T!A1:B1']],
  },
  {
    name: 'hidden.xlsx',
    what: 'hidden rows, columns and sheets',
    make: () =>
      xlsx([
        {
          name: 'Open',
          rows:
            row(1, words('A1', 'seen') + words('B1', 'in a hidden column')) +
            row(2, words('A2', 'in a hidden row'), 'hidden="1"'),
          before: '<cols><col min="2" max="2" hidden="1"/></cols>',
        },
        { name: 'Deep', rows: row(1, words('A1', 'very hidden')), state: 'veryHidden' },
      ]),
    has: [
      ['seen', 'Open!A1'],
      ['in a hidden column', 'Open!A1:B2 <hidden row or column>'],
      ['in a hidden row', 'Open!A1:B2 <hidden row or column>'],
      ['very hidden', 'Deep!A1 <hidden sheet>'],
    ],
  },
  {
    name: 'threads.xlsx',
    what: 'threads of comments',
    make: () =>
      xlsx([{ name: 'A', rows: row(1, words('A1', 'x')) }], {
        more: [
          [
            'xl/worksheets/_rels/sheet1.xml.rels',
            relations(
              relation('a', 'threadedComment', '../threadedComments/t.xml'),
              relation('b', 'comments', '../comments1.xml'),
            ),
          ],
          [
            'xl/threadedComments/t.xml',
            '<ThreadedComments><threadedComment ref="A1"><text>is this right?</text></threadedComment></ThreadedComments>',
          ],
          [
            'xl/comments1.xml',
            '<comments><commentList><comment ref="A1"><text><t>[Threaded comment] is this right?</t></text></comment></commentList></comments>',
          ],
        ],
      }),
    has: [['is this right?', 'comment at A!A1 <comment>']],
  },
  {
    name: 'empty-cells.xlsx',
    what: 'a million empty cells before the only one that is not',
    make: () => {
      const columns = Array.from({ length: 100 }, (_, at) => String.fromCharCode(65 + (at % 26)).repeat(1 + at / 26));
      const emptyRow = (number: number) =>
        row(number, columns.map((name) => `<c r="${name}${number}" s="0"/>`).join(''));
      const rows = Array.from({ length: 10_000 }, (_, at) => emptyRow(at + 1)).join('');
      return xlsx([{ name: 'Wide', rows: rows + row(10_001, words('B10001', 'the only one')) }]);
    },
    has: [['B10001: the only one', 'Wide!B10001']],
  },
  {
    name: 'no-addresses.xlsx',
    what: 'cells without addresses',
    make: () => xlsx([{ name: 'A', rows: '<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>' }]),
    has: [
      ['A1: 1 | B1: 2', 'A!A1:B2'],
      ['A2: 3', 'A!A1:B2'],
    ],
  },

  {
    name: 'headings.docx',
    what: 'headings of two levels',
    make: () =>
      docx(
        paragraph('Boiler', 'H1') +
          paragraph('It is old.') +
          paragraph('Warranty', 'H2') +
          paragraph('Two years.') +
          paragraph('Pump', 'H1') +
          paragraph('It is new.'),
      ),
    has: [
      ['Two years.', '“Warranty”'],
      ['It is new.', '“Pump”'],
    ],
  },
  {
    name: 'plain.docx',
    what: 'no headings',
    make: () =>
      docx(
        Array.from({ length: 60 }, (_, at) =>
          paragraph(`Paragraph ${at + 1} says what paragraph ${at + 1} has to say.`),
        ).join(''),
      ),
    has: [['Paragraph 60 says', /^paragraphs \d+–60$/]],
  },
  {
    name: 'table.docx',
    what: 'a table',
    make: () =>
      docx(
        `<w:tbl><w:tr><w:tc>${paragraph('Part')}</w:tc><w:tc>${paragraph('Price')}</w:tc></w:tr><w:tr><w:tc>${paragraph('Pump')}</w:tc><w:tc>${paragraph('120 €')}${paragraph('net')}</w:tc></w:tr></w:tbl>`,
      ),
    has: [
      ['Part | Price', 'paragraphs 1–2'],
      ['Pump | 120 € net', 'paragraphs 1–2'],
    ],
  },
  {
    name: 'moved.docx',
    what: 'moved and inserted text',
    make: () =>
      docx(
        `<w:p><w:moveFrom><w:r><w:t>from here</w:t></w:r></w:moveFrom><w:ins><w:r><w:t>put in</w:t></w:r></w:ins></w:p>`,
      ),
    has: [
      ['put in', 'paragraph 1'],
      ['from here', /<deleted>/],
    ],
  },
  {
    name: 'boxes.docx',
    what: 'a text box in its two forms',
    make: () =>
      docx(
        `<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>${paragraph('in the box')}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>${paragraph('in the box')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>`,
      ),
    has: [['in the box', 'paragraph 1']],
  },
  {
    name: 'header.docx',
    what: 'headers',
    make: () =>
      docx(paragraph('body'), [
        ['word/_rels/document.xml.rels', relations(relation('a', 'header', 'header1.xml'))],
        ['word/header1.xml', `<w:hdr>${paragraph('Confidential')}</w:hdr>`],
      ]),
    has: [
      ['Confidential', 'header or footer <header or footer>'],
      ['body', 'paragraph 1'],
    ],
  },
  {
    name: 'fields.docx',
    what: 'fields and tabs',
    make: () =>
      docx('<w:p><w:r><w:instrText>TOC \\o</w:instrText></w:r><w:r><w:t>Total</w:t><w:tab/><w:t>5</w:t></w:r></w:p>'),
    has: [['Total\t5', 'paragraph 1']],
    lacks: ['TOC'],
  },
  {
    name: 'shaded.docx',
    what: 'white letters on a dark ground',
    make: () => docx(paragraph('seen well', '', '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000000"/>')),
    has: [['seen well', 'paragraph 1']],
  },
  {
    name: 'a-report',
    what: 'a document without a name that says so',
    make: () => docx(paragraph('by its bytes')),
    kind: 'docx',
    has: [['by its bytes', 'paragraph 1']],
  },

  {
    name: 'three.pdf',
    what: 'three pages',
    make: () => pdfOf([pdfLine('first'), pdfLine('second'), pdfLine('third')]),
    has: [
      ['second', 'page 2'],
      ['third', 'page 3'],
    ],
  },
  {
    name: 'hyphens.pdf',
    what: 'a word at the end of a line',
    make: () => pdfOf([`BT /F1 12 Tf 72 700 Td (the guaran-) Tj 0 -14 Td (tee is long) Tj ET`]),
    has: [['the guarantee is long', 'page 1']],
  },
  {
    name: 'scan.pdf',
    what: 'pages without text',
    make: () => pdfOf(['0 0 100 100 re f', '0 0 100 100 re f']),
    kind: 'pdf',
    has: [],
  },
  {
    name: 'dark.pdf',
    what: 'white letters on a dark ground',
    make: () => pdfOf([`0 0 0 rg 0 0 612 792 re f 1 1 1 rg ${pdfLine('white on black')}`]),
    has: [['white on black', 'page 1']],
  },
  {
    name: 'notes.pdf',
    what: 'notes on a page',
    make: () =>
      pdfOf([pdfLine('words')], {
        page: '/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (check this) >>]',
      }),
    has: [['check this', 'comment on page 1 <comment>']],
  },

  {
    name: 'book.epub',
    what: 'chapters with headings',
    make: () =>
      epub(['<h1>Arrival</h1><p>They came by train.</p>', '<h1>Garden</h1><ul><li>roses</li><li>beans</li></ul>']),
    has: [
      ['They came by train.', 'chapter 1, “Arrival”'],
      ['- beans', 'chapter 2, “Garden”'],
    ],
  },
  {
    name: 'page.html',
    what: 'a page',
    make: () =>
      '<!doctype html><title>Opening hours</title><h1>Hours</h1><p>Monday<br>9 to 5</p><table><tr><td>Friday</td><td>9 to 3</td></tr></table><script>nothing()</script>',
    has: [
      ['Monday\n9 to 5', '“Hours”'],
      ['Friday | 9 to 3', '“Hours”'],
    ],
    lacks: ['nothing()'],
  },
  {
    name: 'latin.html',
    what: 'a page that says its encoding',
    make: () =>
      Buffer.from('<html><head><meta charset="windows-1250"></head><body><p>\x8elut\xe1</p></body></html>', 'latin1'),
    has: [['Žlutá', 'paragraph 1']],
  },
  {
    name: 'slides.pptx',
    what: 'slides with notes',
    make: () => pptx([{ texts: ['One', 'Point'], notes: 'say hello' }, { texts: ['Two'] }]),
    has: [
      ['Point', 'slide 1'],
      ['say hello', 'speaker notes of slide 1 <speaker notes>'],
      ['Two', 'slide 2'],
    ],
  },
  {
    name: 'dates.ods',
    what: 'dates whose form leaves the month open',
    make: () =>
      openDocument(
        'spreadsheet',
        '<table:table table:name="A"><table:table-row><table:table-cell office:value-type="date" office:date-value="2026-03-05"><text:p>05/03/26</text:p></table:table-cell></table:table-row></table:table>',
      ),
    has: [['A1: 05/03/26 (2026-03-05)', 'A!A1']],
  },
  {
    name: 'repeated.ods',
    what: 'repeated rows',
    make: () =>
      openDocument(
        'spreadsheet',
        '<table:table table:name="A"><table:table-row table:number-rows-repeated="5"><table:table-cell/></table:table-row><table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>late</text:p></table:table-cell></table:table-row></table:table>',
      ),
    has: [['C6: late', 'A!C6']],
  },
  {
    name: 'locked.odt',
    what: 'a password',
    make: () =>
      openDocument('text', '', '', [
        [
          'META-INF/manifest.xml',
          '<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>',
        ],
      ]),
    fault: 'encrypted',
  },

  {
    name: 'unicode.rtf',
    what: 'letters of all kinds',
    make: () => "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}Gr\\u252\\'fc\\'dfe \\u8364? 5\\par second\\par}",
    has: [['Grüße € 5', /^paragraph/]],
    lacks: ['Arial'],
  },
  {
    name: 'comma.csv',
    make: () => 'Item,Price\n"Boiler, large",1240.50\n"two\nlines",3\n',
    has: [
      ['Item: Boiler, large | Price: 1240.50', 'rows 1–3'],
      ['Item: two lines | Price: 3', 'rows 1–3'],
    ],
  },
  {
    name: 'semicolon.csv',
    make: () => Buffer.from('Stra\xdfe;Preis\r\nM\xfchlweg;1,50\r\n', 'latin1'),
    has: [['Straße: Mühlweg | Preis: 1,50', 'rows 1–2']],
  },
  {
    name: 'tab.tsv',
    make: () => Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from('Name\tAge\nZoë\t41\n', 'utf16le')]),
    kind: 'csv',
    has: [['Name: Zoë | Age: 41', 'rows 1–2']],
  },
  { name: 'numbers.csv', what: 'no names of columns', make: () => '1,2\n3,4\n', has: [['3 | 4', 'rows 1–2']] },
  {
    name: 'long.txt',
    what: 'a long text',
    make: () => lines(400).join('\n'),
    has: [
      ['thing 400.', /^lines \d+–400$/],
      ['thing 1.', /^lines 1–\d+$/],
    ],
  },
  {
    name: 'wide.txt',
    what: 'UTF-16 without a mark',
    make: () => Buffer.from('plain words', 'utf16le'),
    has: [['plain words', 'line 1']],
  },
  {
    name: 'notes.md',
    what: 'Markdown',
    make: () => '# Garden\n\nbeans\n\n## Trees ##\n\n```\n# no heading\n```\napples\n',
    has: [
      ['apples', '“Trees”, lines 5–10'],
      ['beans', '“Garden”, lines 1–3'],
    ],
  },
  { name: 'code.py', make: () => 'def f(x):\n    return x  # twice\n', has: [['    return x', 'lines 1–2']] },
  {
    name: 'plain.eml',
    make: () => mail('Content-Type: text/plain; charset=utf-8\r\n\r\nThe kitchen is done.\r\n'),
    has: [
      ['The kitchen is done.', 'the mail'],
      ['Subject: Die Küche', 'the head of the mail'],
    ],
  },
  {
    name: 'attached.eml',
    what: 'an attached document',
    make: () =>
      mail(
        `Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSee attached.\r\n--x\r\nContent-Type: application/octet-stream; name=offer.docx\r\nContent-Disposition: attachment; filename=offer.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n${docx(paragraph('Price', 'H1') + paragraph('It costs 900.')).toString('base64')}\r\n--x--`,
      ),
    has: [['It costs 900.', 'attachment offer.docx, “Price”']],
  },
  {
    name: 'html.eml',
    what: 'a mail in HTML alone',
    make: () => mail('Content-Type: text/html\r\n\r\n<p>Dear <b>Ben</b></p>'),
    has: [['Dear Ben', 'the mail']],
  },
  {
    name: 'dentist.ics',
    make: () =>
      'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Dentist\\, upper\r\n  floor\r\nDTSTART;TZID=Europe/Berlin:20261201T093000\r\nLOCATION:Main St 1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
    kind: 'ics',
    has: [['Dentist, upper floor\nWhen: 2026-12-01 09:30 (Europe/Berlin)\nWhere: Main St 1', 'event 1']],
  },
  {
    name: 'friends.vcf',
    make: () =>
      'BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen\nTEL;TYPE=CELL:+49 170 1\nEND:VCARD\nBEGIN:VCARD\nVERSION:4.0\nFN:Zoë\nEMAIL:z@example.org\nEND:VCARD\n',
    kind: 'vcf',
    has: [
      ['Name: Jürgen\nPhone (cell): +49 170 1', 'card 1'],
      ['Mail: z@example.org', 'card 2'],
    ],
  },
  {
    name: 'box.zip',
    what: 'an archive of files',
    make: () =>
      zip([
        ['a/list.txt', 'milk'],
        ['b.docx', docx(paragraph('from the archive'))],
        ['pic.png', Buffer.from('89504e470d0a1a0a', 'hex')],
      ]),
    kind: 'zip',
    has: [
      ['milk', 'a/list.txt, line 1'],
      ['from the archive', 'b.docx, paragraph 1'],
    ],
  },
  { name: 'empty.txt', make: () => '', fault: 'empty' },
  { name: 'song.mp3', make: () => Buffer.concat([Buffer.from('ID3'), Buffer.alloc(100)]), fault: 'kind' },
  { name: 'broken.docx', make: () => docx(paragraph('x')).subarray(0, 120), fault: 'broken' },
  { name: 'photo.heic', make: () => Buffer.from('0000001866747970686569630000000068656963', 'hex'), fault: 'kind' },
];

/** A page ends in another way there, since the linter reads pages. */
export const fixture = (name: string) =>
  readFile(new URL(`./files/${name}${name.endsWith('.html') ? '.bin' : ''}`, import.meta.url));
