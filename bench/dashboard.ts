/**
 * How soon the routes of the web app answer, in a coda that has answered 100,000 messages: `npm run bench -- dashboard`.
 * Beside the bare `/health` of the same server. With CODA_TEST_POSTGRES set, on PostgreSQL too; with CODA_TEST_CHROMIUM set, how soon
 * a browser paints *Today*, and how a conversation of 5,000 entries opens and scrolls to its beginning, too. Prints a Markdown table.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type App, build, createWorld, readConfig } from '../src/app/index.ts';
import { Secrets } from '../src/base/log.ts';
import { packageRoot } from '../src/base/root.ts';
import { CHROMIUM, openBrowser, type Page } from '../test/support/browser.ts';
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

/** Messages of the long conversation, each with its answer. */
const LONG = 2_500;

const ANSWER = [
  'The first thing is **this**, and `that` comes after it:',
  '- one of them, which is long enough that it takes more than a line on a phone and on most desktops as well\n- two\n- three',
  '| name | size |\n| --- | ---: |\n| a | 1 |\n| b | 2 |',
  '```python\nimport os\n\nfor name in os.listdir("."):\n    print(name)\n```',
  'So it is $A = \\pi r^2$, which costs $5.',
].join('\n\n');

const LONG_SEED = [
  `insert into conversations (id, adapter, channel, space_id, kind, person_id, title, created_at)
   select ${idAt('5000000')}, 'http', 'web-' || id || '/long', 'bench:1', 'dm', id, 'A long one', '2026-01-01'
     from persons where role = 'owner' limit 1`,
  `insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, sent_at,
                      received_at, finished_at)
   select ${idAt('(5000000 + n)')}, 'l' || n, 'message', 'http', c.id, c.person_id, 'l' || n,
          jsonb_build_object('from', 'x', 'text', 'question ' || n, 'files', '[]'::jsonb), 'done', true, ${at('n')}, ${at('n')}, ${at('n')}
     from conversations c, generate_series(1, ${LONG}) n where c.title = 'A long one'`,
  `insert into outbox (id, key, adapter, conversation_id, person_id, inbox_id, grp, reply_to, content, state, created_at, sent_at)
   select i.id, 'o' || i.id, 'http', i.conversation_id, i.person_id, i.id, 'o' || i.id, i.message_id,
          jsonb_build_object('kind', 'answer', 'text', $1::text), 'sent',
          i.received_at + interval '1 second', i.received_at + interval '1 second'
     from inbox i join conversations c on c.id = i.conversation_id where c.title = 'A long one'`,
];

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the processor. */
  tdur?: number;
  args?: { name?: string };
}

/** Milliseconds of the processor that the longest task of a page took while `run` ran: other work of the machine is no part of it. */
async function longestTask(page: Page, run: () => Promise<unknown>): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  devtools.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await devtools.send('Tracing.start', { traceConfig: { includedCategories: ['toplevel'] } });
  await run();
  const ended = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve));
  await devtools.send('Tracing.end');
  await ended;
  await devtools.detach();
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const ofPages = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const threads = new Set(ofPages.map(threadOf));
  const tasks = events.filter((event) => /RunTask$/.test(event.name) && threads.has(threadOf(event)));
  return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1_000));
}

/** Scrolls as a wheel does until nothing earlier comes, then back to the end. */
const SCROLL = `(async () => {
  const box = document.querySelector('.scroller');
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const hasMore = () => [...document.querySelectorAll('.column > button')].some((each) => each.textContent === 'Earlier');
  while (box.scrollTop > 0 || hasMore()) {
    box.scrollBy(0, -400);
    await frame();
  }
  while (box.scrollTop + box.clientHeight < box.scrollHeight - 1) {
    box.scrollBy(0, 1200);
    await frame();
  }
  return document.querySelectorAll('.log > .entry').length;
})()`;

/** Opens a conversation of 5,000 entries and scrolls to its beginning and back. */
async function measureLong(app: App, engine: string): Promise<void> {
  if (CHROMIUM === undefined) return;
  for (const [index, sql] of LONG_SEED.entries())
    await app.database.run(`long.${index}`, sql, sql.includes('$1') ? [ANSWER] : []);
  const { url = '' } = app.http ?? {};
  const browser = await openBrowser();
  const { cookie } = await app.sessions.open((await app.sessions.link()).code);
  const context = await browser.newContext();
  await context.addCookies([{ name: 'coda_session', value: cookie, url }]);
  const page = await context.newPage();
  // In the process that the page will be in.
  await page.goto(`${url}/manifest.json`);
  let opened = 0;
  const ofOpening = await longestTask(page, async () => {
    await page.goto(`${url}/chat/long`);
    await page.locator('.log > .entry').first().waitFor();
    opened = (await page.evaluate('performance.now()')) as number;
  });
  let entries = 0;
  const ofScrolling = await longestTask(page, async () => {
    entries = (await page.evaluate(SCROLL)) as number;
  });
  await browser.close();
  const long = `a conversation of ${entries.toLocaleString('en')} entries, ${engine}`;
  report.add(`${long}: opened`, `${opened.toFixed(0)} ms`);
  report.add(`${long}: the longest task while it opens, of the processor`, `${ofOpening.toFixed(0)} ms`);
  report.add(
    `${long}: the longest task while it scrolls to its beginning and back, of the processor`,
    `${ofScrolling.toFixed(0)} ms`,
    { wanted: '≤ 50 ms' },
  );
}

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
  await measureLong(app, engine);
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
const bytesOf = (isMeant: (name: string) => boolean) =>
  readdirSync(folder)
    .filter(isMeant)
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
const kB = (bytes: number) => `${(bytes / 1_000).toFixed(0)} kB`;
/** What draws charts, code and formulas is loaded with the first of them. */
const APART = /^(?:uPlot|drawer-|code-|formula-).*\.js\.br$/;
const scripts = bytesOf((name) => name.endsWith('.js.br') && !APART.test(name));
report.add('scripts of all pages, compressed', kB(scripts), { wanted: '≤ 90 kB' });
report.add('scripts that draw charts, code and formulas, compressed', kB(bytesOf((name) => APART.test(name))));
report.add('styles, compressed', kB(bytesOf((name) => name.endsWith('.css.br'))), { wanted: '≤ 20 kB' });
await onEngine('embedded', {});
if (process.env.CODA_TEST_POSTGRES) await onPostgres(process.env.CODA_TEST_POSTGRES);
report.print();
process.exit(0);
