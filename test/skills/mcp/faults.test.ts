/** Faults of services: sessions that are over, refusals, failures, and answers that break off. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answer, type Call, event, Faulty, rpc, said, stream } from '../../support/mcp/faulty.ts';
import { McpPlay } from './play.ts';

let service: Faulty;
let older: Faulty;
let oldest: Faulty;
let slow: Faulty;
let none: Faulty;
let it: McpPlay;

beforeAll(async () => {
  [service, older, oldest, slow, none] = await Promise.all([
    Faulty.open(),
    Faulty.open({ older: true }),
    Faulty.open({ older: 'any' }),
    Faulty.open(),
    Faulty.open(),
  ]);
  const nowhere = none.url.replace('/mcp', '/nowhere');
  it = await McpPlay.begin({
    box: { url: service.url, timeout: '20s' },
    old: { url: older.url },
    oldest: { url: oldest.url },
    slow: { url: slow.url, timeout: '3s' },
    none: { url: nowhere },
  });
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  for (const each of [service, older, oldest, slow, none]) await each[Symbol.asyncDispose]();
});
beforeEach(() => {
  service.ran.length = 0;
  service.next.length = 0;
});

/** Whatever it was, the connection is the one of before and carries the next call. */
async function expectGoesOn(begun: number): Promise<void> {
  expect((await it.calls('box_go')).result).toContain('it is done');
  expect(service.begun).toBe(begun);
}

describe('a session that the service no longer knows', () => {
  const about = (code: number, message: string) => (id: unknown) => rpc({ id, error: { code, message } });
  test.each<[string, Faulty['lost']]>([
    ['a 404', (_, response) => answer(response, 404, '')],
    ['a 404 in words', (_, response) => answer(response, 404, about(-32001, 'Session not found')(null))],
    ['a 400', (_, response) => answer(response, 400, about(-32000, 'Bad Request: No valid session ID provided')(null))],
    ['a 400 in plain text', (_, response) => answer(response, 400, 'Invalid or missing session ID')],
    ['a 400 of a new process', (_, response) => answer(response, 400, about(-32000, 'Server not initialized')(null))],
    ['an error', (id, response) => answer(response, 200, about(-32600, 'Session has expired')(id))],
    ['an error without an id', (_, response) => answer(response, 200, about(-32600, 'Unknown session')(null))],
    [
      'an error in a stream',
      (id, response) => void stream({ response }).end(event(about(-32602, 'Session does not exist')(id))),
    ],
    [
      'an error of a new process',
      (id, response) => answer(response, 200, about(-32602, 'Received request before initialization was complete')(id)),
    ],
  ])('%s: another is begun and the call made there, once', async (_, lost) => {
    service.lost = lost;
    service.forget();
    const { begun } = service;
    const { text, result } = await it.calls('box_go');
    expect(result).toContain('it is done');
    expect(text).toContain('Done.');
    expect(service.ran).toEqual(['go']);
    expect(service.begun).toBe(begun + 1);
  });

  test('a new one that is not known either is told, and not begun a third time', async () => {
    const { begun } = service;
    const lost = ({ response }: Call) => answer(response, 404, 'Session not found');
    service.next.push(lost, lost);
    expect((await it.calls('box_go')).result).toContain('Session not found');
    expect(service.begun).toBe(begun + 1);
    await expectGoesOn(begun + 1);
  });
});

describe('a refusal', () => {
  test.each<[number, string, string]>([
    [429, '{"error":{"message":"Too many calls, wait a minute."}}', 'Too many calls, wait a minute.'],
    [429, 'slow down', 'slow down'],
    [403, '{"message":"No right to this issue."}', 'No right to this issue.'],
    [401, '{"error":"invalid_token","error_description":"The key was revoked."}', 'The key was revoked.'],
    [400, rpc({ id: null, error: { code: -32602, message: 'No such repository.' } }), 'No such repository.'],
    [422, '<html><body>bad</body></html>', 'HTTP 422'],
  ])('%i is told in its words, and the connection stays', async (status, body, words) => {
    const { begun } = service;
    service.next.push(({ response }) => answer(response, status, body));
    const { result } = await it.calls('box_go');
    expect(result).toContain(words);
    expect(result).not.toMatch(/unknown|<html|went away/);
    await expectGoesOn(begun);
  });

  test.each([-32000, -32001])('by an error with the code %i of its own is its words, too', async (code) => {
    const { begun } = service;
    service.next.push(({ id, response }) =>
      answer(response, 200, rpc({ id, error: { code, message: 'No such issue.' } })),
    );
    const { result } = await it.calls('box_go');
    expect(result).toContain('No such issue.');
    expect(result).not.toContain('unknown');
    await expectGoesOn(begun);
  });

  test.each<[string, (call: Call) => void]>([
    ['in JSON', ({ response }) => answer(response, 200, '{"jsonrpc":"2.0","error":{"code":-32700,"message":"Odd."}}')],
    ['in a stream', (call) => void stream(call).write(event(rpc({ id: null, error: { code: 1, message: 'Odd.' } })))],
  ])('without an id answers the one call of its stream, %s', async (_, next) => {
    const { begun } = service;
    service.next.push(next);
    expect((await it.calls('box_go')).result).toContain('Odd.');
    await expectGoesOn(begun);
  });
});

describe('a failure', () => {
  test.each([500, 502, 503])('%i leaves open what the call did, and the connection stays', async (status) => {
    const { begun } = service;
    service.next.push(({ response }) => answer(response, status, '<html>oops</html>'));
    const { result } = await it.calls('box_go');
    expect(result).toContain(`HTTP ${status}`);
    expect(result).toContain('unknown');
    // The service failed; coda was not interrupted.
    const told = it.ana.seen().map(({ text }) => text);
    expect(told.filter((text) => text.includes(`HTTP ${status}`))).toHaveLength(1);
    expect(told.join('\n')).not.toContain('I was interrupted');
    expect(service.ran).toEqual([]);
    await expectGoesOn(begun);
  });

  test.each<[string, (call: Call) => void]>([
    ['reset', (call) => void stream(call).write(': hello\n\n', () => call.response.destroy())],
    ['reset in the middle of an event', (call) => void stream(call).write('data: {"js', () => call.response.destroy())],
    [
      'reset behind an event, on a service that takes up no stream',
      (call) => void stream(call).write(`retry: 10\n${event('', '7')}`, () => call.response.destroy()),
    ],
  ])('an answer that is %s is told at once', async (_, next) => {
    const { begun } = service;
    service.next.push(next);
    const { result } = await it.calls('box_go');
    expect(result).toContain('went away during the call');
    expect(result).not.toContain('in time');
    await expectGoesOn(begun);
  });

  test('a page in the place of an answer cannot be read', async () => {
    const { begun } = service;
    service.next.push(({ response }) =>
      answer(response, 200, '<html>maintenance</html>', { 'content-type': 'text/html' }),
    );
    expect((await it.calls('box_go')).result).toContain('in a form that I do not know');
    await expectGoesOn(begun);
  });
});

test.each(['structuredContent', 'content', '_meta'])('%s with 20,000 levels is a failed call', async (field) => {
  const deep = `${'[{"a":'.repeat(10_000)}1${'}]'.repeat(10_000)}`;
  service.next.push(({ id, response }) =>
    answer(response, 200, `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"${field}":${deep}}}`),
  );
  expect((await it.calls('box_go')).result).toContain('in a form that I do not know');
});

test('a stream that is taken up again brings the answer', async () => {
  let call: Call | undefined;
  service.resumed = (lastId, response) => {
    service.resumed = (_, other) => void other.writeHead(405).end();
    stream({ response }).end(event(rpc({ id: call?.id, result: said(`resumed behind ${lastId}`) })));
  };
  service.next.push((next) => {
    call = next;
    stream(next).end(`retry: 10\n${event('', '9')}`);
  });
  expect((await it.calls('box_go')).result).toContain('resumed behind 9');
});

test('a call that tells of its progress may take longer than a silent one', async () => {
  slow.next.push((call) => {
    const { id, progressToken } = call;
    const response = stream(call);
    let progress = 0;
    const timer = setInterval(() => {
      const params = { progressToken, progress: ++progress };
      response.write(event(rpc({ method: 'notifications/progress', params })));
      if (progress < 8) return;
      clearInterval(timer);
      response.end(event(rpc({ id, result: said('slow but done') })));
    }, 450);
  });
  expect((await it.calls('slow_go')).result).toContain('slow but done');
});

describe('a server with the transport before this one', () => {
  test('is used', async () => {
    expect(await it.state('old')).toBe('- old: 1 tool');
    expect((await it.calls('old_go')).result).toContain('it is done');
  });

  test('is used where it answers an introduction over the newer one with its stream', async () => {
    await it.becomes('oldest', /1 tool/);
    expect((await it.calls('oldest_go')).result).toContain('it is done');
  });

  test('that forgets its sessions is asked again in a new one', async () => {
    const { begun } = older;
    older.next.push(({ response }) => response.end());
    expect((await it.calls('old_go')).result).toContain('went away during the call');
    await it.coda.passes({ minutes: 1 });
    await it.becomes('old', /1 tool/);
    expect((await it.calls('old_go')).result).toContain('it is done');
    expect(older.begun).toBe(begun + 1);
  });
});

test('a service with neither transport is shown with what it said', async () => {
  expect(await it.state('none')).toBe('- none: HTTP 404: Not Found');
});
