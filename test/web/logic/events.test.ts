/** The stream of events: what a page hears of it, and when it reads everything anew. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectionLost, listen, onEvent, online, onSessionEnd, stopListening } from '../../../src/web/api/events.ts';
import { answerRequests, signIn, signOut } from './page.ts';

/** The browser's stream: what comes is told by the test. */
class FakeStream extends EventTarget {
  static readonly CLOSED = 2;
  static all: FakeStream[] = [];
  readyState = 1;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeStream.all.push(this);
  }

  close(): void {
    this.readyState = FakeStream.CLOSED;
  }

  tell(name: string, event: unknown): void {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(event) }));
  }

  /** Loses the connection; `isOver`: the browser does not try again. */
  fail(isOver: boolean): void {
    if (isOver) this.close();
    this.dispatchEvent(new Event('error'));
  }
}

const last = (): FakeStream => FakeStream.all.at(-1) as FakeStream;
let heard: string[] = [];
let stops: (() => void)[] = [];

beforeEach(() => {
  signIn('2026-11-28T12:00:00Z');
  vi.stubGlobal('EventSource', FakeStream);
  vi.stubGlobal('document', { hidden: false });
  FakeStream.all = [];
  heard = [];
  onSessionEnd(() => heard.push('ended'));
  stops = [onEvent('ready', () => heard.push('ready')), onEvent('changed', ({ what }) => heard.push(what))];
});

afterEach(() => {
  stopListening();
  for (const stop of stops) stop();
  online.value = true;
  signOut();
});

test('each event goes to those who listen, until they stop', () => {
  listen('ana');
  last().tell('ready', {});
  last().tell('changed', { what: 'notes' });
  stops[1]?.();
  last().tell('changed', { what: 'tasks' });
  expect(heard).toEqual(['ready', 'notes']);
});

test('a page that nobody sees holds no stream', () => {
  vi.stubGlobal('document', { hidden: true });
  listen('ana');
  expect(FakeStream.all).toEqual([]);
});

test('a stream that ends while coda is there begins anew, and nobody is told of a loss', async () => {
  answerRequests(() => ({ body: {} }));
  listen('ana');
  await vi.advanceTimersByTimeAsync(600_000);
  const first = last();
  first.fail(true);
  await vi.advanceTimersByTimeAsync(0);
  expect([FakeStream.all.length, online.value]).toEqual([2, true]);
  first.tell('changed', { what: 'notes' });
  expect(heard).toEqual([]);
});

test('a stream that ends as soon as it begins is not begun over and over', async () => {
  answerRequests(() => ({ body: {} }));
  listen('ana');
  for (let round = 0; round < 5; round++) {
    last().fail(true);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(FakeStream.all.length).toBeLessThanOrEqual(3);
});

test('a lost connection is said at once, tried again, and gone with the next event', async () => {
  let isThere = false;
  answerRequests(() => {
    if (!isThere) throw new TypeError('Failed to fetch');
    return { body: {} };
  });
  listen('ana');
  last().fail(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(online.value).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([FakeStream.all.length, online.value]).toEqual([1, false]);
  isThere = true;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(FakeStream.all).toHaveLength(2);
  last().tell('ready', {});
  expect(online.value).toBe(true);
  expect(heard).toEqual(['ready']);
});

test('a request that does not come through says that the connection is lost', async () => {
  answerRequests(() => ({ body: {} }));
  listen('ana');
  connectionLost();
  expect(online.value).toBe(false);
  await vi.advanceTimersByTimeAsync(4_000);
  last().tell('ready', {});
  expect([online.value, heard]).toEqual([true, ['ready']]);
});

test('the end of the session is told, and not tried again', async () => {
  answerRequests(() => ({ status: 401, body: {} }));
  onSessionEnd(() => {
    heard.push('ended');
    stopListening();
  });
  listen('ana');
  last().fail(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(heard).toEqual(['ended']);
  expect(FakeStream.all).toHaveLength(1);
});
