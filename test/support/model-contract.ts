import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Model, ModelError, ModelEvent, ModelRequest } from '../../src/agent/index.ts';
import { type Fault, KEY, ModelServer } from './model-server/index.ts';

export interface ModelUnderTest {
  /** Its name among the scripted server's APIs. */
  api: 'anthropic' | 'openai';
  stream: boolean;
  open(options: { baseUrl: string; apiKey: string; silenceMs?: number; sees?: boolean }): Model;
}

interface Said {
  role: string;
}

/** A tool, as one service and the other are told of it. */
interface Named {
  name?: string;
  function?: { name: string };
}

/** Of a provider that gives long ids to its calls. */
const LONG_ID = `fc_${'0f0e50a1476a6c35'.repeat(4)}`;

const NO_STOP = new AbortController().signal;

export function request(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    system: 'You are coda.',
    messages: [{ role: 'user', text: 'hello', context: 'It is Friday.' }],
    tools: [
      {
        name: 'note_save',
        description: 'Saves a note.',
        schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      },
    ],
    maxTokens: 1_000,
    ...changes,
  };
}

export async function all(model: Model, asked: ModelRequest = request(), signal = NO_STOP): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of model.generate(asked, signal)) events.push(event);
  return events;
}

export const textOf = (events: readonly ModelEvent[]) =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');

export async function faultIn(answer: Promise<unknown>): Promise<ModelError> {
  return answer.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: ModelError) => error,
  );
}

/** What every model that is reached over HTTP owes, against a server that speaks the real API. */
export function modelContract(name: string, { api, stream, open }: ModelUnderTest): void {
  describe(`${name}, ${stream ? 'streaming' : 'whole'}`, () => {
    let server: ModelServer;
    const model = (more: { silenceMs?: number; apiKey?: string; sees?: boolean } = {}) =>
      open({ baseUrl: server.baseUrl(api), apiKey: KEY, ...more });
    const play = async (fault: Fault, more: { silenceMs?: number } = {}) => {
      server.play({ fault, text: ['It ', 'is ', 'so.'] });
      return faultIn(all(model(more)));
    };

    beforeAll(async () => {
      server = await ModelServer.start();
    });
    afterEach(() => server.reset());
    afterAll(() => server.close());

    test('an answer comes in pieces, with its usage, and ends with its stop', async () => {
      server.play({ text: ['It ', 'is ', 'so.'], usage: { input: 100, cached: 40, output: 7 } });
      const events = await all(model());
      expect(textOf(events)).toBe('It is so.');
      expect(events.filter(({ type }) => type === 'text')).toHaveLength(stream ? 3 : 1);
      expect(events).toContainEqual({ type: 'usage', usage: { input: 100, cached: 40, output: 7 } });
      expect(events.at(-1)).toEqual({ type: 'stop', reason: 'end' });
      expect(server.refused).toEqual([]);
    });

    test('several calls come with their parsed arguments', async () => {
      server.play({
        text: 'Let me see.',
        calls: [
          { id: 'a', name: 'note_save', input: { text: 'milk, “2 l”' } },
          { id: 'b', name: 'note_list' },
        ],
      });
      const events = await all(model());
      expect(events.filter(({ type }) => type === 'call')).toEqual([
        { type: 'call', call: { id: 'a', name: 'note_save', input: { text: 'milk, “2 l”' } } },
        { type: 'call', call: { id: 'b', name: 'note_list', input: {} } },
      ]);
      expect(events.at(-1)).toEqual({ type: 'stop', reason: 'tools' });
    });

    test('each request has the rules, the tools and the words that it was made with, whatever went out before', async () => {
      const asking = model();
      const [note] = request().tools as [ModelRequest['tools'][number]];
      const [tools, fewer] = [[note, { ...note, name: 'note_list', description: 'Lists “notes” …' }], [note]];
      const asked = [
        { system: 'Be brief.', tools, words: 'one' },
        { system: 'Be brief.', tools, words: 'zwölf 👋' },
        { system: 'Be kind — “always”.', tools, words: 'one' },
        { system: 'Be kind — “always”.', tools: fewer, words: 'two' },
        { system: 'Be brief.', tools, words: 'three' },
        { system: '', tools, words: 'four' },
        { system: 'Be brief.', tools: [], words: 'five' },
      ];
      for (const { words, ...made } of asked) {
        server.play({ text: 'Yes.' });
        await all(asking, request({ ...made, messages: [{ role: 'user', text: words }] }));
      }
      const sent = server.requests.map(({ body }) => {
        const { system, messages } = body;
        const rules =
          api === 'anthropic' ? system?.[0].text : messages.find(({ role }: Said) => role === 'system')?.content;
        const named = (body.tools ?? []).map((tool: Named) => tool.name ?? tool.function?.name);
        return { rules, named, said: JSON.stringify(messages.at(-1)) };
      });
      expect(server.refused).toEqual([]);
      expect(sent).toEqual(
        asked.map(({ system, tools: given, words }) => ({
          rules: system || undefined,
          named: given.map(({ name }) => name),
          said: expect.stringContaining(words),
        })),
      );
    });

    test('arguments that are no JSON come as their text', async () => {
      server.play({ calls: [{ id: 'a', name: 'note_save', raw: '{"text": "milk' }] });
      expect(await all(model())).toContainEqual({
        type: 'call',
        call: { id: 'a', name: 'note_save', input: '{"text": "milk' },
      });
    });

    test('arguments that come as an object are taken as they are', async () => {
      const calls = [
        { id: 'a', name: 'note_save', input: { text: 'milk, “2 l”' }, object: true as const },
        { id: 'b', name: 'note_list', object: true as const },
      ];
      server.play({ calls });
      expect((await all(model())).filter(({ type }) => type === 'call')).toEqual(
        calls.map(({ id, name, input = {} }) => ({ type: 'call', call: { id, name, input } })),
      );
    });

    test('an answer that is whole, though nothing says why it ended, is taken', async () => {
      const calls = [{ id: 'a', name: 'note_save', input: { text: 'milk' } }];
      server.play({ fault: 'no_reason', text: 'It is so.' }, { fault: 'no_reason', calls });
      const said = await all(model());
      expect(textOf(said)).toBe('It is so.');
      expect(said.at(-1)).toEqual({ type: 'stop', reason: 'end' });
      expect(await all(model())).toContainEqual({
        type: 'call',
        call: { id: 'a', name: 'note_save', input: { text: 'milk' } },
      });
      server.play({ fault: 'no_end', text: 'It is so.' });
      expect((await all(model())).at(-1)).toEqual({ type: 'stop', reason: 'end' });
    });

    test('an answer for which the window had no room is told as a request that was too long, and counted', async () => {
      server.play({ text: 'It is', stop: 'window', usage: { input: 100, output: 7 } });
      const events: ModelEvent[] = [];
      const reading = async () => {
        for await (const event of model().generate(request(), NO_STOP)) events.push(event);
      };
      expect(await faultIn(reading())).toMatchObject({ fault: 'context_overflow' });
      expect(events.at(-1)).toEqual({ type: 'usage', usage: { input: 100, cached: 0, output: 7 } });
    });

    test('a cut at the token limit and a refusal are told apart from an end', async () => {
      server.play({ text: 'It', stop: 'length' }, { text: 'No.', stop: 'refused' });
      expect((await all(model())).at(-1)).toEqual({ type: 'stop', reason: 'length' });
      expect((await all(model())).at(-1)).toEqual({ type: 'stop', reason: 'refused' });
    });

    test('missing usage is no fault', async () => {
      server.play({ text: 'It is so.', usage: 'missing' });
      const events = await all(model());
      expect(textOf(events)).toBe('It is so.');
      expect(events.some(({ type }) => type === 'usage')).toBe(false);
    });

    test.each<[unknown, number | undefined]>([
      [12.4, 13],
      ['12', 12],
      [0, 0],
      [1e300, undefined],
      [-5, undefined],
      ['a lot', undefined],
      ['', undefined],
      [null, undefined],
      [true, undefined],
      [{ total: 5 }, undefined],
      [[5], undefined],
    ])('usage of %j costs no answer', async (every, counted) => {
      server.play({ text: 'It is so.', calls: [{ id: 'a', name: 'note_list' }], usage: { every } });
      const events = await all(model());
      expect(textOf(events)).toBe('It is so.');
      expect(events.at(-1)).toEqual({ type: 'stop', reason: 'tools' });
      const usage = events.find((event) => event.type === 'usage')?.usage;
      expect(usage && usage.input + usage.cached + usage.output).toBe(
        counted === undefined ? undefined : counted * (api === 'openai' ? 2 : 3),
      );
    });

    test('a connection that only shows that it lives is given up as well', async () => {
      expect(await play('heartbeats', { silenceMs: 20 })).toMatchObject({
        fault: 'transient',
        details: { reason: 'silent' },
      });
    });

    test('a whole turn is shown again as the service insists on it', async () => {
      const messages: ModelRequest['messages'] = [
        { role: 'assistant', text: 'I was here first.' },
        { role: 'user', text: '' },
        { role: 'user', text: 'save milk', name: 'Ana' },
        {
          role: 'assistant',
          text: '',
          calls: [
            { id: 'a', name: 'note_save', input: { text: 'milk' } },
            { id: 'b', name: `no such tool! ${'x'.repeat(200)}`, input: 'broken' },
          ],
        },
        { role: 'tool', callId: 'a', name: 'note_save', text: 'Saved.', ok: true },
        { role: 'user', text: 'and bread' },
        { role: 'tool', callId: 'b', name: 'x', text: '', ok: false },
        { role: 'tool', callId: 'stray', name: 'x', text: 'of nothing', ok: true },
        { role: 'assistant', text: '', calls: [{ id: LONG_ID, name: 'note_save', input: { text: 'bread' } }] },
        { role: 'tool', callId: LONG_ID, name: 'note_save', text: 'Saved.', ok: true },
        { role: 'assistant', text: '', calls: [{ id: 'functions.note_save:0', name: 'note_save', input: {} }] },
      ];
      expect(textOf(await all(model(), request({ messages, asked: 2 })))).toBe('ok');
      expect(server.refused).toEqual([]);
    });

    test('what is said in a row is one message, in its order and with its names', async () => {
      const images = [{ name: 'cat.png', type: 'image/png' as const, base64: 'aGVsbG8=' }];
      const call = { id: 'a', name: 'note_save', input: { text: 'milk' } };
      const messages: ModelRequest['messages'] = [
        { role: 'user', text: 'the first', name: 'Ana' },
        { role: 'user', text: 'the second', name: 'Ben', images },
        { role: 'user', text: 'the third', name: 'Ana', context: 'the time' },
        { role: 'assistant', text: 'the fourth' },
        { role: 'assistant', text: 'the fifth', calls: [call] },
        { role: 'tool', callId: 'a', name: 'note_save', text: 'the sixth', ok: true },
        { role: 'user', text: 'the seventh' },
        { role: 'user', text: 'the eighth' },
      ];
      await all(model({ sees: true }), request({ messages, asked: 2 }));
      expect(server.refused).toEqual([]);
      const sent: { role: string; content: unknown }[] = server.requests[0]?.body.messages;
      const shown = JSON.stringify(sent);
      const order = ['Ana: the first', 'Ben: the second', 'the time', 'Ana: the third', 'the fourth', 'the fifth'];
      const places = [...order, 'the sixth', 'the seventh', 'the eighth'].map((words) => shown.indexOf(words));
      expect(places.filter((place) => place < 0)).toEqual([]);
      expect(places).toEqual([...places].sort((one, other) => one - other));
      const roles = sent.map(({ role }) => role).filter((role) => role !== 'system');
      expect(roles.every((role, index) => role !== roles[index - 1])).toBe(true);
    });

    test('a text that was cut within an emoji does not have all of the request refused', async () => {
      const half = '👍'.charAt(0);
      const messages: ModelRequest['messages'] = [
        { role: 'user', text: `${half}${half} is written \\ud83d`, context: half },
        { role: 'assistant', text: '', calls: [{ id: 'a', name: 'note_save', input: { text: half } }] },
        { role: 'tool', callId: 'a', name: 'note_save', text: `Saved ${half}`, ok: true },
      ];
      await all(model(), request({ system: `rules ${half}`, messages }));
      expect(server.refused).toEqual([]);
      for (const sent of ['rules \\ufffd', '\\ufffd\\ufffd is written \\\\ud83d', 'Saved \\ufffd'])
        expect(server.requests.at(-1)?.text).toContain(sent);
    });

    test('a model without eyes is told of a picture instead', async () => {
      const images = [{ name: 'cat.png', type: 'image/png' as const, base64: 'aGVsbG8=' }];
      const messages: ModelRequest['messages'] = [{ role: 'user', text: 'what is this?', images }];
      await all(model({ sees: true }), request({ messages }));
      await all(model({ sees: false }), request({ messages }));
      expect(server.refused).toEqual([]);
      expect(server.requests[0]?.text).toContain('aGVsbG8=');
      expect(server.requests[1]?.text).not.toContain('aGVsbG8=');
      expect(server.requests[1]?.text).toContain('cat.png');
    });

    test('pictures that came of calls are shown with them, and a model without eyes is told of them', async () => {
      const images = [{ name: 'map.png', type: 'image/png' as const, base64: 'aGVsbG8=' }];
      const messages: ModelRequest['messages'] = [
        { role: 'user', text: 'where is it?' },
        {
          role: 'assistant',
          text: '',
          calls: [
            { id: 'a', name: 'note_save' },
            { id: 'b', name: 'note_save' },
            { id: 'c', name: 'note_save' },
          ].map((call) => ({ ...call, input: {} })),
        },
        { role: 'tool', callId: 'a', name: 'note_save', text: 'Here.', ok: true, images },
        { role: 'tool', callId: 'b', name: 'note_save', text: 'Nothing.', ok: true },
        { role: 'tool', callId: 'c', name: 'note_save', text: 'It failed.', ok: false, images },
        { role: 'user', text: 'and quickly' },
      ];
      await all(model({ sees: true }), request({ messages, asked: 0 }));
      await all(model({ sees: false }), request({ messages, asked: 0 }));
      expect(server.refused).toEqual([]);
      const [seen = '', blind = ''] = server.requests.map(({ text }) => text);
      expect(seen.split('aGVsbG8=')).toHaveLength(2);
      expect(seen.indexOf('aGVsbG8=')).toBeLessThan(seen.indexOf('and quickly'));
      expect(blind).not.toContain('aGVsbG8=');
      expect(blind).toContain('map.png');
    });

    const faults: [Fault, string][] = [
      ['rate_limited', 'rate_limited'],
      ['server_error', 'transient'],
      ['overloaded', 'transient'],
      ['overloaded_midway', 'transient'],
      ['cut', 'transient'],
      ['invalid_json', 'malformed_output'],
      ['html', 'not_found'],
      ['megabyte', 'malformed_output'],
      ['unauthorized', 'auth_expired'],
      ['no_such_model', 'not_found'],
      ['too_long', 'context_overflow'],
      ['no_credit', 'budget'],
      ['bad_request', 'malformed_output'],
    ];
    test.each(faults)('%s is told as %s, without key or raw body', async (fault, kind) => {
      const error = await play(fault);
      expect(error).toMatchObject({ name: 'ModelError', fault: kind });
      expect(error.message).not.toContain(KEY);
      expect(error.message).not.toMatch(/[{<]/);
    });

    test('how long to wait is heard', async () => {
      server.play({ fault: 'rate_limited', retryAfter: 7 });
      expect((await faultIn(all(model()))).details.retryAfterMs).toBe(7_000);
    });

    test('a wrong key and a server that is not there are told', async () => {
      expect((await faultIn(all(model({ apiKey: 'sk-wrong' })))).fault).toBe('auth_expired');
      const nowhere = open({ baseUrl: 'http://127.0.0.1:9', apiKey: KEY });
      expect((await faultIn(all(nowhere))).fault).toBe('transient');
    });

    test('silence is given up after a while', async () => {
      expect((await play('never_ends', { silenceMs: 500 })).fault).toBe('transient');
      expect(await server.requests[0]?.left).toBe(true);
    });

    test('what is no valid UTF-8 does not stop the answer', async () => {
      server.play({ fault: 'invalid_utf8', text: ['caf', 'é'] });
      expect(textOf(await all(model()))).toBe('caf\ufffd');
    });

    if (stream) {
      test('text without an end is cut off, and the request with it', async () => {
        server.play({ fault: 'endless_text', text: ['and so on, '] });
        expect((await faultIn(all(model()))).fault).toBe('malformed_output');
        expect(await server.requests[0]?.left).toBe(true);
      });
    }

    test('stopping ends the request', async () => {
      server.play({ fault: 'held', text: 'too late' });
      const stop = new AbortController();
      const answer = faultIn(all(model(), request(), stop.signal));
      const asked = await server.arrived(1);
      stop.abort();
      expect((await answer).fault).toBe('cancelled');
      expect(await asked.left).toBe(true);
      expect((await faultIn(all(model(), request(), stop.signal))).fault).toBe('cancelled');
      expect(server.requests).toHaveLength(1);
      server.release();
    });
  });
}
