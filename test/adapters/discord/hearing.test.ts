import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, type Model, outsideTool } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { asWave } from '../../../src/media/sounds.ts';
import type { Saying, User } from '../../support/discord/index.ts';
import { type DiscordPlay, echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

/** Something that is answered, said after what must not be: what came before it has been heard by then. */
async function passedBy(play: DiscordPlay, channel = play.general): Promise<void> {
  const words = `marker ${Math.random()}`;
  play.asks(words, { channel });
  await play.hears(words, channel);
}

describe('what is for coda', () => {
  let play: DiscordPlay;
  beforeAll(async () => {
    play = await playDiscord({ model: echo });
  });
  afterAll(() => play[Symbol.asyncDispose]());

  test('a message without a mention is none of its business', async () => {
    play.fake.says(play.ana, play.general, 'just talking');
    await passedBy(play);
    expect(play.said('just talking')).toEqual([]);
  });

  test('its role is its name as well, and no other role is', async () => {
    const [, own] = play.guild.roles;
    play.fake.says(play.ana, play.general, '<@&4242> of the others');
    play.fake.says(play.ana, play.general, `<@&${own?.id}> by my role`);
    await play.hears('answer to by my role');
    expect(play.said('of the others')).toEqual([]);
  });

  test('a reply to coda needs no mention', async () => {
    play.asks('first');
    const answer = await play.hears('answer to first');
    play.fake.says(play.ana, play.general, 'and then?', { replyTo: answer });
    await play.hears('answer to and then?');
  });

  test('"this" is the message that one replies to: coda’s card, or one’s own words', async () => {
    await using play = await playDiscord({ stillClock: true });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    play.asks('remind me to call mum in 2 hours', { channel: dm });
    const made = await play.hears('call mum', dm);
    play.asks('remind me to call bob in 3 hours', { channel: dm });
    await play.hears('call bob', dm);
    await play.settled();
    const own = fake.says(ana, dm, 'the boiler man comes on Friday');
    await play.settled();
    fake.says(ana, dm, 'delete this', { replyTo: made });
    await play.hears('Deleted the reminder “call mum”', dm);
    fake.says(ana, dm, 'remind me of this tomorrow at 9', { replyTo: own });
    await play.hears("I'll remind you about the boiler man comes on Friday", dm);
  });

  test('a thread is a conversation of its own', async () => {
    const thread = play.fake.thread(play.general, 'plans');
    play.asks('in the thread', { channel: thread });
    await play.hears('answer to in the thread', thread);
    const { rows } = await play.database.read('select kind, channel from conversations where channel = $1', [
      thread.id,
    ]);
    expect(rows).toEqual([{ kind: 'thread', channel: thread.id }]);
  });

  test('bots, webhooks and coda itself are not answered', async () => {
    const bot = { ...play.fake.user('Robot'), bot: true };
    const called = `<@${play.fake.bot.id}> from`;
    play.fake.says(bot, play.general, `${called} a bot`);
    play.fake.says(play.ana, play.general, `${called} a webhook`, { webhook: true });
    play.fake.says(play.fake.bot, play.general, `${called} myself`);
    await passedBy(play);
    expect(play.said('answer to from')).toEqual([]);
  });

  test('who has not been let in hears it once, with the id that an owner needs', async () => {
    const dm = play.fake.dm(play.eve);
    play.asks('let me in', { user: play.eve, channel: dm });
    expect((await play.hears('let in', dm)).content).toContain(`discord:${play.eve.id}`);
    play.asks('please', { user: play.eve, channel: dm });
    await passedBy(play);
    expect(play.fake.said(dm)).toHaveLength(1);
  });

  test('a name that turns the direction of a line is shown without that', async () => {
    const mallory = play.fake.user('Mal\u202elory\u2066');
    const dm = play.fake.dm(mallory);
    play.asks('hi', { user: mallory, channel: dm });
    expect((await play.hears('let in', dm)).content).toContain('Hello Mallory.');
  });

  test('four thousand combining characters are answered as anything else is', async () => {
    const dm = play.fake.dm(play.ana);
    play.asks(`e${'\u0301'.repeat(3_999)}`, { channel: dm });
    const marks = () => play.fake.said(dm).map(({ content }) => content.normalize('NFD').match(/\u0301/g)?.length ?? 0);
    expect(await eventually(() => marks().reduce((sum, count) => sum + count, 0) === 3_999)).toBe(true);
  });

  test('an @everyone in an answer reaches nobody but the asker', async () => {
    play.asks(`tell @everyone and <@&42> and <@${play.bob.id}>`);
    const answer = await play.hears('@everyone');
    expect(answer.pinged).toEqual([play.ana.id]);
  });
});

describe('files', () => {
  let play: DiscordPlay;
  beforeAll(async () => {
    play = await playDiscord({ model: echo, discord: { max_file_mb: 1 } });
  });
  afterAll(() => play[Symbol.asyncDispose]());
  const of = (name: string, type: string, size: number) => ({ name, type, bytes: new Uint8Array(size).fill(65) });

  /** What coda keeps of the files that come with a message. */
  async function kept(user: User, ...list: NonNullable<Saying['files']>) {
    const { id } = play.fake.says(user, play.fake.dm(user), 'look', { files: list });
    return eventually(async () => {
      const sql = `select payload->'files' as files from inbox where message_id = $1 and not payload ? 'pending'`;
      const { rows } = await play.database.read<{ files: { name: string; type: string; size: number }[] }>(sql, [id]);
      return rows[0]?.files.map(({ name, type, size }) => `${name} ${type} ${size}`);
    });
  }

  test('are announced by typing while they are fetched, each once', async () => {
    const dm = play.fake.dm(play.bob);
    const keeping = kept(play.bob, { ...of('notes.txt', 'text/plain', 10), stalls: true });
    expect(await eventually(() => play.fake.typed.includes(dm.id))).toBe(true);
    (await eventually(() => play.fake.stalled.shift()))?.();
    expect(await keeping).toEqual(['notes.txt text/plain 10']);
    await play.hears('answer to look', dm);
    await play.settled();
    await play.stop();
    await play.start();
    await passedBy(play, dm);
    expect(play.fake.fetched.filter((name) => name === 'notes.txt')).toHaveLength(1);
  });

  test('come with the message, voice messages among them', async () => {
    const files = [of('a.txt', 'text/plain', 10), of('voice-message.ogg', 'audio/ogg', 20)];
    expect(await kept(play.ana, ...files)).toEqual(['a.txt text/plain 10', 'voice-message.ogg audio/ogg 20']);
  });

  test('of 50 MB are not taken, and that is said', async () => {
    const files = [of('big.bin', 'application/octet-stream', 5 * 1024 * 1024), of('b.txt', 'text/plain', 3)];
    expect(await kept(play.ana, ...files)).toEqual(['b.txt text/plain 3']);
    expect((await play.hears('I did not take big.bin', play.fake.dm(play.ana))).content).toContain('1 MB');
  });

  test('that Discord does not give are asked for again', async () => {
    expect(await kept(play.ana, { ...of('gone.txt', 'text/plain', 3), gone: true })).toEqual([]);
    await play.hears('did not let me have gone.txt', play.fake.dm(play.ana));
  });

  test('that are missing for several reasons are all told of', async () => {
    const dm = play.fake.dm(play.ana);
    await kept(play.ana, of('huge.bin', 'application/octet-stream', 5 * 1024 * 1024), {
      ...of('lost.txt', 'text/plain', 3),
      gone: true,
    });
    expect((await play.hears('did not take huge.bin', dm)).content).toContain('did not let me have lost.txt');
  });

  test('that would be huge when unpacked stay packed', async () => {
    // A zip bomb: kept as it is, byte for byte.
    expect(await kept(play.ana, of('bomb.zip', 'application/zip', 42_000))).toEqual(['bomb.zip application/zip 42000']);
  });

  test('of strangers are not even fetched', async () => {
    expect(await kept(play.eve, of('x.txt', 'text/plain', 3))).toEqual([]);
  });
});

test('a model is shown words and pictures as they are, and told of other files', async () => {
  await using server = await ModelServer.start();
  server.play({ text: 'Seen.', times: 2 });
  await using play = await playDiscord({ config: modelConfig(server) });
  const dm = play.fake.dm(play.ana);
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const files = [
    { name: 'plan.txt', type: 'text/plain; charset=utf-8', bytes: Buffer.from('We meet at the old mill.') },
    { name: 'dot.png', type: 'image/png', bytes: Buffer.from(pixel, 'base64') },
    { name: 'sounds.bin', type: 'application/octet-stream', bytes: Buffer.from([0, 1, 2, 3]) },
  ];
  play.fake.says(play.ana, dm, 'what is in these?', { files });
  const asked = JSON.stringify((await server.arrived(1)).body.messages.at(-1));
  for (const shown of ['what is in these?', 'We meet at the old mill.', pixel, 'I cannot read sounds.bin']) {
    expect(asked).toContain(shown);
  }
  const sound = [
    { name: 'song.ogg', type: 'audio/ogg', bytes: Buffer.concat([Buffer.from('OggS'), Buffer.alloc(2_000)]) },
  ];
  play.fake.says(play.ana, dm, '', { files: sound });
  expect(JSON.stringify((await server.arrived(2)).body.messages.at(-1))).toContain('I cannot read song.ogg');
  await eventually(() => play.said('Seen.').length === 2);
});

test('a voice message is its speaker’s words, and one that is forwarded is a file', async () => {
  const command = ['sh', '-c', 'echo remind me to call Ben tomorrow at nine', '{file}'];
  const config = { 'speech.transcribe.kind': 'command', 'speech.transcribe.command': command };
  await using play = await playDiscord({ config });
  const dm = play.fake.dm(play.ana);
  const bytes = asWave(Buffer.alloc(32_000, 0x20));
  const voice = [{ name: 'voice-message.ogg', type: 'audio/ogg', bytes }];
  const spoken = play.fake.says(play.ana, dm, '', { files: voice, flags: 8_192 });
  await eventually(() => play.said('Heard: “remind me to call Ben tomorrow at nine”').length === 1);
  await eventually(() => play.said('call Ben').length === 2);
  play.fake.forwards(play.ana, dm, spoken);
  await eventually(() => play.said('[the recording]').length === 1);
  expect(play.said('Heard:')).toHaveLength(1);
});

test('a spoken answer is a voice message, and a file where coda may send none', async () => {
  const opus = fileURLToPath(new URL('../../media/files/spoken.opus', import.meta.url));
  const command = ['sh', '-c', `cat > /dev/null; cat '${opus}'`];
  const config = { 'speech.speak.kind': 'command', 'speech.speak.command': command };
  await using play = await playDiscord({ config, model: echo });
  const dm = play.fake.dm(play.ana);
  play.fake.says(play.ana, dm, '/voice on');
  await eventually(() => play.said('spoken, too').length === 1);
  const voices = () => play.fake.said(dm).filter(({ attachments }) => attachments.length > 0);
  play.fake.says(play.ana, dm, 'hello');
  await eventually(() => voices().length === 1);
  expect(voices()[0]).toMatchObject({ content: '', flags: 8_192 });
  play.fake.rest.fault = ({ body }) =>
    (body as { flags?: number }).flags === 8_192
      ? { status: 403, foreign: '{"code":50013,"message":"Missing Permissions"}', type: 'application/json' }
      : undefined;
  play.fake.says(play.ana, dm, 'hello again');
  await eventually(() => voices().length === 2);
  expect(voices()[1]).toMatchObject({ content: 'The answer, spoken.' });
});

describe('a message that waits', () => {
  test('is answered in its newest words, and not at all when it was deleted', async () => {
    const go = deferred();
    const slow: Model = {
      name: 'test/slow',
      async *generate(request, signal) {
        const said = request.messages.findLast((message) => message.role === 'user');
        if (said?.text === 'slow') await go.promise;
        yield* echo.generate(request, signal);
      },
    };
    await using play = await playDiscord({ model: slow, config: { 'delivery.steer': false } });
    const { fake } = play;
    play.asks('slow');
    const changed = play.asks('old words');
    const dropped = play.asks('never mind');
    const purged = ['one', 'two'].map((words) => play.asks(`purged ${words}`));
    await eventually(async () => (await play.database.read('select id from inbox')).rows.length === 5);
    fake.edits(changed, `<@${fake.bot.id}> new words`);
    fake.deletes(dropped);
    fake.purges(play.general, purged);
    await eventually(async () => {
      const { rows } = await play.database.read(
        `select id from inbox where payload ? 'withdrawn' or payload->>'text' = 'new words'`,
      );
      return rows.length === 4;
    });
    go.resolve();
    await play.hears('answer to new words');
    await passedBy(play);
    expect(play.said('old words')).toEqual([]);
    expect(play.said('never mind')).toEqual([]);
    expect(play.said('purged')).toEqual([]);
  });

  test('is heard when a mention is put into it later', async () => {
    await using play = await playDiscord({ model: echo });
    const message = play.fake.says(play.ana, play.general, 'forgot to call you');
    play.fake.edits(message, `<@${play.fake.bot.id}> forgot to call you`);
    message.mentions = [play.fake.bot];
    play.fake.edits(message, `<@${play.fake.bot.id}> forgot to call you`);
    await play.hears('answer to forgot to call you');
  });
});

describe('a message that is being answered', () => {
  /** A model that calls a tool which takes its time, and then says what it was told last. */
  function slowTool() {
    const [begun, go] = [deferred(), deferred()];
    const tool = outsideTool({
      name: 'page_read',
      description: 'Reads a page.',
      effect: 'fetch',
      input: z.object({}),
      async run() {
        begun.resolve();
        await go.promise;
        return done('read');
      },
    });
    const model = new ScriptedModel([{ call: 'page_read' }], (request) => [`heard: ${lastSaid(request)}`]);
    return { begun: begun.promise, go, model, tools: [tool] };
  }

  test('and is changed meanwhile is answered in its new words, once', async () => {
    const { begun, go, ...options } = slowTool();
    await using play = await playDiscord(options);
    const { fake } = play;
    const question = play.asks('what is the weather in Bern?');
    await begun;
    fake.edits(question, `<@${fake.bot.id}> what is the weather in Basel?`);
    const sql = `select 1 from inbox where payload ->> 'edited' like '%Basel%'`;
    await eventually(async () => (await play.database.read(sql)).rows.length === 1);
    go.resolve();
    expect((await play.hears('heard:')).content).toMatch(/I have changed my message[\s\S]*Basel/);
    await play.settled();
    // What the platform says of it afterwards (a preview that was found, a pin) is no new question.
    fake.edits(question, `<@${fake.bot.id}> what is the weather in Basel, please?`);
    await passedBy(play);
    expect(play.said('Basel')).toHaveLength(1);
    const said = await play.database.read<{ text: string }>(
      `select content ->> 'text' as text from messages where role = 'user' order by seq limit 2`,
    );
    expect(said.rows.map(({ text }) => text)).toEqual([
      'what is the weather in Bern?',
      expect.stringContaining('what is the weather in Basel?'),
    ]);
  });

  test('and is only decorated meanwhile, or deleted, is answered as it was', async () => {
    const { begun, go, ...options } = slowTool();
    await using play = await playDiscord(options);
    const question = play.asks('what is the weather in Bern?');
    await begun;
    play.fake.edits(question, question.content);
    play.fake.deletes(question);
    const unheard = play.asks('and you?', { user: play.bob });
    await eventually(
      async () => (await play.database.read('select 1 from inbox where message_id = $1', [unheard.id])).rows.length,
    );
    go.resolve();
    await play.hears('heard: what is the weather in Bern?');
  });
});

describe('by configuration', () => {
  test('channels may do without a mention, and each question may get a thread', async () => {
    await using play = await playDiscord({
      model: echo,
      asleep: true,
    });
    const free = play.fake.channel(play.guild, 'free');
    Object.assign(play, {
      options: { model: echo, discord: { mention_required: { [free.id]: false }, threads: { [free.id]: true } } },
    });
    await play.start();
    const question = play.fake.says(play.ana, free, 'what is the plan?');
    const thread = await eventually(() => play.fake.channels.get(question.id));
    await play.hears('answer to what is the plan?', thread);
    play.fake.says(play.ana, thread!, 'and next?');
    await play.hears('answer to and next?', thread);
    expect(play.fake.said(free)).toEqual([]);
  });

  test('a role or a server lets people in, also in direct messages', async () => {
    await using play = await playDiscord({
      model: echo,
      members: ({ guild, eve }) => {
        guild.members.set(eve.id, ['4242']);
        return ['discord-role:4242'];
      },
    });
    const dm = play.fake.dm(play.eve);
    play.asks('hello', { user: play.eve, channel: dm });
    await play.hears('answer to hello', dm);
    play.asks('hello here', { user: play.eve });
    await play.hears('answer to hello here');
  });

  test('the members of a server are let in by its name', async () => {
    await using play = await playDiscord({
      model: echo,
      members: ({ guild, eve }) => {
        guild.members.set(eve.id, []);
        return [`discord-guild:${guild.id}`];
      },
    });
    const dm = play.fake.dm(play.eve);
    play.asks('hello', { user: play.eve, channel: dm });
    await play.hears('answer to hello', dm);
    const mallory = play.fake.user('Mallory');
    const other = play.fake.dm(mallory);
    play.asks('hello', { user: mallory, channel: other });
    await play.hears('let in', other);
  });

  test('other bots may talk to it', async () => {
    const robots: User[] = [];
    await using play = await playDiscord({ model: echo, asleep: true });
    const robot = { ...play.fake.user('Robot'), bot: true };
    robots.push(robot);
    Object.assign(play, {
      options: { model: echo, discord: { bots: true }, members: () => robots.map(({ id }) => `discord:${id}`) },
    });
    await play.start();
    play.fake.says(robot, play.general, `<@${play.fake.bot.id}> beep`);
    await play.hears('answer to beep');
    play.fake.says(play.fake.bot, play.general, `<@${play.fake.bot.id}> myself`);
    await passedBy(play);
    expect(play.said('answer to myself')).toEqual([]);
  });

  test('other servers are left out when some are named', async () => {
    await using play = await playDiscord({ model: echo, asleep: true });
    Object.assign(play, { options: { model: echo, discord: { guilds: [play.guild.id] } } });
    await play.start();
    const elsewhere = play.fake.channel(play.fake.guild('Elsewhere', [play.ana]), 'lobby');
    play.asks('hello from afar', { channel: elsewhere });
    await passedBy(play);
    await play.settled();
    expect(play.fake.said(elsewhere)).toEqual([]);
  });

  test('other servers and direct messages can be left out', async () => {
    await using play = await playDiscord({ model: echo, discord: { dm: false } });
    const dm = play.fake.dm(play.ana);
    play.asks('psst', { channel: dm });
    await passedBy(play);
    expect(play.fake.said(dm)).toEqual([]);
  });
});
