import { expect, test } from 'vitest';
import { problems } from '../config/support.ts';
import type { Channel, Message, User } from '../support/discord/index.ts';
import { type DiscordPlay, playDiscord } from '../support/discord/play.ts';
import { type PlantedTurn, plantMonth } from '../support/planted-month.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const TITLE = 'Search notes first';
const proposal = { category: 'tool', title: TITLE, description: 'The web is asked instead.', priority: 1 };

/** Proposes one change when it reflects. */
const reflecting = () =>
  new ScriptedModel((request) => [
    request.system.startsWith('You help the owner')
      ? JSON.stringify({ proposals: [proposal] })
      : `you said: ${lastSaid(request)}`,
  ]);

/** Ana, who came first, and Eve are owners, Bob is a member; reflections go to `named` of the guild's channels. */
async function begin(named: (play: DiscordPlay) => string | undefined): Promise<DiscordPlay> {
  const config: Record<string, unknown> = { 'memory.auto': 'off', 'self_improvement.assessment_enabled': false };
  const play = await playDiscord({ model: reflecting(), stillClock: true, asleep: true, config });
  const id = named(play);
  config['self_improvement.approval_channel'] = id === undefined ? 'discord' : `discord:${id}`;
  config['access.owners'] = [`discord:${play.ana.id}`, `discord:${play.eve.id}`];
  await play.start();
  return play;
}

async function greets(play: DiscordPlay, user: User, channel: Channel): Promise<void> {
  const words = `hello from ${user.username} in ${channel.id}`;
  play.asks(words, { user, channel });
  await play.hears(words, channel);
  await play.settled();
  // Who is heard first came first.
  await play.passes(1_000);
}

/** Turns that went wrong in one way, and a reflection on them. */
async function reflects(play: DiscordPlay): Promise<void> {
  const { rows } = await play.database.read<{ personId: string; conversationId: string }>(
    `select i.person_id as "personId", c.id as "conversationId" from identities i join conversations c on true
      where i.external_id = $1 limit 1`,
    [play.ana.id],
  );
  const [whose = { personId: '', conversationId: '' }] = rows;
  const turns = [290, 291, 292].map((index): PlantedTurn => {
    const calls = [{ name: 'web_search', input: { query: 'gate' } }];
    return { index, said: 'the code?', answer: 'None.', calls, model: 'a/b', score: 1, bad: 'wrong_tool' };
  });
  await plantMonth(play.database, { ...whose, now: play.world.clock.now(), turns });
  await play.app.enqueue({ kind: 'improvement.reflection', payload: {} });
  await play.settled();
}

const states = async (play: DiscordPlay) =>
  (await play.database.read<{ state: string }>('select state from improvement_proposals')).rows.map(
    ({ state }) => state,
  );

const presses = (play: DiscordPlay, who: User, card: Message, label: string) =>
  play.answer(play.fake.presses(who, card, label));

test('proposals are asked about in the configured channel, where owners alone decide', async () => {
  await using play = await begin(({ general }) => general.id);
  for (const user of [play.ana, play.eve, play.bob]) await greets(play, user, play.general);
  await greets(play, play.ana, play.fake.dm(play.ana));
  await reflects(play);
  const card = await play.hears(TITLE);
  expect(play.said(TITLE), 'in the channel alone').toEqual([card]);

  const refusal = await presses(play, play.bob, card, 'Approve');
  expect(refusal.content).toContain('is for somebody else');
  const refused = `select code from audit_log where action = 'press.refuse'`;
  expect((await play.database.read(refused)).rows, 'the button itself is not his').toEqual([{ code: 'NOT_YOURS' }]);
  expect(await states(play)).toEqual(['pending']);
  expect((await presses(play, play.eve, card, 'Approve')).content).toContain('Approved');
  expect(await states(play)).toEqual(['approved']);
});

test('in a channel in which coda has not been spoken to nobody is asked: each owner is, alone, and the doctor says so', async () => {
  await using play = await begin(({ general }) => general.id);
  for (const user of [play.ana, play.eve]) await greets(play, user, play.fake.dm(user));
  await reflects(play);
  for (const user of [play.ana, play.eve]) await play.hears(TITLE, play.fake.dm(user));
  expect(play.said(TITLE)).toHaveLength(2);
  const check = play.app.checks.checks.find(({ name }) => name === 'self-improvement approval channel');
  expect(await check?.check(new AbortController().signal)).toMatchObject({
    ok: false,
    severity: 'warning',
    says: expect.stringContaining(play.general.id),
  });

  const [first] = play.said(TITLE);
  await presses(play, play.ana, first as Message, 'Reject');
  expect(await states(play)).toEqual(['rejected']);
});

test('a platform alone means the direct conversation that each owner has there, and no other newer one', async () => {
  await using play = await begin(() => undefined);
  for (const user of [play.ana, play.eve]) await greets(play, user, play.fake.dm(user));
  await play.database.tx('test', async (tx) => {
    await tx.query(
      `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
        select gen_random_uuid(), 'slack', 'D' || p.id, (select id from spaces limit 1), 'dm', p.id, $1 from persons p where role = 'owner'`,
      [new Date(play.world.clock.now().getTime() + 1)],
    );
  });
  await reflects(play);
  for (const user of [play.ana, play.eve]) await play.hears(TITLE, play.fake.dm(user));
  expect(play.app.checks.checks.some(({ name }) => name === 'self-improvement approval channel')).toBe(false);
});

const discord = 'discord: { token: fake }\nself_improvement: { approval_channel: ';

test.each([
  ['no platform', `${discord}general }\n`, 'expected a channel of discord or slack'],
  [
    'no name at all',
    `${discord}"#general" }\n`,
    'expected a platform, or one and the id of a channel, such as discord:1234',
  ],
  ['a name', `${discord}"discord:#general" }\n`, 'expected the id of a channel, such as discord:112233445566778899'],
  ['a misspelt platform', `${discord}"discrod:112233445566778899" }\n`, 'did you mean discord?'],
  ['one that is off', `${discord}"slack:C0123ABCD" }\n`, 'slack is not switched on'],
])('a channel that is %s is told at the start', (_, text, expected) => {
  expect(problems(text)).toEqual([expect.stringMatching(/^coda.yaml:2:\d+ self_improvement.approval_channel: /)]);
  expect(problems(text)[0]).toContain(expected);
});
