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
  expect((await it.calls('weather_get_weather', city)).text).toContain('has an effect outside');
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

/** An issuer of tokens that gives one to `coda` with its secret, and counts what it was sent. */
async function issuer(token: string) {
  const seen: { basic: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const json = (body: unknown) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url !== '/token') {
      if (!request.url?.includes('oauth-authorization-server')) return void response.writeHead(404).end();
      return json({
        issuer: origin,
        authorization_endpoint: `${origin}/no`,
        token_endpoint: `${origin}/token`,
        response_types_supported: ['code'],
        grant_types_supported: ['client_credentials'],
      });
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const basic = request.headers.authorization;
    seen.push({ basic, body: Buffer.concat(chunks).toString() });
    if (basic !== `Basic ${Buffer.from('coda:tulip-secret').toString('base64')}`)
      return void response.writeHead(401).end();
    json({ access_token: token, token_type: 'bearer', expires_in: 3_600 });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, seen, [Symbol.asyncDispose]: async () => void server.close() };
}

test('a service is reached with a token of its issuer, who is sent nothing else', async () => {
  await using tokens = await issuer('token-of-tulips');
  const keys: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    if (request.url?.includes('oauth-protected-resource')) {
      const metadata = {
        resource: `${at}/mcp`,
        authorization_servers: [tokens.origin],
        scopes_supported: ['everything'],
      };
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
    }
    keys.push(request.headers.authorization);
    if (request.headers.authorization !== 'Bearer token-of-tulips')
      return void response.writeHead(401, { 'www-authenticate': 'Bearer scope="everything"' }).end();
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    if (id === undefined) return void response.writeHead(202).end();
    const result =
      method === 'initialize'
        ? {
            protocolVersion: params.protocolVersion,
            capabilities: { tools: {} },
            serverInfo: { name: 's', version: '1' },
          }
        : { tools: [listed('say')] };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const oauth = { issuer: tokens.origin, client_id: 'coda', client_secret: 'tulip-secret', scope: 'tools' };
  await using it = await McpPlay.begin({ web: { url: `${at}/mcp`, headers: { 'X-Key': 'rose-key-77' }, oauth } });
  expect(await it.state('web')).toBe('- web: 1 tool');
  expect(keys).toContain('Bearer token-of-tulips');
  expect(tokens.seen).toHaveLength(1);
  expect(tokens.seen[0]?.body).toContain('scope=tools');
  expect(tokens.seen[0]?.body).not.toContain('everything');
  expect(JSON.stringify(tokens.seen)).not.toContain('rose-key');
  server.closeAllConnections();
  server.close();
});

test('a service that floods is left', async () => {
  const line = `data: ${JSON.stringify({ jsonrpc: '2.0', id: 99_999, result: {} })}\n\n`;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(line.repeat(2_000));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  await using it = await McpPlay.begin({ web: { url, timeout: '5s' } });
  expect(await it.state('web')).toContain('floods coda');
  server.closeAllConnections();
  server.close();
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
