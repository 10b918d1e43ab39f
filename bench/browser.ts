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
import { BROWSER_IMAGE, testSandbox } from '../test/support/docker.ts';
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
  const world = testWorld();
  const sandbox = testSandbox({}, { world });
  const sessionsOf = (more: Record<string, unknown>) => {
    const settings = browserConfig.schema.parse({ enabled: true, connect_timeout_ms: 60_000, ...more });
    return new Sessions({ settings, world, egress, sandbox });
  };
  const onHost = sessionsOf({ mode: 'host', executable: CHROMIUM });
  const inContainer = BROWSER_IMAGE === undefined ? undefined : sessionsOf({ image: BROWSER_IMAGE });
  const owner = { person: { id: 'ana' } as never, conversationId: 'here', turn: { key: {} } };
  const session = async (sessions: Sessions) => {
    const opened = await sessions.open(owner, new AbortController().signal);
    if ('ok' in opened) throw new Error(opened.message);
    await opened.page.goto(url);
    await sessions.close(opened);
  };
  const [own, boxed, bare]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    own.push(await timed(() => session(onHost)));
    if (inContainer) boxed.push(await timed(() => session(inContainer)));
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
  await sandbox.close();
  if (boxed.length > 0) {
    const beside = `${median(boxed).toFixed(0)} and ${median(bare).toFixed(0)} ms (${spread(boxed)} and ${spread(bare)})`;
    const title = 'a browser session in a container from its start to its end, with a page, over a bare playwright';
    report.add(title, `${(median(boxed) / median(bare)).toFixed(2)} ×`, { beside, wanted: '≤ 1.3 ×' });
  }
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
