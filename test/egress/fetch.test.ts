import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Egress, type Limits, type Request } from '../../src/egress/index.ts';

/** Stands for a public address: the owner has allowed it. */
const PUBLIC = '127.0.0.2';
/** Nothing may connect here. */
const PRIVATE = '127.0.0.1';

const BOMB = gzipSync(Buffer.alloc(20_000_000));
const QUICK: Partial<Limits> = { connectMs: 150, headersMs: 150, totalMs: 10_000, pace: { ms: 100, bytes: 50 } };

let server: Server;
let trap: TcpServer;
let port = 0;
let trapped = 0;
const seen: IncomingMessage[] = [];
/** What the resolver answers, one after the other; the last one stays. */
let answers: string[][] = [[PUBLIC]];
let asked = 0;

const egress = () =>
  new Egress({
    ports: [],
    allow: [{ network: `${PUBLIC}/32`, port }],
    resolve: async (host) => {
      asked++;
      if (host === 'silent.example') return new Promise(() => {});
      return (answers.length > 1 ? answers.shift() : answers[0]) as string[];
    },
  });
const at = (path: string, host = 'public.example') => `http://${host}:${port}/${path}`;
const get = (path: string, request?: Request) => egress().fetch(at(path), request);

/** Fetches and reads to the end. */
async function read(path: string, limits: Partial<Limits> = {}) {
  const answer = await get(path, { limits: { ...QUICK, ...limits } });
  return answer.ok ? answer.bytes() : answer;
}

function drip(response: ServerResponse, bytes: number, everyMs = 10): void {
  const timer = setInterval(() => response.write(Buffer.alloc(bytes, 65)), everyMs);
  response.on('close', () => clearInterval(timer));
}

const serve: Record<string, (response: ServerResponse, url: URL) => void> = {
  hello: (response) => void response.writeHead(200, { 'content-type': 'Text/Plain; charset=utf-8' }).end('hello'),
  missing: (response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('none'),
  empty: (response) => void response.writeHead(204).end(),
  untyped: (response) => void response.writeHead(200).end('?'),
  packed: (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked')),
  brotli: (response) => void response.writeHead(200, { 'content-encoding': 'BR' }).end(brotliCompressSync('unpacked')),
  bomb: (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
  twice: (response) => void response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(BOMB)),
  nameless: (response) => void response.writeHead(200, { 'content-encoding': 'constructor' }).end('?'),
  damaged: (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
  cutPacked: (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB.subarray(0, 500)),
  announced: (response) => void response.writeHead(200, { 'content-length': '5000000' }).write('A'),
  large: (response) => void response.writeHead(200, { 'content-length': '5000000' }).end(),
  endless: (response) => drip(response, 60_000, 1),
  cut: (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('A', () => response.socket?.destroy());
  },
  silent: () => {},
  dripsHead: ({ socket }) => {
    socket?.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket?.write('x-more: 1\r\n'), 10);
    socket?.on('close', () => clearInterval(timer));
  },
  hugeHead: ({ socket }) => void socket?.write(`HTTP/1.1 200 OK\r\nx-huge: ${'a'.repeat(20_000)}\r\n\r\n`),
  noHttp: ({ socket }) => void socket?.write('+OK redis\r\n'),
  stalls: (response) => void response.writeHead(200).write('A'),
  dripsBody: (response) => drip(response.writeHead(200), 1),
  keepsPace: (response) => drip(response.writeHead(200), 60),
  to: (response, url) => void response.writeHead(302, { location: url.searchParams.get('url') ?? '' }).end('gone'),
  chain: (response, url) => {
    const left = Number(url.searchParams.get('left'));
    const next =
      left > 0 ? `/chain?left=${left - 1}&last=${url.searchParams.get('last')}` : url.searchParams.get('last');
    response.writeHead([301, 302, 303, 307, 308][left % 5] as number, { location: next ?? '' }).end();
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    const url = new URL(request.url ?? '/', 'http://here');
    serve[url.pathname.slice(1)]?.(response, url);
  });
  trap = createTcpServer((socket) => {
    trapped++;
    socket.destroy();
  });
  server.listen(0, PUBLIC);
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
  trap.listen(port, PRIVATE);
  await once(trap, 'listening');
});
afterEach(() => {
  expect(trapped, 'connections to a private address').toBe(0);
  answers = [[PUBLIC]];
  asked = 0;
  seen.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  trap.close();
});

describe('an answer', () => {
  test('brings status, type and body', async () => {
    const answer = await get('hello');
    if (!answer.ok) throw new Error(answer.message);
    expect(answer).toMatchObject({ status: 200, type: 'text/plain', url: at('hello') });
    expect(await answer.bytes()).toEqual({ ok: true, bytes: Buffer.from('hello') });
    expect(seen[0]?.headers).toMatchObject({ host: `public.example:${port}`, 'accept-encoding': 'gzip, br' });
  });

  test.each([
    ['missing', 404],
    ['empty', 204],
  ])('is one whatever its status: %s', async (path, status) => {
    expect(await get(path, { types: ['image/*'] })).toMatchObject({ ok: true, status });
  });

  test.each(['packed', 'brotli'])('is unpacked: %s', async (path) => {
    expect(await read(path)).toEqual({ ok: true, bytes: Buffer.from('unpacked') });
  });

  test('of HEAD has no body', async () => {
    const answer = await get('large', { method: 'HEAD', limits: { maxBytes: 10 } });
    expect(answer).toMatchObject({ ok: true, headers: { 'content-length': '5000000' } });
    if (answer.ok) expect(await answer.bytes()).toMatchObject({ ok: true, bytes: Buffer.alloc(0) });
  });

  test.each([
    ['hello', ['text/*'], true],
    ['hello', ['application/json', 'text/plain'], true],
    ['hello', ['text/html', 'image/*'], false],
    ['untyped', ['text/*'], false],
  ])('%s where only %j is taken: %s', async (path, types, ok) => {
    expect(await get(path, { types })).toMatchObject(ok ? { ok } : { ok, code: 'EGRESS_TYPE' });
  });

  test('that nobody reads lets go of its connection', async () => {
    const answer = await get('keepsPace');
    const closed = once(seen[0]!.socket, 'close');
    if (answer.ok) answer.close();
    await closed;
    const left = await get('stalls', { limits: { totalMs: 1_000 } });
    expect(left).toMatchObject({ ok: true });
    await once(seen[1]!.socket, 'close');
  });
});

describe('DNS that changes its answer', () => {
  test('between the check and the connection gains nothing: the name is resolved once', async () => {
    answers = [[PUBLIC], [PRIVATE]];
    expect(await get('hello')).toMatchObject({ ok: true, status: 200 });
    expect(asked).toBe(1);
  });

  test('for the next request or redirect is checked again', async () => {
    answers = [[PUBLIC], [PRIVATE]];
    expect(await get('to?url=/hello')).toMatchObject({ code: 'EGRESS_PRIVATE' });
    expect(asked).toBe(2);
  });

  test('with one private address among public ones is refused', async () => {
    answers = [[PUBLIC, PRIVATE]];
    expect(await get('hello')).toMatchObject({ code: 'EGRESS_PRIVATE' });
  });

  test('that is silent is not waited for', async () => {
    const answer = await egress().fetch(at('hello', 'silent.example'), { limits: QUICK });
    expect(answer).toMatchObject({ code: 'EGRESS_TIMEOUT' });
  });
});

describe('a redirect', () => {
  test.each([0, 1, 2, 3, 4])('to a private address is refused after %s others', async (left) => {
    const last = encodeURIComponent(`http://${PRIVATE}:${port}/`);
    expect(await get(`chain?left=${left}&last=${last}`)).toMatchObject({ code: 'EGRESS_PRIVATE' });
    expect(seen).toHaveLength(left + 1);
  });

  test.each([
    ['file:///etc/passwd', 'EGRESS_URL'],
    ['http://user:word@public.example/', 'EGRESS_URL'],
    ['//169.254.169.254/latest/meta-data', 'EGRESS_PRIVATE'],
    ['http://[::1]/', 'EGRESS_PRIVATE'],
    ['http://2130706433/', 'EGRESS_PRIVATE'],
    ['http:\\\\127.0.0.1/', 'EGRESS_URL'],
    ['', 'EGRESS_REDIRECTS'],
  ])('to %j is refused', async (url, code) => {
    expect(await get(`to?url=${encodeURIComponent(url)}`)).toMatchObject({ ok: false, code });
  });

  test('is followed as often as allowed, and no more', async () => {
    const chain = (left: number) => get(`chain?left=${left}&last=/hello`, { limits: { redirects: 3 } });
    expect(await chain(2)).toMatchObject({ ok: true, status: 200, url: at('hello') });
    expect(await chain(3)).toMatchObject({ code: 'EGRESS_REDIRECTS' });
    expect(await get('to?url=/hello', { limits: { redirects: 0 } })).toMatchObject({ code: 'EGRESS_REDIRECTS' });
  });

  test('takes no secret to another origin', async () => {
    const headers = { authorization: 'Bearer secret', accept: 'text/html' };
    await get(`to?url=${encodeURIComponent(at('hello', 'other.example'))}`, { headers });
    expect(seen.map(({ headers: { authorization, accept } }) => [authorization, accept])).toEqual([
      ['Bearer secret', 'text/html'],
      [undefined, 'text/html'],
    ]);
  });

  test('of what was posted is not followed', async () => {
    const posted = await get('to?url=/hello', { method: 'POST', body: '{}' });
    expect(posted).toMatchObject({ code: 'EGRESS_REDIRECTS' });
    expect(seen).toHaveLength(1);
  });
});

describe('a server', () => {
  test.each([
    ['silent', {}, 'does not answer'],
    ['dripsHead', {}, 'does not answer'],
    ['stalls', {}, 'stalls'],
    ['dripsBody', {}, 'stalls'],
    ['keepsPace', { totalMs: 400 }, 'not complete'],
  ])('that is too slow is not waited for: %s', async (path, limits, why) => {
    const message = expect.stringContaining(why);
    expect(await read(path, limits)).toMatchObject({ ok: false, code: 'EGRESS_TIMEOUT', message });
  });

  test.each<[string, string, Partial<Limits>]>([
    ['announced', 'EGRESS_TOO_LARGE', { maxBytes: 100_000 }],
    ['endless', 'EGRESS_TOO_LARGE', { maxBytes: 100_000 }],
    ['bomb', 'EGRESS_TOO_LARGE', { maxBytes: 100_000 }],
    ['twice', 'EGRESS_MALFORMED', { maxBytes: 100_000 }],
    ['nameless', 'EGRESS_MALFORMED', {}],
    ['damaged', 'EGRESS_MALFORMED', {}],
    ['cutPacked', 'EGRESS_MALFORMED', {}],
    ['cut', 'EGRESS_MALFORMED', {}],
    ['hugeHead', 'EGRESS_MALFORMED', {}],
    ['noHttp', 'EGRESS_MALFORMED', {}],
  ])('that is %s is a failure: %s', async (path, code, limits) => {
    expect(await read(path, limits)).toMatchObject({ ok: false, code, remedy: expect.any(String) });
  });

  test('that never ends its TLS handshake is not waited for', async () => {
    const mute = createTcpServer(() => {});
    mute.listen(0, PUBLIC);
    await once(mute, 'listening');
    const { port: own } = mute.address() as { port: number };
    const there = new Egress({ ports: [], allow: [{ network: `${PUBLIC}/32` }] });
    const answer = await there.fetch(`https://${PUBLIC}:${own}/`, { limits: QUICK });
    expect(answer).toMatchObject({ code: 'EGRESS_TIMEOUT' });
    mute.close();
  });

  test('that is not there is a failure', async () => {
    const there = new Egress({ ports: [], allow: [{ network: `${PUBLIC}/32` }] });
    expect(await there.fetch(`http://${PUBLIC}:1/`)).toMatchObject({ code: 'EGRESS_UNREACHABLE' });
  });

  test('that sends a bomb is not unpacked further than the limit', async () => {
    const answer = await get('bomb', { limits: { maxBytes: 100_000 } });
    if (!answer.ok) throw new Error(answer.message);
    let size = 0;
    const reading = (async () => {
      for await (const chunk of answer.body) size += chunk.byteLength;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'EGRESS_TOO_LARGE' });
    expect(size).toBeLessThanOrEqual(100_000);
  });
});

describe('a caller who stops a request', () => {
  const stop = new AbortController();
  test.each<[string, AbortSignal]>([
    ['before it is sent', AbortSignal.abort()],
    ['while it is unanswered', stop.signal],
  ])('%s gets its end as a value', async (_when, signal) => {
    const answer = get('silent', { signal });
    setTimeout(() => stop.abort(), 20);
    expect(await answer).toMatchObject({ ok: false, code: 'CANCELLED' });
  });

  test('while its connection is prepared gets its end as well', async () => {
    const controller = new AbortController();
    const request: Request = {
      signal: controller.signal,
      limits: QUICK,
      // Read when the address is known, right before the connection.
      get headers() {
        controller.abort();
        return {};
      },
    };
    const answer = get('silent', request);
    expect(await answer).toMatchObject({ code: 'CANCELLED' });
    expect(seen).toEqual([]);
  });

  test('in the middle of the body gets its end as well', async () => {
    const controller = new AbortController();
    const answer = await get('keepsPace', { signal: controller.signal });
    if (!answer.ok) throw new Error(answer.message);
    const reading = answer.bytes();
    controller.abort();
    expect(await reading).toMatchObject({ ok: false, code: 'CANCELLED' });
  });
});
