import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Programs } from './support.ts';

let programs: Programs;
let port: number;
/** The header of a browser in which the owner is signed in. */
let cookie: string;
beforeAll(async () => {
  const limits = { 'http.timeouts.header': '3s', 'http.timeouts.request': '4s', 'http.body_limit': 100_000 };
  programs = await Programs.begin({ config: limits });
  port = Number(new URL(programs.url).port);
  const { sessions } = programs.coda.app;
  cookie = `Cookie: coda_session=${(await sessions.open((await sessions.link()).code)).cookie}`;
});
afterAll(() => programs[Symbol.asyncDispose]());

/** What comes back for these bytes until the server has ended the connection. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });
}

const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const HOST = 'Host: 127.0.0.1';
const CLOSE = 'Connection: close';
const auth = () => `Authorization: Bearer ${programs.token}`;
const JSON_TYPE = 'Content-Type: application/json';
const body = (text: string) =>
  head('POST /v1/messages HTTP/1.1', HOST, auth(), JSON_TYPE, `Content-Length: ${Buffer.byteLength(text)}`, CLOSE) +
  text;
const form = (text: string) => body(text).replace('application/json', 'multipart/form-data; boundary=x');
const get = (path: string, ...more: string[]) => head(`GET ${path} HTTP/1.1`, HOST, CLOSE, ...more);
const deep = (open: string, close: string) => `{"text": ${open.repeat(10_000)}1${close.repeat(10_000)}}`;

/** What is sent, and the status that comes for it; several where Node's own parser decides by version. */
const REQUESTS: readonly [string, () => string | Buffer, ...number[]][] = [
  ['no HTTP at all', () => 'hello\r\n\r\n', 400],
  ['TLS', () => Buffer.from('160301020001', 'hex'), 400],
  ['HTTP/2 without TLS', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['an unknown version', () => head('GET /health HTTP/9.9', HOST), 400, 505],
  ['an unknown method', () => head('STEAL /health HTTP/1.1', HOST), 400],
  ['no host', () => head('GET /health HTTP/1.1', CLOSE), 400],
  ['two hosts', () => head('GET /health HTTP/1.1', HOST, 'Host: evil.test', CLOSE), 400],
  ['a host of somebody else', () => head('GET /health HTTP/1.1', 'Host: evil.test', CLOSE), 403],
  ['a host that is none', () => head('GET /health HTTP/1.1', 'Host: a b@c', CLOSE), 400, 403],
  ['a header without a colon', () => head('GET /health HTTP/1.1', HOST, 'nonsense', CLOSE), 400],
  ['a NUL in a header', () => head('GET /health HTTP/1.1', HOST, 'X-A: a\0b', CLOSE), 400],
  [
    'a bare line feed in a header',
    () => 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\nX-B: b\rX: c\r\n\r\n',
    400,
  ],
  ['a folded header', () => head('GET /health HTTP/1.1', HOST, 'X-A: a', ' b: c', CLOSE), 200, 400],
  ['a head of 20 kB', () => get('/health', `X-A: ${'a'.repeat(20_000)}`), 431],
  ['2,000 headers', () => get('/health', ...Array.from({ length: 3_000 }, (_, index) => `X${index}: a`)), 431],
  ['an address of 20 kB', () => get(`/${'a'.repeat(20_000)}`), 431],
  [
    'length and chunks',
    () => head('POST /v1/messages HTTP/1.1', HOST, 'Content-Length: 5', 'Transfer-Encoding: chunked', CLOSE),
    400,
  ],
  ['two lengths', () => head('POST /v1/messages HTTP/1.1', HOST, 'Content-Length: 5', 'Content-Length: 6', CLOSE), 400],
  ['a list of lengths', () => head('POST /v1/messages HTTP/1.1', HOST, 'Content-Length: 5, 6', CLOSE), 400],
  ['a negative length', () => head('POST /v1/messages HTTP/1.1', HOST, 'Content-Length: -1', CLOSE), 400],
  ['a length that is no number', () => head('POST /v1/messages HTTP/1.1', HOST, 'Content-Length: +5', CLOSE), 400],
  [
    'a huge length',
    () => head('POST /v1/messages HTTP/1.1', HOST, auth(), JSON_TYPE, 'Content-Length: 99999999999', CLOSE),
    413,
  ],
  [
    'an unknown transfer coding',
    () => head('POST /v1/messages HTTP/1.1', HOST, 'Transfer-Encoding: xchunked', CLOSE),
    400,
    501,
  ],
  [
    'a hidden transfer coding',
    () => head('POST /v1/messages HTTP/1.1', HOST, 'Transfer-Encoding : chunked', CLOSE),
    400,
  ],
  [
    'a coding after chunked',
    () => head('POST /v1/messages HTTP/1.1', HOST, 'Transfer-Encoding: chunked, identity', CLOSE),
    400,
  ],
  [
    'a chunk of no size',
    () => `${head('POST /v1/messages HTTP/1.1', HOST, auth(), JSON_TYPE, 'Transfer-Encoding: chunked', CLOSE)}zz\r\n`,
    400,
  ],
  [
    'a chunk of a huge size',
    () =>
      `${head('POST /v1/messages HTTP/1.1', HOST, auth(), JSON_TYPE, 'Transfer-Encoding: chunked', CLOSE)}${'f'.repeat(20)}\r\n`,
    400,
  ],
  [
    'a compressed body',
    () =>
      head('POST /v1/messages HTTP/1.1', HOST, auth(), JSON_TYPE, 'Content-Encoding: gzip', 'Content-Length: 0', CLOSE),
    415,
  ],
  ['a body that is larger than its limit', () => body(`{"text": "${'a'.repeat(100_001)}"}`), 413],
  ['an expectation that nobody knows', () => head('POST /health HTTP/1.1', HOST, 'Expect: 200-ok', CLOSE), 417],
  ['a head that never ends', () => 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n', 408],
  [
    'a body that never ends',
    () => `${head('POST /v1/messages HTTP/1.1', HOST, auth(), JSON_TYPE, 'Content-Length: 50')}{"te`,
    408,
  ],
  ['a path above the root', () => get('/../../etc/passwd'), 404],
  ['a coded path above the root', () => get('/%2e%2e/%2e%2e/etc/passwd'), 404],
  ['a coded slash', () => get('/v1%2fconversations'), 404],
  ['a coded NUL', () => get('/health%00.html'), 400],
  ['a backslash', () => get('/v1\\conversations'), 400],
  ['a doubled slash', () => get('//health'), 404],
  ['a broken escape', () => get('/%zz'), 400],
  ['an escape that is no UTF-8', () => get('/health%ff'), 400],
  ['a host in two parts', () => head('GET /health HTTP/1.1', 'Host: 127.0.0.1/a', CLOSE), 400],
  ['another case', () => get('/HEALTH'), 404],
  ['another server in the address', () => get('http://evil.test/health'), 400],
  ['this server in the address', () => get('http://127.0.0.1/health'), 400],
  ['a tunnel', () => head('CONNECT evil.test:443 HTTP/1.1', 'Host: evil.test:443', CLOSE), 0],
  ['an echo', () => head('TRACE /health HTTP/1.1', HOST, CLOSE), 405],
  ['everything at once', () => head('OPTIONS * HTTP/1.1', HOST, CLOSE), 400],
  ['dots that lead elsewhere', () => get('/v1/../health'), 404],
  ['a page of another site', () => get('/health', 'Origin: https://evil.test'), 403],
  ['a page of nowhere', () => get('/health', 'Origin: null'), 403],
  ['no token', () => get('/v1/conversations'), 401],
  ['another scheme', () => get('/v1/conversations', 'Authorization: Basic b3duZXI6b3duZXI='), 401],
  ['an empty token', () => get('/v1/conversations', 'Authorization: Bearer '), 401],
  ['a token of SQL', () => get('/v1/conversations', `Authorization: Bearer coda_' or 1=1 --`), 401],
  ['two tokens', () => get('/v1/conversations', auth(), 'Authorization: Bearer other'), 400],
  [
    'a JWT without a signature',
    () => get('/v1/conversations', 'Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciJ9.'),
    401,
  ],
  ['a key twice', () => body('{"text": "a", "text": "b"}'), 400],
  ['a key twice, once in escapes', () => body('{"text": "a", "\\u0074ext": "b"}'), 400],
  ['a prototype', () => body('{"__proto__": {"text": "a"}}'), 400],
  ['10,000 lists deep', () => body(deep('[', ']')), 400],
  ['10,000 objects deep', () => body(deep('{"a":', '}')), 400],
  ['no JSON', () => body('{text: 1}'), 400],
  ['JSON that is cut off', () => body('{"text": "a'), 400],
  ['a lone quote', () => body('"'), 400],
  [
    'what is no UTF-8',
    () =>
      Buffer.concat([
        Buffer.from(head('POST /v1/messages HTTP/1.1', HOST, auth(), JSON_TYPE, 'Content-Length: 3', CLOSE)),
        Buffer.from([0x22, 0xff, 0x22]),
      ]),
    400,
  ],
  ['another type of value', () => body('{"text": ["a"]}'), 400],
  ['a key that nobody knows', () => body('{"text": "a", "role": "owner"}'), 400],
  ['another type of content', () => body('{}').replace('application/json', 'text/plain'), 415],
  ['a conversation above the root', () => body('{"text": "a", "conversation": "../other"}'), 400],
  ['a query twice', () => get('/v1/conversations/main?limit=1&limit=2', auth()), 400],
  ['a query of words', () => get('/v1/conversations/main?limit=many', auth()), 400],
  ['a cursor after the year 9999', () => get('/v1/memories?after=253402300800000_a', auth()), 400],
  ['a cursor after the end of time', () => get('/v1/memories?after=999999999999999_a', auth()), 400],
  ['the year 0', () => get('/v1/conversations/main?before=0000-01-01T00:00:00Z', auth()), 400],
  ['the year 0 of the chat', () => get('/v1/chats/main/entries?before=0000-01-01T00:00:00Z', cookie), 400],
  ['the end of the year 9999', () => get('/v1/chats/main/entries?before=9999-12-31T23:59:59.999Z', cookie), 200],
  ['more values than anything takes', () => body(`{"files": [${','.repeat(60_000)}`), 400],
  ['more keys than anything takes', () => body(`{${Array.from({ length: 2_500 }, (_, nth) => `"k${nth}": 1`)}`), 400],
  ['more parts than anything takes', () => form('--x\r\n'.repeat(100)), 400],
  ['a form without a boundary', () => body('--x').replace('application/json', 'multipart/form-data; a=b'), 400],
  [
    'a form that is cut off',
    () => body('--x\r\nContent-Disposition: form-data').replace('application/json', 'multipart/form-data; boundary=x'),
    400,
  ],
  ['files that are no base64', () => body('{"text": "", "files": [{"name": "a", "data": "!!!!"}]}'), 400],
];

describe('hostile requests', () => {
  test('are at least sixty', () => expect(REQUESTS.length).toBeGreaterThanOrEqual(60));

  test.each(REQUESTS)(
    '%s is answered with its status, and no stack',
    { concurrent: true },
    async (_, bytes, ...expected) => {
      const answer = await raw(bytes());
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
      expect(expected).toContain(status);
      expect(answer).not.toMatch(/\bat .*\.(?:ts|js|mjs):\d+|node_modules/);
    },
  );

  test('without a host is told what is wrong', async () => {
    const answer = await raw(head('GET /health HTTP/1.1', CLOSE));
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*the host is malformed/i);
  });

  test('are counted before they are read', async () => {
    expect(await raw(body(`{"files": [${','.repeat(60_000)}`))).toContain('The body has more than 50000 values.');
    expect(await raw(body(`{${Array.from({ length: 2_500 }, (_, nth) => `"k${nth}":`)}`))).toContain(
      'An object of the body has more than 2000 keys.',
    );
    expect(await raw(form('--x\r\n'.repeat(100)))).toContain('The form has more than 50 parts.');
  });

  test('leave coda well', async () => {
    expect((await programs.ask('/health')).status).toBe(200);
    expect((await programs.say('/help')).status).toBe('done');
  });
});

test('requests that are refused count towards the limit of their person', async () => {
  await using limited = await Programs.begin({ config: { 'access.rate_limit.requests': 3 } });
  const statuses: number[] = [];
  for (let nth = 0; nth < 4; nth++) statuses.push((await limited.post('/v1/messages', { nothing: nth })).status);
  expect(statuses).toEqual([400, 400, 400, 429]);
  expect((await limited.post('/v1/messages', { text: '/help' })).status).toBe(429);
});
