import { expect, test } from 'vitest';
import { sleep } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { answered, begunTurns, plantSchedules } from '../../support/fleet/planned.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';

const OVER_MS = 60_000;

test.skipIf(!POSTGRES_URL)(
  '10,000 schedules of 1,000 people due in one minute on three replicas, one killed: each runs once, and soon',
  async () => {
    await using fleet = await Fleet.begin({ engine: 'PostgreSQL' });
    const replicas = await Promise.all([fleet.start(), fleet.start(), fleet.start()]);
    const [first] = replicas;
    const planted = await plantSchedules(fleet, { count: 10_000, people: 1_000, inMs: 5_000, overMs: OVER_MS });
    for (const replica of replicas) await replica.order({ do: 'look' });
    await sleep(5_000 + OVER_MS / 2);
    first.kill('SIGKILL');
    await sleep(OVER_MS / 2);
    const all = async () => {
      const { messages, copies } = await fleet.state();
      return answered(messages, copies, planted);
    };
    await eventually(async () => (await all()).missing === 0, 90_000);
    const { missing, twice, lateness } = await all();
    const turns = await begunTurns(fleet);
    // biome-ignore lint/suspicious/noConsole: the long forms print their figures
    console.log(
      `10,000 schedules: ${missing} missing, ${twice} twice, ${JSON.stringify(turns)}, ` +
        `lateness p50 ${lateness.p50} ms, p99 ${lateness.p99} ms, worst ${lateness.worst} ms`,
    );
    expect({ missing, twice }).toEqual({ missing: 0, twice: 0 });
    expect(turns).toMatchObject({ begun: 10_000, twice: 0 });
  },
  300_000,
);
