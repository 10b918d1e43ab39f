import { describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { play } from '../../support/play.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { testWorld } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describe.each(testDatabases)('clocks on $name', ({ name, available }) => {
  test.skipIf(!available)('a clock that is set back an hour lets no reminder speak a second time', async () => {
    await using coda = await play({ engine: name, at: '2026-11-20T08:50:00Z', zone: 'UTC' });
    const ana = coda.person('ana');
    await ana.says('remind me every day at 9 to stretch');
    await ana.says('remind me in 12 minutes to call Bob');
    await coda.passes({ minutes: 20 });
    const spoken = () => ana.seen().filter(({ kind }) => kind === 'reminder');
    expect(spoken()).toHaveLength(2);

    await coda.world.clock.moveTo(new Date(coda.world.clock.now().getTime() - HOUR_MS));
    await coda.restart();
    await coda.passes({ hours: 2 });
    expect(spoken()).toHaveLength(2);
    await coda.passes({ hours: 23 });
    expect(spoken()).toHaveLength(3);
  });
});

test.skipIf(!POSTGRES_URL)('replicas whose clocks differ by a minute fire each reminder once', async () => {
  const at = '2026-11-20T08:00:00Z';
  await using coda = await play({ engine: 'PostgreSQL', at, zone: 'UTC' });
  const ahead = testWorld({ at: new Date(Date.parse(at) + MINUTE_MS).toISOString() });
  const other = await coda.replica(ahead);
  const ana = coda.person('ana');
  await ana.says('remind me every day at 9 to stretch');
  await ana.says('remind me in 10 minutes to call Bob');
  const spoken = () => ana.seen().filter(({ kind }) => kind === 'reminder');

  // By the other's clock ten minutes are over when it is nine here.
  for (let minute = 0; minute < 15; minute++) {
    await ahead.clock.moveTo(new Date(ahead.clock.now().getTime() + MINUTE_MS), () => other.app.whenSettled());
    await coda.passes({ minutes: 1 });
  }
  expect(spoken()).toHaveLength(1);
  await Promise.all([
    ahead.clock.moveTo(new Date(ahead.clock.now().getTime() + HOUR_MS), () => other.app.whenSettled()),
    coda.passes({ hours: 1 }),
  ]);
  await other.app.whenSettled();
  expect(spoken()).toHaveLength(2);
  await other.app.stop(0);
});
