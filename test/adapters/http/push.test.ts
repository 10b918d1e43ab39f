import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { expect, test } from 'vitest';
import { encrypt } from '../../../src/adapters/http/push/message.ts';
import { eventually } from '../../support/eventually.ts';
import { hooksOf } from '../../support/hooks.ts';
import { BrowserChat, notify } from './places-support.ts';
import { type Browser, Programs } from './support.ts';

const WHERE = 'https://coda.example.com';
const bytes = (text: string) => Buffer.from(text, 'base64url');
const derive = (secret: Buffer, salt: Buffer, about: Buffer, length: number) =>
  Buffer.from(hkdfSync('sha256', secret, salt, about, length));

/** A browser's push service, and the one device that reads what is sent to it. */
class PushService implements AsyncDisposable {
  status = 201;
  readonly sent: { headers: IncomingHttpHeaders; body: Buffer; path: string }[] = [];
  readonly keys: { p256dh: string; auth: string };
  readonly port: number;
  private readonly pair = createECDH('prime256v1');
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    this.pair.generateKeys();
    this.keys = { p256dh: this.pair.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
    server.on('request', async (request, answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      this.sent.push({ headers: request.headers, body: Buffer.concat(chunks), path: request.url ?? '' });
      answer.writeHead(this.status).end();
    });
  }

  static async begin(): Promise<PushService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new PushService(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  subscription(name = 'phone') {
    return { endpoint: `${this.origin}/send/${name}`, keys: this.keys };
  }

  /** The texts that the device shows, as it decrypts them (RFC 8291). */
  get shown(): { title: string; body: string; tag: string }[] {
    return this.sent.map(({ body }) => JSON.parse(this.decrypt(body)));
  }

  private decrypt(body: Buffer): string {
    const [salt, size, theirs] = [body.subarray(0, 16), body.readUInt8(20), body.subarray(21, 21 + body.readUInt8(20))];
    const about = Buffer.concat([Buffer.from('WebPush: info\0'), this.pair.getPublicKey(), theirs]);
    const input = derive(this.pair.computeSecret(theirs), bytes(this.keys.auth), about, 32);
    const key = derive(input, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
    const nonce = derive(input, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
    const sealed = body.subarray(21 + size);
    const open = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16));
    const text = Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
    expect(text.at(-1)).toBe(2);
    return text.subarray(0, -1).toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const begin = (service: PushService | undefined, config: Record<string, unknown> = {}) => {
  const allowed = service && [{ network: '127.0.0.1/32', port: service.port }];
  const own = { 'http.url': WHERE, ...(allowed && { 'egress.i_understand_private': allowed }), ...config };
  return Programs.begin({ config: own, env: { CODA_SECRET_KEY: 'a long random text for tests alone' } }, [
    'messages',
    'data',
    'notify',
  ]);
};

const devices = ({ coda }: Programs) => coda.count('push_devices');
const jobs = ({ coda }: Programs) => coda.count(`jobs where kind = 'push' and state = 'pending'`);

/** Is said to the owner, whose devices are told, and what that causes has come to an end. */
async function tells(programs: Programs, text: string): Promise<void> {
  await notify(programs, text);
  await areTold(programs, text);
}

async function areTold({ coda }: Programs, text: string): Promise<void> {
  const told = `outbox where content ->> 'text' like '%${text}%' and pushed_at is not null`;
  expect(await eventually(async () => (await coda.count(told)) > 0)).toBe(true);
  await coda.app.whenSettled();
}

/** What the browser's button does. */
async function register(browser: Browser, subscription: object): Promise<void> {
  expect(await browser.status('POST', '/v1/push', subscription)).toBe(204);
}

test('a message is encrypted as the example of RFC 8291 is', () => {
  const keys = {
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  };
  const fixed = {
    privateKey: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
    salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
  };
  expect(encrypt('When I grow up, I want to be a watermelon', keys, fixed).toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

test('what waits for who has no page open is told to each of their devices, once, without its words', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  const browser = await programs.browser();
  const { key } = await browser.get<{ key: string }>('/v1/push');
  await register(browser, service.subscription('phone'));
  await register(browser, service.subscription('laptop'));
  await programs.post('/v1/reminders', { text: 'call the clinic', when: 'in 10 minutes' });
  await programs.coda.passes({ minutes: 10 });
  await areTold(programs, 'call the clinic');
  expect(service.sent.map(({ path }) => path).sort()).toEqual(['/send/laptop', '/send/phone']);
  expect(service.shown[0]).toEqual({ title: 'coda', body: 'A reminder', tag: expect.stringMatching(/^[\w-]{32}$/) });

  const [{ headers } = { headers: {} as IncomingHttpHeaders }] = service.sent;
  expect(headers).toMatchObject({ ttl: '86400', 'content-encoding': 'aes128gcm', topic: service.shown[0]?.tag });
  const [, token = '', sentKey] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization ?? '') ?? [];
  expect(sentKey).toBe(key);
  const [x, y] = [bytes(key).subarray(1, 33), bytes(key).subarray(33)].map((part) => part.toString('base64url'));
  const { payload } = await compactVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y } as object, 'ES256'));
  const claims = JSON.parse(Buffer.from(payload).toString());
  expect([decodeProtectedHeader(token).alg, claims.aud, claims.sub]).toEqual(['ES256', service.origin, WHERE]);
  const expiresIn = claims.exp - programs.coda.world.clock.now().getTime() / 1_000;
  expect(expiresIn > 3_600 && expiresIn <= 86_400).toBe(true);

  // Neither another message nor another process tells of the first one again; the key stays.
  await tells(programs, 'the build is red');
  expect(service.shown.map(({ body }) => body)).toEqual(['A reminder', 'A reminder', 'A notice', 'A notice']);
  await programs.coda.restart();
  await programs.coda.app.whenSettled();
  expect(service.sent).toHaveLength(4);
  expect((await (await programs.browser()).get('/v1/push')).key).toBe(key);
});

test('one’s own devices are a target of what is planned elsewhere, until it is taken back', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  const { coda } = programs;
  const ana = coda.person('ana');
  expect(await ana.says('/targets push')).toContain('can be told in “push”');
  await register(await programs.browser('ana'), service.subscription());
  await hooksOf(coda).add({
    name: 'box',
    person: 'ana',
    kind: 'watch',
    allow_unsigned: true,
    template: { text: 'x' },
  });
  const send = async (text: string) => {
    await hooksOf(coda).takeLocal('box', Buffer.from(text), undefined);
    await coda.passes({ seconds: 1 });
  };
  await ana.says('/schedule hook box.disk --above 90 --tell push --title disk');
  await ana.says('/schedule hook box.door --contains open --seen 10 --tell push --title door');
  await send('{"disk":93}');
  await areTold(programs, '“disk”');
  await send('{"door":"open"}');
  await areTold(programs, '“door”');
  // Neither says its words: those are on the page, and not in the chat where it was planned.
  expect(service.shown.map(({ body }) => body)).toEqual(['A notice', 'A reminder']);
  const page = await BrowserChat.signIn(programs, 'ana');
  expect(await page.reads('“disk”')).toHaveLength(1);
  expect(ana.heard('“disk”:')).toEqual([]);
  await ana.says('/targets remove push');
  await send('{"disk":10}');
  await send('{"disk":94}');
  expect(ana.heard('94')).toHaveLength(1);
  await coda.passes({ minutes: 11 });
  expect(ana.heard('“door”:')).toHaveLength(1);
  expect(service.sent).toHaveLength(2);
});

test('what a process could not tell before it ended is told by the next one', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  await register(await programs.browser(), service.subscription());
  service.status = 503;
  await tells(programs, 'the build is red');
  expect([service.sent.length, await jobs(programs)]).toEqual([1, 1]);
  // As if it had ended between the two: the part waits, and nobody was told.
  await programs.coda.database().tx('test', async (tx) => {
    await tx.query(`delete from jobs where kind = 'push'`);
    await tx.query('update outbox set pushed_at = null');
  });
  service.status = 201;
  await programs.coda.restart();
  await areTold(programs, 'the build is red');
  expect(service.shown.map(({ body }) => body)).toEqual(['A notice', 'A notice']);
});

test('an open page gets no notification, nor does what was read meanwhile', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  await register(await programs.browser(), service.subscription());
  const page = await BrowserChat.signIn(programs);
  await page.open();
  const heard = page.events.length;
  await notify(programs, 'the build is red');
  expect(await eventually(() => page.events.length > heard)).toBe(true);
  await programs.coda.passes({ hours: 1 });
  expect(await page.reads('the build is red')).toHaveLength(1);
  page.close();
  expect(service.sent).toEqual([]);

  service.status = 503;
  await tells(programs, 'the tests are red');
  expect(service.sent).toHaveLength(1);
  expect(await page.reads('the tests are red')).toHaveLength(1);
  service.status = 201;
  await programs.coda.passes({ hours: 6 });
  expect(service.sent).toHaveLength(1);
});

test('a page that nobody sees is told and reads, but its person is notified, and what it read stays unread', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  await register(await programs.browser(), service.subscription());
  const page = await BrowserChat.signIn(programs);
  await page.open(false);
  await tells(programs, 'the build is red');
  expect(service.sent).toHaveLength(1);
  expect(await page.reads('the build is red', false)).toMatchObject([{ unread: true }]);
  expect(await page.reads('the build is red')).toMatchObject([{ unread: true }]);
  const [read] = await page.reads('the build is red');
  expect(read?.unread).toBeUndefined();
  page.close();
});

test('a service that is down is asked again; one that refuses for good loses its device', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  await register(await programs.browser(), service.subscription());
  service.status = 503;
  await tells(programs, 'one');
  service.status = 201;
  await programs.coda.passes({ minutes: 2 });
  expect([service.sent.length, await devices(programs)]).toEqual([2, 1]);
  service.status = 403;
  for (const text of ['two', 'three', 'four']) {
    await tells(programs, text);
    await programs.coda.passes({ hours: 6 });
  }
  expect([service.sent.length, await devices(programs), await jobs(programs)]).toEqual([17, 0, 0]);
  expect(await programs.coda.count(`jobs where kind = 'push' and state = 'dead'`)).toBe(0);
});

test.each([404, 410])('a device of which its service says %i is forgotten', async (status) => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  await register(await programs.browser(), service.subscription());
  service.status = status;
  await tells(programs, 'the build is red');
  expect([service.sent.length, await devices(programs), await jobs(programs)]).toEqual([1, 0, 0]);
});

test('a device is forgotten by its button, with its session, and with its person', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  const browser = await programs.browser();
  await register(browser, service.subscription());
  const { endpoint } = service.subscription();
  const person = programs.coda.person('ben', { role: 'member' });
  await person.says('hello');
  const ben = await programs.browser('ben');
  expect(await ben.status('DELETE', '/v1/push', { endpoint })).toBe(204);
  expect(await devices(programs)).toBe(1);
  expect(await browser.status('DELETE', '/v1/push', { endpoint })).toBe(204);
  expect(await devices(programs)).toBe(0);

  await register(browser, service.subscription());
  expect(await browser.status('DELETE', '/v1/session')).toBe(204);
  expect(await devices(programs)).toBe(0);

  await register(ben, service.subscription());
  await person.says('/forget');
  await person.presses('Yes, forget me');
  expect(await devices(programs)).toBe(0);
});

test('another’s device is not taken over by its address alone', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  await register(await programs.browser(), service.subscription());
  await programs.coda.person('ben', { role: 'member' }).says('hello');
  const ben = await programs.browser('ben');
  const own = createECDH('prime256v1');
  own.generateKeys();
  const keys = { p256dh: own.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
  expect(await ben.status('POST', '/v1/push', { ...service.subscription(), keys })).toBe(422);
  await tells(programs, 'the build is red');
  expect(service.shown).toHaveLength(1);
  // At one browser the next person has its keys.
  await register(ben, service.subscription());
  expect(await devices(programs)).toBe(1);
});

test('a device that a token has named is told nothing once that is revoked', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  expect((await programs.send('POST', '/v1/push', service.subscription('program'))).status).toBe(204);
  await register(await programs.browser(), service.subscription('browser'));
  await tells(programs, 'the build is red');
  expect(service.sent.map(({ path }) => path).sort()).toEqual(['/send/browser', '/send/program']);
  // In place of its token, which the test itself speaks with, one that is revoked.
  await programs.coda.database().run(
    'test.revoke',
    `with old as (
       insert into api_tokens (id, name, hash, person_id, scopes, created_at, revoked_at)
       select gen_random_uuid(), 'old', 'old', person_id, scopes, created_at, created_at from api_tokens
       returning id)
     update push_devices set token_id = (select id from old) where token_id is not null`,
    [],
  );
  await tells(programs, 'the build is green');
  expect(service.sent.slice(2).map(({ path }) => path)).toEqual(['/send/browser']);
});

test('of eleven devices of a person the ten newest are kept', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(service);
  const browser = await programs.browser();
  for (let number = 0; number < 11; number++) {
    await register(browser, service.subscription(`device-${number}`));
    await programs.coda.passes({ seconds: 1 });
  }
  await register(browser, service.subscription('device-10'));
  await tells(programs, 'the build is red');
  const told = new Set(service.sent.map(({ path }) => path));
  expect([told.size, told.has('/send/device-0'), told.has('/send/device-10')]).toEqual([10, false, true]);
});

test('addresses of this machine and of private networks are no push service', async () => {
  await using service = await PushService.begin();
  await using programs = await begin(undefined);
  const browser = await programs.browser();
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '192.168.1.1', '169.254.169.254', '0x7f.1', '[::ffff:10.0.0.1]'];
  for (const host of hosts) {
    for (const scheme of ['http', 'https']) {
      const subscription = { endpoint: `${scheme}://${host}:${service.port}/send`, keys: service.keys };
      expect([host, await browser.status('POST', '/v1/push', subscription)]).toEqual([host, 422]);
    }
  }
  for (const endpoint of ['http://8.8.8.8/send', 'file:///etc/passwd', 'nonsense']) {
    expect(await browser.status('POST', '/v1/push', { endpoint, keys: service.keys })).toBe(422);
  }
  const endpoint = 'https://8.8.8.8/send';
  for (const keys of [
    { ...service.keys, auth: 'short' },
    { ...service.keys, p256dh: 'B'.repeat(87) },
  ]) {
    expect(await browser.status('POST', '/v1/push', { endpoint, keys })).toBe(422);
  }
  // One that was public when it was registered, and is not any more.
  await register(browser, { endpoint, keys: service.keys });
  await programs.coda
    .database()
    .tx('test', (tx) => tx.query('update push_devices set endpoint = $1', [service.subscription().endpoint]));
  await tells(programs, 'the build is red');
  expect(service.sent).toEqual([]);
});

test.each([undefined, 'http://127.0.0.1:8321', 'https://localhost', 'https://10.0.0.7', 'https://coda.local'])(
  'with http.url %s nothing can be pushed, which is said',
  async (url) => {
    await using service = await PushService.begin();
    await using programs = await begin(service, { 'http.url': url });
    const browser = await programs.browser();
    const state = await browser.get('/v1/push');
    expect(state).toEqual({ possible: false, reason: expect.stringContaining('Notifications need http.url') });
    expect(await browser.status('POST', '/v1/push', service.subscription())).toBe(422);
  },
);
