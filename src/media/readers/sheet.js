/** Excel sheets (xlsx): each row with the cells' addresses and the values that are displayed. */
import { bareAttributes, bareName, elementsOf, relationsOf, xmlBatches, xmlEvents } from './markup.js';
import { builtInFormat, formatNumber } from './number-format.js';
import { oneLine } from './passages.js';
import { titleOf } from './word.js';

const WORKBOOK = 'xl/workbook.xml';
const MOST_SHEETS = 500;
/** Strings that sheets share are held at once. */
const MOST_STRINGS = 2_000_000;

export async function* readSheets(zip, about) {
  about.title = await titleOf(zip);
  const book = await bookOf(zip);
  about.parts = { unit: 'sheet', count: book.sheets.length };
  const [strings, styles] = [await stringsIn(zip), await stylesIn(zip)];
  for (const { name, entry, isHidden } of book.sheets.slice(0, MOST_SHEETS)) {
    const aside = isHidden ? 'hidden sheet' : undefined;
    yield* rowsOf(zip, entry, { strings, styles, before: `${name}!`, aside, isFrom1904: book.isFrom1904 });
    for (const { type, target } of await relationsOf(zip, entry)) {
      if (type === 'comments') yield* commentsIn(zip, target, `${name}!`);
      if (type === 'threadedComment') yield* commentsIn(zip, target, `${name}!`, ['threadedComment', 'text']);
    }
  }
}

async function bookOf(zip) {
  const targets = new Map((await relationsOf(zip, WORKBOOK)).map(({ id, target }) => [id, target]));
  const sheets = (await elementsOf(zip, WORKBOOK, 'sheet')).map(({ name = '', id, state }) => ({
    name,
    entry: targets.get(id) ?? '',
    isHidden: state === 'hidden' || state === 'veryHidden',
  }));
  const [properties = {}] = await elementsOf(zip, WORKBOOK, 'workbookPr');
  return { sheets, isFrom1904: properties.date1904 === '1' || properties.date1904 === 'true' };
}

/** Strings, without how they are read aloud (`rPh`). */
async function stringsIn(zip) {
  const strings = [];
  let text;
  let aloud = 0;
  for await (const { open, text: said, close } of xmlEvents(zip.chunks('xl/sharedStrings.xml'))) {
    const name = bareName(open ?? close ?? '');
    if (name === 'rPh') aloud += open === undefined ? -1 : 1;
    else if (name === 'si' && open !== undefined) text = '';
    else if (name === 'si') {
      if (strings.length < MOST_STRINGS) strings.push(text);
      text = undefined;
    } else if (said !== undefined && text !== undefined && aloud === 0) text += said;
  }
  return strings;
}

/** The format of each style of cells, and if its letters are white on nothing. */
async function stylesIn(zip) {
  const entry = 'xl/styles.xml';
  const own = new Map(
    (await elementsOf(zip, entry, 'numFmt')).map(({ numFmtId, formatCode }) => [numFmtId, formatCode]),
  );
  const fonts = [];
  const fills = [];
  const styles = [];
  const within = [];
  for await (const { open, at, close } of xmlEvents(zip.chunks(entry))) {
    const name = bareName(open ?? close ?? '');
    if (open === undefined) {
      if (close !== undefined) within.pop();
      continue;
    }
    const { rgb, patternType, numFmtId = '0', fontId, fillId, theme } = bareAttributes(at);
    const above = within.at(-1);
    if (name === 'font') fonts.push(false);
    else if (name === 'color' && above === 'font')
      fonts[fonts.length - 1] = /^(?:ff)?ffffff$/i.test(rgb ?? '') || theme === '0';
    else if (name === 'fill') fills.push(false);
    else if (name === 'patternFill') fills[fills.length - 1] = patternType !== undefined && patternType !== 'none';
    else if (name === 'xf' && above === 'cellXfs')
      styles.push({
        format: own.get(numFmtId) ?? builtInFormat(Number(numFmtId)),
        isWhite: fonts[Number(fontId)] === true && fills[Number(fillId)] !== true,
      });
    within.push(name);
  }
  return styles;
}

const ERRORS = /^#/;

/** Columns that are hidden, as pairs of numbers. */
const isHiddenColumn = (columns, number) => columns.some(([from, to]) => number >= from && number <= to);

function columnNumber(address) {
  let number = 0;
  for (const letter of address.match(/^[A-Z]+/)?.[0] ?? '') number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}

async function* rowsOf(zip, entry, sheet) {
  const rows = new Rows(sheet);
  for await (const events of xmlBatches(zip.chunks(entry))) {
    for (const { open, at, text, close } of events) {
      if (open !== undefined) rows.begin(bareName(open), at);
      else if (text !== undefined) rows.say(text);
      else rows.end(bareName(close));
    }
    yield* rows.take();
  }
}

class Rows {
  blocks = [];
  hiddenColumns = [];
  row = { number: 0, isHidden: false, asides: new Map() };
  cell;
  part;

  constructor(sheet) {
    this.sheet = sheet;
  }

  take() {
    const { blocks } = this;
    this.blocks = [];
    return blocks;
  }

  begin(name, at) {
    if (name === 'row') {
      const number = Number(at.r ?? this.row.number + 1);
      this.row = { number, isHidden: at.hidden === '1', asides: new Map(), columns: 0 };
    } else if (name === 'c') {
      const address = at.r ?? `${letters(this.row.columns + 1)}${this.row.number}`;
      this.row.columns = columnNumber(address);
      this.cell = { address, type: at.t, style: Number(at.s ?? 0), value: '', formula: '', rich: '' };
    } else if (name === 'col' && at.hidden === '1') {
      this.hiddenColumns.push([Number(at.min), Number(at.max)]);
    } else if (name === 'v' || name === 'f' || name === 't') this.part = name;
  }

  say(text) {
    const { cell } = this;
    if (!cell || this.part === undefined) return;
    if (this.part === 'v') cell.value += text;
    else if (this.part === 'f') cell.formula += text;
    else cell.rich += text;
  }

  end(name) {
    if (name === 'v' || name === 'f' || name === 't') this.part = undefined;
    else if (name === 'c' && this.cell) {
      this.endCell(this.cell);
      this.cell = undefined;
    } else if (name === 'row') this.endRow();
  }

  endCell(cell) {
    const { styles, aside } = this.sheet;
    const style = styles[cell.style] ?? { format: 'General', isWhite: false };
    const shown = oneLine(this.shownValue(cell, style));
    if (shown === '') return;
    const isHidden = this.row.isHidden || isHiddenColumn(this.hiddenColumns, this.row.columns);
    const own = aside ?? (isHidden ? 'hidden row or column' : style.isWhite ? 'white text' : '');
    const cells = this.row.asides.get(own) ?? [];
    cells.push({ address: cell.address, shown });
    this.row.asides.set(own, cells);
  }

  shownValue({ type, value, rich, formula }, { format }) {
    const { strings, isFrom1904 } = this.sheet;
    if (type === 's') return strings[Number(value)] ?? '';
    if (type === 'inlineStr') return rich;
    if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
    if (type === 'd') return value;
    if (value === '') return formula === '' ? '' : `(=${formula}, not calculated)`;
    const number = Number(value);
    if (type === 'str' || type === 'e' || ERRORS.test(value) || Number.isNaN(number)) return value;
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
async function* commentsIn(zip, entry, before, [comment, words] = ['comment', 't']) {
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
        yield { text, place: `comment at ${before}${address}`, aside: 'comment' };
    } else if (said !== undefined && isText) text += said;
  }
}
