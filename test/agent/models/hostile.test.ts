/** What services have been seen to send that the API does not foresee. */
import { describe, expect, test, vi } from 'vitest';
import type { ModelEvent } from '../../../src/agent/index.ts';
import { anthropicModel } from '../../../src/agent/models/anthropic.ts';
import { openaiModel } from '../../../src/agent/models/openai.ts';
import { Watch } from '../../../src/agent/models/watch.ts';
import { all, faultIn } from '../../support/model-contract.ts';
import { KEY, type Scene } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';

const server = await modelServer({ refused: true });

type Fields = Record<string, unknown>;

const options = (stream: boolean) => ({
  name: 'some/model',
  model: 'model',
  apiKey: KEY,
  stream,
  silenceMs: 30_000,
  sees: true,
});

async function openai(sends: NonNullable<Scene['sends']>, stream = true): Promise<ModelEvent[]> {
  server.play({ sends, times: 9 });
  return all(openaiModel({ ...options(stream), baseUrl: server.baseUrl('openai') }));
}

async function anthropic(sends: NonNullable<Scene['sends']>, stream = true): Promise<ModelEvent[]> {
  server.play({ sends, times: 9 });
  return all(anthropicModel({ ...options(stream), baseUrl: server.baseUrl('anthropic') }));
}

const DONE = 'data: [DONE]';
const delta = (fields: unknown, reason: string | null = null) => ({
  choices: [{ index: 0, delta: fields, finish_reason: reason }],
});
const completion = (message: unknown, reason: unknown = 'stop') => ({
  body: JSON.stringify({ choices: [{ index: 0, message, finish_reason: reason }] }),
});

/** What is said, thought and called, and how it ended. */
function told(events: readonly ModelEvent[]) {
  const joined = (type: 'text' | 'reasoning') => events.map((each) => (each.type === type ? each.text : '')).join('');
  return {
    text: joined('text'),
    thought: joined('reasoning'),
    calls: events.flatMap((each) => (each.type === 'call' ? [[each.call.id, each.call.name, each.call.input]] : [])),
    stop: events.flatMap((each) => (each.type === 'stop' ? [each.reason] : [])).join(),
  };
}

const SAID = { text: 'It is blue.', thought: '', calls: [], stop: 'end' };
const THOUGHT = { ...SAID, thought: 'Hm.' };

describe('Chat Completions, piece by piece', () => {
  test.each<[string, unknown[], object]>([
    [
      'a list of parts',
      [delta({ content: [{ type: 'text', text: 'It is ' }, 'blue.', { type: 'image_url' }, null] }), DONE],
      SAID,
    ],
    [
      'Mistral’s thoughts among the parts',
      [
        delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] }),
        delta({ content: [{ type: 'text', text: 'It is blue.' }] }, 'stop'),
      ],
      THOUGHT,
    ],
    [
      'Ollama’s thoughts',
      [delta({ content: '', reasoning: 'Hm.' }), delta({ content: 'It is blue.' }, 'stop')],
      THOUGHT,
    ],
    [
      'thoughts by two names at once',
      [delta({ reasoning: 'Hm.', reasoning_content: 'Hm.', content: null }), delta({ content: 'It is blue.' }, 'stop')],
      THOUGHT,
    ],
    [
      'OpenRouter’s details of thoughts',
      [
        delta({ reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }, 5] }),
        delta({ content: 'It is blue.' }, 'stop'),
      ],
      THOUGHT,
    ],
    [
      'heartbeats, and chunks that say nothing',
      [
        ': ping',
        'data: null',
        'data: 5',
        'data: []',
        'data: {}',
        'data: {"choices":null}',
        'data: {"choices":[]}',
        'data: {"choices":[null]}',
        delta(null),
        delta('x'),
        delta({ content: 'It is blue.', tool_calls: null }, 'stop'),
        DONE,
      ],
      SAID,
    ],
    ['an end that nobody knows', [delta({ content: 'It is blue.' }, 'eos_token')], SAID],
    ['an end that is no text', [{ choices: [{ delta: { content: 'It is blue.' }, finish_reason: 7 }] }, DONE], SAID],
    [
      'a text that is no text',
      [delta({ content: 5 }), delta({ content: { url: 'x' }, role: 5 }), delta({ content: 'It is blue.' }, 'stop')],
      SAID,
    ],
    ['a choice without a delta', [{ choices: [{ text: 'It is blue.', finish_reason: 'stop' }] }], SAID],
    [
      'a whole message where a piece was asked for',
      [{ choices: [{ message: { content: 'It is blue.' }, finish_reason: 'stop' }] }],
      SAID,
    ],
  ])('%s', async (_, body, expected) => {
    expect(told(await openai({ body }))).toEqual(expected);
  });

  const piece = (fields: Fields) => delta({ tool_calls: [fields] });
  const milk = { function: { name: 'note_save', arguments: '{"text":' } };
  test.each<[string, unknown[], unknown[]]>([
    [
      'calls in an order of their own',
      [
        piece({ index: 1, id: 'b', function: { name: 'note_list', arguments: '{' } }),
        piece({ index: 0, id: 'a', ...milk }),
        piece({ index: 1, function: { arguments: '}' } }),
        piece({ index: 0, function: { arguments: '"milk"}' } }),
      ],
      [
        ['b', 'note_list', {}],
        ['a', 'note_save', { text: 'milk' }],
      ],
    ],
    [
      'calls that are not counted',
      [
        piece({ id: 'a', ...milk }),
        piece({ function: { arguments: '"milk"}' } }),
        piece({ id: 'b', function: { name: 'note_list' } }),
      ],
      [
        ['a', 'note_save', { text: 'milk' }],
        ['b', 'note_list', {}],
      ],
    ],
    [
      'calls that are all counted as the first',
      [
        piece({ index: 0, id: 'a', ...milk }),
        piece({ index: 0, function: { arguments: '"milk"}' } }),
        piece({ index: 0, id: 'b', function: { name: 'note_list', arguments: '{}' } }),
      ],
      [
        ['a', 'note_save', { text: 'milk' }],
        ['b', 'note_list', {}],
      ],
    ],
    [
      'an id and a name that are said again with each piece',
      [
        piece({ index: 0, id: 'a', ...milk }),
        piece({ index: 0, id: 'a', function: { name: 'note_save', arguments: '"milk"}' } }),
      ],
      [['a', 'note_save', { text: 'milk' }]],
    ],
    [
      'numbers for ids, and no type',
      [piece({ index: '0', id: 7, ...milk }), piece({ index: 0, function: { arguments: '"milk"}' } })],
      [['7', 'note_save', { text: 'milk' }]],
    ],
    [
      'nothing where something belongs',
      [piece({ index: 0, id: null, function: null }), delta({ tool_calls: [null, 5] }), delta({ tool_calls: {} })],
      [['', '', {}]],
    ],
    [
      'whole calls without ids, all counted as the first',
      [
        piece({ index: 0, function: { name: 'note_save', arguments: '{"text":"milk"}' } }),
        piece({ index: 0, function: { name: 'note_save', arguments: '{"text":"tea"}' } }),
        piece({ index: 0, function: { name: 'note_list', arguments: '' } }),
      ],
      [
        ['', 'note_save', { text: 'milk' }],
        ['', 'note_save', { text: 'tea' }],
        ['', 'note_list', {}],
      ],
    ],
    [
      'whole calls that share an id',
      [
        piece({ id: 'a', function: { name: 'note_save', arguments: '{"text":"milk"}' } }),
        piece({ id: 'a', function: { name: 'note_save', arguments: '{"text":"tea"}' } }),
      ],
      [
        ['a', 'note_save', { text: 'milk' }],
        ['a', 'note_save', { text: 'tea' }],
      ],
    ],
    [
      'a call that is said again when it is whole',
      [
        piece({ index: 0, id: 'a', ...milk }),
        piece({ index: 0, function: { arguments: '"milk"}' } }),
        piece({ index: 0, id: 'a', function: { name: 'note_save', arguments: '{"text":"milk"}' } }),
      ],
      [['a', 'note_save', { text: 'milk' }]],
    ],
    [
      'the form before there were several calls',
      [
        delta({ function_call: { name: 'note_save', arguments: '{"text":' } }),
        delta({ function_call: { arguments: '"milk"}' } }),
      ],
      [['', 'note_save', { text: 'milk' }]],
    ],
  ])('%s', async (_, body, calls) => {
    expect(told(await openai({ body: [...body, delta({}, 'stop'), DONE] }))).toEqual({
      text: '',
      thought: '',
      calls,
      stop: 'tools',
    });
  });

  test('usage is found where Groq and Moonshot put it', async () => {
    const counted = { prompt_tokens: 9, completion_tokens: 2 };
    const usage = { type: 'usage', usage: { input: 9, cached: 0, output: 2 } };
    expect(
      await openai({ body: [delta({ content: 'x' }, 'stop'), { choices: [], x_groq: { usage: counted } }] }),
    ).toContainEqual(usage);
    server.reset();
    const within = { choices: [{ delta: {}, finish_reason: 'stop', usage: counted }] };
    expect(await openai({ body: [delta({ content: 'x' }), within] })).toContainEqual(usage);
  });

  test('an answer that does not stream although it was asked to is taken whole', async () => {
    expect(told(await openai(completion({ content: 'It is blue.' })))).toEqual(SAID);
  });

  test.each<[string, unknown, string]>([
    ['an error object', { error: { message: 'Overloaded', type: 'server_error', code: 503 } }, 'transient'],
    ['an error with a number', { error: { message: 'Slow down', code: 429 } }, 'rate_limited'],
    ['an error that is a text', { error: 'upstream is gone' }, 'transient'],
    ['an error as the reason', { choices: [{ delta: {}, finish_reason: 'error' }] }, 'transient'],
    ['an error with a text for its number', { error: { message: 'No auth', code: '401' } }, 'auth_expired'],
  ])('%s within the stream is told', async (_, sent, fault) => {
    expect(await faultIn(openai({ body: [delta({ content: 'It is ' }), sent] }))).toMatchObject({ fault });
  });
});

describe('Chat Completions, whole', () => {
  test.each<[string, unknown, object]>([
    [
      'a list of parts',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: 'It is blue.' },
        ],
      },
      THOUGHT,
    ],
    ['thoughts', { content: 'It is blue.', reasoning: 'Hm.', tool_calls: null }, THOUGHT],
    ['odd fields', { content: 'It is blue.', tool_calls: 'none', role: null, refusal: 5 }, SAID],
    [
      'a call without a type, and without an id',
      { content: null, tool_calls: [{ function: { name: 'note_list', arguments: '' } }] },
      { text: '', thought: '', calls: [['', 'note_list', {}]], stop: 'tools' },
    ],
    ...['', 'call_0'].map((id): [string, unknown, object] => [
      `calls that share the id “${id}”`,
      {
        tool_calls: ['milk', 'milk', 'tea'].map((text) => ({
          ...(id !== '' && { id }),
          type: 'function',
          function: { name: 'note_save', arguments: JSON.stringify({ text }) },
        })),
      },
      {
        text: '',
        thought: '',
        calls: ['milk', 'milk', 'tea'].map((text) => [id, 'note_save', { text }]),
        stop: 'tools',
      },
    ]),
  ])('%s', async (_, message, expected) => {
    expect(told(await openai(completion(message), false))).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ['no choices', '{"choices": []}', 'not_found'],
    ['no object', '"ok"', 'not_found'],
    ['nothing', 'null', 'not_found'],
    ['an error that is a text', '{"error": "Unexpected endpoint or method. (POST /chat/completions)"}', 'not_found'],
    ['an error', '{"error": {"message": "Overloaded", "code": 503}}', 'transient'],
  ])('%s is told', async (_, body, fault) => {
    expect(await faultIn(openai({ body }, false))).toMatchObject({ fault });
  });
});

describe('Messages', () => {
  const start = { type: 'message_start', message: { usage: { input_tokens: 4, output_tokens: 1 } } };
  const end = [{ type: 'message_delta', delta: { stop_reason: 'end_turn' } }, { type: 'message_stop' }];
  const block = (index: unknown, content_block: unknown) => ({ type: 'content_block_start', index, content_block });
  const grown = (index: unknown, fields: unknown) => ({ type: 'content_block_delta', index, delta: fields });

  test.each<[string, unknown[], object]>([
    ['text without a beginning', [start, grown(0, { type: 'text_delta', text: 'It is blue.' }), ...end], SAID],
    [
      'nothing where something belongs',
      [
        { type: 'message_start', message: null },
        block(0, null),
        grown(0, null),
        { type: 'news', what: {} },
        block(1, { type: 'text', text: null }),
        grown(1, { type: 'text_delta', text: 'It is blue.' }),
        grown(1, { type: 'text_delta', text: 7 }),
        { type: 'content_block_stop' },
        ...end,
      ],
      SAID,
    ],
    [
      'a thought, and a call whose end was left out',
      [
        start,
        block(0, { type: 'thinking', thinking: null }),
        grown(0, { type: 'thinking_delta', thinking: 'Hm.' }),
        block(1, { type: 'tool_use', id: 7, name: 'note_save', input: null }),
        grown(1, { type: 'input_json_delta', partial_json: '{"text":"milk"}' }),
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: null },
      ],
      { text: '', thought: 'Hm.', calls: [['7', 'note_save', { text: 'milk' }]], stop: 'tools' },
    ],
    [
      'blocks that are all counted as the first',
      [
        start,
        block(0, { type: 'tool_use', id: 'a', name: 'note_save', input: {} }),
        grown(0, { type: 'input_json_delta', partial_json: '{"text":"milk"}' }),
        block(0, { type: 'tool_use', id: 'b', name: 'note_list', input: {} }),
        ...end,
      ],
      {
        ...{ text: '', thought: '', stop: 'end' },
        calls: [
          ['a', 'note_save', { text: 'milk' }],
          ['b', 'note_list', {}],
        ],
      },
    ],
  ])('%s', async (_, body, expected) => {
    expect(told(await anthropic({ body }))).toEqual(expected);
  });

  test('an answer that does not stream although it was asked to is taken whole', async () => {
    const body = JSON.stringify({ content: [null, 5, { type: 'text', text: 'It is blue.' }], stop_reason: null });
    expect(told(await anthropic({ body }))).toEqual(SAID);
    expect(told(await anthropic({ body }, false))).toEqual(SAID);
  });

  test('an error with status 200 is told', async () => {
    const body = JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
    expect(await faultIn(anthropic({ body }, false))).toMatchObject({ fault: 'transient' });
  });
});

describe('an answer that is far too much', () => {
  const deep = `{"text":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  const toolUse = (input: unknown) => ({ type: 'tool_use', id: '', name: 'note_save', input });
  const called = (sent: unknown) => ({ tool_calls: [{ index: 0, function: { name: 'note_save', arguments: sent } }] });
  const many = Array.from({ length: 300 }, (_, index) => index);

  test.each<[string, () => Promise<ModelEvent[]>]>([
    ['streamed', () => openai({ body: many.map((index) => delta({ tool_calls: [{ index }] })) })],
    ['whole', () => openai(completion({ tool_calls: many.map((index) => ({ index })) }), false)],
    [
      'in blocks',
      () =>
        anthropic({ body: many.map((index) => ({ type: 'content_block_start', index, content_block: toolUse({}) })) }),
    ],
    ['in whole blocks', () => anthropic({ body: JSON.stringify({ content: many.map(() => toolUse({})) }) }, false)],
  ])('hundreds of calls, %s, are no answer', async (_, asked) => {
    expect(await faultIn(asked())).toMatchObject({ fault: 'malformed_output' });
  });

  test('an event of thousands of lines that are no JSON is no answer', async () => {
    const event = `${'data: x\n'.repeat(2_000)}\n`;
    expect(await faultIn(openai({ body: [event, delta({ content: 'It is blue.' }, 'stop')] }))).toMatchObject({
      fault: 'malformed_output',
    });
  });

  test.each<[string, () => Promise<ModelEvent[]>]>([
    ['as text', () => openai({ body: [delta(called(deep), 'tool_calls')] })],
    [
      'as an object',
      () => openai({ body: [`data: ${JSON.stringify(delta(called('HERE'), 'tool_calls')).replace('"HERE"', deep)}`] }),
    ],
    ['in a block', () => anthropic({ body: `{"content":[{"type":"tool_use","name":"note_save","input":${deep}}]}` })],
  ])('arguments with 20,000 levels, %s, are a call that does not fit its tool', async (_, asked) => {
    expect(told(await asked()).calls).toEqual([['', 'note_save', expect.any(String)]]);
  });

  const levels = (open: string, close: string) => `${open.repeat(20_000)}"x"${close.repeat(20_000)}`;

  test.each<[string, () => Promise<ModelEvent[]>]>([
    ['what it tells of a fault', () => openai({ body: `{"error":${levels('{"a":', '}')}}` }, false)],
    ['a fault in a stream', () => openai({ body: [`data: {"error":${levels('[', ']')}}\n\n`] })],
    ['a fault of the other service', () => anthropic({ body: `{"type":"error","error":${levels('{"a":', '}')}}` })],
  ])('%s with 20,000 levels is no valid answer', async (_, asked) => {
    expect(await faultIn(asked())).toMatchObject({ fault: 'malformed_output' });
  });

  test('a text with 20,000 levels is none', async () => {
    const content = levels('[{"text":', '}]');
    expect(told(await openai({ body: `{"choices":[{"message":{"content":${content}}}]}` }, false)).calls).toEqual([]);
  });

  test('pieces of many calls in turn each reach their own', async () => {
    const piece = (index: number, name: string, json: string) =>
      delta({ tool_calls: [{ index, function: { name, arguments: json } }] });
    const each = many.slice(0, 200);
    const body = [
      ...each.map((index) => piece(index, 'note_save', `{"text":`)),
      ...each.map((index) => piece(index, '', `"${index}"}`)),
    ];
    expect(told(await openai({ body: [...body, DONE] })).calls).toEqual(
      each.map((index) => ['', 'note_save', { text: String(index) }]),
    );
  });
});

test('heartbeats keep a connection alive for a while, and words keep it alive', () => {
  vi.useFakeTimers();
  try {
    const watch = new Watch(new AbortController().signal, 1_000);
    let isEnded = false;
    watch.onStop(() => {
      isEnded = true;
    });
    const beat = () => watch.beat(': ping\n\n'.length);
    const pass = (ms: number) => vi.advanceTimersByTime(ms);
    for (let beats = 0; beats < 2; beats++) {
      pass(900);
      beat();
    }
    watch.alive(1, 'some/model');
    for (let beats = 0; beats < 3; beats++) {
      pass(900);
      beat();
    }
    expect(watch.silent).toBe(false);
    pass(900);
    expect(watch.silent).toBe(true);
    expect(isEnded).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

describe('what a refusal means', () => {
  const PAGE = '<!doctype html><html><body>Bad gateway</body></html>';
  const told = (message: string, more: Fields = {}) => JSON.stringify({ error: { message, ...more } });
  test.each<[string, number, string, string, object?]>([
    ['a gateway’s page', 502, PAGE, 'transient'],
    ['a page of too many requests', 429, PAGE, 'rate_limited'],
    ['a page of a login', 403, PAGE, 'not_found', { reason: 'wrong_address' }],
    ['a page that is missing', 404, PAGE, 'not_found', { reason: 'wrong_address' }],
    ['a path that is missing', 404, '404 page not found', 'not_found', { reason: 'wrong_address' }],
    ['a path that is missing, in JSON', 404, '{"detail":"Not Found"}', 'not_found', { reason: 'wrong_address' }],
    ['a method that is not allowed', 405, '{"detail":"Method Not Allowed"}', 'not_found', { reason: 'wrong_address' }],
    ['a model that is missing', 404, told("model 'x' not found"), 'not_found'],
    ['a model that is missing by its name', 404, told('The resource some/model is gone'), 'not_found'],
    ['a model that is none', 400, told('x is not a valid model ID'), 'not_found'],
    ['Ollama without tools', 400, told('gemma:2b does not support tools'), 'not_found', { reason: 'no_tools' }],
    [
      'vLLM without its flags',
      400,
      JSON.stringify({
        object: 'error',
        message: '"auto" tool choice requires --enable-auto-tool-choice to be set',
        code: 400,
      }),
      'not_found',
      { reason: 'no_tools' },
    ],
    ['llama.cpp without its flag', 500, told('tools param requires --jinja flag'), 'not_found', { reason: 'no_tools' }],
    [
      'OpenRouter without tools',
      404,
      told('No endpoints found that support tool use.'),
      'not_found',
      { reason: 'no_tools' },
    ],
    [
      'a small window',
      400,
      told("This model's maximum context length is 4096 tokens. However, you requested 9000 tokens."),
      'context_overflow',
      { window: 4_096 },
    ],
    [
      'llama.cpp’s window',
      400,
      told('the request exceeds the available context size (4096 tokens)', { type: 'exceed_context_size_error' }),
      'context_overflow',
      { window: 4_096 },
    ],
    [
      'Gemini’s list',
      400,
      `[${told('API key not valid.', { code: 401, status: 'UNAUTHENTICATED' })}]`,
      'malformed_output',
    ],
    ['nothing', 500, '', 'transient'],
    ['nothing of use', 400, 'null', 'malformed_output'],
  ])('%s', async (_, status, body, fault, details = {}) => {
    const type = body.startsWith('<') ? 'text/html' : 'application/json';
    const error = await faultIn(openai({ status, type, body }));
    expect(error.fault).toBe(fault);
    expect(error.details).toEqual(expect.objectContaining(details));
    expect(error.message).not.toMatch(/[{<]/);
  });
});
