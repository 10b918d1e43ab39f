import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ModelError } from '../../../src/agent/index.ts';
import { deferred } from '../../../src/base/async.ts';
import { eventually } from '../../support/eventually.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { BrowserChat } from './places-support.ts';
import { type Browser, Programs } from './support.ts';

interface Entry {
  id: string;
  by: 'you' | 'assistant';
  text: string;
  state?: string;
  replyTo?: string;
  again?: true;
  versions?: string[];
  version?: number;
  ofVersion?: number;
  buttons?: { id: string; label: string }[];
  files?: { name: string }[];
}

let held = deferred<void>();
let count = 0;
const model = new ScriptedModel((request) => {
  const said = lastSaid(request);
  if (request.messages.at(-1)?.role !== 'user') return ['It is noted.'];
  const isFirst = !JSON.stringify(request.messages).includes('Asked again');
  if (said.includes('look up')) return [{ call: 'conversation_search', input: { words: 'comets' } }];
  if (said.includes('note it') && isFirst) return [{ call: 'note_save', input: { text: 'the key is with Anna' } }];
  if (said.includes('slow') && !isFirst) return [{ hold: held }, 'slow at last'];
  if (said.includes('fail') && isFirst) return [{ fails: new ModelError('refused', 'no') }];
  return [`answer ${++count} to ${said.split('\n')[0]}`];
});
let programs: Programs;
let ana: Browser;
let bob: Browser;

beforeAll(async () => {
  model.takesFiles = true;
  programs = await Programs.begin({ model });
  await programs.coda.person('ana').says('hello');
  await programs.coda.person('bob', { role: 'member' }).says('hello');
  ana = await programs.browser('ana');
  bob = await programs.browser('bob');
});
beforeEach(async () => {
  await programs.coda.passes({ minutes: 5 });
  held = deferred<void>();
});
afterAll(() => programs[Symbol.asyncDispose]());

const say = (text: string, conversation: string, more: object = {}) =>
  ana.send('POST', '/v1/messages', { text, conversation, ...more });
const entries = async (chat: string) => (await ana.get<{ entries: Entry[] }>(`/v1/chats/${chat}/entries`)).entries;
const texts = async (chat: string) => (await entries(chat)).map(({ text }) => text);
const question = async (chat: string) => (await entries(chat)).findLast(({ by }) => by === 'you') as Entry;
const ask = (chat: string, message: string, who = ana, key?: string) =>
  who.fetch('POST', `/v1/chats/${chat}/again`, { message }, key === undefined ? {} : { 'Idempotency-Key': key });
const again = async (chat: string) => {
  await programs.coda.passes({ seconds: 1 });
  const answer = await ask(chat, (await question(chat)).id);
  expect(answer.status).toBe(202);
  await programs.coda.app.whenSettled();
  expect(await eventually(async () => (await question(chat)).state !== 'running')).toBe(true);
};
const show = (chat: string, message: string | undefined, who = ana) =>
  who.fetch('POST', `/v1/chats/${chat}/version`, { message });
const history = () => JSON.stringify(model.requests.at(-1)?.messages);

test('asked again, an answer gets another version in its place, and each can be looked at', async () => {
  await say('tell me of stars', 'stars');
  const [first] = (await texts('stars')).slice(1);
  await again('stars');
  const [asked, second, ...more] = await entries('stars');
  expect(more).toEqual([]);
  expect(second?.text).not.toBe(first);
  expect(second?.replyTo).toBe(asked?.id);
  expect(asked).toMatchObject({ text: 'tell me of stars', version: 2, state: 'done', again: true });
  expect(asked?.versions).toHaveLength(2);
  expect((await show('stars', asked?.versions?.[0])).status).toBe(200);
  expect(await texts('stars')).toEqual(['tell me of stars', first]);
  expect(await question('stars')).toMatchObject({ version: 1 });
});

test('the model is told the version that is shown, and no other', async () => {
  await say('tell me of moons', 'moons');
  await again('moons');
  const [, second] = await texts('moons');
  await say('go on', 'moons');
  expect(history()).toContain(second);
  expect(history().match(/tell me of moons/g)).toHaveLength(2);
  const { versions = [] } = (await entries('moons'))[0] as Entry;
  await show('moons', versions[0]);
  const [, first] = await texts('moons');
  expect(first).not.toBe(second);
  await say('and on', 'moons');
  expect(history()).toContain(first);
  expect(history()).not.toContain(second);
});

test('only the version that is shown is found by a search; another one that is chosen is found instead', async () => {
  await say('tell me of comets', 'comets');
  await again('comets');
  const [asked, second] = await entries('comets');
  const looked = async (conversation: string) => {
    await say('look up comets', conversation);
    // Behind it the conversation may be named by a model.
    return JSON.stringify(model.requests.findLast(({ messages }) => messages.at(-1)?.role === 'tool')?.messages);
  };
  await show('comets', asked?.versions?.[0]);
  const [, first] = await texts('comets');
  expect(first).not.toBe(second?.text);
  const before = await looked('looking');
  expect([before.includes(first ?? '?'), before.includes(second?.text ?? '?')]).toEqual([true, false]);
  await show('comets', asked?.versions?.[1]);
  const after = await looked('looking-again');
  expect([after.includes(first ?? '?'), after.includes(second?.text ?? '?')]).toEqual([false, true]);
});

test('versions survive a restart, and another device shows the same one', async () => {
  await say('tell me of suns', 'suns');
  await again('suns');
  await again('suns');
  await show('suns', (await question('suns')).versions?.[1]);
  const before = await texts('suns');
  await programs.coda.restart();
  ana = await programs.browser('ana');
  bob = await programs.browser('bob');
  expect(await texts('suns')).toEqual(before);
  expect(await question('suns')).toMatchObject({ version: 2 });
  const other = await BrowserChat.signIn(programs, 'ana');
  await other.open();
  await show('suns', (await question('suns')).versions?.[0]);
  const hears = () => other.events.some(({ name, data }) => name === 'changed' && data.what === 'conversations');
  expect(await eventually(hears)).toBe(true);
  other.close();
});

test('what an answer did is done once, is told to the version after it, and keeps its Undo', async () => {
  await say('note it down', 'notes');
  const notes = () => programs.coda.count(`notes where text like '%key is with Anna%' and deleted_at is null`);
  expect(await notes()).toBe(1);
  await again('notes');
  expect(await notes()).toBe(1);
  expect(history()).toContain('note_save');
  expect(history()).toContain('do none of it again');
  const did = (await entries('notes')).find(({ ofVersion }) => ofVersion === 1);
  const undo = did?.buttons?.find(({ label }) => label.startsWith('Undo'));
  await ana.send('POST', `/v1/buttons/${undo?.id}`, { values: {} });
  await programs.coda.app.whenSettled();
  expect(await notes()).toBe(0);
  expect((await entries('notes')).some(({ ofVersion }) => ofVersion !== undefined)).toBe(false);
});

test('what failed is asked again in its place, and so is what came with a file', async () => {
  await say('please fail', 'faults');
  await again('faults');
  expect((await texts('faults'))[1]).toMatch(/^answer \d+ to please fail/);
  await say('read this', 'file', {
    files: [{ name: 'list.txt', content_type: 'text/plain', data: Buffer.from('milk and eggs').toString('base64') }],
  });
  await again('file');
  expect(history()).toContain('milk and eggs');
  expect((await question('file')).files?.map(({ name }) => name)).toEqual(['list.txt']);
});

test('only what was said last is asked again, and no command', async () => {
  await say('tell me of ducks', 'ducks');
  const { id } = await question('ducks');
  await say('and of geese', 'ducks');
  expect((await ask('ducks', id)).status).toBe(409);
  await say('/note a duck', 'ducks');
  const last = await question('ducks');
  expect(last.again).toBeUndefined();
  expect((await ask('ducks', last.id)).status).toBe(409);
  expect((await ask('ducks', 'nothing')).status).toBe(409);
  expect((await ask('nowhere', id)).status).toBe(404);
});

test('while an answer is made, none is asked again and none is chosen; two who ask at once get one', async () => {
  await say('be slow', 'slow');
  const { id } = await question('slow');
  const statuses = await Promise.all([1, 2, 3].map(async () => (await ask('slow', id)).status));
  expect(statuses.sort()).toEqual([202, 409, 409]);
  expect(await question('slow')).toMatchObject({ state: 'running', version: 2 });
  expect((await ask('slow', id)).status).toBe(409);
  expect((await show('slow', id)).status).toBe(409);
  held.resolve();
  expect(await eventually(async () => (await texts('slow'))[1] === 'slow at last')).toBe(true);
  expect((await question('slow')).versions).toHaveLength(2);
});

test('a request that is sent again under one key, also at once, makes one version', async () => {
  await say('tell me of cats', 'cats');
  const { id } = await question('cats');
  const answers = await Promise.all([1, 2, 3, 4].map(() => ask('cats', id, ana, 'once')));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  await programs.coda.app.whenSettled();
  expect(await eventually(async () => (await question('cats')).state === 'done')).toBe(true);
  expect((await ask('cats', id, ana, 'once')).status).toBe(202);
  expect((await question('cats')).versions).toHaveLength(2);
});

test('nobody asks again, or chooses, in a conversation of somebody else', async () => {
  await say('tell me of secrets', 'hers');
  await again('hers');
  const { id, versions = [] } = await question('hers');
  const { rows } = await programs.coda
    .database()
    .read<{ id: string }>(`select id from conversations where channel like '%/hers'`);
  await bob.send('POST', '/v1/messages', { text: 'tell me of bikes', conversation: 'his' });
  const requests = model.requests.length;
  for (const chat of ['hers', rows[0]?.id ?? '', 'his']) {
    expect((await ask(chat, id, bob)).status, chat).toBeGreaterThanOrEqual(404);
    expect((await show(chat, versions[0], bob)).status, chat).toBeGreaterThanOrEqual(404);
  }
  expect(model.requests.length).toBe(requests);
  expect(await question('hers')).toMatchObject({ version: 2 });
});

test('a conversation that is deleted leaves nothing of its versions', async () => {
  await say('tell me of lies', 'lies');
  await again('lies');
  await ana.fetch('DELETE', '/v1/chats/lies');
  expect(
    await programs.coda.count(`answer_versions v join conversations c on c.id = v.conversation_id
    where c.channel like '%/lies'`),
  ).toBe(0);
  for (const table of ['inbox where payload', 'outbox where content', 'messages where content'])
    expect(await programs.coda.count(`${table}::text like '%tell me of lies%'`), table).toBe(0);
});

test('without a model nothing is asked again, so that nothing is done twice', async () => {
  await using alone = await Programs.begin();
  const own = await alone.browser();
  await own.send('POST', '/v1/messages', { text: 'remind me tomorrow at 9 to call mum', conversation: 'plain' });
  const { entries: all } = await own.get<{ entries: Entry[] }>('/v1/chats/plain/entries');
  expect(all[0]?.again).toBeUndefined();
  expect(await own.status('POST', '/v1/chats/plain/again', { message: all[0]?.id })).toBe(422);
  expect(await alone.coda.count('reminders')).toBe(1);
});

test('where inbox and outbox keep them no more, the version that was shown stays, for the page and the model', async () => {
  let answers = 0;
  const own = new ScriptedModel((request) => [`answer ${++answers} to ${lastSaid(request)}`]);
  await using old = await Programs.begin({ model: own, config: { 'retention.days': 3 } });
  const conversation = 'old';
  let page = await old.browser();
  const shown = async () => (await page.get<{ entries: Entry[] }>('/v1/chats/old/entries')).entries;
  await page.send('POST', '/v1/messages', { text: 'tell me of snow', conversation });
  const [first] = await shown();
  await page.send('POST', '/v1/chats/old/again', { message: first?.id });
  await old.coda.app.whenSettled();
  expect(await eventually(async () => (await shown())[0]?.state === 'done')).toBe(true);
  await page.send('POST', '/v1/chats/old/version', { message: first?.id });
  await old.coda.passes({ days: 10 });
  page = await old.browser();
  expect(await old.coda.count('inbox')).toBe(0);
  expect((await shown()).map(({ text }) => text)).toEqual(['tell me of snow', 'answer 1 to tell me of snow']);
  await page.send('POST', '/v1/messages', { text: 'go on', conversation });
  const told = JSON.stringify(own.requests.at(-1)?.messages);
  expect([told.includes('answer 1 to'), told.includes('answer 2 to')]).toEqual([true, false]);
});

test('a conversation that is deleted while it is asked again stays deleted, without a word of it', async () => {
  await say('tell me slow tales of wombats', 'wombats');
  await programs.coda.passes({ seconds: 1 });
  expect((await ask('wombats', (await question('wombats')).id)).status).toBe(202);
  expect(
    await eventually(() =>
      model.requests.some(
        ({ messages }) =>
          JSON.stringify(messages).includes('Asked again') && JSON.stringify(messages).includes('wombats'),
      ),
    ),
  ).toBe(true);
  expect((await ana.fetch('DELETE', '/v1/chats/wombats')).status).toBe(204);
  held.resolve();
  await programs.coda.app.whenSettled();
  expect(await entries('wombats')).toEqual([]);
  expect(
    await programs.coda.count(`answer_versions v join conversations c on c.id = v.conversation_id
    where c.channel like '%/wombats'`),
  ).toBe(0);
  for (const table of ['inbox where payload', 'outbox where content', 'messages where content', 'steps where payload'])
    expect(await programs.coda.count(`${table}::text like '%wombats%'`), table).toBe(0);
  const { chats } = await ana.get<{ chats: { id: string }[] }>('/v1/chats');
  expect(chats.map(({ id }) => id)).not.toContain('wombats');
});
