import { describe, expect, test } from 'vitest';
import type { Model } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';

describe('a file that does not come', () => {
  const of = (name: string) => [{ name, type: 'text/plain', bytes: Buffer.from(`words of ${name}`), stalls: true }];

  test('holds up nothing else in its channel, and is answered when it is there', async () => {
    await using play = await playDiscord({ model: echo });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    for (const name of ['one', 'two', 'three']) fake.says(ana, dm, `look at ${name}`, { files: of(name) });
    play.asks('and what is this?', { channel: dm });
    await play.hears('answer to and what is this?', dm);
    expect(play.said('look at')).toEqual([]);
    expect(await eventually(() => fake.stalled.length === 3)).toBe(true);
    for (const serve of fake.stalled) serve();
    for (const name of ['one', 'two', 'three']) await play.hears(`answer to look at ${name}`, dm);
    const { rows } = await play.database.read(`select 1 from inbox where payload -> 'files' <> '[]'`);
    expect(rows).toHaveLength(3);
  });

  test('is asked for again by the next process, once it is signed in', async () => {
    const gate = deferred();
    const model: Model = {
      name: 'test/held',
      async *generate(request, signal) {
        await gate.promise;
        yield* echo.generate(request, signal);
      },
    };
    await using play = await playDiscord({ model, config: { 'delivery.steer': false } });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    play.asks('first', { channel: dm });
    fake.says(ana, dm, 'look at one', { files: [{ name: 'one', type: 'text/plain', bytes: Buffer.from('one') }] });
    const stored = async () => (await play.database.read('select 1 from inbox')).rows.length === 2;
    expect(await eventually(stored)).toBe(true);
    const stopped = play.stop();
    gate.resolve();
    await stopped;
    await play.start();
    await play.hears('answer to look at one', dm);
    await play.settled();
    expect(play.said('did not let me have')).toEqual([]);
    const { rows } = await play.database.read(`select 1 from inbox where payload -> 'files' <> '[]'`);
    expect(rows).toHaveLength(1);
  });

  test('belongs to its message as its author has left it', async () => {
    await using play = await playDiscord({ model: echo });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    const changed = fake.says(ana, dm, 'look at that', { files: of('one') });
    const dropped = fake.says(ana, dm, 'never mind', { files: of('two') });
    await eventually(() => fake.stalled.length === 2);
    fake.edits(changed, 'look at this');
    fake.deletes(dropped);
    play.asks('still there?', { channel: dm });
    await play.hears('answer to still there?', dm);
    for (const serve of fake.stalled) serve();
    await play.hears('answer to look at this', dm);
    await play.settled();
    expect(play.said('never mind')).toEqual([]);
    expect(play.said('look at that')).toEqual([]);
    expect(fake.fetched).toHaveLength(2);
  });
});
