/** Excel sheets (xlsx): each row with the cells' addresses and the values that are displayed. */

import {
  bareName,
  blocksOf,
  elementsOf,
  openPackage,
  partOfType,
  prefixedAttribute,
  relationsOf,
  xmlEvents,
} from '../markup.js';
import { oneLine } from '../passages.js';
import { HiddenColumns } from './columns.js';
import { isDrawn, isSetIn, readDrawn, readSetIn } from './drawings.js';
import { formatNumber, hidesText } from './number-format.js';
import { cellStylesIn, coveredCells } from './sheet-styles.js';

const MOST_SHEETS = 500;
/** Strings that sheets share are held at once. */
const MOST_STRINGS = 2_000_000;
/** Comments by their relation: the elements of one, and of its words. */
const COMMENTS = { comments: ['comment', 't'], threadedComment: ['threadedComment', 'text'] };

export async function* readSheets(zip, about, nested) {
  const { main, relations } = await openPackage(zip, about, 'xl/workbook.xml');
  const book = await bookOf(zip, main, relations);
  about.parts = { unit: 'sheet', count: book.sheets.length };
  zip.budget.miss('sheet', book.sheets.length - MOST_SHEETS);
  const strings = await stringsIn(zip, partOfType(relations, 'sharedStrings', 'xl/sharedStrings.xml'));
  const styles = await cellStylesIn(zip, partOfType(relations, 'styles', 'xl/styles.xml'));
  for (const { name, entry, isHidden } of book.sheets.slice(0, MOST_SHEETS)) {
    const aside = isHidden ? 'hidden sheet' : undefined;
    const own = entry === '' ? [] : await relationsOf(zip, entry);
    const grounds = await coveredCells(zip, entry, own, styles);
    const sheet = { strings, styles, before: `${name}!`, aside, isFrom1904: book.isFrom1904, grounds };
    yield* rowsOf(zip, entry, sheet, new Map(own.map((relation) => [relation.id, relation])));
    for (const relation of own) yield* besideOf(zip, relation, { name, aside, nested });
  }
}

/** Comments, drawings and documents of a sheet, which stand in no cell. */
async function* besideOf(zip, relation, { name, aside, nested }) {
  const { type, target } = relation;
  if (target === undefined) return;
  if (Object.hasOwn(COMMENTS, type)) yield* commentsIn(zip, target, `${name}!`, COMMENTS[type]);
  else if (type === 'drawing') yield* drawingsIn(zip, target, `drawing on ${name}`, aside);
  else if (isSetIn(type))
    for await (const block of readSetIn(zip, relation, nested)) yield { ...block, ...(aside && { aside }) };
}

/** Boxes of text, charts and diagrams of a sheet. */
async function* drawingsIn(zip, entry, place, aside) {
  let text = '';
  let isText = false;
  for await (const { open, text: said, close } of xmlEvents(zip.chunks(entry))) {
    const name = bareName(open ?? close ?? '');
    if (name === 't') isText = open !== undefined;
    else if (said !== undefined) text += isText ? said : '';
    else if (close !== undefined && name === 'p') {
      yield { text, place, aside };
      text = '';
    }
  }
  for (const part of await relationsOf(zip, entry))
    if (isDrawn(part.type) && part.target !== undefined)
      for await (const words of readDrawn(zip, part)) yield { text: words, place, aside };
}

async function bookOf(zip, main, relations) {
  const targets = new Map(relations.map(({ id, target }) => [id, target]));
  const sheets = (await elementsOf(zip, main, 'sheet')).map(({ name = '', id, state }) => ({
    name,
    entry: targets.get(id) ?? '',
    isHidden: state === 'hidden' || state === 'veryHidden',
  }));
  const [properties = {}] = await elementsOf(zip, main, 'workbookPr');
  return { sheets, isFrom1904: properties.date1904 === '1' || properties.date1904 === 'true' };
}

/** Signs that XML has not are written by their number (ECMA-376, 22.9.2.19): `_x000D_`. */
const unescaped = (text) =>
  text.includes('_x')
    ? text.replace(/_x([0-9a-f]{4})_/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;

/** Strings, without how they are read aloud (`rPh`). */
async function stringsIn(zip, entry) {
  const strings = [];
  let text;
  let aloud = 0;
  for await (const { open, text: said, close } of xmlEvents(zip.chunks(entry))) {
    const name = bareName(open ?? close ?? '');
    if (name === 'rPh') aloud += open === undefined ? -1 : 1;
    else if (name === 'si' && open !== undefined) text = '';
    else if (name === 'si') {
      if (strings.length < MOST_STRINGS) strings.push(unescaped(text));
      text = undefined;
    } else if (said !== undefined && text !== undefined && aloud === 0) text += said;
  }
  return strings;
}

const ERRORS = /^#/;

const isOn = (value) => value === '1' || value === 'true';

function columnNumber(address) {
  let number = 0;
  for (const letter of address.match(/^[A-Z]+/)?.[0] ?? '') number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}

async function* rowsOf(zip, entry, sheet, byId) {
  const rows = new Rows(sheet, byId);
  yield* blocksOf(zip.chunks(entry), rows);
  zip.budget.miss('formula', rows.formulas);
}

class Rows {
  blocks = [];
  hiddenColumns = new HiddenColumns();
  /** Addresses that cells show themselves. */
  shown = new Set();
  row = { number: 0, isHidden: false, asides: new Map() };
  cell;
  part;

  /** Formulas whose values are not stored. */
  formulas = 0;
  aloud = 0;

  constructor(sheet, byId) {
    this.sheet = sheet;
    this.byId = byId;
  }

  hear({ open, at, text, close }) {
    if (open !== undefined) this.begin(bareName(open), at);
    else if (text !== undefined) this.say(text);
    else this.end(bareName(close));
  }

  begin(name, at) {
    if (name === 'row') {
      const number = Number(at.r ?? this.row.number + 1);
      this.row = { number, isHidden: isOn(at.hidden) || Number(at.ht ?? 1) === 0, asides: new Map(), columns: 0 };
    } else if (name === 'c') {
      const address = at.r ?? `${letters(this.row.columns + 1)}${this.row.number}`;
      this.row.columns = columnNumber(address);
      this.cell = { address, type: at.t, style: Number(at.s ?? 0), value: '', formula: '', rich: '' };
    } else if (name === 'col' && (isOn(at.hidden) || Number(at.width ?? 1) === 0)) {
      this.hiddenColumns.hide(Number(at.min), Number(at.max));
    } else if (name === 'v' || name === 'f' || name === 't') this.part = name;
    else if (name === 'rPh') this.aloud++;
    else if (name === 'hyperlink') this.link(at);
  }

  /** Behind the rows: the address that a cell leads to. */
  link(at) {
    const { address } = this.byId.get(prefixedAttribute(at, 'id')) ?? {};
    const cell = /^[A-Z]+\d+/.exec(at.ref ?? '')?.[0];
    if (!address || !cell || this.shown.has(address.replace(/^mailto:/, ''))) return;
    const { before, aside } = this.sheet;
    this.blocks.push({ text: address, place: `link at ${before}${cell}`, aside });
  }

  say(text) {
    const { cell } = this;
    if (!cell || this.part === undefined) return;
    if (this.part === 'v') cell.value += text;
    else if (this.part === 'f') cell.formula += text;
    else if (this.aloud === 0) cell.rich += text;
  }

  end(name) {
    if (name === 'v' || name === 'f' || name === 't') this.part = undefined;
    else if (name === 'rPh') this.aloud--;
    else if (name === 'c' && this.cell) {
      this.endCell(this.cell);
      this.cell = undefined;
    } else if (name === 'row') this.endRow();
  }

  endCell(cell) {
    const { styles } = this.sheet;
    const style = styles[cell.style] ?? { format: 'General' };
    const shown = oneLine(this.shownValue(cell, style));
    if (shown === '') return;
    if (/^(?:https?:|[^@\s]+@)/.test(shown)) this.shown.add(shown);
    const own = this.asideOf(cell, style) ?? '';
    const cells = this.row.asides.get(own) ?? [];
    cells.push({ address: cell.address, shown });
    this.row.asides.set(own, cells);
  }

  asideOf({ type, address }, style) {
    const { aside, grounds } = this.sheet;
    if (aside) return aside;
    if (this.row.isHidden || this.hiddenColumns.has(this.row.columns)) return 'hidden row or column';
    const isText = type === 's' || type === 'inlineStr' || type === 'str';
    if (isText && hidesText(style.format)) return 'hidden text';
    return style.unseen && !grounds.covers(this.row.number, columnNumber(address)) ? style.unseen : undefined;
  }

  shownValue({ type, value, rich, formula }, { format }) {
    const { strings, isFrom1904 } = this.sheet;
    if (type === 'inlineStr') return unescaped(rich);
    if (value === '') {
      if (formula !== '') this.formulas++;
      return formula === '' ? '' : `(=${formula}, not calculated)`;
    }
    if (type === 's') return strings[Number(value)] ?? '';
    if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
    if (type === 'd') return value;
    const number = Number(value);
    if (type === 'str' || type === 'e' || ERRORS.test(value) || Number.isNaN(number)) return unescaped(value);
    return formatNumber(number, format, isFrom1904);
  }

  endRow() {
    for (const [aside, cells] of this.row.asides) {
      const text = cells.map(({ address, shown }) => `${address}: ${shown}`).join(' | ');
      const place = { unit: 'cells', from: cells[0].address, to: cells.at(-1).address, before: this.sheet.before };
      this.blocks.push({ text, place, ...(aside !== '' && { aside }) });
    }
    this.row.asides = new Map();
  }
}

function letters(number) {
  let text = '';
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26))
    text = String.fromCharCode(65 + ((left - 1) % 26)) + text;
  return text;
}

/** Comments, or threads of them: in `t`, or `text`, stand the words. */
async function* commentsIn(zip, entry, before, [comment, words]) {
  let address;
  let text = '';
  let isText = false;
  for await (const { open, at, text: said, close } of xmlEvents(zip.chunks(entry))) {
    const name = bareName(open ?? close ?? '');
    if (name === words) isText = open !== undefined;
    else if (name === comment && open !== undefined) [address, text] = [at.ref, ''];
    else if (name === comment) {
      // A thread is stored a second time as a comment for old programs.
      if (!text.startsWith('[Threaded comment]'))
        yield { text: unescaped(text), place: `comment at ${before}${address}`, aside: 'comment' };
    } else if (said !== undefined && isText) text += said;
  }
}
