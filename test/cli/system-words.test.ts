import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startListening } from '../../src/base/async.ts';
import { command } from '../support/command-lines.ts';
import { freshDataDir, migratedDataDir } from '../support/jsonl.ts';
import { freePort } from '../support/ports.ts';

/** What coda says of a fault of the system: in words, without a code and without a trace of calls. */
async function refusal(...args: string[]): Promise<string> {
  const { code, stderr } = await command(args);
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b(?!\])|\berror:|^ {4}at /m);
  return stderr;
}

function write(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'coda-')), 'file.yaml');
  writeFileSync(file, text);
  return file;
}

test('a file or folder that is missing or of another kind is named in words', async () => {
  const data = freshDataDir();
  expect(await refusal('config', 'check', '--config', '/nowhere/c.yaml', '--data', data)).toContain('does not exist');
  expect(await refusal('restore', '/nowhere/b.tar.gz', '--data', data)).toContain('there is no such file or folder');
  const file = write('');
  expect(await refusal('jobs', '--data', file)).toContain('is a file');
  expect(await refusal('jobs', '--data', join(file, 'x'))).toContain('a part of the path is no folder');
});

test('a database that nobody answers for is named in words', async () => {
  const port = await freePort();
  const config = write(`storage:\n  url: postgres://a:b@127.0.0.1:${port}/x\n  connect_timeout: 1s\n`);
  const words = await refusal('jobs', '--config', config, '--data', freshDataDir());
  expect(words).toContain(`nothing answers at 127.0.0.1:${port}`);
});

test('a port that another program has is named in words', async () => {
  const server = createServer();
  await startListening(
    server,
    () => server.listen(0, '127.0.0.1'),
    () => {},
  );
  const { port } = server.address() as { port: number };
  const config = write(`http:\n  listen: 127.0.0.1:${port}\n`);
  const words = await refusal('run', '--config', config, '--data', await migratedDataDir());
  expect(words).toContain('another program listens there already');
  await new Promise((resolve) => server.close(resolve));
});

test('a backup of a folder that coda never ran on says that there is nothing in it', async () => {
  const data = freshDataDir();
  expect(await refusal('backup', join(data, '..', 'b.tar.gz'), '--data', data)).toContain('nothing to back up');
});

test('a yes that nothing asked for is said to be needless, and a word that is no yes is refused', async () => {
  const data = await migratedDataDir();
  for (const word of ['yes', 'approved']) {
    expect(await command(['jobs', 'enqueue', 'retention', '--approval', word, '--data', data])).toMatchObject({
      code: 0,
      stderr: 'Nothing asked: --approval was not needed.\n',
    });
  }
  expect((await command(['jobs', 'enqueue', 'retention', '--data', data])).stderr).toBe('');
  expect(await command(['jobs', '--approval', 'maybe', '--data', data])).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(
      /'maybe' is invalid\. Allowed choices are approved, yes\.\n {2}See what there is with "coda --help"/,
    ),
  });
});
