import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Jsonl, migratedDataDir, Program } from '../../support/jsonl.ts';
import { LONG } from '../../support/long.ts';
import { freePort } from '../../support/ports.ts';

const NOTICE = 'the build is red';

/** Points around a transaction: a push plays that where less is known afterwards, which is after its commit. */
const pointsOf = (name: string) => [...(LONG ? [`before:${name}:1`] : []), `after:${name}:1`];

/** A coda that is killed and begun again, with a program of its owner's. */
async function beginKilled() {
  const dataDir = await migratedDataDir();
  const config = join(dirname(dataDir), 'config.yaml');
  const port = await freePort();
  await mkdir(dirname(config), { recursive: true });
  writeFileSync(config, `http: { listen: "127.0.0.1:${port}" }\n`);
  const args = ['--data', dataDir, '--config', config];
  const printed = async (...words: string[]) => {
    await using made = new Program([...words, ...args]);
    made.child.stdin.end();
    await made.exit;
    return made.stdout.trim();
  };
  const token = await printed('tokens', 'add', 'ci', '--scopes', 'messages,notify');
  const url = `http://127.0.0.1:${port}`;
  const ask = (path: string, body?: object) =>
    fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
  const run = async (killAt?: string) => {
    const daemon = new Program(['run', ...args], { env: killAt ? { CODA_TEST_KILL_AT: killAt } : {} });
    await daemon.logged('"msg":"ready"');
    return daemon;
  };
  return { dataDir, url, ask, run, printed };
}

test.each(pointsOf('outbox.read'))(
  'a notice whose reader is answered by a coda that is killed (%s) is there once at the next look',
  async (killAt) => {
    const { ask, run } = await beginKilled();
    {
      await using daemon = await run(killAt);
      await ask('/v1/messages', { text: '/help', conversation: 'kitchen' });
      expect((await ask('/v1/notify', { to: 'console:owner', text: NOTICE })).status).toBe(202);
      // It reads until there is something to read, which ends the process.
      const isKilled = async () => !(await ask('/v1/conversations/kitchen').catch(() => undefined));
      expect(await eventually(isKilled)).toBe(true);
      await daemon.exit;
    }
    await using _ = await run();
    const read = async () => {
      const { messages } = (await (await ask('/v1/conversations/kitchen')).json()) as {
        messages: { text: string; unread?: true }[];
      };
      return messages.filter(({ text }) => text === NOTICE).map(({ unread }) => unread ?? false);
    };
    expect(await read()).toEqual([killAt.startsWith('before')]);
    expect(await read()).toEqual([false]);
  },
);

test.each(pointsOf('outbox.unread'))(
  'a notice that waits in a browser and is brought to a terminal by a coda that is killed (%s) is shown there once',
  async (killAt) => {
    const { ask, run, printed, url, dataDir } = await beginKilled();
    const shown: string[] = [];
    const lookAt = async (done: () => Promise<boolean>) => {
      await using terminal = await Jsonl.start({ dataDir });
      await eventually(done);
      return terminal.lines.flatMap((line) => (line.text === NOTICE ? [line.text] : []));
    };
    {
      await using daemon = await run(killAt);
      const code = /#([\w-]+)/.exec(await printed('open'))?.[1];
      const headers = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' };
      const opened = await fetch(`${url}/v1/session`, { method: 'POST', headers, body: JSON.stringify({ code }) });
      expect(opened.status).toBe(200);
      expect((await ask('/v1/notify', { to: 'console:owner', text: NOTICE })).status).toBe(202);
      let isOver = false;
      void daemon.exit.then(() => {
        isOver = true;
      });
      shown.push(...(await lookAt(async () => isOver)));
      await daemon.exit;
    }
    await using _ = await run();
    await using terminal = await Jsonl.start({ dataDir });
    expect(await eventually(async () => terminal.lines.some((line) => line.text === NOTICE))).toBe(true);
    shown.push(...terminal.lines.flatMap((line) => (line.text === NOTICE ? [line.text] : [])));
    expect(shown).toEqual([NOTICE]);
  },
);
