/**
 * Output of a program, as it comes: the beginning for the result, all of it as a file where that is longer, no secrets.
 */

import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { visible } from '../base/text.ts';
import { cleanPath } from './archive.ts';
import { type HiddenValues, Redactor, redact } from './redact.ts';

export interface StoredOutput {
  hash: string;
  size: number;
}

export interface StreamResult {
  text: string;
  bytes: number;
  isCut: boolean;
  whole?: StoredOutput;
}

type Keep = (content: AsyncIterable<Uint8Array>) => Promise<StoredOutput>;

/** Bytes of each stream in the result. What is longer is kept as a file as well. */
const SHOWN_BYTES = 32 * 1024;
const LONGEST_LINE = 160;

export class Streams {
  private readonly hidden: HiddenValues;
  private readonly streams: Readonly<Record<'stdout' | 'stderr', Stream>>;

  constructor(keep: Keep, hiddenValues: HiddenValues, onLine?: (line: string) => void) {
    this.hidden = hiddenValues;
    const stream = () => new Stream(keep, hiddenValues, onLine);
    this.streams = { stdout: stream(), stderr: stream() };
  }

  push(name: 'stdout' | 'stderr', chunk: Uint8Array): Promise<void> {
    return this.streams[name].push(chunk);
  }

  async finish(): Promise<Record<'stdout' | 'stderr', StreamResult>> {
    const { stdout, stderr } = this.streams;
    return { stdout: await stdout.finishStream(), stderr: await stderr.finishStream() };
  }

  /** A file's name without the secrets: as `path` the program gave it, `name` is what is left of that. */
  cleanName(name: string, path: string): string {
    if (this.hidden.isEmpty) return name;
    const clean = redact(path, this.hidden);
    return this.hidden.inName(clean === path ? name : cleanPath(clean));
  }

  async *clean(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    if (this.hidden.isEmpty) {
      yield* content;
      return;
    }
    const redactor = new Redactor(this.hidden);
    for await (const chunk of content) yield redactor.push(chunk);
    yield redactor.flush();
  }
}

class Stream {
  private readonly keep: Keep;
  private readonly hidden: HiddenValues;
  private readonly redactor: Redactor;
  private readonly onLine: ((line: string) => void) | undefined;
  private readonly head: Buffer[] = [];
  private bytes = 0;
  private line = '';
  private file: PassThrough | undefined;
  private kept: Promise<StoredOutput | undefined> | undefined;

  constructor(keep: Keep, hiddenValues: HiddenValues, onLine: ((line: string) => void) | undefined) {
    this.keep = keep;
    this.hidden = hiddenValues;
    this.redactor = new Redactor(hiddenValues);
    this.onLine = onLine;
  }

  push(chunk: Uint8Array): Promise<void> {
    return this.add(this.redactor.push(chunk));
  }

  async finishStream(): Promise<StreamResult> {
    await this.add(this.redactor.flush());
    this.file?.end();
    const whole = await this.kept;
    const isCut = this.bytes > SHOWN_BYTES;
    const text = decodeOutput(Buffer.concat(this.head).subarray(0, SHOWN_BYTES), isCut);
    return { text, bytes: this.bytes, isCut, ...(whole && { whole }) };
  }

  private async add(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    this.bytes += chunk.length;
    this.tell(chunk);
    if (!this.file) {
      this.head.push(chunk);
      if (this.bytes <= SHOWN_BYTES) return;
      const file = new PassThrough();
      this.file = file;
      // A full disk costs the whole of the output, and nothing else.
      this.kept = this.keep(file)
        .catch(() => undefined)
        .finally(() => file.destroy());
      for (const part of this.head) await this.write(file, part);
      return;
    }
    await this.write(this.file, chunk);
  }

  private async write(file: PassThrough, chunk: Buffer): Promise<void> {
    if (file.destroyed || file.write(chunk)) return;
    const wait = new AbortController();
    const { signal } = wait;
    await Promise.race([once(file, 'drain', { signal }), once(file, 'close', { signal })]).catch(() => {});
    // Takes the other listener off: a long output waits thousands of times.
    wait.abort();
  }

  private tell(chunk: Buffer): void {
    if (!this.onLine) return;
    const lines = (this.line + chunk.toString('utf8')).split(/\r?\n|\r/);
    this.line = (lines.pop() ?? '').slice(-LONGEST_LINE);
    // The line may be shown in a terminal, which would obey it.
    const last = lines.map((line) => visible(stripVTControlCharacters(line)).trim()).findLast((line) => line !== '');
    // A removed part may have stood inside a secret.
    if (last !== undefined) this.onLine(redact(last, this.hidden).slice(0, LONGEST_LINE));
  }
}

/** As UTF-8, without half a character at the end of what was cut. */
function decodeOutput(bytes: Buffer, isCut: boolean): string {
  const text = bytes.toString('utf8');
  return isCut ? text.replace(/\ufffd{1,3}$/, '') : text;
}
