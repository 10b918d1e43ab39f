import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withConversation } from '../../src/cli/conversation.ts';
import { callDaemon } from '../../src/cli/daemon/daemon.ts';

const NOBODY = 65_534;

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coda-data-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Runs `work` as a user whom the permissions of files bind: root is somebody else for so long. */
async function bound<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

const notMine = {
  code: 'DATA_UNWRITABLE',
  exitStatus: 73,
  message: expect.stringMatching(/^The data folder .+ belongs to another user\.$/),
  remedy: expect.stringContaining('--data'),
};

test('a data folder that may not be entered is said to be of another user', async () => {
  await chmod(dataDir, 0o000);
  await bound(() => expect(callDaemon(dataDir, 'health')).rejects.toMatchObject(notMine));
});

test('a coda that may not be spoken to is said to be of another user', async () => {
  await mkdir(join(dataDir, 'run'), { recursive: true });
  const server = createServer((socket) => socket.destroy()).listen(join(dataDir, 'run', 'control.sock'));
  await once(server, 'listening');
  await chmod(join(dataDir, 'run', 'control.sock'), 0o000);
  await chmod(dataDir, 0o755);
  await bound(() => expect(callDaemon(dataDir, 'health')).rejects.toMatchObject(notMine));
  server.close();
});

test('a coda that stops while a command talks with it ends the command', async () => {
  await mkdir(join(dataDir, 'run'), { recursive: true });
  const server = createServer((socket) => {
    const say = (line: object) => void socket.write(`${JSON.stringify(line)}\n`);
    socket.once('data', () => {
      say({ ok: true, result: null });
      socket.once('data', (said) => {
        say({ type: 'done', in_reply_to: JSON.parse(said.toString()).id, line: 1, outcome: 'accepted' });
        socket.end();
      });
    });
  }).listen(join(dataDir, 'run', 'control.sock'));
  await once(server, 'listening');
  const flags = { data: dataDir, args: [] };
  const talk = withConversation(
    flags,
    process,
    () => async () => undefined as never,
    async (conversation) => {
      await conversation.say('one');
      await new Promise((resolve) => server.close(resolve));
      return conversation.say('two');
    },
  );
  await expect(talk).rejects.toMatchObject({ code: 'NO_DAEMON' });
});
