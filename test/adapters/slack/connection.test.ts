import { describe, expect, test } from 'vitest';
import { FakeDiscord } from '../../support/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { echo, playSlack } from '../../support/slack/play.ts';

describe('a socket', () => {
  test.each(['close', 'reset', 'refresh'] as const)(
    'that ends (%s) is followed by another, and nothing is lost',
    async (how) => {
      await using play = await playSlack({
        model: echo,
        fake: { ackMs: 200, retries: [0, 100, 200, 400, 800, 1_600, 3_200] },
      });
      const { fake, ana } = play;
      const dm = fake.dm(ana);
      expect(fake.sockets.drop(how)).toBe(true);
      play.asks('still there?', { channel: dm });
      await play.hears('answer to still there?', dm);
      await eventually(() => fake.sockets.connects === 2 && fake.sockets.connected === 1);
      await play.settled();
      expect(play.said('answer to still there?')).toHaveLength(1);
    },
  );

  test('that brings what cannot be understood stays, and acknowledges what is none of its business', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    const strange = [
      'no JSON',
      'null',
      '[]',
      '{}',
      '{"type":"events_api"}',
      '{"type":"events_api","payload":{"event":null}}',
      JSON.stringify({ type: 'events_api', envelope_id: 'x', payload: { type: 'event_callback', event: { type: 7 } } }),
      JSON.stringify({
        type: 'interactive',
        envelope_id: 'y',
        payload: { type: 'block_actions', junk: 'x'.repeat(1_000_000) },
      }),
    ];
    for (const text of strange) fake.sockets.raw(text);
    const events = [
      fake.event({ type: 'message', channel: dm.id, channel_type: 'im', ts: 'yesterday', user: ana.id, text: 'x' }),
      fake.event({ type: 'message', channel: 7 }),
      fake.event({ type: 'reaction_added', user: ana.id }),
      fake.sockets.dispatch('interactive', { type: 'unknown_thing' }),
      fake.sockets.dispatch('slash_commands', { command: 7 }),
    ];
    expect(await eventually(() => events.every(({ acknowledged }) => acknowledged))).toBe(true);
    play.asks(`still there? ${'x'.repeat(1_000_000)}`, { channel: dm });
    await play.hears('answer to still there?', dm);
    expect(fake.sockets.connects).toBe(1);
  });

  test('and a second one, each with every event, lead to one answer', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    fake.sockets.everywhere = true;
    const event = { type: 'message', channel: dm.id, channel_type: 'im' };
    const message = play.asks('once', { channel: dm });
    for (let again = 0; again < 3; again++) {
      fake.event({ ...event, ts: message.ts, user: ana.id, text: 'once', team: fake.team });
    }
    await play.hears('answer to once', dm);
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
    await play.settled();
    expect(play.said('answer to once')).toHaveLength(1);
  });
});

describe('tokens', () => {
  test('that Slack refuses are told, and everything else goes on', async () => {
    await using play = await playSlack({ model: echo, asleep: true });
    play.fake.revoked.add(play.fake.botToken);
    await play.start();
    expect(play.app.listAway()).toEqual([
      expect.objectContaining({ platform: 'slack', says: expect.stringContaining('token_revoked') }),
    ]);
    const findings = await play.app.checks.run();
    expect(findings.find(({ name }) => name === 'slack')?.remedy).toContain('slack.bot_token');
    expect(findings.find(({ name }) => name === 'storage')?.ok).toBe(true);
  });

  test('that are revoked later are no reason to fall over', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, ana } = play;
    const others = fake.event({ type: 'tokens_revoked', tokens: { oauth: [ana.id], bot: [] } });
    await eventually(() => others.acknowledged);
    expect(play.app.listAway()).toEqual([]);
    fake.revoked.add(fake.botToken);
    const told = fake.event({ type: 'tokens_revoked', tokens: { bot: ['UBOT'] } });
    await eventually(() => told.acknowledged);
    expect(play.app.listAway()).toHaveLength(1);
    play.asks('hello?');
    await play.settled();
    expect(play.said('hello')).toEqual([]);
  });
});

test('a token that was revoked is tried again after five minutes, and what was said meanwhile is answered', async () => {
  const elsewhere = await FakeDiscord.start();
  const guest = elsewhere.user('Ana');
  await using play = await playSlack({
    model: echo,
    stillClock: true,
    config: {
      'discord.token': elsewhere.token,
      'discord.api_url': elsewhere.apiUrl,
    },
    members: () => [`discord:${guest.id}`],
  });
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  fake.revoked.add(fake.botToken);
  fake.event({ type: 'tokens_revoked', tokens: { bot: [fake.bot.id] } });
  expect(await eventually(() => play.app.listAway().length === 1)).toBe(true);
  const told = async () => (await play.app.checks.run()).find(({ name }) => name === 'slack');
  expect(await told()).toMatchObject({ ok: false, remedy: expect.stringContaining('install the app again') });
  play.asks('hello?', { channel: dm });
  const there = elsewhere.dm(guest);
  elsewhere.says(guest, there, 'and here?');
  expect(await eventually(() => elsewhere.said(there).some(({ content }) => /and here/.test(content)))).toBe(true);
  await play.moves(4 * 60_000);
  fake.revoked.clear();
  expect(play.app.listAway()).toHaveLength(1);
  await play.moves(61_000);
  expect(await eventually(() => play.app.listAway().length === 0)).toBe(true);
  await play.hears('answer to hello?', dm);
  expect(await told()).toMatchObject({ ok: true });
  await elsewhere.close();
});

test('scopes that are missing cost what they are for, and nothing else', async () => {
  await using play = await playSlack({ model: echo, members: () => ['slack-usergroup:S0001'] });
  const { fake, ana, general } = play;
  for (const scope of ['users:read', 'usergroups:read', 'groups:read', 'files:read']) fake.scopes.delete(scope);
  const file = fake.files.make('list.txt', 'text/plain', Buffer.from('milk'));
  fake.says(ana, general, `<@${fake.bot.id}> look`, { files: [file] });
  await play.hears('answer to look');
  await play.hears('did not let me have list.txt');
  fake.sockets.drop('reset', true);
  play.asks('still there?');
  await play.hears('answer to still there?');
});

describe('the doctor', () => {
  const examine = async (play: Awaited<ReturnType<typeof playSlack>>) =>
    (await play.app.checks.run()).find(({ name }) => name === 'slack');

  test('signs in with both tokens, and names a scope that is missing and Socket Mode that is off', async () => {
    await using play = await playSlack({ model: echo });
    expect(await examine(play)).toMatchObject({ ok: true, says: 'signed in as coda in Fake' });
    play.fake.scopes.delete('files:read');
    play.fake.socketRefusal = 'forbidden_team';
    const found = await examine(play);
    expect(found?.says).toContain('lacks the scope files:read; Slack refuses Socket Mode');
    expect(found?.remedy).toContain('slack-manifest.yaml');
  });
});

describe('what was said while coda was off', () => {
  test('is answered at its next start: direct messages, mentions and threads, each once', async () => {
    await using play = await playSlack({ model: echo, config: { 'delivery.steer': false } });
    const { fake, ana, bob, general } = play;
    const dm = fake.dm(ana);
    play.asks('begin', { channel: dm });
    await play.hears('answer to begin', dm);
    const question = play.asks('a thread');
    await play.hears('answer to a thread');
    await play.settled();
    await play.stop();
    fake.sockets.drop('reset', true);
    play.asks('missed directly', { channel: dm });
    play.asks('missed mention', { user: bob });
    fake.says(ana, general, 'missed in the thread', { thread: question.ts });
    fake.says(ana, general, 'none of its business');
    const other = fake.dm(bob);
    play.asks('missed first words', { channel: other, user: bob });
    await play.start();
    for (const text of ['missed directly', 'missed mention', 'missed in the thread', 'missed first words']) {
      await eventually(() => play.said(`answer to ${text}`).length > 0);
    }
    await play.settled();
    for (const text of ['missed directly', 'missed mention', 'missed in the thread', 'missed first words', 'begin']) {
      expect(play.said(`answer to ${text}`)).toHaveLength(1);
    }
    expect(play.said('none of its business')).toEqual([]);
  });
});
