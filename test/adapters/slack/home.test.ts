import { expect, test } from 'vitest';
import { z } from 'zod';
import { blocksOf, commandIn, Home } from '../../../src/adapters/slack/home.ts';
import { done, outsideTool } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { SystemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { skillText, temporaryFolder, write } from '../../agent-skills/support.ts';
import { eventually } from '../../support/eventually.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { buttonsOf } from '../../support/slack/index.ts';
import type { SlackPlay } from '../../support/slack/play.ts';
import { playSlack } from '../../support/slack/play.ts';

const home = ({ fake, ana }: SlackPlay, user = ana) => JSON.stringify(fake.homes.get(user.id)?.blocks ?? []);

test('the App Home shows what one has, and what is pressed there is done, said, and shown', async () => {
  await using play = await playSlack({ stillClock: true });
  const { fake, ana } = play;
  const dm = fake.dm(ana);
  for (const text of [
    'remind me tomorrow at 9 to water the plants',
    'remind me tomorrow at 10 to call Carl',
    'note: the key is under the <!channel> mat',
    'every Friday at 16:00 run weekly-review',
  ]) {
    const before = fake.said(dm).length;
    play.asks(text, { channel: dm });
    await eventually(() => fake.said(dm).length > before);
  }
  await play.settled();
  const opened = fake.opensHome(ana);
  await eventually(() => opened.acknowledged);
  await eventually(() => home(play) !== '[]');
  for (const text of ['water the plants', 'call Carl', 'under the @channel mat', 'weekly-review', 'Europe/Berlin']) {
    expect(home(play)).toContain(text);
  }
  // People's words stand there without notation.
  expect(home(play)).not.toContain('mrkdwn');

  fake.pressesHome(ana, 'Done');
  await play.hears(/Done|done/, dm);
  expect(await eventually(() => !home(play).includes('water the plants'))).toBe(true);
  fake.pressesHome(ana, 'Tomorrow');
  expect(await eventually(() => /call Carl/.test(home(play)) && /09:00: call Carl/.test(home(play)))).toBe(true);
  const off = fake.pressesHome(ana, 'Switch off');
  expect(await eventually(() => home(play).includes('Switch on'))).toBe(true);
  // What comes twice is done once.
  const said = fake.said(dm).length;
  fake.sockets.dispatch('interactive', off.payload);
  await eventually(() => fake.sockets.pending === 0);
  await play.settled();
  expect(fake.said(dm)).toHaveLength(said);
});

test('the App Home names the skills that can be used, and no draft', async () => {
  const folder = temporaryFolder();
  write(folder, 'ledger/SKILL.md', skillText('ledger'));
  write(folder, 'a-draft/SKILL.md', skillText('a-draft', { more: 'metadata:\n  state: draft\n' }));
  await using play = await playSlack({ config: { 'skills.agent_skill_dirs': [folder] } });
  const dm = play.fake.dm(play.ana);
  play.asks('note: milk', { channel: dm });
  await play.hears('milk', dm);
  play.fake.opensHome(play.ana);
  expect(await eventually(() => home(play).includes('ledger'))).toBe(true);
  expect(home(play)).not.toContain('a-draft');
});

test('what waits for leave is decided on the page, once, and the card in the conversation closes', async () => {
  const sent: string[] = [];
  const letter = outsideTool({
    name: 'letter_send',
    description: 'Sends a letter.',
    effect: 'external',
    input: z.object({ text: z.string() }),
    async run({ text }) {
      sent.push(text);
      return done('sent');
    },
  });
  const model = new ScriptedModel([{ call: 'letter_send', input: { text: 'hello' } }], ['It is on its way.']);
  await using play = await playSlack({ model, tools: [letter] });
  const { fake, ana } = play;
  play.asks('write to Carl');
  const card = await play.hears('Sends a letter');
  await play.settled();
  fake.opensHome(ana);
  expect(await eventually(() => home(play).includes('Sends a letter'))).toBe(true);
  expect(home(play)).toContain('hello');
  const press = fake.pressesHome(ana, 'Approve');
  await play.hears('It is on its way.');
  fake.sockets.dispatch('interactive', press.payload);
  expect(await eventually(() => fake.sockets.pending === 0)).toBe(true);
  await play.settled();
  expect(sent).toEqual(['hello']);
  expect(await eventually(() => buttonsOf(card).length === 0)).toBe(true);
  expect(await eventually(() => !home(play).includes('Sends a letter'))).toBe(true);
});

test('who has not been let in sees how that is done, and nothing else', async () => {
  await using play = await playSlack();
  const { fake, eve, bob } = play;
  fake.opensHome(eve);
  expect(await eventually(() => home(play, eve).includes('I do not know you yet'))).toBe(true);
  fake.opensHome(bob, 'messages');
  fake.opensHome(bob);
  expect(await eventually(() => home(play, bob).includes('Nothing here yet'))).toBe(true);
});

test('a page keeps to what Slack takes, and offers no decision on what it cannot show whole', () => {
  const long = { text: 'x'.repeat(5_000), actions: [{ label: 'Approve', button: 'b'.repeat(22) }] };
  const many = Array.from({ length: 80 }, (_, index) => ({
    text: `${index}`,
    actions: [{ label: 'a', command: '/done 1' }],
  }));
  const blocks = blocksOf([
    { title: 'Waiting', items: [long] },
    { title: 'Many', items: many },
    { title: 'None', items: [], none: 'nothing' },
  ]);
  expect(blocks).toHaveLength(100);
  expect(JSON.stringify(blocks.slice(0, 3))).toContain('decide where I asked you');
  expect(JSON.stringify(blocks)).not.toContain('Approve');
  expect(commandIn('say:0.1', '/done abc')).toBe('/done abc');
  for (const [id, value] of [
    ['press:x', '/done abc'],
    ['say:1', 'delete everything'],
    ['say:1', `/done ${'x'.repeat(400)}`],
    ['say:1', undefined],
  ] as const) {
    expect(commandIn(id, value)).toBeUndefined();
  }
});

test('an older page never comes after a newer one', async () => {
  const shown: unknown[] = [];
  const slow = deferred();
  let pages = 0;
  const api = async (_method: string, { view }: Record<string, unknown> = {}) => {
    shown.push(JSON.stringify(view));
    return {} as never;
  };
  const page = new Home({
    options: {
      clock: new SystemClock(),
      log: silentLog(),
      home: async () => {
        const number = ++pages;
        if (number === 1) await slow.promise;
        return [{ title: `page ${number}`, items: [{ text: 'x' }] }];
      },
    },
    people: { sender: async (externalId) => ({ externalId, name: 'Ana' }) },
    api: () => api,
  });
  const both = [page.show('U1'), page.show('U1')];
  slow.resolve();
  await Promise.all(both);
  expect(shown.at(-1)).toContain('page 2');
  expect(shown).toHaveLength(2);
});
