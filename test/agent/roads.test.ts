/** What people read where a model refuses, says nothing, thinks too long, draws, or comes to a limit; and how they go on. */
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Model } from '../../src/agent/index.ts';
import { eventually } from '../support/eventually.ts';
import type { Scene } from '../support/model-server/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { type Play, play } from '../support/play.ts';

const server = await modelServer();
let coda: Play;

beforeAll(async () => {
  coda = await play({ config: { ...modelConfig(server), 'delivery.max_tool_calls': 2 } });
  return () => coda[Symbol.asyncDispose]();
});
afterEach(() => {
  server.improvise = undefined;
});

const note = (text: string): Scene => ({ calls: [{ name: 'note_save', input: { text } }] });
const last = () => server.requests.at(-1)?.text ?? '';

const chunk = (delta: object, reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason: reason }],
});

const FILTER = {
  error: { message: 'The response was filtered.', type: null, param: 'prompt', code: 'content_filter', status: 400 },
};

test.each<[string, Scene, string]>([
  ['Anthropic’s classifier', { stop: 'refused' }, 'claude/main'],
  ['Azure’s filter', { sends: { status: 400, body: JSON.stringify(FILTER) } }, 'gpt/other'],
  ['a filter in the stream', { sends: { body: [FILTER] } }, 'gpt/other'],
])('what %s refused is left out of what is sent next, and the person is told', async (name, scene, model) => {
  const ana = coda.person(`of ${name}`);
  await ana.says(`/model ${model}`);
  expect(await ana.says('my name is Ana')).toBe('ok');
  server.play({ ...scene, times: 2 });
  expect(await ana.says('tell me of the forbidden thing')).toMatch(/declined to answer that\. I leave it out/);
  expect(await ana.says('and now?')).toBe('ok');
  expect(last()).not.toContain('forbidden thing');
  expect(last()).not.toContain('declined to answer');
  expect(last()).toContain('my name is Ana');
});

test('an answer that a filter cuts off is marked so, and is not sent again', async () => {
  const ben = coda.person('ben');
  server.play({ text: 'First you take', stop: 'refused' });
  expect(await ben.says('how is it made?')).toMatch(
    /^First you take …\n\n_A filter of the model’s service cut this off\..*_$/,
  );
  await ben.says('and now?');
  expect(last()).not.toContain('First you take');
  expect(last()).not.toContain('how is it made');
  await ben.says('/model gpt/other');
  server.play({ sends: { body: [chunk({ content: 'Then you mix' }), FILTER] } });
  expect(await ben.says('and then?')).toMatch(/^Then you mix …\n\n_A filter/);
});

test('a conversation goes on where something that was said before is what a filter refuses', async () => {
  const cleo = coda.person('cleo');
  await cleo.says('a word that is harmless today');
  server.improvise = (body) =>
    JSON.stringify(body).includes('harmless today') ? { stop: 'refused' } : { text: 'Here I am.' };
  expect(await cleo.says('are you there?')).toMatch(/^Here I am\.\n\n_What was said before was not taken/);
});

test('a turn that ends at a limit names what it has done, with an Undo', async () => {
  const dora = coda.person('dora');
  server.play(note('buy milk'), note('buy tea'), note('buy bread'));
  expect(await dora.says('save all that I need')).toMatch(
    /I stopped after 2 steps.*\n\n_Done before that: .*tea.*milk.*_$/s,
  );
  await dora.presses('Undo all');
  expect(await dora.says('/notes')).not.toContain('milk');
});

test('an empty answer behind a call that went well says what was done', async () => {
  const eve = coda.person('eve');
  server.play(note('buy milk'), { text: '' }, { text: '' });
  expect(await eve.says('save milk')).toMatch(/^Noted: .*buy milk/);
  server.play({ text: 'I keep that.', ...note('buy tea') }, { text: '' }, { text: '' });
  expect(await eve.says('save tea')).toBe('I keep that.');
});

test('an answer that was all thought is told as that', async () => {
  const fay = coda.person('fay');
  await fay.says('/model gpt/other');
  server.play({ reasoning: 'Hm. '.repeat(40), stop: 'length', times: 2 });
  expect(await fay.says('why is the sky blue?')).toMatch(/thought for as long as its answer may be.*`max_tokens`/);
});

test('an answer without a word, for which the window had no room, is asked for with a shorter request', async () => {
  const gus = coda.person('gus');
  await gus.says('/model gpt/other');
  server.play({ text: '', stop: 'length', usage: { input: 9_000, output: 1 } }, { text: 'Here.' });
  expect(await gus.says(`why? ${'and so on, '.repeat(500)}`)).toBe('Here.');
  const [first, second] = server.requests.map(({ text }) => text.length);
  expect(second).toBeLessThan(first ?? 0);
});

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const url = `data:image/png;base64,${PNG}`;
test.each<[string, NonNullable<Scene['sends']>]>([
  [
    'images beside the text',
    { body: [chunk({ content: '', images: [{ type: 'image_url', image_url: { url } }] }), chunk({}, 'stop')] },
  ],
  ['parts of the text', { body: [chunk({ content: [{ type: 'image_url', image_url: { url } }] }), chunk({}, 'stop')] }],
  [
    'a whole message',
    {
      body: JSON.stringify({
        choices: [{ message: { content: null, images: [{ image_url: { url } }] }, finish_reason: 'stop' }],
      }),
    },
  ],
  [
    'data inline',
    {
      body: [
        chunk({ content: [{ type: 'image', inline_data: { mime_type: 'image/png', data: PNG } }] }),
        chunk({}, 'stop'),
      ],
    },
  ],
])('pictures that a model makes are files of its answer: %s', async (_, sends) => {
  const hal = coda.person('hal');
  await hal.says('/model gpt/other');
  server.play({ sends });
  expect(await hal.says('draw a dot')).toBe('Here: `picture.png`');
  expect(hal.seen().at(-1)?.files).toEqual([expect.objectContaining({ name: 'picture.png', type: 'image/png' })]);
});

test('thoughts that the service does not take back are left out in the same turn, and of it alone', async () => {
  const ida = coda.person('ida');
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'sig-1' };
  const call = { type: 'tool_use', id: 'toolu_1', name: 'note_save', input: { text: 'milk' } };
  const message = { type: 'message', role: 'assistant', content: [thought, call], stop_reason: 'tool_use' };
  const refusal = {
    type: 'error',
    error: { type: 'invalid_request_error', message: 'messages.1.content.0: Invalid `signature` in `thinking` block' },
  };
  server.play(
    { sends: { body: JSON.stringify(message) } },
    { sends: { status: 400, body: JSON.stringify(refusal) } },
    { text: 'Kept.' },
  );
  expect(await ida.says('save milk')).toBe('Kept.');
  const [, refused, taken] = server.requests;
  expect(refused?.text).toContain('sig-1');
  expect(taken?.text).not.toContain('sig-1');
  expect(await ida.says('/model')).not.toContain('refuses');
});

test('an answer whose last shown text is the final one is not edited once more', async () => {
  let shown = () => false;
  const model: Model = {
    name: 'scripted',
    async *generate() {
      yield { type: 'text', text: 'It is so.' };
      await eventually(shown);
      yield { type: 'stop', reason: 'end' };
    },
  };
  await using other = await play({ model });
  shown = () => other.platform.in('dm-ana').includes('It is so.');
  await other.person('ana').says('is it so?');
  expect(other.platform.messages.map(({ text, edits }) => [text, edits])).toEqual([['It is so.', 0]]);
});

test('a first message that is far longer than usual goes out shorter where it is refused in unknown words', async () => {
  const jon = coda.person('jon');
  await jon.says('/model gpt/other');
  const bad = { sends: { status: 400, body: JSON.stringify({ error: { message: 'Provider returned error' } }) } };
  server.improvise = (body) => (JSON.stringify(body).length > 100_000 ? bad : { text: 'Here.' });
  expect(await jon.says(`why? ${'and so on, '.repeat(10_000)}`)).toBe('Here.');
});

const CALL_IN_THOUGHT = 'I save it. <tool_call>{"name": "note_save", "arguments": {"text": "buy oats"}}</tool_call>';

test.each<[string, Scene]>([
  ['beside the answer', { sends: { body: [chunk({ reasoning: CALL_IN_THOUGHT }), chunk({}, 'stop')] } }],
  ['in the answer', { sends: { body: [chunk({ content: `<think>${CALL_IN_THOUGHT}</think>` }), chunk({}, 'stop')] } }],
])('a call that ends a thought, without a word behind it, is made: %s', async (name, scene) => {
  const jon = coda.person(`jon ${name}`);
  await jon.says('/model gpt/other');
  server.play(scene, { text: 'Saved.' });
  expect(await jon.says('save oats')).toBe('Saved.');
  expect(await jon.says('/notes')).toContain('buy oats');
});

test('a call that is only thought of is not made', async () => {
  const kai = coda.person('kai');
  await kai.says('/model gpt/other');
  server.play({ sends: { body: [chunk({ reasoning: `${CALL_IN_THOUGHT} But no.` }), chunk({}, 'stop')] } });
  expect(await kai.says('shall I save oats?')).toBe('ok');
  expect(await kai.says('/notes')).not.toContain('buy oats');
});

test('a call that stands twice in one answer is made once', async () => {
  const lea = coda.person('lea');
  const input = { text: 'buy salt' };
  server.play(
    {
      calls: [
        { name: 'note_save', input },
        { name: 'note_save', input },
      ],
    },
    { text: 'Saved.' },
  );
  await lea.says('save salt');
  expect((await lea.says('/notes')).match(/buy salt/g)).toHaveLength(1);
});

test('an answer that ends for no reason is gone on with', async () => {
  const max = coda.person('max');
  await max.says('/model gpt/other');
  server.play(
    { sends: { body: [chunk({ content: 'The sky is ' }), chunk({}, 'other')] } },
    { sends: { body: [chunk({ content: 'blue.' }), chunk({}, 'stop')] } },
  );
  expect(await max.says('which colour has the sky?')).toBe('The sky is blue.');
});

test.each(['reasoning', 'reasoning_content'])(
  'thoughts go back with their calls, as %s, until the turn is over',
  async (field) => {
    const nia = coda.person(`nia ${field}`);
    await nia.says('/model gpt/other');
    const call = { index: 0, id: 'a', function: { name: 'note_save', arguments: '{"text":"buy rice"}' } };
    server.play(
      { sends: { body: [chunk({ [field]: 'Rice, then.' }), chunk({ tool_calls: [call] }, 'tool_calls')] } },
      { text: 'Saved.' },
    );
    await nia.says('save rice');
    expect(server.requests.at(-1)?.body.messages).toContainEqual(
      expect.objectContaining({ role: 'assistant', [field]: 'Rice, then.' }),
    );
    await nia.says('thanks');
    expect(last()).not.toContain('Rice, then.');
  },
);
