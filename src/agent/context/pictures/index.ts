import { z } from 'zod';
import { deadline, FairQueue } from '../../../base/async.ts';
import { BoundedMap } from '../../../base/bounded.ts';
import { Child, sendBytes, takeBytes } from '../../../base/child/index.ts';
import type { Log } from '../../../base/log.ts';
import type { ModelImage } from '../../inference/model.ts';

/** Larger pictures are refused by some service; of a smaller one models see no less. Pixels along the longer side. */
const LONGEST_SIDE = 7_999;
const GOOD_SIDE = 1_568;
/** A PNG is read line by line; a whole JPEG stands in memory, four bytes a pixel, twice, and a HEIC once beside its planes. */
const MOST_PIXELS: Partial<Record<Look['type'], number>> = {
  'image/png': 100_000_000,
  'image/jpeg': 25_000_000,
  'image/heic': 25_000_000,
  'image/bmp': 25_000_000,
};
/** Along either side: a line of pixels must not fill the memory by itself. */
const MOST_SIDE = 65_535;
/** 25 million pixels of HEIC take 4 s of a processor, which this one has to share: its process lets others go first. */
const WITHIN_MS = 20_000;
const IDLE_MS = 60_000;
const LARGEST_LINE = 1024 * 1024;
/** Pixels after which the process ends: what WebAssembly has grown to, it never gives back. */
const MANY_PIXELS = 4_000_000;
/** Pictures kept in memory: a turn shows those of its message and of its calls with each of its steps. */
const KEPT = 16;

/** A picture is not made smaller; the message says why, as the end of a sentence about it. */
export class NotScaled extends Error {}

const made = z.strictObject({ size: z.int() });

const DECODERS = new URL('./picture-worker.js', import.meta.url);

interface ScalerOptions {
  /** Left out: the decoders. */
  program?: URL;
  /** Milliseconds that one picture may take. */
  withinMs?: number;
}

/**
 * Makes pictures small enough for models, in a process of its own: one at a time, and of each person one after another. A
 * picture that hangs or crashes its decoder costs that process and nothing else.
 */
export class Scaler {
  private readonly done = new BoundedMap<string, Promise<Buffer>>(KEPT);
  private readonly queue = new FairQueue(1);
  private readonly child: Child;
  private readonly withinMs: number;

  constructor(log: Log, { program = DECODERS, withinMs = WITHIN_MS }: ScalerOptions = {}) {
    this.withinMs = withinMs;
    const limits = { idleMs: IDLE_MS, patienceMs: withinMs + 1_000, mostRequests: 4, largestBytes: LARGEST_LINE };
    this.child = new Child({ name: 'pictures', program, ...limits, log });
  }

  close(): Promise<void> {
    return this.child.close();
  }

  /** The picture with this hash as a JPEG; `by`: who waits for it. Throws `NotScaled`. */
  scale(hash: string, bytes: Buffer, look: Look, by: string): Promise<Buffer> {
    const cachedPicture = this.done.get(hash);
    if (cachedPicture) return cachedPicture;
    const most = MOST_PIXELS[look.type];
    if (most === undefined) throw new NotScaled('it is of a kind that I cannot make smaller');
    if (look.width * look.height > most || Math.max(look.width, look.height) > MOST_SIDE)
      throw new NotScaled('it is too large for me to make it smaller');
    const scaled = this.queue.run(by, () => this.scaleIn(bytes, look, most));
    this.done.set(hash, scaled);
    scaled.catch(() => this.done.delete(hash));
    return scaled;
  }

  private async scaleIn(bytes: Buffer, { type, width, height }: Look, mostPixels: number): Promise<Buffer> {
    using limit = deadline(this.withinMs);
    try {
      await sendBytes(this.child, bytes, limit.signal);
      const task = { do: 'scale', type, width, height, goodSide: GOOD_SIDE, mostPixels };
      const { size } = await this.child.ask(task, made, limit.signal);
      return await takeBytes(this.child, size, limit.signal);
    } catch (error) {
      throw new NotScaled('it could not be made smaller', { cause: error });
    } finally {
      if (limit.hasPassed() || width * height > MANY_PIXELS) await this.child.close();
    }
  }
}

/** Facts from the first bytes of a picture; its sender's description is only a claim. */
export interface Look {
  /** `image/heic`, `image/bmp`: no service takes them, and they are always made a JPEG. */
  type: ModelImage['type'] | 'image/heic' | 'image/bmp';
  width: number;
  height: number;
  /** The camera was not held upright: it has to be turned (JPEG). */
  isTurned?: boolean;
}

/** True if a picture goes to models as it is: a photograph is turned and made small, which takes its place and time out of it, too. */
export function isFit({ type, width, height, isTurned = false }: Look): boolean {
  if (isForeign(type) || isTurned) return false;
  return Math.max(width, height) <= (type === 'image/jpeg' ? GOOD_SIDE : LONGEST_SIDE);
}

/** A kind that no service takes. */
export const isForeign = (type: Look['type']): type is 'image/heic' | 'image/bmp' =>
  type === 'image/heic' || type === 'image/bmp';

/** Bytes behind the end of a picture: of telephones that store more there, and of mails. */
const TRAILING = 0.5;

/** False for a picture whose end is missing, as of a download that broke off. Pure. */
export function isPictureWhole(bytes: Buffer, { type }: Look): boolean {
  const end = (signature: string) => bytes.lastIndexOf(Buffer.from(signature, 'latin1'));
  // The small picture within a photograph has an end of its own.
  if (type === 'image/jpeg') return end('\u00ff\u00d9') >= bytes.length * TRAILING;
  if (type === 'image/png') return end('IEND') > 0;
  if (type === 'image/bmp') return bytes.readUInt32LE(2) <= bytes.length;
  return type !== 'image/webp' || bytes.readUInt32LE(4) + 8 <= bytes.length + 1;
}

/** Lengths of the head of a BMP, since Windows 3. */
const BMP_HEADS: ReadonlySet<number> = new Set([40, 52, 56, 64, 108, 124]);

/** Undefined for what is no picture of a kind that models take, or that is made one. Pure. */
export function lookAt(bytes: Buffer): Look | undefined {
  const head = bytes.toString('latin1', 0, 16);
  if (head.startsWith('\u00ff\u00d8\u00ff')) {
    const look = lookOfSize('image/jpeg', jpegSize(bytes));
    return look && { ...look, isTurned: isTurned(bytes) };
  }
  if (bytes.length < 30) return undefined;
  if (head.startsWith('\u0089PNG\r\n')) {
    return lookOfSize('image/png', [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]);
  }
  if (/^....ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)/s.test(head)) return lookOfSize('image/heic', heicSize(bytes));
  if (head.startsWith('BM') && BMP_HEADS.has(bytes.readUInt32LE(14)))
    return lookOfSize('image/bmp', [Math.max(0, bytes.readInt32LE(18)), Math.abs(bytes.readInt32LE(22))]);
  if (head.startsWith('GIF8')) return lookOfSize('image/gif', [bytes.readUInt16LE(6), bytes.readUInt16LE(8)]);
  const isWebp = head.startsWith('RIFF') && head.startsWith('WEBP', 8);
  return isWebp ? lookOfSize('image/webp', webpSize(bytes)) : undefined;
}

function lookOfSize(type: Look['type'], size: readonly [number, number] | undefined): Look | undefined {
  if (!size || size[0] === 0 || size[1] === 0) return undefined;
  return { type, width: size[0], height: size[1] };
}

/** Blocks and filling bytes before the size of a JPEG. Cameras write some dozens. */
const MOST_MARKERS = 10_000;

function jpegSize(bytes: Buffer): readonly [number, number] | undefined {
  let at = 2;
  for (let looked = 0; at + 9 < bytes.length && looked < MOST_MARKERS; looked++) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    // A filling byte stands alone.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** Bytes of a JPEG before which a camera's words stand. */
const EXIF_WITHIN = 4_096;
const ORIENTATION = 0x0112;

/** The first directory of its Exif block says how the camera was held; 1 is upright. */
function isTurned(bytes: Buffer): boolean {
  const head = bytes.subarray(0, EXIF_WITHIN);
  const at = head.indexOf('Exif\0\0', 0, 'latin1') + 6;
  if (at < 6 || at + 10 > head.length) return false;
  const isLittle = head.toString('latin1', at, at + 2) === 'II';
  const short = (from: number) =>
    from + 2 > head.length ? 0 : isLittle ? head.readUInt16LE(from) : head.readUInt16BE(from);
  const directory = at + (isLittle ? head.readUInt32LE(at + 4) : head.readUInt32BE(at + 4));
  for (let entry = 0; entry < Math.min(short(directory), 100); entry++) {
    const field = directory + 2 + entry * 12;
    if (short(field) === ORIENTATION) return short(field + 8) > 1;
  }
  return false;
}

/** Pictures of cameras are made of tiles, each with a size of its own: the largest is that of all. */
function heicSize(bytes: Buffer): readonly [number, number] | undefined {
  let [width, height] = [0, 0];
  const head = bytes.subarray(0, 65_536);
  for (let at = head.indexOf('ispe'); at >= 0 && at + 16 <= head.length; at = head.indexOf('ispe', at + 4)) {
    const [wide, high] = [head.readUInt32BE(at + 8), head.readUInt32BE(at + 12)];
    if (wide * high > width * height) [width, height] = [wide, high];
  }
  return width === 0 ? undefined : [width, height];
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
