/** Word documents (docx): paragraphs below their headings, with notes, comments and deletions named as such. */
import { asideOfColors, hexColor } from '../colors.js';
import {
  bareAttributes,
  bareName,
  blocksOf,
  elementsOf,
  openPackage,
  partOfType,
  prefixedAttribute,
  relationsOf,
  xmlEvents,
} from '../markup.js';
import { Outline, Table, withAddresses } from '../passages.js';
import { isDrawn, isSetIn, readDrawn, readSetIn, ShapeFill } from './drawings.js';
import { Numbering, numberingIn } from './numbering.js';
import { signOf } from './symbols.js';
import { groundOfCell, highlightOf, isOn, isTracked, PAPER, shadeOf, stylesIn } from './word-styles.js';

/** Notes by their relation, and the name of their elements. */
const NOTES = [
  ['footnotes', 'footnote'],
  ['endnotes', 'endnote'],
  ['comments', 'comment'],
];

export async function* readWord(zip, about, nested) {
  const { main, relations } = await openPackage(zip, about, 'word/document.xml');
  const styles = await stylesIn(zip, partOfType(relations, 'styles', 'word/styles.xml'));
  const partsOf = (type) => relations.flatMap((each) => (each.type === type && each.target ? [each.target] : []));
  const notes = new Map();
  const numbering = await numberingIn(zip, partOfType(relations, 'numbering', 'word/numbering.xml'));
  yield* bodyOf(zip, main, { styles, outline: new Outline(), notes, relations, nested, numbering });
  for (const [type, what] of NOTES)
    for (const part of partsOf(type)) yield* notesIn(zip, part, { what, notes, styles });
  const seen = new Set();
  for (const part of [...partsOf('header'), ...partsOf('footer')]) {
    const own = { styles, outline: new Outline(), notes: new Map(), relations: await relationsOf(zip, part), nested };
    for await (const { text } of bodyOf(zip, part, own)) {
      if (seen.has(text)) continue;
      seen.add(text);
      yield { text, place: 'header or footer', aside: 'header or footer' };
    }
  }
}

/** Words that are kept apart from the text around them. */
const ASIDES = { del: 'deleted', moveFrom: 'deleted' };

class Paragraph {
  text = '';
  level = 0;
  /** Its list and the level in it, where it says them itself. */
  list = {};
  asides = new Map();
  /** Addresses of its links. */
  links = [];
  /** Style of the whole, and what it says itself. */
  style = {};
  ground;
  run = {};

  add(text, aside) {
    if (aside === undefined) this.text += text;
    else this.asides.set(aside, (this.asides.get(aside) ?? '') + text);
  }
}

/** A part's paragraphs and tables, with what is drawn in it and set into it where it stands. */
async function* bodyOf(zip, part, { styles, outline, notes, relations, nested, numbering }) {
  const byId = new Map(relations.map((relation) => [relation.id, relation]));
  const walk = new Walk({ styles, outline, notes, byId, numbering });
  for await (const block of blocksOf(zip.chunks(part), walk)) {
    if (block.part) yield* partOf(zip, block, nested);
    else yield block;
  }
}

async function* partOf(zip, { part, place }, nested) {
  if (isDrawn(part.type)) for await (const text of readDrawn(zip, part)) yield { text, place };
  else if (part.type === 'aFChunk') yield* nested(await zip.bytesOf(part.target), part.target, '', '');
  else yield* readSetIn(zip, part, nested);
}

class Walk {
  blocks = [];
  paragraphs = [];
  tables = [];
  boxes = [];
  /** Forms of one thing for newer and older programs: true once one of them has said something. */
  forms = [];
  skipped = 0;
  deleted = 0;
  isText = false;
  isRun = false;
  /** Code of a field, while it is open. */
  code;
  page = PAPER;
  box = new ShapeFill();

  constructor({ styles, outline, notes, byId, numbering = new Numbering() }) {
    this.numbering = numbering;
    this.styles = styles;
    this.outline = outline;
    this.notes = notes;
    this.byId = byId;
  }

  hear({ open, at, text, close }) {
    if (text !== undefined) {
      if (this.skipped > 0) return;
      if (this.isText) this.say(text);
      else if (this.code !== undefined) this.code += text;
    } else if (open !== undefined) this.begin(bareName(open), at);
    else this.end(bareName(close));
  }

  /** True for a later form of a thing that has been said, and for readings above letters. */
  isPassedOver(name) {
    return (
      isTracked(name) || name === 'rt' || ((name === 'Choice' || name === 'Fallback') && this.forms.at(-1) === true)
    );
  }

  begin(name, at) {
    if (this.skipped > 0 || this.isPassedOver(name)) {
      this.skipped++;
      return;
    }
    if (name === 'p') this.paragraphs.push(new Paragraph());
    else if (name === 'AlternateContent') this.forms.push(false);
    else if (name in ASIDES) this.deleted++;
    else if (name === 'tbl') this.tables.push(new WordTable());
    else if (name === 'tr') this.tables.at(-1)?.beginRow();
    else if (name === 'tc') this.tables.at(-1)?.beginCell();
    else if (name === 't' || name === 'delText') this.isText = true;
    else if (name === 'instrText') this.code = '';
    else if (name === 'r') this.beginRun();
    else this.beginOther(name, at);
  }

  /** Stops of tabs are called tabs, too, and stand outside of runs. */
  beginRun() {
    const paragraph = this.paragraphs.at(-1);
    if (paragraph) paragraph.run = {};
    this.isRun = true;
  }

  beginOther(name, at) {
    const paragraph = this.paragraphs.at(-1);
    const own = bareAttributes(at);
    if (name === 'tab' && this.isRun) this.say('\t');
    else if (name === 'br' || name === 'cr') this.say('\n');
    else if (name === 'noBreakHyphen') this.say('-');
    else if (name === 'sym' || name === 'symEx') this.say(signOf(own.font, own.char));
    else if (name === 'textpath' && own.string) this.say(own.string);
    else if (name === 'background') this.page = hexColor(own.color) ?? this.page;
    else if (name === 'hyperlink' || name === 'fldSimple') this.link(own);
    else if (name === 'chart' || name === 'altChunk' || name === 'OLEObject')
      this.refer(prefixedAttribute(at, 'id') ?? own.id);
    else if (name === 'relIds') this.refer(own.dm);
    else if (name === 'tcPr' || name === 'tblPr') this.isOfTable = true;
    else if (name === 'tblStyle' || name === 'tblLook' || name === 'shd') this.shade(name, own);
    else if (name === 'txbxContent') this.boxes.push(this.box.ground);
    else if (this.box.begin(name, own)) return;
    else if (name === 'checkBox' || name === 'checked') this.tick(name, own);
    else if (paragraph) this.format(name, own, paragraph);
  }

  /** A box of a form: `checked` follows where it is. */
  tick(name, own) {
    if (name === 'checkBox') this.ticks = false;
    else if (this.ticks !== undefined) this.ticks = isOn(own);
  }

  shade(name, own) {
    const paragraph = this.paragraphs.at(-1);
    const table = this.tables.at(-1);
    if (name === 'tblStyle' && table) table.style = this.styles.get(own.val);
    else if (name === 'tblLook' && table) table.noteLook(own);
    else if (name !== 'shd') return;
    else if (this.isOfTable) table?.shade(shadeOf(own));
    else if (paragraph && this.isRun) paragraph.run.ground = shadeOf(own) ?? paragraph.run.ground;
    else if (paragraph && !this.isMark) paragraph.ground = shadeOf(own) ?? paragraph.ground;
  }

  link({ id, instr }) {
    const address = this.byId.get(id)?.address ?? addressIn(instr);
    if (address) this.paragraphs.at(-1)?.links.push(address);
  }

  /** Stands where it is referred to. */
  refer(id) {
    const part = this.byId.get(id);
    if (part?.target === undefined) return;
    if (!isDrawn(part.type) && !isSetIn(part.type) && part.type !== 'aFChunk') return;
    this.markSaid();
    this.blocks.push({ part, place: this.outline.place() });
  }

  format(name, own, paragraph) {
    const { val, id } = own;
    if (name === 'rPr') this.isMark = !this.isRun;
    else if (name === 'pStyle') paragraph.style = this.styles.get(val) ?? {};
    else if (name === 'outlineLvl' && Number(val) < 9) paragraph.level = Number(val) + 1;
    else if (name === 'numPr') paragraph.list.numId ??= '';
    else if (name === 'numId') paragraph.list.numId = val;
    else if (name === 'ilvl') paragraph.list.level = val;
    else if (name === 'rStyle') paragraph.run.style = this.styles.get(val);
    else if (name === 'vanish') paragraph.run.isHidden = isOn(own);
    else if (name === 'color') paragraph.run.color = val === 'auto' ? 'auto' : hexColor(val);
    else if (name === 'highlight') paragraph.run.ground = highlightOf(own) ?? paragraph.run.ground;
    else if (name === 'footnoteReference' || name === 'endnoteReference') this.say(`[${id}]`);
    else if (name === 'commentReference') this.notes.set(`comment ${id}`, this.outline.place());
  }

  say(text) {
    const paragraph = this.paragraphs.at(-1);
    if (!paragraph || text === '') return;
    this.markSaid();
    paragraph.add(text, this.deleted > 0 ? 'deleted' : this.unseenIn(paragraph));
  }

  markSaid() {
    this.forms.fill(true);
  }

  /** The nearest colour counts, and the nearest ground: of the run, the paragraph, the cell, the box, the page. */
  unseenIn({ run, style, ground }) {
    const { isHidden, color } = run;
    if (isHidden ?? run.style?.isHidden ?? style.isHidden) return 'hidden text';
    const own = color ?? run.style?.color ?? style.color;
    if (own === undefined || own === 'auto') return undefined;
    const below = run.ground ?? run.style?.ground ?? ground ?? style.ground;
    const cell = this.tables.findLast((table) => table.ground)?.ground;
    return asideOfColors(own, below ?? cell ?? this.boxes.findLast(Boolean) ?? this.page);
  }

  end(name) {
    if (this.skipped > 0) this.skipped--;
    else if (name === 't' || name === 'delText') this.isText = false;
    else if (name in ASIDES) this.deleted--;
    else if (name === 'r') this.isRun = false;
    else if (name === 'rPr') this.isMark = false;
    else if (name === 'AlternateContent') this.endForms();
    else if (name === 'instrText') this.endCode();
    else if (name === 'ffData') this.endTick();
    else if (name === 'p') this.endParagraph(this.paragraphs.pop());
    else if (name === 'tr') this.endRow();
    else if (name === 'tbl') this.tables.pop();
    else if (name === 'tcPr' || name === 'tblPr') this.isOfTable = false;
    else if (name === 'txbxContent') this.boxes.pop();
    else this.box.end(name);
  }

  endForms() {
    if (this.forms.pop() === true) this.markSaid();
  }

  endTick() {
    if (this.ticks !== undefined) this.say(this.ticks ? '☒' : '☐');
    this.ticks = undefined;
  }

  endCode() {
    this.link({ instr: this.code });
    this.code = undefined;
  }

  endParagraph(paragraph) {
    const { level = 0, asides, links } = paragraph;
    const depth = level || paragraph.style.level || 0;
    const mark = this.markOf(paragraph);
    const words = withAddresses(paragraph.text, links);
    const isMarked = mark !== '' && words.trim() !== '' && (mark !== '-' || depth === 0);
    const text = isMarked ? `${mark} ${words}` : words;
    for (const [aside, unseen] of asides) this.blocks.push({ text: unseen, place: this.outline.place(), aside });
    // A box within a run ends none of the paragraph around it.
    this.isRun = this.paragraphs.length > 0;
    const table = this.tables.at(-1);
    if (table) table.add(mark === '-' ? words : text);
    else if (text.trim() !== '') {
      if (depth > 0) this.outline.enter(paragraph.text.trim(), depth);
      this.blocks.push({ text, place: this.outline.next() });
    }
  }

  /** Number or bullet of a paragraph; empty where it has none. One without words is counted, too. */
  markOf({ list, style }) {
    const numId = list.numId ?? style.numId;
    if (numId === undefined || numId === '0') return '';
    const level = list.level ?? style.listLevel;
    const mark = this.numbering.next({ numId, level, style: style.id }) ?? (list.numId === undefined ? '' : '-');
    return mark.trim();
  }

  endRow() {
    const row = this.tables.at(-1)?.endRow() ?? '';
    if (row === '') return;
    const outer = this.tables.at(-2);
    if (outer) outer.add(row);
    else this.blocks.push({ text: row, place: this.outline.next() });
  }
}

/** A table with the ground of its open cell. */
class WordTable extends Table {
  rows = 0;
  look = {};
  style;
  isCell = false;

  noteLook({ val, firstRow, firstColumn }) {
    const bits = Number.parseInt(val ?? '', 16);
    const isSet = (given, bit) =>
      given === undefined ? Number.isNaN(bits) || (bits & bit) !== 0 : given === '1' || given === 'true';
    this.look = { firstRow: isSet(firstRow, 0x20), firstColumn: isSet(firstColumn, 0x80) };
  }

  beginRow() {
    this.rows++;
    this.isCell = false;
  }

  beginCell() {
    super.beginCell();
    this.isCell = true;
    this.own = undefined;
  }

  /** Before the first cell it is the table's. */
  shade(color) {
    if (this.isCell) this.own = color ?? this.own;
    else this.whole = color ?? this.whole;
  }

  get ground() {
    const where = { isFirstRow: this.rows === 1, isFirstColumn: this.cells.length === 1, look: this.look };
    return this.own ?? groundOfCell(this.style, where) ?? this.whole;
  }
}

/** The address in the code of a field: `HYPERLINK "https://…"`. */
const addressIn = (code = '') => /^\s*HYPERLINK\s+"([^"\s]{4,2000})"/i.exec(code)?.[1];

/** Footnotes, endnotes and comments, each with the place that refers to it; what is not seen in them apart. */
async function* notesIn(zip, part, { what, notes, styles }) {
  const authors = new Map(
    (what === 'comment' ? await elementsOf(zip, part, 'comment') : []).map(({ id, author }) => [id, author]),
  );
  const byId = new Map((await relationsOf(zip, part)).map((relation) => [relation.id, relation]));
  let note;
  let walk;
  for await (const event of xmlEvents(zip.chunks(part))) {
    const name = bareName(event.open ?? event.close ?? '');
    if (name !== what) walk?.hear(event);
    else if (event.open !== undefined) {
      note = bareAttributes(event.at);
      walk = new Walk({ styles, outline: new Outline(), notes: new Map(), byId });
    } else if (walk) {
      const own = placeWords(notes.get(`${what} ${note.id}`));
      const by = authors.get(note.id);
      const place =
        what === 'comment' ? `comment${by ? ` by ${by}` : ''}${own ? ` at ${own}` : ''}` : `${what} ${note.id}`;
      yield* noteBlocks(walk.blocks, place, what);
      walk = undefined;
    }
  }
}

const placeWords = (place) => (typeof place === 'object' ? `paragraph ${place.from}` : place);

function* noteBlocks(blocks, place, what) {
  const own = blocks.filter(({ aside, text }) => aside === undefined && text !== undefined);
  const text = own
    .map((block) => block.text)
    .join('\n')
    .trim();
  if (text !== '') yield { text, place, ...(what === 'comment' && { aside: 'comment' }) };
  for (const { text: words, aside } of blocks) if (aside !== undefined) yield { text: words, place, aside };
}
