import { describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';
import { POSTGRES_URL } from '../support/postgres.ts';
import { REDIS_URL } from '../support/redis.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

describe.skipIf(!POSTGRES_URL || !REDIS_URL).each([
  ['NOTIFY', {}],
  ['Redis', { 'redis.url': REDIS_URL }],
])('two replicas that tell each other by %s', (_, config) => {
  test('what one has no room for, the other takes at once', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) =>
      lastSaid(request) === 'slow' ? [{ hold: gate }, 'slow'] : [lastSaid(request)],
    );
    await using coda = await play({ engine: 'PostgreSQL', model, config: { ...config, 'delivery.concurrency': 1 } });
    const second = await coda.replica();
    const slow = await coda.hear('ana', 'a', 'slow');
    await (await coda.hear('bob', 'b', 'quick')).settled;
    expect(coda.platform.in('b')).toEqual(['quick']);
    gate.resolve();
    await slow.settled;
    await second.app.stop();
  });

  test('/stop reaches the turn in whichever process it runs', async () => {
    const gate = deferred();
    const model = new ScriptedModel((request) => (lastSaid(request) === 'slow' ? [{ hold: gate }, 'never'] : ['ok']));
    await using coda = await play({ engine: 'PostgreSQL', model, config });
    const second = await coda.replica();
    const running = await coda.hear('ana', 'a', 'slow');
    const now = coda.world.clock.now();
    const stop = { id: 'stop', channel: 'a', from: 'ana', text: '/stop', sentAt: now, role: 'owner' as const };
    await second.adapter.hear(stop);
    await running.settled;
    expect(await eventually(() => coda.platform.in('a').includes('Stopped.'))).toBe(true);
    await second.app.stop();
  });
});
