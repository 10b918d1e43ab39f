import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLE_ID } from '../../../src/adapters/http/data.ts';
import type { AnyRoute } from '../../../src/chat/index.ts';
import { type Answer, Programs } from './support.ts';

const SECRET = 'a-secret-of-at-least-32-characters!!';
const ISSUER = { 'http.jwt.issuer': 'https://login.test', 'http.jwt.audience': 'coda' };

interface Operation {
  security: object[];
  summary: string;
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> };
  responses: Record<string, unknown>;
}

describe('what programs can ask for', () => {
  let programs: Programs;
  beforeAll(async () => {
    const jwt = { ...ISSUER, 'http.jwt.alg': 'HS256', 'http.jwt.secret': SECRET, 'access.members': ['http:robot'] };
    programs = await Programs.begin({ config: jwt }, ['messages', 'data', 'skills', 'admin', 'notify']);
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  const paths = async () =>
    (await programs.get<{ openapi: string; paths: Record<string, Record<string, Operation>> }>('/openapi.json')).paths;

  test('is described, each with what it wants and gives', async () => {
    const described = await paths();
    for (const path of ['/health', '/v1/messages', '/v1/buttons/{id}', '/run', '/v1/skills/run', '/openapi.json']) {
      expect(Object.keys(described)).toContain(path);
    }
    const operations = Object.values(described).flatMap((each) => Object.values(each));
    expect(operations.every(({ summary, responses }) => summary !== '' && 'default' in responses)).toBe(true);
    expect(described['/v1/messages']?.post?.security).toEqual([{ bearer: [] }]);
    expect(described['/health']?.get?.security).toEqual([]);
    expect(JSON.stringify(described['/v1/messages']?.post)).toContain('"conversation"');
  });

  test('does what its examples say', async () => {
    const routes: readonly AnyRoute[] = programs.coda.app.routes;
    // What needs something to be there comes after what makes it, and what deletes it at last.
    const order = ['POST', 'GET', 'PATCH', 'DELETE'];
    const sorted = routes.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
    /** By tag: the id of what was made or changed last. */
    const made = new Map<string, string>();
    let played = 0;
    for (const { method, path, tag = '', examples = [], answers = {} } of sorted) {
      for (const { params = {}, body, status, answer } of examples) {
        const known = (value: string) => (value === EXAMPLE_ID ? (made.get(tag) ?? value) : value);
        const at = Object.entries(params).reduce((text, [name, value]) => text.replace(`:${name}`, known(value)), path);
        const came = await programs.send(method, at, body);
        expect(came.status, `${method} ${path}: ${await came.clone().text()}`).toBe(status);
        const json = (await came.json()) as Record<string, { id?: string }>;
        expect(answers[status]?.schema?.safeParse(json).error, `${method} ${path}`).toBeUndefined();
        if (answer !== undefined) expect(json).toEqual(answer);
        const id = Object.values(json).find((each) => typeof each?.id === 'string')?.id;
        if (id !== undefined && method !== 'GET') made.set(tag, id);
        played++;
      }
    }
    expect(played).toBeGreaterThan(25);
  });

  test('has a person told something, once for each key', async () => {
    const ana = programs.coda.person('ana');
    await ana.says('hello');
    const notice = { to: 'ana', text: 'The build is green.', key: 'build-42' };
    const first = await programs.post('/v1/notify', notice);
    expect([first.status, await first.json()]).toEqual([202, { outcome: 'accepted', key: 'build-42' }]);
    expect(await (await programs.post('/v1/notify', notice)).json()).toEqual({ outcome: 'duplicate', key: 'build-42' });
    const byHeader = { 'Idempotency-Key': 'build-42' };
    const again = await programs.post('/v1/notify', { to: 'ana', text: 'again' }, byHeader);
    expect(await again.json()).toMatchObject({ outcome: 'duplicate' });
    // Cut short, two keys could be the same.
    const tooLong = { 'Idempotency-Key': 'k'.repeat(201) };
    expect((await programs.post('/v1/notify', { to: 'ANA', text: 'again' }, tooLong)).status).toBe(400);
    await programs.coda.app.whenSettled();
    const told = ana.seen().filter(({ text }) => text.includes('The build is green.'));
    expect(told).toHaveLength(1);
    expect((await programs.post('/v1/notify', { to: 'nobody:9', text: 'x' })).status).toBe(400);
  });

  test('finds, judges and retires skills, under both paths', async () => {
    const { skills } = (await (await programs.post('/run', { query: 'write a skill', execute: false })).json()) as {
      skills: { name: string }[];
    };
    const known = skills[0]?.name ?? '';
    expect(known).not.toBe('');
    for (const prefix of ['/skills', '/v1/skills']) {
      const gone = await programs.post(`${prefix}/${known}/deprecate`, { reason: 'old' });
      expect(await gone.json()).toEqual({ id: known, deprecated: true });
      const back = await programs.post(`${prefix}/${known}/undeprecate`, undefined);
      expect(await back.json()).toEqual({ id: known, deprecated: false });
    }
    const grouped = await programs.post('/skills/travel/search_flights/deprecate', { reason: 'old' });
    expect(await grouped.json(), 'an id with its group is a path').toMatchObject({
      code: 'SKILL_NOT_FOUND',
      detail: expect.stringContaining('travel/search_flights'),
    });
    const unknown = await programs.post('/skills/nothing-of-that-name/deprecate', { reason: 'old' });
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'SKILL_NOT_FOUND' }]);
    const never = await programs.post('/skills/nothing-of-that-name/undeprecate', undefined);
    expect([never.status, await never.json()]).toMatchObject([404, { code: 'SKILL_NOT_FOUND' }]);
    expect(await (await programs.post('/v1/skills/validate', {})).json()).toMatchObject({ ok: true });
    expect(await programs.coda.count(`audit_log where subject = 'skills deprecate'`)).toBe(2);
  });

  describe('with a JWT', () => {
    const key = new TextEncoder().encode(SECRET);
    const signed = (claims: object = {}, alg = 'HS256', by: Parameters<SignJWT['sign']>[0] = key) => {
      const now = programs.coda.world.clock.now().getTime() / 1_000;
      const all = { iss: 'https://login.test', aud: 'coda', sub: 'robot', exp: Math.floor(now) + 300, ...claims };
      return new SignJWT(all).setProtectedHeader({ alg }).sign(by);
    };
    const status = async (token: string) =>
      (await programs.post('/v1/messages', { text: '/help' }, {}, { token })).status;

    test('an account that access lets in is answered as itself', async () => {
      const token = await signed();
      const said = await programs.post('/v1/messages', { text: '/note mine' }, {}, { token });
      expect(((await said.json()) as Answer).status).toBe('done');
      expect(await programs.coda.count(`identities where adapter = 'http' and external_id = 'robot'`)).toBe(1);
      expect(await status(await signed({ sub: 'stranger' }))).not.toBe(500);
    });

    test('nothing else is taken for one', async () => {
      const now = programs.coda.world.clock.now().getTime() / 1_000;
      const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const payload = b64({ iss: 'https://login.test', aud: 'coda', sub: 'robot', exp: now + 300 });
      const tokens = await Promise.all([
        `${b64({ alg: 'none' })}.${payload}.`,
        `${b64({ alg: 'HS256' })}.${payload}.AAAA`,
        signed({}, 'HS512'),
        signed({}, 'HS256', new TextEncoder().encode('another-secret-of-at-least-32-chars')),
        signed({ iss: 'https://evil.test' }),
        signed({ aud: 'other' }),
        signed({ exp: Math.floor(now) - 61 }),
        signed({ nbf: Math.floor(now) + 120 }),
        signed({ exp: undefined }),
        signed({ sub: undefined }),
        // Of one text a pattern finds that text.
        ...[['robot'], [['robot']], { toString: 'robot' }, 7, true, null].map((sub) => signed({ sub })),
      ]);
      expect(await Promise.all(tokens.map(status))).toEqual(tokens.map(() => 401));
      expect(await status(await signed({ exp: Math.floor(now) - 30 }))).toBe(200);
      expect(await status(await signed({ scope: 'data' }))).toBe(403);
    });
  });
});

test('keys of an issuer are fetched by the egress client, and a public key is no secret', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
  let fetched = 0;
  const issuer = createServer((_, answer) => {
    fetched++;
    answer.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const { port } = issuer.address() as AddressInfo;
  try {
    await using programs = await Programs.begin({
      config: {
        ...ISSUER,
        'http.jwt.alg': 'ES256',
        'http.jwt.jwks_url': `http://127.0.0.1:${port}/jwks.json`,
        'egress.i_understand_private': [{ network: '127.0.0.1/32', port }],
        'access.members': ['http:robot'],
      },
    });
    const exp = Math.floor(programs.coda.world.clock.now().getTime() / 1_000) + 300;
    const claims = { iss: 'https://login.test', aud: 'coda', sub: 'robot', exp };
    const sign = (alg: string, kid: string, key: Parameters<SignJWT['sign']>[0]) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);
    const status = async (token: string) => (await programs.ask('/v1/conversations', { token })).status;
    expect(await status(await sign('ES256', 'one', privateKey))).toBe(200);
    expect(await status(await sign('ES256', 'one', privateKey))).toBe(200);
    expect(fetched).toBe(1);
    expect(await status(await sign('HS256', 'one', new TextEncoder().encode(JSON.stringify(jwk))))).toBe(401);
    expect(await status(await sign('ES256', 'two', privateKey))).toBe(401);
  } finally {
    issuer.close();
  }
});

test('an issuer that is away, or answers with something else, locks out nobody whose key is known', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
  let says = '<html>back soon</html>';
  const issuer = createServer((_, answer) => void answer.end(says));
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const { port } = issuer.address() as AddressInfo;
  try {
    await using programs = await Programs.begin({
      config: {
        ...ISSUER,
        'http.jwt.alg': 'ES256',
        'http.jwt.jwks_url': `http://127.0.0.1:${port}/jwks.json`,
        'egress.i_understand_private': [{ network: '127.0.0.1/32', port }],
        'access.members': ['http:robot'],
      },
    });
    const exp = Math.floor(programs.coda.world.clock.now().getTime() / 1_000) + 300;
    const claims = { iss: 'https://login.test', aud: 'coda', sub: 'robot', exp };
    const status = async (kid: string) => {
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
      return (await programs.ask('/v1/conversations', { token })).status;
    };
    expect(await status('one')).toBe(503);
    says = '{"no": "keys"}';
    expect(await status('one')).toBe(503);
    says = JSON.stringify({ keys: [jwk] });
    expect(await status('one')).toBe(200);
    says = 'away again';
    await programs.coda.passes({ minutes: 1 });
    expect(await status('two')).toBe(503);
    expect(await status('one')).toBe(200);
    expect(await status('two')).toBe(401);
  } finally {
    issuer.close();
  }
});
