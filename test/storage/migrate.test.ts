import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, migrate, openDatabase } from '../../src/storage/index.ts';
import { openEmptyDatabase, openTestDatabase } from '../support/database.ts';
import { freshPostgres, POSTGRES_URL, requireService } from '../support/postgres.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_POSTGRES');

interface Place {
  /** Another connection to the same empty database each time. */
  open(): Promise<Database>;
  drop(): Promise<void>;
}

async function pglite(): Promise<Place> {
  const database = await openEmptyDatabase();
  return { open: async () => database, drop: () => database.close() };
}

async function postgres(): Promise<Place> {
  const server = await freshPostgres();
  const opened: Database[] = [];
  return {
    open: async () => {
      const database = await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000 }, testWorld());
      opened.push(database);
      return database;
    },
    drop: async () => {
      await Promise.all(opened.map((database) => database.close()));
      await server.drop();
    },
  };
}

const engines = [
  { name: 'PGlite', available: true, make: pglite },
  { name: 'PostgreSQL', available: POSTGRES_URL !== undefined, make: postgres },
];

for (const { name, available, make } of engines) {
  describe.skipIf(!available)(`migrations on ${name}`, () => {
    let place: Place;
    let folder: string;
    let database: Database;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'coda-migrations-'));
      place = await make();
      database = await place.open();
      await write('0001_start', 'create table one (id int); insert into one values (1);');
    });
    afterEach(async () => {
      await place.drop();
      await rm(folder, { recursive: true, force: true });
    });

    const write = (file: string, sql: string) => writeFile(join(folder, `${file}.sql`), sql);
    const ones = async () => (await database.read('select count(*) as n from one')).rows[0]?.n;

    test('what is missing is applied once, in order, and told', async () => {
      await write('0010_later', 'insert into one values (10); alter table one add column name text;');
      await write('0002_next', '-- a comment; with a semicolon\ninsert into one select id + 1 from one where id = 1;');
      await writeFile(join(folder, 'README.md'), 'not a migration');
      expect(await migrate(database, { folder })).toEqual(['0001_start', '0002_next', '0010_later']);
      expect(await migrate(database, { folder })).toEqual([]);
      expect(await ones()).toBe(3);
      await write('0011_last', 'insert into one values (11)');
      expect(await migrate(database, { folder, now: new Date('2026-11-20T08:00:00Z') })).toEqual(['0011_last']);
      const { rows } = await database.read('select name, applied_at from migrations where version = 11');
      expect(rows).toEqual([{ name: '0011_last', applied_at: new Date('2026-11-20T08:00:00Z') }]);
    });

    test('with nothing to do it is one read', async () => {
      await migrate(database, { folder });
      const before = database.stats();
      await migrate(database, { folder });
      const after = database.stats();
      expect(after.roundTrips - before.roundTrips).toBe(1);
      expect(after.commits).toBe(before.commits);
    });

    test('a migration that fails leaves nothing of itself and everything before it', async () => {
      await write('0002_bad', 'insert into one values (2); insert into nowhere values (1);');
      await write('0003_never', 'insert into one values (3);');
      const failing = migrate(database, { folder });
      await expect(failing).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: expect.stringMatching(/0002_bad.*nowhere/),
      });
      expect(await ones()).toBe(1);
      await write('0002_bad', 'insert into one values (2);');
      expect(await migrate(database, { folder })).toEqual(['0002_bad', '0003_never']);
      expect(await ones()).toBe(3);
    });

    test('an applied migration that has changed is refused', async () => {
      await migrate(database, { folder });
      await write('0001_start', 'create table one (id int); insert into one values (2);');
      await expect(migrate(database, { folder })).rejects.toMatchObject({ code: 'MIGRATION_CHANGED', exitStatus: 78 });
    });

    test('a database of a newer coda is refused', async () => {
      await write('0002_newer', 'insert into one values (2);');
      await migrate(database, { folder });
      await rm(join(folder, '0002_newer.sql'));
      await expect(migrate(database, { folder })).rejects.toMatchObject({ code: 'DATA_NEWER', exitStatus: 78 });
    });

    test('many that start at once apply each migration once', async () => {
      await write('0002_next', 'insert into one values (2);');
      await write('0003_next', 'insert into one values (3);');
      const all = await Promise.all(Array.from({ length: 5 }, () => place.open()));
      const applied = await Promise.all(all.map((each) => migrate(each, { folder })));
      expect(applied.flat().sort()).toEqual(['0001_start', '0002_next', '0003_next']);
      expect(await ones()).toBe(3);
    });

    test('two files with one number are a mistake that is told', async () => {
      await write('0001_again', 'select 1;');
      await expect(migrate(database, { folder })).rejects.toThrow('two migrations have the number 0001');
    });
  });
}

test("coda's own migrations apply, and a test's database has them", async () => {
  const database = await openTestDatabase();
  expect(await migrate(database)).toEqual([]);
  expect((await database.read('select count(*) as n from migrations')).rows).not.toEqual([{ n: 0 }]);
  await database.close();
});
