import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type HttpConfig, HttpServer, httpConfig } from '../../../src/adapters/http/index.ts';
import { readConfig } from '../../../src/app/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { CodaError } from '../../../src/base/errors.ts';
import { Secrets } from '../../../src/base/log.ts';
import { route, type Skill } from '../../../src/chat/index.ts';
import { type Play, play } from '../../support/play.ts';

const PIECES = 40;
const PIECE_BYTES = 256 * 1024;

/** A room with routes of each kind. */
const rooms: Skill = {
  name: 'rooms',
  views: {
    routes: () => [
      route({
        method: 'POST',
        path: '/v1/rooms/:id',
        scope: 'data',
        summary: 'Changes a room.',
        params: z.object({ id: z.string().regex(/^[a-z]+$/) }),
        query: z.object({ loud: z.enum(['yes', 'no']).default('no') }),
        body: z.strictObject({ size: z.int().min(1) }),
        answerRequest: ({ params, query, body, caller }) => ({
          body: { json: { ...params, ...query, ...body, by: caller?.name } },
        }),
      }),
      route({
        method: 'GET',
        path: '/v1/rooms',
        scope: 'admin',
        summary: 'Lists rooms.',
        answerRequest: () => {
          throw new Error('a secret of the house');
        },
      }),
      route({
        method: 'POST',
        path: '/door',
        summary: 'Looks at a body by itself.',
        maxBytes: 100,
        answerRequest: ({ raw, header, local }) => {
          if (raw.length === 0) throw new CodaError('HTTP_CONFLICT', { message: 'Nothing came.', remedy: 'Knock.' });
          return { status: 202, body: { json: { bytes: raw.length, signature: header('x-signature'), local } } };
        },
      }),
      route({
        method: 'GET',
        path: '/stream',
        summary: 'Says two things.',
        answerRequest: () => ({
          body: {
            events: (async function* () {
              yield 'data: one\n\n';
              yield 'data: two\n\n';
            })(),
          },
        }),
      }),
      route({
        method: 'GET',
        path: '/large',
        summary: 'Hands over a large file.',
        answerRequest: () => ({
          body: {
            type: 'application/octet-stream',
            bytes: (async function* () {
              for (let piece = 0; piece < PIECES; piece++) yield Buffer.alloc(PIECE_BYTES);
            })(),
          },
        }),
      }),
    ],
  },
};

let coda: Play;
let token: string;

beforeAll(async () => {
  coda = await play({ config: { 'http.listen': '127.0.0.1:0', 'http.cors': ['https://home.test'] }, skills: [rooms] });
  token = await coda.app.tokens.add({ name: 'ci', scopes: ['data'] });
});
afterAll(() => coda[Symbol.asyncDispose]());

const at = () => `http://127.0.0.1:${coda.app.http?.address?.port}`;
const ask = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) => fetch(at() + path, init);
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, ...headers },
  });
const codeOf = async (answer: Response) => {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const { status, code, type, detail, remedy } = (await answer.json()) as Record<string, unknown>;
  expect(status).toBe(answer.status);
  expect(type).toBe(`urn:coda:error:${code}`);
  expect(typeof detail === 'string' && typeof remedy === 'string').toBe(true);
  return `${status} ${code}`;
};

describe('HTTP', () => {
  test('says whether coda is well, to anybody', async () => {
    const answer = await ask('/health');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('hands a route what its schemas let through, and who asks', async () => {
    const answer = await post('/v1/rooms/attic?loud=yes', '{"size": 3}');
    expect([answer.status, await answer.json()]).toEqual([200, { id: 'attic', loud: 'yes', size: 3, by: 'ci' }]);
  });

  test('a part of an address may stand in escapes, and divides nothing', async () => {
    const plain = await post('/v1/%72ooms/%61ttic', '{"size": 3}');
    expect([plain.status, await plain.json()]).toMatchObject([200, { id: 'attic' }]);
    expect(await codeOf(await post('/v1/rooms/a%2Fb', '{"size": 3}'))).toBe('400 INPUT_INVALID');
    expect(await codeOf(await post('/v1%2Frooms/attic', '{"size": 3}'))).toBe('404 HTTP_NOT_FOUND');
    expect(await codeOf(await post('/v1/rooms/', '{"size": 3}'))).toBe('404 HTTP_NOT_FOUND');
    expect(await codeOf(await post('/v1/rooms/%E4', '{"size": 3}'))).toBe('400 HTTP_MALFORMED');
  });

  test('the head alone is what comes with the body, also of a stream', async () => {
    const [whole, head] = [await ask('/health'), await ask('/health', { method: 'HEAD' })];
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      whole.headers.get('content-length'),
      '',
    ]);
    const stream = await ask('/stream', { method: 'HEAD' });
    expect([stream.headers.get('content-type'), await stream.text()]).toEqual(['text/event-stream', '']);
    const other = await ask('/health', { method: 'PUT' });
    expect([other.headers.get('allow'), await codeOf(other)]).toEqual(['HEAD, GET', '405 HTTP_METHOD']);
  });

  test('says by name what is wrong', async () => {
    expect(await codeOf(await post('/v1/rooms/A1', '{"size": 3}'))).toBe('400 INPUT_INVALID');
    expect(await codeOf(await post('/v1/rooms/attic', '{"size": 0}'))).toBe('400 INPUT_INVALID');
    expect(await codeOf(await post('/v1/rooms/attic', '{"size": 1, "more": 1}'))).toBe('400 INPUT_INVALID');
    expect(await codeOf(await post('/v1/rooms/attic', '{"size": 1', {}))).toBe('400 HTTP_MALFORMED');
    expect(await codeOf(await post('/v1/rooms/attic', '{"size": 1, "size": 2}'))).toBe('400 HTTP_MALFORMED');
    expect(await codeOf(await post('/v1/rooms/attic', '{}', { 'Content-Type': 'text/plain' }))).toBe('415 HTTP_TYPE');
    expect(await codeOf(await ask('/nowhere'))).toBe('404 HTTP_NOT_FOUND');
    const other = await ask('/v1/rooms/attic', { method: 'DELETE' });
    expect(other.headers.get('allow')).toBe('POST');
    expect(await codeOf(other)).toBe('405 HTTP_METHOD');
  });

  test('asks for a token with the right scope', async () => {
    expect(await codeOf(await post('/v1/rooms/attic', '{}', { Authorization: '' }))).toBe('401 HTTP_UNAUTHORIZED');
    const guessed = `Bearer coda_${'a'.repeat(43)}`;
    expect(await codeOf(await post('/v1/rooms/attic', '{}', { Authorization: guessed }))).toBe('401 HTTP_UNAUTHORIZED');
    const denied = await ask('/v1/rooms', { headers: { Authorization: `Bearer ${token}` } });
    expect(await codeOf(denied)).toBe('403 HTTP_FORBIDDEN');
  });

  test('tells nobody of a bug but the log', async () => {
    const admin = await coda.app.tokens.add({ name: 'admin', scopes: ['admin'] });
    const answer = await ask('/v1/rooms', { headers: { Authorization: `Bearer ${admin}` } });
    expect(await answer.clone().text()).not.toContain('secret');
    expect(await codeOf(answer)).toBe('500 INTERNAL');
  });

  test('hands a body over as it came where a route looks after itself, up to its own limit', async () => {
    const answer = await ask('/door', { method: 'POST', body: '<xml/>', headers: { 'X-Signature': 's' } });
    expect([answer.status, await answer.json()]).toEqual([202, { bytes: 6, signature: 's', local: true }]);
    const forwarded = await ask('/door', { method: 'POST', body: '1', headers: { 'X-Forwarded-For': '1.2.3.4' } });
    expect(await forwarded.json()).toMatchObject({ local: false });
    expect(await codeOf(await ask('/door', { method: 'POST' }))).toBe('409 HTTP_CONFLICT');
    expect(await codeOf(await ask('/door', { method: 'POST', body: 'x'.repeat(101) }))).toBe('413 HTTP_TOO_LARGE');
  });

  test('streams events as they come', async () => {
    const answer = await ask('/stream');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    expect(await answer.text()).toBe('data: one\n\ndata: two\n\n');
  });

  test('hands a large file over without a listener left behind for each pause of its reader', async () => {
    const warnings: string[] = [];
    const hear = ({ name }: Error) => warnings.push(name);
    process.on('warning', hear);
    const bytes = await (await ask('/large')).arrayBuffer();
    process.off('warning', hear);
    expect([bytes.byteLength, warnings]).toEqual([PIECES * PIECE_BYTES, []]);
  });

  test('a page of a listed origin can read what is wrong with its request', async () => {
    const headers = { Origin: 'https://home.test', Authorization: 'Bearer none' };
    const answers = [
      await ask('/v1/rooms', { headers }),
      await ask('/nowhere', { headers }),
      await ask('/v1/rooms', { method: 'DELETE', headers }),
    ];
    expect(answers.map((answer) => [answer.status, answer.headers.get('access-control-allow-origin')])).toEqual([
      [401, 'https://home.test'],
      [404, 'https://home.test'],
      [405, 'https://home.test'],
    ]);
  });

  test('lets pages of listed origins in, and no others', async () => {
    const listed = await ask('/health', { headers: { Origin: 'https://home.test' } });
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://home.test');
    const before = await ask('/v1/rooms/attic', { method: 'OPTIONS', headers: { Origin: 'https://home.test' } });
    expect([before.status, before.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']);
    const evil = await post('/v1/rooms/attic', '{"size": 1}', { Origin: 'https://evil.test' });
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
    expect(await codeOf(evil)).toBe('403 HTTP_FORBIDDEN');
  });

  test('a token that is revoked, or whose time is over, is worth nothing', async () => {
    const short = await coda.app.tokens.add({ name: 'short', scopes: ['data'], days: 1 });
    const gone = await coda.app.tokens.add({ name: 'gone', scopes: ['data'] });
    const status = async (value: string) =>
      (await post('/v1/rooms/attic', '{"size": 1}', { Authorization: `Bearer ${value}` })).status;
    expect(await Promise.all([status(short), status(gone)])).toEqual([200, 200]);
    await coda.app.tokens.revoke('gone');
    await coda.passes({ days: 1 });
    expect(await Promise.all([status(short), status(gone)])).toEqual([401, 401]);
    const listed = await coda.app.tokens.list();
    expect(JSON.stringify(listed)).not.toContain(gone.slice(5));
    expect(listed.find(({ name }) => name === 'gone')).toMatchObject({ person: 'owner', scopes: ['data'] });
    expect(await coda.count(`api_tokens where hash like '%${gone.slice(5, 15)}%'`)).toBe(0);
  });
});

describe('where HTTP is served', () => {
  const problemsWith = (http: object) => {
    const flags = Object.fromEntries(
      Object.entries(http).map(([key, value]) => [`http.${key}`, { name: `--${key}`, value }]),
    );
    try {
      readConfig({ env: {}, dataDir: coda.dataDir, cwd: coda.dataDir, secrets: new Secrets(), flags });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('an address that somebody else has is found by the doctor, also before a start', async () => {
    const { host = '', port = 0 } = coda.app.http?.address ?? {};
    const flags = { 'http.listen': { name: '--http.listen', value: `${host}:${port}` } };
    const config = readConfig({ env: {}, dataDir: coda.dataDir, cwd: coda.dataDir, secrets: new Secrets(), flags });
    const server = new HttpServer({ config: config.block(httpConfig) as HttpConfig, ...coda.world });
    const told = await server.check().check(new AbortController().signal);
    expect(told).toMatchObject({ ok: false, code: 'HTTP_ADDRESS', remedy: expect.stringContaining('http.listen') });
    expect(await coda.app.checks.run()).toContainEqual(expect.objectContaining({ name: 'http', ok: true }));
  });

  test('other machines reach it only where that is said, and only with authentication', () => {
    expect(problemsWith({ listen: '0.0.0.0:8321' })).toContain('http.listen: is reached from other machines');
    expect(problemsWith({ listen: '[::]:80', public: true, tokens: false })).toContain('http.tokens: cannot be off');
    expect(problemsWith({ listen: '127.0.0.1' })).toContain('expected an address and a port');
    expect(problemsWith({ listen: '[::1]:8321', tokens: false })).toBe('');
    expect(problemsWith({ listen: 'coda.example.com:8321', public: true })).toBe('');
    expect(problemsWith({ url: 'https://home.example.com/' })).toBe('');
  });

  test('an address that is taken ends the start with what to do', async () => {
    const { port } = coda.app.http?.address ?? {};
    const second = play({ config: { 'http.listen': `127.0.0.1:${port}` } });
    await expect(second).rejects.toMatchObject({ code: 'HTTP_ADDRESS' });
  });

  test('its end waits for what is being answered, and for no connection without a request', async () => {
    const { promise: asked, resolve: ask } = deferred();
    const { promise: answered, resolve: answer } = deferred();
    const slow = route({
      method: 'GET',
      path: '/slow',
      summary: 'Answers when it may.',
      answerRequest: async () => {
        ask();
        await answered;
        return { body: { json: 'late' } };
      },
    });
    await using own = await play({
      config: { 'http.listen': '127.0.0.1:0', 'access.owners': ['discord:1'] },
      skills: [{ name: 'slow', views: { routes: () => [slow] } }],
    });
    const { port = 0 } = own.app.http?.address ?? {};
    const unused = connect(port, '127.0.0.1');
    await once(unused, 'connect');
    const late = fetch(`http://127.0.0.1:${port}/slow`);
    await asked;
    const stopped = own.app.stop(0);
    unused.resume();
    await once(unused, 'close');
    answer();
    expect(await (await late).json()).toBe('late');
    await stopped;
  });
});
