import { describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { play } from '../support/play.ts';

describe.each(testDatabases)('an idle coda on $name', ({ name, available }) => {
  test.skipIf(!available)('asks the database nothing, whatever lies in the future', async () => {
    await using coda = await play({ engine: name, at: '2026-11-20T08:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('remind me tomorrow at 9 to stand up');
    await coda.app.settled();
    const before = await coda.storage();
    await coda.passes({ hours: 12 });
    const after = await coda.storage();
    // The look at what is open, by `storage()` itself, is a read of its own.
    expect(after.commits - before.commits).toBe(0);
    expect(after.roundTrips - before.roundTrips).toBeLessThanOrEqual(1);
  });
});
