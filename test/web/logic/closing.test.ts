/** A tab that is closed while something is sent. */
import { afterEach, expect, test, vi } from 'vitest';
import { api } from '../../../src/web/api/client.ts';
import { signOut } from './page.ts';

afterEach(signOut);

test('a change goes out although its tab is closed; what is long, or only read, needs the tab', async () => {
  const outlasting: [string, boolean][] = [];
  vi.stubGlobal('fetch', async ({ method, keepalive }: Request) => {
    outlasting.push([method, keepalive]);
    return new Response('{}', { headers: { 'content-type': 'application/json' } });
  });
  const params = { path: { id: 'c1' } };
  await api.PATCH('/v1/chats/{id}', { params, body: { title: 'The ladder' } });
  await api.DELETE('/v1/chats/{id}', { params });
  await api.GET('/v1/chats');
  await api.PATCH('/v1/notes/{id}', { params, body: { text: 'x'.repeat(70_000) } });
  expect(outlasting).toEqual([
    ['PATCH', true],
    ['DELETE', true],
    ['GET', false],
    ['PATCH', false],
  ]);
});
