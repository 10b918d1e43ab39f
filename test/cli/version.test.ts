import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isNewer, readConfig } from '../../src/app/index.ts';
import { updateCheck } from '../../src/app/updates.ts';
import { TestClock } from '../../src/base/clock.ts';
import { Secrets } from '../../src/base/log.ts';
import { version } from '../../src/base/root.ts';
import type { HealthCheck } from '../../src/chat/index.ts';
import { main } from '../../src/cli/index.ts';

let answer: { status: number; body: string };
let asked = 0;
const server = createServer((_, response) => {
  asked++;
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest`;
});
afterAll(() => server.close());

/** What `coda version` says, with this in the environment. */
async function coda(args: string[], env: Record<string, string> = {}) {
  let out = '';
  const stdout = { write: (text: string) => (out += text) };
  const argv = ['node', 'coda', 'version', ...args, '--data', '/nowhere'];
  const io = { argv, env, stdout, stderr: stdout, cwd: () => '/', prependListener() {}, off() {} };
  const code = await main(io as unknown as NodeJS.Process);
  return { out, code };
}

describe('coda version', () => {
  test('asks nobody unless it is told to, and not without an address', async () => {
    expect((await coda([], { CODA_UPDATES_URL: url })).out).toBe(`${version()}\n`);
    const { out, code } = await coda(['--check']);
    expect(out).toContain('No address is set');
    expect(out).toContain('updates.url');
    expect(code).toBe(78);
    expect(asked).toBe(0);
  });

  test.each([
    ['npm', { name: 'coda', version: '99.1.0' }, 'There is coda 99.1.0'],
    ['GitHub', { tag_name: 'v99.1.0' }, 'There is coda 99.1.0'],
    ['one with this version', { version: version() }, 'there is none newer'],
    ['one with an older version', { version: '0.0.1' }, 'there is none newer'],
  ])('says what %s answers', async (_, body, says) => {
    answer = { status: 200, body: JSON.stringify(body) };
    const { out, code } = await coda(['--check'], { CODA_UPDATES_URL: url });
    expect(out).toContain(says);
    expect(code).toBe(0);
  });

  test.each([
    ['no JSON', { status: 200, body: '<html>' }, 'does not say which version', 65],
    ['no version', { status: 200, body: '{"version": "\\u001b[31mevil"}' }, 'does not say which version', 65],
    ['an error', { status: 503, body: '{}' }, 'answered with 503', 69],
    ['too much', { status: 200, body: 'x'.repeat(1_100_000) }, 'too large', 69],
  ])('says plainly that the address answers with %s', async (_, given, says, status) => {
    answer = given;
    const { out, code } = await coda(['--check'], { CODA_UPDATES_URL: url });
    expect(out).toContain(says);
    expect(out).not.toContain('evil');
    expect(code).toBe(status);
  });

  test('says that nobody listens there, and refuses what is no address', async () => {
    const gone = await coda(['--check'], { CODA_UPDATES_URL: 'http://127.0.0.1:1/x' });
    expect(gone).toMatchObject({ code: 69, out: expect.stringContaining('could not be asked') });
    expect((await coda(['--check'], { CODA_UPDATES_URL: 'file:///etc/passwd' })).code).toBe(78);
  });

  test('knows which is newer', () => {
    expect(isNewer('1.10.0', '1.9.9')).toBe(true);
    expect(isNewer('1.0.0', '1.0.0-rc.1')).toBe(true);
    expect(isNewer('1.0.0-rc.1', '1.0.0')).toBe(false);
    expect(isNewer('1.0.0', '1.0.0')).toBe(false);
  });
});

describe('updates.check', () => {
  const open = (settings: object) => {
    const flags = { updates: { name: 'updates', value: settings } };
    const config = readConfig({ env: {}, dataDir: '/nowhere', cwd: '/', secrets: new Secrets(), flags });
    const clock = new TestClock(new Date('2026-11-20T08:00:00Z'));
    return { check: updateCheck(config, clock), clock };
  };
  const findings = async (check: HealthCheck | undefined) => check?.check(AbortSignal.timeout(60_000));

  test('nobody is asked unless it is on', () => expect(open({ url }).check).toBeUndefined());

  test('a newer version is told of, and asked for once a day; after a failure an hour later', async () => {
    const { check, clock } = open({ url, check: true });
    answer = { status: 500, body: '' };
    expect(await findings(check)).toMatchObject({ ok: true, severity: 'notice', says: expect.stringContaining('500') });
    answer = { status: 200, body: JSON.stringify({ version: '99.1.0' }) };
    expect((await findings(check))?.says).toContain('500');
    await clock.moveTo(new Date(clock.now().getTime() + 61 * 60_000));
    const before = asked;
    for (const _ of [1, 2]) expect((await findings(check))?.says).toContain('coda 99.1.0 is there');
    expect(asked).toBe(before + 1);
    answer = { status: 200, body: JSON.stringify({ version: version() }) };
    await clock.moveTo(new Date(clock.now().getTime() + 25 * 3_600_000));
    expect(await findings(check)).toEqual({ ok: true, says: `${version()}; there is none newer` });
  });
});
