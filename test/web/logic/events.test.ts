/** The stream of events: what a page hears of it, and when it reads everything anew. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { listen, onEvent, online, stopListening } from '../../../src/web/api/events.ts';
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
  stops = [onEvent('ready', () => heard.push('ready')), onEvent('changed', ({ what }) => heard.push(what))];
});

afterEach(() => {
  stopListening();
  for (const stop of stops) stop();
  online.value = true;
  signOut();
});

test('each event goes to those who listen, until they stop', () => {
  listen(() => heard.push('refused'));
  last().tell('ready', {});
  last().tell('changed', { what: 'notes' });
  stops[1]?.();
  last().tell('changed', { what: 'tasks' });
  expect(heard).toEqual(['ready', 'notes']);
});

test('a page that nobody sees says so', () => {
  vi.stubGlobal('document', { hidden: true });
  listen(() => {});
  expect(last().url).toBe('/v1/events?seen=false');
});

test('a lost connection is shown, and gone with the next event', () => {
  listen(() => {});
  last().fail(false);
  expect(online.value).toBe(false);
  last().tell('ready', {});
  expect(online.value).toBe(true);
  expect(heard).toEqual(['ready']);
});

test('a stream that is over begins again, and its late events are nobody’s', async () => {
  answerRequests(() => ({ body: {} }));
  listen(() => heard.push('refused'));
  const first = last();
  first.fail(true);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(FakeStream.all).toHaveLength(2);
  first.tell('changed', { what: 'notes' });
  expect(heard).toEqual([]);
});

test('the end of the session is told, and not tried again', async () => {
  answerRequests(() => ({ status: 401, body: {} }));
  listen(() => heard.push('refused'));
  last().fail(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(heard).toEqual(['refused']);
  expect(FakeStream.all).toHaveLength(1);
});
