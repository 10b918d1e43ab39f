import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { type Database, openDatabase, type StorageOptions } from '../../src/storage/index.ts';
import { eventually } from '../support/eventually.ts';
import { freshPostgres, POSTGRES_URL, requireService, type TestPostgres } from '../support/postgres.ts';
import { TcpProxy } from '../support/proxy.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_POSTGRES');

const UNREACHABLE = { code: 'STORAGE_UNREACHABLE' };

describe.skipIf(!POSTGRES_URL)('PostgreSQL that keeps its clients waiting', () => {
  let server: TestPostgres;
  let proxy: TcpProxy;
  const opened: Database[] = [];
  const warned: string[] = [];

  beforeEach(async () => {
    server = await freshPostgres();
    proxy = await TcpProxy.to(server.url);
    await server.sql('create table accounts (id int primary key, value int)');
    await server.sql('insert into accounts values (1, 0), (2, 0)');
    warned.length = 0;
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    await proxy.close();
    await server.drop();
  });

  const open = async (limits: StorageOptions['limits'], more: Partial<StorageOptions> = {}): Promise<Database> => {
    const world = testWorld();
    world.log.warn = (...line: unknown[]) => void warned.push(JSON.stringify(line));
    const options = { url: server.url, dataDir: '', connectTimeoutMs: 10_000, limits, ...more };
    const database = await openDatabase(options, world);
    opened.push(database);
    return database;
  };
  const add = (database: Database, id: number) =>
    database.run('test.add', 'update accounts set value = value + 1 where id = $1', [id]);
  const values = async () =>
    (await server.sql('select value from accounts order by id')).map(({ value }) => Number(value));

  describe('on connections that hang instead of closing', () => {
    test('one that rested is tested before it is used: nothing fails, nothing is unclear', async () => {
      const database = await open({ rested: 0, test: 1_500 }, { url: proxy.url });
      await Promise.all([add(database, 1), add(database, 1), add(database, 1)]);
      proxy.freeze();
      await add(database, 2);
      await database.tx('test.tx', (tx) => tx.query('update accounts set value = value + 1 where id = 2'));
      expect(await values()).toEqual([3, 2]);
      expect(database.stats().unclear).toBe(0);
      expect(warned.join()).toContain('hung');
    });

    test('a statement whose answer does not come fails by name; all that have rested since are replaced', async () => {
      const database = await open({ answer: 2_000 }, { url: proxy.url });
      await Promise.all(Array.from({ length: 8 }, () => add(database, 1)));
      proxy.freeze();
      await expect(add(database, 2)).rejects.toMatchObject(UNREACHABLE);
      await add(database, 2);
      await Promise.all(Array.from({ length: 8 }, () => add(database, 2)));
      expect(await values()).toEqual([8, 9]);
      expect(database.stats().unclear).toBe(1);
    });

    test('a transaction in the middle of it fails, and nothing of it is kept', async () => {
      const database = await open({ answer: 2_000, idleInTransaction: 2_000 }, { url: proxy.url });
      const cut = database.tx('test.cut', async (tx) => {
        await tx.query('update accounts set value = 7 where id = 1');
        proxy.freeze();
        await tx.query('update accounts set value = 7 where id = 2');
      });
      await expect(cut).rejects.toMatchObject(UNREACHABLE);
      // The server learns of it by itself, and lets go of the row.
      await add(database, 1);
      expect(await values()).toEqual([1, 0]);
    });

    test('a read is run again on another one', async () => {
      const database = await open({ answer: 2_000 }, { url: proxy.url });
      await database.read('select 1');
      proxy.freeze();
      expect((await database.read('select 1 as one')).rows).toEqual([{ one: 1 }]);
      expect(await database.healthy()).toBe(true);
    });

    test('hints and heartbeats go on over a new one', async () => {
      const database = await open({ test: 1_500 }, { url: proxy.url });
      const other = await open({});
      const heard: string[] = [];
      await database.listen('test', (payload) => heard.push(payload));
      const beat = () => database.runApart('test.beat', 'select 1 as one');
      expect((await beat()).rows).toEqual([{ one: 1 }]);
      proxy.freeze();
      await expect(beat()).rejects.toMatchObject(UNREACHABLE);
      expect((await beat()).rows).toEqual([{ one: 1 }]);
      await eventually(() => {
        other.notify('test', 'hello');
        return heard.length > 0;
      });
      // What froze the one froze the others: they are not tried first.
      expect((await add(database, 1)).count).toBe(1);
    });
  });

  describe.each([
    ['directly', false],
    ['behind a transaction pooler', true],
  ])('beside a process that stands still, %s', (_, asPooler) => {
    test('in the middle of a transaction: it is cut off, the others go on, and it commits nothing', async () => {
      const pooler = await TcpProxy.to(server.url, { asPooler });
      const limits = { idleInTransaction: 300 };
      const [still, other] = [await open(limits, { url: pooler.url }), await open(limits)];
      const woken = deferred();
      const holds = deferred();
      const standing = still.tx('test.still', async (tx) => {
        await tx.query('update accounts set value = 100 where id = 1');
        holds.resolve();
        await woken.promise;
        await tx.query('update accounts set value = 100 where id = 2');
      });
      standing.catch(() => {});
      await holds.promise;
      await add(other, 1);
      woken.resolve();
      await expect(standing).rejects.toMatchObject(UNREACHABLE);
      expect(await values()).toEqual([1, 0]);
      expect(warned.join()).toContain('stood still in a transaction');
      await add(still, 1);
      await still.close();
      await pooler.close();
    });
  });

  test('a lock that is not given up is waited for only so long; the connection is kept', async () => {
    const database = await open({ lock: 200 }, { poolSize: 1 });
    const other = await open({});
    const [holds, ready] = [deferred(), deferred()];
    const holding = other.tx('test.hold', async (tx) => {
      await tx.query('update accounts set value = 5 where id = 1');
      ready.resolve();
      await holds.promise;
    });
    await ready.promise;
    const pid = async () => (await database.read('select pg_backend_pid() as pid')).rows;
    const before = await pid();
    await expect(add(database, 1)).rejects.toMatchObject({
      ...UNREACHABLE,
      message: expect.stringContaining('another transaction holds'),
    });
    expect(await pid()).toEqual(before);
    holds.resolve();
    await holding;
    await add(database, 1);
    expect(await values()).toEqual([6, 0]);
  });

  test('a statement that takes too long is cancelled by the server', async () => {
    const database = await open({ statement: 200 });
    await expect(database.run('test.slow', 'select pg_sleep(30)')).rejects.toMatchObject(UNREACHABLE);
    expect(
      await server.sql("select pid from pg_stat_activity where query like '%pg_sleep(30)' and state = 'active'"),
    ).toEqual([]);
  });

  test('a migration takes as long as it needs', async () => {
    const database = await open({ statement: 50, answer: 100 });
    await database.tx('test.migrate', async (tx) => {
      await tx.script('set local statement_timeout = 0; select pg_sleep(0.3); update accounts set value = 3');
    });
    expect(await values()).toEqual([3, 3]);
  });

  test('heartbeats do not wait for a free connection, nor for rows that others hold', async () => {
    const database = await open({}, { poolSize: 1 });
    const [ends, ready] = [deferred(), deferred()];
    const occupying = database.tx('test.occupy', async (tx) => {
      await tx.query('update accounts set value = 5 where id = 1');
      ready.resolve();
      await ends.promise;
    });
    await ready.promise;
    const waiting = add(database, 1);
    expect((await database.runApart('test.beat', 'update accounts set value = 1 where id = 2')).count).toBe(1);
    ends.resolve();
    await occupying;
    await waiting;
    expect(await values()).toEqual([6, 1]);
  });

  test('after a failover to a server that only reads, writes fail as away, and go on when one that writes is there', async () => {
    const database = await open({});
    const name = new URL(server.url).pathname.slice(1);
    await add(database, 1);
    await server.sql(`alter database ${name} set default_transaction_read_only = on`);
    await server.cut();
    await eventually(() =>
      add(database, 1).then(
        () => false,
        ({ cause }) => String(cause).includes('read-only'),
      ),
    );
    await expect(add(database, 1)).rejects.toMatchObject(UNREACHABLE);
    await server.sql(`begin read write; alter database ${name} reset default_transaction_read_only; commit`);
    await add(database, 1);
    expect(await values()).toEqual([2, 0]);
  });
});
