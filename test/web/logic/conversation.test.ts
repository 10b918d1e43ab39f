/** A conversation as the page holds it: what is on its way, what is told of, and what is read anew. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import { Conversation, forgetUnsent, sendUnsent } from '../../../src/web/chat/conversation.ts';
import { Drafts } from '../../../src/web/chat/device.ts';
import type { Entry } from '../../../src/web/chat/entry.ts';
import { type Asked, answerRequests, deviceStorage, signIn, signOut } from './page.ts';

const entry = (id: string, more: Partial<Entry> = {}): Entry =>
  ({ id, by: 'coda', kind: 'answer', text: `text of ${id}`, at: `2026-11-28T12:00:0${id}Z`, ...more }) as Entry;

let entries: Entry[] = [];
let fails: ((asked: Asked) => { status: number; body: unknown } | undefined) | undefined;
let asked: Asked[] = [];
let conversation: Conversation;
let storage: ReturnType<typeof deviceStorage>;

beforeEach(() => {
  signIn('2026-11-28T12:00:00Z');
  [entries, fails] = [[], undefined];
  asked = answerRequests((one) => {
    const failure = fails?.(one);
    if (failure) return failure;
    return one.method === 'POST' ? { body: {} } : { body: { entries, more: false, readOnly: false } };
  });
  storage = deviceStorage();
  conversation = new Conversation('main', new Drafts(storage, 'ana'));
});

afterEach(() => {
  conversation.close();
  signOut();
});

/** Opened, and read once. */
async function open(): Promise<void> {
  conversation.open();
  await vi.advanceTimersByTimeAsync(0);
}

test('what is said goes with its files, and stays below until coda has it', async () => {
  await open();
  entries = [entry('1', { by: 'you', kind: 'message' as Entry['kind'] })];
  const saying = conversation.say('buy bread', [new File(['x'], 'list.txt')]);
  expect(conversation.unsent.value).toMatchObject([{ text: 'buy bread', failure: undefined }]);
  expect(conversation.isBusy.value).toBe(true);
  await saying;
  const body = asked.find(({ method }) => method === 'POST')?.body ?? new FormData();
  expect([body.get('text'), body.get('conversation'), (body.get('file') as File).name]).toEqual([
    'buy bread',
    'main',
    'list.txt',
  ]);
  expect(conversation.unsent.value).toEqual([]);
  expect(conversation.entries.value.map(({ id }) => id)).toEqual(['1']);
});

test('a message that coda refuses says why, and is kept', async () => {
  await open();
  fails = ({ method }) =>
    method === 'POST' ? { status: 422, body: { detail: 'Too long.', remedy: 'Shorten it.' } } : undefined;
  await conversation.say('words', []);
  const [unsent] = conversation.unsent.value;
  expect(unsent).toMatchObject({ text: 'words', failure: 'Too long. Shorten it.', isAway: false });
  expect(conversation.isBusy.value).toBe(false);
  conversation.drop(unsent?.id ?? '');
  expect(conversation.unsent.value).toEqual([]);
});

test('without a connection it waits under its own id, which is another one after a refusal for haste', async () => {
  await open();
  fails = ({ method }) => {
    if (method === 'POST') throw new Error('no network');
    return undefined;
  };
  await conversation.say('words', [], { id: 'own' });
  expect(conversation.unsent.value).toMatchObject([{ id: 'own', isAway: true }]);
  fails = ({ method }) =>
    method === 'POST' ? { status: 429, body: { code: 'HTTP_TOO_FAST', detail: 'Wait.' } } : undefined;
  await conversation.say('words', [], { id: 'own' });
  expect(conversation.unsent.value).toHaveLength(1);
  expect(conversation.unsent.value[0]?.id).not.toBe('own');
});

test('words that were not sent in a conversation that is ended are sent by no page', async () => {
  await open();
  fails = ({ method }) => {
    if (method === 'POST') throw new Error('no network');
    return undefined;
  };
  await conversation.say('the xylophone', []);
  await conversation.say('the zither', []);
  conversation.dropAll();
  expect(conversation.unsent.value).toEqual([]);
  expect(new Drafts(storage, 'ana').messages('main')).toEqual([]);
  fails = undefined;
  const before = asked.length;
  conversation.close();
  sendUnsent(new Drafts(storage, 'ana'));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.slice(before).filter(({ method }) => method === 'POST')).toEqual([]);
});

test('a new conversation is none that failed', async () => {
  fails = () => ({ status: 404, body: { detail: 'There is none.' } });
  await open();
  expect(conversation.isLoaded.value).toBe(true);
  expect(conversation.failure.value).toBeUndefined();
});

test('earlier entries come above, each once', async () => {
  entries = [entry('3'), entry('4')];
  await open();
  entries = [entry('1'), entry('2'), entry('3')];
  await conversation.readEarlier();
  expect(conversation.entries.value.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
});

test('while an answer is made the page looks again, later each time, and stops when it is there', async () => {
  entries = [entry('1', { by: 'you', state: 'running' } as Partial<Entry>)];
  await open();
  expect(conversation.isBusy.value).toBe(true);
  const reads = () => asked.filter(({ method }) => method === 'GET').length;
  expect(reads()).toBe(1);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(reads()).toBe(2);
  entries = [entry('1', { by: 'you', state: 'done' } as Partial<Entry>), entry('2')];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reads()).toBe(3);
  expect(conversation.isBusy.value).toBe(false);
});

/** The conversation as a page has it that was loaded anew. */
async function reload(): Promise<void> {
  conversation.close();
  conversation = new Conversation('main', new Drafts(storage, 'ana'));
  await open();
}

test('a message that was on its way when the page went goes again, under its own id', async () => {
  await open();
  const posts = () => asked.filter(({ method }) => method === 'POST');
  fails = ({ method }) => {
    if (method === 'POST') throw new TypeError('Failed to fetch');
    return undefined;
  };
  await conversation.say('buy bread', []);
  const [before] = conversation.unsent.value;
  fails = undefined;
  await reload();
  await vi.advanceTimersByTimeAsync(0);
  expect(posts().map(({ body }) => body?.get('text'))).toEqual(['buy bread', 'buy bread']);
  expect(posts().map(({ key }) => key)).toEqual([before?.id, before?.id]);
  expect(conversation.unsent.value).toEqual([]);
  await reload();
  expect(posts()).toHaveLength(2);
});

test('files that went with the page are named, and their message waits for its person', async () => {
  await open();
  fails = ({ method }) => {
    if (method === 'POST') throw new TypeError('Failed to fetch');
    return undefined;
  };
  await conversation.say('look', [new File(['x'], 'list.txt')]);
  fails = undefined;
  await reload();
  expect(conversation.unsent.value).toMatchObject([
    { text: 'look', isAway: false, failure: 'Its files are gone with the page: list.txt.' },
  ]);
});

test('what is thrown away in the open conversation goes by nobody, also after the page has come back into sight', async () => {
  await open();
  fails = () => {
    throw new TypeError('Failed to fetch');
  };
  await conversation.say('not this', []);
  sendUnsent(conversation.drafts);
  await vi.advanceTimersByTimeAsync(0);
  fails = undefined;
  for (const { id } of conversation.unsent.value) conversation.drop(id);
  const before = asked.filter(({ method }) => method === 'POST').length;
  sendUnsent(conversation.drafts);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(before);
});

test('what coda has refused is not sent by a later page, which says why', async () => {
  await open();
  fails = ({ method }) => (method === 'POST' ? { status: 422, body: { detail: 'Too long.' } } : undefined);
  await conversation.say('very long', []);
  conversation.close();
  forgetUnsent();
  const before = asked.filter(({ method }) => method === 'POST').length;
  conversation = new Conversation('main', new Drafts(storage, 'ana'));
  await open();
  expect(conversation.unsent.value).toMatchObject([
    { text: 'very long', failure: expect.stringContaining('Too long.') },
  ]);
  expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(before);
});

test('what another tab has sent is on its way here no more', async () => {
  const stored = { id: 'm1', text: 'hello', at: '2026-11-28T11:59:59Z', fileNames: ['list.txt'] };
  new Drafts(storage, 'ana').keepMessage('main', stored);
  conversation = new Conversation('main', new Drafts(storage, 'ana'));
  await open();
  expect(conversation.unsent.value).toMatchObject([{ failure: expect.stringContaining('list.txt') }]);
  new Drafts(storage, 'ana').dropMessage('main', 'm1');
  conversation.sendAgain();
  expect(conversation.unsent.value).toEqual([]);
});

test('what is said right after a model was chosen waits for the choice, also where that is refused', async () => {
  await open();
  const choice = deferred<{ status: number; body: unknown }>();
  asked = answerRequests(({ method }) => (method === 'PATCH' ? choice.promise : { body: { entries, more: false } }));
  const choosing = conversation.chooseModel('claude/big');
  const saying = conversation.say('a plan', []);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.map(({ method }) => method)).toEqual(['PATCH']);
  expect(conversation.unsent.value).toMatchObject([{ text: 'a plan', failure: undefined }]);
  choice.resolve({ status: 422, body: { detail: 'That model is not allowed.' } });
  await expect(choosing).rejects.toThrow('not allowed');
  await saying;
  expect(asked.map(({ method }) => method).slice(0, 2)).toEqual(['PATCH', 'POST']);
});
