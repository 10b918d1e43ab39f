import { describe, expect, test } from 'vitest';
import { mentionedIn, names as namesIn, teamOf, wordsOf as wordsIn } from '../../../src/adapters/slack/parse.ts';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { type User, wordsOf } from '../../support/slack/index.ts';
import { echo, playSlack } from '../../support/slack/play.ts';

describe('a message', () => {
  test('without a mention, of a bot, or of nobody who was let in is none of its business', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, general, ana, eve } = play;
    fake.says(ana, general, 'nobody is asked');
    const robot = { ...fake.user('Robot'), is_bot: true };
    general.members.add(robot.id);
    fake.says(robot, general, `<@${fake.bot.id}> beep`);
    play.asks('let me in', { user: eve });
    expect(wordsOf(await play.hears(`slack:${eve.id}`))).toContain('slack:');
    play.asks('and me?');
    await play.hears('answer to and me?');
    await play.settled();
    expect(play.said('nobody is asked')).toEqual([]);
    expect(play.said('beep')).toEqual([]);
    expect(play.said('let me in')).toEqual([]);
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
  });

  test('in a thread that began with coda needs no mention, unless somebody else is called there', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, general, ana, bob } = play;
    const question = play.asks('first?');
    await play.hears('answer to first?');
    fake.says(ana, general, `<@${bob.id}> what do you think?`, { thread: question.ts });
    fake.says(ana, general, 'and second?', { thread: question.ts });
    const answer = await play.hears('answer to and second?');
    expect(answer.thread_ts).toBe(question.ts);
    const other = fake.says(bob, general, 'among ourselves');
    fake.says(ana, general, 'yes, among us', { thread: other.ts });
    play.asks('last?');
    await play.hears('answer to last?');
    await play.settled();
    expect(play.said('what do you think')).toEqual([]);
    expect(play.said('among us')).toEqual([]);
  });

  test('comes in plain words: names for ids, addresses without brackets, no entities', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, bob, ana } = play;
    const dm = fake.dm(ana);
    play.asks(`is <@${bob.id}> at <https://a.example/x?y=1&amp;z=2|the page> &lt;now&gt;?`, { channel: dm });
    const answer = await play.hears('answer to is', dm);
    expect(answer.text).toContain('@bob');
    expect(answer.text).toContain('&lt;now&gt;');
    expect(answer.text).toContain('the page');
  });

  test('that waits counts in its newest words, and is dropped when it is deleted; a preview is no edit', async () => {
    const gate: { open(): void } = { open: () => {} };
    const held = new Promise<void>((resolve) => (gate.open = resolve));
    await using play = await playSlack({
      model: {
        name: 'test/held',
        async *generate(request, signal) {
          if (request.messages.at(-1)?.text.includes('long')) await held;
          yield* echo.generate(request, signal);
        },
      },
      config: { 'delivery.steer': false },
    });
    const { fake, ana, bob } = play;
    const dm = fake.dm(ana);
    play.asks('a long one', { channel: dm });
    const changed = play.asks('buy mlik', { channel: dm });
    const dropped = play.asks('never mind', { channel: dm });
    const above = play.asks('never mind either', { channel: dm });
    fake.says(bob, dm, '<@U0OTHER> a reply', { thread: above.ts });
    await eventually(() => fake.sockets.pending === 0);
    fake.unfurls(changed);
    fake.edits(changed, 'buy milk');
    fake.deletes(dropped);
    // What has replies leaves a tombstone.
    fake.deletes(above);
    await eventually(() => fake.sockets.pending === 0);
    gate.open();
    await play.hears('answer to buy milk', dm);
    await play.settled();
    expect(play.said('mlik')).toEqual([]);
    // A reply that came before the deletion may quote what its thread began with.
    expect(play.said('answer to never mind')).toEqual([]);
  });

  test('is heard when a mention is put into it later', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, general, ana } = play;
    const message = fake.says(ana, general, 'what now?');
    fake.edits(message, `<@${fake.bot.id}> what now?`);
    expect((await play.hears('answer to what now?')).thread_ts).toBe(message.ts);
  });
});

test('a message is read in a time that grows with its length alone, whatever stands in it', () => {
  const hearing = { botUser: 'UBOT' } as never;
  const said = (text: string) => ({ ts: '', channel: '', text });
  for (const text of [`a${' '.repeat(1_000_000)}b`, '<@U1|'.repeat(200_000), `${'\n'.repeat(1_000_000)}<@UBOT`]) {
    expect(typeof wordsIn(said(text), hearing, () => undefined)).toBe('string');
    expect(mentionedIn(said(text), hearing)).toEqual([]);
    expect(namesIn(said(text), hearing)).toBe(false);
  }
  expect(wordsIn(said(' <@UBOT|coda>, hi <@UBOT> there <@UBOT> '), hearing, () => undefined)).toBe('hi @UBOT there');
});

test('coda answers mentions in a private channel from the moment it is invited', async () => {
  await using play = await playSlack({ model: echo });
  const { fake, ana } = play;
  const secret = fake.channel('secret', [ana], 'group');
  secret.members.delete(fake.bot.id);
  fake.uses(ana, secret, '/notes');
  await play.hears('no notes', secret);
  secret.members.add(fake.bot.id);
  play.asks('are you here now?', { channel: secret });
  await play.hears('answer to are you here now?', secret);
});

describe('files', () => {
  test('come along, and what is too large or not given is named', async () => {
    await using play = await playSlack({ model: echo, slack: { max_file_mb: 1 } });
    const { fake, ana, general } = play;
    const small = fake.files.make('list.txt', 'text/plain', Buffer.from('milk, eggs'));
    const clip = fake.files.make('audio_message.m4a', 'audio/mp4', Buffer.from('hello in a voice'));
    const large = fake.files.make('film.mp4', 'video/mp4', Buffer.alloc(1_100_000));
    const lost = fake.files.make('lost.txt', 'text/plain', Buffer.from('gone'));
    lost.gone = true;
    // In a channel an `app_mention` without them comes before.
    const called = `<@${fake.bot.id}> look`;
    fake.says(ana, general, called, { files: [small, clip, large, lost] });
    await play.hears('answer to look');
    expect(wordsOf(await play.hears('film.mp4: the most I take'))).toContain('lost.txt');
    const { rows } = await play.database.read<{ files: { name: string; size: number }[] }>(
      `select payload->'files' as files from inbox where payload->'files' <> '[]'`,
    );
    expect(rows[0]?.files.map(({ name }) => name)).toEqual(['list.txt', 'audio_message.m4a']);
    expect(fake.files.fetched).not.toContain('film.mp4');
  });

  test('hidden by Slack’s limit, or kept elsewhere, are named so, also where they come alone', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    const hidden = fake.files.make('old.txt', 'text/plain', Buffer.from('old'));
    hidden.mode = 'hidden_by_limit';
    fake.says(ana, dm, '', { files: [hidden] });
    await play.hears('Slack hides it, because your workspace has reached its limit', dm);
    await play.hears('answer to', dm);
    const kept = fake.files.make('plan.gdoc', 'text/html', Buffer.from('sign in'));
    Object.assign(kept, { mode: 'external', external_type: 'gdrive' });
    fake.says(ana, dm, '', { files: [kept] });
    await play.hears('I have not got plan.gdoc: it is kept in Google Drive and not in Slack', dm);
    expect(fake.files.fetched).toEqual([]);
  });

  test('are fetched after their message is stored and acknowledged, and again by the next process', async () => {
    await using play = await playSlack({ model: echo });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    const held = deferred();
    fake.files.hold = held.promise;
    const file = fake.files.make('list.txt', 'text/plain', Buffer.from('milk'));
    fake.says(ana, dm, 'look', { files: [file] });
    const told = fake.sockets.delivered.at(-1);
    expect(await eventually(() => told?.acknowledged)).toBe(true);
    expect(told?.attempts).toBe(1);
    const { rows } = await play.database.read<{ payload: object }>('select payload from inbox');
    expect(rows).toMatchObject([{ payload: { files: [], pending: { v: 1, files: [{ name: 'list.txt', size: 4 }] } } }]);
    expect(JSON.stringify(rows)).not.toContain(fake.botToken);
    await play.stop();
    held.resolve();
    await play.start();
    await play.hears('answer to look', dm);
    await play.settled();
    expect(play.said('answer to look')).toHaveLength(1);
    expect(fake.files.fetched).toEqual(['list.txt', 'list.txt']);
  });

  test('of people of another workspace come by their ids, and are asked for', async () => {
    await using play = await playSlack({
      model: echo,
      members: ({ fake }) => [`slack:${fake.user('Carl', { team_id: 'T0002' }).id}`],
    });
    const { fake } = play;
    const carl = [...fake.users.values()].find(({ name }) => name === 'carl') as User;
    const shared = fake.channel('shared', [play.ana, carl]);
    shared.is_ext_shared = true;
    const called = `<@${fake.bot.id}> look`;
    const files = ['plan.txt', 'old.txt'].map((name) => fake.files.make(name, 'text/plain', Buffer.from('a plan')));
    Object.assign(files[1]!, { deleted: true });
    // What Slack cannot tell at this moment is asked again.
    let failures = 2;
    fake.web.fault = ({ method }) => (method === 'files.info' && failures-- > 0 ? 'unanswered' : undefined);
    fake.says(carl, shared, called, { files });
    await play.hears('answer to look', shared);
    await play.hears('did not let me have', shared);
    const { rows } = await play.database.read<{ files: unknown }>(`select payload->'files' as files from inbox`);
    expect(rows[0]?.files).toMatchObject([{ name: 'plan.txt', type: 'text/plain', size: 6 }]);
    expect(fake.files.fetched).toEqual(['plan.txt']);
  });

  test('that stand elsewhere are asked for without the token', async () => {
    const { withToken } = await import('../../../src/adapters/slack/files.ts');
    const config = { bot_token: 'xoxb-1', api_url: undefined } as never;
    const of = (url: string) => withToken({ name: 'a', size: 1, url }, config).headers;
    expect(of('https://files.slack.com/files-pri/T1-F1/a')).toEqual({ authorization: 'Bearer xoxb-1' });
    for (const url of ['https://evil.example/a', 'https://slack.com.evil.example/a', 'http://files.slack.com/a', 'x']) {
      expect(of(url)).toBeUndefined();
    }
  });
});

describe('who may talk', () => {
  test('workspaces, user groups and channels let people in', async () => {
    await using play = await playSlack({
      model: echo,
      members: ({ fake }) => {
        const [carl, dora] = [fake.user('Carl'), fake.user('Dora')];
        const room = fake.channel('room', [dora]);
        fake.usergroups.set('S1', new Set([carl.id]));
        const finn = fake.user('Finn', { team_id: 'T0002' });
        names.push(carl.id, dora.id, finn.id);
        return ['slack-usergroup:S1', `slack-channel:${room.id}`, 'slack-workspace:T0002'];
      },
    });
    for (const id of names) {
      const user = play.fake.users.get(id)!;
      play.asks(`hello from ${user.name}`, { user, channel: play.fake.dm(user) });
      await play.hears(`answer to hello from ${user.name}`, play.fake.dm(user));
    }
    play.asks('hello from eve', { user: play.eve, channel: play.fake.dm(play.eve) });
    await play.hears(`slack:${play.eve.id}`, play.fake.dm(play.eve));
  });
  const names: string[] = [];

  test('a workspace lets in its own people only, whatever an event leaves out', async () => {
    await using play = await playSlack({ model: echo, members: () => ['slack-workspace:T0001'] });
    const { fake, general, eve } = play;
    general.is_ext_shared = true;
    const mallory = fake.user('Mallory', { team_id: 'T0666' });
    general.members.add(mallory.id);
    play.asks('let me in', { user: mallory });
    await play.hears(`slack:${mallory.id}`);
    play.asks('and me?', { user: eve });
    await play.hears('answer to and me?');
    expect(play.said('answer to let me in')).toEqual([]);
    expect(teamOf({ ts: '', channel: '', team: 'T0001', user_team: 'T0666' })).toBe('T0666');
    expect(teamOf({ ts: '', channel: '' })).toBeUndefined();
  });

  test('people of other workspaces are left alone where some are named', async () => {
    await using play = await playSlack({ model: echo, slack: { workspaces: ['T0001'] } });
    const { fake, general } = play;
    const stranger = fake.user('Stranger', { team_id: 'T0009' });
    general.members.add(stranger.id);
    play.asks('let me in', { user: stranger });
    const used = fake.uses(stranger, general, '/coda', 'help');
    await eventually(() => used.acknowledged);
    expect(used.response).toMatchObject({ response_type: 'ephemeral', text: 'I am not at work for your workspace.' });
    const picked = fake.picks(stranger, fake.says(stranger, general, 'the budget'), 'note_message');
    await eventually(() => picked.acknowledged);
    play.asks('and me?');
    await play.hears('answer to and me?');
    await play.settled();
    const said = fake.said(general).map(({ text }) => text);
    expect(said).toEqual(['I am not at work for your workspace.', expect.stringContaining('answer to and me?')]);
    expect(fake.said(fake.dm(stranger))).toEqual([]);
  });
});

test('a place of its own says whether a mention is needed, and whether it is answered in a thread', async () => {
  await using play = await playSlack({ model: echo, asleep: true });
  const { fake, general, ana } = play;
  const open = fake.channel('open', [ana]);
  Object.assign((play as unknown as { options: { slack: object } }).options, {
    slack: { mention_required: { [open.id]: false }, threads: { [open.id]: false } },
  });
  await play.start();
  fake.says(ana, open, 'no mention here');
  expect((await play.hears('answer to no mention here', open)).thread_ts).toBeUndefined();
  fake.says(ana, general, 'no mention there');
  play.asks('mentioned');
  await play.hears('answer to mentioned');
  await play.settled();
  expect(play.said('no mention there')).toEqual([]);
});
