import { afterEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/chat/index.ts';
import { ReverseProxy } from '../../support/reverse-proxy.ts';
import { Programs } from './support.ts';

describe('the doctor asks for an event through the address that people use', () => {
  let proxy: ReverseProxy;
  let programs: Programs | undefined;
  let url = '';
  afterEach(async () => {
    await programs?.[Symbol.asyncDispose]();
    await proxy.close();
  });

  async function find(manner: ReverseProxy['manner']): Promise<Finding | undefined> {
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
