/** Attacks on the first start and on every way to sign in: none makes an owner, a member, a session, a password or a passkey. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../../src/sign-in/credentials.ts';
import { FLAGS, type Odd, Passkey, VERIFIED } from '../support/authenticator.ts';
import { type Answer, type Attack, cookieIn, FOREIGN, PASSWORD, type Sent, Target } from './attack-support.ts';

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** One after the other. */
async function inTurn(sends: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const send of sends) answers.push(await send());
  return answers;
}

const claim = (target: Target, code: string, more: Sent = {}) =>
  target.send('/v1/first-start', { body: { code, name: 'Eve' }, ...more });

/** Attacks on a coda that nobody owns. Its code is good meanwhile. */
const ON_FIRST_START: readonly Attack[] = [
  [
    'a visitor who only comes first',
    [400, 401],
    async (target) => () =>
      Promise.all(['', 'AAAAA-AAAAA', '0', '%', "' or true --"].map((code) => claim(target, code))),
  ],
  [
    'a code that is guessed, and then brought by the same address',
    [401, 429],
    async (target) => {
      const codes = [...times(10, (at) => `AAAAA-AAAA${at}`), await target.code()];
      return () => inTurn(codes.map((code) => () => claim(target, code, { from: '192.0.2.1' })));
    },
  ],
  [
    'guesses that claim another address each, without a proxy that could know',
    [401, 429],
    async (target) => {
      const codes = [...times(10, (at) => `BBBBB-BBBB${at}`), await target.code()];
      return () => inTurn(codes.map((code) => () => claim(target, code)));
    },
  ],
  [
    'a code that is older than 15 minutes',
    [401],
    async (target) => {
      const code = await target.code();
      await target.coda.passes({ minutes: 16 });
      return async () => [await claim(target, code)];
    },
  ],
  ...FOREIGN.map(
    ([page, headers]): Attack => [
      `the right code from a page ${page}`,
      [403],
      async (target) => {
        const code = await target.code();
        return async () => [await claim(target, code, { headers })];
      },
    ],
  ),
  [
    'the right code as a form, which a page of another site sends without asking',
    [415],
    async (target) => {
      const raw = JSON.stringify({ code: await target.code(), name: 'Eve' });
      const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''];
      return () => Promise.all(types.map((type) => claim(target, '', { raw, headers: { 'Content-Type': type } })));
    },
  ],
  [
    'the right code with a method that is not meant',
    [401],
    async (target) => {
      const code = await target.code();
      const path = `/v1/first-start?code=${code}&name=Eve`;
      return () => Promise.all(['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => target.send(path, { method })));
    },
  ],
  [
    'the right code in a body that another server would read in another way',
    [400, 413],
    async (target) => {
      const code = await target.code();
      const bodies = [
        `{"code":"AAAAA-AAAAA","code":"${code}","name":"Eve"}`,
        `{"code":["${code}"],"name":"Eve"}`,
        `{"code":"${code}","name":"Eve","role":"owner"}`,
        `{"code":"${code}","name":"Eve","__proto__":{"first":true}}`,
        `{"code":"${code}","name":"Eve\\nOwner"}`,
        `{"code":"${code}","name":"${'x'.repeat(5_000)}"}`,
        `${'['.repeat(1_000)}`,
        `{"code":"${code}","name":"Eve"`,
      ];
      return () => Promise.all(bodies.map((raw) => claim(target, '', { raw })));
    },
  ],
  [
    'every other way to sign in, before there is an owner',
    [401],
    async (target) => {
      const passkey = new Passkey('aGFuZGxl');
      const at = { challenge: 'x'.repeat(43), origin: target.origin, rpId: 'localhost' };
      return () =>
        Promise.all([
          target.send('/v1/session', { body: { code: 'x'.repeat(43) } }),
          target.send('/v1/session/password', { body: { login: 'owner', password: PASSWORD } }),
          target.send('/v1/session/passkey/challenge'),
          target.send('/v1/session/passkey', { body: passkey.assert(at) }),
          target.send('/v1/sign-in/invitation/accept', { body: { code: `invited-${'x'.repeat(43)}`, name: 'Eve' } }),
          target.send('/v1/me', { method: 'GET', headers: { Cookie: `coda_session=${'A'.repeat(43)}` } }),
          target.send('/v1/me', { method: 'GET', headers: { Authorization: `Bearer coda_${'A'.repeat(43)}` } }),
        ]);
    },
  ],
];

describe('a coda that nobody owns is not taken by', () => {
  let target: Target;
  beforeAll(async () => {
    target = await Target.open();
  });
  afterAll(() => target[Symbol.asyncDispose]());

  test.each(ON_FIRST_START)('%s', async (_, statuses, run) => {
    await target.coda.passes({ minutes: 1 });
    const attack = await run(target);
    await target.coda.passes({ minutes: 1 });
    await target.resists(statuses, attack);
    expect(await target.coda.count('persons')).toBe(0);
  });

  test('and belongs to whoever brings the code the right way', async () => {
    await target.coda.passes({ minutes: 1 });
    expect((await claim(target, await target.code())).status).toBe(200);
  });
});

test('a race of visitors with the code makes one owner, and guesses from a thousand addresses none', async () => {
  await using target = await Target.open({ config: { 'http.url': 'https://coda.example' } });
  const code = target.loggedCode();
  await target.resists([401, 429], () => Promise.all(times(1_000, (at) => claim(target, `CCCCC-CC${100 + at}`))));
  await target.coda.passes({ minutes: 1 });
  const answers = await Promise.all(times(8, () => claim(target, code)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...times(7, () => 409)]);
  expect(answers.filter((answer) => cookieIn(answer) !== '')).toHaveLength(1);
  expect([
    await target.coda.count(`persons where role = 'owner'`),
    await target.coda.count('browser_sessions'),
    await target.coda.count('first_codes'),
  ]).toEqual([1, 1, 0]);
});

// A coda with an owner; a member with a password and a passkey; and one who means ill.

const MEMBER = { login: 'ana', password: PASSWORD };

async function newPasskey(target: Target, cookie: string, current?: string, odd: Odd = {}) {
  const headers = { Cookie: cookie };
  const asked = await target.send('/v1/me/passkeys/challenge', { body: { current }, headers });
  const { challenge, user } = JSON.parse(asked.text) as { challenge: string; user: { handle: string } };
  const passkey = new Passkey(user.handle);
  const body = { name: 'Device', ...passkey.register({ challenge, origin: target.origin, rpId: 'localhost' }, odd) };
  return { passkey, challenge, sent: { body, headers } };
}

/** A member of their own, so that nobody comes to twenty passkeys. */
async function withPasskey(target: Target, name?: string) {
  const cookie = await target.member(name ?? `ina ${target.address()}`);
  const { passkey, sent } = await newPasskey(target, cookie);
  const answer = await target.send('/v1/me/passkeys', sent);
  const { id } = JSON.parse(answer.text) as { id: string };
  return { passkey, cookie, id };
}

async function challengeOf(target: Target): Promise<string> {
  const { text } = await target.send('/v1/session/passkey/challenge');
  return (JSON.parse(text) as { challenge: string }).challenge;
}

const here = (target: Target, challenge: string) => ({ challenge, origin: target.origin, rpId: 'localhost' });
const byPasskey = (target: Target, body: unknown, more: Sent = {}) =>
  target.send('/v1/session/passkey', { body, ...more });
const byPassword = (target: Target, login: string, password: string, more: Sent = {}) =>
  target.send('/v1/session/password', { body: { login, password }, ...more });

interface Way {
  name: string;
  path: string;
  sent: Sent;
  /** The status of the same request from a page of coda. */
  right: number;
}

/** Each way to sign in and each change of one, as it goes well. */
const WAYS: readonly [string, (target: Target) => Promise<Omit<Way, 'name'>>][] = [
  ['the challenge of a passkey', async () => ({ path: '/v1/session/passkey/challenge', sent: {}, right: 200 })],
  [
    'a link',
    async (target) => ({ path: '/v1/session', sent: { body: { code: await target.link('ana') } }, right: 200 }),
  ],
  ['a password', async () => ({ path: '/v1/session/password', sent: { body: MEMBER }, right: 200 })],
  [
    'a passkey',
    async (target) => {
      const { passkey } = await withPasskey(target);
      const body = passkey.assert(here(target, await challengeOf(target)));
      return { path: '/v1/session/passkey', sent: { body }, right: 200 };
    },
  ],
  [
    'the look at an invitation',
    async (target) => ({
      path: '/v1/sign-in/invitation',
      sent: { body: { code: await target.invitation('Max') } },
      right: 200,
    }),
  ],
  [
    'an invitation',
    async (target) => {
      const body = { code: await target.invitation('Max'), name: 'Max' };
      return { path: '/v1/sign-in/invitation/accept', sent: { body }, right: 200 };
    },
  ],
  [
    'a new password',
    async (target) => {
      const headers = { Cookie: await target.cookie('ana') };
      const body = { ...MEMBER, password: 'another of the same', current: PASSWORD };
      return { path: '/v1/me/password', sent: { method: 'PUT', body, headers }, right: 204 };
    },
  ],
  [
    'the challenge of a new passkey',
    async (target) => ({
      path: '/v1/me/passkeys/challenge',
      sent: { body: {}, headers: { Cookie: await target.member('mia') } },
      right: 200,
    }),
  ],
  [
    'a new passkey',
    async (target) => ({
      path: '/v1/me/passkeys',
      sent: (await newPasskey(target, await target.member('mia'))).sent,
      right: 201,
    }),
  ],
  [
    'another name of a passkey',
    async (target) => {
      const { cookie, id } = await withPasskey(target);
      const sent = { method: 'PATCH', body: { name: 'Other' }, headers: { Cookie: cookie } };
      return { path: `/v1/me/passkeys/${id}`, sent, right: 204 };
    },
  ],
  [
    'the end of a passkey',
    async (target) => {
      const { cookie, id } = await withPasskey(target);
      return { path: `/v1/me/passkeys/${id}`, sent: { method: 'DELETE', headers: { Cookie: cookie } }, right: 204 };
    },
  ],
  [
    'a sign-out',
    async (target) => ({
      path: '/v1/session',
      sent: { method: 'DELETE', headers: { Cookie: await target.cookie('ana') } },
      right: 204,
    }),
  ],
];

/** Passkeys that are right but for one thing; `victim`: whose passkey it is. */
const ODD_PASSKEYS: readonly [string, Odd][] = [
  ['without the device having asked who its person is', { flags: FLAGS & ~VERIFIED }],
  ['without anybody there', { flags: VERIFIED }],
  ['as the answer of another ceremony', { type: 'webauthn.create' }],
  ['in a frame of another site', { client: { crossOrigin: true, topOrigin: 'https://evil.example' } }],
  ['for another origin', { client: { origin: 'https://evil.example' } }],
  ['for another port of this machine', { client: { origin: 'http://localhost:1' } }],
  ['with a counter that stands still', { counter: 1 }],
  ['with a counter that went back', { counter: 0 }],
  ['with more behind its data', { behind: Buffer.alloc(10) }],
  ['with extensions that are nested in each other', { flags: FLAGS | 0x80, behind: Buffer.alloc(900, 0x81) }],
  ['with extensions of four gigabytes', { flags: FLAGS | 0x80, behind: Buffer.from('5affffffff', 'hex') }],
];

const ON_PASSKEYS: readonly Attack[] = [
  ...ODD_PASSKEYS.map(
    ([how, odd]): Attack => [
      `a passkey ${how}`,
      [401],
      async (target) => {
        const { passkey } = await withPasskey(target);
        const challenge = await challengeOf(target);
        return async () => [await byPasskey(target, passkey.assert(here(target, challenge), odd))];
      },
    ],
  ),
  [
    'a passkey for another host name',
    [401],
    async (target) => {
      const { passkey } = await withPasskey(target);
      const at = { ...here(target, await challengeOf(target)), rpId: 'coda.example' };
      return async () => [await byPasskey(target, passkey.assert(at))];
    },
  ],
  [
    'a passkey from a page that says that it is the other address of coda',
    [403, 401],
    async (target) => {
      const { passkey } = await withPasskey(target);
      const origin = 'https://coda.example';
      const at = { challenge: await challengeOf(target), origin, rpId: 'localhost' };
      const body = passkey.assert(at);
      return async () => [
        await byPasskey(target, body, { headers: { Origin: origin } }),
        await byPasskey(target, body, { headers: { Origin: origin, Host: 'coda.example' } }),
      ];
    },
  ],
  [
    'an answer that is sent again, with its challenge or another one',
    [401],
    async (target) => {
      const { passkey } = await withPasskey(target);
      const body = passkey.assert(here(target, await challengeOf(target)));
      expect((await byPasskey(target, body)).status).toBe(200);
      const other = passkey.assert(here(target, await challengeOf(target)));
      return async () => [
        await byPasskey(target, body),
        await byPasskey(target, { ...body, client_data: other.client_data }),
      ];
    },
  ],
  [
    'a challenge that was answered wrongly before',
    [401],
    async (target) => {
      const { passkey } = await withPasskey(target);
      const challenge = await challengeOf(target);
      return async () => [
        await byPasskey(target, passkey.assert(here(target, challenge), { flags: 1 })),
        await byPasskey(target, passkey.assert(here(target, challenge))),
      ];
    },
  ],
  [
    'a challenge that is older than five minutes, or was made by somebody else',
    [401],
    async (target) => {
      const { passkey } = await withPasskey(target);
      const challenge = await challengeOf(target);
      await target.coda.passes({ minutes: 6 });
      return async () => [
        await byPasskey(target, passkey.assert(here(target, challenge))),
        await byPasskey(target, passkey.assert(here(target, 'x'.repeat(43)))),
      ];
    },
  ],
  [
    'a challenge for a passkey that is added, and the other way round',
    [400, 401],
    async (target) => {
      const { passkey, cookie } = await withPasskey(target);
      const { challenge } = await newPasskey(target, cookie);
      const made = new Passkey(passkey.handle).register(here(target, await challengeOf(target)));
      return async () => [
        await byPasskey(target, passkey.assert(here(target, challenge))),
        await target.send('/v1/me/passkeys', { body: { name: 'x', ...made }, headers: { Cookie: cookie } }),
      ];
    },
  ],
  [
    'a passkey that is added with the challenge of somebody else',
    [400],
    async (target) => {
      const { sent } = await newPasskey(target, await target.member('ina'));
      const headers = { Cookie: await target.member('mallory') };
      return async () => [await target.send('/v1/me/passkeys', { ...sent, headers })];
    },
  ],
  [
    'a signature that was changed, or that another key has made',
    [401],
    async (target) => {
      const { passkey } = await withPasskey(target);
      const { passkey: own } = await withPasskey(target);
      const right = passkey.assert(here(target, await challengeOf(target)));
      const bytes = Buffer.from(right.signature, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
      const other = own.assert(here(target, await challengeOf(target)));
      const none = passkey.assert(here(target, await challengeOf(target)));
      return async () => [
        await byPasskey(target, { ...right, signature: bytes.toString('base64url') }),
        await byPasskey(target, { ...other, id: right.id, user_handle: right.user_handle }),
        await byPasskey(target, { ...none, signature: Buffer.from('3006020100020100', 'hex').toString('base64url') }),
      ];
    },
  ],
  [
    "one's own passkey under the handle of another, and the id of another under one's own",
    [401],
    async (target) => {
      const { passkey } = await withPasskey(target);
      const { passkey: own } = await withPasskey(target);
      const first = own.assert(here(target, await challengeOf(target)));
      const second = own.assert(here(target, await challengeOf(target)));
      return async () => [
        await byPasskey(target, { ...first, user_handle: passkey.handle }),
        await byPasskey(target, { ...second, id: passkey.id }),
      ];
    },
  ],
  [
    'a passkey that nobody has, or whose person is a guest by now, or was forgotten',
    [401],
    async (target) => {
      const { passkey: guest } = await withPasskey(target, 'guy');
      const { passkey: gone } = await withPasskey(target, 'liz');
      await target.change(`update persons set role = 'guest' where name = 'guy'`);
      const liz = target.coda.person('liz', { role: 'member' });
      await liz.says('/forget');
      await liz.presses('Yes, forget me');
      const all = [guest, gone, new Passkey('aGFuZGxl')];
      const challenges = await Promise.all(all.map(() => challengeOf(target)));
      return () =>
        Promise.all(all.map((each, at) => byPasskey(target, each.assert(here(target, challenges[at] ?? '')))));
    },
  ],
  [
    'challenges that are asked for without end',
    [200, 429],
    async (target) => async () => {
      const from = '192.0.2.44';
      const before = await target.coda.count('passkey_challenges');
      const answers = await inTurn(times(70, () => () => target.send('/v1/session/passkey/challenge', { from })));
      expect((await target.coda.count('passkey_challenges')) - before).toBeLessThanOrEqual(60);
      return answers;
    },
  ],
  [
    'parts of an answer that are too large, empty or no base64url',
    [400, 413],
    async (target) => {
      const { passkey } = await withPasskey(target);
      const right = passkey.assert(here(target, await challengeOf(target)));
      const long = 'A'.repeat(9_000);
      return () =>
        Promise.all([
          byPasskey(target, { ...right, client_data: long }),
          byPasskey(target, { ...right, signature: long }),
          byPasskey(target, { ...right, authenticator_data: '' }),
          byPasskey(target, { ...right, id: 'a+b/c=' }),
          byPasskey(target, { ...right, more: long.repeat(2) }),
        ]);
    },
  ],
];

const ON_SESSIONS: readonly Attack[] = [
  [
    'the code that has made the owner, and one that was good beside it',
    [409],
    async (target) => () => Promise.all([target.loggedCode(), 'AAAAA-AAAAA'].map((code) => claim(target, code))),
  ],
  [
    'many passwords on one name, from many addresses, with the right one at last',
    [401, 429],
    async (target) => () =>
      inTurn([
        ...times(20, (at) => () => byPassword(target, MEMBER.login, `guess ${at}`)),
        () => byPassword(target, MEMBER.login, MEMBER.password),
      ]),
  ],
  [
    'names that tell who is known: all get the same answer',
    [401],
    async (target) => {
      await target.member('gil');
      await target.change(`update persons set role = 'guest' where name = 'gil'`);
      return async () => {
        const answers = await Promise.all(
          ['ana', 'nobody at all', 'gil', 'owner', 'Ana\u0000', "' or 1=1 --"].map((login) =>
            byPassword(target, login.replace('\u0000', '.'), 'a wrong password'),
          ),
        );
        expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
        expect(new Set(answers.map(({ headers }) => Object.keys(headers).sort().join())).size).toBe(1);
        return answers;
      };
    },
  ],
  [
    'cookies that are none: planted, stored, of a link, a token, an invitation, two at once',
    [401],
    async (target) => {
      const [one, two] = [await target.cookie('ana'), await target.member('mallory')];
      const token = await target.coda.app.tokens.add({ name: `t${Date.now()}`, scopes: ['messages', 'data'] });
      const values = [
        'A'.repeat(43),
        hashOf(one.split('=')[1] ?? ''),
        await target.link('ana'),
        token,
        token.replace('coda_', ''),
        await target.invitation('Eve'),
        '',
        `${one.split('=')[1]}A`,
      ];
      const cookies = [...values.map((value) => `coda_session=${value}`), `${one}; ${two}`, one.toUpperCase()];
      const asked = cookies.map((Cookie) => ({ method: 'GET', headers: { Cookie } }));
      return async () => [
        ...(await Promise.all(asked.map((each) => target.send('/v1/me', each)))),
        await target.send('/v1/me', { method: 'GET', headers: { Authorization: `Bearer ${one.split('=')[1]}` } }),
      ];
    },
  ],
  [
    'sessions that have ended: signed out, changed password, over, revoked, of a guest, of somebody forgotten',
    [401],
    async (target) => {
      const [out, ended, revoked, guest, gone] = [
        await target.member('uma'),
        await target.member('ute'),
        await target.member('uwe'),
        await target.member('udo'),
        await target.member('uri'),
      ];
      await target.send('/v1/session', { method: 'DELETE', headers: { Cookie: out } });
      const body = { login: 'ute', password: PASSWORD };
      const set = { method: 'PUT', body, headers: { Cookie: await target.cookie('ute') } };
      expect((await target.send('/v1/me/password', set)).status).toBe(204);
      await target.coda.app.sessions.revoke('uwe');
      await target.change(`update persons set role = 'guest' where name = 'udo'`);
      const uri = target.coda.person('uri', { role: 'member' });
      await uri.says('/forget');
      await uri.presses('Yes, forget me');
      const old = await target.member('ulf');
      await target.change(`update browser_sessions set expires_at = $1 where hash = $2`, [
        target.coda.world.clock.now(),
        hashOf(old.split('=')[1] ?? ''),
      ]);
      const cookies = [out, ended, revoked, guest, gone, old];
      return () => Promise.all(cookies.map((Cookie) => target.send('/v1/me', { method: 'GET', headers: { Cookie } })));
    },
  ],
  [
    'a password or a passkey that is set without a session, by a program, or in a stolen browser',
    [401, 403],
    async (target) => {
      const stolen = await target.cookie('ana');
      const token = await target.coda.app.tokens.add({ name: `s${Date.now()}`, scopes: ['messages', 'data'] });
      const body = { login: 'ana', password: 'of somebody else' };
      const headers = { Authorization: `Bearer ${token}` };
      return () =>
        Promise.all([
          target.send('/v1/me/password', { method: 'PUT', body }),
          target.send('/v1/me/password', { method: 'PUT', body, headers }),
          target.send('/v1/me/password', { method: 'PUT', body, headers: { Cookie: stolen } }),
          target.send('/v1/me/passkeys/challenge', { body: {} }),
          target.send('/v1/me/passkeys/challenge', { body: {}, headers }),
          target.send('/v1/me/passkeys/challenge', { body: { current: 'wrong' }, headers: { Cookie: stolen } }),
        ]);
    },
  ],
  [
    "somebody who ends, names or removes another one's session or passkey, or takes their name",
    [400, 404],
    async (target) => {
      const { id } = await withPasskey(target, 'ida');
      const headers = { Cookie: await target.member('mallory') };
      const { rows } = await target.coda
        .database()
        .read<{ id: string }>(
          `select s.id from browser_sessions s join persons p on p.id = s.person_id where p.name = 'ida' limit 1`,
        );
      return () =>
        Promise.all([
          target.send(`/v1/me/sessions/${rows[0]?.id}`, { method: 'DELETE', headers }),
          target.send(`/v1/me/passkeys/${id}`, { method: 'DELETE', headers }),
          target.send(`/v1/me/passkeys/${id}`, { method: 'PATCH', body: { name: 'Mine' }, headers }),
          target.send('/v1/me/password', { method: 'PUT', body: { login: 'ANA', password: PASSWORD }, headers }),
        ]);
    },
  ],
  [
    "somebody else's link in a browser in which one is signed in",
    [409],
    async (target) => {
      const headers = { Cookie: await target.cookie('ana') };
      const code = await target.link('mallory');
      return async () => [await target.send('/v1/session', { body: { code }, headers })];
    },
  ],
];

const accept = (target: Target, code: string, more: Sent = {}) =>
  target.send('/v1/sign-in/invitation/accept', { body: { code, name: 'Eve' }, ...more });

const ON_INVITATIONS: readonly Attack[] = [
  [
    'an invitation that was stolen and comes second',
    [401],
    async (target) => {
      const code = await target.invitation('Bea');
      expect((await accept(target, code)).status).toBe(200);
      return async () => [
        await accept(target, code),
        await target.send('/v1/sign-in/invitation', { body: { code } }),
        await target.send('/v1/session', { body: { code } }),
      ];
    },
  ],
  [
    'an invitation that is over, was taken back, or was made up',
    [401],
    async (target) => {
      const old = await target.invitation('Bea');
      await target.change(`update invitations set expires_at = $1`, [target.coda.world.clock.now()]);
      const back = await target.invitation('Bob');
      const { rows } = await target.coda
        .database()
        .read<{ id: string }>('select id from invitations where hash = $1', [hashOf(back)]);
      await target.coda.operation('people uninvite', { id: rows[0]?.id ?? '' });
      return () =>
        Promise.all([old, back, `invited-${'x'.repeat(43)}`, 'invited-'].map((each) => accept(target, each)));
    },
  ],
  [
    'invitations that are guessed, and the right one from the same address',
    [401, 429],
    async (target) => {
      const code = await target.invitation('Bea');
      const codes = [...times(10, (at) => `invited-${String(at).repeat(43)}`), code];
      return () => inTurn(codes.map((each) => () => accept(target, each, { from: '192.0.2.3' })));
    },
  ],
  [
    'invitations that are guessed from one network of IPv6, and the right one from there',
    [401, 429],
    async (target) => {
      const codes = [...times(10, (at) => `invited-${String(at).repeat(43)}`), await target.invitation('Bea')];
      return () => inTurn(codes.map((each, at) => () => accept(target, each, { from: `2001:db8:1:2::${at}` })));
    },
  ],
  [
    'invitations that are guessed from addresses in front of the one that the proxy has seen',
    [401, 429],
    async (target) => {
      const codes = [...times(10, (at) => `invited-${String(at).repeat(43)}`), await target.invitation('Bea')];
      return () => inTurn(codes.map((each, at) => () => accept(target, each, { from: `10.0.0.${at}, 192.0.2.9` })));
    },
  ],
  [
    'invitations that are guessed from a thousand addresses',
    [401, 429],
    async (target) => () =>
      Promise.all(times(1_000, (at) => accept(target, `invited-${String(1_000 + at).repeat(10)}abc`))),
  ],
  [
    'an invitation that asks for more than a member may, or under no name',
    [400],
    async (target) => {
      const code = await target.invitation('Bea');
      const bodies = [{ role: 'owner' }, { scopes: ['admin'] }, { name: '' }, { name: 'two\nlines' }, { name: '   ' }];
      return () => Promise.all(bodies.map((body) => accept(target, code, { body: { code, name: 'Eve', ...body } })));
    },
  ],
  [
    'an invitation in a browser in which somebody is signed in',
    [409],
    async (target) => {
      const headers = { Cookie: await target.cookie('ana') };
      const code = await target.invitation('Bea');
      return async () => [await accept(target, code, { headers })];
    },
  ],
  [
    'an invitation of somebody who is no owner',
    [403],
    async (target) => {
      const headers = { Cookie: await target.member('mallory') };
      return async () => [await target.send('/v1/people/invitations', { body: { name: 'Mallory' }, headers })];
    },
  ],
];

describe('a coda with an owner and members is not entered by', () => {
  let target: Target;
  beforeAll(async () => {
    target = await Target.open({ config: { 'http.url': 'https://coda.example' } });
    expect((await claim(target, target.loggedCode())).status).toBe(200);
    const headers = { Cookie: await target.member('ana') };
    expect((await target.send('/v1/me/password', { method: 'PUT', body: MEMBER, headers })).status).toBe(204);
  });
  afterAll(() => target[Symbol.asyncDispose]());

  test.each([...ON_SESSIONS, ...ON_PASSKEYS, ...ON_INVITATIONS])('%s', async (_, statuses, run) => {
    const attack = await run(target);
    await target.resists(statuses, attack);
    // Counts of attempts end, for what follows.
    await target.coda.passes({ minutes: 16 });
  });

  test.each(WAYS)('%s that pages of others send, or in another form; the page itself goes on', async (_, make) => {
    const { path, sent, right } = await make(target);
    const headers = sent.headers ?? {};
    await target.resists([403], () =>
      Promise.all(FOREIGN.map(([, more]) => target.send(path, { ...sent, headers: { ...headers, ...more } }))),
    );
    if (sent.body !== undefined) {
      const raw = JSON.stringify(sent.body);
      await target.resists([415], () =>
        Promise.all(
          ['text/plain', 'application/x-www-form-urlencoded', ''].map((type) =>
            target.send(path, { ...sent, raw, headers: { ...headers, 'Content-Type': type } }),
          ),
        ),
      );
      await target.resists([400, 413], () =>
        Promise.all(
          [`${raw}}`, raw.replace('{', '{"more":1,'), `{"x":"${'x'.repeat(20_000)}"}`, '['.repeat(900), '\u0000'].map(
            (each) => target.send(path, { ...sent, raw: each }),
          ),
        ),
      );
    }
    await target.resists([405], () =>
      Promise.all(['PROPFIND', 'OPTIONS'].map((method) => target.send(path, { headers, method }))),
    );
    expect((await target.send(path, sent)).status).toBe(right);
    await target.coda.passes({ minutes: 16 });
  });

  test('sign-ins at a cookie that somebody planted: the browser gets another one, and the planted one opens nothing', async () => {
    await target.change(`delete from passwords where login = 'ana'`);
    const cookie = await target.member('ana');
    const set = { method: 'PUT', body: MEMBER, headers: { Cookie: cookie } };
    expect((await target.send('/v1/me/password', set)).status).toBe(204);
    const { passkey } = await withPasskey(target);
    const eve = await target.member('mallory');
    for (const planted of [`coda_session=${'A'.repeat(43)}`, eve]) {
      const headers = { Cookie: planted };
      const body = passkey.assert(here(target, await challengeOf(target)));
      const answers = [
        await byPassword(target, MEMBER.login, MEMBER.password, { headers }),
        await byPasskey(target, body, { headers }),
        await target.send('/v1/session', { body: { code: await target.link('ana'), instead: true }, headers }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(await target.isIn(planted)).toBe(false);
      for (const answer of answers) {
        expect(cookieIn(answer)).not.toBe(planted);
        expect(await target.isIn(cookieIn(answer))).toBe(true);
      }
    }
  });

  test('a race with one invitation, one link or one challenge: one is in', async () => {
    const [code, link] = [await target.invitation('Bea'), await target.link('ana')];
    const { passkey } = await withPasskey(target);
    const body = passkey.assert(here(target, await challengeOf(target)));
    const races = [
      await Promise.all(times(4, () => accept(target, code))),
      await Promise.all(times(4, () => target.send('/v1/session', { body: { code: link } }))),
      await Promise.all(times(4, () => byPasskey(target, body))),
    ];
    for (const answers of races) {
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
      expect(answers.filter((answer) => cookieIn(answer) !== '')).toHaveLength(1);
    }
  });
});

test('there are more than thirty of them', () => {
  const all = [...ON_FIRST_START, ...ON_SESSIONS, ...ON_PASSKEYS, ...ON_INVITATIONS].map(([name]) => name);
  expect(new Set(all).size).toBe(all.length);
  expect(all.length + WAYS.length).toBeGreaterThanOrEqual(30);
});
