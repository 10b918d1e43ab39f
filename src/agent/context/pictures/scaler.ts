import { Worker } from 'node:worker_threads';
import { withTimeout } from '../../../base/async.ts';
import { BoundedMap } from '../../../base/bounded.ts';
import type { Look } from './look.ts';

/** Larger pictures are refused by some service; of a smaller one models see no less. Pixels along the longer side. */
export const LONGEST_SIDE = 7_999;
const GOOD_SIDE = 1_568;
/** A PNG is read line by line; a whole JPEG stands in memory, four bytes a pixel, twice. */
const MOST_PIXELS: Partial<Record<Look['type'], number>> = { 'image/png': 100_000_000, 'image/jpeg': 25_000_000 };
/** Along either side: a line of pixels must not fill the memory by itself. */
const MOST_SIDE = 65_535;
const WITHIN_MS = 20_000;
/** So many stay at hand: a turn shows the pictures of its message and of its calls with each of its steps. */
const KEPT = 16;

/** A picture is not made smaller; the message says why, as the end of a sentence about it. */
export class NotScaled extends Error {}

/** Makes pictures small enough for models: one at a time, on a thread that is there only meanwhile. */
export class Scaler {
  private readonly done = new BoundedMap<string, Promise<Buffer>>(KEPT);
  private last: Promise<unknown> = Promise.resolve();

  /** The picture with this hash as a JPEG. Throws `NotScaled`. */
  scaled(hash: string, bytes: Buffer, look: Look): Promise<Buffer> {
    const known = this.done.get(hash);
    if (known) return known;
    const most = MOST_PIXELS[look.type];
    if (most === undefined) throw new NotScaled('it is of a kind that I cannot make smaller');
    if (look.width * look.height > most || Math.max(look.width, look.height) > MOST_SIDE)
      throw new NotScaled('it is too large for me to make it smaller');
    const made = this.last.then(() => scale(bytes, look));
    this.last = made.catch(() => undefined);
    this.done.set(hash, made);
    made.catch(() => this.done.delete(hash));
    return made;
  }
}

async function scale(bytes: Buffer, { type, width, height }: Look): Promise<Buffer> {
  const factor = Math.min(1, GOOD_SIDE / Math.max(width, height));
  const to = (side: number) => Math.max(1, Math.round(side * factor));
  const workerData = { type, bytes, width, height, toWidth: to(width), toHeight: to(height) };
  const worker = new Worker(new URL('./picture-worker.js', import.meta.url), {
    workerData,
    stdout: true,
    stderr: true,
  });
  try {
    const made = new Promise<Buffer>((resolve, reject) => {
      worker.once('message', (jpeg: ArrayBuffer) => resolve(Buffer.from(jpeg)));
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('it came to no end')));
    });
    const jpeg = await withTimeout(WITHIN_MS, made);
    if (!jpeg) throw new Error('it took too long');
    return jpeg;
  } catch (error) {
    throw new NotScaled('it could not be made smaller', { cause: error });
  } finally {
    await worker.terminate();
  }
}
