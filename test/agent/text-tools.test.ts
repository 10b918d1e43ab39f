/** Models that cannot call tools, in whole conversations. */
import { expect, test } from 'vitest';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { play } from '../support/play.ts';

const server = await modelServer();

const CALL = '```tool_call\n{"name": "note_save", "arguments": {"text": "milk"}}\n```';
const begin = (changes: Record<string, unknown> = {}) =>
  play({ config: modelConfig(server, { default: 'gpt/gemma:2b', light: undefined, heavy: undefined, ...changes }) });

test('a model whose server refuses tools is given them in text, and uses them', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  const scene = { fault: 'no_tools' as const };
  server.play({ ...scene, text: 'never seen' }, { ...scene, text: CALL }, { ...scene, text: 'never seen' });
  server.play({ ...scene, text: 'Saved.', times: 9 });
  expect(await ana.says('save milk as a note')).toBe('Saved.');
  expect(await ana.says('/notes')).toContain('milk');
  // A second refusal says that the first was no slip.
  const [refused, first, again, second] = server.requests.map(({ body }) => body);
  expect(again.tools).toEqual(refused.tools);
  expect(refused.tools.length).toBeGreaterThan(10);
  expect(first).not.toHaveProperty('tools');
  expect(first.messages[0].content).toContain('- note_save: ');
  expect(second.messages.slice(-2)).toEqual([
    { role: 'assistant', content: CALL.replaceAll('": ', '":').replace(', ', ',') },
    {
      role: 'user',
      content: expect.stringMatching(/^<tool_result tool="note_save">\n[\s\S]*milk[\s\S]*<\/tool_result>$/),
    },
  ]);
  await ana.says('thank you');
  // It is known from now on.
  expect(server.requests.slice(3).every(({ body }) => body.tools === undefined)).toBe(true);
});

test('a provider may be told to be spoken to in text from the start', async () => {
  const { providers } = modelConfig(server).models as { providers: { gpt: object } };
  await using coda = await begin({ providers: { ...providers, gpt: { ...providers.gpt, tools: 'text' } } });
  const ana = coda.person('ana');
  server.play({ text: `I will.\n\n${CALL}\n<tool_result>Saved!</tool_result> It is saved.` }, { text: 'Saved.' });
  expect(await ana.says('save milk')).toBe('Saved.');
  expect(await ana.says('/notes')).toContain('milk');
  expect(server.requests.some(({ body }) => body.tools !== undefined)).toBe(false);
});

test('a call that a model with tools writes as text is made, and nobody reads it', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  server.play({ text: ['{"name": "note_save", ', '"arguments": {"text": "milk"}}'] }, { text: 'Saved.' });
  expect(await ana.says('save milk')).toBe('Saved.');
  expect(await ana.says('/notes')).toContain('milk');
  const [, second] = server.requests.map(({ body }) => body);
  expect(second.messages.at(-2).tool_calls).toHaveLength(1);
  expect(JSON.stringify(ana.seen())).not.toContain('arguments');
});

test('JSON that is an answer is an answer', async () => {
  await using coda = await begin();
  const ana = coda.person('ana');
  const answer = 'For example:\n```json\n{"name": "note_save", "arguments": {"text": "milk"}}\n```';
  server.play({ text: answer });
  expect(await ana.says('how would you call your tool?')).toBe(answer);
  expect(await ana.says('/notes')).not.toContain('milk');
});
