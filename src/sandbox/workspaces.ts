/** The sandbox that the calls of one turn share: opened at the first, opened anew when it died, closed with the turn. */

import { Sequence } from '../base/async.ts';
import { BoundedSet } from '../base/bounded.ts';
import { shortId } from '../base/ids.ts';
import { omitUndefined } from '../base/json.ts';
import type { SandboxFailure } from './failure.ts';
import type { CollectedFiles, ExecOptions, PutFile, Sandbox, Session } from './port.ts';
import { HiddenSets, type HiddenValues } from './redact.ts';
import { type StoredOutput, type StreamResult, Streams } from './streams.ts';

export interface MadeFile extends StoredOutput {
  name: string;
}

export interface WorkspacesOptions {
  sandbox: Sandbox;
  /** Stores a file's content; what it throws ends the call. */
  keep(content: AsyncIterable<Uint8Array>): Promise<StoredOutput>;
  /** Milliseconds that the workspace of a conversation lives which outlasts its turns. */
  lastingMs: number;
  /** Milliseconds that the containers of single conversations live, by `adapter:channel`. */
  timeouts?: Readonly<Record<string, number>>;
  /** True if code reaches a network: what comes out of it may be anybody's words. False: none is asked for. */
  hasNetwork?: boolean;
}

export interface WorkspaceOwner {
  /** Equal for all calls of a turn in this process. */
  turn: object;
  conversationId: string;
  /** Outlasts the turn: the conversation's next one finds the files. */
  lasts?: boolean;
  /** `adapter:channel`, which may have a time of its own; it goes before `timeoutMs`. */
  channel?: string;
  /** Milliseconds that its container lives, from its next opening on; default `execution.sandbox_timeout`. */
  timeoutMs?: number | undefined;
}

export interface RunOptions extends Pick<ExecOptions, 'stdin' | 'env' | 'cwd' | 'timeoutMs' | 'signal'> {
  image?: string | undefined;
  files?: readonly PutFile[];
  /** Written below `/skills`, once for each container; one that has other files of such a skill is not used any more. */
  skills?: readonly SkillFiles[];
  /** A container that has files of any other skill is not used, either. */
  onlySkills?: boolean;
  atStart?(): Promise<readonly PutFile[]>;
  /** Values that no output may show, in whatever encoding. */
  secrets?: readonly string[];
  onLine?(line: string): void;
}

export interface SkillFiles {
  name: string;
  hash: string;
  read(): Promise<readonly PutFile[]>;
}

export interface Ran {
  ok: true;
  id: string;
  exitCode: number;
  stdout: StreamResult;
  stderr: StreamResult;
  timedOut: boolean;
  oomKilled: boolean;
  durationMs: number;
  /** The output files that are new or have changed since the last call. */
  files: readonly MadeFile[];
  leftOut: Omit<CollectedFiles['leftOut'][number], 'path'>[];
  leftOutCount: number;
  /** The container is another than the one before: its files are gone. */
  isRenewed: boolean;
}

const READ_MS = 10_000;

export class Workspaces {
  private readonly options: WorkspacesOptions;
  private readonly ofTurns = new Map<object, Workspace>();
  private readonly lasting = new Map<string, Workspace>();
  /** Conversations whose turn was parked with files: they are gone when it goes on. */
  private readonly parked = new BoundedSet<string>(1_000);
  private readonly sets = new HiddenSets();

  constructor(options: WorkspacesOptions) {
    this.options = options;
  }

  /** The one workspace of the turn, or of the conversation where it lasts. Nothing is opened yet. */
  of({ turn, conversationId, lasts = false, channel = '', timeoutMs }: WorkspaceOwner): Workspace {
    const lasting = this.lasting.get(conversationId);
    if (lasting) return lasting;
    const lifetimeMs = this.options.timeouts?.[channel] ?? timeoutMs;
    const workspace =
      this.ofTurns.get(turn) ?? new Workspace(this.options, this.sets, this.parked.delete(conversationId));
    if (lasts) {
      this.ofTurns.delete(turn);
      this.lasting.set(conversationId, workspace.livesFor(lifetimeMs ?? this.options.lastingMs));
    } else this.ofTurns.set(turn, workspace.livesFor(lifetimeMs));
    return workspace;
  }

  /** A workspace that nobody else uses; who asked for it closes it. `isOffline`: no network, whatever code may reach. */
  alone({ isOffline = false } = {}): Workspace {
    return new Workspace({ ...this.options, ...(isOffline && { hasNetwork: false }) }, this.sets, false);
  }

  async endTurn({ turn, conversationId, parked }: WorkspaceOwner & { parked: boolean }): Promise<void> {
    const workspace = this.ofTurns.get(turn);
    this.ofTurns.delete(turn);
    if (!workspace) return;
    if (parked && workspace.isOpen) this.parked.add(conversationId);
    await workspace.close();
  }
}

export class Workspace {
  /** Untrusted text went into it. */
  tainted: boolean;
  private readonly options: WorkspacesOptions;
  private readonly sets: HiddenSets;
  private readonly calls = new Sequence();
  private session: Session | undefined;
  private image: string | undefined;
  private lifetimeMs: number | undefined;
  private hadFiles: boolean;
  private readonly known = new Map<string, string>();
  private readonly skills = new Map<string, string>();

  constructor(options: WorkspacesOptions, sets: HiddenSets, hadFiles: boolean) {
    this.options = options;
    this.tainted = options.hasNetwork === true;
    this.sets = sets;
    this.hadFiles = hadFiles;
  }

  get isOpen(): boolean {
    return this.session !== undefined && !this.session.endedWith;
  }

  livesFor(ms: number | undefined): this {
    this.lifetimeMs = ms;
    return this;
  }

  /** Runs a program and takes what it has written. Rejects with the signal's reason. */
  run(command: readonly string[], options: RunOptions = {}): Promise<Ran | SandboxFailure> {
    return this.calls.run(async () => {
      options.signal?.throwIfAborted();
      const opened = await this.open(options);
      if (!opened.ok) return opened;
      const { session, isRenewed } = opened;
      const put = await this.put(session, options);
      if (!put.ok) return put;
      const hiddenValues = this.sets.of(options.secrets ?? []);
      const { onLine, stdin, env, cwd, timeoutMs, signal } = options;
      const streams = new Streams(this.options.keep, hiddenValues, onLine);
      const execOptions = Object.fromEntries(
        Object.entries({ stdin, env, cwd, timeoutMs, signal }).filter(([, value]) => value !== undefined),
      );
      const result = await session
        .exec(command, { ...execOptions, onOutput: (name, chunk) => streams.push(name, chunk) })
        .catch(async (error: unknown) => {
          await streams.finish();
          throw error;
        });
      const { stdout, stderr } = await streams.finish();
      if (!result.ok) return result;
      const collection = await this.take(session, hiddenValues);
      if (!collection.ok) return collection;
      const { exitCode, timedOut, oomKilled, durationMs, truncated } = result;
      const cut = (of: StreamResult, bytes: number) => ({ ...of, isCut: of.isCut || (truncated && bytes > of.bytes) });
      return {
        ok: true,
        id: shortId(8),
        exitCode,
        timedOut,
        oomKilled,
        durationMs,
        isRenewed,
        stdout: cut(stdout, result.stdoutBytes),
        stderr: cut(stderr, result.stderrBytes),
        files: collection.files,
        leftOut: collection.leftOut,
        leftOutCount: collection.leftOutCount,
      };
    });
  }

  write(files: readonly PutFile[], options: RunOptions = {}) {
    return this.calls.run(async () => {
      const opened = await this.open(options);
      if (!opened.ok) return opened;
      const put = await this.put(opened.session, { ...options, files });
      return put.ok ? { ok: true as const, isRenewed: opened.isRenewed } : put;
    });
  }

  /** At most `most` bytes of a file from `from` on; undefined where there is none, or no container. */
  read(path: string, from: number, most: number, signal: AbortSignal): Promise<Buffer | undefined> {
    return this.calls.run(async () => {
      const { session } = this;
      if (!session || session.endedWith) return undefined;
      const parts: Uint8Array[] = [];
      let room = most;
      const onOutput = (name: 'stdout' | 'stderr', chunk: Uint8Array) => {
        if (name === 'stderr' || room <= 0) return;
        parts.push(Uint8Array.from(chunk.subarray(0, room)));
        room -= chunk.length;
      };
      const command = ['tail', '-c', `+${from + 1}`, '--', path];
      const result = await session.exec(command, { timeoutMs: READ_MS, signal, onOutput });
      return result.ok && (result.exitCode === 0 || room <= 0) ? Buffer.concat(parts) : undefined;
    });
  }

  async close(): Promise<void> {
    await this.session?.close();
  }

  private async open({ image, signal, onLine, atStart, ...skills }: RunOptions) {
    const isOther = (image !== undefined && image !== this.image) || this.hasOthers(skills);
    if (this.session && !this.session.endedWith && !isOther) {
      return { ok: true as const, session: this.session, isRenewed: false };
    }
    const isRenewed = this.hadFiles || this.session !== undefined;
    await this.session?.close();
    this.session = undefined;
    this.known.clear();
    this.skills.clear();
    const session = await this.options.sandbox.open(
      omitUndefined({
        network: this.options.hasNetwork !== false ? (true as const) : undefined,
        image,
        timeoutMs: this.lifetimeMs,
      }),
      omitUndefined({
        signal,
        onWait: onLine ? (before: number) => onLine(`waiting for a free sandbox, ${before} before it`) : undefined,
      }),
    );
    if (!session.ok) return session;
    const put = await withFiles(session, atStart);
    if (!put.ok) return put;
    this.session = session;
    this.image = image;
    this.hadFiles = false;
    return { ok: true as const, session, isRenewed };
  }

  private hasOthers({ skills = [], onlySkills = false }: Pick<RunOptions, 'skills' | 'onlySkills'>): boolean {
    const wanted = new Map(skills.map(({ name, hash }) => [name, hash]));
    return [...this.skills].some(([name, hash]) => (wanted.has(name) ? wanted.get(name) !== hash : onlySkills));
  }

  private async put(session: Session, { files = [], skills = [] }: RunOptions): Promise<{ ok: true } | SandboxFailure> {
    for (const skill of skills) {
      if (this.skills.has(skill.name)) continue;
      const inFolder = (await skill.read()).map((file) => ({ ...file, path: `${skill.name}/${file.path}` }));
      const put = await session.put(inFolder, 'skills');
      if (!put.ok) return put;
      this.skills.set(skill.name, skill.hash);
    }
    return files.length > 0 ? session.put(files) : { ok: true };
  }

  private async take(session: Session, hiddenValues: HiddenValues) {
    const files: MadeFile[] = [];
    const collected = await session.collect(async ({ name, path, content }) => {
      const streams = new Streams(this.options.keep, hiddenValues);
      const clean = streams.cleanName(name, path);
      const storedFile = await this.options.keep(streams.clean(content));
      if (this.known.get(clean) === storedFile.hash) return;
      this.known.set(clean, storedFile.hash);
      files.push({ name: clean, ...storedFile });
    });
    if (!collected.ok) return collected;
    const streams = new Streams(this.options.keep, hiddenValues);
    const leftOut = collected.leftOut.map(({ name, path, why }) => ({ name: streams.cleanName(name, path), why }));
    return { ok: true as const, files, leftOut, leftOutCount: collected.leftOutCount };
  }
}

/** Puts files into a session that has just been opened; one that cannot have them is closed. */
async function withFiles(session: Session, atStart: RunOptions['atStart']): Promise<Session | SandboxFailure> {
  try {
    const files = (await atStart?.()) ?? [];
    const put = files.length > 0 ? await session.put(files) : session;
    if (put.ok) return session;
    await session.close();
    return put;
  } catch (error) {
    await session.close();
    throw error;
  }
}
