import { expect, test } from 'vitest';
import { askModel } from '../../src/agent/asking.ts';
import { joined, mendCall } from '../../src/agent/repair.ts';
import { faultIn, request } from '../support/model-contract.ts';
import type { Scene } from '../support/model-server/index.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelsOn } from '../support/models.ts';

const server = await modelServer();

const SIGNAL = new AbortController().signal;

async function ask(scenes: Scene[], taken: string[] = []) {
  server.play(...scenes);
  const shown: string[] = [];
  const options = { taken: new Set(taken), onText: (text: string) => void shown.push(text) };
  const answer = await askModel(modelsOn(server).answering('default'), request(), SIGNAL, options);
  return { ...answer, shown };
}

test('an answer that was cut at the token limit is continued without a seam', async () => {
  const { text, repairs, shown, used } = await ask([
    { text: 'The first half of it is', stop: 'length' },
    { text: ' half of it is long, the second', stop: 'length' },
    { text: ' is short.' },
  ]);
  expect(text).toBe('The first half of it is long, the second is short.');
  expect(repairs).toEqual(['continued', 'continued']);
  expect(shown.at(-1)).toBe(text);
  expect(used).toHaveLength(3);
});

test('an answer is continued at most five times', async () => {
  const { text } = await ask([{ text: 'and so on, ', stop: 'length', times: 99 }]);
  expect(server.requests).toHaveLength(6);
  expect(text).toMatch(/^and so on, /);
});

test('what a model thinks aloud is neither shown nor answered, and is counted', async () => {
  const shown: string[] = [];
  server.play({ text: ['<thi', 'nk>Hm, ', 'blue.</th', 'ink>\n\n', 'It is ', 'blue.'], usage: 'missing' });
  const options = { taken: new Set<string>(), onText: (text: string) => shown.push(text) };
  const { text, used } = await askModel(modelsOn(server).answering('default'), request(), SIGNAL, options);
  expect(text).toBe('It is blue.');
  expect(shown).toEqual(['It is ', 'It is blue.']);
  expect(used[0]?.usage.output).toBeGreaterThan(8);
});

test('a thought without an answer is an empty answer', async () => {
  server.play({ text: '<think>Hm, what if' }, { text: 'It is blue.' });
  const { text, repairs } = await ask([]);
  expect(text).toBe('It is blue.');
  expect(repairs).toEqual(['asked_again']);
});

test('an empty answer is asked for again once', async () => {
  expect(await ask([{ text: ' ' }, { text: 'Sorry: yes.' }])).toMatchObject({
    text: 'Sorry: yes.',
    repairs: ['asked_again'],
  });
  expect((await ask([{}, {}])).text).toBe('');
});

test('broken arguments are mended', async () => {
  const { calls, repairs } = await ask([{ calls: [{ name: 'note_save', raw: "{text: 'milk', }" }] }]);
  expect(calls).toMatchObject([{ name: 'note_save', input: { text: 'milk' } }]);
  expect(repairs).toEqual(['arguments']);
});

test('half a call is not run: it is asked for again, smaller', async () => {
  const cut: Scene = { calls: [{ name: 'note_save', raw: '{"text": "mil' }], stop: 'length' };
  const { calls, repairs } = await ask([cut, { calls: [{ name: 'note_save', input: { text: 'milk' } }] }]);
  expect(calls).toMatchObject([{ input: { text: 'milk' } }]);
  expect(repairs).toEqual(['cut_call']);
});

test('half a call whose service does not say that it was cut is not run either', async () => {
  const half: Scene = { fault: 'no_reason', calls: [{ name: 'note_save', raw: '{"text": "mil' }] };
  server.play(half, { calls: [{ name: 'note_save', input: { text: 'milk' } }] });
  const model = modelsOn(server).answering('default', 'gpt/other');
  const { calls, repairs } = await askModel(model, request(), SIGNAL, { taken: new Set() });
  expect(calls).toMatchObject([{ input: { text: 'milk' } }]);
  expect(repairs).toEqual(['cut_call']);
});

test('what is asked for once more goes to the same model or the next, and both are counted', async () => {
  const main = { model: 'main' };
  const { repairs, text } = await ask([{ when: main, fault: 'server_error', times: 2 }, { text: 'Here.' }]);
  expect(text).toBe('Here.');
  expect(repairs).toEqual(['retried', 'fallback']);
});

test('an answer that broke off has cost what came of it', async () => {
  const words = Array.from({ length: 40 }, () => 'words and ');
  const { used, text } = await ask([{ fault: 'cut', text: words }, { text: 'Here.' }]);
  expect(text).toBe('Here.');
  expect(used).toMatchObject([{ model: 'claude/main', estimated: true }, { model: 'claude/main' }]);
  expect(used[0]?.usage.output).toBeGreaterThan(50);
});

test('when all models are down in the middle of an answer, what was said stands, and why there is no more', async () => {
  const { text, shown } = await ask([
    { text: 'The first half of it is', stop: 'length' },
    { fault: 'unauthorized', times: 9 },
  ]);
  expect(text).toMatch(/^The first half of it is …\n\nThe model refuses my key\./);
  expect(shown.at(-1)).toBe(text);
});

test('no two calls of a turn share an id', async () => {
  const calls = ['a', 'a', 'b', ''].map((id) => ({ id, name: 'note_save', input: { text: 'x' } }));
  const answer = await ask([{ calls }], ['b']);
  const ids = answer.calls.map(({ id }) => id);
  expect(new Set([...ids, 'b']).size).toBe(5);
  expect(answer.repairs).toEqual(['call_id', 'call_id', 'call_id']);
});

test('a refusal without a word is told as one', async () => {
  server.play({ stop: 'refused' });
  const model = modelsOn(server).answering('default');
  expect((await faultIn(askModel(model, request(), SIGNAL, { taken: new Set() }))).fault).toBe('refused');
});

test('usage that nobody reported is estimated from above', async () => {
  const { used } = await ask([{ text: 'Yes.', usage: 'missing' }]);
  expect(used).toMatchObject([{ model: 'claude/main', estimated: true }]);
  expect(used[0]?.usage.input).toBeGreaterThan(20);
});

const schema = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    count: { type: 'integer' },
    loud: { type: 'boolean' },
    kind: { enum: ['pending', 'done'] },
    tags: { type: 'array', items: { type: 'string' } },
    inner: { type: 'object', properties: { n: { type: 'number' } } },
    maybe: { anyOf: [{ type: 'number' }, { type: 'null' }] },
  },
  required: ['text'],
};

test.each([
  [
    { text: 5, count: '7', loud: 'true', kind: 'Done' },
    { text: '5', count: 7, loud: true, kind: 'done' },
  ],
  [
    { text: 'x', tags: 'one', inner: '{"n": "1.5"}' },
    { text: 'x', tags: ['one'], inner: { n: 1.5 } },
  ],
  [
    { text: 'x', tags: '["a","b"]', count: null },
    { text: 'x', tags: ['a', 'b'] },
  ],
  [
    { text: 'x', maybe: '3' },
    { text: 'x', maybe: 3 },
  ],
  [
    { text: 'x', maybe: null },
    { text: 'x', maybe: null },
  ],
  [
    { text: 'x', count: 'many' },
    { text: 'x', count: 'many' },
  ],
  ['{"text": "x"}', { text: 'x' }],
  [null, {}],
  ['null', {}],
  ['nothing of the kind', 'nothing of the kind'],
])('arguments %j are read as %j', (input, expected) => {
  expect(mendCall({ id: 'a', name: 't', input }, schema).call.input).toEqual(expected);
});

test('keys that reach into every object are dropped', () => {
  const input = JSON.parse('{"text": "x", "__proto__": {"admin": true}, "inner": {"constructor": 1, "n": 2}}');
  const { call } = mendCall({ id: 'a', name: 't', input }, schema);
  expect(JSON.stringify(call.input)).toBe('{"text":"x","inner":{"n":2}}');
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test('only what was said twice at the seam is said once', () => {
  expect(joined('ha ha', ' ha ha')).toBe('ha ha ha ha');
  expect(joined('We came to the old bridge', 'to the old bridge and crossed')).toBe(
    'We came to the old bridge and crossed',
  );
});
