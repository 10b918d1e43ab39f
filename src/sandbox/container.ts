import { deadline, deferred, sleep, withTimeout } from '../base/async.ts';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Docker, DockerError } from './docker.ts';
import { failure, type SandboxFailure } from './failure.ts';
import { type ContainerSpec, containerOptions, outputVolume } from './spec.ts';

/** `docker-init` and `sleep`. */
const OWN_PROCESSES = 2;
const SIGNAL_MS = 6_000;
const SIGNAL_PIDS = 32;
/** For what was killed to be gone: a busy machine needs seconds to bury 300 processes. */
const SWEPT_MS = 10_000;

const SOCKET_FORBIDDEN =
  'Docker runs, and this user may not use its socket: sudo usermod -aG docker USER, then log in again and start coda anew ' +
  '(in a container: group_add with the group of the socket). Members of that group are as powerful as root; rootless ' +
  'Docker (execution.docker_socket: unix:///run/user/1000/docker.sock) needs no such group.';

/** Docker's error as a failure; throws any other error. */
export function failureOf(error: unknown): SandboxFailure {
  if (!(error instanceof DockerError)) throw error;
  const { status, message } = error;
  if (status === undefined) {
    const isForbidden = ['EACCES', 'EPERM'].includes(systemCode(error.cause) ?? '');
    const remedy = isForbidden ? SOCKET_FORBIDDEN : undefined;
    return failure('SANDBOX_UNREACHABLE', `Docker cannot be reached: ${message}`, remedy);
  }
  return failure('SANDBOX_ENGINE', `Docker refuses (${status}): ${message}`);
}

export class Container {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly docker: Docker;
  private readonly log: Log;
  private readonly end = new AbortController();
  private removal: Promise<void> | undefined;
  private readonly waiting = new Map<string, (code: number) => void>();
  ooms = 0;

  private constructor(id: string, spec: ContainerSpec, docker: Docker, log: Log) {
    this.id = id;
    this.spec = spec;
    this.docker = docker;
    this.log = log;
  }

  /** Makes and starts it. Rejects with a `DockerError` or the signal's reason, and leaves nothing behind then. */
  static async start(docker: Docker, spec: ContainerSpec, log: Log, signal?: AbortSignal): Promise<Container> {
    const name = `coda-${spec.session}`;
    try {
      const id = await docker.create(name, containerOptions(spec), signal);
      const container = new Container(id, spec, docker, log);
      void container.watch();
      try {
        await docker.start(id, signal);
      } catch (error) {
        container.markGone('it did not start');
        throw error;
      }
      return container;
    } catch (error) {
      // By its name: where no answer came it may be there all the same.
      await discard(docker, name, spec.session, log);
      throw error;
    }
  }

  /** Aborts when the container is gone; its reason is the failure of every further call. */
  get endSignal(): AbortSignal {
    return this.end.signal;
  }

  get endedWith(): SandboxFailure | undefined {
    return this.end.signal.aborted ? (this.end.signal.reason as SandboxFailure) : undefined;
  }

  get user(): string {
    const { code } = this.spec.uids;
    return `${code}:${code}`;
  }

  markGone(why: string): void {
    this.end.abort(failure('SANDBOX_ENDED', `The sandbox is gone: ${why}.`));
  }

  async checkRunning(): Promise<void> {
    if (!this.endSignal.aborted && !(await this.docker.isRunning(this.id)))
      this.markGone('its container was stopped from outside');
  }

  /** Kills everything in it and removes it with its volumes. Never rejects; the reaper tries again what fails. */
  remove(why: string): Promise<void> {
    this.markGone(why);
    this.removal ??= discard(this.docker, this.id, this.spec.session, this.log);
    return this.removal;
  }

  /**
   * Sends a signal to every process of the code. Docker cannot signal what was started in a running container, so that
   * the container does it itself, as the same user. Where the code has left no process for that, the limit is raised
   * until it is done. False when it could not be run.
   */
  async signal(name: 'TERM' | 'KILL'): Promise<boolean> {
    const { pids } = this.spec.limits;
    const send = async () => {
      if (await this.kill(name)) return true;
      await this.docker.limitProcesses(this.id, pids + SIGNAL_PIDS);
      try {
        return await this.kill(name);
      } finally {
        await this.docker.limitProcesses(this.id, pids);
      }
    };
    const isSent = await withTimeout(
      SIGNAL_MS,
      send().catch(() => false),
    );
    return isSent ?? false;
  }

  private async kill(name: 'TERM' | 'KILL'): Promise<boolean> {
    const command = ['/bin/sh', '-c', `kill -${name} -1`];
    const request = { command, env: [], cwd: '/', user: this.user, stdin: false };
    const exec = await this.docker.createExec(this.id, request);
    try {
      const connection = await this.docker.startExec(exec);
      // The command may be killed by what it is to kill.
      await connection.forEach(() => {}).catch(() => {});
      const code = await this.docker.exitCode(exec);
      return code === 0 || code === 1;
    } catch (error) {
      if (error instanceof DockerError && error.status !== undefined) return false;
      throw error;
    }
  }

  /**
   * Resolves with a program's exit code as soon as Docker tells of it, which saves asking; never, where it does not.
   * `forget` ends that.
   */
  exit(exec: string): { code: Promise<number>; forget(): void } {
    const { promise, resolve } = deferred<number>();
    this.waiting.set(exec, resolve);
    return { code: promise, forget: () => void this.waiting.delete(exec) };
  }

  /** Kills what a program left behind. Removes the container when it cannot be made sure that nothing is left. */
  async sweep(): Promise<void> {
    try {
      if (this.endSignal.aborted || (await this.processes()) === 0) return;
      const isSent = await this.signal('KILL');
      using time = deadline(SWEPT_MS, this.endSignal);
      for (let pause = 10; !time.signal.aborted; pause = Math.min(2 * pause, 500)) {
        const remaining = await this.processes();
        if (remaining === 0 || (remaining === undefined && isSent)) return;
        if (remaining === undefined) break;
        await sleep(pause);
      }
    } catch (error) {
      await this.checkRunning().catch(() => {});
      if (this.endSignal.aborted) return;
      this.log.debug({ error: messageOf(error) }, 'a sandbox cannot be swept');
    }
    await this.remove('a program in it could not be stopped');
  }

  private async processes(): Promise<number | undefined> {
    // gVisor counts the threads of its own kernel.
    if (this.spec.runtime === 'runsc') return undefined;
    const all = await this.docker.processes(this.id);
    return all === undefined ? undefined : Math.max(all - OWN_PROCESSES, 0);
  }

  /** Follows what Docker tells of it; a connection that a proxy ends is opened again. */
  private async watch(): Promise<void> {
    while (!this.endSignal.aborted) {
      try {
        for await (const event of this.docker.events(this.id, this.endSignal)) {
          if (event.action === 'oom') this.ooms++;
          if (event.action === 'exec_die') this.waiting.get(event.exec)?.(event.code);
          if (event.action === 'die') return this.markGone('its container was stopped from outside');
        }
        await sleep(1_000, this.endSignal);
        await this.checkRunning();
      } catch (error) {
        if (this.endSignal.aborted) return;
        this.log.debug({ error: messageOf(error) }, 'the events of a sandbox cannot be followed');
        await sleep(1_000, this.endSignal).catch(() => {});
      }
    }
  }
}

async function discard(docker: Docker, container: string, session: string, log: Log): Promise<void> {
  try {
    await docker.remove(container);
    await docker.removeVolume(outputVolume(session));
  } catch (error) {
    log.warn({ session, error: messageOf(error) }, 'a sandbox cannot be removed yet');
  }
}
