/** Documents as programs write them, with as little around them as their readers need. */
import { type ZipEntry, zip } from './zip.ts';

export type Parts = readonly (ZipEntry | readonly [string, string | Uint8Array])[];

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const TYPES = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export const paragraph = (text: string, style = '', run = ''): string =>
  `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r>${run && `<w:rPr>${run}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;

export const relation = (id: string, type: string, target: string, mode = ''): string =>
  `<Relationship Id="${id}" Type="${TYPES}/${type}" Target="${target}"${mode && ` TargetMode="${mode}"`}/>`;

export const relations = (...all: string[]): string => `<Relationships>${all.join('')}</Relationships>`;

const STYLES = `<w:styles ${W}>${[1, 2].map((level) => `<w:style w:styleId="H${level}"><w:name w:val="heading ${level}"/></w:style>`).join('')}</w:styles>`;

/** `body`: paragraphs and tables. */
export function docx(body: string, more: Parts = [], prolog = ''): Buffer {
  const document = `${prolog}<w:document ${W} ${R}><w:body>${body}</w:body></w:document>`;
  return zip([['word/document.xml', document], ['word/styles.xml', STYLES], ...more]);
}

export interface Sheet {
  name: string;
  /** Rows of `sheetData`. */
  rows: string;
  before?: string;
  after?: string;
  state?: string;
}

export interface Workbook {
  strings?: readonly string[];
  /** Codes of number formats: style `n + 1` has the `n`th, style 0 none. */
  formats?: readonly string[];
  from1904?: boolean;
  more?: Parts;
}

export function xlsx(
  sheets: readonly Sheet[],
  { strings = [], formats = [], from1904, more = [] }: Workbook = {},
): Buffer {
  const listed = sheets.map(
    ({ name, state }, at) =>
      `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"${state ? ` state="${state}"` : ''}/>`,
  );
  const workbook = `<workbook ${R}>${from1904 ? '<workbookPr date1904="1"/>' : ''}<sheets>${listed.join('')}</sheets></workbook>`;
  const styles =
    `<styleSheet><numFmts>${formats.map((code, at) => `<numFmt numFmtId="${200 + at}" formatCode="${code.replace(/"/g, '&quot;')}"/>`).join('')}</numFmts>` +
    `<fonts><font/></fonts><fills><fill><patternFill patternType="none"/></fill></fills><cellXfs><xf numFmtId="0" fontId="0" fillId="0"/>` +
    `${formats.map((_, at) => `<xf numFmtId="${200 + at}" fontId="0" fillId="0"/>`).join('')}</cellXfs></styleSheet>`;
  return zip([
    ['xl/workbook.xml', workbook],
    [
      'xl/_rels/workbook.xml.rels',
      relations(...sheets.map((_, at) => relation(`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`))),
    ],
    ['xl/styles.xml', styles],
    ['xl/sharedStrings.xml', `<sst>${strings.map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`],
    ...sheets.map(
      ({ rows, before = '', after = '' }, at) =>
        [
          `xl/worksheets/sheet${at + 1}.xml`,
          `<worksheet>${before}<sheetData>${rows}</sheetData>${after}</worksheet>`,
        ] as const,
    ),
    ...more,
  ]);
}

export const row = (number: number, cells: string, attributes = ''): string =>
  `<row r="${number}" ${attributes}>${cells}</row>`;
export const cell = (address: string, value: string | number, style = 0): string =>
  `<c r="${address}" s="${style}"><v>${value}</v></c>`;
export const words = (address: string, text: string): string =>
  `<c r="${address}" t="inlineStr"><is><t>${text}</t></is></c>`;

export interface Slide {
  texts: readonly string[];
  notes?: string;
  isHidden?: boolean;
}

export function pptx(slides: readonly Slide[]): Buffer {
  const A =
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
  const body = (texts: readonly string[]) =>
    texts.map((text) => `<p:sp><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`).join('');
  return zip([
    [
      'ppt/presentation.xml',
      `<p:presentation ${A} ${R}><p:sldIdLst>${slides.map((_, at) => `<p:sldId id="${256 + at}" r:id="rId${at + 1}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    ],
    [
      'ppt/_rels/presentation.xml.rels',
      relations(...slides.map((_, at) => relation(`rId${at + 1}`, 'slide', `slides/slide${at + 1}.xml`))),
    ],
    ...slides.flatMap(({ texts, notes, isHidden }, at) => [
      [`ppt/slides/slide${at + 1}.xml`, `<p:sld ${A}${isHidden ? ' show="0"' : ''}>${body(texts)}</p:sld>`] as const,
      ...(notes === undefined
        ? []
        : [
            [
              `ppt/slides/_rels/slide${at + 1}.xml.rels`,
              relations(relation('rId1', 'notesSlide', `../notesSlides/notesSlide${at + 1}.xml`)),
            ] as const,
            [`ppt/notesSlides/notesSlide${at + 1}.xml`, `<p:notes ${A}>${body([notes])}</p:notes>`] as const,
          ]),
    ]),
  ]);
}

/** An OpenDocument file of this kind: `body` stands in its `office:body`, `styles` before it. */
export function openDocument(
  kind: 'text' | 'spreadsheet' | 'presentation',
  body: string,
  styles = '',
  more: Parts = [],
): Buffer {
  const content = `<office:document-content><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`;
  return zip([
    { name: 'mimetype', content: `application/vnd.oasis.opendocument.${kind}`, stored: true },
    ['content.xml', content],
    ...more,
  ]);
}

export function epub(chapters: readonly string[], more: Parts = []): Buffer {
  return zip([
    { name: 'mimetype', content: 'application/epub+zip', stored: true },
    ['META-INF/container.xml', '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'],
    [
      'OPS/book.opf',
      `<package xmlns:dc="x"><metadata><dc:title>The house</dc:title></metadata><manifest>${chapters.map((_, at) => `<item id="c${at}" href="c${at}.xhtml"/>`).join('')}</manifest><spine>${chapters.map((_, at) => `<itemref idref="c${at}"/>`).join('')}</spine></package>`,
    ],
    ...chapters.map((text, at) => [`OPS/c${at}.xhtml`, `<html><body>${text}</body></html>`] as const),
    ...more,
  ]);
}

export const pdfLine = (text: string, y = 700): string =>
  `BT /F1 12 Tf 72 ${y} Td (${text.replace(/[()\\]/g, '\\$&')}) Tj ET`;

/** Pages of operators. `catalog`, `page`: further keys of these dictionaries; `more`: further objects, from number 5 + 2 for each page on. */
export function pdfOf(pages: readonly string[], { catalog = '', page = '', more = [] as string[] } = {}): Buffer {
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    `<< /Type /Pages /Kids [${pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ')}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((content, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + at * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> ${page} >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
    ...more,
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = text.length;
  const entries = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF`;
  return Buffer.from(text, 'latin1');
}
