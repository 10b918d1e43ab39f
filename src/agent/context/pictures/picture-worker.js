/** Makes one picture after another smaller for the daemon, in a process of its own: the bytes come and go in pieces. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { answerParent } from '../../../base/child/program.js';
import { readBmp } from './bmp.js';
import { Box } from './box.js';
import { readPng } from './png.js';

const QUALITY = 80;
const MOST_MEMORY = 400 * 1024 * 1024;

/** Bytes of a picture, then of the JPEG that was made of it. */
let chunks = [];
let jpeg = Buffer.alloc(0);

const DECODERS = { 'image/png': ofPng, 'image/jpeg': ofJpeg, 'image/heic': ofHeic, 'image/bmp': ofBmp };

await answerParent(
  async (task) => {
    if (task.do === 'open') [chunks, jpeg] = [[], Buffer.alloc(0)];
    else if (task.do === 'bytes') chunks.push(Buffer.from(task.base64, 'base64'));
    else if (task.do === 'scale') {
      const bytes = Buffer.concat(chunks);
      chunks = [];
      jpeg = Buffer.from(await encoded(await DECODERS[task.type](bytes, task)));
      return { size: jpeg.length };
    } else if (task.do === 'take') return { base64: jpeg.subarray(task.from, task.to).toString('base64') };
    return {};
  },
  { mostMemory: MOST_MEMORY },
);

async function ofPng(picture, { width, height, goodSide }) {
  const box = boxFor(width, height, goodSide);
  await readPng(picture, (y, pixels) => box.line(y, pixels));
  return box.finish();
}

function ofBmp(picture, { width, height, goodSide }) {
  const box = boxFor(width, height, goodSide);
  readBmp(picture, (y, pixels) => box.line(y, pixels));
  return box.finish();
}

async function ofJpeg(picture, { goodSide }) {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  await init(await compiled('dec/mozjpeg_dec.wasm'));
  // Browsers have it, and Node has not.
  globalThis.ImageData = class {
    constructor(data, width, height) {
      Object.assign(this, { data, width, height });
    }
  };
  // Turned as the camera was held, so that its sides may have changed places.
  return fitted(await decode(picture, { preserveOrientation: true }), goodSide);
}

async function ofHeic(picture, { goodSide, mostPixels }) {
  const { default: libheif } = await import('libheif-js/wasm-bundle.js');
  const [image] = new libheif.HeifDecoder().decode(picture);
  if (!image) throw new Error('no picture in it');
  const [wide, high] = [image.get_width(), image.get_height()];
  if (wide * high > mostPixels) throw new Error('it is larger than it says');
  const { heif_colorspace_RGB: rgb } = libheif.heif_colorspace;
  const { heif_chroma_interleaved_RGBA: interleaved } = libheif.heif_chroma;
  const decoded = await libheif.heif_js_decode_image2(image.handle, rgb, interleaved);
  const plane = decoded?.channels?.find(({ id }) => id === libheif.heif_channel.heif_channel_interleaved);
  if (!plane) throw new Error('it could not be decoded');
  // Read in the decoder's memory: with the copy that `display` makes 25 million pixels took 420 MB in all instead of 346.
  const box = boxFor(wide, high, goodSide);
  for (let y = 0; y < high; y++) box.line(y, plane.data.subarray(y * plane.stride, y * plane.stride + wide * 4));
  libheif.heif_image_release(decoded.image);
  image.free();
  return box.finish();
}

function boxFor(wide, high, goodSide) {
  const factor = Math.min(1, goodSide / Math.max(wide, high));
  const to = (side) => Math.max(1, Math.round(side * factor));
  return new Box(wide, high, to(wide), to(high));
}

function fitted(whole, goodSide) {
  const box = boxFor(whole.width, whole.height, goodSide);
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
