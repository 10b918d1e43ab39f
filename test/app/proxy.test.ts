/** What coda asks of others goes by the proxies that the environment names, and says so. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorld } from '../../src/app/world.ts';
import { OutboundProxy } from '../../src/base/outbound.ts';
import { Egress, openProxy } from '../../src/egress/index.ts';
import { DiscordPlay } from '../support/discord/play.ts';
import { ForwardProxy } from '../support/forward-proxy.ts';
import { modelServer } from '../support/model-server/suite.ts';
import { modelConfig } from '../support/models.ts';
import { echo } from '../support/platform-play.ts';
import { play } from '../support/play.ts';
import { SlackPlay } from '../support/slack/play.ts';

const server = await modelServer();

describe('the proxy for an address', () => {
  const ENV = { HTTPS_PROXY: 'http://ana:s3cret@one.example:3128', http_proxy: 'two.example:8080' };
  test.each<[string, Record<string, string>, string, string | undefined]>([
    ['of https', ENV, 'https://api.example.com/v1', 'one.example:3128'],
    ['of http, without a scheme, in small letters', ENV, 'http://api.example.com', 'two.example:8080'],
    ['of a WebSocket', ENV, 'wss://gateway.example.com', 'one.example:3128'],
    ['of a plain WebSocket', ENV, 'ws://gateway.example.com', 'two.example:8080'],
    ['this machine', ENV, 'http://localhost:11434/v1', undefined],
    ['this machine by its address', ENV, 'http://127.0.0.1:11434/v1', undefined],
    ['this machine by IPv6', ENV, 'http://[::1]:11434/v1', undefined],
    ['only one of them is set', { HTTPS_PROXY: 'one.example' }, 'http://api.example.com', undefined],
    ['an empty one is none', { HTTPS_PROXY: '', https_proxy: 'one.example:1' }, 'https://a.example', 'one.example:1'],
    [
      'small letters win',
      { HTTPS_PROXY: 'one.example:1', https_proxy: 'two.example:2' },
      'https://a.test',
      'two.example:2',
    ],
    ['NO_PROXY by name', { ...ENV, NO_PROXY: 'example.com' }, 'https://example.com', undefined],
    ['NO_PROXY with all below', { ...ENV, NO_PROXY: 'a, example.com' }, 'https://api.example.com', undefined],
    ['NO_PROXY with a dot', { ...ENV, no_proxy: '.example.com' }, 'https://api.example.com', undefined],
    ['NO_PROXY with a star and a dot', { ...ENV, NO_PROXY: '*.example.com' }, 'https://api.example.com', undefined],
    [
      'NO_PROXY of a name that only ends so',
      { ...ENV, NO_PROXY: 'ample.com' },
      'https://example.com',
      'one.example:3128',
    ],
    ['NO_PROXY of all', { ...ENV, NO_PROXY: '*' }, 'https://example.com', undefined],
    ['NO_PROXY with a port', { ...ENV, NO_PROXY: 'example.com:8443' }, 'https://example.com:8443', undefined],
    ['NO_PROXY with another port', { ...ENV, NO_PROXY: 'example.com:8443' }, 'https://example.com', 'one.example:3128'],
    ['NO_PROXY of a network', { ...ENV, NO_PROXY: '10.0.0.0/8' }, 'https://10.20.30.40', undefined],
    ['NO_PROXY of another network', { ...ENV, NO_PROXY: '10.0.0.0/8' }, 'https://11.20.30.40', 'one.example:3128'],
    ['NO_PROXY of an address', { ...ENV, NO_PROXY: '[2001:db8::1]' }, 'https://[2001:db8::1]', undefined],
  ])('%s', (_, env, url, host) => {
    expect(OutboundProxy.of(env)?.for(new URL(url))?.host).toBe(host);
  });

  test('has its password in no line of the log', () => {
    const { secrets } = createWorld({
      env: { HTTPS_PROXY: 'http://ana:s3cret%21word@one.example:3128' },
      level: 'silent',
    });
    expect(secrets.hide('asked one.example with s3cret!word')).toBe('asked one.example with [secret]');
  });

  test('is told without its password, and one that is none is refused', () => {
    expect(`${OutboundProxy.of({ ...ENV, NO_PROXY: '.internal,10.0.0.0/8' })}`).toBe(
      'https by one.example:3128, http by two.example:8080, not for .internal, 10.0.0.0/8',
    );
    expect(OutboundProxy.of({ NO_PROXY: '*' })).toBeUndefined();
    expect(() => OutboundProxy.of({ HTTPS_PROXY: 'socks5://ana:s3cret@one.example:1080' })).toThrow(
      /^HTTPS_PROXY in the environment is no address of an HTTP proxy\.$/,
    );
  });
});

test('models are asked through it, those on this machine directly, and the doctor tells', async () => {
  const { port } = new URL(server.url);
  await using proxy = await ForwardProxy.start({ 'models.test': Number(port) });
  const { models } = modelConfig(server) as { models: { providers: { gpt: object; claude: object } } };
  const gpt = { ...models.providers.gpt, base_url: 'http://models.test/v1' };
  const claude = { ...models.providers.claude, base_url: 'http://models.test' };
  const providers = { gpt, claude, local: models.providers.gpt };
  const names = { default: 'gpt/main', light: 'gpt/main', heavy: 'gpt/main' };
  await using coda = await play({
    config: modelConfig(server, { ...names, providers, fallbacks: [] }),
    env: { HTTP_PROXY: proxy.url },
  });
  const ana = coda.person('ana');
  server.play({ text: 'By the proxy.' }, { text: 'By the proxy as well.' }, { text: 'Directly.' });
  expect(await ana.says('hello')).toContain('By the proxy.');
  await ana.says('/model claude/main');
  expect(await ana.says('hello')).toContain('By the proxy as well.');
  const asked = [...proxy.asked];
  expect(new Set(asked)).toEqual(new Set(['models.test:80']));
  await ana.says('/model local/main');
  expect(await ana.says('hello')).toContain('Directly.');
  expect(proxy.asked).toEqual(asked);
  const [told] = (await coda.app.checks.run()).filter(({ name }) => name === 'proxy');
  expect(told).toMatchObject({ ok: true, says: `http by ${proxy.host}` });
});

test('the doctor says where the proxy is away', async () => {
  const proxy = await ForwardProxy.start({});
  const { host, url } = proxy;
  await proxy[Symbol.asyncDispose]();
  await using coda = await play({ env: { HTTPS_PROXY: url } });
  const [told] = (await coda.app.checks.run()).filter(({ name }) => name === 'proxy');
  expect(told).toMatchObject({ ok: false, code: 'PROXY_UNREACHABLE', remedy: expect.stringContaining('NO_PROXY') });
  expect(told?.says).toBe(`${host} cannot be reached (nothing answers at ${host}), and https by ${host}`);
});

describe('what people have coda fetch', () => {
  const page = createServer((request, response) => void response.end(`${request.headers.host} serves`));
  let port = 0;
  beforeEach(async () => {
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    port = (page.address() as AddressInfo).port;
  });
  afterEach(() => {
    page.closeAllConnections();
    return new Promise((resolve) => page.close(resolve));
  });

  const egress = (proxy: ForwardProxy, addresses: readonly string[], allow: { network: string }[] = []) =>
    new Egress({
      ports: [80],
      allow,
      resolve: async () => addresses,
      proxy: OutboundProxy.of({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }),
    });

  test('is asked for by the address that was checked', async () => {
    await using proxy = await ForwardProxy.start({ '93.184.216.34': port });
    const answer = await egress(proxy, ['93.184.216.34']).fetch('http://page.test/a');
    expect(answer).toMatchObject({ ok: true, status: 200 });
    const read = answer.ok ? await answer.bytes() : answer;
    expect(read.ok && Buffer.from(read.bytes).toString()).toBe('page.test serves');
    expect(proxy.asked).toEqual(['93.184.216.34:80']);
  });

  test.each([['10.0.0.7'], ['127.0.0.1'], ['169.254.169.254'], ['::1']])(
    'is refused at %s, and the proxy hears nothing',
    async (inside) => {
      await using proxy = await ForwardProxy.start({ [inside]: port });
      expect(await egress(proxy, [inside]).fetch('http://page.test/')).toMatchObject({
        ok: false,
        code: 'EGRESS_PRIVATE',
      });
      expect(await egress(proxy, ['93.184.216.34', inside]).fetch('http://page.test/')).toMatchObject({ ok: false });
      expect(
        await egress(proxy, [inside]).fetch(`https://[${inside.includes(':') ? inside : `::ffff:${inside}`}]/`),
      ).toMatchObject({ ok: false });
      expect(proxy.asked).toEqual([]);
    },
  );

  test('an own address that the owner allows is reached directly', async () => {
    await using proxy = await ForwardProxy.start({});
    const own = egress(proxy, ['127.0.0.2'], [{ network: '127.0.0.2/32' }]);
    // Nothing listens there at port 80: it is the direct way that fails.
    expect(await own.fetch('http://page.test/')).toMatchObject({ ok: false, code: 'EGRESS_UNREACHABLE' });
    expect(proxy.asked).toEqual([]);
  });

  test('a proxy that refuses is told by its host, without its password', async () => {
    await using proxy = await ForwardProxy.start({});
    const answer = await egress(proxy, ['93.184.216.34']).fetch('http://page.test/');
    expect(answer).toMatchObject({ ok: false, code: 'EGRESS_UNREACHABLE' });
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });

  test('and what the browser fetches goes by it too', async () => {
    await using proxy = await ForwardProxy.start({ '93.184.216.34': port });
    const own = openProxy(egress(proxy, ['93.184.216.34']));
    const by = OutboundProxy.of({ HTTP_PROXY: await own.listen() });
    const socket = await by?.tunnel(by.proxies[0] as URL, { host: 'page.test', port: 80 });
    const said = new Promise<string>((resolve) => socket?.once('data', (bytes) => resolve(bytes.toString())));
    socket?.write('GET / HTTP/1.1\r\nhost: page.test\r\nconnection: close\r\n\r\n');
    expect(await said).toContain('page.test serves');
    expect(proxy.asked).toEqual(['93.184.216.34:80']);
    socket?.destroy();
    await own.close();
  });
});

test('Discord’s API and Gateway are reached through it', async () => {
  const hosts: Record<string, number> = {};
  await using proxy = await ForwardProxy.start(hosts);
  await using coda = await DiscordPlay.begin({
    fake: { host: 'discord.test' },
    env: { HTTP_PROXY: proxy.url },
    model: echo,
    asleep: true,
  });
  const { port } = coda.fake.rest;
  hosts['discord.test'] = port;
  await coda.start();
  coda.asks('hello');
  await coda.hears('answer to hello');
  expect(new Set(proxy.asked)).toEqual(new Set([`discord.test:${port}`]));
  // One of them is the Gateway's own.
  expect(proxy.asked.length).toBeGreaterThan(1);
});

test('Slack’s Web API and Socket Mode are reached through it', async () => {
  const hosts: Record<string, number> = {};
  await using proxy = await ForwardProxy.start(hosts);
  await using coda = await SlackPlay.begin({
    fake: { host: 'slack.test' },
    env: { HTTP_PROXY: proxy.url },
    model: echo,
    asleep: true,
  });
  const { port } = coda.fake.web;
  hosts['slack.test'] = port;
  await coda.start();
  coda.asks('hello');
  await coda.hears('answer to hello');
  expect(new Set(proxy.asked)).toEqual(new Set([`slack.test:${port}`]));
  expect(proxy.asked.length).toBeGreaterThan(1);
});

test('an answer with a status that none is breaks off alone', async () => {
  const odd = createTcpServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'));
    socket.on('error', () => {});
  }).listen(0, '127.0.0.23');
  await once(odd, 'listening');
  const { port } = odd.address() as AddressInfo;
  const proxy = openProxy(new Egress({ ports: [port], allow: [{ network: '127.0.0.23/32', port }] }));
  const { port: at } = new URL(await proxy.listen());
  const [answer] = (await once(
    request({ host: '127.0.0.1', port: at, path: `http://127.0.0.23:${port}/` }).end(),
    'response',
  )) as [IncomingMessage];
  expect(answer.statusCode).toBe(502);
  await proxy.close();
  odd.close();
});
