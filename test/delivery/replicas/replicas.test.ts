import { expect, test } from 'vitest';
import { sleep } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { Chaos, delivered, OwnRedis, plantReminders } from '../../support/fleet/chaos.ts';
import { Fleet, message } from '../../support/fleet/index.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { REDIS_URL } from '../../support/redis.ts';
import { random, SEED } from '../../support/seeded.ts';

const REMINDERS = 300;
const MESSAGES = 60;
/** Longer than the others wait before they take over. */
const PAUSE_MS = 22_000;

test.skipIf(!POSTGRES_URL || !REDIS_URL)(
  'three replicas, one killed, one paused for longer than its lease, Redis stopped and connections cut: all comes once',
  async () => {
    const redis = await OwnRedis.begin();
    await using fleet = await Fleet.begin({ engine: 'PostgreSQL', redis: redis.url });
    await fleet.start();
    await Promise.all([fleet.start(), fleet.start()]);
    const chaos = new Chaos(fleet, redis, random(SEED));
    await plantReminders(fleet, REMINDERS, 1_000, 6_000);
    // Every replica hears every message: they meet in one row.
    await fleet.hear(Array.from({ length: MESSAGES }, (_, n) => message(`c${n}`, `say c${n}`, `p${n % 7}`, `m${n}`)));
    await sleep(1_500);
    chaos.pause(PAUSE_MS);
    await chaos.kill();
    await chaos.noRedis();
    await chaos.cut();
    await chaos.over();
    const all = async () => {
      const { messages, copies } = await fleet.state();
      return {
        answers: messages.filter(({ text }) => text.startsWith('say ')),
        ...delivered(messages, copies, REMINDERS),
      };
    };
    await eventually(async () => {
      const { lost, answers } = await all();
      return lost === 0 && answers.length >= MESSAGES;
    });
    const { lost, twice, answers } = await all();
    expect({ lost, twice, answers: answers.length }).toEqual({ lost: 0, twice: 0, answers: MESSAGES });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(MESSAGES);
    await redis.stop();
  },
);
