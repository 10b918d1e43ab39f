import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { failure, failureIn, thrown } from './failure.ts';
import type { Watch } from './watch.ts';

/** At least `bytes` must come in each `ms` that the body is waited for. */
export interface Pace {
  ms: number;
  bytes: number;
}

const DECODERS = {
  identity: undefined,
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
} as const;

/** The encodings that `decoded` undoes. */
export const ACCEPTED_ENCODINGS = 'gzip, br';

/** The stream without its content encoding; undefined where it has one that was not asked for, or several. */
export function decoded(raw: Readable, encoding: string): Readable | undefined {
  const name = encoding.trim().toLowerCase() || 'identity';
  if (!(name in DECODERS)) return undefined;
  const create = DECODERS[name as keyof typeof DECODERS];
  // The stream that is read tells of every error.
  return create ? pipeline(raw, create(), () => {}) : raw;
}

/**
 * The bytes of `stream`, at most `maxBytes`, no slower than `pace` and until `watch` ends it. Rejects with a `CodaError`
 * that has an `EgressCode`. The time in which nobody reads does not count for the pace.
 */
export async function* bounded(
  stream: Readable,
  { host, maxBytes, pace, watch }: { host: string; maxBytes: number; pace: Pace; watch: Watch },
): AsyncGenerator<Uint8Array> {
  let size = 0;
  const window = new Window(pace, watch);
  try {
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    for (;;) {
      const next = await window.wait(() => chunks.next());
      if (next.done) return;
      size += next.value.byteLength;
      if (size > maxBytes) throw thrown(tooLarge(host, maxBytes));
      window.got(next.value.byteLength);
      yield next.value;
    }
  } catch (error) {
    if (watch.signal.aborted) throw watch.signal.reason;
    throw failureIn(error)
      ? error
      : thrown(failure('EGRESS_MALFORMED', `The answer of ${host} is cut off or damaged.`));
  } finally {
    stream.destroy();
  }
}

export const tooLarge = (host: string, maxBytes: number) =>
  failure('EGRESS_TOO_LARGE', `${host} sends more than ${maxBytes} bytes.`);

/** Measures how much comes in the time that is spent waiting. */
class Window {
  private readonly pace: Pace;
  private readonly watch: Watch;
  private waited = 0;
  private bytes = 0;

  constructor(pace: Pace, watch: Watch) {
    this.pace = pace;
    this.watch = watch;
  }

  async wait<T>(next: () => Promise<T>): Promise<T> {
    const since = performance.now();
    // A window that has had its bytes gives the next one its whole time.
    const left = this.bytes < this.pace.bytes ? this.pace.ms - this.waited : 2 * this.pace.ms - this.waited;
    this.watch.within(Math.max(1, left), 'the answer stalls');
    try {
      return await next();
    } finally {
      this.watch.release();
      this.waited += performance.now() - since;
    }
  }

  got(bytes: number): void {
    this.bytes += bytes;
    if (this.waited < this.pace.ms) return;
    this.waited = 0;
    this.bytes = 0;
  }
}
