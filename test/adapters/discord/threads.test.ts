import { expect, test } from 'vitest';
import { z } from 'zod';
import { done, type Model, outsideTool } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import type { TestClock } from '../../../src/base/clock.ts';
import type { Message } from '../../support/discord/index.ts';
import { type DiscordPlayOptions, echo, playDiscord } from '../../support/discord/play.ts';
import { eventually } from '../../support/eventually.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';

/** Each question in a channel gets a thread. */
const threaded = (options: DiscordPlayOptions = {}) =>
  playDiscord({ model: echo, ...options, discord: { threads: true } });

const pressable = ({ components }: Message) =>
  components.flatMap((row) => (row.components as { disabled?: boolean }[]).filter(({ disabled }) => !disabled));

test('a question gets one thread, also when it is looked through again, and its name is what fits of the words', async () => {
  await using play = await threaded();
  const question = play.asks('🦊'.repeat(90));
  const thread = await eventually(() => play.fake.channels.get(question.id));
  await play.hears('answer to', thread);
  expect(thread?.name).toMatch(/^(?:🦊)+…$/u);
  await play.settled();
  await play.stop();
  const missed = play.asks('meanwhile');
  await play.start();
  await eventually(() => play.fake.channels.get(missed.id));
  await play.hears('answer to meanwhile', play.fake.channels.get(missed.id));
  const made = play.fake.rest.seen.filter((request) => request.endsWith('/threads'));
  expect(made).toHaveLength(2);
});

test('in a thread that coda has opened no mention is needed, also after a restart, and in others one is', async () => {
  await using play = await threaded();
  const { fake, ana } = play;
  const question = play.asks('what is the plan?');
  const thread = await eventually(() => fake.channels.get(question.id));
  await play.hears('answer to what is the plan?', thread);
  fake.says(ana, thread!, 'and next?');
  await play.hears('answer to and next?', thread);
  await play.stop();
  await play.start();
  const others = fake.thread(play.general, 'of others', { owner: ana.id });
  fake.says(ana, others, 'not for coda');
  fake.says(ana, thread!, 'and then?');
  await play.hears('answer to and then?', thread);
  play.asks('and here?', { channel: others });
  await play.hears('answer to and here?', others);
  expect(play.said('not for coda')).toEqual([]);
});

test('a thread from before its channel was noted has the manners of the channel', async () => {
  await using play = await threaded();
  const begun = play.asks('what is the plan?');
  const thread = await eventually(() => play.fake.channels.get(begun.id));
  await play.hears('answer to what is the plan?', thread);
  const found = `from conversations where adapter = 'discord' and kind = 'thread'`;
  const threads = async () =>
    (
      await play.database.read<{ parent: string | null; silent: boolean | null }>(
        `select parent, (inherited ->> 'silent')::boolean as silent ${found}`,
      )
    ).rows;
  expect(await threads()).toEqual([{ parent: play.general.id, silent: null }]);
  await play.database.run('test', `update conversations set parent = null where kind = 'thread'`);
  await play.database.run(
    'test',
    `insert into conversations (id, adapter, channel, space_id, kind, settings, created_at)
     select gen_random_uuid(), adapter, $1, space_id, 'channel', '{"silent": true}', created_at ${found}
     on conflict (adapter, channel) do update set settings = excluded.settings`,
    [play.general.id],
  );
  await play.stop();
  await play.start();
  play.fake.says(play.ana, thread!, 'and next?');
  await eventually(async () => (await threads())[0]?.silent === true);
  expect(await threads()).toEqual([{ parent: play.general.id, silent: true }]);
});

test('where no thread can be opened it is answered in the channel', async () => {
  await using play = await threaded();
  const { fake } = play;
  fake.rest.fault = ({ route }) => (route.endsWith('/threads') ? { status: 400 } : undefined);
  play.asks('one too many');
  await play.hears('answer to one too many');
});

test('a message whose thread was refused is answered once, though Discord tells it again when threads can be opened', async () => {
  await using play = await threaded();
  const { fake } = play;
  fake.rest.fault = ({ route }) => (route.endsWith('/threads') ? { status: 400 } : undefined);
  const asked = play.asks('one too many');
  await play.hears('answer to one too many');
  fake.rest.fault = () => undefined;
  fake.gateway.repeat('MESSAGE_CREATE', asked.id);
  const next = play.asks('and next?');
  await play.hears('answer to and next?', await eventually(() => fake.channels.get(next.id)));
  await play.settled();
  expect(fake.channels.get(asked.id)).toBeUndefined();
  expect(play.said('answer to one too many')).toHaveLength(1);
});

test('what was answered in its thread is not told as missed after a long absence', async () => {
  await using play = await playDiscord({ model: echo, discord: { threads: true }, stillClock: true });
  const { fake } = play;
  fake.rest.fault = ({ route }) => (route.endsWith('/threads') ? { status: 400 } : undefined);
  play.asks('in the channel');
  await play.hears('answer to in the channel');
  fake.rest.fault = () => undefined;
  await fake.advance(1_000);
  const asked = play.asks('in a thread');
  await play.hears('answer to in a thread', await eventually(() => fake.channels.get(asked.id)));
  await play.settled();
  await play.stop();
  fake.advance(30 * 3_600_000);
  await (play.world.clock as TestClock).moveTo(new Date(fake.now()));
  const unheard = play.asks('meanwhile');
  await play.start();
  await play.hears('answer to meanwhile', await eventually(() => fake.channels.get(unheard.id)));
  await play.settled();
  expect(play.said('I was away')).toEqual([]);
});

test('members are heard in the threads of a channel that access.channels names, and not in others', async () => {
  const config: Record<string, unknown> = {};
  await using play = await playDiscord({ model: echo, asleep: true, config });
  const { fake, bob, general } = play;
  config['access.channels'] = [`discord:${general.id}`];
  await play.start();
  const other = fake.channel(play.guild, 'other');
  play.asks('elsewhere', { user: bob, channel: fake.thread(other, 'talk') });
  const thread = fake.thread(general, 'plans');
  play.asks('in a thread', { user: bob, channel: thread });
  await play.hears('answer to in a thread', thread);
  await play.settled();
  expect(play.said('answer to elsewhere')).toEqual([]);
});

test('a card in a thread that was archived meanwhile is closed all the same', async () => {
  const letter = outsideTool({
    name: 'letter_send',
    description: 'Sends a letter.',
    effect: 'external',
    input: z.object({}),
    run: async () => done('sent'),
  });
  const model = new ScriptedModel([{ call: 'letter_send' }], ['as you like']);
  await using play = await playDiscord({ model, tools: [letter], stillClock: true });
  const thread = play.fake.thread(play.general, 'plans');
  play.asks('write to Carl', { channel: thread });
  const card = await play.hears('Sends a letter', thread);
  await play.settled();
  thread.archived = true;
  await play.passes(25 * 3_600_000);
  expect(await eventually(() => card.content.includes('nobody answered in time'))).toBe(true);
  expect(pressable(card)).toEqual([]);
});

test('an answer for a thread that was locked meanwhile comes directly', async () => {
  const [begun, go] = [deferred(), deferred()];
  const slow: Model = {
    name: 'test/slow',
    async *generate(request, signal) {
      begun.resolve();
      await go.promise;
      yield* echo.generate(request, signal);
    },
  };
  await using play = await playDiscord({ model: slow });
  const thread = play.fake.thread(play.general, 'plans');
  play.asks('still there?', { channel: thread });
  await begun.promise;
  thread.archived = thread.locked = true;
  go.resolve();
  await play.hears('answer to still there?', play.fake.dm(play.ana));
  expect(play.fake.said(thread)).toEqual([]);
});
