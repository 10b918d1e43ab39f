import { afterEach, describe, expect, test, vi } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { type Play, play } from '../support/play.ts';
import { POSTGRES_URL } from '../support/postgres.ts';
import { TcpProxy } from '../support/proxy.ts';

describe.each(testDatabases)('an idle coda on $name', ({ name, available }) => {
  test.skipIf(!available)('asks the database nothing, whatever lies in the future', async () => {
    await using coda = await play({ engine: name, at: '2026-11-20T08:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('remind me tomorrow at 9 to stand up');
    await coda.app.whenSettled();
    const before = await coda.storage();
    await coda.passes({ hours: 12 });
    const after = await coda.storage();
    expect(after.commits - before.commits).toBe(0);
    expect(after.roundTrips - before.roundTrips).toBe(0);
  });
});

describe.skipIf(!POSTGRES_URL)('an idle coda on PostgreSQL, as the server sees it', () => {
  afterEach(() => vi.useRealTimers());

  /** Minutes go by on every timer of the process; what each second sets off is awaited. */
  const minutes = async (coda: Play, count: number) => {
    for (let second = 0; second < count * 60; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      await coda.database().drain();
    }
  };

  test('asks six things a minute; beside another, it says more often that it lives', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    let proxy: TcpProxy | undefined;
    const url = async (direct: string) => {
      proxy = await TcpProxy.to(direct);
      return proxy.url;
    };
    await using coda = await play({ engine: 'PostgreSQL', url });
    const asked = async (count: number) => {
      const before = proxy?.answers ?? 0;
      await minutes(coda, count);
      return (proxy?.answers ?? 0) - before;
    };
    await minutes(coda, 1);
    const alone = await asked(10);
    expect(alone).toBeGreaterThan(0);
    expect(alone).toBeLessThanOrEqual(60);

    const { rows } = await coda.database().read<{ at: Date }>('select heartbeat_at as at from instances');
    expect(rows).toHaveLength(1);
    await coda.database().run(
      'test',
      `insert into instances (id, host, pid, boot_id, program, started_at, heartbeat_at)
       values (gen_random_uuid(), 'elsewhere', 1, 'another', 'coda', now(), now())`,
    );
    await minutes(coda, 0.25);
    expect(await asked(0.25)).toBeGreaterThanOrEqual(4);
    await minutes(coda, 0.5);
    // The other one has not been heard of since: it was taken over.
    expect(await coda.count('instances where ended_at is not null')).toBe(1);
    await proxy?.close();
  });
});
