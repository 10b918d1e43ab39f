import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CodaError } from '../../src/base/errors.ts';
import { lackOf } from '../../src/storage/files.ts';
import { openDatabase } from '../../src/storage/index.ts';
import { Upkeep } from '../../src/storage/pglite/engine.ts';
import { checkByteOrder, openPglite } from '../../src/storage/pglite/open.ts';
import { crashError } from '../../src/storage/pglite/thread.ts';
import { compiled } from '../support/compiled.ts';
import { testWorld } from '../support/world.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coda-data-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const open = (folder = dataDir) => openDatabase({ dataDir: folder, connectTimeoutMs: 0 }, testWorld());
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test('a statement of a transaction that was given up before it went over is prepared at its next use', async () => {
  const database = await open();
  const statement = 'select 42 as answer';
  await database.read(statement);
  const giveUp = database.tx('test.give_up', async (tx) => {
    tx.send(statement);
    throw new Error('never mind');
  });
  await expect(giveUp).rejects.toThrow('never mind');
  await database.read(statement);
  await database.read(statement);
  const prepared = await database.read('select 1 from pg_prepared_statements where statement = $1', [statement]);
  expect(prepared.rows).toHaveLength(1);
  await database.close();
});

describe('durability', () => {
  test('each commit is one fsync, and a read is none', async () => {
    const database = await open();
    await database.run('test.create', 'create table rows (id int)');
    const before = database.stats();
    for (const id of numbers(400)) await database.run('test.add', 'insert into rows values ($1)', [id]);
    for (const id of numbers(100))
      await database.tx('test.add', (tx) => tx.query('insert into rows values ($1)', [id]));
    for (const id of numbers(50)) await database.read('select * from rows where id = $1', [id]);
    const after = database.stats();
    expect(after.commits - before.commits).toBe(500);
    expect((after.fsyncs ?? 0) - (before.fsyncs ?? 0)).toBe(500);
    await database.close();
  });

  test('killed at any moment, it opens again and has every row that it acknowledged', async () => {
    const storage = await compiled('storage');
    const acknowledged: number[] = [];
    for (const round of numbers(4)) {
      await committing(storage, (round + 1) * 40, acknowledged);
      const database = await open();
      const { rows } = await database.read<{ id: number }>('select id from rows');
      const there = new Set(rows.map(({ id }) => id));
      expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
      await database.close();
    }
    expect(acknowledged.length).toBeGreaterThan(100);
  });

  test('killed while it is made, the next start makes it anew', async () => {
    await mkdir(join(dataDir, 'db.unfinished', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'db.unfinished', 'PG_VERSION'), '1');
    const database = await open();
    expect((await database.read('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
    expect((await readdir(dataDir)).sort()).toEqual(['coda-data.json', 'db']);
  });

  /** Kills a committing process with SIGKILL once it has acknowledged `rows` rows. */
  async function committing(storage: string, rows: number, acknowledged: number[]): Promise<void> {
    const script = join(import.meta.dirname, 'committer.mjs');
    const first = acknowledged.length === 0 ? 0 : Math.max(...acknowledged) + 100;
    const child = spawn(process.execPath, [script, storage, dataDir, String(first)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let count = 0;
    for await (const line of createInterface(child.stdout)) {
      if (line === 'ready' || !/^\d+$/.test(line)) continue;
      acknowledged.push(Number(line));
      if (++count === rows) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

describe('the data folder', () => {
  test('it is used by one coda at a time', async () => {
    const database = await open();
    await expect(open()).rejects.toMatchObject({
      code: 'STORAGE_IN_USE',
      exitStatus: 75,
      message: expect.stringContaining(`process ${process.pid}, since 2026-11-20T08:00:00.000Z`),
    });
    await database.close();
    await (await open()).close();
    expect(await readdir(dataDir)).not.toContain('coda.lock');
  });

  test('of many that start at once one wins, also over a lock that was left behind', async () => {
    await (await open()).close();
    await writeFile(join(dataDir, 'coda.lock'), '{"pid":999999999,"boot":"","started":"","since":""}');
    const starts = await Promise.allSettled(numbers(8).map(() => open()));
    const won = starts.filter((start) => start.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const start of starts) {
      if (start.status === 'rejected') expect(start.reason).toMatchObject({ code: 'STORAGE_IN_USE' });
    }
    await won[0]?.value.close();
  });

  test('the lock of a process that is gone is taken over', async () => {
    const database = await open();
    const mine = JSON.parse(await readFile(join(dataDir, 'coda.lock'), 'utf8'));
    await database.close();
    const stale = [
      { ...mine, pid: 999_999_999 },
      { ...mine, started: '1' },
      { ...mine, boot: 'another' },
      'not JSON',
      '',
      null,
    ];
    for (const lock of stale) {
      await writeFile(join(dataDir, 'coda.lock'), typeof lock === 'string' ? lock : JSON.stringify(lock));
      await (await open()).close();
    }
  });

  test('a coda in another container, whose processes cannot be seen, holds its lock while it answers', async () => {
    const database = await open();
    const lock = JSON.parse(await readFile(join(dataDir, 'coda.lock'), 'utf8'));
    const elsewhere = JSON.stringify({ ...lock, pid: 1, started: '1', namespace: 'pid:[1]' });
    await writeFile(join(dataDir, 'coda.lock'), elsewhere);
    await expect(open()).rejects.toMatchObject({ code: 'STORAGE_IN_USE' });
    await database.close();
    await writeFile(join(dataDir, 'coda.lock'), elsewhere);
    await (await open()).close();
    expect((await readdir(dataDir)).sort()).toEqual(['coda-data.json', 'db']);
  });

  test('a data folder may lie deep', async () => {
    const deep = join(dataDir, 'folder-'.repeat(20), 'folder-'.repeat(20));
    await (await open(deep)).close();
  });

  test('a folder of a newer coda is left alone', async () => {
    await (await open()).close();
    await writeFile(join(dataDir, 'coda-data.json'), '{"layout":99}');
    await expect(open()).rejects.toMatchObject({ code: 'DATA_NEWER', exitStatus: 78 });
    expect(await readdir(dataDir)).not.toContain('coda.lock');
  });

  test('a folder that cannot be made is named', async () => {
    await writeFile(join(dataDir, 'file'), '');
    await expect(open(join(dataDir, 'file'))).rejects.toMatchObject({ code: 'DATA_UNWRITABLE', exitStatus: 73 });
    await expect(open(join(dataDir, 'file', 'below'))).rejects.toMatchObject({ code: 'DATA_UNWRITABLE' });
    await expect(open('/proc/coda')).rejects.toMatchObject({ code: 'DATA_UNWRITABLE' });
  });

  test('a machine of the other byte order is told so, instead of that its data is damaged', () => {
    expect(() => checkByteOrder('LE')).not.toThrow();
    expect(() => checkByteOrder('BE')).toThrow(
      expect.objectContaining({ code: 'STORAGE_UNSUPPORTED', remedy: expect.stringContaining('storage.url') }),
    );
  });

  test('a damaged cluster is called damaged, and the folder is free again', async () => {
    await (await open()).close();
    await truncate(join(dataDir, 'db', 'global', 'pg_control'), 100);
    await expect(open()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT', exitStatus: 70 });
    expect(await readdir(dataDir)).not.toContain('coda.lock');
  });
});

test('a disk that has room and no inode is not called full', () => {
  const room = { bavail: 1_000_000, bsize: 4_096, ffree: 0, files: 65_536 };
  expect(lackOf(room)).toContain('no inode is free');
  expect(lackOf({ ...room, ffree: 10 })).toBe('the disk is full');
  expect(lackOf({ ...room, bavail: 0 })).toBe('the disk is full');
  // Some file systems count none.
  expect(lackOf({ ...room, files: 0 })).toBe('the disk is full');
});

test.each([
  'FATAL:  could not create lock file "postmaster.pid": Permission denied',
  'PANIC:  could not open file "global/pg_control": Read-only file system',
  "EACCES: permission denied, open '/data/db/PG_VERSION'",
])('data that may not be written is not called damaged: %s', (said) => {
  expect(crashError([said], undefined, true)).toMatchObject({
    code: 'DATA_UNWRITABLE',
    message: expect.stringContaining(said),
    remedy: expect.stringContaining('belong to the user'),
  });
});

describe('an engine that stops by itself', () => {
  test('is told once, what waited fails with the same error, and a new start has all that was acknowledged', async () => {
    const fatal: CodaError[] = [];
    const database = await openDatabase(
      { dataDir, connectTimeoutMs: 0, onFatal: (error) => fatal.push(error) },
      testWorld(),
    );
    await database.run('test.create', 'create table rows (id int, filler text)');
    await database.run('test.add', 'insert into rows values (1)');
    const pgWal = join(dataDir, 'db', 'pg_wal');
    await rename(pgWal, `${pgWal}.away`);
    const fill = 'insert into rows select n, md5(n::text) || md5((n + 1)::text) from generate_series(1, 60000) n';
    const failing = await Promise.allSettled([
      database.run('test.fill', fill),
      database.tx('test.fill', (tx) => tx.query(fill)),
      database.read('select 1'),
    ]);
    for (const outcome of failing) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL', exitStatus: 70 } });
    }
    expect(fatal).toHaveLength(1);
    expect(fatal[0]?.message).toMatch(/PANIC.*pg_wal/);
    expect(await database.healthy()).toBe(false);
    await database.close();

    await rm(pgWal, { recursive: true, force: true });
    await rename(`${pgWal}.away`, pgWal);
    const again = await open();
    expect((await again.read('select id from rows where filler is null')).rows).toEqual([{ id: 1 }]);
    await again.close();
  });
});

describe('upkeep', () => {
  test('the log stays small and worn tables are vacuumed, though nothing runs in the background', async () => {
    const engine = await openPglite({ dataDir, onFatal: () => {} }, testWorld());
    const upkeep = new Upkeep((sql, params) => engine.statement(sql, params), testWorld().log);
    const wal = async () =>
      (await readdir(join(dataDir, 'db', 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name));
    await engine.statement('create table "Worn" (id int primary key, filler text)', []);
    for (let round = 0; round < 8; round++) {
      await engine.statement(`insert into "Worn" select n, repeat('x', 3000) from generate_series(1, 2000) n`, []);
      await engine.statement('delete from "Worn"', []);
      await upkeep.run();
      expect((await wal()).length).toBeLessThan(12);
    }
    const { rows } = await engine.statement('select n_dead_tup as dead from pg_stat_user_tables', []);
    expect(rows).toEqual([{ dead: 0 }]);
    await engine.close();
  });
});
