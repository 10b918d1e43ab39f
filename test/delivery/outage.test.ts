import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';
import { POSTGRES_URL } from '../support/postgres.ts';
import { echo } from '../support/scripted-model.ts';

describe.skipIf(POSTGRES_URL === undefined)('when PostgreSQL goes away while coda runs', () => {
  test('what runs waits, health is red, and it goes on by itself', async () => {
    await using coda = await play({ engine: 'PostgreSQL', model: echo() });
    const ana = coda.person('ana');
    await ana.says('hello');
    await coda.server().shut();
    expect(await coda.app.healthy()).toBe(false);
    await expect(coda.hear('ana', 'dm-ana', 'lost?', 'owner', 'm-lost')).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
    });
    await coda.server().reopen();
    expect(await eventually(() => coda.app.healthy())).toBe(true);
    // It was not acknowledged, so that the platform delivers it again.
    await (await coda.hear('ana', 'dm-ana', 'lost?', 'owner', 'm-lost')).settled;
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello', 'you said: lost?']);
  });

  test('an answer that was being worked on is given when the database is back', async () => {
    await using coda = await play({ engine: 'PostgreSQL', model: echo() });
    await coda.person('ana').says('hello');
    coda.platform.faults.push('held');
    const { settled } = await coda.hear('ana', 'dm-ana', 'are you there?');
    await eventually(() => coda.platform.holding > 0);
    await coda.server().shut();
    coda.platform.release();
    await settled;
    await coda.server().reopen();
    await eventually(() => coda.app.healthy());
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello', 'you said: are you there?']);
    expect(await coda.app.delivery.outbox.deadLetters()).toMatchObject({ total: 0 });
  });
});
