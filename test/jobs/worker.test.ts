import { afterEach, expect, test } from 'vitest';
import { Closer, deferred } from '../../src/base/async.ts';
import { type DueSource, Worker } from '../../src/jobs/index.ts';
import { openTestDatabase } from '../support/database.ts';
import { testWorld } from '../support/world.ts';

const open = new Closer();
afterEach(() => open.close());

const BEGAN = Date.parse('2026-11-20T08:00:00Z');

interface Bench {
  most: number;
  batch?: number;
  /** Falls due, too: somebody tells the worker while its first look is under way, which has not seen it. */
  meanwhile?: number;
}

/** A worker over a source whose rows are due so many milliseconds after the beginning; what it was asked, call by call. */
async function bench(dueAt: number[], { most, batch, meanwhile }: Bench) {
  const world = testWorld({ at: new Date(BEGAN).toISOString() });
  const database = await open.add('database', openTestDatabase(world));
  const asked: number[][] = [];
  const source: DueSource = {
    name: 'rows',
    ...(batch !== undefined && { batch }),
    get earliest() {
      const [first] = dueAt;
      return first === undefined ? 'null::timestamptz' : `'${new Date(BEGAN + first).toISOString()}'::timestamptz`;
    },
    fire: async (now) => {
      const due = dueAt.filter((at) => BEGAN + at <= now.getTime()).slice(0, most);
      dueAt.splice(0, due.length);
      asked.push(due);
      return due.length;
    },
  };
  const worker = new Worker({ database, world });
  const read = database.read.bind(database);
  database.read = async (sql, params) => {
    const result = await read(sql, params);
    database.read = read;
    if (meanwhile !== undefined) {
      dueAt.unshift(meanwhile);
      worker.wakeAt(new Date(BEGAN + meanwhile));
    }
    return result as never;
  };
  worker.start([source]);
  open.onClose('worker', () => worker.close());
  await worker.idle();
  await world.clock.moveTo(new Date(BEGAN + 60_000), () => worker.idle());
  await worker.idle();
  return asked;
}

test('what falls due right after something was carried out is carried out together', async () => {
  const asked = await bench([1_000, 1_006, 1_012, 1_018, 1_019, 1_021, 3_000], { most: 100, batch: 100 });
  expect(asked).toEqual([[1_000], [1_006, 1_012, 1_018, 1_019], [1_021], [3_000]]);
});

test('what comes while the worker looks is carried out when it is due', async () => {
  expect(await bench([30_000], { most: 100, batch: 100, meanwhile: 1_000 })).toEqual([[1_000], [30_000]]);
});

test('a source is asked again until a set was smaller than its sets are', async () => {
  expect(await bench([1, 1, 1], { most: 2, batch: 2 })).toEqual([[1, 1], [1]]);
  expect(await bench([1, 1], { most: 2, batch: 2 })).toEqual([[1, 1], []]);
  expect(await bench([1, 1, 1], { most: 2 })).toEqual([[1, 1], [1], []]);
});

test('a timer that goes off while a look hangs, and then fails, does not keep later ones from being set', async () => {
  const world = testWorld({ at: new Date(BEGAN).toISOString() });
  const database = await open.add('database', openTestDatabase(world));
  const hangs = deferred();
  const read = database.read.bind(database);
  let looks = 0;
  database.read = (async (sql, params) => {
    if (++looks === 1) await hangs.promise;
    return read(sql, params);
  }) as typeof database.read;
  const worker = new Worker({ database, world });
  worker.start([{ name: 'rows', earliest: 'null::timestamptz', fire: async () => 0 }]);
  open.onClose('worker', () => worker.close());
  worker.wakeAt(new Date(BEGAN + 2_000));
  await world.clock.moveTo(new Date(BEGAN + 2_500));
  hangs.reject(new Error('the connection was lost'));
  await worker.idle();
  expect(looks).toBe(1);
  await world.clock.moveTo(new Date(BEGAN + 4_000), () => worker.idle());
  expect(looks).toBe(2);
  worker.wakeAt(new Date(BEGAN + 5_000));
  await world.clock.moveTo(new Date(BEGAN + 6_000), () => worker.idle());
  expect(looks).toBe(3);
});
