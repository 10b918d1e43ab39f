import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/app/index.ts';
import { Secrets } from '../../src/base/log.ts';
import { freshDataDir, Jsonl, MAIN, Program } from '../support/jsonl.ts';
import { blocksIn, runShell, type ShellStep, shellSteps } from '../support/shell-page.ts';

let daemon: Program;
let dataDir: string;
let port: number;

beforeAll(async () => {
  dataDir = freshDataDir();
  port = await freePort();
  const config = join(dirname(dataDir), 'config.yaml');
  await mkdir(dirname(config), { recursive: true });
  writeFileSync(config, `http: { listen: "127.0.0.1:${port}" }\n`);
  const env = { CODA_SECRET_KEY: 'a-key-of-the-test' };
  daemon = new Program(['run', '--data', dataDir, '--config', config], { env });
  await daemon.logged('"msg":"ready"');
  await using chat = await Jsonl.start({ dataDir });
  await chat.say('hello');
}, 60_000);
afterAll(() => daemon[Symbol.asyncDispose]());

/** A port that nobody uses. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return address.port;
}

/** The lines of a page as they are run here: against this coda, for somebody whom it knows. */
const ready = ({ script }: ShellStep) => ({
  script: script
    .replaceAll('127.0.0.1:8321', `127.0.0.1:${port}`)
    .replaceAll('discord:123456789012345678', 'console:owner'),
});

const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What was written against what the page shows, where `…` stands for anything. */
function compare(out: string, { language, text }: NonNullable<ShellStep['shows']>): void {
  if (language !== 'json') {
    expect(out.trim()).toMatch(new RegExp(`^${quoted(text.trim()).replaceAll('…', '[\\s\\S]*?')}$`));
    return;
  }
  const anything = (_: string, value: unknown) => (value === '…' ? expect.any(String) : value);
  expect(JSON.parse(out)).toEqual(JSON.parse(text, anything));
}

describe.each(['http.md', 'webhooks.md'])('docs/%s', (page) => {
  test('its lines for a shell do what it shows', { timeout: 90_000 }, async () => {
    const steps = shellSteps(page);
    expect(steps.length).toBeGreaterThan(2);
    const coda = `coda() { '${process.execPath}' '${MAIN}' "$@" --data '${dataDir}'; }`;
    const results = await runShell(coda, steps.map(ready), dirname(dataDir));
    for (const [index, step] of steps.entries()) {
      const { status, out } = results[index] ?? { status: -1, out: '' };
      expect(status, `${step.script}\n${out}`).toBe(0);
      expect(out, step.script).not.toBe('');
      if (step.shows) compare(out, step.shows);
    }
  });

  test('its configuration is one', () => {
    const own = blocksIn(page).filter(
      ({ language, text }) => language === 'yaml' && !text.startsWith('scrape_configs'),
    );
    expect(own.length).toBeGreaterThan(0);
    for (const { text } of own) {
      const blocks = Object.entries(parse(text.replaceAll('${EVENTS_SECRET}', 'at-least-16-characters')));
      const flags = Object.fromEntries(blocks.map(([key, value]) => [key, { name: key, value }]));
      readConfig({ env: {}, dataDir, cwd: dirname(dataDir), secrets: new Secrets(), flags });
    }
  });
});
