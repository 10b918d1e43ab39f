import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../support/command-lines.ts';
import { freshDataDir, Jsonl, migratedDataDir } from '../support/jsonl.ts';

async function coda(args: string[]) {
  return command(args);
}

test('a backup beside a running coda comes back in another folder', async () => {
  const dataDir = await migratedDataDir();
  const file = join(dirname(dataDir), 'b.tar.gz');
  const into = freshDataDir();
  {
    await using chat = await Jsonl.start({ dataDir });
    chat.write('{"text":"note: buy bread"}\n');
    await chat.next(({ type, text }) => type === 'message' && (text ?? '').includes('bread'));
    const made = await coda(['backup', file, '--data', dataDir]);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('read back and in order') });
    const refused = await coda(['restore', file, '--data', dataDir]);
    expect(refused).toMatchObject({ code: 75, stderr: expect.stringContaining('[STORAGE_IN_USE]') });
  }
  const restored = await coda(['restore', file, '--data', into]);
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('counts and sums agree') });
  await using copy = await Jsonl.start({ dataDir: into });
  copy.write('{"text":"/notes"}\n');
  await copy.next(({ type, text }) => type === 'message' && (text ?? '').includes('bread'));
});

test('a move to nowhere is refused with what can be said', async () => {
  const { code, stderr } = await coda(['storage', 'move', '--to', 'mysql://x', '--data', freshDataDir()]);
  expect(code).toBe(64);
  expect(stderr).toContain('--to embedded');
});
