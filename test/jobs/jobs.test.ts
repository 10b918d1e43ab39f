import { afterEach, describe, expect, test } from 'vitest';
import { Closer, deferred } from '../../src/base/async.ts';
import { type Job, type JobHandler, JobQueue, type Schedule, Schedules, Worker } from '../../src/jobs/index.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type TestWorld, testWorld } from '../support/world.ts';

const ME = '01a1f7f8-3000-7000-8000-000000000001';
const open = new Closer();
afterEach(() => open.close());

/** A queue with its worker on a database of its own. */
async function bench(engine: (typeof testDatabases)[number], world: TestWorld, handlers: JobHandler[]) {
  const database = await open.add('database', engine.open(world));
  const worker = new Worker({ database, world });
  const wakeAt = (at: Date) => worker.wakeAt(at);
  const { signal } = new AbortController();
  const jobs = new JobQueue({ database, world, owner: () => ME, wakeAt, signal });
  jobs.start(handlers);
  const schedules = new Schedules({ database, world, jobs, wakeAt });
  worker.start([jobs, schedules]);
  open.onClose('worker', () => worker.close());
  const settled = async () => {
    for (let round = 0; round < 3; round++) {
      await worker.idle();
      await jobs.idle();
    }
  };
  const moveTo = async (iso: string) => {
    await world.clock.moveTo(new Date(iso), settled);
    await settled();
  };
  return { database, jobs, schedules, worker, settled, moveTo };
}

describe.each(testDatabases)('jobs on $name', (engine) => {
  const { available } = engine;
  const at = (iso: string) => new Date(iso);

  test.skipIf(!available)('a job is carried out when it is due, not before', async () => {
    const world = testWorld({ at: '2026-11-20T08:00:00Z' });
    const done: string[] = [];
    const run = async (job: Job) => void done.push(`${job.payload} ${world.clock.now().toISOString()}`);
    const { database, jobs, moveTo } = await bench(engine, world, [{ kind: 'tell', does: 'works', run }]);
    await database.tx('test', (tx) =>
      jobs.enqueue(tx, { kind: 'tell', payload: 'a' }, { at: at('2026-11-20T09:00:00Z') }),
    );
    await moveTo('2026-11-20T08:59:59Z');
    expect(done).toEqual([]);
    await moveTo('2026-11-20T09:30:00Z');
    expect(done).toEqual(['a 2026-11-20T09:00:00.000Z']);
  });

  test.skipIf(!available)('what is rolled back was never enqueued', async () => {
    const world = testWorld();
    const done: unknown[] = [];
    const run = async (job: Job) => void done.push(job.payload);
    const { database, jobs, settled } = await bench(engine, world, [{ kind: 'tell', does: 'works', run }]);
    const failing = database.tx('test', async (tx) => {
      await jobs.enqueue(tx, { kind: 'tell', payload: 'a' }, { at: world.clock.now() });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await settled();
    expect(done).toEqual([]);
  });

  test.skipIf(!available)('a job that fails is tried again, ever later, and then is a dead letter', async () => {
    const world = testWorld({ at: '2026-11-20T08:00:00Z' });
    const tried: number[] = [];
    const run = async () => {
      tried.push(world.clock.now().getTime());
      throw new Error('not today');
    };
    const { database, jobs, moveTo } = await bench(engine, world, [{ kind: 'fail', does: 'works', run }]);
    await database.tx('test', (tx) =>
      jobs.enqueue(tx, { kind: 'fail', payload: null }, { at: world.clock.now(), maxAttempts: 4 }),
    );
    await moveTo('2026-11-21T08:00:00Z');
    expect(tried).toHaveLength(4);
    const pauses = tried.slice(1).map((time, index) => time - (tried[index] as number));
    expect(pauses[0]).toBeGreaterThanOrEqual(500);
    expect(pauses[2]).toBeGreaterThanOrEqual(2_000);
    const { rows } = await database.read<{ state: string; error: string }>('select state, error from jobs');
    expect(rows).toEqual([{ state: 'dead', error: 'not today' }]);
  });

  test.skipIf(!available).each([
    { maxAttempts: 2, attempts: [1, 1], ended: { state: 'done', error: null } },
    { maxAttempts: 1, attempts: [1], ended: { state: 'dead', error: 'coda is stopping' } },
  ])(
    'one that a stop has cut off is run again by the next process, as if for the first time, if it may run twice: $maxAttempts',
    async ({ maxAttempts, ...expected }) => {
      const world = testWorld();
      const database = await open.add('database', engine.open(world));
      const stopping = new AbortController();
      const attempts: number[] = [];
      const untilStopped = async ({ attempt }: Job, signal: AbortSignal) => {
        attempts.push(attempt);
        if (attempts.length > 1) return;
        stopping.abort(new Error('coda is stopping'));
        signal.throwIfAborted();
      };
      const deps = { database, world, owner: () => ME, wakeAt: () => {} };
      for (const { signal } of [stopping, new AbortController()]) {
        const jobs = new JobQueue({ ...deps, signal });
        jobs.start([{ kind: 'long', does: 'works', run: untilStopped }]);
        const now = world.clock.now();
        if (attempts.length === 0)
          await database.tx('test', (tx) =>
            jobs.enqueue(tx, { kind: 'long', payload: null }, { at: now, maxAttempts }),
          );
        await jobs.fire(now);
        await jobs.idle();
      }
      expect(attempts).toEqual(expected.attempts);
      const { rows } = await database.read<{ state: string; error: string }>('select state, error from jobs');
      expect(rows).toEqual([expected.ended]);
    },
  );

  test.skipIf(!available)('with a key one is pending; another moves it, and it can be cancelled', async () => {
    const world = testWorld({ at: '2026-11-20T08:00:00Z' });
    const done: unknown[] = [];
    const run = async (job: Job) => void done.push(job.payload);
    const { database, jobs, moveTo } = await bench(engine, world, [{ kind: 'tell', does: 'works', run }]);
    const put = (payload: string, iso: string) =>
      database.tx('test', (tx) => jobs.enqueue(tx, { kind: 'tell', payload }, { at: at(iso), key: 'k' }));
    await put('first', '2026-11-20T09:00:00Z');
    await put('second', '2026-11-20T10:00:00Z');
    await moveTo('2026-11-20T11:00:00Z');
    expect(done).toEqual(['second']);
    await put('third', '2026-11-20T12:00:00Z');
    expect(await database.tx('test', (tx) => jobs.cancel(tx, 'tell', 'k'))).toBe(true);
    await moveTo('2026-11-20T13:00:00Z');
    expect(done).toEqual(['second']);
  });

  test.skipIf(!available)('a long job holds nothing else up', async () => {
    const world = testWorld();
    const done: unknown[] = [];
    let finish = () => {};
    const slow = () => new Promise<void>((resolve) => (finish = resolve));
    const handlers = [
      { kind: 'slow', does: 'works', run: slow },
      { kind: 'tell', does: 'works', run: async (job: Job) => void done.push(job.payload) },
    ];
    const { database, jobs, worker } = await bench(engine, world, handlers);
    await database.tx('test', (tx) => jobs.enqueue(tx, { kind: 'slow', payload: 0 }, { at: world.clock.now() }));
    await worker.idle();
    await database.tx('test', (tx) => jobs.enqueue(tx, { kind: 'tell', payload: 1 }, { at: world.clock.now() }));
    await worker.idle();
    expect(done).toEqual([1]);
    finish();
  });

  test.skipIf(!available)('jobs of a process that is gone are carried out by another', async () => {
    const world = testWorld();
    const done: unknown[] = [];
    const run = async (job: Job) => void done.push(job.attempt);
    const { database, jobs, settled, worker } = await bench(engine, world, [{ kind: 'tell', does: 'works', run }]);
    await database.run(
      'test',
      `insert into jobs (id, kind, payload, state, due_at, owner, attempts, created_at)
       values (gen_random_uuid(), 'tell', 'null', 'running', $1, $2, 1, $1)`,
      [world.clock.now(), '01a1f7f8-3000-7000-8000-00000000dead'],
    );
    await settled();
    expect(done).toEqual([]);
    await database.tx('test', (tx) => jobs.release(tx, ['01a1f7f8-3000-7000-8000-00000000dead'], world.clock.now()));
    worker.lookForWork();
    await settled();
    expect(done).toEqual([2]);
  });

  test.skipIf(!available)('each occurrence of a schedule is one job, also with several workers', async () => {
    const world = testWorld({ at: '2026-11-20T08:00:00Z' });
    const done: unknown[] = [];
    const run = async (job: Job) => void done.push((job.payload as { occurrence: string }).occurrence);
    const first = await bench(engine, world, [{ kind: 'tick', does: 'works', run }]);
    await first.database.tx('test', (tx) => first.schedules.put(tx, daily('skip')));
    const now = at('2026-11-21T09:00:00Z');
    await Promise.all([first.schedules.fire(now), first.schedules.fire(now)]);
    await first.moveTo('2026-11-23T10:00:00Z');
    expect(done).toEqual(['2026-11-21T09:00:00.000Z', '2026-11-22T09:00:00.000Z', '2026-11-23T09:00:00.000Z']);
  });

  test.skipIf(!available).each([
    ['skip', []],
    ['latest', ['2026-11-23T09:00:00.000Z']],
    ['all', ['2026-11-21T09:00:00.000Z', '2026-11-22T09:00:00.000Z', '2026-11-23T09:00:00.000Z']],
  ] as const)('what was missed is made up for by the policy %s', async (missed, expected) => {
    const world = testWorld({ at: '2026-11-20T10:00:00Z' });
    const done: unknown[] = [];
    const run = async (job: Job) => void done.push((job.payload as { occurrence: string }).occurrence);
    const { database, schedules, worker, settled } = await bench(engine, world, [{ kind: 'tick', does: 'works', run }]);
    await worker.close();
    await database.tx('test', (tx) => schedules.put(tx, daily(missed)));
    await world.clock.moveTo(at('2026-11-23T10:00:00Z'));
    await schedules.fire(world.clock.now());
    await settled();
    const { rows } = await database.read<{ at: Date }>('select at from occurrences order by at');
    expect(rows.map((row) => row.at.toISOString())).toEqual(expected);
    const next = await database.read<{ next_at: Date }>('select next_at from schedules');
    expect(next.rows[0]?.next_at.toISOString()).toBe('2026-11-24T09:00:00.000Z');
  });

  test.skipIf(!available)('a schedule that is put again as it was is left alone, also where it is off', async () => {
    const world = testWorld({ at: '2026-11-20T10:00:00Z' });
    const { database, schedules, settled } = await bench(engine, world, []);
    const put = (one: ReturnType<typeof daily>) => database.tx('test', (tx) => schedules.putAll(tx, [one]));
    const stored = async () => (await database.read('select version, enabled, source from schedules')).rows[0];
    await put(daily('latest'));
    const first = await stored();
    await put(daily('latest'));
    expect(await stored()).toEqual(first);
    await database.tx('test', (tx) => schedules.toggle(tx, daily('latest').name, false));
    const off = await stored();
    await put(daily('latest'));
    expect(await stored()).toEqual(off);
    await put({ ...daily('latest'), rule: '0 7 * * *' });
    expect(await stored()).toMatchObject({ enabled: false, source: '0 7 * * *' });
    await put({ ...daily('latest'), enabled: true });
    expect(await stored()).toMatchObject({ enabled: true });
    await settled();
  });

  test.skipIf(!available)('a pause that is set while another process starts with another rule holds', async () => {
    const world = testWorld({ at: '2026-11-20T10:00:00Z' });
    const { database, schedules, settled } = await bench(engine, world, []);
    await database.tx('test', (tx) => schedules.put(tx, daily('latest')));
    const until = at('2026-12-01T00:00:00Z');
    const [paused, go] = [deferred(), deferred()];
    const pausing = database.tx('test', async (tx) => {
      await schedules.toggle(tx, 'daily', true, until);
      paused.resolve();
      await go.promise;
    });
    await paused.promise;
    const starting = database.tx('test', (tx) => schedules.putAll(tx, [{ ...daily('latest'), rule: '0 7 * * *' }]));
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    // The embedded engine has one transaction at a time.
    if (engine.name === 'PostgreSQL') await eventually(async () => (await database.read(waits)).rows.length > 0);
    go.resolve();
    await Promise.all([pausing, starting]);
    const [schedule] = await database.tx('test', (tx) => schedules.list(tx));
    expect(schedule).toMatchObject({ offUntil: until, rule: '0 7 * * *', nextAt: at('2026-12-01T07:00:00Z') });
    await settled();
  });

  test.skipIf(!available)('a schedule whose kind nobody runs waits for who does, without being looked at', async () => {
    const world = testWorld({ at: '2026-11-20T10:00:00Z' });
    const { database, schedules, jobs, worker, moveTo, settled } = await bench(engine, world, []);
    await database.tx('test', (tx) => schedules.put(tx, daily('latest')));
    await moveTo('2026-11-22T10:00:00Z');
    const count = async (table: string) =>
      (await database.read<{ count: number }>(`select count(*) as count from ${table}`)).rows[0]?.count;
    expect([await count('jobs'), await count('occurrences')]).toEqual([0, 0]);
    jobs.start([{ kind: 'tick', does: 'works', run: async () => {} }]);
    worker.lookForWork();
    await settled();
    expect([await count('jobs'), await count('occurrences')]).toEqual([1, 1]);
  });

  test.skipIf(!available)(
    'what fell due while a schedule was off is dropped; off stays off when it is put again',
    async () => {
      const world = testWorld({ at: '2026-11-20T10:00:00Z' });
      const done: unknown[] = [];
      const run = async (job: Job) => void done.push((job.payload as { occurrence: string }).occurrence);
      const { database, schedules, moveTo } = await bench(engine, world, [{ kind: 'tick', does: 'works', run }]);
      const list = () => database.tx('test', (tx) => schedules.list(tx));
      await database.tx('test', (tx) => schedules.put(tx, daily('all')));
      expect(await database.tx('test', (tx) => schedules.toggle(tx, 'daily', false))).toBe(true);
      await database.tx('test', (tx) => schedules.put(tx, daily('all')));
      expect(await list()).toMatchObject([{ name: 'daily', kind: 'tick', enabled: false, nextAt: undefined }]);
      await moveTo('2026-11-22T10:00:00Z');
      expect(done).toEqual([]);
      await database.tx('test', (tx) => schedules.toggle(tx, 'daily', true));
      await moveTo('2026-11-23T10:00:00Z');
      expect(done).toEqual(['2026-11-23T09:00:00.000Z']);
      expect(await database.tx('test', (tx) => schedules.toggle(tx, 'nightly', true))).toBe(false);
      expect(await database.tx('test', (tx) => schedules.remove(tx, 'daily'))).toBe(true);
      expect(await list()).toEqual([]);
    },
  );
});

test('a task that a stop has cut off does not count as one that failed', async () => {
  const world = testWorld();
  const [engine] = testDatabases;
  if (!engine) throw new Error('there is no engine');
  const { database, schedules } = await bench(engine, world, []);
  await database.tx('test', (tx) => schedules.put(tx, daily('latest')));
  const run = async () => Promise.reject(new Error('not today'));
  const watched = schedules.watch({ kind: 'tick', does: 'works', run });
  const job = { id: 'a', payload: { schedule: 'daily' }, attempt: 1, dueAt: world.clock.now() };
  const failures = async () => (await database.tx('test', (tx) => schedules.list(tx)))[0]?.failures;
  await expect(watched.run(job, AbortSignal.abort())).rejects.toThrow('not today');
  expect(await failures()).toBe(0);
  await expect(watched.run(job, new AbortController().signal)).rejects.toThrow('not today');
  expect(await failures()).toBe(1);
});

const daily = (missed: Schedule['missed']): Schedule => ({
  name: 'daily',
  kind: 'tick',
  payload: {},
  rule: 'DTSTART;TZID=UTC:20260101T090000\nRRULE:FREQ=DAILY',
  zone: 'UTC',
  missed,
});
