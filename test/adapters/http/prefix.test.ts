/** coda under a path: `http.url` with one, behind proxies that take it off and such that pass it on. */
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/app/index.ts';
import { Secrets } from '../../../src/base/log.ts';
import { play } from '../../support/play.ts';
import { ReverseProxy } from '../../support/reverse-proxy.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { Programs } from './support.ts';

const PREFIX = `/${'a-long-name-'.repeat(6)}`.slice(0, 64);
const OWN = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' };

/** Status, headers and text for a path as it is written. */
function ask(url: string, path: string, headers: Record<string, string> = {}) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    get({ hostname, port, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    }).on('error', reject);
  });
}

describe.each([
  ['takes the path off', true],
  ['passes the path on', false],
] as const)('behind a proxy that %s', (_, strips) => {
  let programs: Programs;
  beforeAll(async () => {
    const front = new ReverseProxy({ prefix: PREFIX, strips });
    programs = await Programs.begin({ front, model: new ScriptedModel(() => ['It is done.']) });
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test('every kind of route answers, and nothing of coda stands beside the path', async () => {
    const metrics = await programs.coda.app.tokens.add({ name: 'metrics', scopes: ['metrics'] });
    for (const path of ['/health', '/metrics', '/openapi.json', '', '/', '/today', '/chat/letters', '/worker.js'])
      expect((await programs.ask(path, { token: metrics })).status, path).toBe(200);
    const { origin } = new URL(programs.url);
    for (const path of ['/', '/health', '/v1/me']) expect((await fetch(origin + path)).status, path).toBe(404);
    expect((await programs.say('hello')).text).toBe('It is done.');
  });

  test('the document, the manifest and the files name each other by the path', async () => {
    const document = await (await fetch(`${programs.url}/today`)).text();
    const addresses = [...document.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address = '']) => address);
    expect(addresses.length).toBeGreaterThan(3);
    const { origin } = new URL(programs.url);
    for (const address of addresses) {
      expect(address.startsWith(`${PREFIX}/`), address).toBe(true);
      expect((await fetch(origin + address)).status, address).toBe(200);
    }
    const manifest = (await (await fetch(`${programs.url}/manifest.json`)).json()) as Record<string, unknown>;
    expect(manifest).toMatchObject({ id: `${PREFIX}/`, start_url: `${PREFIX}/`, scope: `${PREFIX}/` });
    for (const { src } of manifest.icons as { src: string }[]) expect((await fetch(origin + src)).status).toBe(200);
    const nowhere = await fetch(`${programs.url}/nowhere`, { headers: { Accept: 'text/html' } });
    expect([nowhere.status, await nowhere.text()]).toEqual([404, expect.stringContaining(`"${PREFIX}/web/main`)]);
  });

  test('a session is one of the path: its cookie goes to no other application of the name', async () => {
    const { code } = await programs.coda.app.sessions.link();
    const body = JSON.stringify({ code });
    const answer = await fetch(`${programs.url}/v1/session`, { method: 'POST', headers: OWN, body });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toContain(`; Path=${PREFIX}; `);
    const own = cookie.split(';')[0] ?? '';
    const status = async (Cookie: string, method = 'GET', path = '/v1/me') =>
      (await fetch(programs.url + path, { method, headers: { ...OWN, Cookie } })).status;
    expect(await status(own)).toBe(200);
    const value = own.split('=')[1] ?? '';
    // One of another coda, at the root of the same name, is none here, and takes nothing away.
    expect(await status(`coda_session=${value}`)).toBe(401);
    expect(await status(`coda_session=${'x'.repeat(43)}; ${own}`)).toBe(200);
    // One that somebody has put before it for a longer path: nobody says which of the two is meant.
    expect(await status(`${own.split('=')[0]}=${'x'.repeat(43)}; ${own}`)).toBe(401);
    const left = await fetch(`${programs.url}/v1/session`, { method: 'DELETE', headers: { ...OWN, Cookie: own } });
    expect(left.headers.get('set-cookie')).toContain(`; Path=${PREFIX}; Max-Age=0`);
    expect(await status(own)).toBe(401);
  });

  test('what coda writes leads to the path', async () => {
    const { servers } = await programs.get<{ servers: { url: string }[] }>('/openapi.json');
    expect(servers).toEqual([{ url: PREFIX }]);
    const made = await programs.post('/v1/reminders', { text: 'stand up', when: 'tomorrow at 9' });
    const at = made.headers.get('location') ?? '';
    expect(at).toMatch(new RegExp(`^${PREFIX}/v1/reminders/`));
    const again = await fetch(new URL(at, programs.url), { headers: { Authorization: `Bearer ${programs.token}` } });
    expect(again.status).toBe(200);
    expect(programs.coda.app.http?.url).toBe(programs.url);
  });

  test('the doctor finds its events through the path', async () => {
    const verdict = (await programs.coda.app.checks.run()).find(({ name }) => name === 'http address');
    expect(verdict).toMatchObject({ ok: true, says: `${programs.url} passes events on at once` });
  });
});

describe('what is nearly the path', () => {
  let programs: Programs;
  let cookie: string;
  beforeAll(async () => {
    programs = await Programs.begin({ config: { 'http.url': 'https://home.test/coda/deep/' } });
    const { cookie: value } = await programs.coda.app.sessions.open((await programs.coda.app.sessions.link()).code);
    cookie = value;
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test.each([
    '/codafoo/v1/me',
    '/coda/deepfoo/v1/me',
    '/coda/v1/me',
    '/coda/deep/../../v1/me',
    '/coda/deep/./v1/me',
    '//coda/deep/v1/me',
    '/coda//deep/v1/me',
    '/coda/deep//v1/me',
    '/coda%2Fdeep/v1/me',
    '/coda/deep%2Fv1/me',
    '/coda/deep/coda/deep/v1/me',
    '/CODA/deep/v1/me',
    '/coda%252Fdeep/v1/me',
    '/v1/me/../../coda/deep/v1/me',
  ])('%s is no address of coda', async (path) => {
    const token = { Authorization: `Bearer ${programs.token}` };
    expect((await ask(programs.url, path, token)).status).toBe(404);
    expect((await ask(programs.url, path, { Cookie: `coda_session=${cookie}` })).status).toBe(404);
  });

  test.each(['/coda/deep/v1/me', '/%63oda/deep/v1/me', '/v1/me'])('%s is one', async (path) => {
    const token = { Authorization: `Bearer ${programs.token}` };
    expect((await ask(programs.url, path, token)).status).toBe(200);
  });

  test.each(['//evil.test/', '/\\evil.test/', '/%2F%2Fevil.test', '/coda/deep//evil.test', '/coda/deep/%5Cevil.test'])(
    '%s leads nowhere else',
    async (path) => {
      const answer = await ask(programs.url, path, { Accept: 'text/html' });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.location).toBeUndefined();
      expect(answer.text).not.toContain('evil');
    },
  );

  test('headers of a client that name a path change nothing', async () => {
    for (const forged of ['/evil', '//evil.test', '"><script>', 'javascript:alert(1)'])
      for (const name of ['X-Ingress-Path', 'X-Forwarded-Prefix', 'X-Script-Name', 'Forwarded', 'X-Original-URL']) {
        const answer = await ask(programs.url, '/today', { [name]: forged, Accept: 'text/html' });
        expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('data-base="/coda/deep"')]);
        expect(answer.text + JSON.stringify(answer.headers)).not.toContain('evil');
      }
  });
});

describe('the path in http.url', () => {
  const problemWith = (url: string): string => {
    const flags = { 'http.url': { name: '--http.url', value: url } };
    try {
      readConfig({ env: {}, dataDir: '/nowhere', cwd: '/nowhere', secrets: new Secrets(), flags });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each(['https://home.test', 'https://home.test/', 'https://home.test/coda', 'https://home.test/~ana/co.da_1-x/'])(
    '%s is taken',
    (url) => expect(problemWith(url)).toBe(''),
  );

  test.each([
    'https://home.test/a//b',
    'https://home.test/coda//',
    'https://home.test/../coda',
    'https://home.test/coda/..',
    'https://home.test/a/./b',
    'https://home.test/co%2Fda',
    'https://home.test/co da',
    'https://home.test/"><script>',
    'https://home.test/küche',
    'https://home.test/coda?x=1',
    'https://home.test/coda#x',
    'https://home.test/coda;Domain=evil.test',
    `https://home.test/${'x'.repeat(64)}`,
  ])('%s is refused in clear words', (url) => {
    expect(problemWith(url)).toContain('letters, digits and "-", ".", "_", "~" between single slashes');
  });

  test.each(['/v1', '/chat/coda', '/web', '/hooks', '/health', '/open'])(
    '%s begins as an address of coda itself',
    async (path) => {
      const started = play({ config: { 'http.listen': '127.0.0.1:0', 'http.url': `https://home.test${path}` } });
      await expect(started).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`begins with /${path.split('/')[1]}, which is an address of coda itself`),
      });
    },
  );
});
