import { afterEach, describe, expect, test } from 'vitest';
import { Closer, deferred } from '../../src/base/async.ts';
import { type Job, type JobHandler, JobQueue, Worker } from '../../src/jobs/index.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { testWorld } from '../support/world.ts';

const ME = '01a1f7f8-3000-7000-8000-000000000001';
const open = new Closer();
afterEach(() => open.close());

/** A queue whose jobs `tell` run as the test says; what they were told is kept. */
async function bench(
  engine: (typeof testDatabases)[number],
  run: (job: Job) => Promise<void>,
  besides: readonly JobHandler[] = [],
) {
  const world = testWorld();
  const database = await open.add('database', engine.open(world));
  const worker = new Worker({ database, world });
  const wakeAt = (at: Date) => worker.wakeAt(at);
  const { signal } = new AbortController();
  const jobs = new JobQueue({ database, world, owner: () => ME, wakeAt, signal });
  jobs.start([{ kind: 'tell', does: 'works', run }, ...besides]);
  worker.start([jobs]);
  open.onClose('worker', () => worker.close());
  const add = async (kind: string, payload: string, key?: string, seconds = 0) => {
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 1));
    const at = new Date(world.clock.now().getTime() + seconds * 1_000);
    await database.tx('test', (tx) => jobs.enqueue(tx, { kind, payload }, { at, ...(key !== undefined && { key }) }));
  };
  const settled = async () => {
    for (let round = 0; round < 3; round++) {
      await worker.idle();
      await jobs.idle();
    }
  };
  const states = async () =>
    (
      await database.read<{ payload: string; state: string }>('select payload, state from jobs order by created_at')
    ).rows.map(({ payload, state }) => `${payload} ${state}`);
  return { world, database, jobs, add, settled, states };
}

describe.each(testDatabases)('jobs with keys on $name', (engine) => {
  const { available } = engine;

  test.skipIf(!available)('one that fails while its successor waits leaves it the field', async () => {
    const gate = deferred();
    const begun: unknown[] = [];
    const { add, settled, states, world } = await bench(engine, async ({ payload }) => {
      begun.push(payload);
      if (payload !== 'old') return;
      await gate.promise;
      throw new Error('not today');
    });
    await add('tell', 'old', 'k');
    await eventually(() => begun.length === 1);
    await add('tell', 'other');
    await eventually(() => begun.length === 2);
    await add('tell', 'new', 'k', 30);
    gate.resolve();
    await settled();
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 60_000), settled);
    expect(await states()).toEqual(['old cancelled', 'other done', 'new done']);
  });

  test.skipIf(!available)('one that is added while another waits with its key has the id of that one', async () => {
    const { jobs, database, world } = await bench(engine, async () => {});
    const options = { at: new Date(world.clock.now().getTime() + 60_000), key: 'k' };
    const add = (payload: string) => database.tx('test', (tx) => jobs.enqueue(tx, { kind: 'tell', payload }, options));
    const [first, second] = [await add('first'), await add('second')];
    expect(second).toBe(first);
    expect(await jobs.cancelOne(second)).toBe(true);
  });

  test.skipIf(!available)(
    'one that is added again and again is not put off where it keeps what is earlier',
    async () => {
      const begun: unknown[] = [];
      const { jobs, database, world, settled } = await bench(engine, async ({ payload }) => void begun.push(payload));
      const start = world.clock.now().getTime();
      for (const [payload, dueIn] of [
        ['first', 1_000],
        ['second', 1_400],
        ['third', 1_800],
      ] as const) {
        const options = { at: new Date(start + dueIn), key: 'k', keepsEarlier: true } as const;
        await database.tx('test', (tx) => jobs.enqueue(tx, { kind: 'tell', payload }, options));
      }
      await world.clock.moveTo(new Date(start + 999), settled);
      expect(begun).toEqual([]);
      await world.clock.moveTo(new Date(start + 1_000), settled);
      await settled();
      expect(begun).toEqual(['third']);
      await world.clock.moveTo(new Date(start + 60_000), settled);
      expect(begun).toEqual(['third']);
    },
  );

  test.skipIf(!available)(
    'of a kind that runs alone one runs at a time, over all processes, and holds up no other',
    async () => {
      const gate = deferred();
      const begun: unknown[] = [];
      const one: JobHandler = {
        kind: 'alone',
        does: 'works',
        alone: true,
        async run({ payload }) {
          begun.push(payload);
          await gate.promise;
        },
      };
      const told = async ({ payload }: Job) => void begun.push(payload);
      const { add, database, world, settled, states } = await bench(engine, told, [one]);
      const clock = world.clock;
      for (let at = 1; at <= 20; at++) await add('alone', `alone ${at}`, `${at}`, 10);
      await add('tell', 'told', 'k', 10);
      await clock.moveTo(new Date(clock.now().getTime() + 11_000));
      await eventually(() => begun.length === 2);
      expect([...begun].sort()).toEqual(['alone 1', 'told']);
      const owner = '01a1f7f8-3000-7000-8000-000000000009';
      const others = new JobQueue({
        database,
        world,
        owner: () => owner,
        wakeAt: () => {},
        signal: new AbortController().signal,
      });
      others.start([one]);
      expect(await others.fire(clock.now())).toBe(0);
      gate.resolve();
      await eventually(() => begun.length === 21);
      await settled();
      expect((await states()).filter((state) => !state.endsWith('done'))).toEqual([]);
    },
  );

  test.skipIf(!available)('what a process that is gone was running goes on with the newest of each key', async () => {
    const { add, database, jobs, states, world } = await bench(engine, async () => {});
    await add('elsewhere', 'first', 'k');
    await database.run('test', `update jobs set state = 'running', owner = $1`, [ME]);
    await add('elsewhere', 'second', 'k');
    await database.run('test', `update jobs set state = 'running', owner = $1`, [ME]);
    await add('elsewhere', 'alone');
    await database.run('test', `update jobs set state = 'running', owner = $1`, [ME]);
    await database.tx('test', (tx) => jobs.release(tx, [ME], world.clock.now()));
    expect(await states()).toEqual(['first cancelled', 'second pending', 'alone pending']);
  });

  test.skipIf(!available)('a job that nobody here can carry out is not asked for again and again', async () => {
    const { add, settled, world } = await bench(engine, async () => {});
    await add('elsewhere', 'first');
    await settled();
    const reads = world.points.length;
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 60_000), settled);
    expect(world.points.length - reads).toBe(0);
  });
});
