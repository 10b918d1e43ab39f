import { describe, expect, test } from 'vitest';
import { isOutage } from '../../../src/adapters/discord/outcome.ts';
import { CodaError } from '../../../src/base/errors.ts';
import { retryDelay } from '../../../src/delivery/index.ts';
import { echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { soak } from './soak.ts';

describe('the connection', () => {
  test('may break in every way while people talk: each question is answered exactly once', async () => {
    expect(await soak({ messages: 100, drops: 10, seed: 7 })).toEqual({ answered: 100, twice: [], missing: [] });
  });

  test('is made again when Discord was away', async () => {
    await using play = await playDiscord({ model: echo });
    play.asks('before');
    await play.hears('answer to before');
    play.fake.gateway.away = true;
    play.fake.gateway.drop('reset');
    play.asks('meanwhile');
    play.fake.gateway.away = false;
    await play.hears('answer to meanwhile');
  });

  test('goes on when a server comes along of which nothing is known because it is away', async () => {
    await using play = await playDiscord({ model: echo });
    play.fake.comesAway('777777777777777777');
    play.asks('still there?');
    await play.hears('answer to still there?');
    expect(play.log.filter((line) => line.includes('could not be understood'))).toEqual([]);
  });

  test('goes on at once when something comes that cannot be understood', async () => {
    await using play = await playDiscord({ model: echo });
    const { fake, general, ana } = play;
    const whole = {
      id: fake.ids.next(fake.now()),
      channel_id: general.id,
      guild_id: play.guild.id,
      author: ana,
      content: `<@${fake.bot.id}> half of it`,
      timestamp: new Date(fake.now()).toISOString(),
      type: 0,
      attachments: [],
      mentions: [fake.bot],
      mention_roles: [],
    };
    const wrong: [string, unknown][] = [
      ['THREAD_CREATE', null],
      ['INTERACTION_CREATE', null],
      ['MESSAGE_DELETE_BULK', { ids: null, channel_id: general.id }],
      ['MESSAGE_UPDATE', { ...whole, edited_timestamp: whole.timestamp, mentions: null }],
      ...Object.keys(whole)
        .filter((key) => key !== 'guild_id')
        .map((key): [string, unknown] => ['MESSAGE_CREATE', { ...whole, [key]: undefined }]),
      ...['author', 'content', 'timestamp', 'attachments', 'mentions'].map((key): [string, unknown] => [
        'MESSAGE_CREATE',
        { ...whole, [key]: { strange: true } },
      ]),
    ];
    for (const [event, data] of wrong) fake.gateway.dispatch(event, () => data);
    play.asks('still there?');
    await play.hears('answer to still there?');
    expect(play.log.filter((line) => line.includes('could not be understood'))).toHaveLength(wrong.length);
    expect(play.said('half of it')).toEqual([]);
  });
});

describe('what waits after an outage', () => {
  const failing = async (play: Awaited<ReturnType<typeof playDiscord>>) => {
    const rooms = Array.from({ length: 4 }, (_, index) => play.fake.channel(play.guild, `room-${index}`));
    play.fake.rest.fault = ({ method, route }) =>
      method === 'POST' && route.endsWith('/messages') ? { status: 503 } : undefined;
    for (const channel of rooms) play.asks('are you there?', { channel });
    const sql = `select 1 from outbox where attempts >= 4 and state = 'unknown'`;
    await eventually(async () => (await play.database.read('select 1 from outbox')).rows.length === rooms.length);
    for (let round = 0; round < 40 && (await play.database.read(sql)).rows.length < rooms.length; round++) {
      await play.passes(3_000);
    }
    play.fake.rest.fault = () => undefined;
    return async () => {
      for (const channel of rooms) await play.hears('answer to are you there?', channel);
    };
  };

  test.each(['close', 'end'] as const)('goes out as soon as the connection is back after %s', async (how) => {
    await using play = await playDiscord({ model: echo, stillClock: true });
    const come = await failing(play);
    // The clock stands still: no back-off passes.
    play.fake.gateway.drop(how);
    await come();
  });

  test('goes out with the first part that gets through', async () => {
    await using play = await playDiscord({ model: echo, stillClock: true });
    const come = await failing(play);
    play.asks('and now?');
    await come();
  });
});

describe('what was said while coda was off', () => {
  test('is answered at its next start, oldest first, each once', async () => {
    await using play = await playDiscord({ model: echo });
    play.asks('known');
    await play.hears('answer to known');
    await play.settled();
    await play.stop();
    for (const words of ['one', 'two', 'three']) play.asks(`missed ${words}`);
    play.fake.says(play.ana, play.general, 'not for coda');
    await play.start();
    await play.hears('answer to missed three');
    const answers = play.said('answer to').map(({ content }) => content);
    expect(answers).toEqual(['known', 'missed one', 'missed two', 'missed three'].map((words) => `answer to ${words}`));
  });

  test('is told as missed, to each who asked, when there was too much of it', async () => {
    await using play = await playDiscord({ model: echo, discord: { look_back_messages: 2 } });
    const { fake, ana, bob, eve, general } = play;
    play.asks('known');
    await play.hears('answer to known');
    await play.settled();
    await play.stop();
    for (const user of [ana, bob, eve, ana]) play.asks('missed', { user });
    fake.says(bob, general, 'not for coda');
    play.asks('just now', { user: ana });
    await play.start();
    await play.hears('answer to just now');
    await play.hears(`<@${ana.id}> I was away; 2 older messages were not answered`);
    await play.hears(`<@${bob.id}> I was away; an older message was not answered`);
    await play.settled();
    expect(play.said('I was away')).toHaveLength(2);
    expect(play.said('answer to missed')).toEqual([]);
  });

  test('is told as missed when it is too old, once', async () => {
    await using play = await playDiscord({ model: echo, stillClock: true });
    play.asks('known');
    await play.hears('answer to known');
    await play.settled();
    await play.stop();
    await play.fake.advance(1_000);
    for (const words of ['one', 'two', 'three']) play.asks(`old ${words}`);
    const hours = 30 * 3_600_000;
    play.fake.advance(hours);
    await (play.world.clock as import('../../../src/base/clock.ts').TestClock).moveTo(new Date(play.fake.now()));
    play.asks('new');
    await play.start();
    await play.hears('answer to new');
    await play.hears('3 older messages were not answered');
    await play.stop();
    await play.start();
    play.asks('later');
    await play.hears('answer to later');
    expect(play.said('older messages')).toHaveLength(1);
    expect(play.said('answer to old')).toEqual([]);
  });
});

describe('what is said somewhere for the first time', () => {
  test('while a session is replaced is answered, once', async () => {
    await using play = await playDiscord({ model: echo });
    const { fake } = play;
    const room = fake.channel(play.guild, 'room');
    fake.says(play.ana, room, `<@${fake.bot.id}> before coda was here, as far as it knows`);
    await play.hears('before coda was here', room);
    const [quiet, dm] = [fake.channel(play.guild, 'quiet'), fake.dm(play.bob)];
    fake.gateway.away = true;
    fake.gateway.drop('end');
    const thread = fake.thread(play.general, 'plans');
    for (const channel of [quiet, thread]) play.asks('is anybody here?', { channel });
    fake.says(play.ana, fake.channel(play.guild, 'chatter'), 'nobody is asked');
    play.asks('psst', { user: play.bob, channel: dm });
    fake.gateway.away = false;
    for (const channel of [quiet, thread]) await play.hears('answer to is anybody here?', channel);
    await play.hears('answer to psst', dm);
    await play.settled();
    expect(play.said('answer to is anybody here?')).toHaveLength(2);
    expect(play.said('answer to nobody')).toEqual([]);
    expect(play.said('answer to before')).toHaveLength(1);
  });

  test('while coda was off is answered at its next start, but nothing from before its first day', async () => {
    await using play = await playDiscord({ model: echo, asleep: true });
    const { fake } = play;
    const room = fake.channel(play.guild, 'room');
    play.asks('nobody is here yet', { channel: room });
    await play.start();
    play.asks('hello');
    await play.hears('answer to hello');
    await play.settled();
    await play.stop();
    play.asks('are you back?', { channel: fake.channel(play.guild, 'other') });
    await play.start();
    await play.hears('answer to hello');
    await play.settled();
    expect(await eventually(() => play.said('answer to are you back?').length === 1)).toBe(true);
    expect(play.said('answer to nobody')).toEqual([]);
  });
});

describe('what never came through', () => {
  test('is tried again for as long as Discord or the database is away, but not for ever for reasons of its own', () => {
    const away: unknown[] = [
      new CodaError('STORAGE_UNREACHABLE', { message: 'away', remedy: '' }),
      Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
      }),
      Object.assign(new Error('busy'), { status: 503 }),
    ];
    for (const error of away) expect(retryDelay(error, 1_000, isOutage)).toBeGreaterThan(0);
    const own: unknown[] = [new TypeError('x is undefined'), Object.assign(new Error('syntax'), { code: '22P02' })];
    for (const error of own) expect(retryDelay(error, 1, isOutage)).toBeUndefined();
    const unclear = Object.assign(new Error('deadlock'), { code: '40P01' });
    expect(retryDelay(unclear, 1, isOutage)).toBeGreaterThan(0);
    expect(retryDelay(unclear, 1_000, isOutage)).toBeUndefined();
  });

  test('turns nobody away whose roles could not be asked for', async () => {
    await using play = await playDiscord({
      model: echo,
      members: ({ guild, eve }) => {
        guild.members.set(eve.id, ['4242']);
        return ['discord-role:4242'];
      },
    });
    let asked = 0;
    play.fake.rest.fault = ({ route }) =>
      route === '/guilds/:guild/members/:user' && asked++ < 2 ? { status: 503 } : undefined;
    play.asks('hello', { user: play.eve });
    await play.hears('answer to hello');
    expect(asked).toBe(3);
    expect(play.said('let in')).toEqual([]);
  });
});

test('its status says what is configured', async () => {
  await using play = await playDiscord({ discord: { status: '/help' } });
  const [session] = play.fake.gateway.sessions.values();
  expect(session?.presence).toMatchObject({ activities: [{ state: '/help' }] });
});

describe('trouble', () => {
  test('a token that Discord refuses is told in the log, and everything else goes on', async () => {
    await using play = await playDiscord({ model: echo, discord: { token: 'wrong-token-of-somebody' } });
    expect(await eventually(() => play.log.find((line) => line.includes('does not take the token')))).toContain(
      'DISCORD_TOKEN',
    );
    expect(play.log.join('')).not.toContain('wrong-token-of-somebody');
    expect(await play.app.healthy()).toBe(true);
    expect(play.app.listAway()).toMatchObject([{ platform: 'discord', says: 'Discord does not take the token' }]);
    expect(await play.app.status()).toMatchObject({ away: { discord: 'Discord does not take the token' } });
    const check = play.app.checks.checks.find(({ name }) => name === 'discord');
    expect(await check?.check(AbortSignal.timeout(5_000))).toMatchObject({
      ok: false,
      says: 'Discord does not take the token',
    });
  });

  test('a token that is revoked later is no reason to fall over', async () => {
    await using play = await playDiscord({ model: echo });
    play.fake.token = 'another';
    play.fake.gateway.drop('end');
    expect(await eventually(() => play.log.find((line) => line.includes('does not take the token')))).toBeTruthy();
    expect(await play.app.healthy()).toBe(true);
  });

  test('without the Message Content intent coda answers what mentions it, and says what is missing', async () => {
    await using play = await playDiscord({ model: echo, fake: { messageContent: false } });
    const asked = await eventually(() => play.fake.gateway.connected === 1);
    expect(asked).toBe(true);
    play.asks('still there?');
    await play.hears('answer to still there?');
    expect(play.log.join('')).toContain('Message Content Intent');
    const check = play.app.checks.checks.find(({ name }) => name === 'discord');
    expect((await check?.check(AbortSignal.timeout(5_000)))?.remedy).toContain('Message Content Intent');
  });

  test('without a network it starts all the same, and connects when there is one', async () => {
    await using play = await playDiscord({ model: echo, asleep: true });
    play.fake.rest.away = true;
    await play.start();
    expect(await play.app.healthy()).toBe(true);
    play.fake.rest.away = false;
    await eventually(() => play.fake.gateway.connected === 1);
    play.asks('hello');
    await play.hears('answer to hello');
  });
});
