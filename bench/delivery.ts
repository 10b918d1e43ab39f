/**
 * What the way of a message costs, beside what the disk and the engines cost without coda: `npm run bench -- delivery`.
 * With CODA_TEST_POSTGRES set, PostgreSQL too; `-- delivery reminders` measures one part alone. Prints a Markdown table. The model and the platform answer at once.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import type { Model } from '../src/agent/index.ts';
import { type App, build, createWorld, readConfig } from '../src/app/index.ts';
import { sleep } from '../src/base/async.ts';
import { smallHeaps } from '../src/base/heap.ts';
import { Secrets } from '../src/base/log.ts';
import type { ChatAdapter, Inbox, Part } from '../src/delivery/index.ts';
import { Report } from './support/report.ts';

const MESSAGES = 1_000;
const CONVERSATIONS = 50;
const PENDING = 1_000_000;
const LATENESS = 400;
const BURST = 10_000;
const IDLE_MS = 30_000;
const A_MINUTE_MS = 60_000;

/** After this the engine has done what it puts off until nobody asks anything: idling begins. */
const SETTLE_MS = 20_000;

/** Loaded where it is used: the child on PGlite is measured without it, as coda runs without it. */
async function connect(connectionString: string): Promise<Client> {
  const { default: pg } = await import('pg');
  const connected = new pg.Client({ connectionString });
  await connected.connect();
  return connected;
}

const report = new Report();
const row = (what: string, figure: string, wanted = '') => report.add(what, figure, { wanted });

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const ms = (value: number) => `${value.toFixed(2)} ms`;

/** Milliseconds of each of `count` runs of `work`, one after another, sorted. */
async function times(count: number, work: (index: number) => unknown): Promise<number[]> {
  for (let index = 0; index < 20; index++) await work(-1 - index);
  const all: number[] = [];
  for (let index = 0; index < count; index++) {
    const began = performance.now();
    await work(index);
    all.push(performance.now() - began);
  }
  return all.sort((a, b) => a - b);
}

/** A platform in this process that answers at once. */
class AtOnce implements ChatAdapter {
  readonly name = 'bench';
  readonly guarantees = { deduplicatesForMs: 120_000, canFind: true, canEdit: true };
  readonly arrived: { key: string; at: number }[] = [];
  inbox: Inbox | undefined;
  private count = 0;

  async start(inbox: Inbox): Promise<void> {
    this.inbox = inbox;
  }

  async send(part: Part) {
    this.arrived.push({ key: part.key, at: Date.now() });
    return { kind: 'sent' as const, receipt: { id: String(++this.count) } };
  }

  async edit(receipt: { id: string }) {
    return { kind: 'sent' as const, receipt };
  }

  async delete(receipt: { id: string }) {
    return { kind: 'sent' as const, receipt };
  }

  async find() {
    return undefined;
  }

  async close(): Promise<void> {}
}

const model: Model = {
  name: 'bench/model',
  streams: false,
  async *generate() {
    yield { type: 'text', text: 'an answer of a usual length, as people get them all day' };
    yield { type: 'stop', reason: 'end' };
  },
};

let said = 0;
async function say(adapter: AtOnce, conversation: number, text = 'what do you think of this?'): Promise<void> {
  const channel = `c${conversation}`;
  const accepted = await adapter.inbox?.accept({
    kind: 'message',
    id: `m${++said}`,
    place: { adapter: 'bench', channel, space: 'bench', kind: 'dm' },
    sender: { externalId: `p${conversation}`, name: `p${conversation}`, role: 'owner' },
    text,
    files: [],
    sentAt: new Date(),
  });
  await accepted?.settled;
}

async function open(dataDir: string, url: string | undefined): Promise<{ app: App; adapter: AtOnce }> {
  smallHeaps();
  const secrets = new Secrets();
  const world = createWorld({ env: {}, secrets, level: 'silent' });
  // What is counted is messages: all that is planted here is one person's.
  const each = { 'reminders.digest': false };
  const flags = { 'storage.pool': 16, 'delivery.concurrency': 64, 'assistant.zone': 'UTC', ...each };
  const config = readConfig({
    env: url ? { DATABASE_URL: url } : {},
    dataDir,
    cwd: dataDir,
    secrets,
    flags: Object.fromEntries(Object.entries(flags).map(([path, value]) => [path, { name: `--${path}`, value }])),
  });
  const adapter = new AtOnce();
  const onFatal = (error: Error) => {
    throw error;
  };
  const app = await build(config, world, { version: 'bench', hint: '', onFatal, adapters: [adapter], model });
  await app.start();
  return { app, adapter };
}

function rawSync(folder: string): Promise<number[]> {
  const file = openSync(join(folder, 'raw'), 'w');
  const block = Buffer.alloc(8_192);
  const measured = times(500, (index) => {
    writeSync(file, block, 0, block.length, (Math.abs(index) % 100) * block.length);
    fdatasyncSync(file);
  });
  return measured.finally(() => closeSync(file));
}

/** Plain inserts on `connections` connections for two seconds: commits a second, and the p50 of one. */
async function commits(url: string, connections: number): Promise<{ perSecond: number; p50: number }> {
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(url)));
  await clients[0]?.query('create table if not exists bench (id int, body text)');
  const all: number[] = [];
  const began = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() - began < 2_000) {
        const started = performance.now();
        await client.query({ name: 'add', text: 'insert into bench values ($1, $2)', values: [1, 'x'.repeat(200)] });
        all.push(performance.now() - started);
      }
    }),
  );
  const perSecond = (all.length / (performance.now() - began)) * 1_000;
  await clients[0]?.query('drop table bench');
  await Promise.all(clients.map((client) => client.end()));
  return {
    perSecond,
    p50: at(
      all.sort((a, b) => a - b),
      0.5,
    ),
  };
}

async function messages(engine: string, app: App, adapter: AtOnce, commit: number, perSecond: number): Promise<void> {
  const one = await times(MESSAGES, () => say(adapter, 0));
  row(`${engine}: a message with a model that answers at once, p50`, ms(at(one, 0.5)), `≤ ${ms(2 * commit + 3)}`);
  row(`${engine}: a message with a model that answers at once, p99`, ms(at(one, 0.99)));
  for (let conversation = 1; conversation <= CONVERSATIONS; conversation++) await say(adapter, conversation);
  const began = performance.now();
  const each = 60;
  const talk = async (conversation: number) => {
    for (let index = 0; index < each; index++) await say(adapter, conversation);
  };
  await Promise.all(Array.from({ length: CONVERSATIONS }, (_, index) => talk(index + 1)));
  const rate = (CONVERSATIONS * each * 1_000) / (performance.now() - began);
  const wanted =
    engine === 'PostgreSQL' ? `≥ 500/s where 16 connections commit ≥ 4,000/s (here ${perSecond.toFixed(0)})` : '';
  row(`${engine}: ${CONVERSATIONS} conversations at once`, `${rate.toFixed(0)}/s`, wanted);
  await app.whenSettled();
}

async function plant(client: Client, name: string, count: number, due: string): Promise<void> {
  await client.query(
    `insert into reminders (id, person_id, conversation_id, space_id, text, zone, state, planned_at, created_at, changed_at)
     select $1::text || n, p.id, c.id, c.space_id, 'planted', 'UTC', 'pending', ${due}, now(), now()
       from generate_series(1, $2::int) n, (select id from persons limit 1) p, (select id, space_id from conversations limit 1) c`,
    [name, count],
  );
}

/** How late a timer of Node is by itself, while nothing else happens. */
async function bareTimers(): Promise<number[]> {
  const late: number[] = [];
  for (let index = 0; index < 100; index++) {
    const due = performance.now() + 20;
    await sleep(20);
    late.push(performance.now() - due);
  }
  return late.sort((a, b) => a - b);
}

async function reminders(url: string, folder: string): Promise<void> {
  // Somebody to remind, and where.
  const { app: before, adapter: there } = await open(folder, url);
  await say(there, 0);
  await before.stop();
  const client = await connect(url);
  await plant(client, 'far', PENDING, `now() + interval '30 days' + n * interval '1 second'`);
  await client.query('analyze reminders');
  const spread = `date_trunc('milliseconds', now()) + interval '3 seconds' + n * interval '25 milliseconds'`;
  await plant(client, 'near', LATENESS, spread);
  const { app, adapter } = await open(folder, url);
  while (adapter.arrived.filter(({ key }) => key.startsWith('reminder:near')).length < LATENESS) await sleep(100);
  const late = adapter.arrived
    .filter(({ key }) => key.startsWith('reminder:near'))
    .map((each) => each.at - Date.parse(each.key.split(':').slice(2, -1).join(':')))
    .sort((a, b) => a - b);
  const timers = await bareTimers();
  const pending = PENDING.toLocaleString('en');
  row('bare setTimeout: lateness p50, p99', `${ms(at(timers, 0.5))}, ${ms(at(timers, 0.99))}`);
  row(`a reminder beside ${pending} pending: lateness p50`, ms(at(late, 0.5)), '≤ 20 ms');
  row(`a reminder beside ${pending} pending: lateness p99`, ms(at(late, 0.99)), '≤ 150 ms');
  await app.whenSettled();
  await plant(client, 'burst', BURST, `date_trunc('milliseconds', now()) + interval '8 seconds'`);
  const { rows: dues } = await client.query(`select max(planned_at) as due from reminders where id like 'burst%'`);
  const due = (dues[0] as { due: Date }).due.getTime();
  // What the worker does not know of yet it finds at its next look: a replica would have made these.
  await app.stop();
  const next = await open(folder, url);
  const sent = async () => {
    const open = await client.query(
      `select count(*)::int as n from outbox where key like 'reminder:burst%' and state = 'sent'`,
    );
    return (open.rows[0] as { n: number }).n;
  };
  while ((await sent()) < BURST) await sleep(20);
  const took = Date.now() - due;
  row(
    `${BURST.toLocaleString('en')} reminders due at once, until the last receipt is stored`,
    `${((BURST * 1_000) / took).toFixed(0)}/s`,
    '≥ 2,000/s',
  );
  await next.app.stop();
  await client.end();
}

/** In a process of its own: memory after 1,000 and 10,000 messages, then what idling takes. */
async function child(dataDir: string, url: string | undefined): Promise<void> {
  const { app, adapter } = await open(dataDir, url);
  const talk = async (count: number) => {
    const each = count / CONVERSATIONS;
    const one = async (conversation: number) => {
      for (let index = 0; index < each; index++) await say(adapter, conversation);
    };
    await Promise.all(Array.from({ length: CONVERSATIONS }, (_, index) => one(index)));
    await app.whenSettled();
    adapter.arrived.length = 0;
    globalThis.gc?.();
    return process.memoryUsage.rss() / 1e6;
  };
  const after1 = await talk(1_000);
  const after10 = await talk(9_000);
  const storage = async () => ((await app.status()) as { storage: { roundTrips: number } }).storage.roundTrips;
  await sleep(SETTLE_MS);
  const before = { cpu: process.cpuUsage(), trips: await storage() };
  await sleep(IDLE_MS);
  const cpu = process.cpuUsage(before.cpu);
  const idle = ((cpu.user + cpu.system) / 1e3 / IDLE_MS) * 100;
  process.stdout.write(JSON.stringify({ after1, after10, idle, trips: (await storage()) - before.trips }));
  await app.stop(0);
  process.exit();
}

/** In a process of its own: memory a minute after 1,000 messages of which every fourth is a note, which gets a vector. */
async function childWithNotes(dataDir: string, url: string | undefined): Promise<void> {
  const { app, adapter } = await open(dataDir, url);
  const one = async (conversation: number) => {
    for (let index = 0; index < MESSAGES / CONVERSATIONS; index++) {
      const note = `/note the ${index}th thing of shelf ${conversation} is in the cellar`;
      await say(adapter, conversation, index % 4 === 0 ? note : undefined);
    }
  };
  await Promise.all(Array.from({ length: CONVERSATIONS }, (_, index) => one(index)));
  await app.whenSettled();
  await sleep(A_MINUTE_MS);
  process.stdout.write(JSON.stringify({ noted: process.memoryUsage.rss() / 1e6 }));
  await app.stop(0);
  process.exit();
}

function inChild(engine: string, dataDir: string, url: string | undefined): void {
  const measured = (kind: string): Record<string, number> => {
    const folder = join(dataDir, kind);
    const args = ['--expose-gc', fileURLToPath(import.meta.url), kind, folder, ...(url ? [url] : [])];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(stdout);
  };
  const { noted } = measured('child-with-notes');
  const { after1, after10, idle, trips } = measured('child');
  const mb = (value = 0) => `${value.toFixed(0)} MB`;
  const most = engine === 'PGlite' ? 220 : 120;
  row(`${engine}: resident a minute after 1,000 messages, every fourth a note`, mb(noted), `≤ ${most} MB`);
  row(`${engine}: resident after 1,000 messages`, mb(after1));
  const wanted = engine === 'PGlite' ? '≤ 280 MB' : `≤ ${mb((after1 ?? 0) * 1.2)}`;
  row(`${engine}: resident after 10,000 messages`, mb(after10), wanted);
  row(`${engine}: CPU while idle`, `${(idle ?? 0).toFixed(2)} %`, '< 0.5 %');
  row(`${engine}: round trips in ${IDLE_MS / 1_000} s of idling`, String(trips), 'a safety look, heartbeats');
}

async function fresh(server: string, name: string): Promise<string> {
  const admin = await connect(server);
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function drop(server: string, name: string): Promise<void> {
  const admin = await connect(server);
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.end();
}

async function onPglite(folder: string, sync: number): Promise<void> {
  const { app, adapter } = await open(join(folder, 'pglite'), undefined);
  await messages('PGlite', app, adapter, sync, 0);
  await app.stop();
  inChild('PGlite', join(folder, 'child'), undefined);
}

async function onPostgres(folder: string, url: string): Promise<void> {
  const single = await commits(url, 1);
  const many = await commits(url, 16);
  row('bare pg: insert on 1 connection', `${single.perSecond.toFixed(0)} commits/s, p50 ${ms(single.p50)}`);
  row('bare pg: insert on 16 connections', `${many.perSecond.toFixed(0)} commits/s, p50 ${ms(many.p50)}`);
  const { app, adapter } = await open(folder, url);
  await messages('PostgreSQL', app, adapter, single.p50, many.perSecond);
  await app.stop();
  inChild('PostgreSQL', folder, url);
}

/** `parts` of what there is: `pglite`, `postgres`, `reminders`. */
async function main(parts: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const server = process.env.CODA_TEST_POSTGRES;
  try {
    const sync = at(await rawSync(folder), 0.5);
    row('raw: write 8 kB and fdatasync, p50', ms(sync));
    if (parts.includes('pglite')) await onPglite(folder, sync);
    if (!server) return;
    const url = await fresh(server, 'coda_bench');
    if (parts.includes('postgres')) await onPostgres(folder, url);
    if (parts.includes('reminders')) await reminders(url, folder);
    await drop(server, 'coda_bench');
  } finally {
    rmSync(folder, { recursive: true, force: true });
    report.print();
  }
}

const [first = 'all', dataDir = '', url] = process.argv.slice(2);
const ALL = ['pglite', 'postgres', 'reminders'];
if (first === 'child') await child(dataDir, url);
else if (first === 'child-with-notes') await childWithNotes(dataDir, url);
else await main(first === 'all' ? ALL : process.argv.slice(2));
