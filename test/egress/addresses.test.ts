import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Egress } from '../../src/egress/index.ts';
import { rangeOf } from '../../src/egress/target.ts';
import { HONEST, NAMES, PRIVATE, REFUSED_URLS } from './spellings.ts';

const resolve = async (host: string) => NAMES[host] ?? Promise.reject(new Error('ENOTFOUND'));
const PORTS = [80, 443, 8080, 8443];

/** Listens on every address of this machine: whatever is connected to here was not public. */
let trap: Server;
let reached = 0;
let port = 0;

beforeAll(async () => {
  trap = createServer((socket) => {
    reached++;
    socket.destroy();
  });
  await new Promise<void>((listening) => trap.listen(0, '::', listening));
  port = (trap.address() as { port: number }).port;
});
afterAll(() => void trap.close());

test('the lists are as long as they are meant to be', () => {
  expect(new Set(PRIVATE).size).toBeGreaterThanOrEqual(120);
  expect(new Set(HONEST).size).toBeGreaterThanOrEqual(30);
});

describe('an address that is not public', () => {
  test.each(PRIVATE)('is refused however it is spelled: %s', async (host) => {
    const egress = new Egress({ ports: [port], allow: [], resolve });
    for (const scheme of ['http', 'https']) {
      expect(await egress.fetch(`${scheme}://${host}:${port}/`)).toMatchObject({ ok: false, code: 'EGRESS_PRIVATE' });
    }
    expect(reached).toBe(0);
  });

  test('of this machine is refused although it may be public', async () => {
    const egress = new Egress({ ports: [port], allow: [], resolve });
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    for (const { address, family } of own) {
      const host = family === 'IPv6' ? `[${address.replace(/%.*/, '')}]` : address;
      const refused = await egress.fetch(`http://${host}:${port}/`);
      expect(refused, host).toMatchObject({ code: 'EGRESS_PRIVATE', message: expect.stringContaining('own') });
    }
    expect(reached).toBe(0);
  });
});

test.each(REFUSED_URLS)('%s is no address to fetch from', async (url) => {
  const egress = new Egress({ ports: PORTS, allow: [], resolve });
  expect(await egress.fetch(url)).toMatchObject({ ok: false, code: 'EGRESS_URL', remedy: expect.any(String) });
});

test.each(HONEST)('%s is an honest address', async (url) => {
  const target = await new Egress({ ports: PORTS, allow: [], resolve }).check(url);
  if (!target.ok) throw new Error(target.message);
  expect(target.addresses.map(rangeOf)).toEqual(target.addresses.map(() => 'public'));
});

test('a name without an address is a failure that says so', async () => {
  const egress = new Egress({ ports: PORTS, allow: [], resolve: async () => [] });
  expect(await egress.check('https://nowhere.example/')).toMatchObject({ code: 'EGRESS_UNREACHABLE' });
  const failing = new Egress({ ports: PORTS, allow: [], resolve });
  expect(await failing.check('https://nowhere.example/')).toMatchObject({ code: 'EGRESS_UNREACHABLE' });
});

describe('a network that the owner allows', () => {
  const allow = [{ network: '192.168.1.20/32', port: 8123 }, { network: '10.8.0.0/16' }, { network: 'fd00:8::/32' }];
  const egress = new Egress({ ports: PORTS, allow, resolve });

  test.each([
    ['http://192.168.1.20:8123/', true],
    ['http://192.168.1.20/', false],
    ['http://192.168.1.21:8123/', false],
    ['http://10.8.255.1:9999/', true],
    ['http://10.9.0.1/', false],
    ['http://[fd00:8::5]:1234/', true],
    ['http://[fd00:9::5]:1234/', false],
    ['http://[::ffff:192.168.1.20]:8123/', false],
    ['http://169.254.169.254/', false],
  ])('%s: reached is %s', async (url, ok) => {
    expect(await egress.check(url)).toMatchObject(ok ? { ok } : { ok, code: 'EGRESS_PRIVATE' });
  });
});
