/** What every engine behind the `Database` port owes. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { CodaError } from '../../src/base/errors.ts';
import type { Database } from '../../src/storage/index.ts';
import { eventually } from './eventually.ts';
import { valueTests } from './value-contract.ts';
import { type TestWorld, testWorld } from './world.ts';

export interface ContractOptions {
  /** Opens a database without tables. */
  open(world: TestWorld): Promise<Database>;
  available: boolean;
}

export function databaseContract(name: string, { open, available }: ContractOptions): void {
  describe.skipIf(!available)(`the database port on ${name}`, () => {
    const world = testWorld();
    let database: Database;

    beforeAll(async () => {
      database = await open(world);
      await database.run('test.setup', 'create table things (id int primary key, name text not null)');
    });
    afterAll(() => database?.close());

    const names = async () => {
      const { rows } = await database.read<{ name: string }>('select name from things order by id');
      return rows.map((row) => row.name);
    };
    const add = 'insert into things (id, name) values ($1, $2)';
    const clear = () => database.run('test.clear', 'delete from things');

    valueTests(() => database);

    test('a statement tells how many rows it returned or changed', async () => {
      await clear();
      expect(await database.run('test.add', `${add}, (2, 'b'), (3, 'c')`, [1, 'a'])).toEqual({ rows: [], count: 3 });
      expect((await database.run('test.rename', "update things set name = 'x' where id > $1", [1])).count).toBe(2);
      expect((await database.read('select * from things where id > 1')).count).toBe(2);
      expect((await database.run('test.delete', 'delete from things where id > 99 returning id')).count).toBe(0);
    });

    test('after a value that cannot be bound the next statement is right', async () => {
      for (let round = 0; round < 3; round++) {
        await expect(database.read('select $1::int as n', ['seven'])).rejects.toMatchObject({ code: '22P02' });
        await expect(database.read('selec')).rejects.toMatchObject({ code: '42601' });
        await expect(database.read('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
        expect((await database.read('select $1::int as n', [7])).rows).toEqual([{ n: 7 }]);
      }
    });

    test('what is nested without end is refused, and the next statement is right', async () => {
      const deep = { json: '['.repeat(200_000) + ']'.repeat(200_000) };
      await expect(database.read('select $1::jsonb as value', [deep])).rejects.toMatchObject({ code: '54001' });
      expect((await database.read('select $1::int as n', [7])).rows).toEqual([{ n: 7 }]);
    });

    test('a broken rule names its constraint', async () => {
      await clear();
      await database.run('test.add', add, [1, 'a']);
      await expect(database.run('test.add', add, [1, 'b'])).rejects.toMatchObject({
        code: '23505',
        constraint: 'things_pkey',
      });
    });

    test('a statement goes on working after its table was changed', async () => {
      await database.run('test.create', 'create table changing (id int)');
      for (let round = 0; round < 3; round++) await database.read('select * from changing');
      await database.run('test.alter', "alter table changing add column name text default 'new'");
      await database.run('test.add', 'insert into changing (id) values (1)');
      expect((await database.read('select * from changing')).rows).toEqual([{ id: 1, name: 'new' }]);
      expect(await database.tx('test.tx', (tx) => tx.query('select * from changing'))).toMatchObject({ count: 1 });
    });

    test('a transaction is kept whole or not at all', async () => {
      await clear();
      await database.tx('test.tx', async (tx) => {
        await tx.query(add, [1, 'kept']);
        await tx.query(add, [2, 'kept too']);
      });
      const failing = database.tx('test.tx', async (tx) => {
        await tx.query(add, [3, 'lost']);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await names()).toEqual(['kept', 'kept too']);
    });

    test('a transaction whose statement failed is not taken for committed, even if the error was caught', async () => {
      await clear();
      const swallowing = database.tx('test.tx', async (tx) => {
        await tx.query(add, [1, 'a']);
        await tx.query(add, [1, 'again']).catch(() => {});
      });
      await expect(swallowing).rejects.toMatchObject({ code: '23505' });
      expect(await names()).toEqual([]);
    });

    test('several statements run from one text', async () => {
      await clear();
      await database.tx('test.tx', async (tx) => {
        await tx.script("insert into things values (1, 'a; b'); insert into things values (2, 'c');");
      });
      expect(await names()).toEqual(['a; b', 'c']);
    });

    test('what waits for the commit is told after it, in order, and never after a rollback', async () => {
      await clear();
      const told: string[] = [];
      await database.tx('test.tx', async (tx) => {
        tx.afterCommit(() => told.push('first'));
        await tx.query(add, [1, 'a']);
        tx.afterCommit(() => told.push('second'));
        expect(told).toEqual([]);
      });
      const failing = database.tx('test.tx', async (tx) => {
        tx.afterCommit(() => told.push('never'));
        await tx.query(add, [1, 'a']);
      });
      await expect(failing).rejects.toMatchObject({ code: '23505' });
      expect(told).toEqual(['first', 'second']);
    });

    test('a serialisation failure is tried again, five times at most', async () => {
      const fail = `do $$ begin raise exception 'lost a race' using errcode = '40001'; end $$`;
      let calls = 0;
      const told: string[] = [];
      await database.tx('test.tx', async (tx) => {
        tx.afterCommit(() => told.push('once'));
        calls++;
        if (calls < 3) await tx.query(fail);
      });
      expect([calls, told]).toEqual([3, ['once']]);

      calls = 0;
      const hopeless = database.tx('test.tx', async (tx) => {
        calls++;
        await tx.query(fail);
      });
      await expect(hopeless).rejects.toMatchObject({ code: '40001' });
      expect(calls).toBe(6);
    });

    test('what lost a race is not tried again before others had time to go on', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const order: string[] = [];
        const loser = database.tx('test.loser', async (tx) => {
          order.push('tried');
          if (order.length === 1) await tx.query(`do $$ begin raise exception 'lost' using errcode = '40P01'; end $$`);
        });
        while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
        await database.read('select 1');
        await database.read('select 1');
        order.push('others');
        await vi.advanceTimersByTimeAsync(1_000);
        await loser;
        expect(order).toEqual(['tried', 'others', 'tried']);
      } finally {
        vi.useRealTimers();
      }
    });

    test('inside a transaction the database itself refuses to work instead of waiting for ever', async () => {
      const misuses = [
        () => database.run('test.inner', 'select 1'),
        () => database.read('select 1'),
        () => database.tx('test.inner', async () => {}),
      ];
      for (const misuse of misuses) {
        const outer = database.tx('test.outer', async (tx) => {
          await tx.query('select 1');
          await misuse();
        });
        await expect(outer).rejects.toThrow(/inside the transaction 'test.outer'/);
      }
      expect((await database.read('select 1 as one')).rows).toEqual([{ one: 1 }]);
    });

    test('a transaction cannot be used after its end', async () => {
      const leaked = await database.tx('test.tx', async (tx) => tx);
      await expect(leaked.query('select 1')).rejects.toThrow(/after it had ended/);
      expect(() => leaked.afterCommit(() => {})).toThrow(/after it had ended/);
    });

    test('what a transaction has set off may use the database once the transaction is over', async () => {
      const over = deferred();
      let later: Promise<unknown> = Promise.resolve();
      await database.tx('test.tx', async () => {
        later = over.promise.then(() => database.read('select 1 as one'));
      });
      over.resolve();
      expect(await later).toMatchObject({ count: 1 });
    });

    test('many callers at once each get their own answer', async () => {
      await clear();
      const numbers = Array.from({ length: 100 }, (_, index) => index);
      const answers = await Promise.all(
        numbers.map(async (n) => {
          if (n % 10 === 0)
            return database.tx('test.tx', async (tx) => (await tx.query(`${add} returning id`, [n, 't'])).rows);
          if (n % 7 === 0) return database.read('select 1 / 0').catch(() => [{ id: n }]);
          return (await database.run('test.add', `${add} returning id`, [n, 'r'])).rows;
        }),
      );
      expect(answers).toEqual(numbers.map((n) => [{ id: n }]));
      expect((await names()).length).toBe(100 - 13);
    });

    test('statements that nobody waits for travel with the next one', async () => {
      await clear();
      const before = database.stats();
      await database.tx('test.tx', async (tx) => {
        tx.send(add, [1, 'a']);
        await tx.query(add, [2, 'b']);
        tx.send(add, [3, 'c']);
      });
      expect(await names()).toEqual(['a', 'b', 'c']);
      expect(database.stats().commits - before.commits).toBe(1);
    });

    test('one that fails voids the transaction, and is what it fails of', async () => {
      await clear();
      const hooks: string[] = [];
      const alone = database.tx('test.tx', async (tx) => {
        tx.afterCommit(() => hooks.push('after'));
        await tx.query(add, [1, 'a']);
        tx.send(add, [1, 'again']);
      });
      await expect(alone).rejects.toMatchObject({ code: '23505' });
      const followed = database.tx('test.tx', async (tx) => {
        await tx.query(add, [1, 'a']);
        tx.send(add, [1, 'again']);
        await tx.query(add, [2, 'b']);
      });
      await expect(followed).rejects.toMatchObject({ code: '23505' });
      expect(await names()).toEqual([]);
      expect(hooks).toEqual([]);
    });

    test('the last statement commits when it has found something', async () => {
      await clear();
      const hooks: string[] = [];
      const found = await database.tx('test.tx', async (tx) => {
        tx.send(add, [1, 'a']);
        const { rows } = await tx.last<{ name: string }>('update things set name = $1 where id = 1 returning name', [
          'b',
        ]);
        tx.afterCommit(() => hooks.push('after'));
        return rows;
      });
      expect(found).toEqual([{ name: 'b' }]);
      expect(await names()).toEqual(['b']);
      expect(hooks).toEqual(['after']);
    });

    test('the last statement rolls everything back when it has found nothing', async () => {
      await clear();
      const nothing = database.tx('test.tx', async (tx) => {
        await tx.query(add, [1, 'a']);
        const { count } = await tx.last('update things set name = $1 where id = 2', ['b']);
        throw new Error(`found ${count}`);
      });
      await expect(nothing).rejects.toThrow('found 0');
      const unheeded = database.tx('test.tx', async (tx) => {
        await tx.query(add, [1, 'a']);
        await tx.last('select 1 where false');
      });
      await expect(unheeded).rejects.toThrow('had found nothing');
      const failing = database.tx('test.tx', async (tx) => {
        await tx.query(add, [1, 'a']);
        await tx.last(add, [1, 'again']);
      });
      await expect(failing).rejects.toMatchObject({ code: '23505' });
      expect(await names()).toEqual([]);
    });

    test('nothing may follow the last statement', async () => {
      await clear();
      const more = database.tx('test.tx', async (tx) => {
        await tx.last(add, [1, 'a']);
        await tx.query(add, [2, 'b']);
      });
      await expect(more).rejects.toThrow('after it had ended');
      expect(await names()).toEqual(['a']);
    });

    test('commits and round trips are counted', async () => {
      await clear();
      await names();
      const before = database.stats();
      await database.run('test.add', add, [1, 'a']);
      await database.tx('test.tx', async (tx) => {
        await tx.query(add, [2, 'b']);
        await tx.query(add, [3, 'c']);
      });
      await database.tx('test.empty', async () => {});
      await names();
      const after = database.stats();
      expect(after.commits - before.commits).toBe(2);
      expect(after.roundTrips - before.roundTrips).toBe(1 + 3 + 0 + 1);
    });

    test('every named transaction is announced before and after', async () => {
      await clear();
      world.points.length = 0;
      await database.run('test.add', add, [1, 'a']);
      await database.tx('test.tx', (tx) => tx.query(add, [2, 'b']));
      await database.run('test.again', add, [2, 'b']).catch(() => {});
      await names();
      expect(world.points.map(({ name, phase }) => `${phase} ${name}`)).toEqual([
        'before test.add',
        'after test.add',
        'before test.tx',
        'after test.tx',
        'before test.again',
      ]);
    });

    test('a hint reaches its channel, and equal ones in a burst come once', async () => {
      const heard: string[] = [];
      const stop = await database.listen('test-channel', (payload) => heard.push(payload));
      const other = await database.listen('other', () => heard.push('wrong'));
      for (let i = 0; i < 20; i++) database.notify('test-channel', 'wake');
      database.notify('test-channel', 'last');
      await eventually(() => heard.includes('last'));
      expect(heard).toEqual(['wake', 'last']);
      await stop();
      await other();
      database.notify('test-channel', 'unheard');
      database.notify('test-channel', 'x'.repeat(9_000));
      await database.read('select 1');
    });

    test('a listener or a hook that throws harms nobody else', async () => {
      const heard: string[] = [];
      const stops = [
        await database.listen('throwing', () => {
          throw new Error('no');
        }),
        await database.listen('throwing', (payload) => heard.push(payload)),
      ];
      await database.tx('test.tx', async (tx) => {
        await tx.query('select 1');
        tx.afterCommit(() => {
          throw new Error('no');
        });
        tx.afterCommit(() => database.notify('throwing', 'heard'));
      });
      await eventually(() => heard.length > 0);
      expect(heard).toEqual(['heard']);
      for (const stop of stops) await stop();
    });

    test('it answers for its health and its clock', async () => {
      expect(await database.healthy()).toBe(true);
      expect(Math.abs((await database.now()).getTime() - Date.now())).toBeLessThan(60_000);
    });

    test('closing waits for what is running; what comes later is refused', async () => {
      const closing = await open(testWorld());
      const started = deferred();
      const goOn = deferred();
      const running = closing.tx('test.slow', async (tx) => {
        await tx.query('select 1');
        started.resolve();
        await goOn.promise;
        return (await tx.query<{ two: number }>('select 2 as two')).rows[0]?.two;
      });
      await started.promise;
      const closed = closing.close();
      goOn.resolve();
      expect(await running).toBe(2);
      await closed;
      await closing.close();
      await expect(closing.read('select 1')).rejects.toThrow(CodaError);
      await expect(closing.run('test.late', 'select 1')).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
      await expect(closing.tx('test.late', async () => {})).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
      expect(await closing.healthy()).toBe(false);
      closing.notify('test', 'late');
    });

    test('nothing of a closed database is carried by each promise of the process', async () => {
      const carried = () => Object.getOwnPropertySymbols(Promise.resolve()).length;
      const before = carried();
      for (let round = 0; round < 3; round++) {
        const closing = await open(testWorld());
        await closing.tx('test.tx', (tx) => tx.query('select 1'));
        await closing.close();
      }
      expect(carried()).toBe(before);
    });
  });
}
