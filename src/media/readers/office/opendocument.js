/** OpenDocument texts, sheets and presentations: their `content.xml`, read once from its beginning to its end. */
import { WHITE } from '../colors.js';
import { Unreadable } from '../limits.js';
import { bareAttributes, bareName, blocksOf, resolveEntry, titleOf, xmlEvents } from '../markup.js';
import { linkedText, Outline, Table, withAddresses } from '../passages.js';
import { OdfStyles, Surroundings } from './opendocument-styles.js';

const CONTENT = 'content.xml';
/** A sheet fills what is empty by repeating a cell or a row very often. */
const MOST_REPEATED = 1_000;

export async function* readOpenDocument(zip, about, kind) {
  if (await isEncrypted(zip)) throw new Unreadable('encrypted');
  about.title = await metaTitle(zip);
  const walk = new Walk(kind);
  for await (const event of xmlEvents(zip.chunks('styles.xml'))) walk.hear(event);
  const frame = walk.blocks.splice(0).filter(({ aside }) => aside === 'header or footer' && kind !== 'ods');
  walk.beginContent();
  for await (const block of blocksOf(zip.chunks(CONTENT), walk)) {
    if (block.object === undefined) yield block;
    else yield* objectIn(zip, block);
  }
  yield* new Map(frame.map((block) => [block.text, block])).values();
  if (kind === 'ods') about.parts = { unit: 'sheet', count: walk.parts };
  if (kind === 'odp') about.parts = { unit: 'slide', count: walk.parts };
}

/** A file of XML in the place of a package: what comes before its body is its styles, and says its title. */
export function flatPackage(bytes, budget) {
  const body = Math.max(0, bytes.indexOf('<office:body'));
  const parts = { [CONTENT]: bytes.subarray(body), 'styles.xml': bytes.subarray(0, body) };
  parts['meta.xml'] = parts['styles.xml'];
  return { budget, has: () => false, chunks: (name) => (parts[name] ? [parts[name]] : []) };
}

async function isEncrypted(zip) {
  for await (const { open } of xmlEvents(zip.chunks('META-INF/manifest.xml')))
    if (open !== undefined && bareName(open) === 'encryption-data') return true;
  return false;
}

async function metaTitle(zip) {
  let isTitle = false;
  for await (const { open, text, close } of xmlEvents(zip.chunks('meta.xml'))) {
    if (open === 'dc:title') isTitle = true;
    else if (close === 'dc:title') isTitle = false;
    else if (isTitle && text !== undefined) return text.trim();
  }
  return titleOf(zip);
}

/** A chart, formula or document that stands in the same archive: its paragraphs, and its tables row by row. */
async function* objectIn(zip, { object, place, aside }) {
  const lines = [];
  const table = new Table();
  let text = '';
  let isText = 0;
  for await (const { open, text: said, close } of xmlEvents(zip.chunks(`${resolveEntry('', object)}/${CONTENT}`))) {
    const name = open ?? close;
    if (said !== undefined) text += isText > 0 ? said : '';
    else if (name === 'text:p' || name === 'text:h' || bareName(name) === 'annotation') {
      isText += open === undefined ? -1 : 1;
      if (open !== undefined) continue;
      if (table.cells.length > 0) table.add(text);
      else lines.push(text.trim());
      text = '';
    } else if (open === 'table:table-cell') table.beginCell();
    else if (close === 'table:table-row') lines.push(table.endRow());
  }
  const words = lines.filter(Boolean).join('\n');
  if (words === '') zip.budget.miss('object');
  else yield { text: words, place, aside };
}

/** Texts within texts, which are told by themselves. */
const WITHIN = { 'office:annotation': 'comment', 'text:note': 'footnote' };
const SKIPPED = new Set([
  'text:note-citation',
  'dc:date',
  'meta:date-string',
  'svg:title',
  'svg:desc',
  'text:ruby-text',
  'text:script',
  'office:binary-data',
]);
const SHAPES = new Set(
  'frame custom-shape rect circle ellipse polygon polyline path caption regular-polygon connector line'
    .split(' ')
    .map((name) => `draw:${name}`),
);
const CELLS = new Set(['table:table-cell', 'table:covered-table-cell']);
const FIELDS = new Set('text textarea formatted-text number date time combobox password'.split(' '));
/** Headers and footers of a page, also of the left and the first one. */
const FRAME = /^style:(?:header|footer)(?:-left|-first)?$/;

class Walk {
  blocks = [];
  parts = 0;
  outline = new Outline();
  styles = new OdfStyles();
  around = new Surroundings(this.styles);
  part = '';
  aside;
  /** Open paragraphs, the innermost last: a note stands within the paragraph that it is about. */
  paragraphs = [];
  within = [];
  deleted = 0;
  notes = 0;
  skipped = 0;
  shapes = 0;
  tables = [];
  rows = 0;
  columns = [];
  /** Grounds of the masters of slides. */
  masters = new Map();
  isFrame = false;

  constructor(kind) {
    this.kind = kind;
  }

  beginContent() {
    this.outline = new Outline();
    [this.part, this.aside, this.isFrame] = ['', undefined, false];
  }

  hear({ open, at, text, close }) {
    if (text !== undefined) this.say(text);
    else if (open !== undefined) this.begin(open, bareName(open), bareAttributes(at));
    else this.end(close, bareName(close));
  }

  say(text) {
    const paragraph = this.paragraphs.at(-1);
    if (!paragraph || this.skipped > 0) return;
    const clean = text.replace(/\s+/g, ' ');
    const aside = paragraph.isAuthor ? undefined : this.around.unseen();
    if (aside === undefined) paragraph.text += clean;
    else paragraph.asides.set(aside, (paragraph.asides.get(aside) ?? '') + clean);
  }

  begin(name, bare, at) {
    this.styles.begin(name, bare, at);
    if (SKIPPED.has(name)) this.skipped++;
    else if (name === 'text:tracked-changes') this.deleted++;
    else if (name in WITHIN)
      this.within.push({ what: WITHIN[name], texts: [], number: name === 'text:note' ? ++this.notes : 0, by: '' });
    else if (name === 'dc:creator' && this.within.length > 0)
      this.paragraphs.push({ text: '', asides: new Map(), links: [], isAuthor: true });
    else if (name.startsWith('table:')) this.beginOfTable(name, at);
    else if (name.startsWith('text:')) this.beginText(name, at);
    else if (name.startsWith('draw:')) this.beginDrawn(name, at);
    else if (name.startsWith('form:')) this.beginField(bare, at);
    else if (name === 'presentation:notes') this.aside = 'speaker notes';
    else if (name === 'style:master-page') this.beginMaster(at);
    else if (FRAME.test(name)) this.aside = 'header or footer';
  }

  beginText(name, at) {
    if (name === 'text:p' || name === 'text:h') {
      const level = name === 'text:h' ? Number(at['outline-level'] ?? 1) : 0;
      this.paragraphs.push({ text: '', asides: new Map(), links: [], level });
      this.around.push(name, 'paragraph', at['style-name']);
    } else if (name === 'text:span') this.around.push(name, 'text', at['style-name']);
    else if (name === 'text:section')
      this.around.push(name, 'section', at['style-name'], at.display === 'none' ? { isUnseen: true } : {});
    else if (name === 'text:hidden-paragraph' && at['is-hidden'] === 'true') this.around.push('text:p', 'text');
    else if (name === 'text:a' && /^(?:https?|mailto|ftp):/i.test(at.href ?? ''))
      this.paragraphs.at(-1)?.links.push(at.href);
    else if (name === 'text:s' || name === 'text:tab' || name === 'text:line-break') this.say(' ');
  }

  beginDrawn(name, at) {
    if (name === 'draw:page') this.beginPage(at);
    else if (SHAPES.has(name)) this.beginShape(name, at);
    else if (name === 'draw:object' && at.href !== undefined)
      this.blocks.push({ object: at.href, ...this.drawnPlace() });
    else if (name === 'draw:object-ole') this.blocks.push({ object: '', ...this.drawnPlace() });
  }

  beginShape(name, at) {
    this.shapes++;
    const isOfSlide = at['presentation-style'] !== undefined;
    const own = this.styles.find('graphic', at['style-name'], 'ground');
    // Placeholders of a master say what to write there.
    const isHolder = this.isFrame && at.class !== undefined;
    const family = isHolder ? 'holder' : own === undefined && !isOfSlide ? 'presentation' : 'graphic';
    this.around.push(name, family, at['style-name']);
    if (this.isFrame && at.class === undefined) this.masters.set(this.master, 'unknown');
    if (at.class === undefined || name !== 'draw:frame') this.isPainted = true;
  }

  /** The values of a form are written in its fields alone. */
  beginField(bare, at) {
    const label = at.label || at.name || '';
    const value = at['current-value'] ?? at.value ?? '';
    if (FIELDS.has(bare) && value !== '' && bare !== 'password')
      this.blocks.push({ text: `${label}: ${value}`, place: 'form' });
    else if (bare === 'checkbox' || bare === 'radio')
      this.blocks.push({
        text: `${(at['current-state'] ?? at.state) === 'checked' || at['current-selected'] === 'true' ? '☒' : '☐'} ${label}`,
        place: 'form',
      });
    else if (bare === 'option' && (at['current-selected'] === 'true' || at.selected === 'true'))
      this.blocks.push({ text: label, place: 'form' });
  }

  beginMaster(at) {
    this.isFrame = true;
    this.master = at.name;
    const ground = this.styles.find('drawing-page', at['style-name'], 'ground');
    this.masters.set(at.name, ground === 'transparent' ? undefined : ground);
    if (this.kind === 'odp') this.aside = 'header or footer';
  }

  beginPage(at) {
    this.parts++;
    this.part = `slide ${this.parts}`;
    this.pageAside = this.styles.find('drawing-page', at['style-name'], 'isHidden') ? 'hidden slide' : undefined;
    this.aside = this.pageAside;
    const own = this.styles.find('drawing-page', at['style-name'], 'ground');
    const ground = own === 'transparent' ? undefined : own;
    this.around.page = ground ?? this.masters.get(at['master-page-name']) ?? WHITE;
  }

  beginOfTable(name, at) {
    if (name === 'table:table') this.beginTable(at);
    else if (name === 'table:table-column') this.beginColumn(at);
    else if (name === 'table:table-row') this.beginRow(at);
    else if (CELLS.has(name)) this.beginCell(name, at);
  }

  beginTable(at) {
    this.tables.push(new Table());
    const isStyled = at['template-name'] !== undefined || at['use-first-row-styles'] === 'true';
    this.around.push('table:table', 'table', at['style-name'], isStyled ? { ground: 'unknown' } : {});
    if (this.kind !== 'ods' || this.tables.length > 1) return;
    this.parts++;
    this.name = at.name ?? '';
    this.part = `${this.name}!`;
    this.aside = this.styles.find('table', at['style-name'], 'isHidden') ? 'hidden sheet' : undefined;
    this.rows = 0;
    this.columns = [];
  }

  beginColumn(at) {
    const from = (this.columns.at(-1)?.to ?? 0) + 1;
    const to = from + Number(at['number-columns-repeated'] ?? 1) - 1;
    this.columns.push({ to, style: at['default-cell-style-name'], isHidden: isHidden(at) });
  }

  columnAt(number) {
    return this.columns.find(({ to }) => to >= number) ?? {};
  }

  beginRow(at) {
    const count = Number(at['number-rows-repeated'] ?? 1);
    this.row = {
      number: this.rows + 1,
      count,
      cells: [],
      columns: 0,
      isHidden: isHidden(at),
      style: at['default-cell-style-name'],
    };
    this.rows += count;
    this.around.push('table:table-row', 'table-row', at['style-name']);
  }

  beginCell(name, at) {
    const table = this.tables.at(-1);
    const number = (this.row?.columns ?? 0) + 1;
    const style = at['style-name'] ?? this.row?.style ?? this.columnAt(number).style;
    this.around.push(name, 'table-cell', style);
    if (this.kind !== 'ods') {
      table?.beginCell();
      return;
    }
    const count = Number(at['number-columns-repeated'] ?? 1);
    const value = at['string-value'] ?? at['date-value'] ?? at['time-value'] ?? at['boolean-value'] ?? at.value ?? '';
    this.cell = { column: number, count, texts: [], asides: new Map(), date: at['date-value'], value };
    this.row.columns += count;
  }

  end(name, bare) {
    this.styles.end(name);
    if (SKIPPED.has(name)) this.skipped--;
    else if (name === 'text:tracked-changes') this.deleted--;
    else if (name in WITHIN) this.endWithin(this.within.pop());
    else if (name === 'dc:creator' && this.paragraphs.at(-1)?.isAuthor)
      this.within.at(-1).by = this.paragraphs.pop().text;
    else if (name === 'presentation:notes') this.aside = this.pageAside;
    else if (FRAME.test(name)) this.aside = undefined;
    else if (name === 'style:master-page') [this.isFrame, this.aside] = [false, undefined];
    else if (name === 'text:p' || name === 'text:h') this.endParagraph(this.paragraphs.pop());
    else if (name === 'table:table') this.tables.pop();
    else if (name === 'table:table-row') this.endRow();
    else if (CELLS.has(name)) this.endCell();
    else if (SHAPES.has(name)) this.shapes--;
    else if (bare === 'tracked-changes') this.deleted = Math.max(0, this.deleted - 1);
    this.around.pop(name);
  }

  place() {
    return this.kind === 'odt' ? this.outline.place() : this.part;
  }

  /** The place of a box, a chart, an object: in a sheet it stands in no cell. */
  drawnPlace() {
    if (this.kind === 'ods') return { place: `drawing on ${this.name}`, aside: this.aside };
    return { place: this.place(), aside: this.aside };
  }

  endParagraph(paragraph) {
    const { asides, level, links } = paragraph;
    const text = this.kind === 'odt' ? withAddresses(paragraph.text, links) : paragraph.text;
    if (this.around.has('holder')) return;
    const within = this.within.at(-1);
    if (within) {
      within.texts.push(text);
      return;
    }
    if (this.kind !== 'odt') this.addLink(linkedText(text, links));
    if (this.cell && this.shapes === 0) {
      this.cell.texts.push(text);
      for (const [aside, words] of asides) this.cell.asides.set(aside, words);
      return;
    }
    for (const [aside, words] of asides) this.blocks.push({ text: words, place: this.place(), aside });
    if (this.deleted > 0) this.blocks.push({ text, place: this.place(), aside: 'deleted' });
    else if (this.kind === 'ods') this.blocks.push({ text, ...this.drawnPlace() });
    else if (this.tables.length > 0) this.tables.at(-1).add(text);
    else if (text.trim() !== '') this.addText(text, level);
  }

  addLink(text) {
    if (text === '') return;
    const { cell, row, aside } = this;
    const place = cell
      ? `link at ${this.part}${addressOf(cell.column, row.number)}`
      : `link on ${this.part || this.name}`;
    this.blocks.push({ text, place, aside });
  }

  addText(text, level) {
    if (this.aside === 'header or footer') {
      this.blocks.push({ text, place: this.aside, aside: this.aside });
      return;
    }
    if (this.kind === 'odt' && level > 0) this.outline.enter(text.trim(), level);
    const place = this.kind === 'odt' ? this.outline.next() : this.part;
    this.blocks.push({
      text,
      place: this.aside === 'speaker notes' ? `speaker notes of ${place}` : place,
      aside: this.aside,
    });
  }

  endWithin({ what, texts, number, by }) {
    const text = texts.join('\n').trim();
    if (what === 'footnote') {
      const paragraph = this.paragraphs.at(-1);
      if (paragraph) paragraph.text += `[${number}]`;
      this.blocks.push({ text, place: `footnote ${number}` });
      return;
    }
    const at =
      this.kind === 'ods' && this.cell ? `${this.part}${addressOf(this.cell.column, this.row.number)}` : this.place();
    const where = typeof at === 'string' ? at : `paragraph ${at.from}`;
    this.blocks.push({ text, place: `comment${by ? ` by ${by}` : ''} at ${where}`, aside: 'comment' });
  }

  endCell() {
    const { cell } = this;
    if (!cell) return;
    this.cell = undefined;
    const isUnseen = cell.asides.size > 0;
    const text = cell.texts.filter(Boolean).join(' ').trim();
    if (text !== '') this.addCell(cell, dated(text, cell.date));
    // Programs that write no text of a cell write its value alone.
    else if (cell.texts.length === 0 && !isUnseen && cell.value !== '') this.addCell(cell, cell.value);
    for (const [aside, words] of cell.asides) this.addCell(cell, words.trim(), aside);
  }

  addCell({ column, count }, shown, unseen) {
    for (let n = 0; n < Math.min(count, MOST_REPEATED); n++) {
      const isCovered = this.columnAt(column + n).isHidden;
      this.row.cells.push({ column: column + n, shown, aside: isCovered ? 'hidden row or column' : unseen });
    }
  }

  endRow() {
    if (this.kind !== 'ods') {
      const text = this.tables.at(-1)?.endRow() ?? '';
      const outer = this.tables.at(-2);
      if (outer) outer.add(text);
      else if (text.trim() !== '') this.addText(text, 0);
      return;
    }
    const { cells, number, count, isHidden: isCovered } = this.row;
    for (const own of [undefined, ...new Set(cells.flatMap(({ aside }) => aside ?? []))]) {
      const some = cells.filter(({ aside }) => aside === own);
      if (some.length === 0) continue;
      const aside = this.aside ?? (isCovered ? 'hidden row or column' : own);
      for (let n = number; n < number + Math.min(count, MOST_REPEATED); n++) this.addRow(some, n, aside);
    }
  }

  addRow(cells, number, aside) {
    const text = cells.map(({ column, shown }) => `${addressOf(column, number)}: ${shown}`).join(' | ');
    const place = {
      unit: 'cells',
      from: addressOf(cells[0].column, number),
      to: addressOf(cells.at(-1).column, number),
      before: this.part,
    };
    this.blocks.push({ text, place, aside });
  }
}

const isHidden = ({ visibility }) => visibility === 'collapse' || visibility === 'filter';

const dated = (text, date) => (date && !/[A-Za-z]{3}|^\d{4}-/.test(text) ? `${text} (${date.slice(0, 10)})` : text);

function addressOf(column, row) {
  let text = '';
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26))
    text = String.fromCharCode(65 + ((left - 1) % 26)) + text;
  return text + row;
}
