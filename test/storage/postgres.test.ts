import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, migrate, openDatabase, type StorageOptions } from '../../src/storage/index.ts';
import { eventually } from '../support/eventually.ts';
import { freshPostgres, POSTGRES_URL, requireService, type TestPostgres } from '../support/postgres.ts';
import { TcpProxy } from '../support/proxy.ts';
import { type TestWorld, testWorld } from '../support/world.ts';

requireService('CODA_TEST_POSTGRES');

describe.skipIf(!POSTGRES_URL)('PostgreSQL', () => {
  let server: TestPostgres;
  const opened: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    server = await freshPostgres();
  });
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close().catch(() => {});
    await server.drop();
  });

  const open = async (options: Partial<StorageOptions> = {}, world: TestWorld = testWorld()): Promise<Database> => {
    const database = await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000, ...options }, world);
    opened.push(database);
    return database;
  };
  const proxied = async (asPooler = false): Promise<TcpProxy> => {
    const proxy = await TcpProxy.to(server.url, { asPooler });
    opened.push(proxy);
    return proxy;
  };
  const warnings = (world: TestWorld): string[] => {
    const lines: string[] = [];
    world.log.warn = (...line: unknown[]) => void lines.push(JSON.stringify(line));
    return lines;
  };
  const works = (database: Database) =>
    eventually(() =>
      database.read('select 1').then(
        () => true,
        () => false,
      ),
    );

  describe('when connections are cut', () => {
    test('what was running fails by name, and the next works', async () => {
      const database = await open();
      const running = Promise.allSettled([
        database.run('test.slow', 'select pg_sleep(30)'),
        database.tx('test.slow', (tx) => tx.query('select pg_sleep(30)')),
      ]);
      await eventually(async () => {
        const rows = await server.sql("select pid from pg_stat_activity where query = 'select pg_sleep(30)'");
        return rows.length === 2;
      });
      await server.cut();
      for (const outcome of await running) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STORAGE_UNREACHABLE', exitStatus: 69 } });
      }
      expect((await database.read('select 1 as one')).rows).toEqual([{ one: 1 }]);
    });

    test('a transaction that loses its connection keeps nothing and its connection is not used again', async () => {
      const database = await open({ poolSize: 1 });
      await database.run('test.create', 'create table rows (id int)');
      const cut = database.tx('test.cut', async (tx) => {
        await tx.query('insert into rows values (1)');
        await server.cut();
        await tx.query('insert into rows values (2)');
      });
      await expect(cut).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
      await database.tx('test.next', (tx) => tx.query('insert into rows values (3)'));
      expect((await database.read('select id from rows')).rows).toEqual([{ id: 3 }]);
    });

    test('idle connections that were cut are replaced', async () => {
      const database = await open();
      await Promise.all([database.read('select 1'), database.read('select 2'), database.read('select 3')]);
      await server.cut();
      expect((await database.read('select 1 as one')).rows).toEqual([{ one: 1 }]);
      expect(await database.healthy()).toBe(true);
    });

    test('while the server is away each call fails by name; when it is back, all goes on by itself', async () => {
      const proxy = await proxied();
      const database = await open({ url: proxy.url });
      const heard: string[] = [];
      await database.listen('test', (payload) => heard.push(payload));
      await proxy.close();
      await expect(database.read('select 1')).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
      await expect(database.tx('test.away', (tx) => tx.query('select 1'))).rejects.toMatchObject({
        code: 'STORAGE_UNREACHABLE',
      });
      expect(await database.healthy()).toBe(false);
      database.notify('test', 'to itself');
      await eventually(() => heard.length > 0);

      await proxy.open();
      expect(await works(database)).toBe(true);
      const other = await open();
      await eventually(() => {
        other.notify('test', 'from another');
        return heard.includes('from another');
      });
      expect(heard).toEqual(expect.arrayContaining(['to itself', 'from another']));
    });
  });

  describe('hints', () => {
    test('they reach the other processes, and each process once', async () => {
      const [one, two] = [await open(), await open()];
      const heard: string[] = [];
      await one.listen('test', (payload) => heard.push(`one ${payload}`));
      await two.listen('test', (payload) => heard.push(`two ${payload}`));
      one.notify('test', 'a');
      await eventually(() => heard.length >= 2);
      two.notify('test', 'b');
      await eventually(() => heard.length >= 4);
      expect(heard.sort()).toEqual(['one a', 'one b', 'two a', 'two b']);
    });

    test('after stopping nothing is heard, and another listener goes on', async () => {
      const [one, two] = [await open(), await open()];
      const heard: string[] = [];
      const stop = await one.listen('test', () => heard.push('stopped'));
      await one.listen('test', (payload) => heard.push(payload));
      await stop();
      await stop();
      two.notify('test', 'a');
      await eventually(() => heard.length > 0);
      expect(heard).toEqual(['a']);
    });
  });

  describe('a schema of its own', () => {
    test('two codas share a database without seeing each other', async () => {
      const [one, two] = [await open({ schema: 'one' }), await open({ schema: 'My "second" \\ one' })];
      expect(await migrate(one)).toEqual(await migrate(two));
      expect(await migrate(one)).toEqual([]);
      const heard: string[] = [];
      await one.listen('test', (payload) => heard.push(`one ${payload}`));
      await two.listen('test', (payload) => heard.push(`two ${payload}`));
      await one.run('test.create', 'create table mine (id int)');
      await expect(two.read('select * from mine')).rejects.toMatchObject({ code: '42P01' });
      one.notify('test', 'a');
      two.notify('test', 'b');
      await eventually(() => heard.length >= 2);
      expect(heard.sort()).toEqual(['one a', 'two b']);
    });

    test('many that start at once make it together', async () => {
      const all = await Promise.all(Array.from({ length: 6 }, () => open({ schema: 'fresh' })));
      const applied = await Promise.all(all.map((database) => migrate(database)));
      expect(new Set(applied.flat()).size).toBe(applied.flat().length);
    });
  });

  describe('at the start', () => {
    const start = (url: string, connectTimeoutMs = 300) => open({ url, connectTimeoutMs });

    test('a server that is not there is waited for, then named with exit status 69', async () => {
      const proxy = await proxied();
      await proxy.close();
      await expect(start(proxy.url)).rejects.toMatchObject({
        code: 'STORAGE_UNREACHABLE',
        exitStatus: 69,
        message: expect.stringMatching(/did not answer within 0.3 s: .*nothing answers at/),
      });
      const waiting = start(proxy.url, 20_000);
      await proxy.open();
      expect((await (await waiting).read('select 1 as one')).rows).toEqual([{ one: 1 }]);
    });

    test('what waiting cannot mend is told at once, without the password', async () => {
      const missing = new URL(server.url);
      missing.pathname = '/no_such_database';
      missing.password = 'hunter2-hunter2';
      const world = testWorld();
      const attempt = open({ url: missing.href, connectTimeoutMs: 60_000 }, world);
      await expect(attempt).rejects.toMatchObject({
        code: 'STORAGE_UNREACHABLE',
        message: expect.stringContaining('no_such_database'),
      });
      expect(String(await attempt.catch((error) => error))).not.toContain('hunter2');
      expect(world.secrets.hide('hunter2-hunter2')).toBe('[secret]');
      await expect(open({ url: 'not a url' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    });
  });

  describe('behind a transaction pooler', () => {
    test('without direct_url it works, unprepared, and says what is missing', async () => {
      const world = testWorld();
      const warned = warnings(world);
      const proxy = await proxied(true);
      const database = await open({ url: proxy.url, schema: 'pooled' }, world);
      expect(warned.join()).toContain('storage.direct_url');
      await migrate(database);
      for (let round = 0; round < 3; round++) await database.read('select count(*) from migrations');
      const { rows } = await database.tx('test.tx', (tx) =>
        tx.query('select count(*) as n from pg_prepared_statements'),
      );
      expect(rows).toEqual([{ n: 0 }]);
      await expect(database.read('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
      expect(await database.read('select 1 as one')).toEqual({ rows: [{ one: 1 }], count: 1 });
      const heard: string[] = [];
      await database.listen('test', (payload) => heard.push(payload));
      database.notify('test', 'to itself');
      expect(await eventually(() => heard.length > 0)).toBe(true);
    });

    test('with direct_url other processes are heard', async () => {
      const world = testWorld();
      const warned = warnings(world);
      const proxy = await proxied(true);
      const database = await open({ url: proxy.url, directUrl: server.url }, world);
      const other = await open();
      const heard: string[] = [];
      await database.listen('test', (payload) => heard.push(payload));
      other.notify('test', 'from another');
      await eventually(() => heard.length > 0);
      expect(heard).toEqual(['from another']);
      expect(warned).toEqual([]);
    });
  });
});
