import type { ModelImage } from '../../inference/model.ts';

/** Facts from the first bytes of a picture; its sender's description is only a claim. */
export interface Look {
  type: ModelImage['type'];
  /** Pixels. */
  width: number;
  height: number;
}

/** Undefined for what is no picture of a kind that models take. Pure. */
export function lookAt(bytes: Buffer): Look | undefined {
  const head = bytes.toString('latin1', 0, 16);
  if (head.startsWith('\u00ff\u00d8\u00ff')) return sized('image/jpeg', jpegSize(bytes));
  if (bytes.length < 30) return undefined;
  if (head.startsWith('\u0089PNG\r\n')) {
    return sized('image/png', [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]);
  }
  if (head.startsWith('GIF8')) return sized('image/gif', [bytes.readUInt16LE(6), bytes.readUInt16LE(8)]);
  const isWebp = head.startsWith('RIFF') && head.startsWith('WEBP', 8);
  return isWebp ? sized('image/webp', webpSize(bytes)) : undefined;
}

function sized(type: Look['type'], size: readonly [number, number] | undefined): Look | undefined {
  if (!size || size[0] === 0 || size[1] === 0) return undefined;
  return { type, width: size[0], height: size[1] };
}

/** It stands in the first segment that begins a frame. */
function jpegSize(bytes: Buffer): readonly [number, number] | undefined {
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    // A filling byte stands alone.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

function webpSize(bytes: Buffer): readonly [number, number] | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1];
    case 'VP8 ':
      return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
    }
    default:
      return undefined;
  }
}
