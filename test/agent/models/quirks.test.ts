/** What services refuse for good, in their own words: the request goes out once more without it. */
import { describe, expect, test } from 'vitest';
import { NoModel } from '../../../src/agent/index.ts';
import { all, faultIn, request, textOf } from '../../support/model-contract.ts';
import { KEY, type Scene } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelsOn } from '../../support/models.ts';
import { testWorld } from '../../support/world.ts';

const server = await modelServer({ refused: true });

const refusal = (status: number, body: unknown): Scene => ({ sends: { status, body: JSON.stringify(body) } });
const said = (message: string, more: object = {}) => ({ error: { message, type: 'invalid_request_error', ...more } });
/** FastAPI’s form: what is wrong stands in a list, with what was sent. */
const listed = (...loc: (string | number)[]) => ({
  detail: [
    { type: 'extra_forbidden', loc: ['body', ...loc], msg: 'Extra inputs are not permitted', input: { max_tokens: 5 } },
  ],
});

// biome-ignore lint/suspicious/noExplicitAny: rows look into whatever was sent
type Body = any;
const images = [{ name: 'cat.png', type: 'image/png' as const, base64: 'aGVsbG8=' }];
const call = { id: 'a', name: 'note_save', input: { text: 'milk' } };
const tools = Array.from({ length: 12 }, (_, index) => ({
  name: index === 3 ? 'mcp_odd' : `tool_${index}`,
  description: 'Does something.',
  schema: { type: 'object', properties: { many: { type: 'integer', minimum: 1 } } },
  ...(index > 8 && { spare: true }),
}));
const asked = request({
  messages: [
    { role: 'user', text: 'what is this?', images },
    { role: 'assistant', text: '', calls: [call] },
    { role: 'tool', callId: 'a', name: 'note_save', text: 'Saved.', ok: true },
  ],
  asked: 0,
  tools,
  maxTokens: 8_192,
});

const nameOf = (each: Body) => each.function?.name ?? each.name;
const schemaOf = (each: Body) => each.function?.parameters ?? each.input_schema;

const ROWS: readonly [string, 'gpt' | 'claude', number, unknown, (body: Body) => void][] = [
  [
    'Gemini behind a gateway',
    'gpt',
    400,
    said('Function call is missing a thought_signature in functionCall parts. This is required for tools to work.'),
    (body) => expect(JSON.stringify(body.messages)).toContain('skip_thought_signature_validator'),
  ],
  [
    'OpenAI’s newer models, and Azure (opencode 37964)',
    'gpt',
    400,
    said("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", {
      param: 'max_tokens',
      code: 'unsupported_parameter',
    }),
    (body) => {
      expect(body).not.toHaveProperty('max_tokens');
      expect(body.max_completion_tokens).toBe(8_192);
    },
  ],
  [
    'an older vLLM',
    'gpt',
    400,
    { object: 'error', message: JSON.stringify(listed('stream_options').detail), code: 400 },
    noUsage,
  ],
  ['FastAPI', 'gpt', 422, listed('stream_options'), noUsage],
  ['Fireworks', 'gpt', 400, said("Extra inputs are not permitted, field: 'stream_options'"), noUsage],
  [
    'Azure’s validation',
    'gpt',
    422,
    said('Validation error at #/stream_options: Extra inputs are not permitted'),
    noUsage,
  ],
  [
    'NIM',
    'gpt',
    422,
    { title: 'Unprocessable Entity', detail: 'body -> stream_options\n  Extra inputs are not permitted' },
    noUsage,
  ],
  [
    'Groq of old',
    'gpt',
    400,
    said('Tool and function calls do not currently support streaming'),
    (body) => expect(body.stream ?? false).toBe(false),
  ],
  [
    'DeepSeek’s range',
    'gpt',
    400,
    said('Invalid max_tokens value, the valid range of max_tokens is [1, 4096]'),
    (body) => expect(body.max_tokens).toBe(4_096),
  ],
  [
    'a short answer, as Anthropic says it',
    'claude',
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku',
      },
    },
    (body) => expect(body.max_tokens).toBe(4_096),
  ],
  [
    'a proxy that knows no cache',
    'claude',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'system.0.cache_control: Extra inputs are not permitted' },
    },
    (body) => expect(JSON.stringify(body)).not.toContain('cache_control'),
  ],
  ['Gemma’s template', 'gpt', 400, { object: 'error', message: 'System role not supported', code: 400 }, inFirst],
  [
    'Gemma behind Gemini’s API',
    'gpt',
    400,
    [said('Developer instruction is not enabled for models/gemma-3-27b-it')],
    inFirst,
  ],
  [
    'a template that knows no results (llama.cpp 19851)',
    'gpt',
    500,
    {
      error: {
        code: 500,
        message: 'Conversation roles must alternate user/assistant/user/assistant/... at row 19',
        type: 'server_error',
      },
    },
    inWords,
  ],
  [
    'Mistral behind OpenRouter (crush 279)',
    'gpt',
    400,
    {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: '{"object":"error","message":"Unexpected role \'tool\' after role \'user\'","code":"3230"}' },
      },
    },
    inWords,
  ],
  [
    'vLLM without its flags',
    'gpt',
    400,
    { object: 'error', message: '"auto" tool choice requires --enable-auto-tool-choice to be set' },
    inWords,
  ],
  [
    'llama.cpp’s grammar (llama.cpp 27580)',
    'gpt',
    400,
    {
      error: {
        code: 400,
        message: "JSON schema conversion failed:\nPattern must start with '^' and end with '$'",
        type: 'invalid_request_error',
      },
    },
    bareTypes,
  ],
  [
    'LM Studio’s grammar (lmstudio 2193, hermes 67349)',
    'gpt',
    500,
    {
      error:
        'Engine protocol predict request returned 400: {"error":{"code":400,"message":"Failed to initialize samplers: failed to parse grammar","type":"invalid_request_error"}}',
    },
    bareTypes,
  ],
  [
    'Gemini',
    'gpt',
    400,
    [
      {
        error: {
          code: 400,
          message:
            'Invalid JSON payload received. Unknown name "additionalProperties" at \'tools[0].function_declarations[3].parameters\': Cannot find field.',
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
    bareTypes,
  ],
  [
    'the Messages API',
    'claude',
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'tools.3.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12',
      },
    },
    bareTypes,
  ],
  [
    'OpenAI’s most tools',
    'gpt',
    400,
    said(
      "Invalid 'tools': array too long. Expected an array with maximum length 10, but got an array with length 12 instead.",
      { param: 'tools' },
    ),
    (body) => {
      expect(body.tools.map(nameOf)).toEqual(tools.slice(0, 10).map(({ name }) => name));
    },
  ],
  [
    'DeepSeek’s eyes',
    'gpt',
    400,
    said(
      'Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text`',
    ),
    (body) => {
      expect(JSON.stringify(body)).not.toContain('image_url');
      expect(JSON.stringify(body)).toContain('cat.png');
    },
  ],
  [
    'Mistral’s ids behind another server (omlx 1997)',
    'gpt',
    500,
    { error: 'Tool call id was a but must be a-z, A-Z, 0-9, with a length of 9' },
    (body) => {
      const [called, result] = body.messages.slice(2);
      expect(called.tool_calls[0].id).toMatch(/^[a-zA-Z0-9]{9}$/);
      expect(result.tool_call_id).toBe(called.tool_calls[0].id);
    },
  ],
  [
    'Moonshot’s thoughts (n8n 29142)',
    'gpt',
    400,
    said('thinking is enabled but reasoning_content is missing in assistant tool call message at index 2'),
    (body) => expect(body.messages[2].reasoning_content).toBe('…'),
  ],
  [
    'LM Studio’s content (lmstudio 261)',
    'gpt',
    400,
    { error: "Invalid 'content': 'content' field must be a string or an array of objects." },
    (body) => expect(body.messages[2].content).toBe(''),
  ],
  [
    'a tool’s name',
    'claude',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: "tools.3.custom.name: invalid, String should match '^[a-z]$'" },
    },
    withoutOdd,
  ],
  ['a tool that is not permitted', 'gpt', 400, said("The function 'mcp_odd' is not permitted here."), withoutOdd],
];

function noUsage(body: Body): void {
  expect(body).not.toHaveProperty('stream_options');
  expect(body.stream).toBe(true);
  expect(body.max_tokens).toBe(8_192);
}

function inFirst(body: Body): void {
  expect(body.messages.some(({ role }: Body) => role === 'system')).toBe(false);
  expect(JSON.stringify(body.messages[0])).toContain('You are coda.');
  expect(JSON.stringify(body.messages[0])).toContain('what is this?');
}

function inWords(body: Body): void {
  expect(body).not.toHaveProperty('tools');
  expect(body.messages.map(({ role }: Body) => role)).toEqual(['system', 'user', 'assistant', 'user']);
  expect(body.messages[0].content).toContain('mcp_odd');
}

function bareTypes(body: Body): void {
  expect(body.tools).toHaveLength(12);
  expect(schemaOf(body.tools[0])).toEqual({ type: 'object', properties: { many: { type: 'integer' } } });
}

function withoutOdd(body: Body): void {
  expect(body.tools.map(nameOf)).toEqual(tools.map(({ name }) => name).filter((name) => name !== 'mcp_odd'));
}

/** Rows of what a request is as good without. */
const HARMLESS: readonly ((body: Body) => void)[] = [noUsage, inFirst];

describe('obeyed at once, and remembered for an hour', () => {
  test.each(ROWS)('%s', async (_, provider, status, body, changed) => {
    const world = testWorld();
    const models = modelsOn(server, { fallbacks: [] }, world);
    const ask = async () => textOf(await all(models.modelFor('default', `${provider}/some`), asked));
    server.play({ ...refusal(status, body) });
    expect(await ask()).toBe('ok');
    expect(server.requests).toHaveLength(2);
    changed(server.requests[1]?.body);
    const isHarmless = models.quirks(`${provider}/some`).length === 1;
    if (HARMLESS.includes(changed)) expect(isHarmless).toBe(true);
    if (!isHarmless) {
      server.play({ ...refusal(status, body) });
      expect(await ask()).toBe('ok');
      expect(server.requests).toHaveLength(4);
    }
    const before = server.requests.length;
    expect(await ask()).toBe('ok');
    expect(server.requests).toHaveLength(before + 1);
    changed(server.requests.at(-1)?.body);
    expect(models.quirks(`${provider}/some`)).toHaveLength(1);
    // Another model of the provider may well take it.
    expect(models.quirks(`${provider}/another`)).toEqual([]);
    await world.clock.moveTo(new Date(world.clock.now().getTime() + 61 * 60_000));
    expect(models.quirks(`${provider}/some`)).toEqual([]);
  });

  test('one refusal takes no tool, no schema and no picture from the next request', async () => {
    for (const [name, provider, status, body] of ROWS) {
      if (!/schema|Gemini$|eyes|tool|Groq|template/i.test(`${name} ${JSON.stringify(body)}`)) continue;
      server.reset();
      const models = modelsOn(server, { fallbacks: [] });
      const ask = () => all(models.modelFor('default', `${provider}/some`), asked);
      server.play(refusal(status, body));
      await ask();
      await ask();
      const { tools: shown, messages } = server.requests.at(-1)?.body ?? {};
      expect([name, shown?.length]).toEqual([name, 12]);
      expect([name, JSON.stringify(shown).includes('minimum')]).toEqual([name, true]);
      expect([name, JSON.stringify(messages).includes('aGVsbG8=')]).toEqual([name, true]);
    }
  });

  test('what was found out is forgotten on request', async () => {
    const models = modelsOn(server, { fallbacks: [] });
    server.play(refusal(422, listed('stream_options')));
    await all(models.modelFor('default', 'gpt/some'), asked);
    expect(models.quirks('gpt/some')).toHaveLength(1);
    models.forget();
    expect(models.quirks('gpt/some')).toEqual([]);
    await all(models.modelFor('default', 'gpt/some'), asked);
    expect(server.requests.at(-1)?.body).toHaveProperty('stream_options');
  });

  test('several refusals one after another, also where the last one names a tool of what is bare already', async () => {
    const models = modelsOn(server, { fallbacks: [] });
    const schema = said("Invalid schema for function 'mcp_odd': In context=(), object schema missing properties.", {
      param: 'tools[3].function.parameters',
    });
    for (let time = 0; time < 2; time++) {
      server.play(...(time === 0 ? [refusal(422, listed('stream_options'))] : []), refusal(400, schema));
      server.play(refusal(400, schema));
      expect(textOf(await all(models.modelFor('default', 'gpt/some'), asked))).toBe('ok');
    }
    withoutOdd(server.requests.at(-1)?.body);
    expect(models.quirks('gpt/some')).toEqual([
      {
        what: 'stream_options',
        instead: 'is left out',
        setting: 'models.providers.gpt.refuses: [stream_options, schemas]',
      },
      {
        what: 'the schemas of tools',
        instead: 'are shown with bare types',
        setting: 'models.providers.gpt.refuses: [stream_options, schemas]',
      },
      { what: 'the tool mcp_odd', instead: 'is left out' },
    ]);
  });

  test('what the configuration says is left out from the beginning, and told by nobody', async () => {
    const gpt = { kind: 'openai-compatible', base_url: server.baseUrl('openai'), api_key: KEY };
    const models = modelsOn(server, {
      default: 'gpt/some',
      ...{ light: undefined, heavy: undefined, fallbacks: [] },
      providers: { gpt: { ...gpt, refuses: ['stream_options', 'system', 'max_tokens'], max_tokens: 4_096 } },
    });
    await all(models.modelFor('default'), asked);
    const body = server.requests[0]?.body;
    expect(body).not.toHaveProperty('stream_options');
    expect(body).not.toHaveProperty('max_tokens');
    inFirst(body);
    expect(models.limits('gpt/some').answer).toBe(4_096);
    expect(models.quirks('gpt/some')).toEqual([]);
  });
});

describe('anything else', () => {
  test.each([400, 422])('%i is asked once, not three times, and told with the service’s reason', async (status) => {
    const models = modelsOn(server, { fallbacks: [] });
    server.play({
      ...refusal(status, said(`Your account ${KEY} may not use "what is this?" or this region.`)),
      times: 9,
    });
    const none = await faultIn(all(models.modelFor('default', 'gpt/some'), asked));
    expect(server.requests).toHaveLength(1);
    expect(none).toBeInstanceOf(NoModel);
    expect((none as NoModel).why).not.toMatch(/try again/i);
    expect(none.details.told).toBe('Your account … may not use "…" or this region.');
    expect(models.learnt('gpt/some').reason).toBe(none.details.told);
  });

  test.each(['unexpected EOF', 'upstream connect error or disconnect/reset before headers', 'write: broken pipe'])(
    'but what broke on its way is asked again: %s',
    async (message) => {
      server.play(refusal(400, said(message)));
      expect(textOf(await all(modelsOn(server, { fallbacks: [] }).modelFor('default', 'gpt/some'), asked))).toBe('ok');
      expect(server.requests).toHaveLength(2);
    },
  );

  test('goes to a fallback at once', async () => {
    server.play({ when: { model: 'main' }, ...refusal(400, said('This region is not served.')), times: 9 });
    expect(textOf(await all(modelsOn(server).modelFor('default')))).toBe('ok');
    expect(server.requests.map(({ body }) => body.model)).toEqual(['main', 'other']);
  });

  test('a template that fails in itself is not asked again', async () => {
    const message = '\n----\nWhile executing CallExpression at line 9\nError: Jinja Exception: Value is not callable.';
    server.play({ ...refusal(500, { error: { code: 500, message, type: 'server_error' } }), times: 9 });
    const none = await faultIn(
      all(modelsOn(server, { fallbacks: [] }).modelFor('default', 'gpt/some'), request({ tools: [] })),
    );
    expect(none.details.told).toBe('Value is not callable.');
    expect(server.requests).toHaveLength(1);
  });
});

const IMAGE = (base64: string) => [{ name: `${base64}.png`, type: 'image/png' as const, base64 }];
const shows = (base64: string) =>
  request({ messages: [{ role: 'user', text: 'what is this?', images: IMAGE(base64) }] });

describe('one bad picture', () => {
  const BAD = [
    'messages.0.content.0.image.source.base64.data: Could not process image',
    'You uploaded an unsupported image. Please make sure your image has of one the following formats: png, jpeg.',
    'messages.0.content.0.image.source.base64: image exceeds 5 MB maximum: 6000000 bytes > 5242880 bytes',
    'Failed to load image: cannot identify image file',
    'The image dimensions exceed the maximum allowed size of 8000 pixels.',
  ];
  test.each(BAD)('is left out of the next try, said, and blinds the model for no other: %s', async (message) => {
    const models = modelsOn(server, { fallbacks: [] });
    const ask = (base64: string) => all(models.modelFor('default', 'claude/some'), shows(base64));
    server.play(refusal(400, said(message)));
    const events = await ask('YmFk');
    expect(textOf(events)).toBe('ok');
    expect(server.requests[1]?.text).not.toContain('YmFk"');
    expect(server.requests[1]?.text).toContain('YmFk.png');
    expect(events).toContainEqual(expect.objectContaining({ notice: expect.stringMatching(/picture was left out/) }));
    // The same one is known, another one is shown.
    await ask('YmFk');
    await ask('Z29vZA==');
    expect(server.requests).toHaveLength(4);
    expect(server.requests[2]?.text).not.toContain('"YmFk"');
    expect(server.requests[3]?.text).toContain('Z29vZA==');
    expect(models.quirks('claude/some')).toEqual([]);
  });

  test('that is refused in words that nobody knows, twice, blinds the model for no other', async () => {
    const models = modelsOn(server, { fallbacks: [] });
    const ask = (base64: string) => all(models.modelFor('default', 'gpt/some'), shows(base64));
    for (let time = 0; time < 2; time++) {
      server.play(refusal(400, said('Unexpected image_url.')));
      expect(textOf(await ask('YmFk'))).toBe('ok');
    }
    await ask('Z29vZA==');
    expect(server.requests.at(-1)?.text).toContain('Z29vZA==');
  });

  test('among several is found where its place is named', async () => {
    const models = modelsOn(server, { fallbacks: [] });
    const images = [...IMAGE('b25l'), ...IMAGE('YmFk'), ...IMAGE('dHdv')];
    server.play(refusal(400, said('messages.0.content.2.image.source.base64.data: Could not process image')));
    const messages = [{ role: 'user' as const, text: 'what are these?', context: 'It is Friday.', images }];
    await all(models.modelFor('default', 'claude/some'), request({ messages }));
    const sent = server.requests.at(-1)?.text;
    expect(sent).toContain('"b25l"');
    expect(sent).toContain('"dHdv"');
    expect(sent).not.toContain('"YmFk"');
  });
});

describe('a slip of the model that is told as a refusal', () => {
  const SLIPS: readonly [string, object?][] = [
    [
      "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
      { code: 'tool_use_failed', failed_generation: '<function=note_save>{"text": "milk"' },
    ],
    [
      'Tool call validation failed: tool call validation failed: parameters for tool note_save did not match schema: errors: [missing properties: text]',
    ],
    ["tool call validation failed: attempted to call tool 'page_open' which was not in request.tools"],
    ['Failed to parse input at pos 12: <tool_call>{"name": "note_save"'],
    ['error parsing tool call: raw=\'{"text": \', err=unexpected end of JSON input'],
  ];
  test.each(SLIPS)('is asked again with the sentence, and nothing is learned: %s', async (message, more = {}) => {
    const models = modelsOn(server, { fallbacks: [] });
    server.play(refusal(400, said(message, more)));
    expect(textOf(await all(models.modelFor('default', 'gpt/some'), asked))).toBe('ok');
    const [first, second] = server.requests.map(({ body }) => body);
    expect(server.requests).toHaveLength(2);
    expect(second.tools).toEqual(first.tools);
    // What a service may have cached stays as it was.
    expect(second.messages.slice(0, first.messages.length - 1)).toEqual(first.messages.slice(0, -1));
    expect(JSON.stringify(second.messages.at(-1))).toContain(message.slice(0, 20));
    server.play({ ...refusal(400, said(message, more)), times: 9 });
    await faultIn(all(models.modelFor('default', 'gpt/some'), asked));
    expect(models.quirks('gpt/some')).toEqual([]);
    server.reset();
    await all(models.modelFor('default', 'gpt/some'), asked);
    expect(server.requests[0]?.body).toEqual(first);
  });
});
