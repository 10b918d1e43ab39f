import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type PlayOptions, play } from '../support/play.ts';

const PASSWORD = 'given-by-the-store-of-apps';
const OTHER = 'another-word-of-the-store';
const OWN = { 'Sec-Fetch-Site': 'same-origin' };

/** A coda that is started with these variables; `env` can be changed before `restart`. */
async function startedWith(env: Record<string, string>, options: PlayOptions = {}) {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const config = { 'http.listen': '127.0.0.1:0', ...options.config };
  const coda = await play({ ...options, env, log, config });
  onTestFinished(() => coda[Symbol.asyncDispose]());
  const url = () => `http://127.0.0.1:${coda.app.http?.address?.port}`;
  const signIn = (login: string, password: string) =>
    fetch(`${url()}/v1/session/password`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...OWN },
      body: JSON.stringify({ login, password }),
    });
  const me = async (answer: Response) => {
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return (await fetch(`${url()}/v1/me`, { headers: { Cookie: cookie, ...OWN } })).json();
  };
  return { coda, url, signIn, me, lines, codes: () => lines.filter((line) => line.includes('enter the code')) };
}

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'coda-password-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'password');
  writeFileSync(file, text);
  return file;
}

describe('the password that a store of apps gives', () => {
  test.each([
    ['by value', () => ({ CODA_OWNER_PASSWORD: PASSWORD, CODA_OWNER_PASSWORD_FILE: '' })],
    ['in a file', () => ({ CODA_OWNER_PASSWORD_FILE: fileWith(`${PASSWORD}\n`) })],
  ])('%s makes the owner, who signs in with it: no code is shown or taken', async (_, env) => {
    const { coda, url, signIn, me, codes } = await startedWith(env());
    expect(codes()).toEqual([]);
    expect(await (await fetch(`${url()}/v1/sign-in`)).json()).toMatchObject({ first: false });
    expect((await signIn('owner', OTHER)).status).toBe(401);
    const answer = await signIn('Owner', PASSWORD);
    expect(answer.status).toBe(200);
    expect(await me(answer)).toMatchObject({ person: { role: 'owner' } });
    // The person at the terminal is the same one.
    expect(await coda.count(`identities where adapter = 'console' and external_id = 'owner'`)).toBe(1);
    expect(await coda.count(`persons where role = 'owner'`)).toBe(1);
    expect(await coda.count(`audit_log where action = 'person.first_owner' and origin = 'start'`)).toBe(1);
  });

  test('changes nothing later: neither the same one, nor another, nor one that could not be used', async () => {
    const env = { CODA_OWNER_PASSWORD: PASSWORD };
    const { coda, signIn } = await startedWith(env);
    for (const later of [PASSWORD, OTHER, 'short']) {
      Object.assign(coda.world.env, { CODA_OWNER_PASSWORD: later });
      await coda.restart();
      expect((await signIn('owner', PASSWORD)).status).toBe(200);
      if (later !== PASSWORD) expect((await signIn('owner', later)).status).toBe(401);
    }
    expect(await coda.count(`audit_log where action = 'person.password'`)).toBe(1);
  });

  test('is not set for an owner who has none: a password is its person’s', async () => {
    const { coda, signIn } = await startedWith({});
    await coda.person('owner').says('/help');
    Object.assign(coda.world.env, { CODA_OWNER_PASSWORD: PASSWORD });
    await coda.restart();
    expect([(await signIn('owner', PASSWORD)).status, await coda.count('passwords')]).toEqual([401, 0]);
  });

  test('is not set where the configuration says who owns it', async () => {
    const config = { 'access.owners': ['discord:123456789012345678'] };
    const { coda, signIn } = await startedWith({ CODA_OWNER_PASSWORD: PASSWORD }, { config });
    expect([(await signIn('owner', PASSWORD)).status, await coda.count('passwords')]).toEqual([401, 0]);
  });

  test('makes a code that was shown before worth nothing', async () => {
    const { coda, url, codes } = await startedWith({});
    const code = /enter the code ([A-Z2-9]{5}-[A-Z2-9]{5})/.exec(codes()[0] ?? '')?.[1];
    expect(code).toBeDefined();
    Object.assign(coda.world.env, { CODA_OWNER_PASSWORD: PASSWORD });
    await coda.restart();
    const claimed = await fetch(`${url()}/v1/first-start`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...OWN },
      body: JSON.stringify({ code, name: 'Eve' }),
    });
    expect([claimed.status, await coda.count('first_codes')]).toEqual([409, 0]);
  });

  test('stands nowhere: not in the log, the database, or what was done', async () => {
    const { coda, signIn, lines } = await startedWith({ CODA_OWNER_PASSWORD: PASSWORD });
    const texts = [await (await signIn('owner', PASSWORD)).text(), ...lines];
    for (const table of ['passwords', 'audit_log', 'browser_sessions', 'persons', 'identities']) {
      const all = `select json_agg(t)::text as all from ${table} t`;
      texts.push((await coda.database().read<{ all: string | null }>(all)).rows[0]?.all ?? '');
    }
    expect(texts.filter((text) => text.includes(PASSWORD))).toEqual([]);
  });
});

test.each([
  ['too short', () => ({ CODA_OWNER_PASSWORD: 'nine-char' }), /CODA_OWNER_PASSWORD is too short/],
  ['too long', () => ({ CODA_OWNER_PASSWORD: 'nine-char'.repeat(23) }), /CODA_OWNER_PASSWORD is too long/],
  ['an empty file', () => ({ CODA_OWNER_PASSWORD_FILE: fileWith('\n') }), /CODA_OWNER_PASSWORD_FILE is too short/],
  ['no file', () => ({ CODA_OWNER_PASSWORD_FILE: '/nowhere/at-all' }), /\/nowhere\/at-all\) cannot be read: ENOENT/],
  [
    'two of them',
    () => ({ CODA_OWNER_PASSWORD: 'nine-char-and-more', CODA_OWNER_PASSWORD_FILE: '/nowhere' }),
    /are both set/,
  ],
])(
  'a password that cannot be used (%s) ends the start, is not shown, and makes nobody the owner',
  async (_, env, says) => {
    const { coda } = await startedWith({});
    Object.assign(coda.world.env, env());
    const error = await coda.restart().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(says) });
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('nine-char');
    expect(await coda.count('passwords')).toBe(0);
  },
);
