import { describe, expect, test } from 'vitest';
import { notify } from '../../src/delivery/index.ts';
import { testDatabases } from '../support/database.ts';
import { type Play, play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

const tell = (coda: Play, notice: Parameters<typeof notify>[1]) =>
  notify({ database: coda.database(), jobs: coda.app.jobs, world: coda.world }, notice);

describe.each(testDatabases)('a notice on $name', ({ name, available }) => {
  test.skipIf(!available)('is said once for each key, also when it is asked for twice at once', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana');
    const bob = coda.person('bob', { role: 'member' });
    await ana.says('hello');
    await bob.says('hello');
    const notice = { to: 'ana', text: 'The build is red.', key: 'build-1' };
    await Promise.all([tell(coda, notice), tell(coda, notice)]);
    await coda.app.whenSettled();
    expect(await tell(coda, notice)).toEqual({ outcome: 'duplicate', key: 'build-1' });
    // Another's key is another key.
    expect(await tell(coda, { ...notice, to: 'bob' })).toMatchObject({ outcome: 'accepted' });
    expect(await tell(coda, { to: 'ana', text: 'The build is red.' })).toMatchObject({ outcome: 'accepted' });
    await coda.app.whenSettled();
    expect(ana.heard('The build is red.')).toHaveLength(2);
    expect(bob.heard('The build is red.')).toHaveLength(1);
  });

  test.skipIf(!available)(
    'is refused for nobody, for two of a name, and for one who has never talked alone',
    async () => {
      await using coda = await play({ engine: name, model: echo() });
      await coda.person('ana').says('hello');
      await coda.person('cem', { channel: 'lounge' }).says('hello');
      await coda.database().run('test', `update persons set name = 'ana'`);
      const text = 'hello';
      await expect(tell(coda, { to: 'nobody', text })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      await expect(tell(coda, { to: 'ana', text })).rejects.toThrow('Several people are called ana');
      await expect(tell(coda, { to: 'fake:cem', text })).rejects.toThrow('has not talked to coda alone');
      await expect(tell(coda, { to: 'fake:ana', text: '  ' })).rejects.toThrow('text');
      await expect(tell(coda, { to: 'fake:ana', text: 'x'.repeat(8_001) })).rejects.toThrow('text');
    },
  );

  test.skipIf(!available)('comes to the account that is named, whatever others call themselves', async () => {
    await using coda = await play({ engine: name, model: echo() });
    for (const who of ['ana', 'eve']) await coda.person(who).says('hello');
    await coda.database().run('test', `update persons set name = 'fake:ana' where name = 'eve'`);
    await tell(coda, { to: 'fake:ana', text: 'your train is late' });
    await coda.app.whenSettled();
    expect(coda.person('ana').heard('your train is late')).toHaveLength(1);
    expect(coda.person('eve').heard('your train is late')).toEqual([]);
  });

  test.skipIf(!available)('goes with whom it was for: what /forget erases is not said later', async () => {
    await using coda = await play({ engine: name, model: echo() });
    const ana = coda.person('ana');
    await ana.says('hello');
    await coda
      .database()
      .tx('test', (tx) =>
        coda.app.jobs.enqueue(
          tx,
          { kind: 'notify', payload: { personId: '', conversationId: '', text: '' } },
          { at: new Date('2030-01-01'), key: 'later' },
        ),
      );
    await coda
      .database()
      .run(
        'test',
        `update jobs set payload = jsonb_set(payload, '{personId}', (select to_jsonb(id::text) from persons))`,
      );
    await ana.says('/forget');
    await ana.presses('Yes, forget me');
    expect(await coda.count("jobs where kind = 'notify'")).toBe(0);
  });
});
