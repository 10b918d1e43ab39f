/** A temporary conversation: nothing of it is remembered, found or kept, but what its person asks for. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { BrowserChat } from './places-support.ts';
import { Programs } from './support.ts';

const server = await modelServer();
let programs: Programs;
let ana: BrowserChat;

interface Chat {
  id: string;
  title: string;
  temporary?: true;
  unread: number;
}

beforeAll(async () => {
  programs = await Programs.begin({ config: { ...modelConfig(server), 'memory.auto': 'on' } });
  await programs.coda.person('ana').says('hello');
  await programs.coda.person('bob', { role: 'member' }).says('hello');
  ana = await BrowserChat.signIn(programs, 'ana');
});
afterAll(() => programs[Symbol.asyncDispose]());

const json = async <T>(answer: Promise<Response>) => (await (await answer).json()) as T;
const begin = async () => (await json<{ id: string }>(ana.post('/v1/chats', { temporary: true }))).id;
const say = (conversation: string, text: string) => ana.post('/v1/messages', { text, conversation });
const listed = async () => (await json<{ chats: Chat[] }>(ana.get('/v1/chats'))).chats;
const texts = async (id: string) =>
  (await json<{ entries: { text: string }[] }>(ana.get(`/v1/chats/${id}/entries`))).entries.map(({ text }) => text);
const asked = (model: string) => server.requests.filter(({ body }) => body.model === model);

/** The tables with these words in any of their rows. */
async function tablesWith(words: string): Promise<string[]> {
  const { rows } = await programs.coda
    .database()
    .read<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'`,
    );
  const having: string[] = [];
  for (const { name } of rows)
    if ((await programs.coda.count(`"${name}" t where t::text ilike '%${words}%'`)) > 0) having.push(name);
  return having.sort();
}

test('its words are asked about by no other model, found by no search and told to no other conversation', async () => {
  const id = await begin();
  const light = asked('small').length;
  await say(id, 'I live in Zagreb with my dog');
  expect((await listed()).find((chat) => chat.id === id)).toMatchObject({ temporary: true });
  await programs.coda.passes({ minutes: 30 });
  expect(asked('small')).toHaveLength(light);
  expect(await programs.coda.count('memories')).toBe(0);
  expect(await json(ana.get('/v1/search?q=Zagreb'))).toEqual({ hits: [] });
  expect(await json(ana.get('/v1/chats?q=Zagreb'))).toMatchObject({ chats: [] });
  server.play(
    { when: { model: 'main' }, calls: [{ name: 'conversation_search', input: { words: 'Zagreb dog' } }] },
    { when: { model: 'main' }, text: 'Nothing.' },
  );
  await say('main', 'where do I live?');
  const [search, after] = asked('main').slice(-2);
  expect(JSON.stringify(after?.body)).toContain('Nothing was said with these words');
  expect(JSON.stringify([search?.body, after?.body])).not.toContain('with my dog');
  // The same words elsewhere are what they are asked about and found.
  await say('lasting', 'I live in Zagreb with my dog');
  await programs.coda.passes({ minutes: 30 });
  expect(asked('small').length).toBeGreaterThan(light);
  expect(JSON.stringify(await json(ana.get('/v1/search?q=Zagreb')))).toContain('"lasting"');
  await ana.send('DELETE', '/v1/chats/lasting');
  await ana.send('DELETE', `/v1/chats/${id}`);
});

test('a model keeps nothing of it unasked: its person says yes to each memory', async () => {
  const id = await begin();
  const save = { name: 'memory_save', input: { text: 'ana plays the zither' } };
  server.play({ when: { model: 'main' }, calls: [save] });
  await say(id, 'I play the zither');
  expect(await programs.coda.count(`memories where text ilike '%zither%'`)).toBe(0);
  const { entries } = await json<{ entries: { text: string; buttons?: { id: string; label: string }[] }[] }>(
    ana.get(`/v1/chats/${id}/entries`),
  );
  const asking = entries.find(({ buttons = [] }) => buttons.length > 0);
  expect(asking?.text).toContain('This conversation is temporary.');
  const yes = asking?.buttons?.find(({ label }) => label === 'Remember it');
  await ana.post(`/v1/buttons/${yes?.id}`, { wait: 30 });
  expect(await programs.coda.count(`memories where text ilike '%zither%'`)).toBe(1);
  await ana.send('DELETE', `/v1/chats/${id}`);
  expect(await programs.coda.count(`memories where text ilike '%zither%'`)).toBe(1);
});

test('when it is ended no table has its words, its list is without it, and an answer goes on from nothing', async () => {
  const id = await begin();
  await say(id, 'the xylophone is mine');
  expect(await tablesWith('xylophone')).not.toEqual([]);
  expect((await ana.send('DELETE', `/v1/chats/${id}`)).status).toBe(204);
  expect(await tablesWith('xylophone')).toEqual([]);
  expect(await texts(id)).toEqual([]);
  expect((await listed()).map((chat) => chat.id)).not.toContain(id);
  // Another device forgets there what it has not sent.
  expect(await json(ana.get(`/v1/chats/${id}`))).toMatchObject({ ended: true });
  // A word that another page still sends there is as temporary as those before.
  await programs.coda.passes({ seconds: 1 });
  await say(id, 'whose is it?');
  expect(JSON.stringify(asked('main').at(-1)?.body)).not.toContain('xylophone');
  const again = await json<object>(ana.get(`/v1/chats/${id}`));
  expect(again).toMatchObject({ temporary: true });
  expect(again).not.toHaveProperty('ended');
  await ana.send('DELETE', `/v1/chats/${id}`);
});

test('one that nobody ends is over after the night', async () => {
  const id = await begin();
  await say(id, 'the accordion is mine');
  await say('lasting', 'the bassoon is mine');
  await programs.coda.passes({ days: 1 });
  ana = await BrowserChat.signIn(programs, 'ana');
  expect(await tablesWith('accordion')).toEqual([]);
  expect((await listed()).map((chat) => chat.id)).not.toContain(id);
  expect(await texts('lasting')).toContain('the bassoon is mine');
  await ana.send('DELETE', '/v1/chats/lasting');
});

test('what was asked for there stands, and what nobody has read is read where one begins', async () => {
  const id = await begin();
  await say(id, '/remind in 5 minutes feed the lions');
  await ana.send('DELETE', `/v1/chats/${id}`);
  await programs.coda.passes({ minutes: 6 });
  expect((await listed()).find((chat) => chat.id === id)).toMatchObject({ unread: 1, temporary: true });
  await programs.coda.passes({ days: 1 });
  ana = await BrowserChat.signIn(programs, 'ana');
  expect((await listed()).map((chat) => chat.id)).not.toContain(id);
  expect((await texts('main')).filter((text) => text.includes('feed the lions'))).toHaveLength(1);
  expect(await programs.coda.count(`reminders where text = 'feed the lions'`)).toBe(1);
});

test('what a program has not read of its own is read in the conversation that it begins with', async () => {
  await programs.say('hello');
  const { id } = (await (await programs.post('/v1/chats', { temporary: true })).json()) as { id: string };
  await programs.say('/remind in 5 minutes feed the walrus', { conversation: id });
  await programs.send('DELETE', `/v1/chats/${id}`);
  await programs.coda.passes({ minutes: 6 });
  await programs.coda.passes({ days: 1 });
  const { messages } = await programs.get<{ messages: { text: string }[] }>('/v1/conversations/main');
  expect(messages.filter(({ text }) => text.includes('feed the walrus'))).toHaveLength(1);
});

test('it is neither named, pinned nor put aside, and nobody else ends or reads it', async () => {
  const id = await begin();
  await say(id, 'quiet');
  for (const body of [{ title: 'x' }, { pinned: true }, { archived: true }])
    expect((await ana.send('PATCH', `/v1/chats/${id}`, body)).status).toBe(422);
  const bob = await BrowserChat.signIn(programs, 'bob');
  expect((await bob.get(`/v1/chats/${id}`)).status).toBe(404);
  expect((await bob.get(`/v1/chats/${id}/entries`)).status).toBe(404);
  expect((await bob.send('DELETE', `/v1/chats/${id}`)).status).toBe(404);
  expect(await texts(id)).toContain('quiet');
});

test('only so many are begun in which nothing is said, also by requests at once; one that is said in or ended makes room', async () => {
  const bob = await BrowserChat.signIn(programs, 'bob');
  const answers = await Promise.all(Array.from({ length: 53 }, () => bob.post('/v1/chats', { temporary: true })));
  const begun = answers.filter(({ status }) => status === 201);
  expect(begun).toHaveLength(50);
  const refused = await json<object>(Promise.resolve(answers.find(({ status }) => status !== 201) as Response));
  expect(refused).toMatchObject({
    code: 'HTTP_REFUSED',
    detail: expect.stringContaining('50 temporary conversations were begun'),
    remedy: expect.stringContaining('Say something in one of them, or delete it'),
  });
  const { id } = await json<{ id: string }>(Promise.resolve(begun[0] as Response));
  await bob.send('DELETE', `/v1/chats/${id}`);
  expect((await bob.post('/v1/chats', { temporary: true })).status).toBe(201);
  expect((await bob.post('/v1/chats', { temporary: true })).status).toBe(422);
  // It is a bound of each person.
  expect((await ana.post('/v1/chats', { temporary: true })).status).toBe(201);
});
