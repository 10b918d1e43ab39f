import { expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { Instance, runningInstances } from '../../../src/jobs/index.ts';
import { testDatabases } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { play } from '../../support/play.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { echo } from '../../support/scripted-model.ts';
import { testWorld } from '../../support/world.ts';

test.skipIf(!POSTGRES_URL)(
  'what was heard before a process was taken over, and stored after it had joined anew, is answered',
  async () => {
    await using coda = await play({ engine: 'PostgreSQL', model: echo() });
    await coda.person('ana').says('hello');
    const database = coda.database();
    // The lane is held elsewhere: the first message waits for it, and the command behind it for the first message.
    const held = deferred();
    const isHeld = deferred();
    const holding = database.tx('test.hold', async (tx) => {
      await tx.query('select from lanes for update');
      isHeld.resolve();
      await held.promise;
    });
    await isHeld.promise;
    const first = coda.hear('ana', 'dm-ana', 'one');
    const waiting = `pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    await eventually(async () => (await coda.count(waiting)) > 0);
    const second = coda.hear('ana', 'dm-ana', '/help');
    await new Promise(setImmediate);
    const before = coda.app.delivery.self.id;
    await database.run('test.takeover', 'update instances set ended_at = $1 where id = $2', [
      coda.world.clock.now(),
      before,
    ]);
    await coda.beat();
    expect(coda.app.delivery.self.id).not.toBe(before);
    held.resolve();
    await holding;
    await (await first).settled;
    await (await second).settled;
    await coda.app.whenSettled();
    expect(coda.platform.in('dm-ana')).toHaveLength(3);
    expect(await coda.count('inbox where finished_at is null')).toBe(0);
  },
);

test.skipIf(!POSTGRES_URL)('a process that is stopped while it joins anew is gone for the others', async () => {
  const world = testWorld();
  const engine = testDatabases.find(({ name }) => name === 'PostgreSQL');
  const database = await engine?.open(world);
  if (!database) throw new Error('there is no PostgreSQL');
  const room = {
    owners: 'select null::uuid where false',
    release: async () => {},
    orphans: async () => [],
    free: async () => {},
  };
  const stopped = deferred();
  const lost = () => void instance.close().then(stopped.resolve, stopped.reject);
  const instance = await Instance.join({
    database,
    world,
    owned: [room],
    program: 'test',
    onFreed: () => {},
    onLost: lost,
  });
  await instance.start();
  await database.run('test.takeover', 'update instances set ended_at = $1', [world.clock.now()]);
  await instance.beat();
  await stopped.promise;
  expect(await runningInstances(database)).toEqual([]);
  await database.close();
});
