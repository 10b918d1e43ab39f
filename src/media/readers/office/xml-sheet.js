/** Excel's sheets of 2003, one file of XML: each row with the cells' addresses, as those of newer ones. */
import { asideOfColors, hexColor, WHITE } from '../colors.js';
import { bareAttributes, bareName, blocksOf } from '../markup.js';
import { oneLine } from '../passages.js';
import { formatNumber } from './number-format.js';

/** Names that stand for a format. */
const FORMATS = { Fixed: '0.00', Standard: '#,##0.00', Percent: '0.00%', Scientific: '0.00E+00' };

export async function* readXmlSheets(bytes, about) {
  const walk = new Walk();
  yield* blocksOf([bytes], walk);
  about.parts = { unit: 'sheet', count: walk.sheets };
}

class Walk {
  blocks = [];
  /** Blocks of the sheet, until it says behind its rows whether it is hidden. */
  ofSheet = [];
  sheets = 0;
  styles = new Map();
  /** Numbers of the columns that are hidden. */
  hiddenColumns = [];
  row = { number: 0, cells: [] };
  column = 0;
  across = 0;
  text = '';
  /** `Data` of a cell, or of a comment within it. */
  within = [];

  hear({ open, at, text, close }) {
    if (text !== undefined) this.say(text);
    else if (open !== undefined) this.begin(bareName(open), bareAttributes(at));
    else this.end(bareName(close));
  }

  say(text) {
    if (this.within.includes('Data')) this.text += text;
    else if (this.within.at(-1) === 'Visible') this.isHidden = /^Sheet(?:Very)?Hidden$/.test(text);
  }

  begin(name, at) {
    this.within.push(name);
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
    const from = Number(at.Index ?? this.nextColumn);
    this.nextColumn = from + Number(at.Span ?? 0) + 1;
    if (at.Hidden === '1') this.hiddenColumns.push([from, this.nextColumn - 1]);
  }

  beginCell(at) {
    [this.column, this.across] = [Number(at.Index ?? this.column + 1), Number(at.MergeAcross ?? 0)];
    this.cellStyle = this.styles.get(at.StyleID ?? 'Default') ?? {};
  }

  beginSheet(at) {
    this.sheets++;
    this.name = at.Name ?? '';
    [this.hiddenColumns, this.nextColumn, this.isHidden] = [[], 1, false];
    this.row = { number: 0, cells: [] };
  }

  beginRow(at) {
    const number = Number(at.Index ?? this.row.number + 1);
    this.row = { number, cells: [], isHidden: at.Hidden === '1' };
    this.column = 0;
  }

  end(name) {
    this.within.pop();
    if (name === 'Data') this.endData();
    else if (name === 'Cell') this.column += this.across;
    else if (name === 'Row') this.endRow();
    else if (name === 'Worksheet') this.endSheet();
  }

  endSheet() {
    const aside = this.isHidden ? 'hidden sheet' : undefined;
    for (const block of this.ofSheet)
      this.blocks.push(aside && block.aside !== 'comment' ? { ...block, aside } : block);
    this.ofSheet = [];
  }

  shown() {
    const { format } = this.cellStyle ?? {};
    const isNumber = this.type === 'Number' && format !== undefined && /[0#?%]/.test(format);
    if (isNumber && Number.isFinite(Number(this.text))) return oneLine(formatNumber(Number(this.text), format));
    return oneLine(this.text).replace(/^(\d{4}-\d\d-\d\d)T00:00:00\.000$/, '$1');
  }

  asideOfCell() {
    const { color, ground = WHITE } = this.cellStyle ?? {};
    const isCovered = this.hiddenColumns.some(([from, to]) => this.column >= from && this.column <= to);
    return this.row.isHidden || isCovered ? 'hidden row or column' : asideOfColors(color, ground);
  }

  endData() {
    const shown = this.shown();
    const address = `${lettersOf(this.column)}${this.row.number}`;
    if (shown === '') return;
    if (this.within.includes('Comment'))
      this.ofSheet.push({ text: shown, place: `comment at ${this.name}!${address}`, aside: 'comment' });
    else this.row.cells.push({ address, shown, aside: this.asideOfCell() });
  }

  endRow() {
    for (const aside of new Set(this.row.cells.map((cell) => cell.aside))) {
      const cells = this.row.cells.filter((cell) => cell.aside === aside);
      const text = cells.map(({ address, shown }) => `${address}: ${shown}`).join(' | ');
      const place = { unit: 'cells', from: cells[0].address, to: cells.at(-1).address, before: `${this.name}!` };
      this.ofSheet.push({ text, place, ...(aside && { aside }) });
    }
  }
}

function lettersOf(number) {
  let text = '';
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26))
    text = String.fromCharCode(65 + ((left - 1) % 26)) + text;
  return text;
}
