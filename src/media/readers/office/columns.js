/** Columns that a sheet hides. */

/** The last column (XFD) that programs have; a cell behind it is shown by none. */
const LAST_COLUMN = 16_384;

/** Ranges in order and apart from each other: at most half as many as there are columns, however many a file names. */
export class HiddenColumns {
  ranges = [];

  /**
   * @param {number} first
   * @param {number} last
   */
  hide(first, last) {
    const range = { from: Math.max(1, Math.floor(first)), to: Math.min(LAST_COLUMN, Math.floor(last)) };
    if (!(range.from <= range.to)) return;
    const at = this.firstEndingAt(range.from - 1);
    let behind = at;
    for (; behind < this.ranges.length && this.ranges[behind].from <= range.to + 1; behind++) {
      range.from = Math.min(range.from, this.ranges[behind].from);
      range.to = Math.max(range.to, this.ranges[behind].to);
    }
    this.ranges.splice(at, behind - at, range);
  }

  /** @param {number} column */
  has(column) {
    return column > LAST_COLUMN || this.ranges[this.firstEndingAt(column)]?.from <= column;
  }

  /** The index of the first range that ends at this column or behind it. */
  firstEndingAt(column) {
    let [low, high] = [0, this.ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ranges[middle].to < column) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
