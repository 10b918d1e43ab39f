import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeIn } from '../../people/platforms.ts';
import { eventually } from '../../support/eventually.ts';
import { Outside } from '../../support/outside.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { type Answer, eventsOf, Programs } from './support.ts';

const outside = new Outside();
const model = new ScriptedModel((request) =>
  lastSaid(request).includes('letter') ? [{ call: 'letter_send', input: { to: 'Max' } }] : ['It is done.'],
);

let programs: Programs;
beforeAll(async () => {
  programs = await Programs.begin({ model, skills: [outside.skill] });
});
afterAll(() => programs[Symbol.asyncDispose]());

const OWN = { 'Sec-Fetch-Site': 'same-origin' };

/** What a browser sends for a page. */
const visit = (path: string, cookie: string, headers: Record<string, string> = {}) =>
  fetch(programs.url + path, { redirect: 'manual', headers: { Accept: 'text/html', Cookie: cookie, ...headers } });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(programs.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const leave = (headers: Record<string, string>) => fetch(`${programs.url}/v1/session`, { method: 'DELETE', headers });

/** The status for a path as it is written. */
const statusOf = (path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(programs.url);
    get({ hostname, port, path }, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
  });

async function signIn(person?: string): Promise<string> {
  const { code } = await programs.coda.app.sessions.link(person);
  const answer = await post('/v1/session', { code }, OWN);
  expect(answer.status).toBe(200);
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

describe('a link of "coda open"', () => {
  test('signs one browser in, once, and soon', async () => {
    const { code } = await programs.coda.app.sessions.link();
    const answer = await post('/v1/session', { code }, OWN);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^coda_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
    expect((await visit('/v1/chats', cookie.split(';')[0] ?? '')).status).toBe(200);
    expect((await post('/v1/session', { code }, OWN)).status).toBe(401);
    const signedIn = `select origin from audit_log where action = 'person.sign_in'`;
    expect((await programs.coda.database().read(signedIn)).rows).toEqual([{ origin: 'http' }]);
    const late = await programs.coda.app.sessions.link();
    await programs.coda.passes({ minutes: 6 });
    expect((await post('/v1/session', { code: late.code }, OWN)).status).toBe(401);
    expect((await post('/v1/session', { code: 'x'.repeat(43) }, OWN)).status).toBe(401);
  });

  test('does not take over a browser in which another person is signed in, unless they say so', async () => {
    await programs.coda.person('ben', { role: 'member' }).says('hello');
    const own = await signIn();
    const { code } = await programs.coda.app.sessions.link('ben');
    const refused = await post('/v1/session', { code }, { Cookie: own, ...OWN });
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([409, null]);
    expect((await visit('/v1/chats', own)).status).toBe(200);
    expect((await post('/v1/session', { code, instead: true }, { Cookie: own, ...OWN })).status).toBe(200);
    expect((await visit('/v1/chats', own)).status).toBe(401);
    // The same person again needs no word; the session before ends.
    const [again, link] = [await signIn(), await programs.coda.app.sessions.link()];
    expect((await post('/v1/session', { code: link.code }, { Cookie: again, ...OWN })).status).toBe(200);
    expect((await visit('/v1/chats', again)).status).toBe(401);
  });

  test('two browsers that use it at the same time: one is signed in', async () => {
    const { code } = await programs.coda.app.sessions.link();
    const answers = await Promise.all([0, 1, 2].map(() => post('/v1/session', { code }, OWN)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
  });

  test('its cookie goes over TLS only where the page came over TLS', async () => {
    const { code } = await programs.coda.app.sessions.link();
    const host = new URL(programs.url).host;
    const answer = await post('/v1/session', { code }, { Origin: `https://${host}` });
    expect(answer.headers.get('set-cookie')).toContain('; Secure');
  });

  test('the database has neither its code nor the cookie', async () => {
    const { code } = await programs.coda.app.sessions.link();
    const cookie = (await signIn()).split('=')[1] ?? '';
    const { rows } = await programs.coda
      .database()
      .read<{ all: string }>('select json_agg(s)::text as all from browser_sessions s');
    expect(rows[0]?.all).not.toContain(code);
    expect(rows[0]?.all).not.toContain(cookie);
  });
});

test('a stream ends before it tells anything to who may not read any more', async () => {
  const { coda } = programs;
  const cookie = await signIn();
  const follow = async (path: string, headers: Record<string, string>) => {
    const seen: string[] = [];
    const events = eventsOf(await fetch(programs.url + path, { headers }));
    const over = (async () => {
      for await (const { name } of events) seen.push(name);
    })();
    await eventually(() => seen.includes('ready'));
    return { seen, over };
  };
  const token = await coda.app.tokens.add({
    name: 'watcher',
    person: undefined,
    scopes: ['messages'],
    days: undefined,
  });
  const streams = await Promise.all([
    follow('/v1/events', { Cookie: cookie, ...OWN }),
    follow('/v1/conversations/main/events', { Cookie: cookie, ...OWN }),
    follow('/v1/conversations/main/events', { Authorization: `Bearer ${token}` }),
  ]);
  await coda.app.sessions.revoke(undefined);
  await coda.app.tokens.revoke('watcher');
  // With the first that would be told, or with a sign of life within a minute.
  for (let round = 0; round < 5; round++) await coda.passes({ seconds: 15 });
  await Promise.all(streams.map(({ over }) => over));
  for (const { seen } of streams) expect(seen.filter((name) => name !== 'heartbeat')).toEqual(['ready']);
});

describe('a session', () => {
  test('ends after 30 days, when its person signs out, and when it is revoked; also through a restart it lasts', async () => {
    const [out, revoked, old] = [await signIn(), await signIn(), await signIn()];
    const left = await leave({ Cookie: out, ...OWN });
    expect([left.status, left.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await visit('/v1/chats', out)).status).toBe(401);
    await programs.coda.restart();
    expect((await visit('/v1/chats', revoked)).status).toBe(200);
    await programs.coda.sleepsFor({ days: 29 });
    expect((await visit('/v1/chats', old)).status).toBe(200);
    await programs.coda.passes({ days: 1 });
    expect((await visit('/v1/chats', old)).status).toBe(401);
    const fresh = await signIn();
    expect(await programs.coda.app.sessions.revoke(undefined)).toBe(1);
    expect((await visit('/v1/chats', fresh)).status).toBe(401);
  });

  test('is of no use to other pages', async () => {
    const cookie = await signIn();
    const say = (headers: Record<string, string>) =>
      post('/v1/messages', { text: '/help' }, { Cookie: cookie, ...headers });
    expect((await say(OWN)).status).toBe(200);
    expect((await say({ Origin: programs.url })).status).toBe(200);
    expect((await say({})).status).toBe(403);
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect((await say({ 'Sec-Fetch-Site': site })).status).toBe(403);
      expect((await say({ 'Sec-Fetch-Site': site, Origin: programs.url })).status).toBe(403);
    }
    expect((await say({ Origin: 'http://127.0.0.1:1' })).status).toBe(403);
    const read = (site: string, mode: string) =>
      visit('/v1/chats/main/entries', cookie, { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode });
    expect((await read('cross-site', 'no-cors')).status).toBe(403);
    expect((await read('same-origin', 'cors')).status).toBe(200);
    const stolen = await visit('/v1/conversations', cookie, {
      'Sec-Fetch-Site': 'same-site',
      'Sec-Fetch-Mode': 'no-cors',
    });
    expect(stolen.status).toBe(403);
    expect((await leave({ Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await post('/v1/session', { code: 'x' }, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  });

  test('a token ends no session, and two cookies count as none', async () => {
    expect((await programs.ask('/v1/session', { method: 'DELETE' })).status).toBe(409);
    const [one, two] = [await signIn(), await signIn()];
    expect((await visit('/v1/chats', `${one}; ${two}`)).status).toBe(401);
  });

  test("is its person's: nobody sees what another says, and guests are not let in", async () => {
    const ana = programs.coda.person('ana', { role: 'member' });
    await ana.says('/help');
    const [anas, owners] = [await signIn('ana'), await signIn()];
    await post('/v1/messages', { text: '/note a present for the owner' }, { Cookie: anas, ...OWN });
    expect(await (await visit('/v1/chats/main/entries', anas)).text()).toContain('a present for the owner');
    expect(await (await visit('/v1/chats/main/entries', owners)).text()).not.toContain('a present for the owner');
    const { sessions } = programs.coda.app;
    await expect(sessions.link('nobody')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const { code } = await sessions.link('ana');
    const counted = ['browser_sessions where opened_at is not null', `audit_log where action = 'person.sign_in'`];
    const before = await Promise.all(counted.map((rows) => programs.coda.count(rows)));
    const becomes = (role: string) =>
      programs.coda.database().tx('test', (tx) => tx.query(`update persons set role = $1 where name = 'ana'`, [role]));
    await becomes('guest');
    await expect(sessions.link('ana')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect((await post('/v1/session', { code }, OWN)).status).toBe(401);
    expect(await Promise.all(counted.map((rows) => programs.coda.count(rows)))).toEqual(before);
    await becomes('member');
    expect((await post('/v1/session', { code }, OWN)).status).toBe(200);
  });

  test('pages say what is wrong as a page, run nothing but files of their own, and are kept by nobody', async () => {
    const closed = await visit('/v1/chats', 'coda_session=none');
    expect([closed.status, ((await closed.json()) as { remedy: string }).remedy]).toEqual([
      401,
      expect.stringContaining('coda open'),
    ]);
    const nowhere = await visit('/nowhere', '');
    expect([nowhere.status, nowhere.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect((await visit('/nowhere', '', { Accept: 'application/json' })).headers.get('content-type')).toContain('json');
    const cookie = await signIn();
    expect((await visit('/v1/chats', cookie)).headers.get('cache-control')).toBe('no-store');
    const page = await visit('/today', cookie);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", 'trusted-types coda']) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toContain('unsafe');
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/);
    // Nothing is painted in other colours than those that this browser's person has chosen.
    expect(html).toMatch(/<script [^>]*blocking="render"/);
    const script = /src="(\/web\/[^"]+)"/.exec(html)?.[1] ?? '';
    expect((await visit(script, '')).headers.get('cache-control')).toContain('immutable');
    // "fetch" would send what is left when "..", and what stands before it, are taken out.
    for (const path of ['/web/../package.json', '/web/..%2Fpackage.json', '/web/.coda-sources', '/web/index.json.br']) {
      expect(await statusOf(path)).toBe(404);
    }
    const document = (await (await fetch(`${programs.url}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths).filter((path) => /web|open$|worker/.test(path))).toEqual([]);
  });
});

describe('who turns out to be somebody else too', () => {
  const say = async (cookie: string, text: string) =>
    (await (await post('/v1/messages', { text }, { Cookie: cookie, ...OWN })).json()) as Answer;
  const shown = async (cookie: string) => (await visit('/v1/chats/main/entries', cookie)).text();

  test('finds in the browser what was said, can press what was asked, and hears what was to be said there', async () => {
    const cookies: Record<string, string> = {};
    const buttons: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      await programs.coda.person(name, { role: 'member' }).says('/help');
      cookies[name] = await signIn(name);
      // Where "one" comes first no chat is in the way, later theirs.
      if (name === 'one') continue;
      await say(cookies[name], `/remind in 2 hours feed the cat of ${name}`);
      const asked = await say(cookies[name], `write a letter for ${name}`);
      expect(asked).toMatchObject({ status: 'waiting', parts: [{ kind: 'approval' }] });
      buttons.push(asked.parts[0]?.buttons?.[0]?.id ?? '');
    }
    for (const name of ['two', 'three']) {
      const offered = await programs.coda.person('one', { role: 'member' }).says('/link');
      await programs.coda.person(name, { role: 'member' }).says(`/link ${codeIn(offered)}`);
      await programs.coda.person(name, { role: 'member' }).presses('Yes, join us');
    }
    for (const cookie of Object.values(cookies)) {
      for (const name of ['two', 'three']) expect(await shown(cookie)).toContain(`write a letter for ${name}`);
    }
    for (const button of buttons) {
      // Whoever was asked is somebody else now: it is over, and that is said.
      const pressed = await post(`/v1/buttons/${button}`, {}, { Cookie: cookies.one ?? '', ...OWN });
      expect(pressed.status).toBe(200);
      expect(((await pressed.json()) as Answer).text).not.toBe('');
    }
    expect(outside.sent).toEqual([]);
    await programs.coda.passes({ hours: 3 });
    for (const name of ['two', 'three']) expect(await shown(cookies.one ?? '')).toContain(`⏰ feed the cat of ${name}`);
  });
});
