import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as bodyOf } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Service, type ServiceWatch } from '../../src/egress/index.ts';
import { remoteEmbedder } from '../../src/vectors/index.ts';

/** A service that the owner has named, which sends on to `to`, and another one inside. */
let named: Server;
let inside: Server;
let heard: string[] = [];
let to: { status: number; location: string };

const origin = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function note(where: string, request: IncomingMessage): Promise<void> {
  const { method, url, headers } = request;
  heard.push(`${where} ${method} ${url} ${headers.authorization ?? 'no key'} ${await bodyOf(request)}`);
}

function answer(response: ServerResponse): void {
  response.setHeader('content-type', 'application/json').end('{"data":[{"index":0,"embedding":[1,0]}]}');
}

beforeAll(async () => {
  named = createServer(async (request, response) => {
    await note('named', request);
    if (request.url?.startsWith('/moved')) return answer(response);
    response.writeHead(to.status, { location: to.location }).end();
  }).listen(0, '127.0.0.1');
  inside = createServer(async (request, response) => {
    await note('inside', request);
    answer(response);
  }).listen(0, '127.0.0.1');
  await Promise.all([once(named, 'listening'), once(inside, 'listening')]);
});
beforeEach(() => {
  heard = [];
});
afterAll(() => {
  for (const server of [named, inside]) {
    server.closeAllConnections();
    server.close();
  }
});

const watch: ServiceWatch = { onStop: () => {}, beat: () => {} };
const { signal } = new AbortController();

/** The ways in which what a person said goes to a model's service. */
const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  'an answer': async () =>
    (
      await new Service(origin(named), { authorization: 'Bearer key' }).post(
        '/chat',
        Buffer.from('"the prompt"'),
        watch,
      )
    ).json(),
  'an embedding': () =>
    remoteEmbedder({ baseUrl: origin(named), model: 'small', apiKey: 'key' }).embed(['the prompt'], 'query', signal),
};

test.each(Object.entries(WAYS))('%s is asked for again within the same origin, and nowhere else', async (_, ask) => {
  for (const status of [307, 308]) {
    heard = [];
    to = { status, location: '/moved' };
    await ask();
    expect(heard.map((each) => each.replace(/ \{.*| ".*/, ''))).toEqual([
      expect.stringMatching(/^named POST \/\w+ Bearer key$/),
      'named POST /moved Bearer key',
    ]);
    expect(heard[1]).toContain('the prompt');

    heard = [];
    to = { status, location: `${origin(inside)}/admin` };
    await expect(ask()).rejects.toThrow(String(status));
    expect(heard.filter((each) => each.startsWith('inside'))).toEqual([]);
  }
});
