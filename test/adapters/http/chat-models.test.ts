import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { BrowserChat } from './places-support.ts';
import { type Browser, Programs } from './support.ts';

const server = await modelServer();

interface Choice {
  chosen: string | null;
  answers: string | null;
  set: string | null;
  gone?: string;
  thinks?: true;
  choices: string[];
}

let programs: Programs;
let ana: Browser;
let bob: Browser;

beforeAll(async () => {
  programs = await Programs.begin({ config: modelConfig(server, { choices: ['claude/small', 'gpt/other'] }) });
  await programs.coda.person('ana').says('hello');
  await programs.coda.person('bob', { role: 'member' }).says('hello');
  ana = await programs.browser('ana');
  bob = await programs.browser('bob');
});
beforeEach(() => programs.coda.passes({ minutes: 5 }));
afterAll(() => programs[Symbol.asyncDispose]());

const say = (who: Browser, text: string, conversation: string) =>
  who.send('POST', '/v1/messages', { text, conversation });
const choice = (who: Browser, chat: string) => who.get<Choice>(`/v1/chats/${chat}/model`);
const choose = (who: Browser, chat: string, model: unknown) => who.fetch('PATCH', `/v1/chats/${chat}`, { model });
/** The model that was asked last, but for titles. */
const asked = () => server.requests.findLast(({ text }) => !text.includes('Write a title'))?.body.model;

test('the model that is chosen for a conversation answers there, from its first word on, and nowhere else', async () => {
  expect(await (await choose(ana, 'plan', 'gpt/other')).json()).toMatchObject({ model: 'gpt/other' });
  expect((await ana.get<{ chats: { id: string }[] }>('/v1/chats')).chats.map(({ id }) => id)).not.toContain('plan');
  await say(ana, 'plan the party', 'plan');
  expect(asked()).toBe('other');
  await say(ana, 'hello', 'elsewhere');
  expect(asked()).toBe('main');
  const { entries } = await ana.get<{ entries: { by: string; work?: { model?: string } }[] }>('/v1/chats/plan/entries');
  expect(entries.find(({ by }) => by === 'you')?.work?.model).toBe('gpt/other');
  expect(await choice(ana, 'plan')).toMatchObject({ chosen: 'gpt/other', answers: 'gpt/other', set: 'claude/main' });
  await choose(ana, 'plan', null);
  await say(ana, 'and the cake', 'plan');
  expect(asked()).toBe('main');
});

test('the page and /model choose the same, and what is chosen last holds', async () => {
  await say(ana, '/model claude/small', 'same');
  expect(await choice(ana, 'same')).toMatchObject({ chosen: 'claude/small' });
  await say(ana, '/think on', 'same');
  expect(await choice(ana, 'same')).toMatchObject({ answers: 'claude/big', thinks: true });
  await choose(ana, 'same', 'gpt/other');
  expect(await choice(ana, 'same')).toMatchObject({ chosen: 'gpt/other', answers: 'gpt/other' });
  expect(JSON.stringify(await say(ana, '/model', 'same'))).toContain('`gpt/other` answers here');
});

test('members choose what the owner lets everybody choose; an owner also what the configuration names', async () => {
  expect((await choice(bob, 'mine')).choices).toEqual(['claude/small', 'gpt/other']);
  expect((await choice(ana, 'mine')).choices).toEqual(['claude/main', 'claude/small', 'claude/big', 'gpt/other']);
  expect((await choose(bob, 'mine', 'gpt/other')).status).toBe(200);
  expect((await choose(ana, 'mine', 'claude/big')).status).toBe(200);
});

test('a member who asks for the dear model does not get it, by the page, by /model or by /think', async () => {
  const refused = await choose(bob, 'dear', 'claude/big');
  expect([refused.status, JSON.stringify(await refused.json())]).toEqual([422, expect.not.stringContaining('big')]);
  expect(JSON.stringify(await say(bob, '/model claude/big', 'dear'))).toContain('I know no model');
  expect(JSON.stringify(await say(bob, '/think on', 'dear'))).toContain('has not said that everybody may');
  await say(bob, 'hello', 'dear');
  expect(asked()).toBe('main');
});

test('a name that is no model, is too long or holds markup is refused, and nothing is kept of it', async () => {
  for (const [name, status] of [
    ['claude/../../x y', 422],
    ['<img src=x onerror=alert(1)>', 422],
    ['nobody/knows', 422],
    ['', 400],
    ['x'.repeat(100_000), 400],
    [['claude/small'], 400],
  ] as const)
    expect((await choose(bob, 'odd', name)).status, String(name).slice(0, 30)).toBe(status);
  expect(await choice(bob, 'odd')).toMatchObject({ chosen: null, answers: 'claude/main' });
  expect(await programs.coda.count(`conversations where channel like '%/odd'`)).toBe(0);
});

test('a conversation of somebody else is neither looked at nor changed', async () => {
  await choose(ana, 'hers', 'claude/small');
  await say(ana, 'hello', 'hers');
  const { rows } = await programs.coda
    .database()
    .read<{ id: string }>(`select id from conversations where channel like '%/hers'`);
  for (const id of ['hers', rows[0]?.id ?? '']) {
    expect(await choice(bob, id)).toMatchObject({ chosen: null });
    await choose(bob, id, 'gpt/other');
  }
  expect(await choice(ana, 'hers')).toMatchObject({ chosen: 'claude/small' });
});

test('the model of a conversation elsewhere is not chosen here, and it stays in the list', async () => {
  const listed = async () => (await ana.get<{ chats: { id: string; place?: object }[] }>('/v1/chats')).chats;
  const elsewhere = (await listed()).find(({ place }) => place);
  expect(elsewhere).toBeDefined();
  expect((await choose(ana, elsewhere?.id ?? '', 'gpt/other')).status).toBe(404);
  expect(await listed()).toContainEqual(elsewhere);
});

test('a choice that is gone is said, and the model that is set answers', async () => {
  await choose(bob, 'gone', 'gpt/other');
  const keep = (model: string) =>
    programs.coda
      .database()
      .run('test', `update conversations set settings = settings || $1 where channel like '%/gone'`, [
        JSON.stringify({ model }),
      ]);
  for (const model of ['former/model', 'claude/big']) {
    await keep(model);
    expect(await choice(bob, 'gone')).toMatchObject({ chosen: null, gone: model, answers: 'claude/main' });
    await say(bob, 'hello', 'gone');
    expect(asked()).toBe('main');
    expect(JSON.stringify(await say(bob, '/model', 'gone'))).toContain('can no longer be asked');
  }
});

test('an open page hears that another model was chosen elsewhere', async () => {
  const chat = await BrowserChat.signIn(programs, 'ana');
  await chat.open();
  await choose(ana, 'plan', 'claude/small');
  const heard = () => chat.events.some(({ name, data }) => name === 'changed' && data.what === 'conversations');
  expect(await eventually(heard)).toBe(true);
  chat.close();
});

test('temporary conversations without a word are none that only a choice has begun', async () => {
  for (let at = 0; at < 50; at++)
    expect((await bob.fetch('POST', '/v1/chats', { temporary: true })).status, `${at}`).toBe(201);
  expect((await choose(bob, 'after', 'gpt/other')).status).toBe(200);
});

test('conversations that only a choice has begun are bounded', async () => {
  const statuses: number[] = [];
  for (let at = 0; at < 60; at++) statuses.push((await choose(bob, `empty-${at}`, 'gpt/other')).status);
  expect(new Set(statuses)).toEqual(new Set([200, 422]));
  expect(await programs.coda.count(`conversations where channel like '%/empty-%'`)).toBeLessThanOrEqual(50);
});
