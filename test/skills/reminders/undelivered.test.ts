import { describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { type Play, play } from '../../support/play.ts';

describe.each(testDatabases)('reminders in one message on $name', ({ name, available }) => {
  /** Ana has four reminders that fall due together in ten minutes. */
  async function begin(): Promise<Play> {
    const coda = await play({ engine: name });
    const long = ['stamps', 'apples'].map((what) => `buy ${`${what} and `.repeat(18)}${what} in the end`);
    for (const text of [...long, 'call Bob', 'stretch']) {
      await coda.person('ana').says(`/remind in 10 minutes ${text}`);
    }
    return coda;
  }
  const DIGEST = `key like 'reminder:%+reminder:%'`;

  test.skipIf(!available)('that cannot be delivered are told of with all their texts, once', async () => {
    await using coda = await begin();
    const ana = coda.person('ana');
    coda.platform.faults.push('refused');
    await coda.passes({ minutes: 11 });
    expect(await coda.count(`outbox where state = 'dead' and ${DIGEST}`)).toBe(1);
    await ana.says('/reminders');
    await ana.says('/reminders');
    const told = coda.platform.in('dm-ana').filter((text) => text.includes('could not be delivered'));
    expect(told).toHaveLength(1);
    for (const text of ['stamps in the end', 'apples in the end', 'call Bob', 'stretch'])
      expect(told[0]).toContain(text);
  });

  test.skipIf(!available)('that wait to be sent are gone with a person who is forgotten', async () => {
    await using coda = await begin();
    const ana = coda.person('ana');
    await ana.says('/forget');
    coda.platform.faults.push('retry');
    await coda.passes({ minutes: 10 });
    expect(await coda.count(`outbox where sent_at is null and ${DIGEST}`)).toBe(1);
    await ana.presses('Yes, forget me');
    await coda.passes({ hours: 1 });
    expect(coda.platform.in('dm-ana').filter((text) => text.startsWith('⏰'))).toEqual([]);
    for (const table of ['outbox', 'reminders', 'buttons']) {
      const { rows } = await coda.database().read(`select * from ${table}`);
      expect(JSON.stringify(rows), table).not.toMatch(/call Bob|stretch|stamps|apples/);
    }
  });
});
