import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Play, type PlayOptions, play } from '../support/play.ts';

const CODE = /the code ([A-Z2-9]{5}-[A-Z2-9]{5})/;

/** A coda that nobody owns, with its page and what stood in its log. */
async function ownerless(options: PlayOptions = {}) {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const coda = await play({ ...options, log, config: { 'http.listen': '127.0.0.1:0', ...options.config } });
  onTestFinished(() => coda[Symbol.asyncDispose]());
  const url = () => `http://127.0.0.1:${coda.app.http?.address?.port}`;
  const ask = (path: string, init: RequestInit = {}) => fetch(url() + path, { redirect: 'manual', ...init });
  const claim = (code: string, headers: Record<string, string> = OWN, name = 'Ana') =>
    ask('/v1/first-start', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ code, name }),
    });
  return { coda, url, ask, claim, lines, code: () => codeIn(lines) };
}

const OWN = { 'Sec-Fetch-Site': 'same-origin' };

/** The last code of the log. */
function codeIn(lines: readonly string[]): string {
  const codes = lines.flatMap((line) => CODE.exec(line)?.[1] ?? []);
  return codes.at(-1) ?? '';
}

const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const owners = (coda: Play) => coda.count(`persons where role = 'owner'`);

describe('a coda that nobody owns', () => {
  test('is owned by whoever brings the code, also where the clock stands at 1970', async () => {
    const { coda, ask, claim, code } = await ownerless({ at: '1970-01-01T00:00:05Z' });
    const made = await claim(code());
    expect(made.status).toBe(200);
    const me = await ask('/v1/me', { headers: { ...OWN, Cookie: cookieOf(made) } });
    expect(await me.json()).toMatchObject({ person: { name: 'Ana', role: 'owner' } });
    expect((await claim(code())).status).toBe(409);
    expect(await owners(coda)).toBe(1);
  });

  test('in Home Assistant its first user becomes nobody without the code, administrator or not', async () => {
    const { coda, url, claim, code } = await ownerless({ config: { 'http.ingress': '127.0.0.1' } });
    const path = { ...OWN, 'X-Ingress-Path': '/api/hassio_ingress/token' };
    const admin = { ...path, 'X-Remote-User-Id': 'a'.repeat(32), 'X-Remote-User-Name': 'admin' };
    // The names of headers as they are written here: `fetch` would write them in small letters.
    const status = (method: string, target: string, headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(url() + target, { method, headers }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end();
      });
    expect(await status('GET', '/v1/me', admin)).toBe(401);
    expect(await status('PUT', '/v1/me/home-assistant', admin)).toBe(401);
    expect((await claim('AAAAA-AAAAA', path)).status).toBe(401);
    expect(await owners(coda)).toBe(0);
    const claimed = await claim(code(), path);
    expect(claimed.headers.get('set-cookie')).toContain('Path=/api/hassio_ingress/token;');
    const session = { ...admin, Cookie: cookieOf(claimed) };
    expect(await status('GET', '/v1/me', session)).toBe(200);
    expect(await status('GET', '/v1/me', admin)).toBe(401);
    expect(await status('PUT', '/v1/me/home-assistant', session)).toBe(204);
    expect(await status('GET', '/v1/me', admin)).toBe(200);
  });

  test('belongs to whoever brings the code of its log, by the name that they give', async () => {
    const { coda, ask, claim, code } = await ownerless();
    expect(await (await ask('/v1/sign-in')).json()).toMatchObject({ first: true });
    const claimed = await claim(code().toLowerCase().replace('-', ' '));
    expect(claimed.status).toBe(200);
    const cookie = claimed.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^coda_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
    const me = await ask('/v1/me', { headers: { Cookie: cookieOf(claimed), ...OWN } });
    expect(await me.json()).toMatchObject({ person: { name: 'Ana', role: 'owner' } });
    expect(await (await ask('/v1/sign-in')).json()).toMatchObject({ first: false });
    // The person at the terminal is the same one.
    expect(await coda.count(`identities where adapter = 'console' and external_id = 'owner'`)).toBe(1);
    expect(await owners(coda)).toBe(1);
    expect(await coda.count(`audit_log where action = 'person.first_owner'`)).toBe(1);
  });

  test.each([
    ['Asia/Tokyo', 'Asia/Tokyo'],
    ['Moon/Tranquility', null],
  ])('takes the zone of the browser where it knows it: %s', async (zone, stored) => {
    const { coda, ask, code } = await ownerless({ config: { 'assistant.zone': undefined } });
    const claimed = await ask('/v1/first-start', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...OWN },
      body: JSON.stringify({ code: code(), name: 'Ana', zone }),
    });
    expect(claimed.status).toBe(200);
    const { rows } = await coda.database().read(`select zone from persons where role = 'owner'`);
    expect(rows).toEqual([{ zone: stored }]);
  });

  test('answers nothing else to anybody, but whether it is well and the page that asks', async () => {
    const { coda, ask } = await ownerless();
    const document = await ask('/', { headers: { Accept: 'text/html' } });
    expect(document.status).toBe(200);
    const script = /src="(\/web\/[^"]+)"/.exec(await document.text())?.[1] ?? '';
    for (const path of ['/health', script, '/manifest.json', '/worker.js'])
      expect((await ask(path)).status, path).toBe(200);
    const open = new Set(['/health', '/v1/sign-in', '/v1/first-start']);
    const asked = coda.app.routes.filter(({ page, path }) => !page && !open.has(path));
    expect(asked.length).toBeGreaterThan(100);
    for (const { method, path } of asked) {
      const answer = await ask(path.replace(/:\w+/g, 'x'), { method, headers: OWN });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
    expect((await ask('/v1/me', { method: 'OPTIONS' })).status).toBe(401);
    expect(await owners(coda)).toBe(0);
  });

  test('its code is good once, for 15 minutes, and none of it outlives the claim', async () => {
    const { coda, ask, claim, code } = await ownerless();
    const first = code();
    await coda.passes({ minutes: 16 });
    expect((await claim(first)).status).toBe(401);
    const opened = (await coda.operation('open', {})) as { url: string };
    const second = opened.url.split('#')[1] ?? '';
    expect(second).toMatch(/^[A-Z2-9]{5}-[A-Z2-9]{5}$/);
    await coda.restart();
    const third = code();
    expect(third).not.toBe(first);
    const claimed = await claim(second);
    expect(claimed.status).toBe(200);
    for (const used of [second, third]) expect((await claim(used)).status).toBe(409);
    expect((await ask('/v1/me', { headers: { Cookie: cookieOf(claimed), ...OWN } })).status).toBe(200);
  });

  test('whoever has mistyped ten times is told to wait, and goes on after a minute', async () => {
    const { coda, claim, code } = await ownerless();
    for (let guess = 0; guess < 10; guess++) await claim(`AAAAA-AAAA${guess}`);
    const late = await claim(code());
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '5']);
    await coda.passes({ minutes: 1 });
    expect((await claim(code())).status).toBe(200);
  });

  test('has its code in no table, no entry of what was done, and no answer', async () => {
    const { coda, claim, code, lines } = await ownerless();
    const opened = (await coda.operation('open', {})) as { url: string };
    const codes = [code(), opened.url.split('#')[1] ?? ''];
    const answers = [await (await claim('WRONG-CODES')).text(), await (await claim(codes[0] ?? '')).text()];
    const read = (table: string) =>
      coda.database().read<{ all: string | null }>(`select json_agg(t)::text as all from ${table} t`);
    for (const table of ['first_codes', 'audit_log', 'browser_sessions', 'persons']) {
      answers.push((await read(table)).rows[0]?.all ?? '');
    }
    for (const each of codes) expect(answers.filter((text) => text.includes(each))).toEqual([]);
    // The log has the first one only: what "coda open" shows is for its terminal.
    expect(lines.filter((line) => line.includes(codes[1] ?? ''))).toEqual([]);
  });
});

test('an older coda that has members and no owner goes on answering', async () => {
  const { coda, ask, claim, code } = await ownerless();
  const first = code();
  await coda.database().run(
    'test',
    `insert into persons (id, name, role, zone, created_at)
    values ('00000000-0000-7000-8000-000000000001', 'Bo', 'member', 'UTC', '2026-01-01T00:00:00Z')`,
  );
  expect(await (await ask('/v1/sign-in')).json()).toMatchObject({ first: false });
  expect((await ask('/openapi.json')).status).not.toBe(401);
  expect((await claim(first)).status).toBe(409);
});

test('where the configuration names owners, or somebody was let in, nothing is asked for and nothing is shown', async () => {
  const named = await ownerless({ config: { 'access.owners': ['discord:123456789012345678'] } });
  expect([named.code(), (await named.claim('AAAAA-AAAAA')).status]).toEqual(['', 409]);
  expect(await (await named.ask('/v1/sign-in')).json()).toMatchObject({ first: false });
  const shared = await ownerless({ config: { 'access.members': ['http-role:staff'] } });
  expect([shared.code(), (await shared.claim('AAAAA-AAAAA')).status]).toEqual(['', 409]);
  const guarded = await ownerless({ config: { 'access.approval_token': 'open sesame' } });
  expect([guarded.code(), (await guarded.claim('AAAAA-AAAAA')).status]).toEqual(['', 409]);
  const { coda, code, claim } = await ownerless();
  const before = code();
  await coda.person('owner').says('/help');
  expect((await claim(before)).status).toBe(409);
  await coda.restart();
  expect(code()).toBe(before);
});
