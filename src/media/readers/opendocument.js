/** OpenDocument texts, sheets and presentations: their `content.xml`, read once from its beginning to its end. */
import { Unreadable } from './limits.js';
import { bareAttributes, bareName, xmlBatches, xmlEvents } from './markup.js';
import { Outline, Table } from './passages.js';
import { titleOf } from './word.js';

const CONTENT = 'content.xml';
/** A sheet fills what is empty by repeating a cell or a row very often. */
const MOST_REPEATED = 1_000;

export async function* readOpenDocument(zip, about, kind) {
  if (await isEncrypted(zip)) throw new Unreadable('encrypted');
  about.title = await metaTitle(zip);
  const walk = new Walk(kind);
  for await (const events of xmlBatches(zip.chunks(CONTENT))) {
    for (const event of events) walk.hear(event);
    yield* walk.take();
  }
  if (kind === 'ods') about.parts = { unit: 'sheet', count: walk.parts };
  if (kind === 'odp') about.parts = { unit: 'slide', count: walk.parts };
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

/** Texts within texts, which are told by themselves. */
const WITHIN = { annotation: 'comment', note: 'footnote' };

class Walk {
  blocks = [];
  parts = 0;
  outline = new Outline();
  styles = new Map();
  style;
  part = '';
  aside;
  /** Open paragraphs, the innermost last: a note stands within the paragraph that it is about. */
  paragraphs = [];
  within = [];
  deleted = 0;
  notes = 0;
  skipped = 0;
  spans = [];
  tables = [];
  rows = 0;

  constructor(kind) {
    this.kind = kind;
  }

  take() {
    const { blocks } = this;
    this.blocks = [];
    return blocks;
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
    const unseen = this.spans.find((style) => this.styles.get(style)?.unseen);
    const aside = unseen === undefined ? undefined : this.styles.get(unseen).unseen;
    if (aside === undefined) paragraph.text += clean;
    else paragraph.asides.set(aside, (paragraph.asides.get(aside) ?? '') + clean);
  }

  begin(name, bare, at) {
    if (bare === 'style' && name.startsWith('style:')) this.style = at.name;
    else if (bare === 'text-properties') this.noteStyle(at);
    else if (bare === 'table-properties' && at.display === 'false') this.mark('isHidden', true);
    else if (bare === 'drawing-page-properties' && at.visibility === 'hidden') this.mark('isHidden', true);
    else if (name === 'text:tracked-changes') this.deleted++;
    else if (bare in WITHIN && (name === 'office:annotation' || name === 'text:note'))
      this.within.push({ what: WITHIN[bare], texts: [], number: name === 'text:note' ? ++this.notes : 0, by: '' });
    else if (name === 'text:note-citation' || name === 'dc:date' || name === 'meta:date-string') this.skipped++;
    else if (name === 'dc:creator' && this.within.length > 0)
      this.paragraphs.push({ text: '', asides: new Map(), isAuthor: true });
    else if (name === 'draw:page') this.beginPage(at);
    else if (name === 'presentation:notes') this.aside = 'speaker notes';
    else if (name === 'table:table') this.beginTable(at);
    else if (name === 'table:table-row') this.beginRow(at);
    else if (name === 'table:table-cell' || name === 'table:covered-table-cell') this.beginCell(at);
    else if (name === 'text:p' || name === 'text:h')
      this.paragraphs.push({
        text: '',
        asides: new Map(),
        level: name === 'text:h' ? Number(at['outline-level'] ?? 1) : 0,
      });
    else if (name === 'text:span') this.spans.push(at['style-name']);
    else if (name === 'text:s') this.say(' ');
    else if (name === 'text:tab') this.say(' ');
    else if (name === 'text:line-break') this.say(' ');
  }

  noteStyle(at) {
    const { display, color } = at;
    if (display === 'none') this.mark('unseen', 'hidden text');
    else if (/^#ffffff$/i.test(color ?? '') && (at['background-color'] ?? 'transparent') === 'transparent')
      this.mark('unseen', 'white text');
  }

  mark(property, value) {
    if (this.style !== undefined) this.styles.set(this.style, { ...this.styles.get(this.style), [property]: value });
  }

  beginPage(at) {
    this.parts++;
    this.part = `slide ${this.parts}`;
    this.pageAside = this.styles.get(at['style-name'])?.isHidden ? 'hidden slide' : undefined;
    this.aside = this.pageAside;
  }

  beginTable(at) {
    this.tables.push(new Table());
    if (this.kind !== 'ods' || this.tables.length > 1) return;
    this.parts++;
    this.part = `${at.name ?? ''}!`;
    this.aside = this.styles.get(at['style-name'])?.isHidden ? 'hidden sheet' : undefined;
    this.rows = 0;
  }

  beginRow(at) {
    const count = Number(at['number-rows-repeated'] ?? 1);
    this.row = { number: this.rows + 1, count, cells: [], columns: 0, isHidden: at.visibility === 'collapse' };
    this.rows += count;
  }

  beginCell(at) {
    const table = this.tables.at(-1);
    if (this.kind !== 'ods') return table?.beginCell();
    const count = Number(at['number-columns-repeated'] ?? 1);
    this.cell = { column: this.row.columns + 1, count, texts: [], date: at['date-value'], style: at['style-name'] };
    this.row.columns += count;
    return undefined;
  }

  end(name, bare) {
    if (name === 'style:style') this.style = undefined;
    else if (name === 'text:tracked-changes') this.deleted--;
    else if (name === 'office:annotation' || name === 'text:note') this.endWithin(this.within.pop());
    else if (name === 'text:note-citation' || name === 'dc:date' || name === 'meta:date-string') this.skipped--;
    else if (name === 'dc:creator' && this.paragraphs.at(-1)?.isAuthor)
      this.within.at(-1).by = this.paragraphs.pop().text;
    else if (name === 'presentation:notes') this.aside = this.pageAside;
    else if (name === 'table:table') this.tables.pop();
    else if (name === 'table:table-row') this.endRow();
    else if (name === 'table:table-cell' || name === 'table:covered-table-cell') this.endCell();
    else if (name === 'text:span') this.spans.pop();
    else if (name === 'text:p' || name === 'text:h') this.endParagraph(this.paragraphs.pop());
    else if (bare === 'tracked-changes') this.deleted = Math.max(0, this.deleted - 1);
  }

  place() {
    return this.kind === 'odt' ? this.outline.place() : this.part;
  }

  endParagraph({ text, asides, level }) {
    const within = this.within.at(-1);
    if (within) {
      within.texts.push(text);
      return;
    }
    for (const [aside, words] of asides) this.blocks.push({ text: words, place: this.place(), aside });
    if (this.deleted > 0) {
      this.blocks.push({ text, place: this.place(), aside: 'deleted' });
    } else if (this.cell) this.cell.texts.push(text);
    else if (this.tables.length > 0) this.tables.at(-1).add(text);
    else if (text.trim() !== '') {
      if (this.kind === 'odt' && level > 0) this.outline.enter(text.trim(), level);
      const place = this.kind === 'odt' ? this.outline.next() : this.part;
      this.blocks.push({
        text,
        place: this.aside === 'speaker notes' ? `speaker notes of ${place}` : place,
        aside: this.aside,
      });
    }
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
    const { cell, row } = this;
    if (!cell) return;
    this.cell = undefined;
    const text = cell.texts.filter(Boolean).join(' ').trim();
    if (text === '') return;
    const shown = cell.date && !/[A-Za-z]{3}|^\d{4}-/.test(text) ? `${text} (${cell.date.slice(0, 10)})` : text;
    const isWhite = this.styles.get(cell.style)?.unseen === 'white text';
    for (let n = 0; n < Math.min(cell.count, MOST_REPEATED); n++)
      row.cells.push({ column: cell.column + n, shown, isWhite });
  }

  endRow() {
    if (this.kind !== 'ods') {
      const text = this.tables.at(-1)?.endRow() ?? '';
      const outer = this.tables.at(-2);
      if (outer) outer.add(text);
      else this.blocks.push({ text, place: this.kind === 'odt' ? this.outline.next() : this.part, aside: this.aside });
      return;
    }
    const { cells, number, count, isHidden } = this.row;
    for (const isWhite of [false, true]) {
      const own = cells.filter((cell) => cell.isWhite === isWhite);
      if (own.length === 0) continue;
      const aside = this.aside ?? (isHidden ? 'hidden row or column' : isWhite ? 'white text' : undefined);
      for (let n = number; n < number + Math.min(count, MOST_REPEATED); n++) this.addRow(own, n, aside);
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

function addressOf(column, row) {
  let text = '';
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26))
    text = String.fromCharCode(65 + ((left - 1) % 26)) + text;
  return text + row;
}
