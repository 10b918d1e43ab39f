/** A page without a browser: somebody is signed in, and requests are answered by a function. */
import { vi } from 'vitest';
import { setClock } from '../../../src/web/app/clock.ts';
import { type Me, me } from '../../../src/web/app/session.ts';

/** Signs Ana in at an instant that stands still. */
export function signIn(
  now: string,
  { zone = 'Europe/Berlin', locale = 'en' as string | null, hours = 24 as 12 | 24 } = {},
): void {
  vi.useFakeTimers({ now: new Date(now), toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  setClock(now);
  me.value = { person: { id: 'ana', name: 'Ana', zone, locale, hours }, scopes: [], platforms: {} } as unknown as Me;
}

/** With a timer that does not run by itself, and nothing of it left for other suites. */
export function signOut(): void {
  me.value = undefined;
  vi.useRealTimers();
  vi.unstubAllGlobals();
}

/** What a browser keeps for a page, in memory. */
export function deviceStorage() {
  const values = new Map<string, string>();
  return {
    get length() {
      return values.size;
    },
    key: (index: number) => [...values.keys()][index] ?? null,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, text: string) => void values.set(key, text),
    removeItem: (key: string) => void values.delete(key),
  };
}

export interface Asked {
  method: string;
  path: string;
  body: FormData | undefined;
  /** Its Idempotency-Key. */
  key: string | undefined;
}

interface Answered {
  status?: number;
  body: unknown;
}

/** Answers each request of the page; a value that is thrown is a lost connection. */
export function answerRequests(answer: (asked: Asked) => Answered | Promise<Answered>): Asked[] {
  const all: Asked[] = [];
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('fetch', async (request: Request | string, init: RequestInit = {}) => {
    const { url, method } = typeof request === 'string' ? { url: request, method: init.method ?? 'GET' } : request;
    const asked = {
      method,
      path: new URL(url, 'http://coda.test').pathname,
      body: init.body instanceof FormData ? init.body : undefined,
      key: new Headers(init.headers).get('Idempotency-Key') ?? undefined,
    };
    all.push(asked);
    const { status = 200, body } = await answer(asked);
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
  });
  return all;
}
