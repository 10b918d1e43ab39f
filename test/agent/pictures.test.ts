import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBmp } from '../../src/agent/context/pictures/bmp.js';
import { isFit, lookAt } from '../../src/agent/context/pictures/index.ts';
import { readPng } from '../../src/agent/context/pictures/png.js';
import { attachedTo, Scaler } from '../../src/agent/index.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Item } from '../../src/delivery/index.ts';
import { type Artifacts, openArtifacts } from '../../src/storage/index.ts';

let folder: string;
let artifacts: Artifacts;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coda-pictures-'));
  artifacts = await openArtifacts(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Png {
  width: number;
  height: number;
  depth?: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
  type?: number;
  /** Filter and bytes of each line. */
  lines: Buffer;
  extra?: Buffer[];
}

function chunk(kind: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(kind, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

function png({ width, height, depth = 8, type = 2, lines, extra = [] }: Png): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type], 8);
  const parts = [chunk('IHDR', header), ...extra, chunk('IDAT', deflateSync(lines, { level: 1 }))];
  return Buffer.concat([Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), ...parts, chunk('IEND', Buffer.alloc(0))]);
}

/** Red on the left, blue on the right. */
function halves(width: number, height: number): Buffer {
  const line = Buffer.alloc(1 + width * 3);
  for (let x = 0; x < width; x++) line[1 + x * 3 + (x < width / 2 ? 0 : 2)] = 255;
  return png({ width, height, lines: Buffer.concat(Array.from({ length: height }, () => line)) });
}

/** What the owner's machine may take for one picture is no matter of a test: a busy one takes longer. */
const PATIENT = { withinMs: 480_000 };
const shown = (...contents: Buffer[]) => shownBy(new Scaler(silentLog(), PATIENT), ...contents);

async function shownBy(scaler: Scaler, ...contents: Buffer[]) {
  const files = await Promise.all(
    contents.map(async (content, index) => ({ name: `p${index}`, type: 'image/x', ...(await artifacts.put(content)) })),
  );
  const item = { payload: { files }, person: { id: 'ana' } } as unknown as Item;
  const deps = { artifacts, scaler, log: silentLog() };
  return { ...(await attachedTo(item, deps)), again: () => attachedTo(item, deps) };
}

test('a picture with too many pixels is made smaller, and a scaled one scaled again shows the same', async () => {
  const { images, text, again } = await shown(halves(8_000, 6_000));
  const jpeg = Buffer.from(images[0]?.base64 ?? '', 'base64');
  expect(lookAt(jpeg)).toEqual({ type: 'image/jpeg', width: 1_568, height: 1_176, isTurned: false });
  expect(images[0]?.type).toBe('image/jpeg');
  expect(jpeg.length).toBeLessThan(500_000);
  expect(text).toBe('');
  expect((await again()).images).toEqual(images);
});

/** A JPEG that is too large to be sent: what stands after its end is dropped. */
async function photograph(exif = Buffer.alloc(0)) {
  const { images } = await shown(halves(8_000, 6_000));
  const jpeg = Buffer.from(images[0]?.base64 ?? '', 'base64');
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2), Buffer.alloc(4_000_000)]);
}

test('a photograph that is too large to be sent is made smaller', async () => {
  const { images } = await shown(await photograph());
  const jpeg = Buffer.from(images[0]?.base64 ?? '', 'base64');
  expect(lookAt(jpeg)).toEqual({ type: 'image/jpeg', width: 1_568, height: 1_176, isTurned: false });
  expect(jpeg.length).toBeLessThan(500_000);
});

test('a photograph is shown as the camera was held', async () => {
  const turned = [
    ...Buffer.from('II*\0\u0008\0\0\0\u0001\0', 'latin1'),
    0x12,
    0x01,
    3,
    0,
    1,
    0,
    0,
    0,
    6,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), Buffer.from(turned)]);
  const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, body.length + 2]), body]);
  const large = await photograph(exif);
  const small = large.subarray(0, large.length - 4_000_000);
  const { images } = await shown(large, small);
  for (const { base64 } of images) {
    const look = lookAt(Buffer.from(base64, 'base64'));
    expect(look).toEqual({ type: 'image/jpeg', width: 1_176, height: 1_568, isTurned: false });
  }
});

test('a photograph of more pixels than models see is made smaller, a drawing is not', () => {
  const size = { width: 4_000, height: 3_000 };
  expect(isFit({ type: 'image/jpeg', ...size })).toBe(false);
  expect(isFit({ type: 'image/png', ...size })).toBe(true);
});

test('a photograph in HEIC is shown as a JPEG', async () => {
  const { images } = await shown(readFileSync(new URL('../media/files/halves.heic', import.meta.url)));
  expect(images[0]?.type).toBe('image/jpeg');
  expect(lookAt(Buffer.from(images[0]?.base64 ?? '', 'base64'))).toMatchObject({ width: 64, height: 48 });
});

test('a bomb is refused with a sentence, whatever it claims', async () => {
  const claims = png({ width: 60_000, height: 60_000, lines: Buffer.alloc(100) });
  const wide = png({ width: 90_000_000, height: 1, lines: Buffer.alloc(100) });
  // A few kilobytes that go on for ever.
  const lies = png({ width: 8_001, height: 10, lines: Buffer.alloc(300_000_000) });
  const { images, text } = await shown(claims, wide, lies);
  expect(text).toBe(
    '[File: p0; it is too large for me to make it smaller.]\n[File: p1; it is too large for me to make it smaller.]',
  );
  expect(lookAt(Buffer.from(images[0]?.base64 ?? '', 'base64'))).toMatchObject({ width: 1_568, height: 2 });
});

test('a broken picture is named', async () => {
  const broken = Buffer.concat([halves(8_100, 10).subarray(0, 60), Buffer.alloc(4_000_000)]);
  expect((await shown(broken)).text).toBe('[File: p0; it could not be made smaller.]');
});

test('a picture that crashes its decoder is named, and the next one is shown', async () => {
  const scaler = new Scaler(silentLog(), { ...PATIENT, program: new URL('harmful-decoder.js', import.meta.url) });
  const { images, text } = await shownBy(scaler, halves(8_001, 10), halves(8_002, 10));
  expect(text).toBe('[File: p0; it could not be made smaller.]');
  expect(images.map(({ base64 }) => Buffer.from(base64, 'base64').toString())).toEqual(['abc']);
  await scaler.close();
});

test('GIF and WebP are shown as they are', async () => {
  const gif = Buffer.concat([Buffer.from('GIF89a\u0001\u0000\u0001\u0000', 'latin1'), Buffer.alloc(40)]);
  const webp = Buffer.concat([Buffer.from('RIFF\u0000\u0000\u0000\u0000WEBPVP8X', 'latin1'), Buffer.alloc(40)]);
  const { images } = await shown(gif, webp);
  expect(images.map(({ type }) => type)).toEqual(['image/gif', 'image/webp']);
});

const red = [255, 0, 0, 255];
const grey = [128, 128, 128, 255];
const lines = (...bytes: number[]) => Buffer.from(bytes);

test.each<[string, Png, number[][]]>([
  ['grey of 8 bits', { width: 1, height: 1, type: 0, lines: lines(0, 128) }, [grey]],
  [
    'grey of 1 bit',
    { width: 2, height: 1, type: 0, depth: 1, lines: lines(0, 0b01000000) },
    [
      [0, 0, 0, 255],
      [255, 255, 255, 255],
    ].flat(0),
  ],
  ['grey with alpha', { width: 1, height: 1, type: 4, lines: lines(0, 128, 7) }, [[128, 128, 128, 7]]],
  ['16 bits', { width: 1, height: 1, depth: 16, lines: lines(0, 255, 1, 0, 2, 0, 3) }, [red]],
  ['RGBA', { width: 1, height: 1, type: 6, lines: lines(0, 1, 2, 3, 4) }, [[1, 2, 3, 4]]],
  [
    'a palette of 4 bits',
    {
      width: 2,
      height: 1,
      type: 3,
      depth: 4,
      lines: lines(0, 0x10),
      extra: [chunk('PLTE', lines(128, 128, 128, 255, 0, 0))],
    },
    [red, grey],
  ],
  [
    'a line that says how it differs from the left',
    { width: 2, height: 1, lines: lines(1, 255, 0, 0, 0, 0, 0) },
    [red, red],
  ],
  [
    'lines that say how they differ from above',
    { width: 1, height: 2, lines: lines(0, 200, 0, 0, 2, 55, 0, 0) },
    [[200, 0, 0, 255], red],
  ],
  [
    'lines that differ from the mean',
    { width: 1, height: 2, lines: lines(0, 200, 0, 0, 3, 155, 0, 0) },
    [[200, 0, 0, 255], red],
  ],
  [
    'lines that differ from what is nearest',
    { width: 2, height: 2, lines: lines(0, 1, 0, 0, 2, 0, 0, 4, 254, 0, 0, 0, 0, 0) },
    [[1, 0, 0, 255], [2, 0, 0, 255], red, red],
  ],
])('a PNG of %s is read', async (_, given, pixels) => {
  const seen: number[][] = [];
  await readPng(png(given), (_y, line) => {
    for (let at = 0; at < line.length; at += 4) seen.push([...line.subarray(at, at + 4)]);
  });
  expect(seen).toEqual(pixels);
});

test('a picture of filling bytes alone is none, and one with some before its size is one', () => {
  const start = Buffer.from('ffd8ff', 'hex');
  const size = Buffer.from('ffc0001108001000100300000000', 'hex');
  expect(lookAt(Buffer.concat([start, Buffer.alloc(200_000, 0xff), size]))).toBeUndefined();
  expect(lookAt(Buffer.concat([start, Buffer.alloc(20, 0xff), size]))).toMatchObject({ width: 16, height: 16 });
});

test('a picture that was cut off is made whole as far as it goes, or said to be unread, to the person as well', async () => {
  const whole = halves(64, 64);
  expect(await shown(whole.subarray(0, whole.length - 20))).toMatchObject({
    images: [],
    text: '[File: p0; it is cut off.]',
    notices: ['p0, not read: it is cut off.'],
  });
  const { images } = await shown(halves(2_000, 8_200));
  const jpeg = Buffer.from(images[0]?.base64 ?? '', 'base64');
  const cut = await shown(jpeg.subarray(0, Math.floor(jpeg.length * 0.6)));
  const remade = Buffer.from(cut.images[0]?.base64 ?? '', 'base64');
  expect(cut.notices).toEqual([]);
  expect(remade.subarray(-2).toString('hex')).toBe('ffd9');
});

/** Red on the left, blue on the right, as Windows stores it. */
function bmp(width: number, height: number, { depth = 24, isTopDown = false, palette = Buffer.alloc(0) } = {}): Buffer {
  const length = Math.ceil((depth * width) / 32) * 4;
  const head = Buffer.alloc(54);
  head.write('BM');
  head.writeUInt32LE(54 + palette.length + length * height, 2);
  head.writeUInt32LE(54 + palette.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(isTopDown ? -height : height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(depth, 28);
  const line = Buffer.alloc(length);
  for (let x = 0; x < width; x++) {
    const isLeft = x < width / 2;
    if (depth >= 24) line[(x * depth) / 8 + (isLeft ? 2 : 0)] = 255;
    else if (!isLeft) line[(x * depth) >> 3]! |= 1 << (8 - depth - ((x * depth) & 7));
  }
  return Buffer.concat([head, palette, ...Array.from({ length: height }, () => line)]);
}
const RED_AND_BLUE = Buffer.from('0000ff00ff000000', 'hex');

test.each([
  ['24 bits', bmp(30, 20)],
  ['32 bits, from the top', bmp(30, 20, { depth: 32, isTopDown: true })],
  ['a palette of two', bmp(30, 20, { depth: 1, palette: RED_AND_BLUE })],
  ['a palette of 16', bmp(30, 20, { depth: 4, palette: RED_AND_BLUE })],
  ['a palette of 256', bmp(30, 20, { depth: 8, palette: RED_AND_BLUE })],
])('a BMP is made a JPEG: %s', async (_, bytes) => {
  const { images, notices } = await shown(bytes);
  expect(notices).toEqual([]);
  expect(images[0]?.type).toBe('image/jpeg');
  const jpeg = Buffer.from(images[0]?.base64 ?? '', 'base64');
  expect(lookAt(jpeg)).toMatchObject({ width: 30, height: 20 });
  const seen: number[][] = [];
  readBmp(bytes, (y, pixels) => {
    if (y === 0) seen.push([...pixels.subarray(0, 4)], [...pixels.subarray(-4)]);
  });
  expect(seen).toEqual([
    [255, 0, 0, 255],
    [0, 0, 255, 255],
  ]);
});

test('a BMP that was cut off is said to be unread', async () => {
  const { images, notices } = await shown(bmp(30, 20).subarray(0, 900));
  expect(images).toEqual([]);
  expect(notices).toEqual(['p0, not read: it is cut off.']);
});
