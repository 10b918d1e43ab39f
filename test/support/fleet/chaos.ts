import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { sleep } from '../../../src/base/async.ts';
import { eventually } from '../eventually.ts';
import type { Daemon, Fleet, Seen } from './index.ts';

/** A Redis of the test's own, which can be stopped and started again. */
export class OwnRedis {
  readonly url: string;
  private readonly port: number;
  private server: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async begin(): Promise<OwnRedis> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    const redis = new OwnRedis(typeof address === 'object' && address ? address.port : 0);
    probe.close();
    await redis.start();
    return redis;
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    this.server.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    await eventually(() => said.includes('Ready to accept'));
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    const ended = once(server, 'exit');
    server.kill();
    await ended;
  }
}

const PEOPLE = 50;

/** Puts `count` reminders into the database, due evenly over `overMs` from `inMs` from now on. */
export async function plantReminders(fleet: Fleet, count: number, inMs: number, overMs: number): Promise<void> {
  const sql = (text: string, values?: unknown[]) => fleet.postgres?.sql(text, values);
  await sql(`insert into spaces (id, adapter, name, created_at) values ('fleet:test', 'fleet', 'test', now())
             on conflict do nothing`);
  await sql(
    `insert into persons (id, name, role, created_at)
     select md5('person' || n)::uuid, 'person ' || n, 'member', now() from generate_series(1, $1::int) n`,
    [PEOPLE],
  );
  await sql(
    `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
     select md5('place' || n)::uuid, 'fleet', 'place' || n, 'fleet:test', 'dm', md5('person' || n)::uuid, now()
       from generate_series(1, $1::int) n`,
    [PEOPLE],
  );
  await sql(
    `insert into reminders (id, person_id, conversation_id, space_id, text, zone, state, planned_at, created_at, changed_at)
     select 'r' || n, md5('person' || (n % $4 + 1))::uuid, md5('place' || (n % $4 + 1))::uuid, 'fleet:test',
            'planted ' || n, 'UTC', 'pending',
            date_trunc('milliseconds', now()) + ($2 + n::float8 * $3 / $1) * interval '1 millisecond', now(), now()
       from generate_series(1, $1::int) n`,
    [count, inMs, overMs, PEOPLE],
  );
}

export interface Delivered {
  lost: number;
  twice: number;
  /** Milliseconds after the due time at which the platform had them. */
  lateness: { p50: number; p99: number; worst: number };
}

/** What became of planted reminders. The key of each holds its due time; that of a digest is made of those of its reminders. */
export function delivered(seen: readonly Seen[], copies: Record<string, number>, count: number): Delivered {
  const due = seen
    .filter(({ key }) => key.startsWith('reminder:r'))
    .flatMap(({ key, at }) => key.split('+').map((each) => ({ key: each, at })));
  const distinct = new Set(due.map(({ key }) => key.split(':')[1])).size;
  const late = due.map(({ key, at }) => at - Date.parse(key.split(':').slice(2, -1).join(':'))).sort((a, b) => a - b);
  const at = (share: number) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0;
  return {
    lost: count - distinct,
    twice: due.length - distinct + Object.keys(copies).length,
    lateness: { p50: at(0.5), p99: at(0.99), worst: at(1) },
  };
}

/** Does harm to a fleet, one thing at a time, as `next` decides. */
export class Chaos {
  readonly done: Record<string, number> = {};
  private readonly fleet: Fleet;
  private readonly redis: OwnRedis;
  private readonly next: () => number;
  private readonly pauses: Promise<void>[] = [];

  constructor(fleet: Fleet, redis: OwnRedis, next: () => number) {
    this.fleet = fleet;
    this.redis = redis;
    this.next = next;
  }

  /** One of: a daemon killed and replaced, one paused, one added, connections cut, Redis away for a moment. */
  async strike(pauseMs: number): Promise<void> {
    const acts = [this.kill, () => this.pause(pauseMs), this.add, this.cut, this.noRedis];
    await acts[Math.floor(this.next() * acts.length)]?.call(this);
  }

  async kill(): Promise<void> {
    const daemon = this.any();
    if (!daemon) return;
    this.count('killed');
    daemon.kill('SIGKILL');
    await daemon.exited;
    await this.fleet.start();
  }

  /** Stops a daemon for `ms`, as a suspended machine would, without waiting for it. */
  pause(ms: number): void {
    const daemon = this.any();
    if (!daemon) return;
    this.count('paused');
    daemon.kill('SIGSTOP');
    this.paused.add(daemon);
    const goOn = sleep(ms).then(() => {
      daemon.kill('SIGCONT');
      this.paused.delete(daemon);
    });
    this.pauses.push(goOn);
  }

  async add(): Promise<void> {
    if (this.fleet.daemons.size >= 4) return this.kill();
    this.count('added');
    await this.fleet.start();
  }

  async cut(): Promise<void> {
    this.count('connections cut');
    await this.fleet.postgres?.cut();
  }

  async noRedis(): Promise<void> {
    this.count('Redis stopped');
    await this.redis.stop();
    await sleep(1_000);
    await this.redis.start();
  }

  /** Resolves when every pause is over. */
  async over(): Promise<void> {
    await Promise.all(this.pauses);
  }

  private readonly paused = new Set<Daemon>();

  /** One that runs; there is always another one left that does. */
  private any(): Daemon | undefined {
    const running = [...this.fleet.daemons].filter((daemon) => !this.paused.has(daemon));
    return running.length < 2 ? undefined : running[Math.floor(this.next() * running.length)];
  }

  private count(what: string): void {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }
}
