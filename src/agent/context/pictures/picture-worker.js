/** Makes one picture smaller, on a thread of its own: plain JavaScript, because threads load no TypeScript. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { Box } from './box.js';
import { readPng } from './png.js';

const QUALITY = 80;

const { type, bytes, width, height, goodSide, mostPixels } = workerData;
const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const small = await { 'image/png': ofPng, 'image/jpeg': ofJpeg, 'image/heic': ofHeic }[type]();
const jpeg = await encoded(small);
parentPort.postMessage(jpeg, [jpeg]);

async function ofPng() {
  const box = boxFor(width, height);
  await readPng(picture, (y, pixels) => box.line(y, pixels));
  return box.finish();
}

async function ofJpeg() {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  await init(await compiled('dec/mozjpeg_dec.wasm'));
  // Browsers have it, and Node has not.
  globalThis.ImageData = class {
    constructor(data, width, height) {
      Object.assign(this, { data, width, height });
    }
  };
  // Turned as the camera was held, so that its sides may have changed places.
  return fitted(await decode(picture, { preserveOrientation: true }));
}

async function ofHeic() {
  const { default: libheif } = await import('libheif-js/wasm-bundle.js');
  const [image] = new libheif.HeifDecoder().decode(picture);
  if (!image) throw new Error('no picture in it');
  const [wide, high] = [image.get_width(), image.get_height()];
  if (wide * high > mostPixels) throw new Error('it is larger than it says');
  const pixels = { data: new Uint8ClampedArray(wide * high * 4), width: wide, height: high };
  const whole = await new Promise((resolve) => image.display(pixels, resolve));
  if (!whole) throw new Error('it could not be decoded');
  return fitted(whole);
}

function boxFor(wide, high) {
  const factor = Math.min(1, goodSide / Math.max(wide, high));
  const to = (side) => Math.max(1, Math.round(side * factor));
  return new Box(wide, high, to(wide), to(high));
}

function fitted(whole) {
  const box = boxFor(whole.width, whole.height);
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
