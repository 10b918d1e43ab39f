import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Programs } from '../adapters/http/support.ts';
import { attestationOf, cbor, FLAGS, type Odd, Passkey, VERIFIED } from '../support/authenticator.ts';
import { testDatabases } from '../support/database.ts';
import { holdBefore } from '../support/holds.ts';
import { Target } from './attack-support.ts';
import { At, OWN, PASSWORD } from './passkey-support.ts';

let programs: Programs;
let at: At;
const lines: string[] = [];
beforeAll(async () => {
  programs = await Programs.begin({ log: (line) => void lines.push(line) });
  at = new At(programs);
});
afterAll(() => programs[Symbol.asyncDispose]());
/** Attempts are counted for a minute. */
beforeEach(() => programs.coda.passes({ minutes: 1 }));

const countOf = (name: string) => programs.coda.count(`passkeys where name = '${name}'`);

describe('a passkey', () => {
  test.each(['ES256', 'RS256', 'EdDSA'] as const)(
    'of %s signs its person in, with nothing typed',
    async (algorithm) => {
      const person = `ana ${algorithm}`;
      const cookie = await at.member(person);
      const { passkey, status } = await at.add(cookie, { algorithm });
      expect(status).toBe(201);
      expect((await at.own(cookie)).passkeys).toMatchObject([{ name: 'Telephone', host: 'localhost', used: null }]);
      const before = new Set([cookie]);
      for (let time = 0; time < 2; time++) {
        const answer = await at.signIn(passkey, {}, { 'User-Agent': 'Telephone/1' });
        expect(answer.status).toBe(200);
        expect(answer.headers.get('set-cookie')).toMatch(
          /^coda_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
        );
        const session = At.cookieIn(answer);
        expect(await at.me(session)).toMatchObject({ person: { name: person, role: 'member' } });
        before.add(session);
      }
      expect(before.size).toBe(3);
      const own = await at.own(cookie);
      expect(own.passkeys[0]?.used).not.toBe(null);
      expect(own.sessions.map(({ agent }) => agent)).toContain('Telephone/1');
    },
  );

  test('is offered where somebody has one of this address', async () => {
    const ways = async (url: string) => (await (await fetch(`${url}/v1/sign-in`)).json()) as { passkey: boolean };
    expect(await ways(at.url)).toMatchObject({ first: false, passkey: true });
    expect(await ways(programs.url)).toMatchObject({ first: false, passkey: false });
  });

  test('that does not count is used as often as one likes; one that counts has to count on', async () => {
    const cookie = await at.member('bo');
    const { passkey: still } = await at.add(cookie, { counter: 0, name: 'Still' });
    expect([(await at.signIn(still)).status, (await at.signIn(still)).status]).toEqual([200, 200]);
    await programs.coda.passes({ minutes: 1 });
    const { passkey } = await at.add(cookie, { name: 'Counts' });
    expect((await at.signIn(passkey, { counter: 41 })).status).toBe(200);
    for (const counter of [41, 7, 0]) expect((await at.signIn(passkey, { counter })).status).toBe(401);
    const listed = (await at.own(cookie)).passkeys;
    expect(listed.map(({ name, copied }) => [name, copied !== null])).toEqual([
      ['Still', false],
      ['Counts', true],
    ]);
    expect(lines.filter((line) => line.includes('there may be a copy of it'))).toHaveLength(3);
    expect(await programs.coda.count(`audit_log where action = 'person.passkey_copy' and status = 'denied'`)).toBe(3);
    // The device that is counted on goes on.
    expect((await at.signIn(passkey, { counter: 42 })).status).toBe(200);
  });

  test('is named and removed by its person alone, and signs nobody in then', async () => {
    const cookie = await at.member('cleo');
    const { passkey, id } = await at.add(cookie, {});
    const stranger = await at.member('dan');
    expect(await at.status('PATCH', `/v1/me/passkeys/${id}`, { name: 'Mine' }, stranger)).toBe(404);
    expect(await at.status('DELETE', `/v1/me/passkeys/${id}`, undefined, stranger)).toBe(404);
    expect(await at.status('PATCH', `/v1/me/passkeys/${id}`, { name: 'Key ring' }, cookie)).toBe(204);
    expect((await at.own(cookie)).passkeys.map(({ name }) => name)).toEqual(['Key ring']);
    expect((await at.signIn(passkey)).status).toBe(200);
    expect(await at.status('DELETE', `/v1/me/passkeys/${id}`, undefined, cookie)).toBe(204);
    expect((await at.signIn(passkey)).status).toBe(401);
    const acts = `select action, subject from audit_log where action like 'person.passkey%' order by seq desc limit 2`;
    expect((await programs.coda.database().read(acts)).rows).toEqual([
      { action: 'person.passkey_end', subject: 'Key ring' },
      { action: 'person.passkey', subject: 'Telephone' },
    ]);
  });

  test('is added with the password of whoever has one, and by nobody but a person at a browser', async () => {
    const cookie = await at.member('eva');
    expect(await at.status('PUT', '/v1/me/password', { login: 'eva', password: PASSWORD }, cookie)).toBe(204);
    expect([
      (await at.add(cookie, {})).status,
      (await at.add(cookie, { current: 'another password' })).status,
      (await at.add(cookie, { current: PASSWORD })).status,
    ]).toEqual([403, 403, 201]);
    const byProgram = await programs.ask('/v1/me/passkeys/challenge', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...OWN, Origin: programs.url },
      body: '{}',
    });
    expect(byProgram.status).toBe(403);
  });

  test('is one of twenty, and there once', async () => {
    const cookie = await at.member('fay');
    const id = Buffer.alloc(16, 7);
    expect((await at.add(cookie, { id })).status).toBe(201);
    expect((await at.add(cookie, { id })).status).toBe(400);
    expect((await at.add(await at.member('gus'), { id })).status).toBe(400);
    for (let more = 1; more < 20; more++) expect((await at.add(cookie, { name: `Number ${more}` })).status).toBe(201);
    // The last of two that began at the same time.
    const { status, first } = await at.add(cookie, { name: 'One too many' });
    expect([status, first]).toEqual([400, 400]);
    expect((await at.own(cookie)).passkeys).toHaveLength(20);
  });

  test('goes with a revoke, and with its person', async () => {
    const cookie = await at.member('hal');
    const { passkey } = await at.add(cookie, { name: 'Of Hal' });
    await programs.coda.app.sessions.revoke('hal');
    expect([await countOf('Of Hal'), (await at.signIn(passkey)).status]).toEqual([0, 401]);
    const again = await at.member('hal');
    const { passkey: other } = await at.add(again, { name: 'Of Hal' });
    const become = (role: string) =>
      programs.coda.database().tx('test', (tx) => tx.query(`update persons set role = $1 where name = 'hal'`, [role]));
    await become('guest');
    expect((await at.signIn(other)).status).toBe(401);
    await become('member');
    expect((await at.signIn(other)).status).toBe(200);
    const hal = programs.coda.person('hal', { role: 'member' });
    await hal.says('/forget');
    await hal.presses('Yes, forget me');
    expect([await countOf('Of Hal'), (await at.signIn(other)).status]).toEqual([0, 401]);
  });

  test('is not added where a revoke comes between its answer and its row', async () => {
    const cookie = await at.member('lea');
    const adding = holdBefore(programs.coda, 'passkeys.add');
    const added = at.add(cookie, { name: 'Of a thief' });
    await adding.reached;
    await programs.coda.app.sessions.revoke('lea');
    adding.goOn();
    expect([(await added).status, await countOf('Of a thief')]).toEqual([400, 0]);
  });

  test('that is refused has used its challenge up', async () => {
    const cookie = await at.member('mia');
    const id = Buffer.alloc(16, 9);
    await at.add(cookie, { id });
    const open = () =>
      programs.coda.count(`passkey_challenges where person_id = (select id from persons where name = 'mia')`);
    expect([(await at.add(cookie, { id })).status, await open()]).toEqual([400, 0]);
    expect([(await at.add(cookie, {}, { flags: FLAGS })).status, await open()]).toEqual([400, 0]);
  });

  test('stands in an export without its key', async () => {
    const cookie = await at.member('ida');
    const { passkey } = await at.add(cookie, { name: 'Of Ida' });
    const { rows } = await programs.coda
      .database()
      .read<{ person_id: string }>(`select person_id from passkeys where name = 'Of Ida'`);
    const { exportOf } = await import('../../src/people/index.ts');
    const all = await exportOf(programs.coda.database(), rows[0]?.person_id ?? '');
    expect(all.passkeys).toMatchObject([{ name: 'Of Ida', rp_id: 'localhost' }]);
    expect(Object.keys((all.passkeys as object[])[0] ?? {})).not.toContain('public_key');
    for (const secret of [passkey.id, passkey.handle]) expect(JSON.stringify(all)).not.toContain(secret);
  });

  test('waits for nothing in this process: a challenge is answered after a restart', async () => {
    const cookie = await at.member('jim');
    const { passkey } = await at.add(cookie, {});
    const challenge = await at.challenge();
    await programs.coda.restart();
    expect((await at.send(passkey.assert(at.ceremony(challenge)))).status).toBe(200);
  });
});

describe('an address that holds none says which one does', () => {
  const asked = async (url: string | undefined) => {
    await using other = await Programs.begin(url === undefined ? {} : { config: { 'http.url': url } });
    const here = new At(other);
    const { passkey_pages: pages } = await other.get<{ passkey_pages: string[] }>('/v1/me/sign-in');
    const answer = await fetch(`${other.url}/v1/session/passkey/challenge`, {
      method: 'POST',
      headers: { ...OWN, Origin: other.url },
    });
    return {
      pages: pages.map((each) => each.replace(`:${here.port}`, ':PORT')),
      status: answer.status,
      text: await answer.text(),
    };
  };

  test.each([
    [undefined, ['http://localhost:PORT'], 'or opens http://localhost'],
    ['http://coda.example', ['http://localhost:PORT'], 'or opens http://localhost'],
    ['https://192.0.2.7', ['http://localhost:PORT'], 'or opens http://localhost'],
    ['https://[2001:db8::1]', ['http://localhost:PORT'], 'or opens http://localhost'],
    [
      'https://coda.example',
      ['https://coda.example', 'http://localhost:PORT'],
      'Open the page at https://coda.example.',
    ],
    [
      'https://home.example/coda',
      ['https://home.example/coda', 'http://localhost:PORT'],
      'Open the page at https://home.example/coda.',
    ],
  ] as const)('with http.url %s', async (url, pages, words) => {
    const { status, text, ...seen } = await asked(url);
    expect([seen.pages, status]).toEqual([pages, 409]);
    expect(text).toContain(words);
  });
});

test.each<[string, string, Odd]>([
  ['nothing behind a length', 'cut off', { attestation: () => Buffer.from('a363666d74', 'hex') }],
  ['a list of two billion', 'cut off', { attestation: () => Buffer.from('9a7fffffff', 'hex') }],
  [
    'bytes of four gigabytes',
    'a number that is too large',
    { attestation: () => Buffer.from('5bffffffffffffffff', 'hex') },
  ],
  ['five thousand items', 'too many items', { attestation: () => cbor(Array.from({ length: 5_000 }, () => 0)) }],
  ['two thousand levels', 'too deeply', { attestation: () => Buffer.alloc(2_000, 0x81) }],
  [
    'two thousand maps in each other',
    'too deeply',
    { attestation: () => Buffer.alloc(4_000, Buffer.from('a100', 'hex')) },
  ],
  [
    'a length that is told at the end',
    'told at the end',
    { attestation: () => Buffer.from('bf63666d74646e6f6e65ff', 'hex') },
  ],
  ['a tag', 'a tag', { attestation: (data) => Buffer.concat([Buffer.from('d9d9f7', 'hex'), attestationOf(data)]) }],
  ['a float', 'a value of another kind', { attestation: () => Buffer.from('fb400921fb54442d18', 'hex') }],
  ['a key that is there twice', 'there twice', { attestation: () => Buffer.from('a263666d740063666d7400', 'hex') }],
  [
    'more behind it',
    'more behind it',
    { attestation: (data) => Buffer.concat([attestationOf(data), Buffer.from('00', 'hex')]) },
  ],
  ['no authenticator data', 'no authenticator data', { attestation: () => cbor(new Map([['fmt', 'none']])) }],
  ['more behind the authenticator data', 'more behind it', { behind: Buffer.from('a0', 'hex') }],
  ['extensions that are told and not there', 'cut off', { flags: FLAGS | 0xc0 }],
  ['flags that contradict each other', 'contradict', { flags: FLAGS | 0x50 }],
  ['nobody there', 'nobody was there', { flags: 0x44 }],
  ['nobody who has shown that it is they', 'nobody has shown', { flags: (FLAGS | 0x40) & ~VERIFIED }],
  ['no credential', 'authenticator data with more behind it', { flags: FLAGS }],
  ['a key of another algorithm', 'was not offered', { cose: cbor(new Map([[1, 2], [3, -35], [-1, 2]])) }], // biome-ignore format: a table
  ['a key that is no point of its curve', 'a key that is none', { cose: cbor(new Map<number, number | Buffer>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.alloc(32, 1)], [-3, Buffer.alloc(32, 1)]])) }], // biome-ignore format: a table
  ['a key of RSA with 1,024 bits', 'of another size', { cose: cbor(new Map<number, number | Buffer>([[1, 3], [3, -257], [-1, Buffer.alloc(128, 0xff)], [-2, Buffer.from('010001', 'hex')]])) }], // biome-ignore format: a table
  ['another ceremony', 'another ceremony', { type: 'webauthn.get' }],
  [
    'a frame of another site',
    'a frame of another origin',
    { client: { crossOrigin: true, topOrigin: 'https://evil.example' } },
  ],
])('a passkey is not added that comes with %s', async (_, cause, odd) => {
  const cookie = await at.member('kim');
  lines.length = 0;
  const { status } = await at.add(cookie, { name: 'Hostile' }, odd);
  expect([status, await countOf('Hostile')]).toEqual([400, 0]);
  // Refused for this, and not for something that the test got wrong.
  expect(lines.find((line) => line.includes('a passkey was refused'))).toContain(cause);
});

describe.each(testDatabases.filter(({ available }) => available))('on $name a passkey', ({ name: engine }) => {
  test('signs in, counts on, and answers a challenge once, whoever else sends the same', async () => {
    await using other = await Programs.begin({ engine });
    const page = new At(other);
    const cookie = await page.member('ana');
    const { passkey } = await page.add(cookie, { counter: 2 ** 31 });
    expect((await page.signIn(passkey)).status).toBe(200);
    expect((await page.signIn(passkey, { counter: 2 ** 31 })).status).toBe(401);
    const body = passkey.assert(page.ceremony(await page.challenge()));
    const answers = await Promise.all([0, 1, 2, 3].map(() => page.send(body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    const twice = await Promise.all([0, 1].map(() => page.add(cookie, { id: Buffer.alloc(16, 9) })));
    expect(twice.map(({ status }) => status).sort()).toEqual([201, 400]);
  });

  // The embedded engine has one process.
  if (engine === 'PGlite') return;
  test('is asked for by one process and taken by another', async () => {
    await using target = await Target.open({ engine, config: { 'http.url': 'http://localhost:4711' } });
    const { app } = await target.coda.replica();
    const ports = [target.port, app.http?.address?.port ?? 0];
    const page = { Host: 'localhost:4711', Origin: 'http://localhost:4711' };
    const at = { origin: page.Origin, rpId: 'localhost' };
    const send = async (to: number, path: string, body: unknown, cookie = '') => {
      const headers = { ...page, Cookie: cookie };
      const answer = await target.send(path, { body, headers, port: ports[to] ?? 0 });
      return { status: answer.status, json: JSON.parse(answer.text) };
    };
    expect((await send(0, '/v1/first-start', { code: target.loggedCode(), name: 'Olga' })).status).toBe(200);
    const cookie = await target.member('ana');
    const options = await send(0, '/v1/me/passkeys/challenge', {}, cookie);
    const passkey = new Passkey(options.json.user.handle);
    const made = passkey.register({ ...at, challenge: options.json.challenge });
    expect((await send(1, '/v1/me/passkeys', { name: 'Device', ...made }, cookie)).status).toBe(201);
    const { json } = await send(1, '/v1/session/passkey/challenge', {});
    const body = passkey.assert({ ...at, challenge: json.challenge });
    expect([
      (await send(0, '/v1/session/passkey', body)).status,
      (await send(1, '/v1/session/passkey', body)).status,
    ]).toEqual([200, 401]);
    await app.stop(0);
  });
});
