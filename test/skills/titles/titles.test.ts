import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { titleFrom } from '../../../src/skills/titles/index.ts';
import { type Browser, Programs } from '../../adapters/http/support.ts';
import { eventually } from '../../support/eventually.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';

const server = await modelServer();
let programs: Programs;
let ana: Browser;

beforeAll(async () => {
  programs = await Programs.begin({ config: { ...modelConfig(server), 'memory.auto': 'off' } });
  await programs.coda.person('ana').says('hello');
  ana = await programs.browser('ana');
});
beforeEach(() => programs.coda.passes({ minutes: 5 }));
afterAll(() => programs[Symbol.asyncDispose]());

const NAMING = 'Write a title';
const naming = () => server.requests.filter(({ text }) => text.includes(NAMING));
const say = (text: string, conversation: string, more: object = {}) =>
  ana.send('POST', '/v1/messages', { text, conversation, ...more });
const title = async (chat: string) =>
  (await ana.get<{ chats: { id: string; title: string }[] }>('/v1/chats')).chats.find(({ id }) => id === chat)?.title;
const names = (text: string, more: { fault?: 'held' } = {}) => server.play({ when: { model: 'small' }, text, ...more });
const jobsLeft = () => programs.coda.count(`jobs where kind = 'titles.name' and state in ('pending', 'running')`);
const settled = async () => {
  await programs.coda.app.whenSettled();
  expect(await eventually(async () => (await jobsLeft()) === 0)).toBe(true);
};

test('the light model names a conversation after its first answer, once, and it is counted', async () => {
  names('"A Dinner for *Four*."');
  await say('plan a dinner for four people without nuts', 'dinner');
  await settled();
  expect(await title('dinner')).toBe('A Dinner for Four');
  expect(naming().at(-1)?.body.model).toBe('small');
  expect(await programs.coda.count(`usage where purpose = 'title'`)).toBe(1);
  const before = naming().length;
  await say('and a dessert', 'dinner');
  await settled();
  expect(naming().length).toBe(before);
});

test('a title of the person’s own stays, also one that they gave meanwhile', async () => {
  names('The Model’s', { fault: 'held' });
  await say('what shall we sing', 'songs');
  await eventually(() => naming().length > 0);
  await ana.send('PATCH', '/v1/chats/songs', { title: 'My songs' });
  server.release();
  await settled();
  expect(await title('songs')).toBe('My songs');
});

test('what a model could not name is called by its first words, also a command and a file', async () => {
  names('   \n \u200b ');
  await say('where is the key', 'key');
  await settled();
  expect(await title('key')).toBe('where is the key');
  await say('/note the warranty of the washer', 'washer');
  expect(await title('washer')).toBe('Note: the warranty of the washer');
  await say('', 'bill', { files: [{ name: 'bill.txt', content_type: 'text/plain', data: 'YQ==' }] });
  await settled();
  expect(await title('bill')).not.toBe('');
});

test('the first conversation keeps the name of coda, and a terminal’s or a program’s has no title', async () => {
  const before = naming().length;
  await say('hello there', 'main');
  await programs.say('hello there', { conversation: 'lights' });
  await settled();
  expect(naming().length).toBe(before);
});

test('a temporary conversation is never named', async () => {
  const { id } = await ana.send<{ id: string }>('POST', '/v1/chats', { temporary: true });
  const before = naming().length;
  await say('what may nobody know', id);
  await settled();
  expect(naming().length).toBe(before);
});

test('a conversation that is deleted while it is named gets no title of what was said', async () => {
  names('The Secret', { fault: 'held' });
  await say('the secret is 4711', 'secret');
  await eventually(() => naming().some(({ text }) => text.includes('4711')));
  await ana.fetch('DELETE', '/v1/chats/secret');
  server.release();
  await settled();
  expect(await programs.coda.count(`conversations where title like '%Secret%'`)).toBe(0);
});

test('where the budget is used up the answer stands, and first words name the conversation', async () => {
  await using poor = await Programs.begin({ config: modelConfig(server, { budgets: { person: { day: 0.000_001 } } }) });
  const own = await poor.browser();
  const before = naming().length;
  await own.send('POST', '/v1/messages', { text: 'count the stars', conversation: 'stars' });
  await poor.coda.passes({ minutes: 1 });
  await own.send('POST', '/v1/messages', { text: 'count them again', conversation: 'stars' });
  await poor.coda.app.whenSettled();
  expect(naming().length).toBe(before);
  const { chats } = await own.get<{ chats: { title: string }[] }>('/v1/chats');
  expect(chats.map((chat) => chat.title)).toEqual(['count the stars']);
});

test.each([
  ['Title: The Party', 'The Party'],
  ['<b onload="x">Cake</b>', 'b onload="x" Cake /b'],
  ['\n\n# Plans\nand more', 'Plans'],
  ['\u202egnirts\u202c a\u200bb\u0007c', 'gnirts abc'],
  ['“Zitronenkuchen”', 'Zitronenkuchen'],
  ['…!?', undefined],
  ['', undefined],
])('a title is one plain line: %j', (given, expected) => {
  expect(titleFrom(given)).toBe(expected);
});

test('a title of ten megabytes is cut, whatever it holds', () => {
  for (const piece of ['a', ' ', '\u202e', '\n', '"', '[']) {
    const text = titleFrom(piece.repeat(10_000_000)) ?? '';
    expect(text.length).toBeLessThanOrEqual(60);
  }
});
