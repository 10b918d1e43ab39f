import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { deferred, withTimeout } from '../../base/async.ts';
import type { CodaError } from '../../base/errors.ts';
import { readLines } from '../../base/lines.ts';
import type { Accepted } from '../../delivery/index.ts';
import { type Input, MAX_LINE_BYTES, type Output, parseInput } from './protocol.ts';

/** Lines that may be under way at once; more are not read until one of them is done. */
const MOST_UNDER_WAY = 100;
/** Time to wait for the answers to the last lines when the input has ended. */
const LAST_ANSWERS_MS = 10_000;

/** Input and output of a session. */
export interface Streams {
  input: Readable;
  output: Writable;
  /** Base of relative paths of files. */
  cwd?: string | undefined;
  /** A program speaks for its person: what it says or presses is no consent. */
  isProgram?: boolean;
}

/** The session's view of the adapter. */
export interface SessionHost {
  /** Hands what a line says to the inbox. `id` is the line's, or one made for it. */
  accept(input: Input, id: string, cwd: string): Promise<Accepted>;
  /** Moves the clock; throws where it may not be moved. */
  moveClock(to: Date): Promise<void>;
  newId(): string;
  onError(error: unknown): CodaError;
}

/** One pair of line streams: what is written to it is accepted in order, and everything that is said goes out. */
export class Session {
  private readonly streams: Streams;
  private readonly host: SessionHost;
  private readonly writer: LineWriter;
  private readonly underWay = new Set<Promise<void>>();
  private readonly over = deferred();
  private listening = true;
  /** The line that is being accepted. */
  private taking: Promise<void> = Promise.resolve();

  constructor(streams: Streams, host: SessionHost) {
    this.streams = streams;
    this.host = host;
    this.writer = new LineWriter(streams.output, () => this.over.resolve());
    streams.input.on('error', () => this.over.resolve());
  }

  /** Reads until the lines end, the reader is gone or `close`; resolves when the last answers are out. */
  async run(): Promise<void> {
    const ended = this.read().then(
      () => 'input' as const,
      () => 'reader' as const,
    );
    const gone = this.over.promise.then(() => 'reader' as const);
    // Without a reader there is nobody to wait for: what was accepted goes on by itself.
    await this.finish((await Promise.race([ended, gone])) === 'input' ? LAST_ANSWERS_MS : 0);
  }

  write(line: Output): Promise<boolean> {
    return this.writer.write(line);
  }

  /** Takes no further lines. */
  pause(): void {
    this.listening = false;
  }

  /** Ends the session; what is under way may say its last word within a second. */
  async close(): Promise<void> {
    this.pause();
    await this.finish(1_000);
    this.over.resolve();
  }

  private async finish(ms: number): Promise<void> {
    await withTimeout(ms, this.settled());
    this.pause();
    await withTimeout(Math.max(ms, 1_000), this.writer.end());
    this.streams.input.destroy();
  }

  private async settled(): Promise<void> {
    await this.taking;
    await Promise.all(this.underWay);
  }

  private async read(): Promise<void> {
    // Left open at its end: on a socket that would close the side that the last answers go out on.
    const chunks = this.streams.input.iterator({ destroyOnReturn: false });
    for await (const line of readLines(chunks, MAX_LINE_BYTES)) {
      if (!this.listening) return;
      if ('text' in line && line.text.trim() === '') continue;
      const parsed = parseInput(line);
      this.taking =
        'input' in parsed ? this.take(parsed.input, line.number) : this.complain(parsed.error, parsed.id, line.number);
      await this.taking;
    }
  }

  /** Accepts one line; its answer comes in its own time. */
  private async take(input: Input, number: number): Promise<void> {
    const id = input.id ?? this.host.newId();
    while (this.underWay.size >= MOST_UNDER_WAY) await Promise.race(this.underWay);
    try {
      if (input.clock !== undefined) {
        // Lines read before the clock moves are handled before it moves.
        await withTimeout(LAST_ANSWERS_MS, Promise.all(this.underWay));
        await this.host.moveClock(new Date(input.clock));
      }
      if (input.text === undefined && input.press === undefined && input.files === undefined) {
        return void (await this.done(id, number, 'accepted'));
      }
      const accepted = await this.host.accept(input, id, resolve(this.streams.cwd ?? '.'));
      this.follow(accepted.settled.then(() => this.done(id, number, accepted.outcome)));
    } catch (error) {
      await this.complain(this.host.onError(error), id, number);
    }
  }

  private follow(answer: Promise<unknown>): void {
    const watched: Promise<void> = answer.then(
      () => void this.underWay.delete(watched),
      () => void this.underWay.delete(watched),
    );
    this.underWay.add(watched);
  }

  private async complain(error: CodaError, id: string | null, line: number): Promise<void> {
    const { code, message: text, remedy } = error;
    await this.write({ type: 'error', code, text, remedy, in_reply_to: id, line });
    await this.done(id, line, 'invalid');
  }

  private done(id: string | null, line: number, outcome: Accepted['outcome'] | 'invalid'): Promise<boolean> {
    return this.write({ type: 'done', in_reply_to: id, line, outcome });
  }
}

/** Most bytes queued for a reader that has stopped reading, before it is given up. */
const MOST_WAITING_BYTES = 16_000_000;

/** Writes JSON lines, in order, at the pace of whoever reads them. A reader that is gone is no error. */
class LineWriter {
  private readonly output: Writable;
  private gone = false;
  private isGathering = false;
  /** Called once, when nothing more can be written. */
  private readonly onGone: () => void;

  constructor(output: Writable, onGone: () => void) {
    this.output = output;
    this.onGone = onGone;
    // A closed pipe (EPIPE) is how a reader says that it has enough.
    output.on('error', () => this.leave());
    output.on('close', () => this.leave());
  }

  /** Resolves when the line has left this process; false: nobody reads any more. */
  write(line: Output): Promise<boolean> {
    if (this.gone) return Promise.resolve(false);
    if (this.output.writableLength > MOST_WAITING_BYTES) {
      this.output.destroy();
      this.leave();
      return Promise.resolve(false);
    }
    if (!this.isGathering) {
      // Lines of several conversations that come together leave together: each write of its own is a call of the system.
      this.isGathering = true;
      this.output.cork();
      process.nextTick(() => {
        this.isGathering = false;
        this.output.uncork();
      });
    }
    return new Promise((resolve) => {
      this.output.write(`${JSON.stringify(line)}\n`, (error) => resolve(!error));
    });
  }

  /** Writes what waits and ends the stream; process streams are left open. */
  async end(): Promise<void> {
    if (this.gone) return;
    await new Promise<void>((resolve) => this.output.write('', () => resolve()));
    this.gone = true;
    if (this.output !== process.stdout) this.output.end();
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.onGone();
  }
}
