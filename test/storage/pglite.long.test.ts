/** The long form of what `pglite.test.ts` shows in short; prints its figures. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/storage/index.ts';
import { compiled } from '../support/compiled.ts';
import { testWorld } from '../support/world.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coda-data-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const open = (folder = dataDir) =>
  openDatabase({ dataDir: folder, connectTimeoutMs: 0, onFatal: () => {} }, testWorld());

test('of 40 processes killed at random moments, in recovery too, none loses an acknowledged row', async () => {
  const storage = await compiled('storage');
  const script = join(import.meta.dirname, 'committer.mjs');
  const acknowledged: number[] = [];
  for (let round = 0; round < 40; round++) {
    const child = spawn(process.execPath, [script, storage, dataDir, String((acknowledged.at(-1) ?? 0) + 1_000)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 100 + Math.random() * 1_500);
    for await (const line of createInterface(child.stdout)) {
      if (/^\d+$/.test(line)) acknowledged.push(Number(line));
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    clearTimeout(timer);
    expect(child.signalCode).toBe('SIGKILL');
    if (round % 4 !== 3) continue; // three are killed on top of each other's recovery
    const database = await open();
    const { rows } = await database.read<{ id: number }>('select id from rows');
    const there = new Set(rows.map(({ id }) => id));
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
    await database.close();
  }
  process.stdout.write(`40 kills, ${acknowledged.length} rows acknowledged, 0 missing\n`);
}, 300_000);

const disk = mountSmallDisk();
test.skipIf(!disk)(
  'a full disk ends the engine by name, and with space again every acknowledged row is there',
  async () => {
    const folder = join(disk as string, 'data');
    try {
      const database = await open(folder);
      await database.run('test.create', 'create table rows (filler text)');
      let acknowledged = 0;
      const fill = async () => {
        for (;;) {
          await database.run('test.fill', 'insert into rows values ($1)', [randomBytes(4_000).toString('hex')]);
          acknowledged++;
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL', exitStatus: 74 });
      await database.close();
      await expect(open(folder)).rejects.toMatchObject({ code: 'DISK_FULL', exitStatus: 74 });
      spawnSync('/usr/bin/mount', ['-o', 'remount,size=120m', disk as string]);
      const again = await open(folder);
      expect((await again.read('select count(*) as n from rows')).rows).toEqual([{ n: acknowledged }]);
      await again.close();
      process.stdout.write(`the disk was full after ${acknowledged} rows, 0 missing\n`);
    } finally {
      spawnSync('/usr/bin/umount', [disk as string]);
      await rm(disk as string, { recursive: true, force: true });
    }
  },
);

/** A disk of 40 MB, where this user may mount one. */
function mountSmallDisk(): string | undefined {
  if (!process.env.CODA_TEST_LONG) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'coda-disk-'));
  return spawnSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', folder]).status === 0
    ? folder
    : undefined;
}
