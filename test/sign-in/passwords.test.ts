import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Programs } from '../adapters/http/support.ts';

const OWN = { 'Sec-Fetch-Site': 'same-origin' };
const PASSWORD = 'correct horse battery';

let programs: Programs;
const lines: string[] = [];
beforeAll(async () => {
  programs = await Programs.begin({ log: (line) => void lines.push(line) });
});
afterAll(() => programs[Symbol.asyncDispose]());

const send = (method: string, path: string, body: unknown, headers: Record<string, string> = OWN) =>
  fetch(programs.url + path, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const cookieIn = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

async function byLink(person?: string): Promise<string> {
  const { code } = await programs.coda.app.sessions.link(person);
  return cookieIn(await send('POST', '/v1/session', { code }));
}

const signIn = (login: string, password: string, headers: Record<string, string> = OWN) =>
  send('POST', '/v1/session/password', { login, password }, headers);
const set = (cookie: string, body: object) => send('PUT', '/v1/me/password', body, { Cookie: cookie, ...OWN });
const isIn = async (cookie: string) =>
  (await fetch(`${programs.url}/v1/me`, { headers: { Cookie: cookie, ...OWN } })).status === 200;
/** Attempts are counted for a quarter of an hour. */
const later = () => programs.coda.passes({ minutes: 16 });

async function withPassword(name: string, password = PASSWORD): Promise<string> {
  await programs.coda.person(name, { role: 'member' }).says('/help');
  const cookie = await byLink(name);
  expect((await set(cookie, { login: name, password })).status).toBe(204);
  return cookie;
}

describe('a password', () => {
  test('signs its person in, in any spelling of the name, with a session of its own each time', async () => {
    const before = await withPassword('ana');
    const answers = [await signIn('ana', PASSWORD), await signIn(' ANA ', PASSWORD)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const cookies = answers.map(cookieIn);
    expect(answers[0]?.headers.get('set-cookie')).toMatch(
      /^coda_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    expect(new Set([before, ...cookies]).size).toBe(3);
    for (const cookie of cookies) expect(await isIn(cookie)).toBe(true);
    const me = await fetch(`${programs.url}/v1/me`, { headers: { Cookie: cookies[0] ?? '', ...OWN } });
    expect(await me.json()).toMatchObject({ person: { name: 'ana', role: 'member' } });
  });

  test('that was mistyped ten times is taken again after a quarter of an hour', async () => {
    await later();
    await withPassword('cleo');
    for (let attempt = 0; attempt < 10; attempt++) await signIn('cleo', `guess ${attempt}`);
    expect((await signIn('cleo', PASSWORD)).status).toBe(429);
    await later();
    expect((await signIn('cleo', PASSWORD)).status).toBe(200);
  });

  test('is changed only with the one before, which signs the other browsers out and is worth nothing then', async () => {
    await later();
    const cookie = await withPassword('eva');
    const other = cookieIn(await signIn('eva', PASSWORD));
    const changed = { login: 'eva', password: 'another password' };
    expect((await set(cookie, changed)).status).toBe(403);
    expect((await set(cookie, { ...changed, current: 'wrong' })).status).toBe(403);
    expect((await set(cookie, { ...changed, current: PASSWORD })).status).toBe(204);
    expect([await isIn(cookie), await isIn(other)]).toEqual([true, false]);
    expect((await signIn('eva', PASSWORD)).status).toBe(401);
    expect((await signIn('eva', 'another password')).status).toBe(200);
  });

  test('goes with a revoke: whoever had set it in a stolen browser is out, and another one is set without it', async () => {
    await later();
    await withPassword('kim', 'set by somebody else');
    await programs.coda.app.sessions.revoke('kim');
    expect((await signIn('kim', 'set by somebody else')).status).toBe(401);
    const cookie = await byLink('kim');
    expect((await set(cookie, { login: 'kim', password: PASSWORD })).status).toBe(204);
    expect((await signIn('kim', PASSWORD)).status).toBe(200);
  });

  test('a name is one person: nobody takes that of another, and short ones are refused', async () => {
    await later();
    await withPassword('fay');
    await programs.coda.person('gus', { role: 'member' }).says('/help');
    const gus = await byLink('gus');
    expect((await set(gus, { login: 'FAY', password: PASSWORD })).status).toBe(400);
    expect((await set(gus, { login: 'gus', password: 'short' })).status).toBe(400);
    expect((await set(gus, { login: 'gus', password: 'x'.repeat(201) })).status).toBe(400);
    expect((await signIn('gus', PASSWORD)).status).toBe(401);
  });

  test('stands nowhere: not in the database, the log, or what was done', async () => {
    await later();
    await withPassword('hal', 'a-password-to-look-for');
    await signIn('hal', 'a-password-to-look-for');
    const texts = [...lines];
    for (const table of ['passwords', 'audit_log', 'browser_sessions', 'persons']) {
      const { rows } = await programs.coda
        .database()
        .read<{ all: string | null }>(`select json_agg(t)::text as all from ${table} t`);
      texts.push(rows[0]?.all ?? '');
    }
    expect(texts.filter((text) => text.includes('a-password-to-look-for'))).toEqual([]);
    const { rows } = await programs.coda.database().read<{ digest: string }>('select digest from passwords');
    for (const { digest } of rows) expect(digest).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    // Two people with the same password have different digests.
    expect(new Set(rows.map(({ digest }) => digest)).size).toBe(rows.length);
  });
});

test('a person sees the browsers in which they are signed in, and ends one of their own only', async () => {
  await later();
  const here = await withPassword('ida');
  await programs.coda.passes({ minutes: 1 });
  const there = cookieIn(await signIn('ida', PASSWORD, { ...OWN, 'User-Agent': 'Telephone/1' }));
  const own = async (cookie: string) =>
    (await (await fetch(`${programs.url}/v1/me/sign-in`, { headers: { Cookie: cookie, ...OWN } })).json()) as {
      login: string;
      sessions: { id: string; agent: string | null; current: boolean }[];
    };
  const seen = await own(here);
  expect(seen.login).toBe('ida');
  expect(seen.sessions.map(({ agent, current }) => [agent, current])).toEqual([
    ['Telephone/1', false],
    ['node', true],
  ]);
  const id = seen.sessions[0]?.id ?? '';
  const stranger = await withPassword('jim');
  const end = (cookie: string) => send('DELETE', `/v1/me/sessions/${id}`, undefined, { Cookie: cookie, ...OWN });
  expect((await end(stranger)).status).toBe(404);
  expect(await isIn(there)).toBe(true);
  expect((await end(here)).status).toBe(204);
  expect([await isIn(there), await isIn(here)]).toEqual([false, true]);
});
