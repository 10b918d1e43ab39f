import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../support/command-lines.ts';
import { Jsonl, migratedDataDir } from '../support/jsonl.ts';

async function coda(args: string[]) {
  return command(args);
}

test('open shows a link of the running coda that signs a browser in; --revoke ends it', async () => {
  const dataDir = await migratedDataDir();
  await using _chat = await Jsonl.start({ dataDir, env: { CODA_HTTP_LISTEN: '127.0.0.1:0' } });
  const left = join(dataDir, 'run', 'open.html');
  writeFileSync(left, 'a link of somebody who ended it before it was read');
  const opened = await coda(['open', '--data', dataDir]);
  expect(existsSync(left)).toBe(false);
  const [, url = '', code = ''] = /^(http:\/\/127\.0\.0\.1:\d+)\/open#([\w-]{43})\n$/.exec(opened.stdout) ?? [];
  expect(opened).toMatchObject({ code: 0, stderr: expect.stringContaining('five minutes') });
  const answer = await fetch(`${url}/open`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify({ code }),
  });
  const Cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await fetch(`${url}/chat`, { headers: { Cookie } })).status).toBe(200);
  const audit = await coda(['audit', 'export', '--data', dataDir]);
  expect(audit.stdout).toContain('"open"');
  expect(audit.stdout).not.toContain(code);
  expect((await coda(['open', '--revoke', '--data', dataDir])).stdout).toBe('1 session ended.\n');
  expect((await fetch(`${url}/chat`, { headers: { Cookie } })).status).toBe(401);
});

test('with an approval token a link is only for who has it: who is signed in may approve calls', async () => {
  const dataDir = await migratedDataDir();
  const config = `${dataDir}.yaml`;
  writeFileSync(config, 'http: { listen: "127.0.0.1:0" }\naccess: { approval_token: "open sesame" }\n');
  await using _chat = await Jsonl.start({ dataDir, args: ['--config', config] });
  expect(await coda(['open', '--data', dataDir])).toMatchObject({
    ...{ code: 65, stdout: '' },
    stderr: expect.stringContaining('approval_token'),
  });
  expect(await coda(['open', '--data', dataDir, '--config', config])).toMatchObject({ code: 0 });
});

test('open says what is missing: a running coda, or HTTP', async () => {
  const dataDir = await migratedDataDir();
  expect(await coda(['open', '--data', dataDir])).toMatchObject({
    code: 69,
    stderr: expect.stringContaining('coda run'),
  });
  await using _chat = await Jsonl.start({ dataDir });
  expect(await coda(['open', '--data', dataDir])).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('http: {}'),
  });
});
