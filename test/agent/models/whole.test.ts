/** When an answer is whole, and in which forms it comes, whatever its service calls them. */
import zlib from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ModelEvent } from '../../../src/agent/index.ts';
import { all, faultIn, textOf } from '../../support/model-contract.ts';
import type { Scene } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelsOn } from '../../support/models.ts';

const server = await modelServer();
afterEach(() => vi.useRealTimers());

type Sends = NonNullable<Scene['sends']>;

const ask = (name: string, changes: Record<string, unknown> = {}) =>
  all(modelsOn(server, { fallbacks: [], ...changes }).modelFor('default', name));

const piece = (content: string, reason: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason: reason }],
});
const DONE = 'data: [DONE]';
const cut = (bytes: Buffer) => bytes.subarray(0, -2);
const GPT = [piece('It is '), piece('blue.'), piece('', 'stop')];
const CLAUDE = [
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'It is blue.' } },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
];
const WHOLE = JSON.stringify({ choices: [{ message: { content: 'It is blue.' }, finish_reason: 'stop' }] });

function expectWhole(events: readonly ModelEvent[]): void {
  expect(textOf(events)).toBe('It is blue.');
  expect(events.at(-1)).toEqual({ type: 'stop', reason: 'end' });
}

describe('an answer is whole although the connection stays open', () => {
  test.each<[string, string, readonly unknown[]]>([
    ['once a stream says that it is done', 'gpt/some', [...GPT, DONE]],
    ['once a stream without a reason says so', 'gpt/some', [piece('It is blue.'), DONE]],
    ['once a message has stopped', 'claude/some', [...CLAUDE, { type: 'message_stop' }]],
  ])('%s', async (_, name, body) => {
    server.play({ sends: { body, open: true } });
    expectWhole(await ask(name));
    expect(await server.requests[0]?.left).toBe(true);
  });

  test.each<[string, string, readonly unknown[]]>([
    ['Chat Completions', 'gpt/some', GPT],
    ['Messages', 'claude/some', CLAUDE],
  ])('soon after its reason to end: %s', async (_, name, body) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.play({ sends: { body, open: true } });
    const heard = { events: undefined as ModelEvent[] | undefined };
    ask(name).then((events) => Object.assign(heard, { events }));
    const asked = await server.arrived(1);
    // Far less than the silence after which it would be given up.
    for (let seconds = 0; seconds < 30 && !heard.events; seconds += 3) {
      for (let turn = 0; turn < 100 && !heard.events; turn++) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(3_000);
    }
    expectWhole(heard.events ?? []);
    expect(await asked.left).toBe(true);
  });

  test('and when it breaks behind it', async () => {
    server.play({ sends: { body: GPT, headers: { 'content-length': '99999' } } });
    expectWhole(await ask('gpt/some'));
  });
});

test.each<[string, Sends]>([
  [
    'a mark of the end within a text that was cut',
    { body: [piece('Write '), 'data: {"choices":[{"delta":{"content":"data: [DONE]'], packed: cut },
  ],
  ['half of a piece', { body: [piece('Write '), 'data: {"choices":[{"delta"'], packed: cut }],
])('%s is no end', async (_, sends) => {
  server.play({ sends, times: 9 });
  expect((await faultIn(ask('gpt/some'))).fault).toBe('transient');
});

describe('an answer is read', () => {
  const gzipped = { packed: zlib.gzipSync, headers: { 'content-encoding': 'gzip' } };
  test.each<[string, Sends]>([
    ['behind a byte order mark', { body: [...GPT, DONE], before: '\ufeff' }],
    ['whose last line has no end', { body: [...GPT.slice(0, 2), piece('', 'stop')], packed: cut }],
    [
      'among signs of life that are no JSON',
      {
        body: [
          'data: : keepalive',
          'data: ping',
          piece('It is '),
          'data: [heartbeat]',
          'data: ',
          piece('blue.', 'stop'),
          DONE,
        ],
      },
    ],
    [
      'whose events have no empty line between them',
      { body: [[...GPT.map((each) => `data: ${JSON.stringify(each)}`), DONE].join('\n')] },
    ],
    ['whole where a stream was asked for', { body: WHOLE, type: 'text/event-stream' }],
    ['whole as plain text', { body: WHOLE, type: 'text/plain', before: '\n\n  ' }],
    ['whole as a page', { body: WHOLE, type: 'text/html' }],
    ['whole behind a byte order mark', { body: WHOLE, before: '\ufeff' }],
    ['whole with the end of a stream behind it', { body: `${WHOLE}data: [DONE]\n\n` }],
    ['in pieces as JSON', { body: [...GPT, DONE], type: 'application/json' }],
    ['in pieces as a page', { body: [...GPT, DONE], type: 'text/html' }],
    ['in pieces, compressed', { body: [...GPT, DONE], ...gzipped }],
    ['whole, compressed', { body: WHOLE, packed: zlib.brotliCompressSync, headers: { 'content-encoding': 'br' } }],
  ])('%s', async (_, sends) => {
    server.play({ sends });
    expectWhole(await ask('gpt/some'));
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('in pieces where it was asked for whole', async () => {
    const { providers } = modelsOn(server).settings;
    const gpt = { ...providers.gpt, stream: false };
    server.play({ sends: { body: [...GPT, DONE] } });
    expectWhole(await ask('gpt/some', { providers: { ...providers, gpt } }));
    expect(server.requests[0]?.body.stream).toBeUndefined();
  });

  test('not where it is compressed in a way that nobody knows, and that is named', async () => {
    server.play({ sends: { body: WHOLE, headers: { 'content-encoding': 'snappy' } }, times: 9 });
    expect(String(await faultIn(ask('gpt/some')))).toContain('snappy');
  });
});

test('a model of one’s own machine may be silent longer than one on the Internet, and each provider as it says', () => {
  const { providers } = modelsOn(server).settings;
  const far = { ...providers.gpt, base_url: 'https://api.example.com/v1' };
  const models = modelsOn(server, {
    providers: {
      ...providers,
      far,
      lan: { ...far, base_url: 'http://box.local:1234/v1' },
      deep: { ...far, silence: '9m' },
    },
  });
  const seconds = (name: string) => models.silenceOf(`${name}/some`) / 1_000;
  expect(['gpt', 'lan', 'far', 'deep'].map(seconds)).toEqual([300, 300, 75, 540]);
  expect(modelsOn(server, { local_silence: '10m' }).silenceOf('gpt/some')).toBe(600_000);
});

test.each(['content_filter', 'SAFETY', 'PROHIBITED_CONTENT', 'refusal'])(
  'an answer that ended with %s was refused',
  async (reason) => {
    server.play({ sends: { body: [piece('It is '), piece('', reason), DONE] } });
    expect((await ask('gpt/some')).at(-1)).toEqual({ type: 'stop', reason: 'refused' });
  },
);

test('a call that its service could not read ends the answer and is asked for again', async () => {
  server.play({ sends: { body: [piece('', 'malformed_function_call'), DONE] } }, { text: 'In words, then.' });
  expect(textOf(await ask('gpt/some'))).toBe('In words, then.');
  expect(JSON.stringify(server.requests[1]?.body.messages.at(-1))).toContain('could not be made');
});
