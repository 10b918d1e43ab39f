import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { JobOptions, JobQueue } from '../../../src/jobs/index.ts';
import { propose } from '../../../src/proposals/proposals.ts';
import { config } from '../../../src/skills/self-coding/config.ts';
import { begin } from '../../../src/skills/self-coding/executor.ts';
import { endRun } from '../../../src/skills/self-coding/store.ts';
import { openTestDatabase } from '../../support/database.ts';
import { DOCKER } from '../../support/docker.ts';
import { freePort } from '../../support/ports.ts';
import { requireService } from '../../support/postgres.ts';
import { REDIS_URL } from '../../support/redis.ts';
import { testWorld } from '../../support/world.ts';
import { Lab } from './lab.ts';

requireService('CODA_TEST_REDIS');

test.skipIf(!DOCKER || !REDIS_URL)(
  'a run whose lock in Redis another process has taken waits for it, and then opens one pull request',
  async () => {
    await using lab = await Lab.open({ config: { redis: { url: REDIS_URL } } });
    const { forge } = lab;
    const own = new Redis(REDIS_URL ?? '');
    const seen = await own.duplicate().monitor();
    onTestFinished(() => {
      own.disconnect();
      seen.disconnect();
    });
    let key: string | undefined;
    let asks = 0;
    let held: Promise<string | null> | undefined;
    const asked: number[] = [];
    forge.cuts = (moment) => {
      if (moment !== 'after:push' || key !== undefined) return false;
      key = `coda:lock:executor:${forge.branches()[0]?.split('-').at(-1)}`;
      held = own.get(key);
      void own.set(key, 'another');
      asked.push(forge.asked.length);
      return false;
    };
    // The first ones may be of the step that had it.
    seen.on('monitor', (_: string, args: string[]) => {
      if (key === undefined || !args.includes(key) || !/^eval/i.test(args[0] ?? '') || ++asks !== 5) return;
      asked.push(forge.asked.length);
      void own.del(key);
    });
    await lab.approved();
    await lab.monday();
    expect(await lab.ended()).toEqual({ state: 'passed', reason: '' });
    expect([forge.branches().length, forge.pulls.length]).toEqual([1, 1]);
    expect(await held).toMatch(/^[\da-f-]{36}$/);
    expect(asked).toEqual([asked[0], asked[0]]);
    expect(await own.get(key ?? '')).toBeNull();
  },
);

test('one run at a time: another proposal waits until the first has ended, and is taken up once', async () => {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const world = testWorld();
  const jobs: JobOptions[] = [];
  const settings = config.schema.parse({ executor_enabled: true });
  if (settings === undefined) throw new Error('the block is there');
  const enqueue: JobQueue['enqueue'] = async (_tx, _job, options) => String(jobs.push(options));
  const deps = {
    config: settings,
    world,
    work: { jobs: { enqueue } },
  };
  const kinds = new Map([['code', { category: 'code', payload: z.null() }]]);
  const wanted = (title: string) => ({ category: 'code', title, description: 'As it says.', priority: 1 });
  await database.tx('test', (tx) =>
    propose(tx, kinds, 'test', [wanted('Mend the clock'), wanted('Name the birds')], world.clock.now()),
  );
  await database.run('test', `update improvement_proposals set state = 'approved'`);
  const began = () => database.tx('test', (tx) => begin(deps, tx, {}));
  const first = await began();
  expect(await began()).toEqual({ ok: false, why: 'busy' });
  expect(jobs).toHaveLength(1);
  await database.tx('test', (tx) => endRun(tx, first.ok ? first.run : '', world.clock.now()));
  const second = await began();
  expect([first, second].map((each) => each.ok)).toEqual([true, true]);
  expect(new Set([first, second].map((each) => (each.ok ? each.proposalId : ''))).size).toBe(2);
  await database.tx('test', (tx) => endRun(tx, second.ok ? second.run : '', world.clock.now()));
  expect(await began()).toEqual({ ok: false, why: 'nothing' });
});

test('a Redis that is away stops no run', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`;
  const survey = { files: ['src/base/clock.py'], affected: [], notes: '' };
  await using lab = await Lab.open({ script: { survey }, config: { redis: { url } } });
  await lab.approved();
  await lab.monday();
  expect(await lab.ended()).toEqual({ state: 'failed', reason: '"src/base/clock.py" may never be changed.' });
});
