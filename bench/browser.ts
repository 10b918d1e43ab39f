/**
 * What a browser session costs: `CODA_TEST_CHROMIUM=/usr/bin/chromium npm run bench -- browser`. Each figure stands beside a
 * bare playwright that does the same, in turn with coda's.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { Egress } from '../src/egress/index.ts';
import { browserConfig } from '../src/skills/browser/index.ts';
import { Sessions } from '../src/skills/browser/sessions.ts';
import { CHROMIUM } from '../test/support/browser.ts';
import { testWorld } from '../test/support/world.ts';
import { Report } from './support/report.ts';

const ROUNDS = 9;
const report = new Report();

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const spread = (values: number[]) => `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} ms`;

async function main(): Promise<void> {
  if (!CHROMIUM) return void process.stderr.write('CODA_TEST_CHROMIUM names no Chromium: nothing is measured\n');
  const server = createServer(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.22', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.22:${port}/`;
  const egress = new Egress({ ports: [port], allow: [{ network: '127.0.0.22/32', port }] });
  const settings = browserConfig.schema.parse({ enabled: true, executable: CHROMIUM, connect_timeout_ms: 60_000 });
  const sessions = new Sessions({ settings, world: testWorld(), egress });
  const owner = { person: { id: 'ana' } as never, conversationId: 'here', turn: {} };
  const [own, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    own.push(
      await timed(async () => {
        const session = await sessions.open(owner, new AbortController().signal);
        if ('ok' in session) throw new Error(session.message);
        await session.page.goto(url);
        await sessions.close(session);
      }),
    );
    bare.push(
      await timed(async () => {
        const browser = await chromium.launch({
          executablePath: CHROMIUM ?? '',
          chromiumSandbox: process.getuid?.() !== 0,
        });
        const page = await (await browser.newContext()).newPage();
        await page.goto(url);
        await browser.close();
      }),
    );
  }
  server.close();
  report.add(
    'a browser session from its start to its end, with a page, over a bare playwright',
    `${(median(own) / median(bare)).toFixed(2)} ×`,
    {
      beside: `${median(own).toFixed(0)} and ${median(bare).toFixed(0)} ms (${spread(own)} and ${spread(bare)})`,
      wanted: '≤ 1.3 ×',
    },
  );
  report.print();
}

await main();
