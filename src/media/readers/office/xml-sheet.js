/** Excel's sheets of 2003, one file of XML: each row with the cells' addresses, as those of newer ones. */
import { asideOfColors, hexColor, WHITE } from '../colors.js';
import { bareAttributes, bareName, blocksOf } from '../markup.js';
import { oneLine } from '../passages.js';
import { HiddenColumns } from './columns.js';
import { formatNumber } from './number-format.js';

/** Names that stand for a format. */
const FORMATS = { Fixed: '0.00', Standard: '#,##0.00', Percent: '0.00%', Scientific: '0.00E+00' };

export async function* readXmlSheets(bytes, about) {
  const walk = new Walk(await hiddenSheetsIn(bytes));
  yield* blocksOf([bytes], walk);
  about.parts = { unit: 'sheet', count: walk.sheets };
}

/**
 * Numbers of the sheets that are hidden. A sheet says so behind its rows: a file where one may be is read twice, instead of held
 * in memory until then.
 */
async function hiddenSheetsIn(bytes) {
  const walk = new VisibilityWalk();
  // The walk fills no block, so that the first step is the whole way.
  if (VISIBLE.some((name) => bytes.includes(name))) await blocksOf([bytes], walk).next();
  return walk.hidden;
}

/** The name of the element in UTF-8 and both orders of UTF-16: a document without it hides no sheet. */
const VISIBLE = [Buffer.from('Visible'), Buffer.from('Visible', 'utf16le'), Buffer.from('Visible', 'utf16le').swap16()];

class VisibilityWalk {
  blocks = [];
  hidden = new Set();
  sheets = 0;
  text = '';

  hear({ open, text, close }) {
    if (text !== undefined) {
      this.text += text;
      return;
    }
    if (open !== undefined && bareName(open) === 'Worksheet') this.sheets++;
    if (close !== undefined && bareName(close) === 'Visible' && /^Sheet(?:Very)?Hidden$/.test(this.text.trim()))
      this.hidden.add(this.sheets);
    this.text = '';
  }
}

/** A number of a row or column; `usual` where there is none, or none that a sheet has. */
function countOf(text, usual) {
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 && number <= LAST_NUMBER ? number : usual;
}

/** Rows of a sheet in Excel, which has fewer columns. */
const LAST_NUMBER = 1_048_576;

class Walk {
  blocks = [];
  sheets = 0;
  name = '';
  styles = new Map();
  hiddenColumns = new HiddenColumns();
  row = { number: 0, cells: [] };
  column = 0;
  across = 0;
  text = '';
  within = [];
  /** Open elements of these names: a list of all that are open would be looked through for each piece of text. */
  openCount = { Data: 0, Comment: 0 };

  constructor(hiddenSheets) {
    this.hiddenSheets = hiddenSheets;
  }

  hear({ open, at, text, close }) {
    if (text !== undefined) this.say(text);
    else if (open !== undefined) this.begin(bareName(open), bareAttributes(at));
    else this.end(bareName(close));
  }

  say(text) {
    if (this.openCount.Data > 0) this.text += text;
  }

  begin(name, at) {
    this.within.push(name);
    if (Object.hasOwn(this.openCount, name)) this.openCount[name]++;
    if (name === 'Style') this.beginStyleNamed(at);
    else if (this.within.at(-2) === 'Style') this.beginStyle(name, at);
    else if (name === 'Column') this.beginColumn(at);
    else if (name === 'Worksheet') this.beginSheet(at);
    else if (name === 'Row') this.beginRow(at);
    else if (name === 'Cell') this.beginCell(at);
    else if (name === 'Data') [this.text, this.type] = ['', at.Type];
  }

  beginStyleNamed({ ID, Parent = 'Default' }) {
    this.style = { ...this.styles.get(Parent) };
    this.styles.set(ID, this.style);
  }

  beginStyle(name, at) {
    if (name === 'Font') this.style.color = hexColor(at.Color?.slice(1)) ?? [0, 0, 0];
    else if (name === 'Interior') this.style.ground = at.Pattern === 'Solid' ? hexColor(at.Color?.slice(1)) : WHITE;
    else if (name === 'NumberFormat') this.style.format = FORMATS[at.Format] ?? at.Format;
  }

  beginColumn(at) {
    const from = countOf(at.Index, this.nextColumn);
    this.nextColumn = from + countOf(at.Span, 0) + 1;
    if (at.Hidden === '1') this.hiddenColumns.hide(from, this.nextColumn - 1);
  }

  beginCell(at) {
    [this.column, this.across] = [countOf(at.Index, this.column + 1), countOf(at.MergeAcross, 0)];
    this.cellStyle = this.styles.get(at.StyleID ?? 'Default') ?? {};
  }

  beginSheet(at) {
    this.sheets++;
    this.name = at.Name ?? '';
    [this.hiddenColumns, this.nextColumn] = [new HiddenColumns(), 1];
    this.row = { number: 0, cells: [] };
  }

  beginRow(at) {
    const number = countOf(at.Index, this.row.number + 1);
    this.row = { number, cells: [], isHidden: at.Hidden === '1' };
    this.column = 0;
  }

  end(name) {
    this.within.pop();
    if (Object.hasOwn(this.openCount, name)) this.openCount[name]--;
    if (name === 'Data') this.endData();
    else if (name === 'Cell') this.column += this.across;
    else if (name === 'Row') this.endRow();
  }

  shown() {
    const { format } = this.cellStyle ?? {};
    const isNumber = this.type === 'Number' && format !== undefined && /[0#?%]/.test(format);
    if (isNumber && Number.isFinite(Number(this.text))) return oneLine(formatNumber(Number(this.text), format));
    return oneLine(this.text).replace(/^(\d{4}-\d\d-\d\d)T00:00:00\.000$/, '$1');
  }

  asideOfCell() {
    if (this.hiddenSheets.has(this.sheets)) return 'hidden sheet';
    const { color, ground = WHITE } = this.cellStyle ?? {};
    return this.row.isHidden || this.hiddenColumns.has(this.column)
      ? 'hidden row or column'
      : asideOfColors(color, ground);
  }

  endData() {
    const shown = this.shown();
    const address = `${lettersOf(this.column)}${this.row.number}`;
    if (shown === '') return;
    if (this.openCount.Comment > 0)
      this.blocks.push({ text: shown, place: `comment at ${this.name}!${address}`, aside: 'comment' });
    else this.row.cells.push({ address, shown, aside: this.asideOfCell() });
  }

  endRow() {
    for (const aside of new Set(this.row.cells.map((cell) => cell.aside))) {
      const cells = this.row.cells.filter((cell) => cell.aside === aside);
      const text = cells.map(({ address, shown }) => `${address}: ${shown}`).join(' | ');
      const place = { unit: 'cells', from: cells[0].address, to: cells.at(-1).address, before: `${this.name}!` };
      this.blocks.push({ text, place, ...(aside && { aside }) });
    }
  }
}

function lettersOf(number) {
  let text = '';
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26))
    text = String.fromCharCode(65 + ((left - 1) % 26)) + text;
  return text;
}
