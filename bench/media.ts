/**
 * What files that people send cost: `npm run bench -- media`. A PDF of 300 pages, a sheet of 100,000 cells, read in their own
 * process; then the same PDF sent to a whole coda without a model, with the delay of its event loop meanwhile, and its memory
 * before and after. Prints a Markdown table.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { build, createWorld, readConfig } from '../src/app/index.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { openMedia } from '../src/media/index.ts';
import { openArtifacts } from '../src/storage/index.ts';
import { cell, pdfLine, pdfOf, row, xlsx } from '../test/support/documents.ts';
import { FakePlatform } from '../test/support/platform.ts';
import { Report } from './support/report.ts';

const PAGES = 300;
const LINES = 40;
const ROWS = 5_000;
const COLUMNS = 20;
const MS = 1e6;

const report = new Report();
const folder = mkdtempSync(join(tmpdir(), 'coda-bench-media-'));
const pdf = pdfOf(
  Array.from({ length: PAGES }, (_, page) =>
    Array.from({ length: LINES }, (_, line) =>
      pdfLine(
        `Line ${line} of page ${page} tells how the boiler, the pump and the valve ${page * line} are kept.`,
        740 - line * 17,
      ),
    ).join('\n'),
  ),
);
const sheet = xlsx(
  [
    {
      name: 'Costs',
      rows: Array.from({ length: ROWS }, (_, at) =>
        row(
          at + 1,
          Array.from({ length: COLUMNS }, (_, column) =>
            cell(`${String.fromCharCode(65 + column)}${at + 1}`, at * column, 1),
          ).join(''),
        ),
      ).join(''),
    },
  ],
  { formats: ['#,##0.00 "€"'] },
);

// Nothing else keeps this process from ending while a file is read.
const alive = setInterval(() => {}, 1_000);
await readAlone();
await readInCoda();
clearInterval(alive);
rmSync(folder, { recursive: true, force: true });
report.print();

/** The readers alone: when the first passage is there, and the last. */
async function readAlone(): Promise<void> {
  const artifacts = await openArtifacts(join(folder, 'alone'));
  const media = openMedia({ artifacts, log: silentLog() });
  for (const [name, bytes] of [
    ['300 pages of PDF', pdf],
    ['100,000 cells', sheet],
  ] as const) {
    const stored = await artifacts.put(bytes);
    const began = performance.now();
    let first = 0;
    const facts = await media.read({ ...stored, name, type: '' }, () => {
      first ||= performance.now() - began;
    });
    if (facts.fault) throw new Error(`${name}: ${facts.fault}`);
    report.add(`${name}: first passage`, `${first.toFixed(0)} ms`, { wanted: '≤ 3000 ms' });
    report.add(`${name}: all`, `${(performance.now() - began).toFixed(0)} ms`, { wanted: '≤ 10000 ms' });
  }
  await media.close();
}

/** A coda on the embedded database, whose event loop is watched while the file is fetched, read and stored. */
async function readInCoda(): Promise<void> {
  const secrets = new Secrets();
  const world = createWorld({ env: {}, secrets, level: 'silent' });
  const flags = { 'memory.embedder.kind': { name: '--memory', value: 'none' } };
  const config = readConfig({ env: {}, dataDir: join(folder, 'data'), cwd: tmpdir(), secrets, flags });
  const adapter = new FakePlatform({ now: () => world.clock.now() }).connect();
  const onFatal = (error: Error) => {
    throw error;
  };
  const app = await build(config, world, { version: 'bench', hint: '', onFatal, adapters: [adapter] });
  await app.start();
  const who = { channel: 'dm-ana', from: 'ana', role: 'owner', kind: 'dm' } as const;
  const send = async (text: string, files: { name: string; type: string; size: number; hash: string }[] = []) =>
    (await adapter.hear({ ...who, id: randomUUID(), text, files, sentAt: world.clock.now() })).settled;
  await send('hello');
  const before = process.memoryUsage().rss;
  const stored = await app.artifacts.put(pdf);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  await send('', [{ name: 'manual.pdf', type: 'application/pdf', ...stored }]);
  report.add('300 pages of PDF in coda: read and stored', `${(performance.now() - began).toFixed(0)} ms`, {
    wanted: '≤ 10000 ms',
  });
  delay.disable();
  report.add('event loop meanwhile, p99', `${(delay.percentile(99) / MS).toFixed(1)} ms`, { wanted: '≤ 20 ms' });
  const asked = performance.now();
  await send("find 'page 217' in it");
  report.add('a passage found among them', `${(performance.now() - asked).toFixed(0)} ms`);
  const grown = (process.memoryUsage().rss - before) / 1_048_576;
  report.add('memory of the daemon more than before', `${grown.toFixed(0)} MB`);
  await app.stop(0);
}
