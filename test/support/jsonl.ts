import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
import { within } from './eventually.ts';
import { fillMigrated } from './template.ts';

/** What `npm run build` has left; another build is named by CODA_TEST_MAIN. */
export const MAIN = process.env.CODA_TEST_MAIN ?? join(packageRoot(), 'dist', 'main.js');

/** A line of the protocol, as `docs/jsonl.md` describes it. */
export interface Line {
  type: string;
  id?: string;
  in_reply_to?: string | null;
  conversation?: string;
  text?: string;
  code?: string;
  remedy?: string;
  line?: number;
  outcome?: string;
  buttons?: { id: string; label: string }[];
  files?: { name: string; type: string; size: number; path: string }[];
  [field: string]: unknown;
}

export interface Input {
  id?: string;
  text?: string;
  press?: string;
  user?: string;
  role?: 'owner' | 'member';
  conversation?: string;
  files?: { name: string; type?: string; path?: string; base64?: string }[];
  clock?: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Options {
  /** A folder of its own with an empty database when left out. */
  dataDir?: string;
  /** More arguments, such as `--test-clock`. */
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Another build than the present one. */
  main?: string;
}

/** A folder that is not there yet, removed when the file's tests have ended. */
export function freshDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coda-data-'));
  folders.push(folder);
  return join(folder, 'data');
}

/** The same with an empty migrated database in it: whoever begins there is spared half of a first start. */
export async function migratedDataDir(): Promise<string> {
  const dataDir = freshDataDir();
  await fillMigrated(dataDir);
  return dataDir;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 }))));

/** Nothing of the developer's own: neither tokens nor folders. */
export function cleanEnv(more: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', HOME = tmpdir() } = process.env;
  return { PATH, HOME, TZ: 'UTC', LANG: 'C.UTF-8', CODA_BACKUP: 'off', ...more };
}

/** A coda in a process of its own. It is killed when the test has ended (`await using`). */
export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exit: Promise<Exit>;
  stdout = '';
  stderr = '';

  constructor(args: string[], { env, cwd, main = MAIN }: Options = {}) {
    this.child = spawn(process.execPath, [main, ...args], { env: cleanEnv(env), cwd: cwd ?? tmpdir(), stdio: 'pipe' });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.onStdout(text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.child.stdin.on('error', () => {});
    this.exit = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal })));
  }

  protected onStdout(text: string): void {
    this.stdout += text;
  }

  /** Waits until `check` gives something, or the process has ended. */
  protected async until<T>(what: string, check: () => T | undefined | false): Promise<T> {
    let ended = false;
    void this.exit.then(() => {
      ended = true;
    });
    // Ends what hangs, before the limit of the test does without a word: seven programs at once on a slow machine take minutes.
    const found = await within(240_000, () => check() || (ended && 'ended'));
    const value = check();
    if (value) return value;
    throw new Error(
      `${found === 'ended' ? 'coda ended' : 'nothing came'} while waiting for ${what}\n${this.stdout.slice(-2_000)}\n${this.stderr}`,
    );
  }

  /** Waits until stderr holds `text`. */
  async logged(text: string): Promise<void> {
    await this.until(`"${text}" in the log`, () => this.stderr.includes(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}

/** `coda chat --jsonl` in a process of its own, as a program would use it. */
export class Jsonl extends Program {
  readonly dataDir: string;
  readonly lines: Line[] = [];
  private rest = '';

  /** Starts it, and waits until it is ready unless `ready` is false. */
  static async start(options: Options = {}, ready = true): Promise<Jsonl> {
    const jsonl = new Jsonl({ ...options, dataDir: options.dataDir ?? (await migratedDataDir()) });
    if (ready) await jsonl.next(({ type }) => type === 'ready');
    return jsonl;
  }

  constructor(options: Options & { dataDir: string }) {
    super(['chat', '--jsonl', '--data', options.dataDir, ...(options.args ?? [])], options);
    this.dataDir = options.dataDir;
  }

  protected override onStdout(text: string): void {
    super.onStdout(text);
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) this.lines.push(JSON.parse(part));
  }

  write(bytes: string | Buffer): void {
    this.child.stdin.write(bytes);
  }

  /** Sends one line without waiting; gives its id. */
  post(input: Input): string {
    const id = input.id ?? randomUUID();
    this.write(`${JSON.stringify({ ...input, id })}\n`);
    return id;
  }

  /** Sends one line and waits for its `done`: everything that was said meanwhile, `done` left out. */
  async send(input: Input): Promise<Line[]> {
    const from = this.lines.length;
    const id = this.post(input);
    await this.done(id);
    return this.lines.slice(from).filter(({ type }) => type !== 'done' && type !== 'typing');
  }

  /** Says something and gives the answer's text: all messages that reply to it, in their last form. */
  async say(text: string, more: Omit<Input, 'text'> = {}): Promise<string> {
    const id = more.id ?? randomUUID();
    await this.send({ ...more, id, text });
    return this.shown(({ in_reply_to }) => in_reply_to === id)
      .map((line) => line.text)
      .join('\n');
  }

  /** Parts as they stand now: edited where they were edited, without those that were taken back. */
  shown(which: (line: Line) => boolean = () => true): Line[] {
    const parts = new Map<string, Line>();
    for (const line of this.lines) {
      if (line.id === undefined) continue;
      const known = parts.get(line.id);
      if (line.type === 'delete') parts.delete(line.id);
      else if (known) parts.set(line.id, { ...line, type: known.type });
      else if (which(line)) parts.set(line.id, line);
    }
    return [...parts.values()];
  }

  /** Moves the clock of a coda that was started with `--test-clock`; gives what came due. */
  clock(to: Date | string): Promise<Line[]> {
    return this.send({ clock: typeof to === 'string' ? to : to.toISOString() });
  }

  async done(id: string): Promise<Line> {
    return this.until(`the end of ${id}`, () => this.lines.find((l) => l.type === 'done' && l.in_reply_to === id));
  }

  /** The first line from `from` on that fits. */
  async next(which: (line: Line) => boolean, from = 0): Promise<Line> {
    return this.until(`a line such as ${which}`, () => this.lines.slice(from).find(which));
  }

  /** Closes stdin, and waits for the end. */
  async end(): Promise<Exit> {
    this.child.stdin.end();
    return this.exit;
  }
}
