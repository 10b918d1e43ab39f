/** Makes a picture smaller line by line: each new pixel is the mean of those that it stands for. */
export class Box {
  /**
   * @param {number} width @param {number} height of the picture, in pixels
   * @param {number} toWidth @param {number} toHeight of the smaller one
   */
  constructor(width, height, toWidth, toHeight) {
    this.height = height;
    this.toWidth = toWidth;
    this.toHeight = toHeight;
    /** RGBA, opaque. */
    this.data = new Uint8ClampedArray(toWidth * toHeight * 4);
    this.columns = Uint32Array.from({ length: width }, (_, x) => Math.floor((x * toWidth) / width));
    this.sums = new Float64Array(toWidth * 4);
    this.at = 0;
  }

  /**
   * The line `y`; lines come in order.
   * @param {number} y
   * @param {Uint8Array | Uint8ClampedArray} pixels RGBA, over white where it is transparent
   */
  line(y, pixels) {
    const row = Math.floor((y * this.toHeight) / this.height);
    if (row !== this.at) this.flush(row);
    const { columns, sums } = this;
    for (let x = 0, from = 0; x < columns.length; x++, from += 4) {
      const to = columns[x] * 4;
      const alpha = pixels[from + 3];
      const white = 255 - alpha;
      sums[to] += (pixels[from] * alpha) / 255 + white;
      sums[to + 1] += (pixels[from + 1] * alpha) / 255 + white;
      sums[to + 2] += (pixels[from + 2] * alpha) / 255 + white;
      sums[to + 3] += 1;
    }
  }

  /** @returns {{ data: Uint8ClampedArray, width: number, height: number }} */
  finish() {
    this.flush(this.toHeight);
    return { data: this.data, width: this.toWidth, height: this.toHeight };
  }

  /** @param {number} next */
  flush(next) {
    const { sums, data, toWidth } = this;
    const start = this.at * toWidth * 4;
    for (let x = 0; x < toWidth * 4; x += 4) {
      const count = sums[x + 3] || 1;
      data[start + x] = sums[x] / count;
      data[start + x + 1] = sums[x + 1] / count;
      data[start + x + 2] = sums[x + 2] / count;
      data[start + x + 3] = 255;
    }
    sums.fill(0);
    this.at = next;
  }
}
