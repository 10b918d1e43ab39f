import type { Duplex, Readable, Writable } from 'node:stream';
import type { SandboxFailure } from './failure.ts';
import type { ProgramLimits } from './spec.ts';

/** Options of a session; defaults come from the configuration. */
export interface SandboxSpec {
  /** A reference that `execution.allowed_images` matches, or an image that coda built. */
  image?: string;
  /** Milliseconds until the session closes by itself, at most `execution.max_sandbox_timeout`. */
  timeoutMs?: number;
  /** Reaches the hosts of `execution.allowed_hosts`, where the owner allows any: for code, never for servers. */
  network?: true;
}

export interface OpenOptions {
  signal?: AbortSignal;
  /** Called when others come first: how many sessions wait before this one. */
  onWait?(before: number): void;
}

export interface ProgramSpec {
  /** A reference or an id that the owner has named; it must be there, and is not pulled. */
  image: string;
  command: readonly string[];
  limits: ProgramLimits;
  /** The id of a container whose loopback it shares. */
  joins?: string;
}

/** Takes the connections of one session’s code; closed with the session. */
export interface SessionProxy {
  take(connection: Duplex): void;
  close(): Promise<void>;
}

/** A program in a container of its own, with which it ends. */
export interface Program {
  readonly ok: true;
  readonly id: string;
  readonly input: Writable;
  /** Its stdout; read it, or the program stands still. */
  readonly output: Readable;
  /** Resolves when it is over, with what it wrote to stderr last: one line, which may be empty. */
  readonly whenEnded: Promise<string>;
  close(): Promise<void>;
}

export interface DetachedBuild {
  tag: string;
  files: readonly PutFile[];
  /** Its path in the context; `Dockerfile` when left out. Its bases are allowed images. */
  dockerfile?: string;
}

export interface DetachedSpec {
  /** Lower-case letters, digits and `-`. A container that had the name is removed. */
  name: string;
  image: string;
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is removed; at most, and when left out, `execution.max_sandbox_timeout`. */
  lifetimeMs?: number;
}

/**
 * Containers that run by themselves under a name, with the lockdown of a session, and the images that are built for
 * them. Only what carries this installation's label is found. They end with coda at the latest; `reap` removes those of
 * a process that was killed. Each call rejects with its signal's reason.
 */
export interface DetachedEngine {
  build(
    wanted: DetachedBuild,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<{ ok: true; id: string; output: string } | SandboxFailure>;
  run(spec: DetachedSpec, signal?: AbortSignal): Promise<{ ok: true; id: string; name: string } | SandboxFailure>;
  logs(name: string, signal?: AbortSignal): Promise<DetachedLogs | SandboxFailure>;
  wait(
    name: string,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<{ ok: true; exitCode: number | undefined } | SandboxFailure>;
  stop(name: string, signal?: AbortSignal): Promise<{ ok: true } | SandboxFailure>;
  remove(name: string, signal?: AbortSignal): Promise<{ ok: true; wasThere: boolean } | SandboxFailure>;
  removeImage(tag: string): Promise<{ ok: true } | SandboxFailure>;
  /** Asks `http://127.0.0.1:port/path` from within the container, with what the image has. */
  health(
    name: string,
    at: { port: number; path: string },
    signal?: AbortSignal,
  ): Promise<{ ok: true; isHealthy: boolean; status: number; output: string } | SandboxFailure>;
}

export interface DetachedLogs {
  ok: true;
  output: string;
  isRunning: boolean;
  exitCode: number | undefined;
  oomKilled: boolean;
}

/** Runs code. Every failure that is not a bug is a value. */
export interface Sandbox {
  /**
   * Opens a session in a container of its own. At most `execution.max_concurrent` are open at once; more wait in order.
   * Rejects with the signal's reason.
   */
  open(spec?: SandboxSpec, options?: OpenOptions): Promise<Session | SandboxFailure>;
  /**
   * Starts a program in a container of its own, which has no network and no files; it ends with coda at the latest. It takes
   * none of the places of `execution.max_concurrent`, and needs no `execution.enabled`: whoever starts one bounds them.
   */
  program(spec: ProgramSpec, signal?: AbortSignal): Promise<Program | SandboxFailure>;
  readonly detached: DetachedEngine;
  /**
   * Starts upkeep, where containers are used at all: removes leftovers of earlier processes, now and again, and makes
   * the spare container. `hasPrograms`: programs run in it even where code does not.
   */
  start(hasPrograms?: boolean): void;
  /** Removes containers and volumes of this installation that nobody uses; resolves with how many. */
  reap(): Promise<number>;
  /** True if Docker has the image with this id; undefined where it cannot be asked. */
  hasImage(id: string): Promise<boolean | undefined>;
  facts(signal?: AbortSignal): Promise<SandboxFacts | SandboxFailure>;
  close(): Promise<void>;
}

export interface SandboxFacts {
  ok: true;
  version: string;
  cgroups: string;
  isRootless: boolean;
  /** The root of a container is nobody on the host. */
  hasUserNamespaces: boolean;
  runtimes: readonly string[];
  image: string;
}

/**
 * A container. Calls run one after another, in the order in which they were made. After `SANDBOX_ENDED` every call
 * answers with it: the container and its files are gone.
 */
export interface Session {
  readonly ok: true;
  readonly id: string;
  readonly image: string;
  readonly endedWith: SandboxFailure | undefined;
  /**
   * Runs a program, without a shell. What it leaves running is killed when it has ended. Rejects with the signal's
   * reason when that aborts; the container is killed then.
   */
  exec(command: readonly string[], options?: ExecOptions): Promise<ExecResult | SandboxFailure>;
  /** Writes files, all of them or none. Replaces what has the same name, links included. */
  put(files: readonly PutFile[], target?: PutTarget): Promise<{ ok: true } | SandboxFailure>;
  /**
   * Hands each regular file below `/workspace/output` to `take`, one after another. What breaks a limit, and what is no
   * regular file, is left out and told. Throws what `take` throws.
   */
  collect(
    take: (file: OutputFile) => Promise<void>,
    limits?: Partial<CollectLimits>,
  ): Promise<CollectedFiles | SandboxFailure>;
  /** Removes the container and its volumes; a call that is under way ends with `SANDBOX_ENDED`. Never rejects. */
  close(): Promise<void>;
}

export interface ExecOptions {
  stdin?: string | Uint8Array | Readable;
  env?: Readonly<Record<string, string>>;
  /** An absolute path; `/workspace` when left out. */
  cwd?: string;
  /** Milliseconds until SIGTERM, and SIGKILL 2 s later; `execution.timeout` when left out, never longer than the session. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Gets every byte up to `execution.max_output_size`, in order within a stream; the next waits until it resolves. */
  onOutput?(stream: 'stdout' | 'stderr', chunk: Uint8Array): void | Promise<void>;
}

export interface ExecResult {
  ok: true;
  /** 128 + the signal's number for a program that a signal ended; 126 and 127 where there is no such program. */
  exitCode: number;
  /** The first 1 MiB of each stream as UTF-8. */
  stdout: string;
  stderr: string;
  stdoutBytes: number;
  stderrBytes: number;
  /** True if a text is not the whole stream, or the program was ended because it wrote more than `max_output_size`. */
  truncated: boolean;
  timedOut: boolean;
  oomKilled: boolean;
  durationMs: number;
}

/** `skills` is read-only for the code. */
export type PutTarget = 'workspace' | 'skills';

export interface PutFile {
  /** Relative, with `/`; folders on the way are made. */
  path: string;
  content: string | Uint8Array;
  executable?: boolean;
}

export interface OutputFile {
  /** Cleaned: relative, with `/`, without control characters, unique in this collection. */
  name: string;
  path: string;
  size: number;
  /** Once, inside `take`. */
  content: AsyncIterable<Uint8Array>;
}

export interface CollectLimits {
  files: number;
  bytes: number;
}

export interface CollectedFiles {
  ok: true;
  files: number;
  bytes: number;
  /** The first 20 that were left out. */
  leftOut: { name: string; path: string; why: 'not_a_file' | 'too_many' | 'too_large' }[];
  /** Number of entries left out. With a limit passed, later ones are not counted. */
  leftOutCount: number;
}
