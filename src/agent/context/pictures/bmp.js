/** A BMP without compression as lines of RGBA, from the top. It has no transparency: programs leave its fourth byte empty. */

/** @param {Buffer} bytes @param {(y: number, pixels: Uint8Array) => void} onLine Throws for what is no such picture. */
export function readBmp(bytes, onLine) {
  const [from, head] = [bytes.readUInt32LE(10), bytes.readUInt32LE(14)];
  const [width, tall] = [bytes.readInt32LE(18), bytes.readInt32LE(22)];
  const [depth, packing] = [bytes.readUInt16LE(28), bytes.readUInt32LE(30)];
  // Masks of the colours, of which only the usual order is read.
  const isUsual = packing === 3 && depth === 32 && bytes.readUInt32LE(54) === 0x00ff0000;
  const isPlain = packing === 0 || isUsual;
  if (!isPlain || ![1, 4, 8, 24, 32].includes(depth)) throw new Error('it is packed in another way');
  const colors = bytes.subarray(14 + head, from);
  const length = Math.ceil((depth * width) / 32) * 4;
  const height = Math.abs(tall);
  if (from + length * height > bytes.length) throw new Error('it is cut off');
  const pixels = new Uint8Array(width * 4);
  for (let y = 0; y < height; y++) {
    // The lowest line stands first, but where the height is negative.
    const at = from + length * (tall < 0 ? y : height - 1 - y);
    const line = bytes.subarray(at, at + length);
    for (let x = 0; x < width; x++) {
      const [source, place] = depth < 24 ? [colors, indexIn(line, x, depth) * 4] : [line, (x * depth) / 8];
      pixels[x * 4] = source[place + 2] ?? 0;
      pixels[x * 4 + 1] = source[place + 1] ?? 0;
      pixels[x * 4 + 2] = source[place] ?? 0;
      pixels[x * 4 + 3] = 255;
    }
    onLine(y, pixels);
  }
}

function indexIn(line, x, depth) {
  const bit = x * depth;
  return (line[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}
