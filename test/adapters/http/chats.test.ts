import { afterAll, beforeAll, expect, test } from 'vitest';
import { entriesOf, entryOfRecord } from '../../../src/adapters/http/chats/entries.ts';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { BrowserChat } from './places-support.ts';
import { Programs } from './support.ts';

const held = deferred<void>();
const never = deferred<void>();
const model = new ScriptedModel((request) => {
  const said = lastSaid(request);
  if (said.includes('long story')) return ['It began', { hold: held }, ' long ago.'];
  if (said.includes('a program')) return ['Take **much care', { hold: never }, '** of it.'];
  return [`I heard: ${said}`];
});
let programs: Programs;
let browser: BrowserChat;

interface Chats {
  chats: { id: string; title: string; place?: { platform: string } }[];
}
interface Entries {
  entries: { by: string; text: string; replyTo?: string }[];
  readOnly: boolean;
}

beforeAll(async () => {
  programs = await Programs.begin({ model });
  await programs.coda.person('ana').says('hello from the platform');
  await programs.coda.person('bob', { role: 'member' }).says('a secret of Bob');
  browser = await BrowserChat.signIn(programs, 'ana');
  await browser.post('/v1/messages', { text: 'plan the party', conversation: 'party' });
});
afterAll(() => programs[Symbol.asyncDispose]());

const chats = async (of: { get(path: string): Promise<Response> }, query = '') =>
  ((await (await of.get(`/v1/chats${query}`)).json()) as Chats).chats;
const entries = async (id: string) => (await (await browser.get(`/v1/chats/${id}/entries`)).json()) as Entries;

test('a person finds their conversations here and elsewhere, by their first words, and nobody else’s', async () => {
  const all = await chats(browser);
  expect(all.map(({ title }) => title).sort()).toEqual(['hello from the platform', 'plan the party']);
  expect((await chats(browser, '?q=PARTY')).map(({ id }) => id)).toEqual(['party']);
  const elsewhere = all.find(({ place }) => place);
  const said = await entries(elsewhere?.id ?? '');
  expect(said.readOnly).toBe(true);
  expect(said.entries.map(({ text }) => text)).toEqual(['hello from the platform', 'I heard: hello from the platform']);
});

test('a program sees what was said to it, and nothing that its person has said elsewhere', async () => {
  const scopes = ['messages', 'data'];
  const token = await programs.coda.app.tokens.add({ name: 'lights', person: 'ana', scopes, days: undefined });
  const get = async (path: string) => (await (await programs.ask(path, { token })).json()) as object;
  await programs.post('/v1/messages', { text: 'turn on the light', conversation: 'home' }, {}, { token });
  expect(await get('/v1/chats')).toMatchObject({ chats: [{ id: 'home' }] });
  const [own] = (await chats(browser)).filter(({ place }) => place?.platform === 'fake');
  expect((await programs.ask(`/v1/chats/${own?.id}/entries`, { token })).status).toBe(404);
  expect(await get('/v1/search?q=platform')).toEqual({ hits: [] });
  const search = async () => (await (await browser.get('/v1/search?q=platform')).json()) as { hits: object[] };
  // What was said, and the answer to it.
  expect((await search()).hits).toHaveLength(2);
});

test('a conversation is named, and deleted: the model is told nothing of it any more', async () => {
  const rename = await browser.send('PATCH', '/v1/chats/party', { title: 'Saturday' });
  expect(await rename.json()).toMatchObject({ id: 'party', title: 'Saturday' });
  expect((await chats(browser, '?q=saturday')).map(({ id }) => id)).toEqual(['party']);
  expect((await browser.send('DELETE', '/v1/chats/party')).status).toBe(204);
  expect((await chats(browser)).map(({ id }) => id)).not.toContain('party');
  expect((await entries('party')).entries).toEqual([]);
  for (const table of ['inbox where payload', 'outbox where content', 'messages where content', 'steps where payload'])
    expect(await programs.coda.count(`${table}::text like '%plan the party%'`), table).toBe(0);
  await programs.coda.passes({ seconds: 1 });
  await browser.post('/v1/messages', { text: 'hello again', conversation: 'party' });
  expect(JSON.stringify(model.requests.at(-1)?.messages)).not.toContain('plan the party');
  expect((await entries('party')).entries.map(({ text }) => text)).toEqual(['hello again', 'I heard: hello again']);
  expect((await chats(browser)).map(({ title }) => title)).toContain('hello again');
});

test('a conversation that is deleted while it is answered is not remembered, and what waits there is not answered', async () => {
  const asked = [browser.post('/v1/messages', { text: 'tell me a long story', conversation: 'stories' })];
  await eventually(() => model.requests.some((request) => lastSaid(request).includes('long story')));
  asked.push(browser.post('/v1/messages', { text: 'and then another', conversation: 'stories' }));
  await eventually(async () => (await programs.coda.count(`inbox where payload->>'text' = 'and then another'`)) === 1);
  expect((await browser.send('DELETE', '/v1/chats/stories')).status).toBe(204);
  held.resolve();
  expect(await eventually(async () => (await programs.coda.count('inbox where finished_at is null')) === 0)).toBe(true);
  await Promise.all(asked);
  expect((await chats(browser)).map(({ id }) => id)).not.toContain('stories');
  expect(model.requests.some((request) => lastSaid(request).includes('another'))).toBe(false);
  for (const table of ['inbox where payload', 'outbox where content', 'messages where content'])
    expect(await programs.coda.count(`${table}::text ~ 'long story|another|It began'`), table).toBe(0);
});

test('what was read of an answer that is stopped stays, marked so, and the model is shown it', async () => {
  model.streams = true;
  // What nobody looks at does not grow.
  await browser.open();
  const asked = browser.post('/v1/messages', { text: 'write a program', conversation: 'code' });
  const texts = async () => (await entries('code')).entries.map(({ text }) => text);
  await eventually(async () => (await texts()).join().includes('much care'));
  expect(await (await browser.send('POST', '/v1/chats/code/stop')).json()).toEqual({ stopped: true });
  await asked;
  const kept = 'Take **much care**\n\n_Stopped._';
  expect(await texts()).toEqual(['write a program', kept]);
  await browser.post('/v1/messages', { text: 'go on', conversation: 'code' });
  expect(JSON.stringify(model.requests.at(-1)?.messages)).toContain(JSON.stringify(kept).slice(1, -1));
});

test('what is held elsewhere is neither deleted, named nor stopped here by somebody else', async () => {
  const { rows } = await programs.coda
    .database()
    .read<{ id: string }>(`select c.id from conversations c join persons p on p.id = c.person_id where p.name = 'bob'`);
  const path = `/v1/chats/${rows[0]?.id}`;
  expect((await browser.get(`${path}/entries`)).status).toBe(404);
  for (const [method, at, body] of [
    ['PATCH', path, { title: 'mine' }],
    ['DELETE', path, undefined],
    ['POST', `${path}/stop`, undefined],
  ] as const)
    expect((await browser.send(method, at, body)).status, `${method} ${at}`).toBe(404);
});

test('a shared place keeps its name, and shows each person what they have said there alone', async () => {
  await programs.coda.person('ana', { channel: 'c-family' }).says('when is dinner');
  await programs.coda.person('bob', { channel: 'c-family', role: 'member' }).says('at eight, says Bob');
  const shared = (await chats(browser)).find(({ title }) => title === 'when is dinner');
  const said = await entries(shared?.id ?? '');
  expect(JSON.stringify(said)).not.toContain('says Bob');
  expect((await browser.send('PATCH', `/v1/chats/${shared?.id}`, { title: 'mine' })).status).toBe(404);
});

test('what waited in a conversation that is deleted is not counted any more, and a found one opens with its words', async () => {
  await browser.post('/v1/messages', { text: '/remind in 5 minutes feed the lions', conversation: 'zoo' });
  await programs.coda.passes({ minutes: 5 });
  const unread = async () =>
    ((await (await browser.get('/v1/me')).json()) as { counts: { unread: number } }).counts.unread;
  const { rows } = await programs.coda
    .database()
    .read<{ id: string }>(`select id from conversations where channel like '%/zoo'`);
  expect((await entries(rows[0]?.id ?? '')).entries[0]?.text).toContain('feed the lions');
  await browser.send('DELETE', '/v1/chats/zoo');
  expect(await unread()).toBe(0);
  const search = (await (await browser.get('/v1/search?q=lions')).json()) as { hits: { kind: string }[] };
  expect(search.hits.filter(({ kind }) => kind === 'conversations')).toEqual([]);
});

test('a conversation of long answers comes whole, the oldest of them as text', async () => {
  const row = (nth: number) => ({
    id: `${nth}`,
    role: 'assistant' as const,
    text: `${nth} *a* ${'b '.repeat(40_000)}`,
    at: new Date(nth),
  });
  const shown = await entriesOf([20, 19, 18, 17, 16, 15, 14, 13, 12, 11].map(row), entryOfRecord);
  expect(shown.map(({ id }) => id)).toEqual(['11', '12', '13', '14', '15', '16', '17', '18', '19', '20']);
  const emphasis = (blocks: unknown) => JSON.stringify(blocks).includes('["em"');
  expect(shown.map(({ blocks }) => emphasis(blocks))).toEqual([...Array(4).fill(false), ...Array(6).fill(true)]);
});
