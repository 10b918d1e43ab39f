import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';

export type Line =
  | { number: number; text: string }
  /** `too_long`: it is told as soon as that is known; its bytes are passed over up to its newline. */
  | { number: number; problem: 'too_long' | 'not_utf8' };

const NEWLINE = 0x0a;

/**
 * The lines of `chunks`, each without its newline (`\n` or `\r\n`); a last one without a newline counts as well. At most
 * `maxBytes` of a line are ever held: a longer one is yielded as a problem, and the next line is read as usual.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array | string>, maxBytes: number): AsyncGenerator<Line> {
  const line = new LineBuffer(maxBytes);
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      line.add(bytes.subarray(start, end));
      const whole = line.take();
      if (whole) yield whole;
      start = end + 1;
    }
    line.add(bytes.subarray(start));
    const tooLong = line.tooLong();
    if (tooLong) yield tooLong;
  }
  const last = line.empty ? undefined : line.take();
  if (last) yield last;
}

/**
 * The next line of `stream`, and not a byte more: what follows can be read by whoever comes next. Undefined when it ends
 * before the newline, is longer than `maxBytes`, or is not UTF-8. Throws what the stream fails with.
 */
export async function readLine(stream: Readable, maxBytes: number): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  for (let size = 0; size <= maxBytes; ) {
    const chunk: Buffer | null = stream.read() ?? (await nextChunk(stream));
    if (chunk === null) return undefined;
    const end = chunk.indexOf(NEWLINE);
    pieces.push(end < 0 ? chunk : chunk.subarray(0, end));
    size += chunk.length;
    if (end < 0) continue;
    if (end + 1 < chunk.length) stream.unshift(chunk.subarray(end + 1));
    const line = Buffer.concat(pieces);
    return line.length <= maxBytes && isUtf8(line) ? line.toString() : undefined;
  }
  return undefined;
}

async function nextChunk(stream: Readable): Promise<Buffer | null> {
  for (;;) {
    if (stream.readableEnded || stream.destroyed) return null;
    await new Promise<void>((resolve, reject) => {
      const off = () => {
        for (const event of ['readable', 'end', 'close']) stream.off(event, go);
        stream.off('error', fail);
      };
      const go = () => {
        off();
        resolve();
      };
      const fail = (error: Error) => {
        off();
        reject(error);
      };
      for (const event of ['readable', 'end', 'close']) stream.once(event, go);
      stream.once('error', fail);
    });
    const chunk = stream.read();
    if (chunk !== null) return chunk;
  }
}

class LineBuffer {
  private readonly maxBytes: number;
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true });
  private pieces: Uint8Array[] = [];
  private size = 0;
  private number = 1;
  private isTold = false;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get empty(): boolean {
    return this.size === 0;
  }

  add(bytes: Uint8Array): void {
    this.size += bytes.length;
    if (this.size > this.maxBytes) this.pieces = [];
    else if (bytes.length > 0) this.pieces.push(bytes);
  }

  tooLong(): Line | undefined {
    if (this.isTold || this.size <= this.maxBytes) return undefined;
    this.isTold = true;
    return { number: this.number, problem: 'too_long' };
  }

  take(): Line | undefined {
    const tooLong = this.tooLong();
    const { number, pieces, isTold } = this;
    this.number++;
    this.pieces = [];
    this.size = 0;
    this.isTold = false;
    if (isTold || tooLong) return tooLong;
    const line = Buffer.concat(pieces);
    try {
      const text = this.utf8.decode(line);
      return { number, text: text.endsWith('\r') ? text.slice(0, -1) : text };
    } catch {
      return { number, problem: 'not_utf8' };
    }
  }
}
