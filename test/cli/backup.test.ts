import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { command } from '../support/command-lines.ts';
import { eventually } from '../support/eventually.ts';
import { freshDataDir, Jsonl, migratedDataDir } from '../support/jsonl.ts';
import { play } from '../support/play.ts';

const run = promisify(execFile);

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

test('a backup says that keys are in it, and can leave them out', async () => {
  const dataDir = await migratedDataDir();
  const folder = dirname(dataDir);
  const config = join(folder, 'keys.yaml');
  const make = async (name: string, text: string, ...more: string[]) => {
    writeFileSync(config, text);
    const made = await coda(['backup', join(folder, name), '--data', dataDir, '--config', config, ...more]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const { stdout: list } = await run('tar', ['-tzf', join(folder, name)]);
    const { stdout: whole } = await run('tar', ['-xzOf', join(folder, name)]);
    return {
      says: made.stdout.includes('keys'),
      file: list.includes('config.yaml'),
      key: whole.includes('sk-hidden-123'),
    };
  };
  const inside = 'web:\n  search:\n    brave: { api_key: sk-hidden-123 }\n';
  expect(await make('a.tar.gz', inside)).toEqual({ says: true, file: true, key: true });
  expect(await make('b.tar.gz', inside, '--without-config')).toEqual({ says: false, file: false, key: false });
  writeFileSync(join(folder, 'brave.key'), 'sk-hidden-123');
  const outside = `web:\n  search:\n    brave: { api_key_file: ${join(folder, 'brave.key')} }\n`;
  expect(await make('c.tar.gz', outside)).toEqual({ says: false, file: true, key: false });
});

test('a backup whose end nobody waited for is not taken for the next one', async () => {
  await using coda = await play();
  const inTheWay = join(coda.dataDir, 'disk');
  const file = join(inTheWay, 'again.tar.gz');
  const { backups } = coda.app;
  writeFileSync(inTheWay, '');
  expect(backups.ask({ file })).toEqual({ done: false });
  await backups.make({ file: join(coda.dataDir, 'another.tar.gz') });
  rmSync(inTheWay);
  await coda.passes({ minutes: 1 });
  expect(backups.ask({ file })).toEqual({ done: false });
  expect(await eventually(() => backups.ask({ file }).done)).toBe(true);
});

test('a move to nowhere is refused with what can be said', async () => {
  const { code, stderr } = await coda(['storage', 'move', '--to', 'mysql://x', '--data', freshDataDir()]);
  expect(code).toBe(64);
  expect(stderr).toContain('--to embedded');
});
