import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signatureOf } from '../../src/base/signature.ts';
import { fill } from '../../src/skills/webhooks/template.ts';
import { hooksOf } from '../support/hooks.ts';
import { type Play, type PlayedPerson, play } from '../support/play.ts';
import { lastSaid, ScriptedModel } from '../support/scripted-model.ts';

const PUSH = { repository: { name: 'coda' }, pusher: { name: 'ana' }, due: 'tomorrow at 9' };

let coda: Play;
let ana: PlayedPerson;
let base: string;
const secrets: Record<string, string> = {};

async function add(name: string, more: Record<string, unknown> = {}): Promise<void> {
  const template = { text: '{{ pusher.name }} broke {{ repository.name }}' };
  const made = await hooksOf(coda).add({ name, person: 'ana', template, ...more });
  secrets[name] = made.secret ?? '';
}

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-hooks-'));
  coda = await play({
    model: new ScriptedModel((request) => [`I was told: ${lastSaid(request)}`]),
    env: { CODA_SECRET_KEY_FILE: join(folder, 'secret.key') },
    config: {
      'http.listen': '127.0.0.1:0',
      'http.url': 'https://coda.example',
      'http.attachment_max_size': '2k',
    },
  });
  const address = coda.app.http?.address;
  base = `http://127.0.0.1:${address?.port}/hooks`;
  ana = coda.person('ana');
  await ana.says('hello');
  await add('ci');
  await add('github', { form: 'github' });
  await add('stripe', { form: 'stripe', secret: 'whsec_of_the_other_side' });
  await add('local', { allow_unsigned: true });
  await add('later', { kind: 'reminder', template: { when: '{{ due }}', text: 'Look at {{ repository.name }}' } });
  await add('exact', { allow_unsigned: true, template: { text: 'order {{ id }} costs {{ price }}' } });
  await add('diary', { kind: 'note', template: { text: '{{ repository.name }} was pushed #ci' } });
});

afterAll(() => coda[Symbol.asyncDispose]());

/** The clock stands still: bodies differ, so that no delivery is taken for another. */
let sent = 0;
const bodyOf = (more: object = {}) => JSON.stringify({ ...PUSH, nth: ++sent, ...more });

async function post(hook: string, body: string | Uint8Array, headers: Record<string, string>) {
  const answer = await fetch(`${base}/${hook}`, { method: 'POST', body, headers });
  const told = (await answer.json()) as { code?: string; delivery?: string; detail?: string; missing?: string[] };
  await coda.app.whenSettled();
  return { status: answer.status, ...told };
}

const sign = (hook: string, body: string, at = coda.world.clock.now()) => signatureOf(secrets[hook] ?? '', body, at);
const github = (hook: string, body: string) =>
  `sha256=${createHmac('sha256', secrets[hook] ?? '')
    .update(body)
    .digest('hex')}`;

describe('a hook', () => {
  test('makes a message that is answered, and takes it once', async () => {
    const body = bodyOf();
    const headers = { 'coda-signature': sign('ci', body) };
    const answer = await post('ci', body, headers);
    expect(answer).toMatchObject({ status: 202, delivery: expect.any(String) });
    expect(ana.heard('I was told: ana broke coda')).toHaveLength(1);
    const { rows } = await coda
      .database()
      .read(
        `select payload -> 'tainted' as tainted, payload ->> 'origin' as origin from inbox where key like 'webhook:ci:%'`,
      );
    expect(rows).toEqual([{ tainted: true, origin: 'webhook' }]);
    expect(await post('ci', body, headers)).toMatchObject({ status: 409, code: 'HTTP_CONFLICT' });
    const respelt = headers['coda-signature']
      .replace(',v1=', ', v1=')
      .toUpperCase()
      .replace('T=', 't=')
      .replace('V1=', 'v1=');
    expect((await post('ci', body, { 'coda-signature': respelt })).status).toBe(409);
    expect(ana.heard('I was told: ana broke coda')).toHaveLength(1);
  });

  test('has numbers as they were written', async () => {
    const body = Buffer.from('{"id": 12345678901234567890, "price": 21.10, "said": "a \\"1.50\\" note"}');
    await hooksOf(coda).takeLocal('exact', body, undefined);
    await coda.app.whenSettled();
    expect(ana.heard('order 12345678901234567890 costs 21.10')).toHaveLength(1);
  });

  test('names what its template wants and was not sent, to its sender and its person', async () => {
    const body = '{"pusher": {"name": "ana"}}';
    const { missing } = await post('ci', body, { 'coda-signature': sign('ci', body) });
    expect(missing).toEqual(['repository.name']);
    expect(ana.heard('(Not in what was sent: repository.name.)')).toHaveLength(1);
  });

  test('takes what GitHub and Stripe sign', async () => {
    const pushed = bodyOf();
    expect((await post('github', pushed, { 'x-hub-signature-256': github('github', pushed) })).status).toBe(202);
    expect((await post('github', pushed, { 'x-hub-signature-256': github('github', pushed) })).status).toBe(409);
    const paid = bodyOf();
    const stripe = sign('stripe', paid);
    // While a secret is changed there is a signature of each.
    const both = `${stripe.split(',')[0]},v1=${'0'.repeat(64)},${stripe.split(',')[1]},v0=old`;
    expect((await post('stripe', paid, { 'stripe-signature': both })).status).toBe(202);
    expect(secrets.stripe).toBe('whsec_of_the_other_side');
  });

  test('makes a reminder and a note, which are tainted', async () => {
    const one = bodyOf();
    expect((await post('later', one, { 'coda-signature': sign('later', one) })).status).toBe(202);
    const two = bodyOf();
    expect((await post('diary', two, { 'coda-signature': sign('diary', two) })).status).toBe(202);
    const { rows } = await coda
      .database()
      .read(`select text, tainted, next_at from reminders union all select text, tainted, null from notes`);
    expect(rows).toEqual([
      { text: 'Look at coda', tainted: true, next_at: new Date('2026-11-21T08:00:00Z') },
      { text: expect.stringContaining('coda was pushed'), tainted: true, next_at: null },
    ]);
  });

  test('runs a skill for its person', async () => {
    await add('plan', { kind: 'skill', template: { skill: 'travel-plan', text: 'to {{ repository.name }}' } });
    const body = bodyOf();
    expect((await post('plan', body, { 'coda-signature': sign('plan', body) })).status).toBe(202);
    const { rows } = await coda.database().read<{ payload: { calls: unknown[] } }>(
      `select s.payload from steps s join turns t on t.id = s.turn_id join inbox i on i.id = t.inbox_id
          where i.key like 'webhook:plan:%' and s.kind = 'model' order by s.seq limit 1`,
    );
    expect(rows[0]?.payload.calls).toMatchObject([{ name: 'skill_activate', input: { name: 'travel-plan' } }]);
    expect(ana.heard('I was told')).not.toHaveLength(0);
    // An id with its group, too.
    await add('hello', { kind: 'skill', template: { skill: 'community/hello', text: 'now' } });
    expect(await hooksOf(coda).test('hello', Buffer.from('{}'))).toMatchObject({ makes: '/community/hello now' });
    for (const skill of ['a/b/c', '/a', 'a/', 'a b'])
      await expect(add('wrong', { kind: 'skill', template: { skill, text: 'now' } })).rejects.toMatchObject({
        message: expect.stringContaining('group/name'),
      });
  });

  test('keeps attachments as files of its message', async () => {
    const data = Buffer.from('the log').toString('base64');
    const body = bodyOf({ attachments: [{ filename: '../../etc/ci.log', content_type: 'text/plain', data }] });
    expect((await post('ci', body, { 'coda-signature': sign('ci', body) })).status).toBe(202);
    const { rows } = await coda
      .database()
      .read<{ files: { name: string; size: number; hash: string }[] }>(
        `select payload -> 'files' as files from inbox where payload -> 'files' <> '[]'`,
      );
    expect(rows).toMatchObject([{ files: [{ name: 'ci.log', type: 'text/plain', size: 7 }] }]);
    expect(await coda.artifacts().has(rows[0]?.files[0]?.hash ?? '')).toBe(true);
    const large = bodyOf({
      attachments: [{ filename: 'a', content_type: 'text/plain', data: Buffer.alloc(3_000).toString('base64') }],
    });
    expect((await post('ci', large, { 'coda-signature': sign('ci', large) })).status).toBe(413);
    const broken = bodyOf({ attachments: [{ filename: 'a', data: 'no base64!' }] });
    expect((await post('ci', broken, { 'coda-signature': sign('ci', broken) })).status).toBe(400);
  });

  test('without a signature is for its own machine only', async () => {
    expect((await post('local', bodyOf(), {})).status).toBe(202);
    expect(await post('local', bodyOf(), { 'x-forwarded-for': '203.0.113.9' })).toMatchObject({ status: 401 });
  });

  test.each([
    ['its proxy names it, and says nothing of who asked it', { host: 'coda.example' }, 401],
    ['a page of another site has a browser send it', { 'sec-fetch-site': 'cross-site' }, 401],
    ['so does what is served on another port', { 'sec-fetch-site': 'same-site' }, 401],
    ['a program names another port that leads here', { host: 'localhost:9000' }, 202],
    ['a page of its own sends it', { 'sec-fetch-site': 'same-origin' }, 202],
  ])('without a signature is for programs only: %s', async (_, headers, status) => {
    const sent = request(`${base}/local`, { method: 'POST', headers });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.end(bodyOf());
    const [answer] = await answered;
    answer.resume();
    expect(answer.statusCode).toBe(status);
    await coda.app.whenSettled();
  });

  test('is tried without doing anything, and says what its payload lacks', async () => {
    const tried = await hooksOf(coda).test('later', Buffer.from('{"repository": {}, "due": "tomorrow at 9"}'));
    expect(tried).toEqual({
      kind: 'reminder',
      makes: '/remind tomorrow at 9\nLook at',
      missing: ['repository.name'],
    });
  });

  test('is listed without its secret, and takes nothing once it is removed', async () => {
    await add('gone');
    expect(JSON.stringify(await hooksOf(coda).list())).not.toContain(secrets.gone);
    const { rows } = await coda.database().read('select * from skill_secrets');
    expect(JSON.stringify(rows)).not.toContain(secrets.gone);
    expect(await hooksOf(coda).remove('gone')).toBe(true);
    const body = bodyOf();
    expect((await post('gone', body, { 'coda-signature': sign('gone', body) })).status).toBe(404);
    expect(await hooksOf(coda).remove('gone')).toBe(false);
  });

  test.each<[string, Record<string, unknown>]>([
    ['a name with a slash', { name: 'a/b' }],
    ['nobody', { name: 'x', person: 'nobody' }],
    ['a reminder without a time', { name: 'x', kind: 'reminder' }],
    ['a secret that can be guessed', { name: 'x', secret: 'short' }],
    ['a name that is taken', { name: 'ci' }],
  ])('is not made with %s', async (_, wrong) => {
    const template = { text: 'hello' };
    await expect(hooksOf(coda).add({ person: 'ana', template, ...wrong })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});

describe('nothing comes of', () => {
  const minutes = (count: number) => new Date(coda.world.clock.now().getTime() + count * 60_000);

  test.each<[string, (body: string) => Record<string, string>]>([
    ['no signature', () => ({})],
    ['an empty one', () => ({ 'coda-signature': '' })],
    ['another secret', (body) => ({ 'coda-signature': signatureOf('another', body, coda.world.clock.now()) })],
    ['an empty secret', (body) => ({ 'coda-signature': signatureOf('', body, coda.world.clock.now()) })],
    ["another hook's secret", (body) => ({ 'coda-signature': sign('github', body) })],
    ['another body', (body) => ({ 'coda-signature': sign('ci', `${body} `) })],
    ['one that is six minutes old', (body) => ({ 'coda-signature': sign('ci', body, minutes(-6)) })],
    ['one from the future', (body) => ({ 'coda-signature': sign('ci', body, minutes(6)) })],
    [
      'a stamp that was changed',
      (body) => ({
        'coda-signature': sign('ci', body, minutes(-6)).replace(
          /t=\d+/,
          `t=${Math.floor(minutes(0).getTime() / 1_000)}`,
        ),
      }),
    ],
    ['two stamps', (body) => ({ 'coda-signature': `t=1,${sign('ci', body)}` })],
    ['no stamp', (body) => ({ 'coda-signature': sign('ci', body).split(',')[1] ?? '' })],
    ['a stamp that is no number', (body) => ({ 'coda-signature': sign('ci', body).replace(/t=\d+/, 't=1e9') })],
    ['half a signature', (body) => ({ 'coda-signature': sign('ci', body).slice(0, -2) })],
    ['a hundred signatures', (body) => ({ 'coda-signature': `t=1${',v1=00'.repeat(100)},${sign('ci', body)}` })],
    ["GitHub's header", (body) => ({ 'x-hub-signature-256': github('ci', body) })],
    ["GitHub's form in coda's header", (body) => ({ 'coda-signature': github('ci', body) })],
    ["Stripe's header", (body) => ({ 'stripe-signature': sign('ci', body) })],
    [
      'SHA-1',
      (body) => ({
        'coda-signature': `sha1=${createHmac('sha1', secrets.ci ?? '')
          .update(body)
          .digest('hex')}`,
      }),
    ],
  ])('%s', async (_, headersOf) => {
    const body = bodyOf();
    const before = await coda.count('inbox');
    expect(await post('ci', body, headersOf(body))).toMatchObject({ status: 401, code: 'HTTP_UNAUTHORIZED' });
    expect(await coda.count('inbox')).toBe(before);
  });

  test.each<[string, string, number]>([
    ['no JSON', 'hello', 400],
    ['a list', '[1]', 400],
    ['JSON of 10,000 levels', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400],
    ['more than fits', JSON.stringify({ text: 'x'.repeat(15 * 1024 * 1024) }), 413],
  ])('%s, however it is signed', async (_, body, status) => {
    expect((await post('ci', body, { 'coda-signature': sign('ci', body) })).status).toBe(status);
  });
});

describe('a template', () => {
  test('gives own values only, and never a character that is no text', () => {
    const template = { text: '{{ a.0.b }}|{{ constructor.name }}|{{ __proto__.x }}|{{ list.length }}|{{ n }}' };
    expect(fill(template, { a: [{ b: 'x\u0000\u001b[31my' }], list: [1], n: 0 })).toEqual({
      text: 'x[31my||||0',
      missing: ['constructor.name', '__proto__.x', 'list.length'],
    });
  });

  test('a value never becomes a place, and a time stays one line', () => {
    expect(fill({ text: '{{ a }}' }, { a: '{{ b }}', b: 'secret' }).text).toBe('{{ b }}');
    expect(fill({ text: 'x', when: '{{ a }}' }, { a: 'today at 5\nand more' }).when).toBe('today at 5 and more');
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(fill({ text: 'a {{ v }} b' }, { v: value }).text.length).toBeLessThanOrEqual(8_000);
      }),
    );
  });
});
