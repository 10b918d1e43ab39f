import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeptBlocks, ModelMessage } from '../../../src/agent/index.ts';
import { anthropicModel } from '../../../src/agent/models/anthropic.ts';
import { dialectOf, keptThoughts, openaiModel, openaiRequest, vendorAt } from '../../../src/agent/models/openai.ts';
import { all, modelContract, request } from '../../support/model-contract.ts';
import { KEY, ModelServer } from '../../support/model-server/index.ts';

for (const stream of [true, false]) {
  modelContract('anthropic', {
    api: 'anthropic',
    stream,
    open: (options) => anthropicModel(named('anthropic/claude-test', { stream, ...options })),
  });
  modelContract('openai-compatible', {
    api: 'openai',
    stream,
    open: (options) => openaiModel(named('openai/gpt-test', { stream, ...options })),
  });
}

describe.each([true, false])('what services want back with their calls (stream: %s)', (stream) => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await ModelServer.start();
  });
  afterAll(() => server.close());

  test('Gemini is given its signatures again', async () => {
    const model = openaiModel(named('gemini/gemini-3-pro', { stream, baseUrl: server.baseUrl('openai'), apiKey: KEY }));
    server.play({
      calls: [
        { id: 'a', name: 'note_save', input: { text: 'milk' }, signature: 'U0lHTkVE' },
        { id: 'b', name: 'note_save', input: { text: 'tea' } },
      ],
    });
    const events = await all(model);
    const calls = events.flatMap((event) => (event.type === 'call' ? [event.call] : []));
    const keep = events.find((event) => event.type === 'keep')?.keep;
    const results = calls.map(({ id, name }) => ({
      role: 'tool' as const,
      callId: id,
      name,
      text: 'Saved.',
      ok: true,
    }));
    const [asked] = request().messages;
    const turn: ModelMessage[] = [{ role: 'assistant', text: '', calls, ...(keep && { keep }) }, ...results];
    await all(model, request({ messages: [asked as ModelMessage, ...turn], asked: 0 }));
    expect(server.refused).toEqual([]);
    const [first, second] = server.requests.at(-1)?.body.messages.at(-3).tool_calls ?? [];
    expect(first.extra_content).toEqual({ google: { thought_signature: 'U0lHTkVE' } });
    expect(second).not.toHaveProperty('extra_content');
  });
});

test('what another model called is shown to Gemini as unsigned, and what DeepSeek thought to DeepSeek', () => {
  const call = { id: 'a', name: 'note_save', input: {} };
  const sent = (baseUrl: string, keep?: KeptBlocks) => {
    const options = { name: 'x/y', model: 'y', sees: true, baseUrl, refuses: new Set<string>() };
    const messages: ModelMessage[] = [{ role: 'assistant', text: '', calls: [call], ...(keep && { keep }) }];
    return JSON.stringify(
      openaiRequest(request({ messages }), options, dialectOf(vendorAt(baseUrl), options.refuses)).messages,
    );
  };
  const google = 'https://generativelanguage.googleapis.com/v1beta/openai';
  expect(sent(google)).toContain('skip_thought_signature_validator');
  expect(sent('https://api.openai.com/v1')).not.toContain('extra_content');
  const keep = keptThoughts('x/y', [null], 'I will save it.');
  expect(sent('https://api.deepseek.com', keep)).toContain('"reasoning_content":"I will save it."');
  expect(sent(google, keptThoughts('other/model', [{ google: { thought_signature: 'c2ln' } }], ''))).not.toContain(
    'c2ln',
  );
});

function named<T extends { baseUrl: string; apiKey: string; silenceMs?: number; sees?: boolean }>(
  name: string,
  options: T,
) {
  return { name, model: name.split('/')[1] ?? '', stream: true, silenceMs: 30_000, sees: true, ...options };
}
