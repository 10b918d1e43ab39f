import { describe, expect, test } from 'vitest';
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
