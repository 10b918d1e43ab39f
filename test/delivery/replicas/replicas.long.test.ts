import { expect, test } from 'vitest';
import { sleep } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { Chaos, delivered, OwnRedis, plantReminders } from '../../support/fleet/chaos.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { REDIS_URL } from '../../support/redis.ts';
import { random, SEED } from '../../support/seeded.ts';

const REMINDERS = 20_000;
const OVER_MS = 120_000;
const PAUSE_MS = 20_000;

/** What a platform can promise against second copies. */
const platforms = [
  { promise: 'knows a key again', deduplicatesForMs: 120_000, canFind: false },
  { promise: 'can be asked', deduplicatesForMs: 0, canFind: true },
];

test.skipIf(!POSTGRES_URL || !REDIS_URL).each(platforms)(
  '20,000 reminders in two minutes on three replicas that fail at random, on a platform that $promise',
  async ({ promise, deduplicatesForMs, canFind }) => {
    const redis = await OwnRedis.begin();
    const daemon = { deduplicatesForMs, canFind };
    await using fleet = await Fleet.begin({ engine: 'PostgreSQL', redis: redis.url, daemon });
    await fleet.behave({ deduplicatesForMs });
    await fleet.start();
    await Promise.all([fleet.start(), fleet.start()]);
    const chaos = new Chaos(fleet, redis, random(SEED));
    await plantReminders(fleet, REMINDERS, 3_000, OVER_MS);
    const until = performance.now() + OVER_MS;
    while (performance.now() < until) {
      await sleep(5_000);
      await chaos.strike(PAUSE_MS);
    }
    await chaos.over();
    const all = async () => {
      const { messages, copies } = await fleet.state();
      return delivered(messages, copies, REMINDERS);
    };
    await eventually(async () => (await all()).lost === 0, 90_000);
    await sleep(5_000);
    const { lost, twice, lateness } = await all();
    // biome-ignore lint/suspicious/noConsole: the long forms print their figures
    console.log(
      `replicas, a platform that ${promise}: ${REMINDERS} reminders, ${JSON.stringify(chaos.done)}, ${lost} lost, ` +
        `${twice} twice, lateness p50 ${lateness.p50} ms, p99 ${lateness.p99} ms, worst ${lateness.worst} ms`,
    );
    // Where a platform knows no key again, a process that was paused between its last look and its send says it again.
    if (deduplicatesForMs > 0) expect(twice).toBe(0);
    expect(lost).toBe(0);
    await redis.stop();
  },
);
