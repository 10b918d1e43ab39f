/** Requests that are too long, in the words of many services: each conversation goes on by itself, without `/new`. */
import { beforeAll, describe, expect, test } from 'vitest';
import { all, faultIn, request } from '../../support/model-contract.ts';
import type { Scene } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig, modelsOn } from '../../support/models.ts';
import { type Play, play } from '../../support/play.ts';

const server = await modelServer();

const said = (message: string, more: object = {}) => ({ error: { message, ...more } });
const TOO_LONG: readonly [string, number, unknown][] = [
  ['Gemini', 400, [said('The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).')]],
  [
    'xAI',
    400,
    { code: 'invalid', error: "This model's maximum prompt length is 131072 but the request contains 140000 tokens." },
  ],
  ['vLLM', 400, { object: 'error', message: 'max_tokens must be at least 1, got -1234.', code: 400 }],
  [
    'TGI',
    422,
    {
      error:
        'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 1024 `max_new_tokens`',
      error_type: 'validation',
    },
  ],
  ['Kimi', 400, said('Invalid request: Your request exceeded model token limit: 131072')],
  ['GLM', 400, said('Prompt exceeds max length', { code: '1261' })],
  ['GLM in Chinese', 400, said('Prompt 超长', { code: '1261' })],
  ['Qwen', 400, said('Range of input length should be [1, 98304]', { code: 'InvalidParameter' })],
  [
    'Copilot',
    400,
    said('prompt token count of 130000 exceeds the limit of 128000', { code: 'model_max_prompt_tokens_exceeded' }),
  ],
  [
    'Cohere',
    400,
    { message: 'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292.' },
  ],
  ['Tabby', 400, { detail: 'Prompt length 5000 is greater than max_seq_len 4096' }],
  ['DeepInfra', 400, said('Requested input length 132000 exceeds maximum input length 131071')],
  [
    'OpenAI by the minute',
    429,
    said('Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 40000.', {
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
  ],
  [
    'LM Studio',
    400,
    {
      error:
        'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    },
  ],
  [
    'llama.cpp',
    400,
    said('the request exceeds the available context size, try increasing it', { type: 'exceed_context_size_error' }),
  ],
  [
    'Bedrock',
    400,
    {
      message:
        'Malformed input request: expected maxLength: 100000, actual: 120000, please reformat your input and try again.',
    },
  ],
  ['MiniMax', 400, said('invalid params, context window exceeds limit (2013)')],
  [
    'SGLang',
    400,
    {
      object: 'error',
      message: "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
      code: 400,
    },
  ],
  [
    'OpenAI’s bound of a text',
    400,
    said(
      "Invalid 'messages[0].content': string too long. Expected a string with maximum length 1048576, but got a string with length 1500000 instead.",
    ),
  ],
  ['llama.cpp without room', 500, said('failed to find free space in the KV cache')],
  ['a service without numbers', 400, said('Please reduce the length of the messages.')],
  ['a service with few words', 400, said('text too long')],
  ['a gateway', 400, said('Your prompt has 12000 tokens, only 8000 fit')],
];

const OTHERS: readonly [string, number, unknown, string][] = [
  [
    'a busy service',
    429,
    said('Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000.'),
    'rate_limited',
  ],
  [
    'a short answer',
    400,
    said(
      'max_tokens is too large: 8192. This model supports at most 4096 completion tokens, whereas you provided 8192.',
    ),
    'malformed_output',
  ],
  [
    'a long id',
    400,
    said("Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40."),
    'malformed_output',
  ],
  [
    'a long description',
    400,
    said(
      "Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024, but got a string with length 1100.",
    ),
    'malformed_output',
  ],
  [
    'a large picture',
    400,
    said('messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6000000 bytes > 5242880 bytes'),
    'malformed_output',
  ],
  [
    'too little memory',
    500,
    said('model requires more system memory (5.6 GiB) than is available (3.1 GiB)'),
    'transient',
  ],
];

const refusal = (status: number, body: unknown): Scene => ({ sends: { status, body: JSON.stringify(body) } });
const within = (body: unknown): Scene => ({ sends: { body: [body] } });

const faultOf = (scene: Scene) => {
  server.play({ ...scene, times: 9 });
  return faultIn(all(modelsOn(server, { fallbacks: [] }).modelFor('default', 'gpt/some'), request({ maxTokens: 64 })));
};

describe('what a service says of a request that is too long is understood', () => {
  test.each(TOO_LONG)('by %s', async (_, status, body) => {
    expect((await faultOf(refusal(status, body))).fault).toBe('context_overflow');
    server.reset();
    expect((await faultOf(within(body))).fault).toBe('context_overflow');
  });

  test.each(OTHERS)('%s is something else', async (_, status, body, fault) => {
    expect((await faultOf(refusal(status, body))).fault).toBe(fault);
  });
});

describe('a conversation that has become too long', () => {
  let coda: Play;
  /** Characters of the longest request that the service takes. */
  let most = 0;
  let refuses: Scene;
  beforeAll(async () => {
    coda = await play({ config: modelConfig(server, { default: 'gpt/some', light: 'gpt/some', heavy: undefined }) });
    return () => coda[Symbol.asyncDispose]();
  });

  /** Says as much as makes the conversation many times as long as a new one. */
  async function fill(name: string): Promise<void> {
    const person = coda.person(name);
    await person.says('hello');
    const [first] = server.requests;
    most = (first?.text.length ?? 0) * 1.5;
    for (let turn = 0; turn < 4; turn++) await person.says(`Note ${turn}: ${'and so on, '.repeat(2_000)}`);
    server.improvise = (body) => (JSON.stringify(body).length > most ? refuses : { text: 'Here I am.' });
  }

  test.each([
    ['words that nobody knows', refusal(400, said('Provider returned error'))],
    ['a number of tokens', refusal(400, said('Your prompt has 120000 tokens, only 8000 fit'))],
    ['words in a stream', within(said('context overflow'))],
  ])('is answered all the same, refused with %s', async (words, scene) => {
    refuses = scene;
    const name = `p${words.length}`;
    await fill(name);
    const person = coda.person(name);
    expect(await person.says('are you there?')).toMatch(/^Here I am\./);
    const before = server.requests.length;
    expect(await person.says('and now?')).toMatch(/^Here I am\./);
    // It is known for a while what the service takes.
    expect(server.requests.length - before).toBeLessThan(4);
    server.improvise = undefined;
    server.reset();
  });
});
