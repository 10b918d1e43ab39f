import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { DOCKER } from '../../support/docker.ts';
import { example, exampleService, HOSTILE, Hostile, listed } from '../../support/mcp/hostile.ts';
import { McpPlay } from './play.ts';

/** A service that answers every request in one way, and counts them. */
async function service(answer: { status: number; headers?: Record<string, string> }) {
  const seen: { method: string; key: string | undefined }[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', key: request.headers.authorization });
    response.writeHead(answer.status, answer.headers).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  return { url, seen, [Symbol.asyncDispose]: async () => void server.close() };
}

test('the examples of the SDK are used over stdio and over HTTP', async () => {
  await using web = await exampleService('simpleStreamableHttp');
  await using it = await McpPlay.begin({
    weather: { command: process.execPath, args: [example('mcpServerOutputSchema')], host: true },
    web: { url: web.url, headers: { Authorization: 'Bearer tiger-lily-99' }, effects: { greet: 'fetch' } },
  });
  const city = { city: 'Berlin', country: 'DE' };
  expect((await it.calls('weather_get_weather', city)).text).toContain('It acts outside');
  expect(await it.ana.presses('Approve')).toContain('Done.');
  expect(JSON.stringify(it.model.requests.at(-1)?.messages)).toContain('humidity');
  expect((await it.calls('web_greet', { name: 'Ana' })).result).toContain('Hello, Ana!');
  expect((await it.calls('web_multi-greet', { name: 'Ana' })).result).toContain('Good morning, Ana!');
  expect(await it.ana.says('/mcp-prompt')).toContain('web greeting-template <name>');
  expect(
    (await it.calls('mcp_resource_read', { server: 'web', uri: 'https://example.com/greetings/default' })).result,
  ).toContain('Hello, world!');
});

test('a service may be on the own network, where the owner has named it, and leads nowhere else', async () => {
  await using trap = await service({ status: 200 });
  await using web = await service({ status: 307, headers: { location: trap.url } });
  await using it = await McpPlay.begin({ web: { url: web.url, headers: { Authorization: 'Bearer tiger-lily-99' } } });
  expect(web.seen).toContainEqual({ method: 'POST', key: 'Bearer tiger-lily-99' });
  expect(await it.state('web')).toMatch(/redirects what was sent/);
  expect(trap.seen).toEqual([]);
});

describe.skipIf(!DOCKER)('in a sandbox', () => {
  test('a program runs without a network or files of this machine, and starts again with the next call', async () => {
    const script = { tools: [listed('say', { annotations: { readOnlyHint: true } })] };
    await using it = await McpPlay.begin(
      { boxed: { command: 'node', args: ['-e', readFileSync(HOSTILE, 'utf8'), 'hostile', JSON.stringify(script)] } },
      {
        'execution.enabled': true,
        'execution.docker_socket': DOCKER?.socket,
        'execution.default_image': DOCKER?.image,
        'execution.allowed_images': [DOCKER?.image],
        'execution.warm': 0,
      },
    );
    expect(await it.state('boxed')).toBe('- boxed: 1 tool');
    expect((await it.calls('boxed_say', { words: 'from within' })).result).toContain('heard: from within');
    await it.coda.passes({ minutes: 6 });
    expect(await it.state('boxed')).toContain('starts with the next call');
    expect((await it.calls('boxed_say', { words: 'awake' })).result).toContain('heard: awake');
  });
});

test('a program that ends at once says why, without what it was given', async () => {
  using server = new Hostile({ tools: [listed('say')] });
  await using it = await McpPlay.begin({
    gone: {
      command: process.execPath,
      args: ['-e', 'throw new Error("no such token tiger-lily-99")'],
      env: { KEY: 'tiger-lily-99' },
      host: true,
    },
    there: server.config,
  });
  const said = await it.ana.says('/mcp');
  expect(said).toContain('- there: 1 tool');
  expect(said).toMatch(/- gone: it ended with 1/);
  expect(said).not.toContain('tiger-lily');
});
