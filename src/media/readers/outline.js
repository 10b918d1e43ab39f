/** Places of blocks in a document without pages, and the cells of a table as one line. */

import { oneLine } from './passages.js';

const LONGEST_HEADING = 80;
const MOST_CELLS = 500;

/** The headings above a block; before the first one, paragraphs are counted. */
export class Outline {
  headings = [];
  count = 0;

  constructor(before = '') {
    this.before = before;
  }

  enter(heading, level) {
    this.headings = this.headings.filter((each) => each.level < level);
    this.headings.push({ heading: heading.replace(/\s+/g, ' ').slice(0, LONGEST_HEADING), level });
  }

  place() {
    const { heading } = this.headings.at(-1) ?? {};
    if (heading !== undefined) return `${this.before}“${heading}”`;
    return { unit: 'paragraphs', from: Math.max(this.count, 1), before: this.before };
  }

  /** The place of one more paragraph. */
  next() {
    this.count++;
    return this.place();
  }
}

export class Table {
  cells = [];

  beginCell() {
    this.cells.push('');
  }

  add(text) {
    if (this.cells.length === 0) this.beginCell();
    const at = this.cells.length - 1;
    const clean = oneLine(text);
    this.cells[at] = [this.cells[at], clean].filter(Boolean).join(' ');
  }

  endRow() {
    const row = rowText(this.cells);
    this.cells = [];
    return row;
  }
}

export function rowText(cells) {
  const shown = cells.slice(0, MOST_CELLS);
  while (shown.length > 0 && shown.at(-1) === '') shown.pop();
  return shown.every((cell) => cell === '') ? '' : shown.join(' | ');
}
