import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type ControlService, openControl } from '../../src/app/control.ts';
import { deferred } from '../../src/base/async.ts';
import { CodaError } from '../../src/base/errors.ts';
import { readLine, readLines } from '../../src/base/lines.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Verb } from '../../src/chat/index.ts';

const VERBS: Record<string, Verb> = {
  double: ({ of }) => Number(of) * 2,
  refuse: () => {
    throw new CodaError('DISK_FULL', { message: 'No room.', remedy: 'Make some.' });
  },
  break: () => {
    throw new Error('a bug');
  },
};

const SERVED: ControlService = {
  findVerb: async (name) => (Object.hasOwn(VERBS, name) ? VERBS[name] : undefined),
  chat: async (socket, args) => {
    const line = await readLine(socket, 1_000);
    socket.end(`${JSON.stringify({ heard: line, ...args })}\n`);
  },
};

async function open(
  dataDir = mkdtempSync(join(tmpdir(), 'coda-control-')),
  served: Promise<ControlService> = Promise.resolve(SERVED),
) {
  const control = await openControl({
    dataDir,
    served,
    log: silentLog(),
  });
  return { control, dataDir, path: join(dataDir, 'run', 'control.sock') };
}

/** Sends bytes in one piece, and gives every line that comes back until the other side ends. */
async function ask(path: string, bytes: string | Buffer): Promise<unknown[]> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.end(bytes);
  const answers = [];
  for await (const line of readLines(socket, 1_000_000)) if ('text' in line) answers.push(JSON.parse(line.text));
  return answers;
}

test('what is asked while coda starts is answered when it has, or with why it could not', async () => {
  const starting = deferred<ControlService>();
  const { control, path } = await open(undefined, starting.promise);
  const answers = ask(path, '{"do":"double","of":4}\n');
  starting.resolve(SERVED);
  expect(await answers).toEqual([{ ok: true, result: 8 }]);
  await control.close();

  const failing = deferred<ControlService>();
  const other = await open(undefined, failing.promise);
  const refused = ask(other.path, '{"do":"double","of":4}\n');
  failing.reject(new CodaError('STORAGE_UNREACHABLE', { message: 'No database.', remedy: 'Start it.' }));
  expect(await refused).toEqual([
    { ok: false, error: { code: 'STORAGE_UNREACHABLE', message: 'No database.', remedy: 'Start it.' } },
  ]);
  await other.control.close();
});

test('every request is answered in order, also what is refused and what breaks', async () => {
  const { control, path } = await open();
  const answers = await ask(path, '{"do":"double","of":21}\n{"do":"refuse"}\n{"do":"break"}\n{"do":"toString"}\n');
  expect(answers).toEqual([
    { ok: true, result: 42 },
    { ok: false, error: { code: 'DISK_FULL', message: 'No room.', remedy: 'Make some.' } },
    { ok: false, error: { code: 'INTERNAL', message: 'a bug', remedy: expect.any(String) } },
    {
      ok: false,
      error: { code: 'INPUT_INVALID', message: expect.stringContaining('toString'), remedy: expect.any(String) },
    },
  ]);
  await control.close();
});

test.each([
  ['no JSON', 'hello\n'],
  ['no verb', '{"to":"do"}\n'],
])('%s is told, and the connection stays', async (_name, bytes) => {
  const { control, path } = await open();
  const answers = await ask(path, `${bytes}{"do":"double","of":1}\n`);
  expect(answers).toMatchObject([
    { ok: false, error: { code: 'INPUT_INVALID' } },
    { ok: true, result: 2 },
  ]);
  await control.close();
});

test.each([
  ['a request without an end', 'x'.repeat(200_000)],
  ['no text at all', Buffer.from([0xff, 0xfe, 0x0a])],
])('%s ends the connection, and no other', async (_name, bytes) => {
  const { control, path } = await open();
  expect(await ask(path, bytes).catch(() => [])).toEqual([]);
  expect(await ask(path, '{"do":"double","of":1}\n')).toHaveLength(1);
  await control.close();
});

test('a chat takes the connection over with every byte that follows the request', async () => {
  const { control, path } = await open();
  const answers = await ask(path, '{"do":"chat","cwd":"/here"}\nthe first line\n');
  expect(answers).toEqual([
    { ok: true, result: null },
    { heard: 'the first line', cwd: '/here' },
  ]);
  await control.close();
});

test('the socket is for its user alone, and gone when it is closed', async () => {
  const { control, path } = await open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await control.close();
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
});

test('what a dead process left is replaced, and a live one is not', async () => {
  const { control, dataDir, path } = await open();
  await expect(open(dataDir)).rejects.toMatchObject({ code: 'STORAGE_IN_USE' });
  expect(await ask(path, '{"do":"double","of":1}\n')).toHaveLength(1);
  await control.close();
  writeFileSync(path, 'not even a socket');
  const again = await open(dataDir);
  expect(await ask(path, '{"do":"double","of":1}\n')).toHaveLength(1);
  await again.control.close();
});

test.each([
  ['a folder of somebody else’s', 'elsewhere'],
  ['a folder in the place of a short path, with files in it', 'short'],
  ['a link to such a folder', 'linked'],
])('a planted link takes nothing else away: %s', async (_, kind) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'coda-control-'));
  const kept = kind === 'elsewhere' ? join(dataDir, 'photos') : join(tmpdir(), `coda-${kind.slice(0, 4)}Xy`);
  const real = kind === 'linked' ? mkdtempSync(join(tmpdir(), 'mine-')) : kept;
  if (kind === 'linked') symlinkSync(real, kept);
  else mkdirSync(kept, { recursive: true, mode: 0o700 });
  for (const name of ['one.jpg', 'control.sock']) writeFileSync(join(real, name), 'precious');
  mkdirSync(join(dataDir, 'run'));
  symlinkSync(join(kept, 'control.sock'), join(dataDir, 'run', 'control.sock'));
  const { control, path } = await open(dataDir);
  expect(await ask(path, '{"do":"double","of":1}\n')).toHaveLength(1);
  await control.close();
  expect(readdirSync(real).sort()).toEqual(['control.sock', 'one.jpg']);
  rmSync(kept, { recursive: true });
});

test('a socket of a path that is too long leaves nothing behind, also where its process died', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), `coda-${'long-'.repeat(20)}`));
  const { control, path } = await open(dataDir);
  const folder = dirname(readlinkSync(path));
  await control.close();
  expect([existsSync(folder), existsSync(path)]).toEqual([false, false]);
  // Its process died: the link and an empty folder stay.
  mkdirSync(folder, { mode: 0o700 });
  symlinkSync(join(folder, 'control.sock'), path);
  const again = await open(dataDir);
  expect(existsSync(folder)).toBe(false);
  await again.control.close();
});

test('a folder in the socket’s place is told', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'coda-control-'));
  mkdirSync(join(dataDir, 'run', 'control.sock'), { recursive: true });
  await expect(open(dataDir)).rejects.toMatchObject({ code: 'DATA_UNWRITABLE' });
});
