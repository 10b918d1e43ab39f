import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deferred } from '../../src/base/async.ts';
import { packageRoot } from '../../src/base/root.ts';
import type { Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { Outside } from '../support/outside.ts';
import { type Play, play } from '../support/play.ts';
import { ScriptedModel } from '../support/scripted-model.ts';

const HTTP = { 'http.listen': '127.0.0.1:0' };
/** A skill with a page, as any folder of skills may bring one. */
const tally: Skill = {
  name: 'tally',
  words: { keeps: 'tallies' },
  pages: () => [
    {
      path: '/tallies',
      title: 'Tallies',
      scope: 'data',
      load: async ({ zone }) => [
        { kind: 'figures', title: 'Coffee', items: [{ label: `in ${zone}`, value: '<3>', tone: 'good' }] },
      ],
    },
  ],
  listUpcoming: async (_, { now }) => [{ at: now, text: 'count the cups' }],
};

/** An owner's browser. */
async function visitor(coda: Play) {
  const { cookie } = await coda.app.sessions.open((await coda.app.sessions.link()).code);
  const headers = { Cookie: `coda_session=${cookie}`, Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' };
  return (path: string, method = 'GET') => fetch(`${coda.app.http?.url}${path}`, { method, headers });
}

describe.each(testDatabases)('the dashboard on $name', ({ name, available }) => {
  test.skipIf(!available)('has pages of all rooms, and those that a skill brings', async () => {
    const model = new ScriptedModel(['Hello.']);
    await using coda = await play({ engine: name, config: HTTP, model, skills: [tally] });
    await coda.person('ana').says('hello');
    const visit = await visitor(coda);
    const now = await (await visit('/')).text();
    const paths = [...now.matchAll(/<nav.*?<\/nav>/g)].flatMap(([nav]) => [...nav.matchAll(/href="([^"]+)"/g)]);
    expect(paths.map(([, path]) => path)).toEqual([
      ...['/chat', '/', '/conversations', '/week', '/costs', '/memories', '/skills', '/tallies', '/approvals'],
      ...['/undelivered', '/doctor'],
    ]);
    for (const [, path = ''] of paths) expect((await visit(path)).status, path).toBe(200);
    expect(await (await visit('/tallies')).text()).toContain('<dt>in Europe/Berlin</dt><dd>&lt;3&gt;</dd>');
    expect(await (await visit('/week')).text()).toContain('count the cups');
    const [, conversation = ''] =
      /href="(\/conversations\/[^"]+)"/.exec(await (await visit('/conversations')).text()) ?? [];
    const turns = await (await visit(conversation)).text();
    expect(turns).toContain('scripted/model answers');
    expect(turns).not.toContain('hello');
    expect((await visit('/conversations/none')).status).toBe(404);
    expect((await visit(`/conversations/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`)).status).toBe(404);
  });

  test.skipIf(!available)('shows what the newest turn did, however much the ones before it did', async () => {
    const model = new ScriptedModel(['Hello.'], [{ call: 'note_save', input: { text: 'x' } }], ['Kept.']);
    await using coda = await play({ engine: name, config: HTTP, model });
    const ana = coda.person('ana');
    await ana.says('hello');
    await coda.database().run(
      'test.steps',
      `insert into steps (turn_id, path, seq, kind, payload, at)
       select id, '', n, 'steered', '{"texts": []}', started_at from turns, generate_series(10, 600) n`,
    );
    await coda.passes({ minutes: 1 });
    await ana.says('note x');
    const visit = await visitor(coda);
    const [, path = ''] = /href="(\/conversations\/[^"]+)"/.exec(await (await visit('/conversations')).text()) ?? [];
    expect(/calls note_save/.exec(await (await visit(path)).text())?.[0]).toBe('calls note_save');
  });

  test.skipIf(!available)('says so when there is nothing left to be decided or sent', async () => {
    await using coda = await play({ engine: name, config: HTTP });
    const visit = await visitor(coda);
    const letter = '01a1f7f8-3000-7af4-b6ac-f327f8038af8';
    expect((await visit(`/undelivered/${letter}/resend`, 'POST')).status).toBe(409);
    expect((await visit('/undelivered/none/resend', 'POST')).status).toBe(400);
    expect((await visit(`/approvals/${'0'.repeat(12)}`, 'POST')).status).toBe(400);
    expect((await visit('/memories?after=nonsense')).status).toBe(400);
    expect((await visit('/memories?other=1')).status).toBe(400);
  });
});

test('what could not be delivered shows its words to nobody but whom it was for', async () => {
  const model = new ScriptedModel(['For Ana alone.'], ['For Bob alone.']);
  await using coda = await play({ config: HTTP, model });
  for (const person of [coda.person('ana'), coda.person('bob', { role: 'member' })]) {
    coda.platform.faults.push('refused');
    await person.says('hello');
  }
  const { cookie } = await coda.app.sessions.open((await coda.app.sessions.link('ana')).code);
  const headers = { Cookie: `coda_session=${cookie}`, Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' };
  const page = await (await fetch(`${coda.app.http?.url}/undelivered`, { headers })).text();
  const rows = [...page.matchAll(/<tr.*?<\/tr>/g)].map(([row]) => row.replace(/<[^>]+>/g, ' ').replace(/ +/g, ' '));
  expect(rows).toHaveLength(3);
  expect(rows).toContainEqual(expect.stringContaining('fake with bob bob answer'));
  expect(rows).toContainEqual(expect.stringContaining('fake with you you answer: For Ana alone.'));
  expect(page).not.toContain('For Bob alone.');
});

test('a conversation shows what was said, and the arguments of calls, to the person whose it is alone', async () => {
  const model = new ScriptedModel((request) =>
    request.messages.at(-1)?.role === 'tool'
      ? ['Kept.']
      : [{ call: 'note_save', input: { text: `${request.messages.at(-1)?.text} <b>` } }],
  );
  await using coda = await play({ config: HTTP, model });
  await coda.person('ana').says('the key is under the mat');
  await coda.person('bob', { role: 'member' }).says('the safe opens with 4711');
  const { cookie } = await coda.app.sessions.open((await coda.app.sessions.link('ana')).code);
  const headers = { Cookie: `coda_session=${cookie}`, Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' };
  const read = async (path: string) => (await fetch(`${coda.app.http?.url}${path}`, { headers })).text();
  const paths = [...(await read('/conversations')).matchAll(/href="(\/conversations\/[^"]+)"/g)];
  const pages = await Promise.all(paths.map(([, path = '']) => read(path)));
  const [own, others] = pages.sort((a) => (a.includes('under the mat') ? -1 : 1));
  expect(own).toContain('<p class="plain">the key is under the mat</p>');
  expect(own).toMatch(/<code>note_save \{.*the key is under the mat &lt;b&gt;.*<\/code>/);
  expect(others).toContain('calls note_save');
  expect(others).not.toContain('4711');
});

test('a conversation tells how long an answer took, without the time in which it waited for a person', async () => {
  const hold = deferred();
  const model = new ScriptedModel([{ hold }, { call: 'letter_send', input: { to: 'Bob' } }], ['Sent.']);
  await using coda = await play({ config: HTTP, model, skills: [new Outside().skill] });
  const ana = coda.person('ana');
  const asked = ana.says('write to Bob');
  if (!(await eventually(() => model.requests.length > 0))) throw new Error('no model was asked');
  await coda.world.clock.moveTo(new Date(coda.world.clock.now().getTime() + 3_000));
  hold.resolve();
  await asked;
  await coda.passes({ minutes: 2 });
  await ana.presses('Approve');
  expect(ana.heard('Sent.')).toHaveLength(1);
  const { rows } = await coda.database().read<{ ms: number }>('select elapsed_ms::int as ms from turns');
  expect(rows[0]?.ms).toBe(3_000);
});

test('links begin with the address of the proxy, whose name is then taken for coda', async () => {
  await using coda = await play({ config: { ...HTTP, 'http.url': 'https://coda.example.com/' } });
  expect(coda.app.http?.url).toBe('https://coda.example.com');
  const { port } = coda.app.http?.address ?? {};
  const { code } = await coda.app.sessions.link();
  const { request } = await import('node:http');
  const signIn = (host: string) =>
    new Promise<{ status: number | undefined; cookie: string }>((resolve, reject) => {
      const headers = { Host: host, Origin: `https://${host}`, 'Content-Type': 'application/json' };
      const asked = request({ port, host: '127.0.0.1', path: '/open', method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode, cookie: answer.headers['set-cookie']?.[0] ?? '' });
      });
      asked.on('error', reject);
      asked.end(JSON.stringify({ code }));
    });
  expect((await signIn('evil.example.com')).status).toBe(403);
  expect(await signIn('coda.example.com')).toEqual({ status: 200, cookie: expect.stringContaining('; Secure') });
});

test('all scripts of the pages together are small', () => {
  const folder = join(packageRoot(), 'assets', 'web');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  expect(scripts.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThan(60_000);
});
