/** coda in Home Assistant: its supervisor is played by whoever asks from 127.0.0.1, and everybody else by 127.0.0.2. */
import { createECDH } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { httpConfig } from '../../../src/adapters/http/index.ts';
import { readConfig } from '../../../src/app/index.ts';
import { Secrets } from '../../../src/base/log.ts';
import { packageRoot } from '../../../src/base/root.ts';
import { holdBefore } from '../../support/holds.ts';
import { Programs } from './support.ts';

/** As long as Home Assistant's own: 63 characters. */
const BASE = `/api/hassio_ingress/${'aB3-_'.repeat(9).slice(0, 43)}`;
const ADMIN = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

interface Asked {
  method?: string;
  /** Names and values in turns, as they are written. */
  headers?: readonly string[];
  body?: unknown;
  from?: string;
  of?: Programs;
}

let programs: Programs;
beforeAll(async () => {
  programs = await Programs.begin({ config: { 'http.ingress': '127.0.0.1' } });
});
afterAll(() => programs[Symbol.asyncDispose]());

function ask(
  path: string,
  { method = 'GET', headers = [], body, from = '127.0.0.1', of = programs }: Asked = {},
): Promise<Reply> {
  const { hostname, port, host } = new URL(of.direct);
  const text = body === undefined ? '' : JSON.stringify(body);
  const own = ['Host', host, 'Content-Length', String(Buffer.byteLength(text))];
  const json = body === undefined ? [] : ['Content-Type', 'application/json'];
  return new Promise((resolve, reject) => {
    const all = [...own, ...json, ...headers];
    request({ hostname, port, path, method, localAddress: from, headers: all }, (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        said += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: said }));
    })
      .on('error', reject)
      .end(text);
  });
}

const path = ['X-Ingress-Path', BASE];
const as = (id: string, name = 'Ana Müller') => [
  ...['X-Remote-User-Id', id, 'X-Remote-User-Name', 'ana'],
  ...['X-Remote-User-Display-Name', Buffer.from(name).toString('latin1')],
];
const SAME = ['Sec-Fetch-Site', 'same-origin'];
const me = (...headers: string[]) => ask('/v1/me', { headers: [...SAME, ...headers] });

/** Signs the owner, or the person of this name, in at a browser inside of Home Assistant, and gives the cookie. */
async function signIn(name?: string, of = programs): Promise<string> {
  const { code } = await of.coda.app.sessions.link(name);
  const opened = await ask('/v1/session', { method: 'POST', headers: [...SAME, ...path], body: { code }, of });
  expect(opened.status).toBe(200);
  return String(opened.headers['set-cookie']);
}

describe('what the supervisor passes on', () => {
  test('is answered under the path that it names, in a frame of the same origin', async () => {
    const page = await ask('/today', { headers: [...path, 'Accept-Encoding', 'br'] });
    expect(page.text).toContain(`data-base="${BASE}"`);
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'self'");
    const [, script = ''] = /src="([^"]*main[^"]*)"/.exec(page.text) ?? [];
    expect(script.startsWith(`${BASE}/web/`)).toBe(true);
    const file = await ask(script.slice(BASE.length), { headers: [...path, 'Accept-Encoding', 'gzip, br'] });
    expect([file.status, file.headers['content-encoding']]).toEqual([200, undefined]);
    const nowhere = await ask('/nowhere', { headers: [...path, 'Accept', 'text/html'] });
    expect([nowhere.status, nowhere.text.includes(`data-base="${BASE}"`)]).toEqual([404, true]);
    expect(JSON.parse((await ask('/openapi.json', { headers: path })).text).servers).toEqual([{ url: BASE }]);
    expect((await ask('/health', { headers: path })).status).toBe(200);
    const outside = await ask('/today');
    expect(outside.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test('has a cookie of its path alone, secure where the page came by HTTPS', async () => {
    const { code } = await programs.coda.app.sessions.link();
    const from = ['Origin', 'https://home.test', 'X-Forwarded-Host', 'home.test'];
    const opened = await ask('/v1/session', { method: 'POST', headers: [...path, ...SAME, ...from], body: { code } });
    const cookie = String(opened.headers['set-cookie']);
    expect(cookie).toMatch(new RegExp(`; Path=${BASE}; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure$`));
    const own = ['Cookie', cookie.split(';')[0] ?? ''];
    expect((await me(...path, ...own)).status).toBe(200);
    // Outside of that path it is none.
    expect((await me(...own)).status).toBe(401);
    const evil = ['Origin', 'https://evil.test', 'X-Forwarded-Host', 'home.test'];
    expect((await ask('/v1/me', { headers: [...path, ...own, ...evil] })).status).toBe(403);
  });
});

test("the app's run file trusts the supervisor's address alone, and is asked where it listens", () => {
  const app = parse(readFileSync(join(packageRoot(), 'deploy/home-assistant/config.yaml'), 'utf8'));
  const config = readConfig({
    env: app.environment,
    dataDir: '/nowhere',
    cwd: '/nowhere',
    secrets: new Secrets(),
    flags: {},
  });
  expect(config.block(httpConfig)).toMatchObject({ ingress: '172.30.32.2', listen: `0.0.0.0:${app.ingress_port}` });
  expect(app).toMatchObject({ ingress: true, ingress_stream: true, ports: { [`${app.ingress_port}/tcp`]: null } });
});

describe('a user of Home Assistant', () => {
  test('is nobody here until a person links them, who then needs no session', async () => {
    expect((await me(...path, ...as(ADMIN))).status).toBe(401);
    const cookie = ['Cookie', (await signIn()).split(';')[0] ?? ''];
    const state = async (...headers: string[]) =>
      JSON.parse((await ask('/v1/me/home-assistant', { headers: [...SAME, ...path, ...headers] })).text);
    expect(await state(...as(ADMIN), ...cookie)).toEqual({ user: 'Ana Müller', linked: false });
    const link = (...headers: string[]) =>
      ask('/v1/me/home-assistant', { method: 'PUT', headers: [...SAME, ...path, ...headers] });
    // Without a session, and of a program, nobody is linked.
    expect((await link(...as(OTHER))).status).toBe(401);
    expect((await link(...as(OTHER), 'Authorization', `Bearer ${programs.token}`)).status).toBe(403);
    expect((await link(...cookie)).status).toBe(409);
    const linked = await link(...as(ADMIN), ...cookie);
    expect([linked.status, String(linked.headers['set-cookie'])]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    // The browser keeps no session for whoever sits at it next.
    expect((await me(...path, ...as(OTHER), ...cookie)).status).toBe(401);
    expect(await state(...as(ADMIN))).toEqual({ user: 'Ana Müller', linked: true });
    const signedIn = await me(...path, ...as(ADMIN));
    expect(JSON.parse(signedIn.text).scopes).toContain('admin');
    const { rows } = await programs.coda
      .database()
      .read<{ action: string }>(`select action from audit_log where action = 'person.link_home_assistant'`);
    expect(rows).toHaveLength(1);
  });

  test('is who they are, whatever session another one has left in that browser', async () => {
    await programs.coda.person('bo', { role: 'member' }).says('hello');
    const { code } = await programs.coda.app.sessions.link('bo');
    const opened = await ask('/v1/session', { method: 'POST', headers: [...SAME, ...path], body: { code } });
    const cookie = ['Cookie', String(opened.headers['set-cookie']).split(';')[0] ?? ''];
    expect(JSON.parse((await me(...path, ...cookie)).text).person.name).toBe('bo');
    expect(JSON.parse((await me(...path, ...cookie, ...as(ADMIN))).text).person.role).toBe('owner');
    const stolen = await ask('/v1/me/home-assistant', {
      method: 'DELETE',
      headers: [...path, ...as(ADMIN), 'Sec-Fetch-Site', 'cross-site'],
    });
    expect(stolen.status).toBe(403);
  });

  test('says what they send in their own name only from pages of coda', async () => {
    const foreign = ['Sec-Fetch-Site', 'cross-site', 'Origin', 'https://evil.test'];
    const body = { text: '/note from elsewhere' };
    const headers = [...path, ...as(ADMIN), ...foreign];
    expect((await ask('/v1/messages', { method: 'POST', headers, body })).status).toBe(403);
    expect(await programs.coda.count('notes')).toBe(0);
    const own = [...path, ...as(ADMIN), ...SAME];
    expect((await ask('/v1/messages', { method: 'POST', headers: own, body })).status).toBe(200);
    expect(await programs.coda.count('notes')).toBe(1);
  });

  test('cannot sign out of it here, and is nobody again once the link is taken away', async () => {
    const leave = (target: string) => ask(target, { method: 'DELETE', headers: [...SAME, ...path, ...as(ADMIN)] });
    const out = await leave('/v1/session');
    expect([out.status, JSON.parse(out.text).detail]).toEqual([409, 'Home Assistant signs you in here.']);
    expect((await leave('/v1/me/home-assistant')).status).toBe(204);
    expect((await me(...path, ...as(ADMIN))).status).toBe(401);
    // Whoever had linked one with a stolen session loses it as sessions are ended.
    const cookie = ['Cookie', (await signIn()).split(';')[0] ?? ''];
    const linked = await ask('/v1/me/home-assistant', {
      method: 'PUT',
      headers: [...SAME, ...path, ...as(OTHER), ...cookie],
    });
    expect([linked.status, (await me(...path, ...as(OTHER))).status]).toEqual([204, 200]);
    await programs.coda.app.sessions.revoke(undefined);
    expect((await me(...path, ...as(OTHER))).status).toBe(401);
  });
});

test('a link that is made while its person is erased links nobody', async () => {
  const cleo = programs.coda.person('cleo', { role: 'member' });
  await cleo.says('hello');
  const cookie = ['Cookie', (await signIn('cleo')).split(';')[0] ?? ''];
  const linking = holdBefore(programs.coda, 'sessions.link_user');
  const headers = [...SAME, ...path, ...as('c'.repeat(32)), ...cookie];
  const linked = ask('/v1/me/home-assistant', { method: 'PUT', headers });
  await linking.reached;
  await cleo.says('/forget');
  await cleo.presses('Yes, forget me');
  linking.goOn();
  expect((await linked).status).toBe(401);
  expect(await programs.coda.count(`identities where adapter = 'home-assistant' and external_id like 'c%'`)).toBe(0);
});

test('a device is notified for a session, which ends, and not for whom Home Assistant signs in', async () => {
  const config = { 'http.ingress': '127.0.0.1', 'http.url': 'https://coda.example.com' };
  await using of = await Programs.begin({ config });
  await of.coda.person('bo', { role: 'member' }).says('hello');
  const own = [...SAME, ...path];
  const owner = ['Cookie', (await signIn(undefined, of)).split(';')[0] ?? ''];
  const link = { method: 'PUT', headers: [...own, ...as(ADMIN), ...owner], of };
  expect((await ask('/v1/me/home-assistant', link)).status).toBe(204);
  // Another person's session is left in this browser.
  const bo = ['Cookie', (await signIn('bo', of)).split(';')[0] ?? ''];
  const keys = createECDH('prime256v1');
  const body = {
    endpoint: 'https://8.8.8.8/send',
    keys: { p256dh: keys.generateKeys('base64url'), auth: Buffer.alloc(16, 1).toString('base64url') },
  };
  const push = (method: string, ...headers: string[]) =>
    ask('/v1/push', { method, headers: [...own, ...bo, ...headers], of, ...(method === 'POST' && { body }) });
  expect(JSON.parse((await push('GET', ...as(ADMIN))).text)).toEqual({
    possible: false,
    reason: expect.stringContaining('here Home Assistant signs you in'),
  });
  expect((await push('POST', ...as(ADMIN))).status).toBe(409);
  expect(await of.coda.count('push_devices')).toBe(0);
  expect(JSON.parse((await push('GET')).text).possible).toBe(true);
  expect((await push('POST')).status).toBe(204);
  await of.coda.app.sessions.revoke('bo');
  expect(await of.coda.count('push_devices')).toBe(0);
});

test.each(['::FFFF:127.0.0.1', '0:0:0:0:0:FFFF:7F00:1'])('the supervisor may be written as %s', async (ingress) => {
  await using of = await Programs.begin({ config: { 'http.ingress': ingress } });
  expect((await ask('/today', { headers: path, of })).text).toContain(`data-base="${BASE}"`);
});

describe('what is forged', () => {
  let linkedId: string;
  beforeAll(async () => {
    linkedId = ADMIN;
    const cookie = ['Cookie', (await signIn()).split(';')[0] ?? ''];
    const headers = [...SAME, ...path, ...as(linkedId), ...cookie];
    expect((await ask('/v1/me/home-assistant', { method: 'PUT', headers })).status).toBe(204);
    expect((await me(...path, ...as(linkedId))).status).toBe(200);
  });

  const forgeries: [about: string, headers: () => readonly string[]][] = [
    ['the id in small letters, which the supervisor lets through', () => [...path, 'x-remote-user-id', ADMIN]],
    ['the id in capitals', () => [...path, 'X-REMOTE-USER-ID', ADMIN]],
    ['two ids', () => [...path, ...as(OTHER), 'X-Remote-User-Id', ADMIN]],
    ['a list of ids', () => [...path, 'X-Remote-User-Id', `${ADMIN}, ${OTHER}`]],
    ['the name alone', () => [...path, 'X-Remote-User-Name', 'ana', 'X-Remote-User-Display-Name', 'Ana']],
    ['the id without the path', () => as(ADMIN)],
    [
      'the headers of others',
      () => [...path, 'Remote-User', 'ana', 'X-Forwarded-User', ADMIN, 'X-WEBAUTH-USER', ADMIN],
    ],
    ['no id', () => [...path, 'X-Remote-User-Id', '']],
    ['a pattern for an id', () => [...path, 'X-Remote-User-Id', '%']],
  ];
  test.each(forgeries)('%s: nobody is signed in', async (_, headers) => {
    expect((await me(...headers())).status).toBe(401);
  });

  test('the id of the linked one from any other address, with or without a chain that names the supervisor', async () => {
    const chains = [[], ['X-Forwarded-For', '127.0.0.1'], ['Forwarded', 'for=127.0.0.1'], ['X-Real-IP', '127.0.0.1']];
    for (const chain of chains) {
      const headers = [...SAME, ...path, ...as(ADMIN), ...chain];
      expect((await ask('/v1/me', { headers, from: '127.0.0.2' })).status).toBe(401);
      const link = await ask('/v1/me/home-assistant', { method: 'PUT', headers, from: '127.0.0.2' });
      expect(link.status).toBe(401);
    }
    const page = await ask('/today', { headers: path, from: '127.0.0.2' });
    expect([page.status, page.text.includes('hassio')]).toEqual([200, false]);
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test.each([
    '//evil.test',
    'https://evil.test/',
    'javascript:alert(1)',
    '/a"><script>alert(1)</script>',
    "/a' onload='x",
    '/a;Domain=evil.test',
    '/a b',
    '/a/../b',
    '/a%0d%0aSet-Cookie:x=1',
    '/a\\b',
    'a',
    '/',
    '',
    `/${'x'.repeat(64)}`,
    `${BASE}, ${BASE}`,
  ])('a path such as %s is refused, and stands in no answer', async (forged) => {
    for (const target of ['/today', '/manifest.json', '/v1/me', '/nowhere']) {
      const answer = await ask(target, { headers: ['X-Ingress-Path', forged, ...as(ADMIN), 'Accept', 'text/html'] });
      expect(answer.status).toBe(400);
      expect(answer.text + JSON.stringify(answer.headers)).not.toMatch(/evil|alert|onload|x{64}/);
    }
  });

  test('where it is off, nothing of it counts', async () => {
    await using off = await Programs.begin();
    const { hostname, port, host } = new URL(off.direct);
    const headers = ['Host', host, ...path, ...as(ADMIN)];
    const page = await new Promise<string>((resolve, reject) => {
      request({ hostname, port, path: '/today', headers }, async (answer) => {
        let text = '';
        for await (const piece of answer) text += piece;
        resolve(text);
      })
        .on('error', reject)
        .end();
    });
    expect(page).toContain('data-base=""');
  });
});
