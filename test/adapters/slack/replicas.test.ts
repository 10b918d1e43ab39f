import { describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { migratedPostgres } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { type PlatformPlayOptions, playTwo } from '../../support/platform-play.ts';
import { POSTGRES_URL, requireService } from '../../support/postgres.ts';
import { echo, playSlack } from '../../support/slack/play.ts';

requireService('CODA_TEST_POSTGRES');

/** Two processes of one Slack bot. */
const both = async (options: PlatformPlayOptions = {}) => playTwo(await migratedPostgres(), options, playSlack);

describe.skipIf(POSTGRES_URL === undefined)('two processes with the same tokens', () => {
  test('answer what Slack spreads over their sockets once, also when one of them has gone and come again', async () => {
    const config = { 'delivery.steer': false, 'access.rate_limit.enabled': false };
    await using play = await both({ model: echo, config });
    const { one, two, fake } = play;
    const rooms = [one.general, fake.dm(one.ana), fake.channel('room', [one.ana])];
    const asked: string[] = [];
    const ask = (count: number) => {
      for (let index = 0; index < count; index++) {
        const text = `question ${asked.length};`;
        asked.push(text);
        one.asks(text, { channel: rooms[index % rooms.length] as (typeof rooms)[number] });
      }
    };
    const answers = () => asked.map((text) => one.said(`answer to ${text}`).length);
    const allAnswered = () => eventually(() => answers().every((count) => count > 0));
    ask(20);
    expect(await allAnswered()).toBe(true);
    await two.stop();
    ask(6);
    expect(await allAnswered()).toBe(true);
    // What it looks through when it comes back has been answered by the other.
    await two.start();
    ask(20);
    expect(await allAnswered()).toBe(true);
    await one.settled();
    await two.settled();
    expect(answers()).toEqual(asked.map(() => 1));
  });

  test('take up, a minute later, what one of them had acknowledged and could not hear before it ended', async () => {
    await using play = await both({ model: echo, stillClock: true });
    const { one, two, fake } = play;
    const held = deferred();
    fake.web.hold = ({ method }) => (method === 'users.info' ? held.promise : undefined);
    // One for each of them.
    const [here, there] = [fake.dm(one.ana), fake.dm(one.bob)];
    one.asks('am I heard?', { channel: here });
    one.asks('and am I?', { user: one.bob, channel: there });
    await fake.sockets.arrived();
    for (const process of [one, two]) await process.moves(1_600);
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
    expect(fake.sockets.delivered.map(({ attempts }) => attempts)).toEqual([1, 1]);
    await one.stop();
    fake.web.hold = () => undefined;
    held.resolve();
    const answered = () => [...one.said('answer to am I heard?'), ...one.said('answer to and am I?')].length;
    expect(await eventually(() => answered() === 1)).toBe(true);
    expect(
      await eventually(async () => {
        await two.moves(61_000);
        return answered() === 2;
      }),
    ).toBe(true);
    await two.settled();
    expect(answered()).toBe(2);
    expect((await two.database.read('select from postponed')).rows).toEqual([]);
  });

  test('offer a move once, whichever of them hears of it', async () => {
    await using play = await both();
    const { one, two, fake } = play;
    const dm = fake.dm(one.ana);
    one.asks('remind me every day at 9 to stretch', { channel: dm });
    await one.hears(/stretch/, dm);
    for (let told = 0; told < 4; told++) fake.travels(one.ana, 'Asia/Tokyo');
    await one.hears('Your profile says', dm);
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
    await one.settled();
    await two.settled();
    expect(one.said('Your profile says')).toHaveLength(1);
  });
});
