/** Each request begins with the bytes of the one before, so that a service reads only what is new. */
import { expect, test } from 'vitest';
import type { Scene } from '../support/model-server/scene.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { Outside } from '../support/outside.ts';
import { play } from '../support/play.ts';

const server = await modelServer();

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const call = (name: string, input: unknown): Scene => ({ calls: [{ name, input }] });

/** The messages without marks of what is to be kept, which move with the end. */
const messagesOf = ({ body }: { body: { messages: unknown[] } }): string[] =>
  body.messages.map((message) =>
    JSON.stringify(message, (key, value) => (key === 'cache_control' ? undefined : value)),
  );

/** Requests of which all but the last message do not stand at the beginning of the next, with the first that differs. */
function breaks(): string[] {
  const sent = server.requests.filter(({ body }) => body.tools).map(messagesOf);
  return sent.slice(1).flatMap((next, index) => {
    const before = sent[index] as string[];
    const at = before.slice(0, -1).findIndex((message, place) => message !== next[place]);
    return at < 0 ? [] : [`request ${index + 2}, message ${at}: ${before[at]} became ${next[at]}`];
  });
}

test.each([
  ['anthropic', 'claude/main'],
  ['openai', 'gpt/other'],
])('through a day of writes, files, pictures, approvals, a restart and midnight, to %s', async (_, model) => {
  const { skill, sent } = new Outside();
  await using coda = await play({
    at: '2026-11-20T21:00:00Z',
    config: modelConfig(server, { default: model, light: model, fallbacks: [] }),
    skills: [skill],
  });
  const ana = coda.person('ana');
  const answer = (text: string): Scene => ({ text });
  const says = async (text: string, ...scenes: Scene[]) => {
    server.play(...scenes);
    return ana.says(text);
  };
  await says('hello', answer('Hello.'));
  await says('please keep “milk” for me', call('note_save', { text: 'milk' }), answer('Noted: milk.'));
  await says(
    'tell me to call mum tomorrow',
    call('reminder_create', { text: 'call mum', when: 'tomorrow at 9' }),
    answer('Set.'),
  );
  await says(
    'and what do I have?',
    call('reminder_list', {}),
    call('note_search', { query: 'milk' }),
    answer('Two things.'),
  );
  server.play(answer('A red dot.'));
  await coda.sends('ana', PNG, { name: 'dot.png', type: 'image/png', text: 'what is this?' });
  await says('and its colour?', answer('Red.'));
  server.play(answer('A list of things to buy.'));
  await coda.sends('ana', Buffer.from('eggs\nbread\n'), {
    name: 'list.txt',
    type: 'text/plain',
    text: 'what is in it?',
  });
  await says('how many?', answer('Two.'));
  await says('write to bob', call('letter_send', { to: 'bob' }));
  server.play(answer('Written.'));
  await ana.presses('Approve');
  expect(sent).toEqual(['bob']);
  await coda.restart();
  await says('thanks', answer('You are welcome.'));
  await coda.passes({ hours: 3 });
  await says('what day is it?', answer('Saturday.'));
  await says('remember that I like tea', call('memory_save', { text: 'likes tea' }), answer('I will.'));
  await says('what do I like?', answer('Tea.'));
  await says(
    'move mum to 10',
    call('reminder_change', { which: 'call mum', do: 'move', when: 'tomorrow at 10' }),
    answer('Moved.'),
  );
  await says('read the page', call('page_read', {}), answer('It says little.'));
  for (const word of ['one', 'two', 'three', 'four', 'five']) await says(word, answer(`${word}!`));
  expect(breaks()).toEqual([]);
  expect(server.refused).toEqual([]);
  const last = server.requests.at(-1)?.text ?? '';
  expect(last).toContain(PNG.toString('base64'));
  expect(last).toContain('eggs');
  // The day before and the day after midnight stand where they were said.
  expect(last).toContain('It is Friday');
  expect(last).toContain('It is Saturday');
  const { body } = server.requests.filter(({ body }) => body.tools).at(-1) as (typeof server.requests)[number];
  if (model === 'gpt/other') expect(body.prompt_cache_key).toMatch(/^[\w-]{1,64}$/);
  else expect(JSON.stringify(body.messages.at(-1))).toContain('cache_control');
  // What has not changed is not told again.
  expect(last.split('call mum').length).toBeLessThan(12);
});

test('what was forgotten stands beside no earlier message, and in no call or result', async () => {
  await using coda = await play({
    config: modelConfig(server, { default: 'gpt/other', light: 'gpt/other', fallbacks: [] }),
  });
  const ana = coda.person('ana');
  server.play(call('note_save', { text: 'in the cellar:\nsaffron' }), { text: 'Noted.' });
  await ana.says('please keep that for me');
  await ana.says('/remind tomorrow at 9 call Bo');
  server.play({ text: 'Hello.' });
  await ana.says('hello');
  const sent = () => server.requests.filter(({ body }) => body.tools).at(-1)?.text ?? '';
  expect(sent()).toContain('saffron');
  server.play(call('note_change', { which: 'cellar', do: 'delete' }), { text: 'Gone.' });
  await ana.says('throw the note about the cellar away');
  server.play({ text: 'Fine.' });
  await ana.says('and now?');
  expect(sent()).not.toContain('saffron');
  expect(sent()).toContain('call Bo');
  // Steps are kept as long as those of turns.
  await coda.database().run('test.age', "update messages set at = at - interval '400 days'", []);
  await coda.passes({ days: 2 });
  expect((await coda.database().read('select 1 from messages where shown is not null')).rows).toEqual([]);
});

test('in a shared place no result of one person is shown with the message of another', async () => {
  await using coda = await play({
    config: modelConfig(server, { default: 'gpt/other', light: 'gpt/other', fallbacks: [] }),
  });
  const ana = coda.person('ana', { channel: 'lobby' });
  await coda.person('ana').says('/note the saffron is in the cellar');
  server.play(call('note_search', { query: 'saffron' }), { text: 'I have looked.' });
  await ana.says('is my note about saffron still there?');
  server.play({ text: 'Hello.' });
  await coda.person('bo', { channel: 'lobby' }).says('hello');
  const [last] = server.requests.filter(({ body }) => body.tools).slice(-1);
  expect(last?.text).toContain('I have looked.');
  expect(last?.text).not.toContain('in the cellar');
});

test('what was forgotten while a turn waited for a yes is shown by it no more', async () => {
  const { skill } = new Outside();
  const config = modelConfig(server, { default: 'gpt/other', light: 'gpt/other', fallbacks: [] });
  await using coda = await play({ config, skills: [skill] });
  const ana = coda.person('ana');
  server.play(call('memory_save', { text: 'grows saffron' }), { text: 'Kept.' });
  await ana.says('remember that');
  await ana.says('/new');
  server.play(call('letter_send', { to: 'bob' }));
  await ana.says('write to bob');
  const sent = () => server.requests.filter(({ body }) => body.tools).at(-1)?.text ?? '';
  expect(sent()).toContain('saffron');
  server.play(call('memory_change', { which: 'saffron', do: 'forget' }), { text: 'Gone.' });
  await ana.says('forget what I grow');
  server.play({ text: 'Written.' });
  await ana.presses('Approve');
  expect(sent()).toContain('sent to bob');
  expect(sent()).not.toContain('saffron');
  server.play({ text: 'Fine.' });
  await ana.says('and now?');
  expect(sent()).not.toContain('saffron');
});

test.each([
  ['anthropic', 'claude/main'],
  ['openai', 'gpt/other'],
])('ids that a service counts anew stand for one call each, also of a turn that waited, to %s', async (_, model) => {
  const { skill, sent } = new Outside();
  await using coda = await play({
    config: modelConfig(server, { default: model, light: model, fallbacks: [] }),
    skills: [skill],
  });
  const ana = coda.person('ana');
  const counted = (name: string, input: unknown): Scene => ({ calls: [{ id: 'call_0', name, input }] });
  server.play(counted('letter_send', { to: 'bob' }));
  await ana.says('write to bob');
  const card = ana.seen().at(-1);
  server.play(counted('note_save', { text: 'milk' }), { text: 'Noted.' });
  await ana.says('keep “milk” meanwhile');
  server.play({ text: 'Written.' });
  const approve = card?.buttons.find(({ label }) => label === 'Approve');
  await (await coda.press('ana', 'dm-ana', approve?.id ?? '')).settled;
  await coda.app.whenSettled();
  expect(sent).toEqual(['bob']);
  server.play({ text: 'Yes.' });
  await ana.says('and now?');
  const idsIn = (text: string) => text.match(/"(?:id|tool_use_id|tool_call_id)":"[^"]*"/g) ?? [];
  const [resumed, last] = server.requests.slice(-2).map(({ body }) => idsIn(JSON.stringify(body.messages)));
  // Each call and its result.
  expect(last).toHaveLength(4);
  expect(new Set(last?.map((id) => id.split(':')[1])).size).toBe(2);
  expect(resumed).toEqual(last);
  expect(server.refused).toEqual([]);
});
