import { once } from 'node:events';
import { type Duplex, PassThrough } from 'node:stream';
import { deferred } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { shorten } from '../base/text.ts';
import type { Docker } from './docker.ts';
import { piecesIn } from './output.ts';
import type { Program } from './port.ts';
import { type ProgramContainerSpec, programOptions } from './spec.ts';

/** Of what it writes to stderr. */
const KEPT_BYTES = 4_096;
const LONGEST_LINE = 300;

/** Observer of a program. */
export interface ProgramTold {
  /** Before it starts: it may be over before its start is known. What is thrown ends it. */
  begins(program: Program): void;
  /** Its container is removed. */
  over(): void;
}

/** Makes the container, is connected, and only then starts it. Rejects with a `DockerError`, and leaves nothing behind then. */
export async function startProgram(
  docker: Docker,
  spec: ProgramContainerSpec,
  log: Log,
  told: ProgramTold,
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
      told.over();
    });
    told.begins(program);
    await docker.start(id, signal);
    return program;
  } catch (error) {
    await discard();
    told.over();
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

  get ended(): Promise<string> {
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
