/**
 * How soon the routes of the web app answer, in a coda that has answered 100,000 messages: `npm run bench -- dashboard`.
 * Beside the bare `/health` of the same server. With CODA_TEST_POSTGRES set, on PostgreSQL too; with CODA_TEST_CHROMIUM set, how soon
 * a browser paints *Today*, too. Prints a Markdown table.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type App, build, createWorld, readConfig } from '../src/app/index.ts';
import { Secrets } from '../src/base/log.ts';
import { packageRoot } from '../src/base/root.ts';
import { CHROMIUM, openBrowser } from '../test/support/browser.ts';
import { Report } from './support/report.ts';

const MESSAGES = 100_000;
const CONVERSATIONS = 200;
const LOOKS = 50;
const SCHEMA = 'coda_bench_dashboard';
const ROUTES = [
  ...['/v1/me', '/v1/today', '/v1/chats', '/v1/notes', '/v1/memories', '/v1/schedules', '/v1/search?q=new', '/v1/runs'],
  ...[
    '/v1/approvals',
    '/v1/approvals/past',
    '/v1/activity',
    '/v1/audit',
    '/v1/undelivered',
    '/v1/people',
    '/v1/tokens',
  ],
  ...['/v1/skills', '/v1/secrets', '/v1/tools', '/v1/hooks', '/v1/jobs', '/v1/system', '/v1/system/costs'],
  ...['/v1/system/settings', '/v1/system/tasks', '/v1/backups'],
];
const report = new Report();

/** A UUID of version 7 for the `n`th minute, as `uuid()` makes them. */
const idAt = (
  n: string,
) => `(select (substr(h, 1, 8) || '-' || substr(h, 9) || '-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid
  from (select lpad(to_hex((extract(epoch from timestamptz '2026-01-01') * 1000)::bigint + ${n}::bigint * 60000), 12, '0') as h) x)`;
const at = (n: string) => `timestamptz '2026-01-01' + ${n} * interval '1 minute'`;

/** One turn for each message, with one step, an answer, and what it has cost. */
const SEED = [
  `insert into spaces (id, adapter, created_at) values ('bench:1', 'bench', '2026-01-01')`,
  `insert into persons (id, name, role, created_at)
   select ${idAt('n')}, 'person ' || n, 'member', '2026-01-01' from generate_series(1, ${CONVERSATIONS}) n`,
  `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
   select ${idAt('n')}, 'bench', 'c' || n, 'bench:1', 'dm', ${idAt('n')}, '2026-01-01' from generate_series(1, ${CONVERSATIONS}) n`,
  `insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, sent_at,
                      received_at, finished_at)
   select ${idAt('n')}, 'k' || n, 'message', 'bench', ${idAt(`(n % ${CONVERSATIONS} + 1)`)}, ${idAt(`(n % ${CONVERSATIONS} + 1)`)},
          'm' || n, '{"from": "x", "text": "what is new?", "files": []}', 'done', true, ${at('n')}, ${at('n')}, ${at('n')}
     from generate_series(1, ${MESSAGES}) n`,
  `insert into turns (id, inbox_id, conversation_id, person_id, state, model, elapsed_ms, started_at, finished_at)
   select id, id, conversation_id, person_id, 'answered', 'bench/model', 900, received_at, received_at from inbox`,
  `insert into steps (turn_id, seq, kind, payload, at)
   select id, 0, 'model', '{"model": "bench/model", "calls": []}', started_at from turns`,
  `insert into messages (id, conversation_id, epoch, turn_id, person_id, role, content, at)
   select id, conversation_id, 0, id, person_id, 'user', '{"text": "what is new?"}', started_at from turns order by id`,
  `insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, content, state, created_at, sent_at)
   select id, 'o' || id, 'bench', conversation_id, person_id, id, id, 'o' || id, '{"kind": "answer", "text": "nothing"}', 'sent',
          started_at, started_at from turns`,
  `insert into spending (day, person_id, calls, price)
   select d::date, ${idAt('n')}, 5, 0.01
     from generate_series(1, ${CONVERSATIONS}) n, generate_series('2026-01-01'::date, now()::date, '1 day') d`,
  'analyze',
];

async function measure(app: App, engine: string): Promise<void> {
  for (const [index, sql] of SEED.entries()) await app.database.run(`seed.${index}`, sql, []);
  const url = app.http?.url ?? '';
  const { cookie } = await app.sessions.open((await app.sessions.link()).code);
  const get = async (path: string) => {
    const began = performance.now();
    const answer = await fetch(url + path, { headers: { Cookie: `coda_session=${cookie}` } });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return performance.now() - began;
  };
  // The server's own modules are loaded with the first request of all, whatever it asks for.
  await get('/health');
  const first = await get('/');
  const { rows } = await app.database.read<{ id: string }>(`select id from conversations where channel = 'c7'`);
  const paths = [...ROUTES, `/v1/activity/${rows[0]?.id}`, '/health'];
  const times = new Map<string, number[]>();
  for (const path of paths) {
    await get(path);
    const all = [];
    for (let look = 0; look < LOOKS; look++) all.push(await get(path));
    times.set(
      path,
      all.sort((a, b) => a - b),
    );
  }
  const of = (path: string, share: number) => times.get(path)?.[Math.floor(LOOKS * share)] ?? 0;
  const beside = `/health ${of('/health', 0.5).toFixed(1)} ms`;
  const wanted = '≤ 100 ms';
  report.add(
    `the web app's page, as the first request, with ${MESSAGES.toLocaleString('en')} messages, ${engine}`,
    `${first.toFixed(0)} ms`,
    {
      ...{ beside, wanted },
    },
  );
  const slowest = paths
    .reduce((one, other) => (of(one, 0.5) > of(other, 0.5) ? one : other))
    .replace(/[0-9a-f-]{36}/, ':id');
  for (const path of paths)
    process.stderr.write(`  ${path}: p50 ${of(path, 0.5).toFixed(1)}, p98 ${of(path, 0.98).toFixed(1)} ms\n`);
  const worst = Math.max(...paths.map((path) => of(path, 0.5)));
  report.add(`its slowest route (${slowest}), p50, ${engine}`, `${worst.toFixed(0)} ms`, { beside, wanted: '≤ 25 ms' });
}

/** Visits with nothing kept of the one before. */
const VISITS = 5;

/** Milliseconds from the address to the first paint, and to the list of the day, in a browser that has nothing yet. */
async function measurePaint(app: App, engine: string): Promise<void> {
  if (CHROMIUM === undefined) return;
  const { url } = app.http ?? {};
  const browser = await openBrowser();
  const paints: number[] = [];
  const lists: number[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    const { cookie } = await app.sessions.open((await app.sessions.link()).code);
    const context = await browser.newContext();
    await context.addCookies([{ name: 'coda_session', value: cookie, url: url ?? '' }]);
    const page = await context.newPage();
    await page.goto(`${url}/today`);
    await page.getByRole('heading', { name: /^Today, / }).waitFor();
    lists.push((await page.evaluate('performance.now()')) as number);
    paints.push((await page.evaluate(FIRST_PAINT)) as number);
    await context.close();
  }
  await browser.close();
  const median = (times: number[]) => `${times.sort((a, b) => a - b)[VISITS >> 1]?.toFixed(0)} ms`;
  report.add(`first paint of Today in a browser, ${engine}`, median(paints), { wanted: '≤ 300 ms' });
  report.add(`Today with its lists, ${engine}`, median(lists));
}

const FIRST_PAINT = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0`;

async function onEngine(engine: string, env: Record<string, string>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const secrets = new Secrets();
  const flag = (value: unknown) => ({ name: 'bench', value });
  const flags = {
    'http.listen': flag('127.0.0.1:0'),
    'backup.cron': flag('off'),
    'memory.embedder.kind': flag('none'),
  };
  const config = readConfig({ env, dataDir, secrets, cwd: dataDir, flags });
  const world = createWorld({ env, secrets, level: 'error', testClock: undefined });
  const fatal = (error: Error) => {
    throw error;
  };
  const app = await build(config, world, { version: 'bench', hint: '', onFatal: fatal });
  await app.start();
  await measure(app, engine);
  await measurePaint(app, engine);
  await app.stop(0);
  rmSync(dataDir, { recursive: true, force: true });
}

async function onPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop schema if exists ${SCHEMA} cascade; create schema ${SCHEMA}`);
  const own = new URL(url);
  own.searchParams.set('options', `-c search_path=${SCHEMA},public`);
  await onEngine('PostgreSQL', { DATABASE_URL: own.href });
  await client.query(`drop schema ${SCHEMA} cascade`);
  await client.end();
}

const folder = join(packageRoot(), 'dist', 'web');
const bytesOf = (ending: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
report.add('scripts of all pages, compressed', `${(bytesOf('.js.br') / 1_000).toFixed(0)} kB`, { wanted: '≤ 90 kB' });
report.add('styles, compressed', `${(bytesOf('.css.br') / 1_000).toFixed(0)} kB`, { wanted: '≤ 20 kB' });
await onEngine('embedded', {});
if (process.env.CODA_TEST_POSTGRES) await onPostgres(process.env.CODA_TEST_POSTGRES);
report.print();
process.exit(0);
