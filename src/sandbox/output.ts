import { once } from 'node:events';
import { type Duplex, PassThrough } from 'node:stream';
import { deferred } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { shorten } from '../base/text.ts';
import type { Docker } from './docker.ts';
import type { Program } from './port.ts';
import { type ProgramContainerSpec, programOptions } from './spec.ts';

export type StreamName = 'stdout' | 'stderr';

export interface Piece {
  stream: StreamName;
  bytes: Uint8Array;
}

const HEADER = 8;

/**
 * The pieces in a connection of Docker's, whose frames have a header of eight bytes: the stream, three zeros, the
 * length. What is no frame (an error of the runtime comes as text) is taken as stderr.
 */
export async function* piecesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let pending = Buffer.alloc(0);
  let stream: StreamName = 'stderr';
  let remaining = 0;
  for await (const chunk of chunks) {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (pending.length > 0) bytes = Buffer.concat([pending, bytes]);
    while (bytes.length > 0) {
      if (remaining > 0) {
        const piece = bytes.subarray(0, remaining);
        remaining -= piece.length;
        bytes = bytes.subarray(piece.length);
        yield { stream, bytes: piece };
        continue;
      }
      const isFrame = bytes
        .subarray(0, 4)
        .every((byte, index) => (index === 0 ? byte === 1 || byte === 2 : byte === 0));
      if (!isFrame) {
        yield { stream: 'stderr', bytes };
        bytes = Buffer.alloc(0);
      } else if (bytes.length < HEADER) break;
      else {
        stream = bytes[0] === 2 ? 'stderr' : 'stdout';
        remaining = bytes.readUInt32BE(4);
        bytes = bytes.subarray(HEADER);
      }
    }
    // A copy: a view would hold the whole chunk.
    pending = Buffer.from(bytes);
  }
}

export class Capture {
  private readonly max: number;
  private readonly kept: Buffer[] = [];
  private size = 0;
  total = 0;

  constructor(max: number) {
    this.max = max;
  }

  add(bytes: Uint8Array): void {
    this.total += bytes.length;
    const fits = bytes.subarray(0, this.max - this.size);
    if (fits.length === 0) return;
    this.kept.push(Buffer.from(fits));
    this.size += fits.length;
  }

  get isCut(): boolean {
    return this.total > this.size;
  }

  /** As UTF-8; what is none becomes U+FFFD, and a character that the cut went through is left out. */
  text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(this.kept), { stream: this.isCut });
  }
}

const KEPT_BYTES = 4_096;
const LONGEST_LINE = 300;

interface ProgramTold {
  /** Before it starts: it may be over before its start is known. What is thrown ends it. */
  begins(program: Program): void;
  markOver(): void;
}

/** Makes the container, is connected, and only then starts it. Rejects with a `DockerError`, and leaves nothing behind then. */
export async function startProgram(
  docker: Docker,
  spec: ProgramContainerSpec,
  log: Log,
  hooks: ProgramTold,
  signal?: AbortSignal,
): Promise<Program> {
  const name = `coda-${spec.session}`;
  const discard = () =>
    docker.remove(name).catch((error: unknown) => {
      log.warn({ session: spec.session, error: messageOf(error) }, 'a sandbox cannot be removed yet');
    });
  try {
    const id = await docker.create(name, programOptions(spec), signal);
    const connection = await docker.attach(id, signal);
    const program = new AttachedProgram(spec.session, connection, async () => {
      await discard();
      hooks.markOver();
    });
    hooks.begins(program);
    await docker.start(id, signal);
    return program;
  } catch (error) {
    await discard();
    hooks.markOver();
    throw error;
  }
}

class AttachedProgram implements Program {
  readonly ok = true;
  readonly id: string;
  readonly input: Duplex;
  readonly output = new PassThrough();
  private readonly end = deferred<string>();
  private readonly discard: () => Promise<void>;
  private closing: Promise<void> | undefined;
  private complaint = '';

  constructor(id: string, connection: Duplex, discard: () => Promise<void>) {
    this.id = id;
    this.input = connection;
    this.discard = discard;
    // A broken connection has reported its own cause.
    connection.on('error', () => {});
    void this.drain();
  }

  get whenEnded(): Promise<string> {
    return this.end.promise;
  }

  close(): Promise<void> {
    this.closing ??= this.remove();
    return this.closing;
  }

  private async remove(): Promise<void> {
    this.input.destroy();
    this.output.resume();
    await this.discard();
  }

  private async drain(): Promise<void> {
    try {
      for await (const { stream, bytes } of piecesIn(this.input)) {
        if (stream === 'stderr') this.complaint = `${this.complaint}${Buffer.from(bytes)}`.slice(-KEPT_BYTES);
        // A copy: Docker's buffer is used again.
        else if (!this.output.write(Buffer.from(bytes))) await once(this.output, 'drain');
      }
    } catch {
      // A connection that breaks has ended.
    }
    this.output.end();
    const lines = this.complaint.split('\n').flatMap((line) => line.trim() || []);
    this.end.resolve(shorten(lines.at(-1) ?? '', LONGEST_LINE));
    await this.close();
  }
}
