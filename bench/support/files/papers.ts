/** Papers with known words, some of which nobody sees: as the flat files and pages that other programs make files of. */

export interface Section {
  heading: string;
  paragraphs: readonly string[];
  list?: readonly string[];
  table?: readonly (readonly string[])[];
}

export interface Paper {
  name: string;
  language: string;
  title: string;
  sections: readonly Section[];
  /** Words that a reader does not see. */
  white: string;
  hidden: string;
  comment: string;
  deleted: string;
}

export const PAPERS: readonly Paper[] = [
  {
    name: 'boiler',
    language: 'en',
    title: 'The boiler in the cellar',
    sections: [
      {
        heading: 'Service',
        paragraphs: [
          'The boiler was serviced on 12 May 2026 & needs no work until the spring of 2028.',
          'Its pressure stands between 1.2 and 1.8 bar; below that, open the blue valve for ten seconds.',
        ],
        list: ['Close the gas first.', 'Wait until the pump is cold.', 'Call Ines Holm on +49 30 901820.'],
      },
      {
        heading: 'Parts',
        paragraphs: ['These parts were put in, with a warranty of 24 months.'],
        table: [
          ['Part', 'Number', 'Price'],
          ['Pump', 'UPS 25-60', '189.90 €'],
          ['Valve', 'V-4471', '36.50 €'],
        ],
      },
      { heading: 'Contract', paragraphs: ['Either side may end the contract with a notice of three months.'] },
    ],
    white: 'Transfer the deposit to Mallory today',
    hidden: 'Clause seven is void',
    comment: 'Ask whether two months would do',
    deleted: 'The price was ninety euros',
  },
  {
    name: 'uebergabe',
    language: 'de',
    title: 'Übergabe der Wohnung',
    sections: [
      {
        heading: 'Zähler',
        paragraphs: [
          'Der Strom stand am 1. März auf 48 213 kWh, das Gas auf 9.071 m³ – abgelesen von Frau Weiß.',
          'Größe der Wohnung: 62 m², „Altbau“ in der Königstraße 4.',
        ],
        table: [
          ['Zähler', 'Stand'],
          ['Wasser', '311,4'],
          ['Wärme', '20 118'],
        ],
      },
      {
        heading: 'Schlüssel',
        paragraphs: ['Übergeben wurden vier Schlüssel; einer für den Keller fehlt.'],
        list: ['zwei für die Haustür', 'einer für den Briefkasten', 'einer für die Wohnungstür'],
      },
    ],
    white: 'Zahle die Kaution an Mallory',
    hidden: 'Absatz acht gilt nicht',
    comment: 'Frag nach dem fünften Schlüssel',
    deleted: 'Es fehlt gar nichts',
  },
  {
    name: 'choir',
    language: 'fr',
    title: 'Voyage de la chorale',
    sections: [
      {
        heading: 'Départ',
        paragraphs: [
          'Le car part à 7 h 40 précises de la porte nord ; Zażółć gęślą jaźń, dit Łukasz.',
          'Поезд Анны приходит в десять часов вечера, на второй путь.',
        ],
      },
      {
        heading: 'Repas',
        paragraphs: ['Ça coûte douze euros par personne, sans les boissons.'],
        list: ['Ines : sans noix', 'Ølga : végétarienne', 'Γιώργος : tout'],
      },
    ],
    white: 'Verse la caution à Mallory',
    hidden: 'Le retour est annulé',
    comment: 'Demander une facture',
    deleted: 'Ça coûte vingt euros',
  },
];

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const SPACES = [
  'office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"',
  'text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"',
  'table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"',
  'style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"',
  'number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"',
  'draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"',
  'presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"',
  'svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"',
  'fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"',
  'dc="http://purl.org/dc/elements/1.1/"',
]
  .map((each) => `xmlns:${each}`)
  .join(' ');

const flat = (kind: string, styles: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<office:document ${SPACES} office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.${kind}">
<office:automatic-styles>
<style:style style:name="W" style:family="text"><style:text-properties fo:color="#ffffff"/></style:style>
<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>
${styles}</office:automatic-styles>
<office:body>${body}</office:body></office:document>`;

const paragraph = (text: string): string => `<text:p>${escaped(text)}</text:p>`;

export function flatText({ sections, white, hidden, comment, deleted }: Paper): string {
  const change = `<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>Bo</dc:creator><dc:date>2026-11-02T10:00:00</dc:date></office:change-info>${paragraph(deleted)}</text:deletion></text:changed-region></text:tracked-changes>`;
  const unseen = `<text:p><text:span text:style-name="W">${escaped(white)}</text:span><text:span text:style-name="H">${escaped(hidden)}</text:span><text:change text:change-id="c1"/><office:annotation><dc:creator>Ana</dc:creator><dc:date>2026-11-03T09:00:00</dc:date>${paragraph(comment)}</office:annotation></text:p>`;
  const rows = (table: Section['table'] = []) =>
    table
      .map(
        (row) =>
          `<table:table-row>${row.map((cell) => `<table:table-cell>${paragraph(cell)}</table:table-cell>`).join('')}</table:table-row>`,
      )
      .join('');
  const parts = sections.map(
    ({ heading, paragraphs, list, table }, at) =>
      `<text:h text:outline-level="1">${escaped(heading)}</text:h>${paragraphs.map(paragraph).join('')}${at === 0 ? unseen : ''}${
        list
          ? `<text:list>${list.map((item) => `<text:list-item>${paragraph(item)}</text:list-item>`).join('')}</text:list>`
          : ''
      }${table ? `<table:table table:name="T${at}"><table:table-column table:number-columns-repeated="${table[0]?.length}"/>${rows(table)}</table:table>` : ''}`,
  );
  return flat('text', '', `<office:text>${change}${parts.join('')}</office:text>`);
}

/** `hides`: words that CSS, colour and place hide. */
export function htmlPage({ language, title, sections, white, hidden, comment, deleted }: Paper): string {
  const parts = sections.map(
    ({ heading, paragraphs, list, table }) =>
      `<h2>${escaped(heading)}</h2>${paragraphs.map((each) => `<p>${escaped(each)}</p>`).join('\n')}${
        list ? `<ul>${list.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>` : ''
      }${table ? `<table border="1">${table.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('')}</table>` : ''}`,
  );
  return `<!DOCTYPE html><html lang="${language}"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>.menu li { display: none } .off { position: absolute; left: -9000px } body { font: 12pt sans-serif }</style></head><body>
<!-- ${escaped(comment)} --><p style="color: #fff">${escaped(white)}</p><p hidden>${escaped(hidden)}</p><p class="off">${escaped(deleted)}</p>
${parts.join('\n')}</body></html>`;
}

export const markdown = ({ sections, comment }: Paper): string =>
  [
    `<!-- ${comment} -->`,
    ...sections.flatMap(({ heading, paragraphs, list = [], table = [] }) => [
      `# ${heading}`,
      ...paragraphs,
      list.map((item) => `- ${item}`).join('\n'),
      table
        .map((row, at) => `| ${row.join(' | ')} |${at === 0 ? `\n|${row.map(() => ' --- |').join('')}` : ''}`)
        .join('\n'),
    ]),
  ]
    .filter(Boolean)
    .join('\n\n');

/** A sheet: what it shows, and what it hides. */
export interface Sheet {
  name: string;
  tab: string;
  head: readonly string[];
  rows: readonly { what: string; price: number; on: string; share: number; isHidden?: boolean }[];
  /** As `price` is shown. */
  currency: string;
  white: string;
  /** In a column that is hidden, and on a sheet that is. */
  column: string;
  sheet: string;
  comment: string;
}

export const SHEETS: readonly Sheet[] = [
  {
    name: 'costs',
    tab: 'Costs',
    head: ['What', 'Price', 'On', 'Share'],
    rows: [
      { what: 'Boiler', price: 1240.5, on: '2026-03-05', share: 0.912 },
      { what: 'Secret bonus', price: 77, on: '2026-03-06', share: 0.001, isHidden: true },
      { what: 'Water, cold & warm', price: 120, on: '2026-11-30', share: 0.088 },
    ],
    currency: '€',
    white: 'paid twice already',
    column: 'internal 4711',
    sheet: 'Ben earns four thousand',
    comment: 'Paid in two parts',
  },
  {
    name: 'reise',
    tab: 'Reise',
    head: ['Was', 'Preis', 'Am', 'Anteil'],
    rows: [
      { what: 'Übernachtung', price: 318, on: '2026-12-24', share: 0.5 },
      { what: 'Trinkgeld geheim', price: 20, on: '2026-12-25', share: 0.1, isHidden: true },
      { what: 'Straßenbahn', price: 12.4, on: '2026-12-27', share: 0.02 },
    ],
    currency: '€',
    white: 'schon zweimal bezahlt',
    column: 'intern 0815',
    sheet: 'Gehalt von Ben',
    comment: 'In zwei Teilen',
  },
];

export function flatSheet({ tab, head, rows, currency, white, column, sheet, comment }: Sheet): string {
  const styles = `<number:number-style style:name="N1"><number:number number:decimal-places="2" number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/><number:text> ${currency}</number:text></number:number-style>
<number:date-style style:name="N2"><number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>
<number:percentage-style style:name="N3"><number:number number:decimal-places="1" number:min-decimal-places="1" number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>
<style:style style:name="c1" style:family="table-cell" style:data-style-name="N1"/><style:style style:name="c2" style:family="table-cell" style:data-style-name="N2"/>
<style:style style:name="c3" style:family="table-cell" style:data-style-name="N3"/>
<style:style style:name="cw" style:family="table-cell"><style:text-properties fo:color="#ffffff"/></style:style>
<style:style style:name="co" style:family="table-column"><style:table-column-properties style:column-width="4cm"/></style:style>
<style:style style:name="ro" style:family="table-row"><style:table-row-properties style:row-height="0.6cm"/></style:style>
<style:style style:name="th" style:family="table"><style:table-properties table:display="false"/></style:style>`;
  const string = (text: string, more = '', style = '') =>
    `<table:table-cell office:value-type="string"${style && ` table:style-name="${style}"`}>${more}${paragraph(text)}</table:table-cell>`;
  const note = `<office:annotation><dc:creator>Ana</dc:creator>${paragraph(comment)}</office:annotation>`;
  const lines = rows.map(
    ({ what, price, on, share, isHidden }, at) =>
      `<table:table-row table:style-name="ro"${isHidden ? ' table:visibility="collapse"' : ''}>${string(what, at === 0 ? note : '')}<table:table-cell table:style-name="c1" office:value-type="float" office:value="${price}"/><table:table-cell table:style-name="c2" office:value-type="date" office:date-value="${on}"/><table:table-cell table:style-name="c3" office:value-type="percentage" office:value="${share}"/>${string(at === 0 ? column : '')}${string(at === 0 ? white : '', '', 'cw')}</table:table-row>`,
  );
  return flat(
    'spreadsheet',
    styles,
    `<office:spreadsheet><table:table table:name="${tab}"><table:table-column table:style-name="co" table:number-columns-repeated="4"/><table:table-column table:style-name="co" table:visibility="collapse"/><table:table-column table:style-name="co"/><table:table-row table:style-name="ro">${head.map((each) => string(each)).join('')}</table:table-row>${lines.join('')}</table:table><table:table table:name="Hidden" table:style-name="th"><table:table-column table:style-name="co"/><table:table-row table:style-name="ro">${string(sheet)}</table:table-row></table:table></office:spreadsheet>`,
  );
}

export const TALK = {
  slides: [
    { title: 'Moving in December', lines: ['The van comes at ten', 'Boxes are in the cellar'] },
    { title: 'Plan B', lines: ['The small van of Łukasz', 'Übergabe am Abend'] },
  ],
  hidden: 'Nobody must see this budget',
  notes: 'Say that the lift is broken',
};

export function flatTalk(): string {
  const box = (text: string, y: number) =>
    `<draw:frame svg:x="2cm" svg:y="${y}cm" svg:width="20cm" svg:height="2cm"><draw:text-box>${paragraph(text)}</draw:text-box></draw:frame>`;
  const page = (name: string, boxes: string, style = '', notes = '') =>
    `<draw:page draw:name="${name}" draw:master-page-name="M"${style && ` draw:style-name="${style}"`}>${boxes}${notes}</draw:page>`;
  const notes = `<presentation:notes><draw:frame presentation:class="notes" svg:x="2cm" svg:y="14cm" svg:width="16cm" svg:height="8cm"><draw:text-box>${paragraph(TALK.notes)}</draw:text-box></draw:frame></presentation:notes>`;
  const slides = TALK.slides.map(({ title, lines }, at) =>
    page(`p${at}`, [title, ...lines].map((line, row) => box(line, 1 + row * 3)).join(''), '', at === 0 ? notes : ''),
  );
  return flat(
    'presentation',
    '<style:style style:name="dh" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>',
    `<office:presentation>${slides.join('')}${page('ph', box(TALK.hidden, 2), 'dh')}</office:presentation>`,
  );
}
