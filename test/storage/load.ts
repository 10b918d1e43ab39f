import { join } from 'node:path';
import { type Database, openDatabase, restoreEmbedded, writeBackup } from '../../src/storage/index.ts';
import { testWorld } from '../support/world.ts';

const NOW = new Date('2026-11-20T08:00:00Z');

/**
 * Backs the database up while pairs of rows are committed, and restores it into `folder`. `before`: the pairs that were
 * committed when the backup began; `a` and `b`: the halves of pairs that came back. Closes the database.
 */
export async function backupUnderLoad(database: Database, folder: string) {
  const file = join(folder, 'backup');
  const into = join(folder, 'data');
  let writing = true;
  let pairs = 0;
  const pair = (number: number) =>
    database.tx('test.pair', async (tx) => {
      for (const key of ['a', 'b']) {
        await tx.query(`insert into spaces (id, adapter, created_at) values ($1, 'console', $2)`, [
          `${key}${number}`,
          NOW,
        ]);
      }
    });
  while (pairs < 50) await pair(pairs++);
  const writer = (async () => {
    for (; writing && pairs < 2_000; pairs++) await pair(pairs);
  })();
  const before = pairs;
  await writeBackup({ database, file, program: 'coda 0.1.0', now: NOW });
  writing = false;
  await writer;
  await database.close();
  await restoreEmbedded({ file, into, now: NOW }, testWorld());
  const copy = await openDatabase({ dataDir: into, connectTimeoutMs: 0 }, testWorld());
  const { rows } = await copy.read<{ a: number; b: number }>(
    `select count(*) filter (where id like 'a%')::int as a, count(*) filter (where id like 'b%')::int as b from spaces`,
  );
  await copy.close();
  return { before, a: rows[0]?.a ?? 0, b: rows[0]?.b ?? 0 };
}
