import { type Duplex, Readable } from 'node:stream';
import { deadline, Sequence, sleep, unlessAborted, withTimeout } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { pack, unpack } from './archive.ts';
import { type Container, failureOf } from './container.ts';
import { DockerError, type ExecRequest } from './docker.ts';
import { failure, type SandboxFailure } from './failure.ts';
import { Capture, piecesIn, type StreamName } from './output.ts';
import type {
  CollectedFiles,
  CollectLimits,
  ExecOptions,
  ExecResult,
  OutputFile,
  PutFile,
  PutTarget,
  Session,
} from './port.ts';
import { OUTPUT, SKILLS, WORKSPACE } from './spec.ts';

export interface SessionLimits {
  timeoutMs: number;
  lifetimeMs: number;
  maxOutput: number;
}

export interface SessionTold {
  onClosed(): void;
  ran(result: ExecResult | SandboxFailure): void;
}

const MOST_OUTPUT_FILES = 100;
/** Size that Linux reports for a folder in memory: 20 bytes for each entry, `.` and `..` included. */
const EMPTY_TMPFS = 40;

export class ContainerSession implements Session {
  readonly ok = true;
  readonly id: string;
  readonly image: string;
  private readonly container: Container;
  private readonly limits: SessionLimits;
  private readonly clock: Clock;
  private readonly calls = new Sequence();
  private readonly told: SessionTold;
  private readonly endsAt: number;
  private readonly cancel: () => void;
  /** Work that goes on behind the last call; the next one waits for it. */
  private settled: Promise<void> = Promise.resolve();

  constructor(container: Container, limits: SessionLimits, clock: Clock, hooks: SessionTold) {
    this.id = container.spec.session;
    this.image = container.spec.image;
    this.container = container;
    this.limits = limits;
    this.clock = clock;
    this.told = hooks;
    this.endsAt = clock.now().getTime() + limits.lifetimeMs;
    this.cancel = clock.at(new Date(this.endsAt), () => void this.endSession('its time is up'));
    const isGone = () => void this.endSession('it ended');
    if (container.endSignal.aborted) isGone();
    else container.endSignal.addEventListener('abort', isGone, { once: true });
  }

  get endedWith(): SandboxFailure | undefined {
    return this.container.endedWith;
  }

  async exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult | SandboxFailure> {
    const result = await this.run(command, options);
    this.told.ran(result);
    return result;
  }

  private run(command: readonly string[], options: ExecOptions): Promise<ExecResult | SandboxFailure> {
    // Docker makes it ready meanwhile; it starts when nothing of the last one runs any more.
    return this.call(async (settled) => {
      options.signal?.throwIfAborted();
      const { timeoutMs: standard, maxOutput } = this.limits;
      const remainingMs = this.endsAt - this.clock.now().getTime();
      const timeoutMs = Math.max(Math.min(options.timeoutMs ?? standard, remainingMs), 1);
      try {
        return await run(this.container, command, options, { timeoutMs, maxOutput, settled }, this.clock);
      } finally {
        this.settled = this.container.sweep();
      }
    });
  }

  put(files: readonly PutFile[], target: PutTarget = 'workspace'): Promise<{ ok: true } | SandboxFailure> {
    return this.call(async (settled) => {
      await settled;
      const isOwn = target === 'workspace';
      const archive = pack(files, isOwn ? this.container.spec.uids.code : 0);
      if ('ok' in archive) return archive;
      await this.container.docker.extract(this.container.id, isOwn ? WORKSPACE : SKILLS, archive);
      return { ok: true };
    });
  }

  collect(take: (file: OutputFile) => Promise<void>, limits: Partial<CollectLimits> = {}) {
    return this.call<CollectedFiles>(async (settled) => {
      await settled;
      if (await this.isOutputEmpty()) return { ok: true, files: 0, bytes: 0, leftOut: [], leftOutCount: 0 };
      const archive = await this.container.docker.archive(this.container.id, OUTPUT);
      return unpack(archive, take, { files: MOST_OUTPUT_FILES, bytes: this.limits.maxOutput, ...limits });
    });
  }

  /** Told in 2 ms; Docker takes 50 ms and more for an archive of nothing. */
  private async isOutputEmpty(): Promise<boolean> {
    const { docker, id, spec } = this.container;
    return spec.runtime === 'runc' && (await docker.folderSize(id, OUTPUT)) === EMPTY_TMPFS;
  }

  close(): Promise<void> {
    return this.endSession('it was closed');
  }

  private async endSession(why: string): Promise<void> {
    this.cancel();
    await this.container.remove(why);
    this.told.onClosed();
  }

  /** Calls run singly, and none in a container that is gone. */
  private call<T>(work: (settled: Promise<void>) => Promise<T | SandboxFailure>): Promise<T | SandboxFailure> {
    return this.calls.run(async () => {
      const { endedWith } = this.container;
      if (endedWith) return endedWith;
      try {
        return await work(this.settled);
      } catch (error) {
        if (error instanceof DockerError) await this.container.checkRunning().catch(() => {});
        return this.container.endedWith && error instanceof DockerError ? this.container.endedWith : failureOf(error);
      }
    });
  }
}

// A program in a container, from its start until nothing of it runs any more.

const SHOWN_BYTES = 1024 * 1024;
const GRACE_MS = 2_000;
const KILLED_MS = 1_000;
/** For the engine to tell of a program's end, once its output has ended. */
const TOLD_MS = 20;
/** For the engine to tell that the memory limit was what killed a program. */
const OOM_MS = 300;
const SIGKILL = 137;
/** Docker's output when the runtime could not start a program. */
const NOT_STARTED = /^OCI runtime exec failed: .*?: ((?:exec|chdir|fork).*)$/s;

interface Bounds {
  timeoutMs: number;
  maxOutput: number;
  settled: Promise<void>;
}

/** Rejects with the signal's reason, once the container is killed. */
async function run(
  container: Container,
  command: readonly string[],
  options: ExecOptions,
  { timeoutMs, maxOutput, settled }: Bounds,
  clock: Pick<Clock, 'monotonic'>,
): Promise<ExecResult | SandboxFailure> {
  const { signal } = options;
  const variables = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`);
  if (command.length === 0 || [...command, ...variables].some((text) => text.includes('\0'))) {
    return failure('SANDBOX_INPUT', 'A command is empty, or an argument has a NUL in it.');
  }
  const startedAt = clock.monotonic();
  const ooms = container.ooms;
  const program = await start(container, { command, env: variables }, options, { maxOutput, settled });
  if (!(program instanceof Program)) return program;
  using time = deadline(timeoutMs, signal);
  const code = await program.waitForEnd(time.signal);
  if (signal?.aborted) {
    await container.remove('its program was stopped');
    throw signal.reason;
  }
  const timedOut = code === undefined && time.hasPassed();
  const isStopped = timedOut || program.isTooMuch;
  const exitCode = code ?? (isStopped ? await stop(program) : undefined);
  if (program.broken) throw program.broken;
  if (exitCode === undefined) return container.endedWith ?? (await loseContainer(container));
  const isKilled = exitCode === SIGKILL && !isStopped;
  if (isKilled && container.ooms === ooms) await killer(container, ooms);
  if (isKilled && container.endedWith) return container.endedWith;
  return {
    ok: true,
    ...program.result(exitCode),
    timedOut,
    oomKilled: container.ooms > ooms,
    durationMs: Math.round(clock.monotonic() - startedAt),
  };
}

async function start(
  container: Container,
  what: Pick<ExecRequest, 'command' | 'env'>,
  options: ExecOptions,
  { maxOutput, settled }: Pick<Bounds, 'maxOutput' | 'settled'>,
) {
  const { docker, id, user } = container;
  const { stdin, cwd = WORKSPACE, signal } = options;
  try {
    const request = { ...what, cwd, user, stdin: stdin !== undefined };
    const exec = await docker.createExec(id, request, signal);
    // A session stopped by then waits for nothing.
    await (signal ? unlessAborted(signal, settled) : settled);
    const exit = container.exit(exec);
    try {
      return new Program(container, exec, exit, await docker.startExec(exec, signal), options, maxOutput);
    } catch (error) {
      exit.forget();
      throw error;
    }
  } catch (error) {
    if (signal?.aborted) await container.remove('its program was stopped');
    // 404 and 409: it was removed, or stopped.
    if (error instanceof DockerError && (error.status === 404 || error.status === 409)) await container.checkRunning();
    return container.endedWith ?? failureOf(error);
  }
}

/** Ends what has used up its time or its output; resolves with an exit code, or undefined when the container is gone. */
async function stop(program: Program): Promise<number | undefined> {
  const { container } = program;
  for (const [name, ms] of [
    ['TERM', GRACE_MS],
    ['KILL', KILLED_MS],
  ] as const) {
    if (!(await container.signal(name))) continue;
    using time = deadline(ms);
    const code = await program.waitForEnd(time.signal, true);
    if (code !== undefined) return code;
  }
  await container.remove('a program in it could not be stopped');
  return SIGKILL;
}

async function killer(container: Container, ooms: number): Promise<void> {
  for (let waited = 0; waited < OOM_MS && container.ooms === ooms && !container.endSignal.aborted; waited += 10)
    await sleep(10);
  if (container.ooms === ooms) await container.checkRunning().catch(() => {});
}

async function loseContainer(container: Container): Promise<SandboxFailure> {
  await container.remove('Docker lost the program in it');
  return container.endedWith as SandboxFailure;
}

type Exit = ReturnType<Container['exit']>;

class Program {
  readonly container: Container;
  readonly stdout = new Capture(SHOWN_BYTES);
  readonly stderr = new Capture(SHOWN_BYTES);
  isTooMuch = false;
  broken: unknown;
  private readonly exec: string;
  private readonly exit: Exit;
  private told: number | undefined;
  private readonly connection: Duplex;
  private readonly drained: Promise<void>;
  private readonly tooMuch = new AbortController();

  constructor(
    container: Container,
    exec: string,
    exit: Exit,
    connection: Duplex,
    options: ExecOptions,
    maxOutput: number,
  ) {
    this.container = container;
    this.exec = exec;
    this.exit = exit;
    void exit.code.then((code) => {
      this.told = code;
      exit.forget();
    });
    this.connection = connection;
    this.drained = this.drain(maxOutput, options.onOutput);
    // A program that ends without reading its input breaks the connection's other half.
    connection.on('error', () => {});
    if (options.stdin instanceof Readable) options.stdin.pipe(connection);
    else if (options.stdin !== undefined) connection.end(options.stdin);
  }

  /**
   * Its exit code, once it has ended and all of its output is read; undefined when the signal aborts before, when it
   * writes more than it may (unless `isEnding`), or with the container.
   */
  async waitForEnd(signal: AbortSignal, isEnding = false): Promise<number | undefined> {
    using stop = follow([signal, this.container.endSignal, ...(isEnding ? [] : [this.tooMuch.signal])]);
    let isDrained = false;
    let isQuick = false;
    const drained = this.drained.then(() => {
      isDrained = true;
    });
    for (let pause = 250; !stop.signal.aborted && this.broken === undefined; pause = Math.min(pause * 2, 1_000)) {
      if (!isDrained) await Promise.race([drained, sleep(pause, stop.signal).catch(() => {})]);
      else await sleep(pause, stop.signal).catch(() => {});
      if (isDrained && !isQuick) {
        isQuick = true;
        pause = 2;
        await Promise.race([this.exit.code, sleep(TOLD_MS, stop.signal).catch(() => {})]);
      }
      const code = this.told ?? (stop.signal.aborted ? undefined : await this.exitCode());
      if (code === undefined) continue;
      // A child that it left running holds its output open.
      if (!isDrained && !(await this.isDrainedWithin(50, drained))) await this.container.signal('KILL');
      if (!(await this.isDrainedWithin(KILLED_MS, drained))) this.connection.destroy();
      this.exit.forget();
      return code;
    }
    if (this.container.endSignal.aborted) this.connection.destroy();
    return undefined;
  }

  /** Its result. Where it could not be started, Docker writes in its place. */
  result(exitCode: number) {
    const { stdout, stderr, isTooMuch } = this;
    const stdoutText = stdout.text();
    const byteCounts = { stdoutBytes: stdout.total, stderrBytes: stderr.total };
    const truncated = isTooMuch || stdout.isCut || stderr.isCut;
    const [, reason] = (exitCode === 126 && NOT_STARTED.exec(stdoutText)) || [];
    if (reason === undefined) return { exitCode, stdout: stdoutText, stderr: stderr.text(), ...byteCounts, truncated };
    const isMissing = /executable file not found|: no such file or directory/.test(reason);
    return {
      exitCode: isMissing ? 127 : 126,
      stdout: '',
      stderr: `${reason.trimEnd().replace(/: unknown$/, '')}\n`,
      ...byteCounts,
      truncated,
    };
  }

  private async isDrainedWithin(ms: number, drained: Promise<void>): Promise<boolean> {
    return (
      (await withTimeout(
        ms,
        drained.then(() => true),
      )) ?? false
    );
  }

  private async exitCode(): Promise<number | undefined> {
    try {
      return await this.container.docker.exitCode(this.exec);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      await this.container.checkRunning().catch(() => {});
      return undefined;
    }
  }

  private async drain(maxOutput: number, onOutput: ExecOptions['onOutput']): Promise<void> {
    try {
      for await (const { stream, bytes } of piecesIn(this.connection)) {
        const room = maxOutput - this.stdout.total - this.stderr.total;
        this[stream].add(bytes);
        if (room > 0) await this.tell(onOutput, stream, bytes.subarray(0, room));
        if (room >= bytes.length || this.isTooMuch) continue;
        this.isTooMuch = true;
        this.tooMuch.abort();
      }
    } catch {
      // A connection that breaks has ended; the exit code, or its absence, tells the rest.
    }
  }

  private async tell(onOutput: ExecOptions['onOutput'], stream: StreamName, bytes: Uint8Array): Promise<void> {
    if (this.broken !== undefined) return;
    try {
      await onOutput?.(stream, bytes);
    } catch (error) {
      this.broken = error;
    }
  }
}

function follow(signals: readonly AbortSignal[]): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of signals) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of signals) signal.removeEventListener('abort', abort);
    },
  };
}
