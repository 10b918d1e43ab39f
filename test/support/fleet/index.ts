import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Deferred, deferred } from '../../../src/base/async.ts';
import type { Incoming } from '../../../src/delivery/index.ts';
import { bundled } from '../compiled.ts';
import { migratedPostgres } from '../database.ts';
import { eventually } from '../eventually.ts';
import type { TestPostgres } from '../postgres.ts';
import { fillMigrated } from '../template.ts';
import type { DaemonOptions, Order } from './orders.ts';
import { type Answers, ask, type Behaviour, type PlatformState, type Seen } from './wire.ts';

export type { PlatformState, Seen } from './wire.ts';

export interface FleetOptions {
  engine: 'PGlite' | 'PostgreSQL';
  redis?: string;
  /** Another way to the database than the direct one. */
  url?: (direct: string) => Promise<string>;
  daemon?: Partial<DaemonOptions>;
}

/** A scripted platform and daemons on one database, each in a process of its own. */
export class Fleet {
  readonly dataDir: string;
  readonly postgres: TestPostgres | undefined;
  readonly daemons = new Set<Daemon>();
  private readonly programs: string;
  private readonly port: number;
  private readonly platform: ChildProcessWithoutNullStreams;
  private readonly options: FleetOptions;
  private readonly url: string | undefined;
  closing = false;
  private lives = 0;
  private heard = 0;

  private constructor(init: {
    programs: string;
    dataDir: string;
    postgres: TestPostgres | undefined;
    url: string | undefined;
    platform: ChildProcessWithoutNullStreams;
    port: number;
    options: FleetOptions;
  }) {
    this.programs = init.programs;
    this.dataDir = init.dataDir;
    this.postgres = init.postgres;
    this.url = init.url;
    this.platform = init.platform;
    this.port = init.port;
    this.options = init.options;
  }

  static async begin(options: FleetOptions): Promise<Fleet> {
    const programs = await bundled('test/support/fleet/daemon.ts', 'test/support/fleet/platform.ts');
    const dataDir = await mkdtemp(join(tmpdir(), 'coda-fleet-'));
    const postgres = options.engine === 'PostgreSQL' ? await migratedPostgres() : undefined;
    if (!postgres) await fillMigrated(dataDir);
    const url = postgres && (await (options.url?.(postgres.url) ?? postgres.url));
    const platform = spawn(process.execPath, [join(programs, 'platform.js')]);
    platform.stderr.pipe(process.stderr);
    const [port] = await once(createInterface({ input: platform.stdout }), 'line');
    return new Fleet({ programs, dataDir, postgres, url, platform, port: Number(port), options });
  }

  /** Starts another daemon and waits until it is ready. `killAt` ends it on its way there. */
  async start({ killAt, ...more }: { killAt?: string } & Partial<DaemonOptions> = {}): Promise<Daemon> {
    const { redis, daemon } = this.options;
    const options: DaemonOptions = {
      port: this.port,
      dataDir: this.dataDir,
      life: this.lives++,
      ...(this.url && { url: this.url }),
      ...(redis && { redis }),
      ...daemon,
      ...more,
    };
    const started = new Daemon(join(this.programs, 'daemon.js'), options, killAt);
    this.daemons.add(started);
    const forget = () => this.daemons.delete(started);
    started.exited.then(forget, forget);
    await started.ready;
    return started;
  }

  /** How many daemons have been started so far. */
  get started(): number {
    return this.lives;
  }

  /** Somebody says something. */
  async says(channel: string, text: string, { from = 'ana', id = `q${++this.heard}` } = {}): Promise<void> {
    await this.hear([message(channel, text, from, id)]);
  }

  async press(channel: string, button: string, from = 'ana'): Promise<void> {
    const place = placeOf(channel);
    const sender = { externalId: from, name: from, role: 'owner' as const };
    await this.hear([{ kind: 'press', id: `i${++this.heard}`, place, sender, button, sentAt: new Date() }]);
  }

  async hear(events: Incoming[]): Promise<void> {
    await ask(this.port, 'hear', { events });
  }

  behave(behaviour: Partial<Behaviour>): Promise<Answers['behave']> {
    return ask(this.port, 'behave', behaviour);
  }

  /** What can be seen on the platform, or in one channel of it. */
  state(channel?: string): Promise<PlatformState> {
    return ask(this.port, 'state', channel === undefined ? {} : { channel });
  }

  /** What stands in a channel now, oldest first. */
  async in(channel: string): Promise<Seen[]> {
    return (await this.state(channel)).messages;
  }

  /**
   * How often it was said that something is noted, and the channels where that is not so, or where more is. A call that finds
   * no time in its transaction is told as such and leaves nothing.
   */
  async noted(daemon: Daemon): Promise<{ told: number; astray: string[] }> {
    const { messages } = await this.state();
    const told = messages.filter(({ text }) => /^note \S+: Noted/.test(text)).map(({ channel }) => channel);
    const rows = await daemon.order<{ text: string }[]>({ do: 'sql', sql: 'select text from notes' });
    const kept = rows.map(({ text }) => text.replace(/^noted /, ''));
    const count = (all: readonly string[], name: string) => all.filter((one) => one === name).length;
    const astray = [...new Set([...told, ...kept])].filter(
      (name) => count(told, name) !== 1 || count(kept, name) !== 1,
    );
    return { told: told.length, astray };
  }

  /** Waits until what stands in a channel is as `check` wants it; returns what stands there then. */
  async until(channel: string, check: (seen: Seen[]) => boolean, withinMs?: number): Promise<Seen[]> {
    let seen: Seen[] = [];
    await eventually(async () => {
      seen = await this.in(channel);
      return check(seen);
    }, withinMs);
    return seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing = true;
    for (const daemon of this.daemons) daemon.kill('SIGKILL');
    await Promise.allSettled([...this.daemons].map((daemon) => daemon.exited));
    this.platform.stdin.end();
    await once(this.platform, 'exit');
    await this.postgres?.drop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export function message(channel: string, text: string, from: string, id: string): Incoming {
  const sender = { externalId: from, name: from, role: 'owner' as const };
  return { kind: 'message', id, place: placeOf(channel), sender, text, files: [], sentAt: new Date() };
}

function placeOf(channel: string) {
  return { adapter: 'fleet', channel, space: 'test', kind: 'channel' as const };
}

/** One daemon. */
export class Daemon {
  /** Resolves when it has started, or has ended on its way there. */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  readonly life: number;
  alive = true;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers = new Map<number, Deferred<unknown>>();
  private orders = 0;

  constructor(script: string, options: DaemonOptions, killAt: string | undefined) {
    this.life = options.life;
    const env = { PATH: process.env.PATH ?? '', FLEET_DAEMON: JSON.stringify(options) };
    this.child = spawn(process.execPath, [script], { env: killAt ? { ...env, CODA_TEST_KILL_AT: killAt } : env });
    this.child.stderr.pipe(process.stderr);
    this.child.stdin.on('error', () => {}); // it was killed; `exited` tells
    const ready = deferred();
    this.ready = ready.promise;
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as { ready?: true; id?: number; value?: unknown; error?: string };
      if (said.ready) return ready.resolve();
      const waiting = this.answers.get(said.id ?? -1);
      if (said.error) waiting?.reject(new Error(said.error));
      else waiting?.resolve(said.value);
    });
    this.exited = once(this.child, 'exit').then(([code, signal]) => {
      this.alive = false;
      ready.resolve();
      for (const waiting of this.answers.values()) waiting.reject(new Gone());
      if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the daemon ended by itself (${code ?? signal})`);
    });
    this.exited.catch(() => {}); // whoever waits for it hears of it
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Has it do something; rejects with `Gone` when it ends meanwhile. */
  async order<T = unknown>(order: Order): Promise<T> {
    if (!this.alive) throw new Gone();
    const id = ++this.orders;
    const answer = deferred<unknown>();
    this.answers.set(id, answer);
    this.child.stdin.write(`${JSON.stringify({ ...order, id })}\n`);
    return answer.promise.finally(() => this.answers.delete(id)) as Promise<T>;
  }

  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (this.alive) this.child.kill(signal);
  }
}

/** The daemon has ended. */
export class Gone extends Error {}
