import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Egress, openProxy, type ProxyOptions } from '../../src/egress/index.ts';
import type { Session } from '../../src/sandbox/index.ts';
import { DOCKER, docker, freshInstallation, leftovers, loadImage, testSandbox } from '../support/docker.ts';
import { requireService } from '../support/postgres.ts';
import { good } from '../support/sandbox-contract.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_DOCKER');

/** Stands for a public address: the owner has allowed it. */
const PUBLIC = '127.0.0.26';
const NAMES: Record<string, string> = { 'shop.test': PUBLIC, 'other.test': PUBLIC, 'inside.test': '10.0.0.5' };
const HOSTS = ['shop.test', 'inside.test', '*.below.test'];

let server: Server;
let port = 0;
let heard: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    heard.push(`${request.method} ${request.headers.host}${request.url}`);
    if (request.url === '/away') return void response.writeHead(302, { location: `http://127.0.0.27:${port}/` }).end();
    if (request.url === '/other') return void response.writeHead(302, { location: `http://other.test:${port}/` }).end();
    if (request.url === '/much') return void response.end(Buffer.alloc(1_000_000, 'x'));
    response.end('welcome');
  }).listen(0, PUBLIC);
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Opened {
  session: Session;
  sandbox: ReturnType<typeof testSandbox>;
  installation: string;
  told: string[];
}

async function open(
  limits: Partial<ProxyOptions['limits']> = {},
  settings: Record<string, unknown> = {},
  image = DOCKER?.image ?? '',
): Promise<Opened> {
  const world = testWorld();
  const egress = new Egress({
    ports: [80, 443],
    allow: [{ network: `${PUBLIC}/32`, port }],
    resolve: async (host) => (NAMES[host] === undefined ? [] : [NAMES[host]]),
  });
  const told: string[] = [];
  const proxy = () =>
    openProxy(egress, {
      allowed: HOSTS,
      limits: { bytes: 500_000, perMinute: 100, clock: world.clock, ...limits },
      onConnect: (host) => told.push(host),
      onRefuse: ({ code }) => told.push(code),
    });
  const installation = freshInstallation();
  const sandbox = testSandbox(
    { network_enabled: true, allowed_hosts: HOSTS, ...settings },
    { world, installation, proxy },
  );
  onTestFinished(() => sandbox.close());
  heard = [];
  return { session: good(await sandbox.open({ image, network: true })), sandbox, installation, told };
}

/** What `urllib` gets for each address: the body's length, or the status or the kind of error. */
async function fetched({ session }: Opened, ...urls: string[]): Promise<string[]> {
  const script = `import sys, urllib.request, urllib.error
for url in sys.argv[1:]:
    try: print(len(urllib.request.urlopen(url, timeout=10).read()))
    except urllib.error.HTTPError as error: print(error.code)
    except Exception as error: print(type(error).__name__)`;
  const { stdout, stderr } = good(await session.exec(['python3', '-c', script, ...urls], { timeoutMs: 50_000 }));
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

describe.skipIf(!DOCKER)('code with a network', () => {
  test('reaches an allowed host, and neither another one, nor a private address, nor where a redirect leads', async () => {
    const opened = await open();
    const at = (host: string, path = '/') => `http://${host}:${port}${path}`;
    expect(
      await fetched(
        opened,
        ...[at('shop.test'), at('other.test'), at('inside.test'), at(PUBLIC), at('shop.test', '/away')],
        ...[at('shop.test', '/other'), 'https://other.test/', at('evil.shop.test')],
      ),
    ).toEqual(['7', '403', '403', '403', '403', '403', 'URLError', '403']);
    expect(heard).toEqual([`GET shop.test:${port}/`, `GET shop.test:${port}/away`, `GET shop.test:${port}/other`]);
    expect(opened.told.filter((each) => each === 'shop.test')).toHaveLength(3);
    expect(opened.told).toContain('EGRESS_PRIVATE');
  });

  test('a tunnel, as HTTPS wants one, leads to allowed hosts alone, and carries only TLS', async () => {
    const opened = await open();
    const script = `import http.client
for host in ('shop.test', 'other.test', 'inside.test', '169.254.169.254'):
    connection = http.client.HTTPConnection('127.0.0.1', 3128, timeout=10)
    connection.set_tunnel(host, ${port})
    try:
        connection.request('GET', '/')
        print(connection.getresponse().read().decode())
    except OSError as error: print(error)`;
    const { stdout } = good(await opened.session.exec(['python3', '-c', script]));
    const said = stdout.trim().split('\n');
    expect(said).toEqual([
      expect.stringMatching(/closed|reset/),
      ...Array(3).fill('Tunnel connection failed: 403 Forbidden'),
    ]);
    expect(heard).toEqual([]);
  });

  test('is of code alone: a session that does not ask for it has none, and no tunnel leads to a port of plain requests', async () => {
    const opened = await open();
    const session = good(await opened.sandbox.open({ image: DOCKER?.image ?? '' }));
    expect(await fetched({ ...opened, session }, `http://shop.test:${port}/`)).toEqual(['URLError']);
    const script = `import http.client
connection = http.client.HTTPConnection('127.0.0.1', 3128, timeout=10)
connection.set_tunnel('shop.test', 80)
try: connection.request('GET', '/')
except OSError as error: print(error)`;
    const { stdout } = good(await opened.session.exec(['python3', '-c', script]));
    expect(stdout).toContain('403 Forbidden');
  });

  test('has no other way out than the proxy', async () => {
    const { session } = await open();
    const script = `import socket
print(open('/proc/net/dev').read().count(':'))
try: socket.create_connection(('${PUBLIC}', ${port}), 3)
except OSError as error: print('no way')`;
    const { stdout } = good(await session.exec(['python3', '-c', script]));
    expect(stdout).toBe('1\nno way\n');
  });

  test('too much is cut, and nothing comes after it; so is too often', async () => {
    const opened = await open();
    const much = await fetched(opened, `http://shop.test:${port}/much`, `http://shop.test:${port}/`);
    expect(much).toEqual(['IncompleteRead', '403']);
    const often = await open({ perMinute: 2 });
    expect(await fetched(often, ...Array(3).fill(`http://shop.test:${port}/`))).toEqual(['7', '7', '403']);
  });

  test('nothing is left of it when the session is closed', async () => {
    const { session, installation } = await open();
    // The session's own and the relay's.
    expect((await leftovers(installation)).length).toBeGreaterThan(2);
    await session.close();
    await expect.poll(() => leftovers(installation), { timeout: 20_000 }).toEqual([]);
  });

  test('where the default image has nothing that carries it, that is told and no code runs', async () => {
    const empty = 'coda-test-no-perl:1';
    await loadImage(empty, process.arch === 'arm64' ? 'arm64' : 'amd64');
    onTestFinished(() => docker('DELETE', `/images/${empty}`));
    const image = DOCKER?.image ?? '';
    const lacking = { default_image: empty, allowed_images: [image, empty] };
    await expect(open({}, lacking, image)).rejects.toThrow(/^SANDBOX_NETWORK: The relay .* does not start/);
  });
});
