import { describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

describe.each(testDatabases)('what is said on $name', ({ name, available }) => {
  const begin = (options: Parameters<typeof play>[0] = {}) => play({ engine: name, model: echo(), ...options });

  test.skipIf(!available)('an answer whose receipt was lost is not said again', async () => {
    await using coda = await begin();
    coda.platform.faults.push('lost');
    await coda.person('ana').says('hello');
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello']);
  });

  test.skipIf(!available)('it is looked for when the platform has forgotten the key', async () => {
    await using coda = await begin({ platform: { deduplicatesForMs: 0 } });
    coda.platform.faults.push('lost');
    await coda.person('ana').says('hello');
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello']);
  });

  test.skipIf(!available)('where nobody can look, a second copy says that it may be one', async () => {
    await using coda = await begin({ platform: { deduplicatesForMs: 0, canFind: false } });
    coda.platform.faults.push('lost');
    await coda.person('ana').says('hello');
    await coda.passes({ minutes: 10 });
    expect(coda.platform.messages.map((message) => message.again)).toEqual([false, true]);
  });

  test.skipIf(!available)('an answer that never arrived is said as soon as it can be', async () => {
    await using coda = await begin();
    coda.platform.faults.push('before', 'retry', 'retry');
    await coda.person('ana').says('hello');
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello']);
  });

  test.skipIf(!available)('a reminder whose place is gone comes to the person’s own', async () => {
    await using coda = await begin();
    const ana = coda.person('ana');
    await ana.says('hello');
    await coda.person('ana', { channel: 'project' }).says('something');
    coda.platform.faults.push('gone');
    await coda.person('ana', { channel: 'project' }).says('is anybody there?');
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana')).toContain('you said: is anybody there?');
    expect(coda.platform.in('project')).toEqual(['you said: something']);
  });

  test.skipIf(!available)('what the platform refuses is a dead letter and holds nothing up', async () => {
    await using coda = await begin();
    const ana = coda.person('ana');
    coda.platform.faults.push('refused');
    await ana.says('one');
    await ana.says('two');
    await coda.passes({ hours: 1 });
    expect(coda.platform.in('dm-ana').filter((text) => text.startsWith('you said'))).toEqual(['you said: two']);
  });

  test.skipIf(!available)('in the middle of an answer, all of it comes to the person’s own', async () => {
    await using coda = await begin({ platform: { longest: 40 } });
    await coda.person('ana').says('hello');
    const ana = coda.person('ana', { channel: 'project' });
    await ana.says('something');
    coda.platform.faults.push('none', 'gone');
    await ana.says(`one ${'a'.repeat(40)}`);
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana').slice(1)).toEqual([`you said: one ${'a'.repeat(26)}`, 'a'.repeat(14)]);
  });

  test.skipIf(!available)(
    'a platform that was away for a day gets all when it is back, also what it turns away at first',
    async () => {
      await using coda = await begin();
      await coda.person('ana').says('hello');
      coda.platform.faults.push('away');
      const { settled } = await coda.hear('ana', 'dm-ana', 'one');
      expect(await eventually(() => coda.platform.holding === 1)).toBe(true);
      coda.platform.release();
      await settled;
      await coda.passes({ hours: 25 });
      coda.platform.faults.push('retry', 'retry');
      coda.reachable();
      expect(await eventually(() => coda.platform.faults.length === 1)).toBe(true);
      await coda.passes({ minutes: 1 });
      expect(coda.platform.in('dm-ana').slice(1)).toEqual(['you said: one']);
    },
  );

  test.skipIf(!available)('what is turned away for a day is a dead letter', async () => {
    await using coda = await begin();
    const ana = coda.person('ana');
    await ana.says('hello');
    coda.platform.stuck = 'you said: one';
    await ana.says('one');
    await coda.passes({ hours: 23 });
    expect(await coda.app.delivery.outbox.deadLetters()).toMatchObject({ total: 0 });
    await coda.passes({ hours: 2 });
    expect(await coda.app.delivery.outbox.deadLetters()).toMatchObject({ total: 1 });
  });

  test.skipIf(!available)('a used card that cannot be shown so is no dead letter', async () => {
    await using coda = await begin({ platform: { showsUse: true } });
    const ana = coda.person('ana');
    for (const text of ['call Bob', 'buy milk']) await ana.says(`/remind in 5 minutes ${text}`);
    await coda.passes({ minutes: 6 });
    await coda.passes({ hours: 25 });
    coda.platform.editFaults.push('retry', 'refused');
    await ana.presses('Done: call Bob');
    await coda.passes({ minutes: 10 });
    expect(coda.platform.editFaults).toEqual([]);
    expect(await coda.app.delivery.outbox.open()).toEqual({});
    expect(coda.platform.in('dm-ana').filter((text) => text.startsWith('⏰'))).toHaveLength(1);
    // The next use of the same card is shown.
    await ana.presses('Done: buy milk');
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana').find((text) => text.startsWith('⏰'))).toContain('Done');
  });

  const TOLD = /could not be delivered/;

  test.skipIf(!available)(
    'what a place refuses is told there at once, its words only where nobody else reads',
    async () => {
      await using coda = await begin();
      coda.platform.faults.push('refused');
      await coda.person('ana').says('three');
      expect(coda.platform.in('dm-ana')).toEqual(['1 message for you could not be delivered:\n> you said: three']);
      await coda.person('ana').says('four');
      coda.platform.faults.push('refused');
      await coda.person('ana', { channel: 'project' }).says('five');
      expect(coda.platform.in('project')).toEqual(['1 message for you could not be delivered.']);
      expect(coda.platform.in('dm-ana').filter((text) => TOLD.test(text))).toHaveLength(1);
    },
  );

  test.skipIf(!available)(
    'where the notice is refused, too, the person hears of the message next, and of no notice',
    async () => {
      await using coda = await begin();
      const ana = coda.person('ana');
      coda.platform.faults.push('refused', 'refused');
      await ana.says('one');
      await coda.person('bob').says('hello');
      // The notice that tells of it at the next contact is refused as well, perhaps for the words that it quotes.
      coda.platform.faults.push('refused');
      await ana.says('two');
      await ana.says('three');
      await ana.says('four');
      const told = coda.platform.in('dm-ana').filter((text) => TOLD.test(text));
      expect(told).toEqual(['1 message for you could not be delivered.']);
      expect(coda.platform.in('dm-bob')).toEqual(['you said: hello']);
    },
  );

  test.skipIf(!available)('what could not be sent before a restart is sent after it, once', async () => {
    await using coda = await begin();
    coda.platform.faults.push('before');
    await coda.person('ana').says('hello');
    await coda.restart();
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana')).toEqual(['you said: hello']);
  });

  test.skipIf(!available)('answers that had to wait come whole and in order', async () => {
    await using coda = await begin({ platform: { longest: 40 } });
    const ana = coda.person('ana');
    await ana.says('hello');
    // The platform says to wait for the first, and for the second before it is tried again.
    coda.platform.faults.push('retry', 'retry');
    await ana.says(`one ${'a'.repeat(40)}`);
    await coda.passes({ seconds: 0.1 });
    await ana.says('two');
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana').slice(1)).toEqual([
      `you said: one ${'a'.repeat(26)}`,
      'a'.repeat(14),
      'you said: two',
    ]);
  });

  test.skipIf(!available)('one answer that never gets through keeps others back for seconds', async () => {
    await using coda = await begin();
    const ana = coda.person('ana');
    await ana.says('hello');
    coda.platform.stuck = 'you said: one';
    coda.platform.faults.push('retry', 'retry', 'retry');
    for (const text of ['one', 'two', 'three']) {
      await ana.says(text);
      await coda.passes({ seconds: 0.1 });
    }
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana').slice(1)).toEqual(['you said: two', 'you said: three']);
    coda.platform.stuck = undefined;
    await coda.passes({ minutes: 10 });
    expect(coda.platform.in('dm-ana').slice(3)).toEqual(['you said: one']);
  });

  test.skipIf(!available)('the parts of an answer keep their order when the first is unclear', async () => {
    await using coda = await begin({ platform: { longest: 40 } });
    const ana = coda.person('ana');
    await ana.says('hello');
    coda.platform.faults.push('before');
    await ana.says(`one ${'a'.repeat(40)}`);
    // What is tried again is slow: the second part would be there first.
    coda.platform.faults.push('held');
    const passing = coda.passes({ minutes: 1 });
    expect(await eventually(() => coda.platform.holding === 1)).toBe(true);
    coda.platform.release();
    await passing;
    expect(coda.platform.in('dm-ana').slice(1)).toEqual([`you said: one ${'a'.repeat(26)}`, 'a'.repeat(14)]);
  });

  test.skipIf(!available)('an answer is not sent beside a slow one before it, and does not come first', async () => {
    await using coda = await begin();
    await coda.person('ana').says('hello');
    coda.platform.faults.push('held');
    const one = await coda.hear('ana', 'dm-ana', 'one');
    expect(await eventually(() => coda.platform.holding === 1)).toBe(true);
    const two = await coda.hear('ana', 'dm-ana', 'two');
    const written = async () => {
      const sql = `select count(*)::int as count from outbox where content->>'text' = 'you said: two'`;
      return (await coda.database().read<{ count: number }>(sql)).rows[0]?.count === 1;
    };
    expect(await eventually(written)).toBe(true);
    coda.platform.release();
    await Promise.all([one.settled, two.settled]);
    expect(coda.platform.in('dm-ana').slice(1)).toEqual(['you said: one', 'you said: two']);
  });

  test.skipIf(!available)('a part that a stop came before is sent after it, and not as a copy', async () => {
    await using coda = await begin({ platform: { longest: 40, deduplicatesForMs: 0, canFind: false } });
    await coda.person('ana').says('hello');
    coda.platform.faults.push('held');
    void coda.hear('ana', 'dm-ana', `one ${'a'.repeat(40)}`);
    expect(await eventually(() => coda.platform.holding === 1)).toBe(true);
    await coda.app.stop(0);
    await coda.start();
    await coda.passes({ minutes: 10 });
    const after = coda.platform.messages.slice(1);
    expect(after.map(({ text }) => text)).toEqual([`you said: one ${'a'.repeat(26)}`, 'a'.repeat(14)]);
    // Nobody can tell whether the first part had arrived.
    expect(after.map(({ again }) => again)).toEqual([true, false]);
  });

  test.skipIf(!available)('after an outage an answer comes as a whole', async () => {
    await using coda = await begin({ platform: { longest: 40 } });
    const ana = coda.person('ana');
    await ana.says('hello');
    coda.platform.stuck = `you said: one ${'a'.repeat(26)}`;
    await ana.says(`one ${'a'.repeat(40)}`);
    // By now it is tried once in minutes.
    await coda.passes({ minutes: 20 });
    coda.platform.stuck = undefined;
    coda.reachable();
    expect(await eventually(() => coda.platform.in('dm-ana').length > 1)).toBe(true);
    await coda.passes({ seconds: 1 });
    expect(coda.platform.in('dm-ana').slice(1)).toEqual([`you said: one ${'a'.repeat(26)}`, 'a'.repeat(14)]);
  });

  test.skipIf(!available)('answers that an outage made late come in their order', async () => {
    await using coda = await begin({ platform: { deduplicatesForMs: 0 } });
    const ana = coda.person('ana');
    await ana.says('hello');
    for (const text of ['one', 'two', 'three']) {
      coda.platform.faults.push('before');
      await ana.says(text);
      await coda.passes({ seconds: 0.1 });
    }
    // The first is slow: the others would be there before it.
    coda.platform.faults.push('held');
    coda.reachable();
    expect(await eventually(() => coda.platform.holding === 1)).toBe(true);
    coda.platform.release();
    await coda.passes({ minutes: 1 });
    expect(coda.platform.in('dm-ana').slice(1)).toEqual(['you said: one', 'you said: two', 'you said: three']);
  });

  test.skipIf(!available)('an answer that may have arrived keeps others back no longer than a failed one', async () => {
    await using coda = await begin({ platform: { settlesMs: 60_000 } });
    const ana = coda.person('ana');
    await ana.says('hello');
    coda.platform.faults.push('retry', 'retry', 'before');
    for (const text of ['one', 'two']) {
      await ana.says(text);
      await coda.passes({ seconds: 0.1 });
    }
    coda.reachable();
    expect(await eventually(() => coda.platform.faults.length === 0)).toBe(true);
    await coda.passes({ seconds: 5 });
    expect(coda.platform.in('dm-ana').slice(1)).toEqual(['you said: two']);
    await coda.passes({ minutes: 5 });
    expect(coda.platform.in('dm-ana').slice(2)).toEqual(['you said: one']);
  });

  test.skipIf(!available)('a database that cannot be asked where a person is loses nothing', async () => {
    await using coda = await begin();
    await coda.person('ana').says('hello');
    await coda.person('ana', { channel: 'project' }).says('something');
    const database = coda.database();
    const read = database.read.bind(database);
    let failed = 0;
    database.read = (sql, params) =>
      /conversations/.test(sql) && coda.platform.faults.length === 1 && failed++ === 0
        ? Promise.reject(new Error('the connection is lost'))
        : read(sql, params);
    coda.platform.faults.push('gone', 'gone');
    await coda.person('ana', { channel: 'project' }).says('is anybody there?');
    await coda.passes({ minutes: 1 });
    expect(failed).toBeGreaterThan(0);
    expect(coda.platform.in('dm-ana')).toContain('you said: is anybody there?');
  });
});
