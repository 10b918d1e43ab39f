import { z } from 'zod';
import { type Deadline, deadline, Sequence } from '../base/async.ts';
import { Child } from '../base/child/index.ts';
import type { Log } from '../base/log.ts';
import { type Env, ProgramFault, runProgram } from './programs.ts';
import { plainSamples, RATE, type Sound } from './sounds.ts';

const IDLE_MS = 60_000;
/** Models of gigabytes are read from a disk, and fifteen minutes of speech worked through. */
const PATIENCE_MS = 5 * 60_000;
const LARGEST_LINE = 8 * 1024 * 1024;
/** Bytes of a piece: small, so that nothing else in this process waits for it. */
const PIECE = 192 * 1024;
const FFMPEG_WITHIN_MS = 30_000;

/** Formats of ffmpeg: none is guessed, so that a file cannot be a list of other files. */
const DEMUXERS: Readonly<Record<string, string>> = {
  ogg: 'ogg',
  mp3: 'mp3',
  flac: 'flac',
  amr: 'amr',
  webm: 'matroska',
  wav: 'wav',
  m4a: 'mov',
};

const NOTHING = z.strictObject({});
const size = z.strictObject({ size: z.int() });
const content = z.strictObject({ base64: z.string() });
const recognized = z.strictObject({ text: z.string() });

/** One recording’s own time: its wait for others is not held against it. */
export type HearingLimit = Pick<Deadline, 'signal' | 'hold'>;

export interface RecognizerSettings {
  /** `sherpa-onnx-node`, or where it is installed. */
  module: string;
  /** As sherpa-onnx calls it: `modelConfig`. */
  model: Readonly<Record<string, unknown>>;
}

/** Samples of recordings, and their words by models of the owner's: both in a process of its own that ends when idle. */
export class Hearing {
  private readonly child: Child;
  private readonly order = new Sequence();

  constructor(log: Log, program = new URL('./speech-worker.js', import.meta.url)) {
    const limits = { idleMs: IDLE_MS, patienceMs: PATIENCE_MS, mostRequests: 4, largestBytes: LARGEST_LINE };
    this.child = new Child({ name: 'speech', program, ...limits, log });
  }

  close(): Promise<void> {
    return this.child.close();
  }

  /**
   * The samples (16 bits, 16 kHz, one channel) of a recording, no more than of `longest` milliseconds and one second;
   * undefined where nothing here decodes it. Rejects for a broken one.
   */
  async decode(
    bytes: Buffer,
    { extension, isOpus }: Sound,
    { longest, env }: { longest: number; env: Env },
    limit: HearingLimit,
  ): Promise<Buffer | undefined> {
    const most = Math.ceil(longest / 1_000 + 1) * RATE * 2;
    const plain = plainSamples(bytes);
    if (plain) return plain.subarray(0, most);
    if (isOpus) return this.inOrder(limit, () => this.decodeOpus(bytes, most, limit.signal));
    const seconds = String(most / RATE / 2);
    const from = ['-f', DEMUXERS[extension] ?? extension, '-protocol_whitelist', 'file', '-i', '{file}'];
    const to = ['-vn', '-t', seconds, '-ac', '1', '-ar', String(RATE), '-f', 's16le', 'pipe:1'];
    const command = ['ffmpeg', '-nostdin', '-v', 'quiet', ...from, ...to];
    using within = deadline(FFMPEG_WITHIN_MS, limit.signal);
    try {
      return await runProgram({ command, files: { file: { extension, bytes } } }, env, within.signal);
    } catch (error) {
      if (error instanceof ProgramFault && error.isMissing) return undefined;
      throw error;
    }
  }

  /** The words that a model of the owner's finds in samples. */
  recognize(samples: Buffer, settings: RecognizerSettings, limit: HearingLimit): Promise<string> {
    return this.inOrder(limit, async () => {
      await this.send(samples, limit.signal);
      return (await this.child.ask({ do: 'recognize', settings }, recognized, limit.signal)).text;
    });
  }

  /** A recording that is given up takes the process along, which would work on it with the next ones waiting behind. */
  private inOrder<T>({ signal, hold }: HearingLimit, task: () => Promise<T>): Promise<T> {
    const begin = hold();
    return this.order.run(async () => {
      begin();
      signal.throwIfAborted();
      try {
        return await task();
      } finally {
        if (signal.aborted) await this.child.close();
      }
    });
  }

  private async decodeOpus(bytes: Buffer, most: number, signal: AbortSignal): Promise<Buffer> {
    await this.send(bytes, signal);
    const made = await this.child.ask({ do: 'decode', most }, size, signal);
    const pieces: Buffer[] = [];
    for (let from = 0; from < made.size; from += PIECE) {
      const { base64 } = await this.child.ask({ do: 'samples', from, to: from + PIECE }, content, signal);
      pieces.push(Buffer.from(base64, 'base64'));
    }
    return Buffer.concat(pieces);
  }

  private async send(bytes: Buffer, signal: AbortSignal): Promise<void> {
    await this.child.ask({ do: 'open' }, NOTHING, signal);
    for (let from = 0; from < bytes.length; from += PIECE) {
      const base64 = bytes.subarray(from, from + PIECE).toString('base64');
      await this.child.ask({ do: 'bytes', base64 }, NOTHING, signal);
    }
  }
}
