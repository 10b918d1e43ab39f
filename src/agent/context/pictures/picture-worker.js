/** Makes one picture smaller, on a thread of its own: plain JavaScript, because threads load no TypeScript. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { createInflate } from 'node:zlib';

const QUALITY = 80;

const { type, bytes, width, height, toWidth, toHeight } = workerData;
const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const small = type === 'image/png' ? await ofPng() : await ofJpeg();
const jpeg = await encoded(small);
parentPort.postMessage(jpeg, [jpeg]);

async function ofPng() {
  const box = new Box(width, height, toWidth, toHeight);
  await readPng(picture, (y, pixels) => box.line(y, pixels));
  return box.finish();
}

async function ofJpeg() {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  await init(await compiled('dec/mozjpeg_dec.wasm'));
  // What browsers have and Node has not.
  globalThis.ImageData = class {
    constructor(data, width, height) {
      Object.assign(this, { data, width, height });
    }
  };
  // Turned as the camera was held, so that its sides may have changed places.
  const whole = await decode(picture, { preserveOrientation: true });
  const turned = whole.width === height && whole.height === width;
  const [to, high] = turned ? [toHeight, toWidth] : [toWidth, toHeight];
  const box = new Box(whole.width, whole.height, to, high);
  const line = whole.width * 4;
  for (let y = 0; y < whole.height; y++) box.line(y, whole.data.subarray(y * line, (y + 1) * line));
  return box.finish();
}

async function encoded(image) {
  const { default: encode, init } = await import('@jsquash/jpeg/encode.js');
  await init(await compiled('enc/mozjpeg_enc.wasm'));
  return encode(image, { quality: QUALITY });
}

async function compiled(path) {
  const file = createRequire(import.meta.url).resolve(`@jsquash/jpeg/codec/${path}`);
  return WebAssembly.compile(await readFile(file));
}

/** Makes a picture smaller line by line: each new pixel is the mean of those that it stands for. */
class Box {
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

// PNG (https://www.w3.org/TR/png-3/), a line at a time, so that it takes no more memory than two of its lines.

/** Values a pixel, by colour type: grey, RGB, palette, grey with alpha, RGBA. */
const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/**
 * Reads a picture and hands its lines over in order as RGBA. Stops after the last line whatever follows; lines that are
 * missing are not handed over. Throws for what is no PNG, or an interlaced one.
 * @param {Buffer} bytes
 * @param {(y: number, pixels: Uint8Array) => void} line
 */
export async function readPng(bytes, line) {
  const { header, palette, alphas, data } = chunksOf(bytes);
  const [width, height, depth, type] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]];
  const channels = CHANNELS.get(type);
  if (!channels || header[12] !== 0) throw new Error('a PNG that cannot be read line by line');
  const length = Math.ceil((width * channels * depth) / 8);
  const step = Math.max(1, (channels * depth) / 8);
  const expand = expander({ width, depth, type, channels, palette, alphas });
  let before = new Uint8Array(length);
  let current = new Uint8Array(length);
  let [filter, filled, y] = [-1, 0, 0];
  for await (const chunk of Readable.from(data).pipe(createInflate())) {
    let at = 0;
    while (at < chunk.length) {
      if (filter < 0) filter = chunk[at++];
      const taken = Math.min(length - filled, chunk.length - at);
      current.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < length) break;
      unfilter(filter, current, before, step);
      line(y++, expand(current));
      if (y === height) return;
      [before, current, filter, filled] = [current, before, -1, 0];
    }
  }
}

/** @param {Buffer} bytes */
function chunksOf(bytes) {
  const data = [];
  let header;
  let palette = Buffer.alloc(0);
  let alphas = Buffer.alloc(0);
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'IHDR' && body.length >= 13) header = body;
    else if (kind === 'PLTE') palette = body;
    else if (kind === 'tRNS') alphas = body;
    else if (kind === 'IDAT') data.push(body);
    else if (kind === 'IEND') break;
    at += 12 + length;
  }
  if (!header) throw new Error('no PNG');
  return { header, palette, alphas, data };
}

/**
 * Undoes what was done to a line to make it compress better.
 * @param {number} filter @param {Uint8Array} line @param {Uint8Array} above @param {number} step bytes to the left pixel
 */
function unfilter(filter, line, above, step) {
  if (filter === 0) return;
  for (let at = 0; at < line.length; at++) {
    const left = at >= step ? line[at - step] : 0;
    const up = above[at];
    if (filter === 1) line[at] += left;
    else if (filter === 2) line[at] += up;
    else if (filter === 3) line[at] += (left + up) >> 1;
    else if (filter === 4) line[at] += paeth(left, up, at >= step ? above[at - step] : 0);
    else throw new Error('a line of a PNG is broken');
  }
}

/** @param {number} left @param {number} up @param {number} corner */
function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/**
 * Makes RGBA of a line. The same array comes back each time.
 * @param {{ width: number, depth: number, type: number, channels: number, palette: Buffer, alphas: Buffer }} kind
 * @returns {(line: Uint8Array) => Uint8Array}
 */
function expander({ width, depth, type, channels, palette, alphas }) {
  const out = new Uint8Array(width * 4).fill(255);
  const most = 2 ** Math.min(depth, 8) - 1;
  const bytes = depth / 8;
  // Of 16 bits the upper 8 will do.
  const value = (line, index) =>
    depth >= 8 ? line[index * bytes] : (line[(index * depth) >> 3] >> (8 - depth - ((index * depth) & 7))) & most;
  return (line) => {
    for (let x = 0, to = 0; x < width; x++, to += 4) {
      const from = x * channels;
      if (type === 3) {
        const entry = value(line, from);
        out[to] = palette[entry * 3];
        out[to + 1] = palette[entry * 3 + 1];
        out[to + 2] = palette[entry * 3 + 2];
        out[to + 3] = entry < alphas.length ? alphas[entry] : 255;
      } else if (channels >= 3) {
        out[to] = value(line, from);
        out[to + 1] = value(line, from + 1);
        out[to + 2] = value(line, from + 2);
        if (channels === 4) out[to + 3] = value(line, from + 3);
      } else {
        const grey = (value(line, from) * 255) / most;
        out[to] = grey;
        out[to + 1] = grey;
        out[to + 2] = grey;
        if (channels === 2) out[to + 3] = value(line, from + 1);
      }
    }
    return out;
  };
}
