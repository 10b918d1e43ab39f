/** What every engine behind the `Database` port owes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { CodaError } from '../../src/base/errors.ts';
import { type Database, json } from '../../src/storage/index.ts';
import { eventually } from './eventually.ts';
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
  });
}

/** What goes in comes out, as the same JavaScript on every engine. */
function valueTests(database: () => Database): void {
  const back = async (type: string, value: Parameters<typeof json>[0]) => {
    const { rows } = await database().read<{ value: unknown }>(`select $1::${type} as value`, [value as never]);
    return rows[0]?.value;
  };
  const instant = new Date('2026-03-29T01:30:15.123Z');

  test.each([
    ['int8', 2 ** 53 - 1],
    ['int8', -5],
    ['int4', 7],
    ['numeric', 12.5],
    ['float8', 0.1],
    ['bool', true],
    ['bool', false],
    ['text', 'Ünïcode 🎉 "quoted" \\ and \n lines'],
    ['text', ''],
    ['text', null],
    ['uuid', '0190a6c0-7e0f-7000-8000-000000000001'],
    ['date', '2026-02-28'],
    ['timestamptz', instant],
    ['timestamptz', new Date('0099-12-31T23:59:59.999Z')],
    ['timestamptz', new Date('1969-07-20T20:17:40Z')],
    ['bytea', new Uint8Array([0, 1, 127, 128, 255])],
    ['bytea', new Uint8Array()],
    ['text[]', []],
    ['text[]', ['a', '', 'b,c', '{}', '"', '\\', 'null', 'NULL', null, ' x ']],
    ['int8[]', [1, 2 ** 40, null]],
    [
      'int4[]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['bool[]', [true, false, null]],
    ['timestamptz[]', [instant, null]],
    ['uuid[]', ['0190a6c0-7e0f-7000-8000-000000000001']],
    ['bytea[]', [new Uint8Array([1, 255])]],
  ])('a %s keeps its value: %j', async (type, value) => {
    expect(await back(type, value)).toEqual(value);
  });

  test('numbers that count come as numbers', async () => {
    const { rows } = await database().read(
      'select count(*) as n, sum(x) as sum, avg(x) as mean from (values (1::int8), (2)) v (x)',
    );
    expect(rows).toEqual([{ n: 2, sum: 3, mean: 1.5 }]);
  });

  test.each([{ a: [1, { b: null }], 'c"d': 'é\n' }, [1, 'two', null], 'text', 7, null, true])(
    'JSON keeps its value: %j',
    async (value) => {
      const { rows } = await database().read('select $1::jsonb as b, $1::json as j', [json(value)]);
      expect(rows).toEqual([{ b: value, j: value }]);
    },
  );

  test('arrays of JSON come parsed', async () => {
    const { rows } = await database().read('select $1::jsonb[] as list', [[json({ a: 'x,"y"' }), json([1])]]);
    expect(rows).toEqual([{ list: [{ a: 'x,"y"' }, [1]] }]);
  });

  test('an instant is the same whatever zone the session is in', async () => {
    const value = await database().tx('test.zone', async (tx) => {
      const found: unknown[] = [];
      for (const zone of ['UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Europe/Amsterdam']) {
        await tx.query(`set local time zone '${zone}'`);
        found.push((await tx.query<{ at: Date }>('select $1::timestamptz as at', [instant])).rows[0]?.at);
      }
      return found;
    });
    expect(value).toEqual([instant, instant, instant, instant]);
  });

  test('an answer of several megabytes arrives whole', async () => {
    const { rows } = await database().read<{ text: string }>(
      "select repeat('äb', $1::int) as text from generate_series(1, 3)",
      [1_000_000],
    );
    expect(rows.map((row) => row.text.length)).toEqual([2_000_000, 2_000_000, 2_000_000]);
    const long = 'ß'.repeat(2_000_000);
    expect((await database().read('select length($1::text) as n', [long])).rows).toEqual([{ n: 2_000_000 }]);
  });

  test('a statement with many parameters works', async () => {
    const values = Array.from({ length: 5_000 }, (_, index) => index);
    const list = values.map((_, index) => `($${index + 1}::int)`).join(', ');
    const { rows } = await database().read(`select sum(n) as sum from (values ${list}) v (n)`, values);
    expect(rows).toEqual([{ sum: (4_999 * 5_000) / 2 }]);
  });
}
