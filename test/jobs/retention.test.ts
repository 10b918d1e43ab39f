import { describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

describe.each(testDatabases)('retention on $name', ({ name, available }) => {
  test.skipIf(!available)('what is long done goes, dead letters and what was said stay', async () => {
    await using coda = await play({ engine: name, model: echo(), config: { 'retention.days': 30 } });
    const ana = coda.person('ana');
    coda.platform.faults.push('refused');
    await ana.says('never delivered');
    await ana.says('old');
    await coda.passes({ days: 29 });
    await ana.says('recent');
    await coda.passes({ days: 3 });
    expect(await coda.count('inbox')).toBe(1);
    expect(await coda.count('turns')).toBe(1);
    expect((await coda.app.deadLetters()).letters.map((letter) => letter.text)).toEqual(['you said: never delivered']);
    expect(await coda.count('outbox')).toBe(2);
    expect(await coda.count('messages')).toBe(6);
  });

  test.skipIf(!available)('a dead letter can be sent again', async () => {
    await using coda = await play({ engine: name, model: echo() });
    coda.platform.faults.push('refused');
    await coda.person('ana').says('hello');
    expect(coda.platform.in('dm-ana')).toEqual([]);
    const [check] = coda.app.checks();
    expect(await check?.check(AbortSignal.timeout(5_000))).toMatchObject({ ok: false });
    expect(await coda.app.resend()).toBe(1);
    await coda.app.settled();
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello']);
    expect((await coda.app.deadLetters()).total).toBe(0);
  });
});
