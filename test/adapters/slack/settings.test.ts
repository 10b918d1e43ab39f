import { describe, expect, test } from 'vitest';
import { config as block } from '../../../src/adapters/slack/config.ts';
import type { Model } from '../../../src/agent/index.ts';
import { deferred, unlessAborted } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import type { User } from '../../support/slack/index.ts';
import { echo, playSlack } from '../../support/slack/play.ts';

test('without direct messages and with bots, in channels, groups of people and shared channels', async () => {
  const others: User[] = [];
  await using play = await playSlack({
    model: echo,
    slack: { dm: false, bots: true },
    members: ({ fake }) => {
      others.push({ ...fake.user('Robot'), is_bot: true }, fake.user('Guest', { team_id: 'T0007' }));
      return [`slack:${others[0]?.id}`, 'slack-workspace:T0007'];
    },
  });
  const { fake, ana, bob, eve, general } = play;
  const [robot, guest] = others as [User, User];
  const dm = fake.dm(ana);
  play.asks('directly', { channel: dm });
  const used = fake.uses(ana, dm, '/coda', 'help');
  await eventually(() => used.acknowledged);
  expect(used.response).toMatchObject({ text: expect.stringContaining('direct messages') });
  general.members.add(robot.id);
  play.asks('beep', { user: robot });
  await play.hears('answer to beep');
  const group = fake.channel('ana-bob', [ana, bob], 'mpim');
  fake.says(bob, group, 'among ourselves');
  const question = play.asks('all of us?', { channel: group });
  expect((await play.hears('answer to all of us?', group)).thread_ts).toBe(question.ts);

  // Shared with another workspace, for who was let in.
  const shared = fake.channel('shared', [guest, eve]);
  shared.is_ext_shared = true;
  expect(guest.is_stranger).toBe(true);
  play.asks('may I?', { user: guest, channel: shared });
  await play.hears('answer to may I?', shared);
  play.asks('and I?', { user: eve, channel: shared });
  await play.hears(`slack:${eve.id}`, shared);
  await play.settled();
  for (const text of ['directly', 'among ourselves', 'answer to and I?']) expect(play.said(text)).toEqual([]);
});

describe('tokens', () => {
  test.each([
    [
      { bot_token: 'xapp-1', app_token: 'xoxb-1' },
      [/^is an app-level token .* begins with xoxb-$/, /^is a bot token .* xapp-$/],
    ],
    [{ bot_token: 'xoxp-1', app_token: 'xapp-1' }, [/^is a user token: expected a bot token/]],
  ])('of the wrong kind are named: %j', (tokens, says) => {
    const { error } = block.schema.safeParse(tokens);
    expect(error?.issues.map(({ message }) => message)).toEqual(says.map((each) => expect.stringMatching(each)));
  });
});

describe('an answer', () => {
  test('whose address has expired comes in the channel, or directly where coda is not', async () => {
    await using play = await playSlack();
    const { fake, ana, general } = play;
    fake.web.fault = ({ method }) => (method === 'response_url' ? { status: 404, body: 'expired_url' } : undefined);
    fake.uses(ana, general, '/link');
    expect((await play.hears('It works once', general)).only).toBe(ana.id);
    const elsewhere = fake.channel('elsewhere', [ana], 'group');
    elsewhere.members.delete(fake.bot.id);
    fake.uses(ana, elsewhere, '/notes');
    await play.hears('no notes', fake.dm(ana));
  });

  test.each(['msg_too_long', 'invalid_blocks'])(
    'that Slack will never take (%s) is a dead letter at once, and its person is told so',
    async (error) => {
      await using play = await playSlack({ model: echo });
      const { fake, ana } = play;
      let refused = 0;
      fake.web.fault = ({ method, args }) => {
        if (method !== 'chat.postMessage' || !String(args.text).startsWith('answer to never')) return undefined;
        refused++;
        return { status: 200, type: 'application/json', body: JSON.stringify({ ok: false, error }) };
      };
      play.asks('never', { channel: fake.dm(ana) });
      const dead = async () => (await play.database.read(`select from outbox where state = 'dead'`)).rows.length;
      expect(await eventually(async () => (await dead()) > 0)).toBe(true);
      await play.settled();
      expect(refused).toBe(1);
      await play.hears('1 message for you could not be delivered', fake.dm(ana));
      play.asks('still there?', { channel: fake.dm(ana) });
      await play.hears('answer to still there?', fake.dm(ana));
    },
  );

  test('that grows is one message, edited at Slack’s pace, and finished by the next process', async () => {
    const ended = deferred();
    let turns = 0;
    const streaming: Model = {
      name: 'test/stream',
      async *generate(_, signal) {
        const isFirst = ++turns === 1;
        for (let index = 0; index < 10; index++) {
          yield { type: 'text', text: `word${index} ` };
          if (index === 0) await eventually(() => play.fake.said(dm).length > 0);
          if (index === 8) await eventually(() => updates() > 0);
        }
        if (isFirst) await unlessAborted(signal, ended.promise);
        yield { type: 'text', text: 'the end' };
        yield { type: 'stop', reason: 'end' };
      },
    };
    const updates = () => play.fake.web.calls.filter(({ method }) => method === 'chat.update').length;
    await using play = await playSlack({ model: streaming });
    const dm = play.fake.dm(play.ana);
    play.asks('go on', { channel: dm });
    await play.hears('word8', dm);
    expect(updates()).toBeLessThanOrEqual(3);
    await play.stop();
    await play.start();
    await play.hears('the end', dm);
    await play.settled();
    expect(play.fake.said(dm)).toHaveLength(1);
  });
});

test('members are heard in a channel that access.channels names, which is answered in threads, and not in others', async () => {
  const config: Record<string, unknown> = {};
  await using play = await playSlack({ model: echo, asleep: true, config });
  const { fake, ana, bob, general } = play;
  config['access.channels'] = [`slack:${general.id}`];
  await play.start();
  play.asks('elsewhere', { user: bob, channel: fake.channel('other', [ana, bob]) });
  play.asks('in the hall', { user: bob });
  await play.hears('answer to in the hall');
  await play.settled();
  expect(play.said('answer to elsewhere')).toEqual([]);
});
