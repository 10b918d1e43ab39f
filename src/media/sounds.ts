/** Containers of recordings by their bytes, how long they are where they say so, and how loud their samples are. */

import { SOUNDS } from './readers/sound-signatures.js';

/** Containers of clips, in which there may be nothing but sound. */
const CLIPS: readonly (readonly [starts: string, at: number, extension: string, type: string])[] = [
  ['\x1a\x45\xdf\xa3', 0, 'webm', 'audio/webm'],
  ['ftyp', 4, 'm4a', 'audio/mp4'],
];

export interface Sound {
  extension: string;
  type: string;
  /** Milliseconds, where the container says so. */
  lengthMs?: number | undefined;
  isOpus: boolean;
}

/** Undefined for what is no recording. Names and types of platforms say little. */
export function soundOf(bytes: Buffer): Sound | undefined {
  const head = bytes.toString('latin1', 0, 16);
  const [, , extension, type] = [...SOUNDS, ...CLIPS].find(([starts, at]) => head.startsWith(starts, at)) ?? [];
  if (extension === undefined || type === undefined) return undefined;
  const isOpus = ['ogg', 'webm'].includes(extension) && bytes.subarray(0, 400).includes('OpusHead');
  return { extension, type, lengthMs: lengthOf(bytes, extension), isOpus };
}

function lengthOf(bytes: Buffer, extension: string): number | undefined {
  if (extension === 'wav') return waveLength(bytes);
  return extension === 'ogg' ? oggLength(bytes) : movieLength(bytes);
}

function waveLength(bytes: Buffer): number | undefined {
  const [format, data] = [bytes.indexOf('fmt '), bytes.indexOf('data')];
  if (format < 0 || data < 0 || format + 20 > bytes.length) return undefined;
  const perSecond = bytes.readUInt32LE(format + 16);
  return perSecond === 0 ? undefined : ((bytes.length - data - 8) / perSecond) * 1_000;
}

/** Opus counts samples of 48 kHz; the last page says how many there are. */
function oggLength(bytes: Buffer): number | undefined {
  const last = bytes.lastIndexOf('OggS');
  if (last < 0 || last + 14 > bytes.length || !bytes.includes('OpusHead')) return undefined;
  return Number(bytes.readBigUInt64LE(last + 6) / 48n);
}

function movieLength(bytes: Buffer): number | undefined {
  const at = bytes.indexOf('mvhd');
  if (at < 0 || at + 24 > bytes.length || bytes[at + 4] !== 0) return undefined;
  const scale = bytes.readUInt32BE(at + 16);
  return scale === 0 ? undefined : (bytes.readUInt32BE(at + 20) / scale) * 1_000;
}

/** Samples of 16 bits, 16,000 a second, one channel: what all that recognizes speech takes. */
export const RATE = 16_000;

/** A larger WAV is left to ffmpeg, so that nothing else in this process waits for it. */
const LARGEST_PLAIN = 4 * 1024 * 1024;
/** Rates that recorders use. One that says it has 1,000 samples a second would become sixteen times as long. */
const [LEAST_RATE, MOST_RATE] = [8_000, 192_000];

/** Samples of a WAV of 16 bits, of any rate and number of channels; undefined for another form. */
export function plainSamples(bytes: Buffer): Buffer | undefined {
  const [format, data] = [bytes.indexOf('fmt '), bytes.indexOf('data')];
  if (format < 0 || data < 0 || format + 24 > bytes.length || bytes.length > LARGEST_PLAIN) return undefined;
  const [kind, channels] = [bytes.readUInt16LE(format + 8), bytes.readUInt16LE(format + 10)];
  const rate = bytes.readUInt32LE(format + 12);
  if (kind !== 1 || channels < 1 || rate < LEAST_RATE || rate > MOST_RATE || bytes.readUInt16LE(format + 22) !== 16)
    return undefined;
  const samples = bytes.subarray(data + 8);
  if (channels === 1 && rate === RATE) return samples;
  const frames = Math.floor(samples.length / 2 / channels);
  const length = Math.floor((frames * RATE) / rate);
  const from = sampleArray(samples);
  const output = new Int16Array(length);
  for (let at = 0; at < length; at++)
    output[at] = from[Math.min(frames - 1, Math.floor((at * rate) / RATE)) * channels] ?? 0;
  return Buffer.from(output.buffer);
}

/** Typed arrays: 14 million calls of `readInt16LE` would hold up everything else for a while. */
const sampleArray = (samples: Buffer) =>
  new Int16Array(samples.buffer.slice(samples.byteOffset, samples.byteOffset + (samples.length & ~1)));

/** The same at half the rate, which is that of telephones. */
export function halveRate(samples: Buffer): Buffer {
  const from = sampleArray(samples.subarray(0, samples.length & ~3));
  const output = new Int16Array(from.length / 2);
  for (let at = 0; at < output.length; at++) output[at] = ((from[at * 2] ?? 0) + (from[at * 2 + 1] ?? 0)) >> 1;
  return Buffer.from(output.buffer);
}

export function asWave(samples: Buffer, rate = RATE): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** Samples that are looked at for how loud a recording is: 15 minutes have fourteen millions. */
const LOOKED_AT = 200_000;
const LOUD = 300;
/** A word of a third of a second in a quarter of an hour is loud in more places. */
const MOST_LOUD = 0.0002;

export function isSilent(samples: Buffer): boolean {
  const step = Math.max(1, Math.floor(samples.length / 2 / LOOKED_AT)) * 2;
  let [loud, looked] = [0, 0];
  for (let at = 0; at + 1 < samples.length; at += step) {
    looked++;
    if (Math.abs(samples.readInt16LE(at)) >= LOUD) loud++;
  }
  return loud <= looked * MOST_LOUD;
}
