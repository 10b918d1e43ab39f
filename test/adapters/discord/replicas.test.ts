import { describe, expect, test } from 'vitest';
import { migratedPostgres } from '../../support/database.ts';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { type PlatformPlayOptions, playTwo } from '../../support/platform-play.ts';
import { POSTGRES_URL, requireService } from '../../support/postgres.ts';

requireService('CODA_TEST_POSTGRES');

/** Two processes of one Discord bot. */
const both = async (options: PlatformPlayOptions = {}) => playTwo(await migratedPostgres(), options, playDiscord);

describe.skipIf(POSTGRES_URL === undefined)('two processes with one token', () => {
  test('answer each message once, also when one of them has gone and come again', async () => {
    await using play = await both({ model: echo, config: { 'delivery.steer': false } });
    const { one, two, fake } = play;
    expect(fake.gateway.connected).toBe(2);
    const rooms = [one.general, fake.dm(one.ana), fake.channel(one.guild, 'room')];
    const asked: string[] = [];
    const ask = (count: number) => {
      for (let index = 0; index < count; index++) {
        const text = `question ${asked.length};`;
        asked.push(text);
        one.asks(text, { channel: rooms[index % rooms.length] as (typeof rooms)[number] });
      }
    };
    const answers = () => asked.map((text) => one.said(`answer to ${text}`).length);
    ask(20);
    expect(await eventually(() => answers().every((count) => count > 0))).toBe(true);
    await two.stop();
    ask(6);
    expect(await eventually(() => answers().every((count) => count > 0))).toBe(true);
    // What it looks through when it comes back has been answered by the other.
    await two.start();
    ask(20);
    expect(await eventually(() => answers().every((count) => count > 0))).toBe(true);
    await one.settled();
    await two.settled();
    expect(answers()).toEqual(asked.map(() => 1));
  });

  test('acknowledge and do what a person uses once, in the one that stored it', async () => {
    await using play = await both();
    const { one, two, fake } = play;
    const acknowledged = () => fake.rest.seen.filter((request) => request.endsWith('/callback')).length;
    for (let index = 0; index < 8; index++) {
      await one.answer(fake.uses(one.ana, one.general, 'note', { text: `thing ${index}` }));
    }
    expect(acknowledged()).toBe(8);
    expect((await one.database.read('select 1 from notes')).rows).toHaveLength(8);
    one.asks('remind me to stretch tomorrow at 9:00');
    const card = await one.hears('stretch');
    await one.answer(fake.presses(one.ana, card, 'Undo'));
    expect(acknowledged()).toBe(9);
    await one.settled();
    await two.settled();
    expect(one.said('Taken back')).toHaveLength(1);
    const owners = await one.database.read<{ n: number }>('select count(distinct id) as n from instances');
    expect(owners.rows[0]?.n).toBe(2);
  });
});
