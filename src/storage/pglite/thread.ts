/** The embedded engine's thread, seen from the main one: requests go in order and are answered in order. */
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { type Deferred, deferred } from '../../base/async.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import { lackIn } from '../files.ts';

/**
 * Durable, which PGlite by itself is not (`-F`), and small: 128 MB of buffers would be resident for a database of a
 * few MB. coda checkpoints and vacuums by itself, so nothing is started for that.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'public',
  exit_on_error: 'false',
  fsync: 'on',
  wal_sync_method: 'fsync',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '8MB',
  // As on PostgreSQL: the statements of a message are planned once instead of each time.
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  wal_buffers: '512kB',
  work_mem: '4MB',
  maintenance_work_mem: '16MB',
  max_connections: '5',
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  io_method: 'sync',
  max_stack_depth: '512kB',
  log_checkpoints: 'false',
  // A failed statement reaches its caller; logged here, its text would show what people wrote.
  log_min_error_statement: 'panic',
  log_min_messages: 'error',
};

/**
 * Budget a WebAssembly function must use up before V8 optimises it, in V8's own measure. By default it optimises the
 * engine's largest functions within the first second, and the memory of that stays: 200 MB resident instead of 140, for
 * statements that take as long anyway (heavy ones up to twice as long).
 */
const TIERING_BUDGET = 2_000_000_000;

const KEPT_LINES = 5;

export interface ThreadOptions {
  folder: string;
  onFatal: (error: CodaError) => void;
}

interface Reply {
  ready?: true;
  failed?: string;
  bytes?: Uint8Array;
  error?: string;
}

// Node's types know nothing of it.
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  /** In pages of 64 KiB. */
  Memory: new (limits: {
    initial: number;
  }) => { buffer: ArrayBuffer };
};

let compiled: Promise<object> | undefined;

/**
 * The engine's code, compiled while the first thread starts; later ones begin with what has been optimised before. It is
 * the same for the whole process, whoever opens what.
 */
function engineCode(): Promise<object> {
  compiled ??= loadCode();
  return compiled;
}

async function loadCode(): Promise<object> {
  try {
    return await WebAssembly.compile(
      await read(fileURLToPath(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite')))),
    );
  } catch (cause) {
    // Not to be taken for damaged data: somebody might throw it away.
    throw new CodaError('INTERNAL', {
      message: `The embedded database's program cannot be loaded: ${messageOf(cause)}.`,
      remedy: 'Install coda again (npm ci). Your data is untouched.',
      cause,
    });
  }
}

/**
 * A file in memory that the C library knows nothing of. From the first block of up to 32 MB on that it gives back to the
 * system, it keeps what is free by itself up to twice as much, in every thread.
 */
async function read(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const { size } = await file.stat();
  const { buffer } = new WebAssembly.Memory({ initial: Math.ceil(size / 65_536) });
  const bytes = new Uint8Array(buffer, 0, size);
  for (let at = 0, count = 1; at < size && count > 0; at += count) {
    count = (await file.read(bytes, at, size - at)).bytesRead;
  }
  return bytes;
}

export class EngineThread {
  private readonly worker: Worker;
  private readonly waiting: Deferred<Uint8Array>[] = [];
  private readonly counter = new Int32Array(new SharedArrayBuffer(4));
  private readonly opened = deferred();
  private readonly lines: string[] = [];
  private readonly onFatal: (error: CodaError) => void;
  private readonly folder: string;
  private state: 'opening' | 'open' | 'closed' = 'opening';
  private dead: CodaError | undefined;

  private constructor({ folder, onFatal }: ThreadOptions) {
    this.onFatal = onFatal;
    this.folder = folder;
    setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
    this.worker = new Worker(new URL('./engine-worker.js', import.meta.url), {
      workerData: {
        folder,
        fsyncs: this.counter,
        startParams: [
          '--single',
          '-O',
          '-j',
          ...Object.entries(SETTINGS).flatMap(([key, on]) => ['-c', `${key}=${on}`]),
        ],
      },
      stderr: true,
      // A stack so large that the engine's own limit is met first: deeply nested JSON is then an error, not an overflow.
      resourceLimits: { maxYoungGenerationSizeMb: 4, stackSizeMb: 32 },
      // The flags of the main thread (a test runner's loader, an inspector) are not for this one.
      execArgv: [],
    });
    this.worker.stderr.setEncoding('utf8').on('data', (text: string) => this.keep(text));
    this.worker.on('message', (reply: Reply) => this.receive(reply));
    this.worker.on('error', (error) => this.die(error));
    this.worker.on('exit', () => this.die(undefined));
  }

  /** Starts the engine and waits for its recovery. Throws `STORAGE_CORRUPT`, `DISK_FULL` or `DATA_UNWRITABLE`. */
  static async open(options: ThreadOptions): Promise<EngineThread> {
    const thread = new EngineThread(options);
    engineCode().then(
      (code) => thread.worker.postMessage(code),
      (error) => thread.die(error),
    );
    await thread.opened.promise;
    return thread;
  }

  get fsyncs(): number {
    return Atomics.load(this.counter, 0);
  }

  /**
   * Runs protocol messages and returns all that the engine answered. `closing`: a commit follows in the same message
   * when the last statement returned or changed a row, otherwise a rollback.
   */
  async exec(bytes: Uint8Array, closing = false): Promise<Buffer> {
    const answer = await this.request({ kind: 'exec', bytes, closing });
    return Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  }

  async close(): Promise<void> {
    if (this.dead || this.state === 'closed') return;
    await this.request({ kind: 'close' }).catch(() => {});
    this.state = 'closed';
    await this.worker.terminate();
  }

  private request(message: { kind: string; bytes?: Uint8Array; closing?: boolean }): Promise<Uint8Array> {
    if (this.dead) return Promise.reject(this.dead);
    const reply = deferred<Uint8Array>();
    this.waiting.push(reply);
    this.worker.postMessage(message);
    return reply.promise;
  }

  private receive(reply: Reply): void {
    if (reply.ready) {
      this.state = 'open';
      this.opened.resolve();
    } else if (reply.failed !== undefined) this.die(new Error(reply.failed));
    else if (reply.bytes) this.waiting.shift()?.resolve(reply.bytes);
    else this.waiting.shift()?.reject(new Error(`the embedded database failed: ${reply.error}`));
  }

  private keep(text: string): void {
    this.lines.push(...text.split('\n').filter(Boolean));
    this.lines.splice(0, Math.max(0, this.lines.length - KEPT_LINES));
  }

  private die(cause: Error | undefined): void {
    if (this.dead || this.state === 'closed') return;
    const opening = this.state === 'opening';
    this.state = 'closed';
    this.dead = crashError(this.lines, cause, opening, this.folder);
    this.opened.reject(this.dead);
    this.opened.promise.catch(() => {});
    for (const reply of this.waiting.splice(0)) reply.reject(this.dead);
    void this.worker.terminate();
    if (!opening) this.onFatal(this.dead);
  }
}

/** `folder`: of its files, on the disk that has refused one. */
export function diskFull(reason: string, cause: unknown, folder: string): CodaError {
  return new CodaError('DISK_FULL', {
    message: `The embedded database cannot write: ${lackIn(folder)} (${reason}).`,
    remedy:
      'Free some space, or delete very many small files, and start coda again. Everything that was confirmed is kept.',
    cause,
  });
}

export function crashError(
  lines: readonly string[],
  cause: Error | undefined,
  opening: boolean,
  folder = '.',
): CodaError {
  if (cause instanceof CodaError) return cause;
  const reason = cause?.message ?? (lines.join('; ') || 'it gave no reason');
  if (/No space left|ENOSPC/.test(reason)) return diskFull(reason, cause, folder);
  if (opening && /Permission denied|Operation not permitted|Read-only file system|E(ACCES|PERM|ROFS)\b/.test(reason)) {
    // Nothing is damaged: whoever were told so might throw good data away.
    return new CodaError('DATA_UNWRITABLE', {
      message: `The embedded database may not use its files: ${reason}.`,
      remedy: 'Make everything in the data folder belong to the user that coda runs as, and writable for it.',
      cause,
    });
  }
  if (opening) {
    return new CodaError('STORAGE_CORRUPT', {
      message: `The embedded database could not be opened: ${reason}.`,
      remedy: 'Restore the data folder from a backup, or move it away to start afresh.',
      cause,
    });
  }
  return new CodaError('INTERNAL', {
    message: `The embedded database stopped: ${reason}.`,
    remedy: 'Start coda again: it recovers everything that was confirmed. If this happens again, please report it.',
    cause,
  });
}
