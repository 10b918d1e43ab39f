import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Browser, Programs } from '../adapters/http/support.ts';

const OWN = { 'Sec-Fetch-Site': 'same-origin' };
const PASSWORD = 'correct horse battery';

let programs: Programs;
let owner: Browser;
const lines: string[] = [];
beforeAll(async () => {
  programs = await Programs.begin({ log: (line) => void lines.push(line) });
  owner = await programs.browser();
});
afterAll(() => programs[Symbol.asyncDispose]());
/** Attempts are counted for a minute. */
beforeEach(() => programs.coda.passes({ minutes: 1 }));

const post = (path: string, body: unknown, headers: Record<string, string> = OWN) =>
  fetch(programs.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const look = (code: string, headers?: Record<string, string>) => post('/v1/sign-in/invitation', { code }, headers);
const accept = (code: string, name = 'Ana', headers?: Record<string, string>, more = {}) =>
  post('/v1/sign-in/invitation/accept', { code, name, ...more }, headers);
const cookieIn = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const codeOf = ({ url }: { url: string }) => url.split('#')[1] ?? '';
const me = async (cookie: string) =>
  (await fetch(`${programs.url}/v1/me`, { headers: { Cookie: cookie, ...OWN } })).json();

interface Open {
  id: string;
  name: string;
  from: string;
  until: string;
}
const open = async () => (await owner.get<{ invitations: Open[] }>('/v1/people/invitations')).invitations;
const invite = async (name: string) =>
  codeOf((await programs.coda.operation('people invite', { name })) as { url: string });
const membersCalled = (name: string) => programs.coda.count(`persons where role = 'member' and name = '${name}'`);

describe('an invitation', () => {
  test('shows who invites, makes a member by the name they give, and signs them in', async () => {
    const code = await invite('Ana');
    expect(code).toMatch(/^invited-[\w-]{43}$/);
    // Looking does not use it up.
    for (let time = 0; time < 2; time++) {
      expect(await (await look(code)).json()).toEqual({ from: 'owner', name: 'Ana' });
    }
    const answer = await accept(code, ' Ana Maria ');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^coda_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    const cookie = cookieIn(answer);
    expect(await me(cookie)).toMatchObject({ person: { name: 'Ana Maria', role: 'member' } });
    expect(await open()).toEqual([]);
    const set = await fetch(`${programs.url}/v1/me/password`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', Cookie: cookie, ...OWN },
      body: JSON.stringify({ login: 'ana', password: PASSWORD }),
    });
    expect(set.status).toBe(204);
    expect((await post('/v1/session/password', { login: 'ana', password: PASSWORD })).status).toBe(200);
    const acts = `audit_log where action = 'person.admit' and detail->>'role' = 'member' and detail->>'account' like 'invitation:%'`;
    expect(await programs.coda.count(acts)).toBe(1);
    expect(await programs.coda.count(`audit_log where action = 'control.run' and subject = 'people invite'`)).toBe(1);
  });

  test('says whether its link works on this machine alone, where no http.url is set', async () => {
    expect(await programs.coda.operation('people invite', { name: 'Dora' })).toMatchObject({ local: true });
    const reached = await Programs.begin({ config: { 'http.url': 'https://coda.example' } });
    onTestFinished(() => reached[Symbol.asyncDispose]());
    expect(await reached.coda.operation('people invite', { name: 'Dora' })).toMatchObject({
      url: expect.stringContaining('https://coda.example/open#'),
      local: false,
    });
  });

  test('that is over, or was taken back, is worth nothing', async () => {
    const old = await invite('Cleo');
    await programs.coda.passes({ days: 7 });
    expect([(await look(old)).status, (await accept(old, 'Cleo')).status]).toEqual([401, 401]);
    const code = await invite('Cleo');
    const [only] = await open();
    expect(only).toMatchObject({ name: 'Cleo', from: 'owner' });
    const path = `/v1/people/invitations/${only?.id}`;
    expect([await owner.status('DELETE', path), await owner.status('DELETE', path)]).toEqual([200, 404]);
    expect([(await look(code)).status, (await accept(code, 'Cleo')).status]).toEqual([401, 401]);
    expect([await membersCalled('Cleo'), await open()]).toEqual([0, []]);
  });

  test.each([
    ['demoted', `update persons set role = 'member' where name = $1`],
    ['erased', `update persons set erased_at = '2026-11-20T08:00:00Z' where name = $1`],
  ])('of an owner who is %s since is worth nothing', async (how, sql) => {
    const name = `host ${how}`;
    await programs.coda.person(name).says('/help');
    const host = await programs.browser(name);
    const made = await host.send<{ url: string }>('POST', '/v1/people/invitations', { name: 'Dan' });
    expect(await (await look(codeOf(made))).json()).toEqual({ from: name, name: 'Dan' });
    await programs.coda.database().tx('test', (tx) => tx.query(sql, [name]));
    expect([(await look(codeOf(made))).status, (await accept(codeOf(made), 'Dan')).status]).toEqual([401, 401]);
    expect([await membersCalled('Dan'), await open()]).toEqual([0, []]);
  });

  test('is made, seen and taken back by owners alone', async () => {
    await programs.coda.person('guy', { role: 'member' }).says('/help');
    const guy = await programs.browser('guy');
    expect([
      await guy.status('POST', '/v1/people/invitations', { name: 'Eve' }),
      await guy.status('GET', '/v1/people/invitations'),
      await guy.status('DELETE', '/v1/people/invitations/018f2c1e-8a52-7cc4-9d2e-3f6a1b2c4d5e'),
    ]).toEqual([403, 403, 403]);
    expect(await open()).toEqual([]);
  });

  test('that an owner takes back from its member ends what they may', async () => {
    const cookie = cookieIn(await accept(await invite('Hal'), 'Hal'));
    const { people } = await owner.get<{ people: { id: string; name: string; granted: string[] }[] }>('/v1/people');
    const hal = people.find(({ name }) => name === 'Hal');
    expect(hal?.granted).toEqual(['member']);
    expect(await owner.status('POST', `/v1/people/${hal?.id}/block`, {})).toBe(200);
    expect((await fetch(`${programs.url}/v1/me`, { headers: { Cookie: cookie, ...OWN } })).status).toBe(401);
  });

  test('does not sign somebody out who is signed in, unless they say so; their session then ends', async () => {
    const first = cookieIn(await accept(await invite('Ida'), 'Ida'));
    const code = await invite('Jim');
    const signedIn = { ...OWN, Cookie: first };
    expect((await accept(code, 'Jim', signedIn)).status).toBe(409);
    const answer = await accept(code, 'Jim', signedIn, { instead: true });
    expect(await me(cookieIn(answer))).toMatchObject({ person: { name: 'Jim' } });
    expect((await fetch(`${programs.url}/v1/me`, { headers: signedIn })).status).toBe(401);
  });

  test('that was mistyped ten times is good again after a minute, under a name that fits', async () => {
    const code = await invite('Lea');
    for (let guess = 0; guess < 10; guess++) await accept(`invited-${String(guess).repeat(43)}`, 'Lea');
    expect([(await accept(code, 'Lea')).status, (await look(code)).status]).toEqual([429, 429]);
    await programs.coda.passes({ minutes: 1 });
    for (const name of ['', '   ', 'two\nlines', 'x'.repeat(81)]) expect((await accept(code, name)).status).toBe(400);
    expect((await accept(code, 'Lea')).status).toBe(200);
  });

  test('has its code in no table, no entry of what was done, and no line of the log', async () => {
    const code = await invite('Max');
    const texts: string[] = [];
    const read = async () => {
      for (const table of ['invitations', 'audit_log', 'browser_sessions', 'persons', 'identities', 'grants']) {
        const all = `select json_agg(t)::text as all from ${table} t`;
        texts.push((await programs.coda.database().read<{ all: string | null }>(all)).rows[0]?.all ?? '');
      }
    };
    await read();
    await accept(code, 'Max');
    await read();
    const secret = code.replace('invited-', '');
    expect([...texts, ...lines].filter((text) => text.includes(secret))).toEqual([]);
  });
});
