import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/chat/index.ts';
import { Programs } from './support.ts';

type Manner = 'passes on' | 'collects' | 'collects without end' | 'renames the host' | 'forwards' | 'has no upstream';

/** A reverse proxy in front of coda, which does to answers what a setting of nginx or a middleware does. */
class ReverseProxy {
  manner: Manner = 'passes on';
  upstream = '';
  readonly paths: string[] = [];
  readonly server: Server = createServer((incoming, outgoing) => {
    this.paths.push(incoming.url ?? '');
    if (this.manner === 'has no upstream') return outgoing.writeHead(502).end('bad gateway');
    if (this.manner === 'forwards') return outgoing.writeHead(302, { Location: 'https://login.test/' }).end();
    const host = this.manner === 'renames the host' ? new URL(this.upstream).host : incoming.headers.host;
    const passed = request(this.upstream + incoming.url, { headers: { ...incoming.headers, host } }, (answer) => {
      if (!this.manner.startsWith('collects')) {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      const pieces: Buffer[] = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => {
        if (this.manner === 'collects') outgoing.writeHead(200, answer.headers).end(Buffer.concat(pieces));
      });
    });
    outgoing.on('close', () => passed.destroy());
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
    return undefined;
  });

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('the doctor asks for an event through the address that people use', () => {
  let proxy: ReverseProxy;
  let programs: Programs | undefined;
  let url = '';
  afterEach(async () => {
    await programs?.[Symbol.asyncDispose]();
    await proxy.close();
  });

  async function find(manner: Manner): Promise<Finding | undefined> {
    proxy.manner = manner;
    const found = await programs?.coda.app.checks.run();
    return found?.find(({ name }) => name === 'http address');
  }

  async function begin(): Promise<void> {
    proxy = new ReverseProxy();
    url = await proxy.open();
    programs = await Programs.begin({ config: { 'http.url': url } });
    proxy.upstream = `http://127.0.0.1:${programs.coda.app.http?.address?.port}`;
  }

  test('and names a proxy that collects events, with the setting that mends it', async () => {
    await begin();
    expect(await find('passes on')).toMatchObject({ ok: true, code: 'OK' });
    for (const manner of ['collects', 'collects without end'] as const) {
      const held = await find(manner);
      expect(held).toMatchObject({ ok: false, code: 'HTTP_STREAM_HELD', severity: 'warning' });
      expect(held?.says).toContain('late or all at once');
      expect(held?.remedy).toMatch(/proxy_buffering off.*flush_interval -1.*Traefik/);
    }
    expect(await find('passes on')).toMatchObject({ ok: true, code: 'OK' });
  }, 30_000);

  test('and tells apart a proxy that renames the host, asks for a sign-in, has no upstream, or is away', async () => {
    await begin();
    expect(await find('renames the host')).toMatchObject({ ok: false, code: 'HTTP_HOST_CHANGED', severity: 'warning' });
    expect(await find('forwards')).toMatchObject({ ok: true, code: 'HTTP_URL_GUARDED', severity: 'notice' });
    const elsewhere = await find('has no upstream');
    expect(elsewhere).toMatchObject({ ok: false, code: 'HTTP_URL_ELSEWHERE', severity: 'warning' });
    expect(elsewhere?.says).toContain('502');
    await proxy.close();
    const away = await find('passes on');
    expect(away).toMatchObject({ ok: false, code: 'HTTP_URL_UNREACHABLE', severity: 'notice' });
    expect(away?.says).toContain('nothing answers at 127.0.0.1');
  });

  test('and nobody else gets a stream from that path, not even with the token of a check that was', async () => {
    await begin();
    await find('passes on');
    const asked = proxy.paths.filter((path) => path.startsWith('/doctor/events/'));
    expect(asked).toHaveLength(1);
    for (const path of [...asked, '/doctor/events/abc']) expect((await fetch(url + path)).status).toBe(404);
  });

  test('and another coda behind that address is no proof that events come through', async () => {
    await begin();
    const other = await Programs.begin({ config: { 'http.url': url } });
    try {
      proxy.upstream = other.url;
      expect(await find('passes on')).toMatchObject({ ok: true, code: 'HTTP_URL_OTHER', severity: 'notice' });
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});
