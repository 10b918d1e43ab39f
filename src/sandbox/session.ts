import { Sequence } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { pack, unpack } from './archive.ts';
import { type Container, failureOf } from './container.ts';
import { DockerError } from './docker.ts';
import { run } from './exec.ts';
import type { SandboxFailure } from './failure.ts';
import type {
  Collected,
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
  /** Milliseconds of a call that asks for nothing else. */
  timeoutMs: number;
  /** Milliseconds of the whole session. */
  lifetimeMs: number;
  /** Bytes of one program's output, and of all files of one collection. */
  maxOutput: number;
}

/** Observer of a session. */
export interface SessionTold {
  /** Once, when the container is removed. */
  closed(): void;
  /** After each program. */
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

  constructor(container: Container, limits: SessionLimits, clock: Clock, told: SessionTold) {
    this.id = container.spec.session;
    this.image = container.spec.image;
    this.container = container;
    this.limits = limits;
    this.clock = clock;
    this.told = told;
    this.endsAt = clock.now().getTime() + limits.lifetimeMs;
    this.cancel = clock.at(new Date(this.endsAt), () => void this.end('its time is up'));
    const isGone = () => void this.end('it ended');
    if (container.ended.aborted) isGone();
    else container.ended.addEventListener('abort', isGone, { once: true });
  }

  get ended(): SandboxFailure | undefined {
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
      const left = this.endsAt - this.clock.now().getTime();
      const timeoutMs = Math.max(Math.min(options.timeoutMs ?? standard, left), 1);
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
    return this.call<Collected>(async (settled) => {
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
    return this.end('it was closed');
  }

  private async end(why: string): Promise<void> {
    this.cancel();
    await this.container.remove(why);
    this.told.closed();
  }

  /** One call at a time, and none in a container that is gone. */
  private call<T>(work: (settled: Promise<void>) => Promise<T | SandboxFailure>): Promise<T | SandboxFailure> {
    return this.calls.run(async () => {
      const { endedWith } = this.container;
      if (endedWith) return endedWith;
      try {
        return await work(this.settled);
      } catch (error) {
        if (error instanceof DockerError) await this.container.look().catch(() => {});
        return this.container.endedWith && error instanceof DockerError ? this.container.endedWith : failureOf(error);
      }
    });
  }
}
