/** Programs in processes of their own, for what is heavy, native or fed by others: they may crash, hang or answer nonsense. */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { backOff, type Deferred, deferred, unlessAborted } from '../async.ts';
import type { Cancel } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { parseJson } from '../json.ts';
import { readLines } from '../lines.ts';
import type { Log } from '../log.ts';
import { packageRoot } from '../root.ts';
import { plural } from '../text.ts';

export { sendBytes, takeBytes } from './bytes.ts';
export { bootId, isSameBoot } from './processes.ts';

/** Real time, since memory and patience are of this machine; a test moves its own. */
export interface ChildTime {
  now(): number;
  runAfter(ms: number, fn: () => void): Cancel;
}

export interface ChildOptions {
  /** In the log. */
  name: string;
  /** Plain JavaScript that calls `answerParent`: a process of its own gets no loader. */
  program: URL;
  /** Milliseconds without a request after which it is ended. */
  idleMs: number;
  /** Milliseconds without any answer, while one is due, after which it is killed. */
  patienceMs: number;
  /** Requests under way at once; one more is refused. */
  mostRequests: number;
  /** Bytes of a request or an answer, as a line of JSON. */
  largestBytes: number;
  log?: Log | undefined;
  time?: ChildTime | undefined;
}

/** A request got no answer. `code` is the one of the program's own error, if it had one. */
export class ChildFault extends Error {
  readonly code: string | undefined;

  constructor(message: string, code?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ChildFault';
    this.code = code;
  }
}

const LONGEST_PAUSE_MS = 10 * 60_000;
const HEAP_MB = 256;

const answer = z.union([
  z.strictObject({ id: z.int(), result: z.unknown() }),
  z.strictObject({ id: z.int(), error: z.string().max(1_000), code: z.string().max(100).optional() }),
]);

interface Request {
  schema: z.ZodType;
  result: Deferred<unknown>;
}

interface Running {
  process: ChildProcess;
  channel: Socket;
  requests: Map<number, Request>;
}

const realTime: ChildTime = {
  now: () => performance.now(),
  runAfter(ms, fn) {
    const timer = setTimeout(fn, ms).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * A program that runs while it is needed: the first request starts it, and none for `idleMs` ends it. It has no environment,
 * no standard streams, a low priority, and ends with this process, however that ends. When it is lost the requests under
 * way fail and the next one starts it anew: at once the first time in a row, then after a pause that doubles.
 */
export class Child {
  private readonly options: ChildOptions;
  private readonly time: ChildTime;
  private running: Running | undefined;
  /** Ends the idle time, or the patience while requests are under way. */
  private timer: Cancel | undefined;
  private lastId = 0;
  private losses = 0;
  private notBefore = 0;

  constructor(options: ChildOptions) {
    this.options = options;
    this.time = options.time ?? realTime;
  }

  /** The program's answer to `task`. Throws `ChildFault`, or the signal's reason; an answer that `schema` refuses is a loss. */
  async ask<T>(task: object, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const { mostRequests, largestBytes } = this.options;
    const id = ++this.lastId;
    const line = `${JSON.stringify({ id, task })}\n`;
    if (Buffer.byteLength(line) > largestBytes) throw new ChildFault('the request is too large');
    const running = this.running ?? this.start();
    if (running.requests.size >= mostRequests) throw new ChildFault('too many requests are under way');
    const result = deferred<unknown>();
    running.requests.set(id, { schema, result });
    if (running.requests.size === 1) this.watch(running);
    running.channel.write(line);
    return (await unlessAborted(signal, result.promise)) as T;
  }

  /** Ends the program if it runs; the next request starts it anew. */
  async close(): Promise<void> {
    const { running } = this;
    if (running) await this.endChild(running, 'it was ended');
  }

  private start(): Running {
    const wait = Math.ceil((this.notBefore - this.time.now()) / 1_000);
    if (wait > 0)
      throw new ChildFault(`it ended ${plural(this.losses, 'time')} in a row and is left alone for ${wait} s`);
    try {
      this.running = launch(this.options.program);
    } catch (error) {
      this.countLoss(messageOf(error));
      throw new ChildFault('it could not be started', undefined, { cause: error });
    }
    const { running } = this;
    running.process.once('error', (error) => this.lose(running, messageOf(error)));
    running.process.once('exit', (code, signal) => this.lose(running, `it ended (${signal ?? `status ${code}`})`));
    void this.listen(running);
    return running;
  }

  private async listen(running: Running): Promise<void> {
    try {
      for await (const line of readLines(running.channel, this.options.largestBytes)) {
        const problem = 'text' in line ? takeAnswer(running.requests, line.text) : line.problem;
        if (problem !== undefined) return this.lose(running, `its answer was no answer (${problem})`);
        this.losses = 0;
        this.watch(running);
      }
    } catch {
      // Its exit says more than a broken channel.
    }
    // A program without a channel is of no use; if it has ended by itself, its own status comes with the exit.
    running.process.kill('SIGKILL');
  }

  /** Keeps this process alive while requests are under way, and sees to it that the program answers, or ends when idle. */
  private watch(running: Running): void {
    if (this.running !== running) return;
    this.timer?.();
    const { idleMs, patienceMs } = this.options;
    if (running.requests.size > 0) {
      running.channel.ref();
      this.timer = this.time.runAfter(patienceMs, () => this.lose(running, `no answer in ${patienceMs / 1_000} s`));
    } else {
      running.channel.unref();
      this.timer = this.time.runAfter(idleMs, () => void this.endChild(running, 'it was idle'));
    }
  }

  private lose(running: Running, why: string): void {
    if (this.running !== running) return;
    this.countLoss(why);
    void this.endChild(running, why);
  }

  private countLoss(why: string): void {
    const { log, name } = this.options;
    this.losses++;
    if (this.losses > 1) this.notBefore = this.time.now() + backOff(this.losses - 1, LONGEST_PAUSE_MS);
    log?.warn({ child: name, why, losses: this.losses }, 'a child process was lost; the next need starts it again');
  }

  private async endChild({ process: child, channel, requests }: Running, why: string): Promise<void> {
    this.running = undefined;
    this.timer?.();
    const hasEnded = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    const ended = hasEnded ? undefined : new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    channel.destroy();
    for (const { result } of requests.values()) result.reject(new ChildFault(why));
    requests.clear();
    await ended;
  }
}

/** Resolves the request that `line` answers; returns the problem of a line that answers none. */
function takeAnswer(requests: Map<number, Request>, line: string): string | undefined {
  let reply: unknown;
  try {
    reply = parseJson(line);
  } catch {
    return 'not_json';
  }
  const { success, data } = answer.safeParse(reply);
  if (!success) return 'form';
  const request = requests.get(data.id);
  if (!request) return 'not_asked';
  if ('error' in data) {
    request.result.reject(new ChildFault(data.error, data.code));
  } else {
    const result = request.schema.safeParse(data.result);
    if (!result.success) return 'result';
    request.result.resolve(result.data);
  }
  requests.delete(data.id);
  return undefined;
}

function launch(program: URL): Running {
  const args = [`--max-old-space-size=${HEAP_MB}`, fileURLToPath(program)];
  const child = spawn(process.execPath, args, {
    cwd: packageRoot(),
    // glibc would keep an arena for each thread.
    env: { MALLOC_ARENA_MAX: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  // Without file descriptors for its pipes, Node gives a child no streams, whatever its types say.
  const channel = (child.stdio as (Socket | null)[] | undefined)?.[3];
  if (!channel) {
    child.once('error', () => {});
    throw new Error('no file descriptors are left');
  }
  channel.on('error', () => {});
  child.unref();
  return { process: child, channel, requests: new Map() };
}
