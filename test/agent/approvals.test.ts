import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { dataTool, done, outsideTool } from '../../src/agent/index.ts';
import type { Skill } from '../../src/chat/index.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

/** Sends a letter whenever the last words ask for one; says so when it came back. */
const writer = () =>
  new ScriptedModel((request) => {
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return [last.text];
    return lastSaid(request).includes('write') ? [{ call: 'letter_send', input: { to: 'bob' } }] : ['hm'];
  });

test('a yes may hold for the rest of the conversation, for that person, until it begins afresh', async () => {
  const { skill, sent } = new Outside();
  const config = { 'access.approvals.rememberable': ['letter_send'] };
  await using coda = await play({ model: writer(), skills: [skill], config });
  const ana = coda.person('ana', { channel: 'lobby' });
  await ana.says('write to bob');
  await ana.presses('Approve for this conversation');
  expect(sent).toEqual(['bob']);
  expect(await ana.says('write again')).toContain('sent to bob');
  expect(sent).toEqual(['bob', 'bob']);
  await ana.says('/new');
  expect(await ana.says('write once more')).toContain('May I do this');
  // What others say there taints the turn: the yes was for one that nobody else leads.
  await ana.presses('Approve for this conversation');
  await coda.person('bob', { channel: 'lobby' }).says('hello');
  expect(await ana.says('write')).toContain('May I do this');
  expect(sent).toHaveLength(3);
});

test('a tool that is not named for it offers no lasting yes', async () => {
  const { skill } = new Outside();
  await using coda = await play({ model: writer(), skills: [skill] });
  const ana = coda.person('ana');
  await ana.says('write to bob');
  expect(ana.seen().flatMap(({ buttons }) => buttons.map(({ label }) => label))).toEqual([
    'Approve',
    'Deny',
    'Deny, because …',
  ]);
});

test('a question waits ten minutes where untrusted text is in play, and as long as configured elsewhere', async () => {
  const { skill, sent } = new Outside();
  const config = { 'access.approvals.expiry': '2h' };
  const model = new ScriptedModel(
    [{ call: 'page_read' }],
    [{ call: 'letter_send', input: { to: 'bob' } }],
    ['one'],
    [{ call: 'letter_send', input: { to: 'eve' } }],
    ['two'],
  );
  await using coda = await play({ model, skills: [skill], config });
  const ana = coda.person('ana');
  await ana.says('read and write');
  await coda.passes({ minutes: 11 });
  expect(ana.seen().at(-1)?.text).toContain('one');
  await ana.says('/new');
  await ana.says('write');
  await coda.passes({ minutes: 119 });
  expect(ana.heard('two')).toEqual([]);
  await coda.passes({ minutes: 2 });
  expect(ana.heard('two')).toHaveLength(1);
  expect(sent).toEqual(['http://a']);
});

test('an approval is for the content that would have run when it was asked for', async () => {
  const ran: (string | undefined)[] = [];
  let content = 'first';
  const scripts: Skill = {
    name: 'scripts',
    tools: () => [
      outsideTool({
        name: 'script_run',
        description: 'Runs a script.',
        effect: 'external',
        input: z.object({ name: z.string() }),
        policy: { binds: async () => content },
        run: async (_, { approval: { bound } }) => {
          ran.push(bound);
          return done('ran');
        },
      }),
    ],
  };
  const model = new ScriptedModel((request) =>
    request.messages.at(-1)?.role === 'tool' ? ['ended'] : [{ call: 'script_run', input: { name: 'x' } }],
  );
  await using coda = await play({ model, skills: [scripts] });
  const ana = coda.person('ana');
  await ana.says('run it');
  content = 'second';
  await ana.presses('Approve');
  expect(ran).toEqual([]);
  await ana.says('run it again');
  await ana.presses('Approve');
  expect(ran).toEqual(['second']);
});

test('a write reads the content that its yes is for, before its transaction and in it', async () => {
  const seen: (string | undefined)[] = [];
  const lists: Skill = {
    name: 'lists',
    tools: () => [
      dataTool({
        name: 'list_replace',
        description: 'Replaces a list.',
        effect: 'write',
        input: z.object({}),
        policy: { confirm: true, binds: async () => 'as it was shown' },
        prepare: async (_, { approval: { bound } }) => void seen.push(bound),
        run: async (_, { approval: { bound } }) => {
          seen.push(bound);
          return done('replaced');
        },
      }),
    ],
  };
  const model = new ScriptedModel([{ call: 'list_replace', input: {} }], ['Replaced.']);
  await using coda = await play({ model, skills: [lists] });
  const ana = coda.person('ana');
  await ana.says('replace the list');
  await ana.presses('Approve');
  expect(seen).toEqual(['as it was shown', 'as it was shown']);
});

test('a yes that was written before the question was there is no answer to it', async () => {
  const { skill, sent } = new Outside();
  await using coda = await play({ model: writer(), skills: [skill], config: { 'delivery.steer': false } });
  const ana = coda.person('ana');
  await ana.says('write to bob');
  await coda.database().run('test', 'update buttons set created_at = created_at + $1::interval', ['1 second']);
  expect(await ana.says('yes')).toBe('hm');
  await coda.passes({ seconds: 2 });
  await ana.says('write to bob');
  await ana.says('yes');
  expect(sent).toEqual(['bob']);
});

test('what is asked is a sentence with every value on a line that no other value can pass for', async () => {
  const sent: unknown[] = [];
  const letter = outsideTool({
    name: 'letter_send',
    description: 'Sends a letter with `letter_print`. Use it for letters.',
    effect: 'external',
    input: z.record(z.string(), z.unknown()),
    async run(input) {
      sent.push(input);
      return done('sent');
    },
  });
  const foreign = outsideTool({
    ...letter,
    name: 'post_send_parcel',
    description: 'Reads the weather.',
    form: { by: 'post' },
  });
  const input = {
    to: 'bob\nto: eve',
    count: '5',
    copies: 5,
    urgent: 'true',
    note: 'a\u202eb\u200b```',
    written: String.raw`a\u202eb`,
    pages: ['one', { text: 'two\nthree' }],
    'odd key\nto': 'x',
  };
  const model = new ScriptedModel(
    [{ call: 'letter_send', input }],
    ['done'],
    [{ call: 'post_send_parcel', input: {} }],
  );
  const skill: Skill = { name: 'post', tools: () => [letter, foreign] };
  await using coda = await play({ model, skills: [skill] });
  const ana = coda.person('ana');
  const card = await ana.says('write to bob');
  expect(card).toMatch(
    /^May I do this\? \*\*Sends a letter with letter print: to `bob to: eve`, count `5`, copies 5, urgent `true`, note .*\*\* I ask because .*\.$/m,
  );
  const [, lines = ''] = card.split('\n```\n');
  const shown = lines.replace(/\n```$/, '');
  expect(shown.match(/^to:/gm), 'one line says to whom').toHaveLength(1);
  expect(shown).not.toMatch(/[\u202e\u200b]|```/);
  // Whole and exact: nothing is hidden, and no two inputs look alike.
  expect(parse(shown)).toEqual(input);
  await ana.presses('Approve');
  expect(sent).toEqual([input]);
  // A tool of others is named, and not described: its server could say anything.
  const other = await ana.says('send the parcel');
  expect(other).toContain('May I do this? **Use “send parcel” of post.**');
  expect(other).not.toMatch(/weather|post_send|```/);
});
