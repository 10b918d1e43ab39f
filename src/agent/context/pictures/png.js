/** PNG (https://www.w3.org/TR/png-3/), a line at a time, so that it takes no more memory than two of its lines. */
import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';

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
  // The upper 8 of 16 bits will do.
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
