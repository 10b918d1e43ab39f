import { describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { playSlack, type SlackPlay } from '../../support/slack/play.ts';

const quoted = (of: string, text: string, from: string) => `<quoted of="${of}" from="${from}">\n${text}\n</quoted>`;

const STARTER = 'the message that this thread began with';
const EARLIER = 'said before in this thread';

/** Calls of the method that reads threads. */
const reads = ({ fake }: SlackPlay) => fake.web.calls.filter(({ method }) => method === 'conversations.replies').length;

/** Somebody asks; resolves to what the model was shown of it. */
async function shown(play: SlackPlay, model: ScriptedModel, text: string, thread: string): Promise<string> {
  const before = model.requests.length;
  play.asks(text, { thread });
  expect(await eventually(() => model.requests.length > before)).toBe(true);
  await play.settled();
  return lastSaid(model.requests.at(-1)!);
}

describe('a call in a thread', () => {
  test('comes with what the thread began with and the last that was said in it, each once', async () => {
    const model = new ScriptedModel(['fine']);
    await using play = await playSlack({ model });
    const { fake, ana, bob, general } = play;
    const { ts } = fake.says(bob, general, `<@${ana.id}> who brings the cake?`);
    for (let at = 1; at <= 7; at++) fake.says(bob, general, `remark ${at}`, { thread: ts });
    const remarks = [3, 4, 5, 6, 7].map((at) => quoted(EARLIER, `remark ${at}`, 'bob'));
    expect(await shown(play, model, 'what is this about?', ts)).toBe(
      ['what is this about?\n', quoted(STARTER, '@ana who brings the cake?', 'bob'), ...remarks].join('\n'),
    );
    fake.says(bob, general, 'a carrot cake', { thread: ts });
    expect(await shown(play, model, 'and now?', ts)).toBe(`and now?\n\n${quoted(EARLIER, 'a carrot cake', 'bob')}`);
    expect(await shown(play, model, 'sure?', ts)).toBe('sure?');
    const { rows } = await play.database.read(
      `select content ->> 'text' as text, tainted from messages where role = 'user' order by seq`,
    );
    expect(rows).toEqual([
      { text: 'what is this about?', tainted: true },
      { text: 'and now?', tainted: true },
      { text: 'sure?', tainted: false },
    ]);
  });

  test('is shown what a program has posted there, with its files', async () => {
    const model = new ScriptedModel(['seen']);
    await using play = await playSlack({ model });
    const { fake, general } = play;
    const robot = { ...fake.user('Grafana'), is_bot: true };
    general.members.add(robot.id);
    const log = fake.files.make('log.txt', 'text/plain', Buffer.from('out of memory'));
    const { ts } = fake.says(robot, general, 'Alert', {
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*Alert* disk of <https://db.example|db> full' } }],
      attachments: [{ title: 'Value', text: '97 %', fallback: 'Value 97 %' }],
      files: [log],
    });
    expect(await shown(play, model, 'what now?', ts)).toContain(
      quoted(STARTER, '*Alert* disk of [db](https://db.example) full\nValue\n97 %\n[File: log.txt]', 'grafana'),
    );
    const { rows } = await play.database.read(`select payload #>> '{files,0,name}' as name from inbox`);
    expect(rows).toEqual([{ name: 'log.txt' }]);
  });

  test('of one’s own direct message brings that message', async () => {
    const model = new ScriptedModel(['fine']);
    await using play = await playSlack({ model });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    const { ts } = fake.says(ana, dm, 'the boiler man comes on Friday');
    await play.hears('fine', dm);
    await play.settled();
    fake.says(ana, dm, 'when?', { thread: ts });
    expect(await eventually(() => model.requests.length === 2)).toBe(true);
    expect(lastSaid(model.requests[1]!)).toContain(quoted(STARTER, 'the boiler man comes on Friday', 'ana'));
  });

  test('of the assistant pane brings nothing', async () => {
    const model = new ScriptedModel(['fine']);
    await using play = await playSlack({ model });
    const { fake, ana } = play;
    const dm = fake.dm(ana);
    const thread = fake.opensPane(ana);
    fake.says(ana, dm, 'hello', { thread });
    await play.hears('fine', dm);
    expect(lastSaid(model.requests[0]!)).toBe('hello');
  });

  test.each<[string, (play: SlackPlay) => void, string]>([
    ['Slack does not let it be read', ({ fake }) => void fake.scopes.delete('channels:history'), 'what is this?'],
    [
      'Slack says "too often"',
      ({ fake }) => fake.limits.refuse('conversations.replies', 600, fake.now()),
      'what is this?\n\n[What this message points to could not be read.]',
    ],
    [
      'Slack is out of order',
      ({ fake }) => {
        fake.web.fault = ({ method }) => (method === 'conversations.replies' ? { status: 503 } : undefined);
      },
      'what is this?\n\n[What this message points to could not be read.]',
    ],
  ])('is heard without it where %s', async (_, breaks, words) => {
    const model = new ScriptedModel(['fine']);
    await using play = await playSlack({ model });
    const { ts } = play.fake.says(play.bob, play.general, 'who brings the cake?');
    breaks(play);
    expect(await shown(play, model, 'what is this?', ts)).toBe(words);
    await play.hears('fine');
  });

  test('is acknowledged before the thread is read', async () => {
    const model = new ScriptedModel(['fine']);
    await using play = await playSlack({ model });
    const { fake, bob, general } = play;
    const held = deferred();
    fake.web.hold = ({ method }) => (method === 'conversations.replies' ? held.promise : undefined);
    const { ts } = fake.says(bob, general, 'who brings the cake?');
    play.asks('what is this?', { thread: ts });
    expect(await eventually(() => reads(play) === 1)).toBe(true);
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
    held.resolve();
    await play.hears('fine');
  });
});

describe('a thread that began with coda', () => {
  test('is not read again, and what is said there joins the answer that is being given', async () => {
    const gate = deferred();
    const model = new ScriptedModel([{ hold: gate }, { call: 'note_save', input: { text: 'kept' } }], (request) => [
      `heard ${lastSaid(request)}`,
    ]);
    await using play = await playSlack({ model });
    const { fake, ana, general } = play;
    const { ts } = play.asks('keep this');
    expect(await eventually(() => model.requests.length === 1)).toBe(true);
    fake.says(ana, general, 'and that', { thread: ts });
    expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
    gate.resolve();
    await play.hears('heard and that');
    await play.settled();
    expect(model.requests).toHaveLength(2);
    expect(reads(play)).toBe(0);
  });
});

test('below a message of coda’s the first reply comes with it, and the next joins its answer', async () => {
  const gate = deferred();
  const model = new ScriptedModel(
    ['milk, eggs'],
    [{ hold: gate }, { call: 'note_save', input: { text: 'kept' } }],
    (request) => [`heard ${lastSaid(request)}`],
  );
  await using play = await playSlack({ model, slack: { threads: false } });
  const { fake, ana, general } = play;
  play.asks('what do we need?');
  const { ts } = await play.hears('milk, eggs');
  await play.settled();
  fake.says(ana, general, 'keep this', { thread: ts });
  expect(await eventually(() => model.requests.length === 2)).toBe(true);
  fake.says(ana, general, 'and butter', { thread: ts });
  expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
  gate.resolve();
  await play.hears('heard and butter');
  await play.settled();
  expect(model.requests).toHaveLength(3);
  expect(lastSaid(model.requests[1]!)).toBe(`keep this\n\n${quoted(STARTER, 'milk, eggs', 'you')}`);
  expect((await play.database.read('select tainted from notes')).rows).toEqual([{ tainted: false }]);
  expect(reads(play)).toBe(1);
});

describe('without a model, "this" in a thread', () => {
  test('is one’s own message before it, and no other person’s', async () => {
    await using play = await playSlack({ stillClock: true });
    const { fake, ana, bob, general } = play;
    const own = fake.says(ana, general, 'the boiler man comes on Friday');
    play.asks('remind me of this tomorrow at 9', { thread: own.ts });
    await play.hears("I'll remind you about the boiler man comes on Friday");
    await play.settled();
    const { ts } = fake.says(bob, general, 'lunch?');
    fake.says(ana, general, 'the vet is on Monday', { thread: ts });
    play.asks('remind me of this tomorrow at 10', { thread: ts });
    await play.hears("I'll remind you about the vet is on Monday");
    await play.settled();
    const others = fake.says(bob, general, 'I leave at noon');
    play.asks('remind me of this tomorrow at 11', { thread: others.ts });
    await play.settled();
    expect((await play.database.read(`select 1 from reminders where text ~ 'noon'`)).rows).toEqual([]);
  });

  test('is the card of coda’s that it is said under', async () => {
    await using play = await playSlack({ stillClock: true, slack: { threads: false } });
    const { fake, ana, general } = play;
    for (const what of ['call mum', 'call bob']) {
      play.asks(`remind me in 2 hours to ${what}`);
      await play.hears(what);
      await play.settled();
    }
    const made = await play.hears('call mum');
    fake.says(ana, general, 'delete this', { thread: made.ts });
    await play.hears('Deleted the reminder “call mum”');
  });
});
