/** Excel's sheets of 2003, one file of XML: each row with the cells' addresses, as those of newer ones. */
import { bareAttributes, bareName, blocksOf } from '../markup.js';
import { oneLine } from '../passages.js';

export async function* readXmlSheets(bytes, about) {
  const walk = new Walk();
  yield* blocksOf([bytes], walk);
  about.parts = { unit: 'sheet', count: walk.sheets };
}

class Walk {
  blocks = [];
  sheets = 0;
  row = { number: 0, cells: [] };
  column = 0;
  across = 0;
  text = '';
  /** `Data` of a cell, or of a comment within it. */
  within = [];

  hear({ open, at, text, close }) {
    if (text !== undefined) this.text += this.within.includes('Data') ? text : '';
    else if (open !== undefined) this.begin(bareName(open), bareAttributes(at));
    else this.end(bareName(close));
  }

  begin(name, at) {
    this.within.push(name);
    if (name === 'Worksheet') this.beginSheet(at);
    else if (name === 'Row') this.beginRow(at);
    else if (name === 'Cell')
      [this.column, this.across] = [Number(at.Index ?? this.column + 1), Number(at.MergeAcross ?? 0)];
    else if (name === 'Data') this.text = '';
  }

  beginSheet(at) {
    this.sheets++;
    this.name = at.Name ?? '';
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
  }

  endData() {
    const shown = oneLine(this.text).replace(/^(\d{4}-\d\d-\d\d)T00:00:00\.000$/, '$1');
    const address = `${lettersOf(this.column)}${this.row.number}`;
    if (shown === '') return;
    if (!this.within.includes('Comment')) this.row.cells.push({ address, shown });
    else this.blocks.push({ text: shown, place: `comment at ${this.name}!${address}`, aside: 'comment' });
  }

  endRow() {
    const { cells, isHidden } = this.row;
    if (cells.length === 0) return;
    const text = cells.map(({ address, shown }) => `${address}: ${shown}`).join(' | ');
    const place = { unit: 'cells', from: cells[0].address, to: cells.at(-1).address, before: `${this.name}!` };
    this.blocks.push({ text, place, ...(isHidden && { aside: 'hidden row or column' }) });
  }
}

function lettersOf(number) {
  let text = '';
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26))
    text = String.fromCharCode(65 + ((left - 1) % 26)) + text;
  return text;
}
