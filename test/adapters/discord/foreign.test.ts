import { describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { PERMISSIONS } from '../../support/discord/index.ts';
import { type DiscordPlay, echo, inTwo, playDiscord } from '../../support/discord/play.ts';
import type { Fault, Request } from '../../support/discord/server.ts';
import { eventually } from '../../support/eventually.ts';

const PAGE = '<html><head><title>Access denied</title></head><body>Ask your administrator.</body></html>';

/** Somebody between says `answers`, one after another, to every request like this one. */
function between(play: DiscordPlay, wanted: (request: Request) => boolean, answers: Exclude<Fault, string>[]) {
  const left = [...answers];
  play.fake.rest.fault = (request) => (wanted(request) ? left.shift() : undefined);
  return left;
}

const posting = ({ method, route }: Request) => method === 'POST' && route === '/channels/:channel/messages';
const page = (status: number, more: object = {}) => ({ status, foreign: PAGE, ...more });

async function deadLetters(play: DiscordPlay): Promise<number> {
  return (await play.app.delivery.outbox.deadLetters()).total;
}

describe('an answer to a request that is not Discord’s own', () => {
  test.each([
    ['a page instead of a refusal', [400, 403, 404, 405, 408, 413, 429, 451].map((status) => page(status))],
    [
      'a page instead of a success',
      [
        page(200),
        page(200, { done: true }),
        { status: 205, foreign: '{"id":"7"}', type: 'application/json' },
        page(302, { headers: { location: '/' } }),
      ],
    ],
    [
      'JSON that says nothing',
      ['{}', '[]', '"ok"', '{"id":7}', ''].map((foreign) => ({ status: 200, foreign, type: 'application/json' })),
    ],
    [
      'JSON of another API',
      [400, 403, 404].map((status) => ({
        status,
        foreign: `{"code":${status},"message":"blocked"}`,
        type: 'application/json',
      })),
    ],
    [
      'the refusal of a network',
      [{ status: 403, foreign: '{"code":40333,"message":"internal network error"}', type: 'application/json' }],
    ],
    [
      'a limit that never ends',
      [
        { status: 429, foreign: PAGE, headers: { 'retry-after': '999999999' } },
        { status: 429, foreign: PAGE, headers: { 'retry-after': 'tomorrow' } },
      ],
    ],
  ] as const)('is waited out, and what was to be said is said once: %s', async (_, answers) => {
    await using play = await playDiscord({ stillClock: true, model: echo });
    await play.answer(play.fake.uses(play.ana, play.general, 'remind', { when: 'in 10 minutes', text: 'stretch' }));
    await play.settled();
    const left = between(play, posting, answers as unknown as Exclude<Fault, string>[]);
    await play.passes(10 * 60_000 + 1_000);
    // In steps: Discord's clock goes ahead by one, and remembers a nonce for two minutes.
    const isOpen = async () => (await play.database.read(`select 1 from outbox where state <> 'sent'`)).rows.length > 0;
    for (let round = 0; round < 120 && (await isOpen()); round++) await play.passes(20_000);
    expect(left).toEqual([]);
    expect(play.said('⏰ stretch')).toHaveLength(1);
    expect(await deadLetters(play)).toBe(0);
  });

  test('to an edit leaves no half answer behind', async () => {
    const go = deferred();
    await using play = await playDiscord({ model: inTwo(go.promise), stillClock: true });
    play.asks('go on');
    await play.hears('first words');
    between(play, ({ method }) => method === 'PATCH', [page(200), page(404)]);
    go.resolve();
    await eventually(
      async () => (await play.database.read(`select 1 from outbox where state = 'unknown'`)).rows.length,
    );
    await play.passes(60_000);
    await play.passes(60_000);
    expect(play.said('first words').map(({ content }) => content)).toEqual(['first words and the last']);
    expect(await deadLetters(play)).toBe(0);
  });

  test('does not make a message unheard', async () => {
    await using play = await playDiscord({ model: echo, discord: { threads: true } });
    between(play, ({ route }) => route.endsWith('/threads'), [page(403), page(200)]);
    const { id } = play.asks('is anybody there?');
    const thread = await eventually(() => play.fake.channels.get(id));
    await play.hears('answer to is anybody there?', thread);
  });

  test('that never ends keeps nobody waiting', async () => {
    await using play = await playDiscord({ model: echo, discord: { threads: true } });
    between(play, ({ route }) => route.endsWith('/threads'), [
      { status: 404, foreign: '{"code":', type: 'application/json', stalls: true },
    ]);
    const { id } = play.asks('is anybody there?');
    const thread = await eventually(() => play.fake.channels.get(id));
    await play.hears('answer to is anybody there?', thread);
  });
});

describe('an answer that has begun to be shown', () => {
  test('is said in full to the asker directly when its channel is gone', async () => {
    for (const change of [{ gone: true }, { denied: PERMISSIONS.VIEW_CHANNEL }]) {
      const go = deferred();
      await using play = await playDiscord({ model: inTwo(go.promise) });
      play.asks('go on');
      await play.hears('first words');
      Object.assign(play.general, change);
      go.resolve();
      expect((await play.hears('first words', play.fake.dm(play.ana))).content).toBe('first words and the last');
      expect(await deadLetters(play)).toBe(0);
    }
  });

  test('and is deleted by a moderator comes again, in full and once', async () => {
    const go = deferred();
    await using play = await playDiscord({ model: inTwo(go.promise) });
    play.asks('go on');
    play.fake.deletes(await play.hears('first words'));
    go.resolve();
    await play.hears('first words and the last');
    await play.settled();
    expect(play.said('first words')).toHaveLength(1);
    expect(play.fake.rest.seen.join()).not.toContain('/messages/deleted');
    expect(await deadLetters(play)).toBe(0);
  });

  test('and is deleted before coda knew where it was comes again, too', async () => {
    const go = deferred();
    await using play = await playDiscord({ model: inTwo(go.promise) });
    let posts = 0;
    play.fake.rest.fault = (request) => (posting(request) && posts++ === 0 ? 'unanswered' : undefined);
    play.asks('go on');
    const shown = await play.hears('first words');
    await eventually(
      async () => (await play.database.read('select 1 from outbox where unknown_at is not null')).rows.length,
    );
    play.fake.deletes(shown);
    go.resolve();
    await play.hears('first words and the last');
    await play.settled();
    expect(play.said('first words')).toHaveLength(1);
    expect(await deadLetters(play)).toBe(0);
  });

  test('and was said in full when somebody deleted it is not said again', async () => {
    await using play = await playDiscord({ model: echo });
    let posts = 0;
    play.fake.rest.fault = (request) => (posting(request) && posts++ === 0 ? 'unanswered' : undefined);
    play.asks('say it');
    play.fake.deletes(await play.hears('answer to say it'));
    const sql = `select 1 from outbox where state = 'sent'`;
    expect(await eventually(async () => (await play.database.read(sql)).rows.length === 1)).toBe(true);
    expect(play.said('answer to say it')).toEqual([]);
  });
});
