import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { serverNameIn } from '../../src/egress/client-hello.ts';
import { Egress, openProxy } from '../../src/egress/index.ts';

/** Stands for a public address: the owner has allowed it. */
const PUBLIC = '127.0.0.29';

let server: Server;
let port = 0;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coda-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=shop.test', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], { stdio: 'ignore' });
  const own = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  server = createServer(own, (socket) => {
    socket.on('error', () => {});
    socket.end(`for ${socket.servername || 'nobody'}`);
  });
  server.listen(0, PUBLIC);
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server?.close());

async function openTunnel(host: string, allowed: readonly string[] | undefined) {
  const refused: string[] = [];
  const egress = new Egress({
    ports: [443],
    allow: [{ network: `${PUBLIC}/32`, port }],
    resolve: async () => [PUBLIC],
  });
  const proxy = openProxy(egress, { ...(allowed && { allowed }), onRefuse: ({ code }) => refused.push(code) });
  onTestFinished(() => proxy.close());
  const { hostname, port: at } = new URL(await proxy.listen());
  const asked = request({ method: 'CONNECT', host: hostname, port: at, path: `${host}:${port}` }).end();
  const [, socket] = (await once(asked, 'connect')) as [unknown, Socket];
  onTestFinished(() => void socket.destroy());
  return { socket, refused };
}

/** What the server says over TLS for `servername`, or 'cut'. */
async function talk(socket: Socket, servername: string | undefined): Promise<string> {
  const secure = connectTls({ socket, rejectUnauthorized: false, ...(servername && { servername }) });
  let heard = '';
  secure.on('data', (chunk) => {
    heard += chunk;
  });
  return new Promise((resolve) => {
    secure.on('error', () => resolve('cut'));
    secure.on('close', () => resolve(heard || 'cut'));
  });
}

test.each([
  ['its own name', 'shop.test', 'shop.test', 'for shop.test'],
  ['its own name in capitals', 'shop.test', 'SHOP.test', 'for SHOP.test'],
  ['the name of another site', 'shop.test', 'other.test', 'cut'],
  ['no name', 'shop.test', undefined, 'cut'],
  ['an address without a name', PUBLIC, undefined, 'for nobody'],
  ['an address with a name', PUBLIC, 'other.test', 'cut'],
])('a tunnel of which hosts are limited, by %s', async (_, host, name, heard) => {
  const { socket, refused } = await openTunnel(host, ['shop.test', PUBLIC]);
  expect(await talk(socket, name)).toBe(heard);
  expect(refused).toEqual(heard === 'cut' ? ['EGRESS_URL'] : []);
});

test('a tunnel to any host carries any name', async () => {
  const { socket } = await openTunnel('shop.test', undefined);
  expect(await talk(socket, 'other.test')).toBe('for other.test');
});

test('what is not TLS does not reach a limited host', async () => {
  const { socket, refused } = await openTunnel('shop.test', ['shop.test']);
  socket.write('GET / HTTP/1.1\r\nHost: other.test\r\n\r\n');
  await once(socket, 'close');
  expect(refused).toEqual(['EGRESS_URL']);
});

test('a client that leaves before its hello is whole is reported to nobody', async () => {
  const hello = await helloOf('other.test');
  for (const sent of [Buffer.alloc(0), hello.subarray(0, 50)]) {
    const { socket, refused } = await openTunnel('shop.test', ['shop.test']);
    socket.end(sent);
    // The end of it comes from the proxy, which has judged what came.
    await once(socket.resume(), 'close');
    expect(refused).toEqual([]);
  }
});

/** The ClientHello that Node sends for `servername`. */
async function helloOf(servername: string): Promise<Buffer> {
  const { Duplex } = await import('node:stream');
  return new Promise((resolve) => {
    const socket = new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        resolve(chunk);
        done();
      },
    });
    connectTls({ socket, servername }).on('error', () => {});
  });
}

test('a ClientHello is read as soon as it is whole, and never beyond its end', async () => {
  const hello = await helloOf('shop.test');
  expect(serverNameIn(hello)).toBe('shop.test');
  expect(serverNameIn(Buffer.concat([hello, Buffer.from('more')]))).toBe('shop.test');
  for (let length = 0; length < hello.length; length++) {
    expect(serverNameIn(hello.subarray(0, length))).toBeUndefined();
  }
  // Any byte may lie about a length: the answer is a name or a refusal, and no byte behind the record is read.
  for (let at = 0; at < hello.length; at++) {
    const wrong = Buffer.from(hello);
    wrong[at] = 0xff;
    try {
      serverNameIn(wrong);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).toMatch(/^(it|the) /);
    }
  }
});

test.each(['GET / HTTP/1.1', '\u0015\u0003\u0001\u0000\u0002\u0001\u0000', '\u0016\u0003\u0001\u00ff\u00ff'])(
  'what is no ClientHello is refused: %j',
  (text) => {
    expect(() => serverNameIn(Buffer.from(text, 'latin1'))).toThrow();
  },
);
