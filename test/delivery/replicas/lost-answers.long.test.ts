import { expect, test } from 'vitest';
import { sleep } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { Fleet } from '../../support/fleet/index.ts';
import { LossyProxy } from '../../support/fleet/lossy.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { random, SEED } from '../../support/seeded.ts';

const ROUNDS = 4;
const AT_ONCE = 8;

test.skipIf(!POSTGRES_URL)(
  'when connections break between a commit and its answer, nothing is lost and nothing is said twice',
  async () => {
    let proxy: LossyProxy | undefined;
    await using fleet = await Fleet.begin({
      engine: 'PostgreSQL',
      url: async (direct) => {
        const lossy = await LossyProxy.to(direct);
        proxy = lossy.proxy;
        return lossy.url;
      },
    });
    const daemon = await fleet.start();
    const next = random(SEED);
    const expected = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      for (let index = 0; index < AT_ONCE; index++) {
        const name = `r${round}-${index}`;
        const verb = ['say', 'note', 'remind'][index % 3] ?? 'say';
        await fleet.says(name, `${verb} ${name}`);
        expected.set(name, verb === 'remind' ? 2 : 1);
      }
      await sleep(next() * 150);
      proxy?.deafen();
      await sleep(1_200);
      proxy?.deafen(); // about when the reminders fire
    }
    /** Answers and reminders by channel; the parts of one answer have its key. */
    const heard = async () => {
      const said = new Map<string, Set<string>>([...expected.keys()].map((name) => [name, new Set()]));
      for (const { channel, key } of (await fleet.state()).messages) {
        said.get(channel)?.add(key.split(':').slice(0, 2).join(':'));
      }
      return Object.fromEntries([...said].map(([name, keys]) => [name, keys.size]));
    };
    const missing = async () =>
      Object.entries(await heard()).filter(([name, count]) => count < (expected.get(name) ?? 0));
    await eventually(async () => (await missing()).length === 0);
    await daemon.order({ do: 'settled' });
    const { copies } = await fleet.state();
    expect(await heard()).toEqual(Object.fromEntries(expected));
    expect(copies).toEqual({});
    const { told, astray } = await fleet.noted(daemon);
    expect(astray).toEqual([]);
    expect(told).toBeGreaterThan(0);
    proxy?.close();
  },
);
