import { expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/index.ts';
import { command } from '../support/command-lines.ts';
import { Jsonl, migratedDataDir } from '../support/jsonl.ts';
import { testWorld } from '../support/world.ts';

async function coda(args: string[], dataDir: string) {
  return command([...args, '--data', dataDir]);
}

test('what was done is exported and verified, beside a daemon and without one', async () => {
  const dataDir = await migratedDataDir();
  const heads: string[] = [];
  {
    await using chat = await Jsonl.start({ dataDir });
    await chat.say('/timezone Tokyo');
    const { code, stdout } = await coda(['audit', 'verify', '--json'], dataDir);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { ok: boolean; entries: number; head: string };
    expect(report).toMatchObject({ ok: true, entries: 2, problems: [] });
    heads.push(report.head);
  }
  const { stdout } = await coda(['audit', 'export'], dataDir);
  const entries = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries.map(({ seq, action, subject, batch }) => [seq, action, subject, batch])).toEqual([
    [1, 'config.change', null, 1],
    [2, 'tool.call', 'timezone_set', 1],
  ]);
  const verified = await coda(['audit', 'verify', '--head', heads[0] as string], dataDir);
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed.') });

  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, testWorld());
  await database.run('test', `update audit_log set subject = 'doctor' where seq = 2`);
  await database.close();
  const changed = await coda(['audit', 'verify'], dataDir);
  expect(changed).toMatchObject({ code: 65, stdout: expect.stringContaining('Batch 1, or the seal before it') });
});
