import { expect, test } from 'vitest';
import { requestModel } from '../../src/agent/inference/request-model.ts';
import { joinAtSeam, mendCall } from '../../src/agent/tools/repair.ts';
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
  const answer = await requestModel(modelsOn(server).modelFor('default'), request(), SIGNAL, options);
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
  // The time to the first word is of each request.
  expect(used.map(({ firstMs = -1 }) => firstMs >= 0)).toEqual([true, true, true]);
});

test('an answer without a word has no time to its first one', async () => {
  const { used } = await ask([{ calls: [{ name: 'note_save', input: { text: 'milk' } }] }]);
  expect(used.map(({ firstMs }) => firstMs)).toEqual([undefined]);
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
  const { text, used } = await requestModel(modelsOn(server).modelFor('default'), request(), SIGNAL, options);
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

test('what a model thinks before its server lets it speak is shown once, and never again', async () => {
  const swallowing = new Map();
  const next = async () => {
    const shown: string[] = [];
    server.play({ text: ['Hm, ', 'blue.\n', '</thi', 'nk>\n\nIt is', ' blue.'] });
    const options = { taken: new Set<string>(), onText: (text: string) => shown.push(text), swallowing };
    const { text } = await requestModel(modelsOn(server).modelFor('default'), request(), SIGNAL, options);
    return { text, shown };
  };
  expect((await next()).text).toBe('It is blue.');
  expect(await next()).toEqual({ text: 'It is blue.', shown: ['It is', 'It is blue.'] });
});

const CALL = '<tool_call>\n{"name": "note_save", "arguments": {"text": "milk"}}\n</tool_call>';
const BAD_CALL = CALL.replace('note_save', 'note_eat');

test('a call that is written as text and cannot be made is asked for once more, and never shown', async () => {
  const { text, calls, repairs, shown } = await ask([
    { text: ['Let me see.\n<tool', `_call>${BAD_CALL.slice(11)}`, '\nIt is saved.'] },
    { text: CALL },
  ]);
  expect([text, calls]).toMatchObject(['', [{ name: 'note_save', input: { text: 'milk' } }]]);
  expect(repairs).toEqual(['asked_again', 'text_call']);
  expect([...new Set(shown)]).toEqual(['Let me see.\n']);
  const said = JSON.stringify(server.requests.at(-1)?.body.messages.slice(-2));
  expect(said).toContain('There is no tool “note_eat”.');
  expect(said).not.toContain('tool_call>');
});

test('one that still cannot be made leaves what was said beside it, or a fault', async () => {
  const [first, second] = [{ text: BAD_CALL }, { text: `${BAD_CALL}\n\nI cannot.` }];
  expect(await ask([first, second])).toMatchObject({ text: 'I cannot.', calls: [] });
  server.play(first, first);
  const model = modelsOn(server).modelFor('default', 'gpt/other');
  const fault = await faultIn(requestModel(model, request(), SIGNAL, { taken: new Set() }));
  expect(fault.fault).toBe('malformed_output');
  expect(server.requests).toHaveLength(4);
});

test('what of a call is left in the text beside the call itself is cut', async () => {
  const call = { name: 'note_save', input: { text: 'milk' } };
  const { text, calls } = await ask([{ text: `I save it.\n${CALL}</tool_call>`, calls: [call] }]);
  expect([text, calls]).toMatchObject(['I save it.\n', [call]]);
  expect(calls).toHaveLength(1);
});

test.each([
  // gpt-oss behind vLLM 32587
  'note_save<|channel|>commentary',
  'functions.note_save',
  'functions.note_save:0',
  'assistant<|channel|>commentary to=functions.note_save',
])('%s is the tool note_save', async (name) => {
  expect((await ask([{ calls: [{ name, input: { text: 'milk' } }] }])).calls).toMatchObject([{ name: 'note_save' }]);
});

test('a name that means no tool stays what it is', async () => {
  // ollama 11704
  const name = 'assistant<|channel|>analysis';
  expect((await ask([{ calls: [{ name, input: { text: 'milk' } }] }])).calls).toMatchObject([{ name }]);
});

test('half a call as text is not made: it is asked for again, smaller', async () => {
  const cut: Scene = { text: 'I save it.\n<tool_call>\n{"name": "note_save", "argu', stop: 'length' };
  const { calls, repairs } = await ask([cut, { text: CALL }]);
  expect(calls).toMatchObject([{ input: { text: 'milk' } }]);
  expect(repairs).toEqual(['cut_call', 'text_call']);
  const whole = await ask([{ text: `${CALL}\n<tool_call>{"name": "no`, stop: 'length' }]);
  expect(whole.calls).toMatchObject([{ input: { text: 'milk' } }]);
});

test('a call behind an answer that was continued is made', async () => {
  const { text, calls, shown } = await ask([
    { text: 'The first half of it is', stop: 'length' },
    { text: [' half of it is long.\n\n', CALL, '\nIt is saved.'] },
  ]);
  expect([text, calls]).toMatchObject(['The first half of it is long.', [{ name: 'note_save' }]]);
  for (const each of shown) expect('The first half of it is long.\n\n').toContain(each);
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

test('arguments that are nested without an end are a call that does not fit, and the answer holds', async () => {
  const deep = `{"text":${'['.repeat(20_000)}`;
  for (const raw of [deep, `${deep}${']'.repeat(20_000)}}`]) {
    expect((await ask([{ calls: [{ name: 'note_save', raw }] }])).calls).toMatchObject([
      { name: 'note_save', input: raw },
    ]);
  }
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
  const model = modelsOn(server).modelFor('default', 'gpt/other');
  const { calls, repairs } = await requestModel(model, request(), SIGNAL, { taken: new Set() });
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
  const model = modelsOn(server).modelFor('default');
  expect((await faultIn(requestModel(model, request(), SIGNAL, { taken: new Set() }))).fault).toBe('refused');
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
  expect(joinAtSeam('ha ha', ' ha ha')).toBe('ha ha ha ha');
  expect(joinAtSeam('We came to the old bridge', 'to the old bridge and crossed')).toBe(
    'We came to the old bridge and crossed',
  );
});
