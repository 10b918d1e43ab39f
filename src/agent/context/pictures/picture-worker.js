/** Makes one picture smaller, on a thread of its own: plain JavaScript, because threads load no TypeScript. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { Box } from './box.js';
import { readPng } from './png.js';

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
  // Browsers have it, and Node has not.
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
