import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../../../src/base/json.ts';
import { browse, Guarded } from '../../support/mcp/guarded.ts';
import { McpPlay } from './play.ts';

const ENV = { CODA_SECRET_KEY: 'a key for the tests of signing in' };
const HTTP = { http: { listen: '127.0.0.1:0' } };

describe('a service that a person signs in to', () => {
  let guarded: Guarded;
  let it: McpPlay;
  const begin = async (config: Record<string, unknown> = {}) => {
    const servers = { web: { url: guarded.url, oauth: { sign_in: true } }, off: { url: guarded.url } };
    it = await McpPlay.begin(servers, config, ENV);
  };
  beforeEach(async () => {
    guarded = await Guarded.open();
  });
  afterEach(async () => {
    await it[Symbol.asyncDispose]();
    await guarded[Symbol.asyncDispose]();
  });

  const asks = (verb: string, args: Record<string, Json>) => it.coda.app.verbs[verb]?.(args) as Promise<unknown>;
  const login = () => asks('mcp-login', { server: 'web' }) as Promise<{ url: string; returns: boolean }>;
  const hello = async () => (await it.calls('web_hello')).result;
  async function dump(): Promise<string> {
    const { rows } = await it.coda.database().read<{ row: string }>(
      `select t::text as row from skill_secrets t union all select t::text from audit_log t union all
       select t::text from outbox t`,
    );
    return rows.map(({ row }) => row).join('\n');
  }

  test('its owner is told to, does it in a browser, and its tokens are sealed, renewed and forgotten', async () => {
    await begin(HTTP);
    expect(await it.state('web')).toBe('- web: it wants somebody to sign in');
    await it.coda.restart();
    await it.becomes('web', /sign in/);
    await it.coda.app.settled();
    expect(it.ana.heard('Run `coda mcp login web` where coda runs')).toHaveLength(1);
    const doctor = (await it.coda.app.checks.run()).find(({ code }) => code === 'MCP_SIGN_IN');
    expect(doctor?.remedy).toContain('coda mcp login web');
    // Nobody is registered before somebody wants to sign in.
    expect(guarded.issuer.clients.size).toBe(0);

    const { url, returns } = await login();
    expect(returns).toBe(true);
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256');
    const back = await browse(url);
    const forged = new URL(back);
    forged.searchParams.set('state', 'another');
    expect((await fetch(forged)).status).toBe(400);
    expect(await asks('mcp-login-state', { server: 'web' })).toBe('waiting');
    expect(await (await fetch(back)).text()).toContain('coda is signed in to the MCP server web');
    expect((await fetch(back)).status).toBe(400);
    expect(await asks('mcp-login-state', { server: 'web' })).toBe('done');
    expect(await it.becomes('web', /1 tool/)).toBe('- web: 1 tool');
    expect(await hello()).toContain('hello from within');

    await it.coda.restart();
    expect(await it.becomes('web', /1 tool/)).toBe('- web: 1 tool');
    guarded.expire();
    expect(await hello()).toContain('hello from within');
    expect(guarded.issuer.renewals).toBe(1);
    await it.coda.restart();
    await it.becomes('web', /1 tool/);
    expect(await hello()).toContain('hello from within');
    const stored = await dump();
    expect(stored).toContain('mcp login');
    for (const token of guarded.issuer.given) {
      expect(stored).not.toContain(token);
      expect(it.coda.world.secrets.hide(`key ${token}`)).not.toContain(token);
    }

    guarded.revoke();
    expect(await hello()).toContain('wants somebody to sign in');
    expect(await it.state('web')).toContain('wants somebody to sign in');
    expect((await dump()).match(/OAUTH_TOKENS/g)).toBeNull();
    await fetch(await browse((await login()).url));
    await it.becomes('web', /1 tool/);
    expect(await asks('mcp-logout', { server: 'web' })).toBe(true);
    expect(await it.becomes('web', /sign in/)).toContain('wants somebody to sign in');
  });

  test('without HTTP the address that the browser was sent to is pasted', async () => {
    await begin();
    const { url, returns } = await login();
    expect(returns).toBe(false);
    const back = await browse(url);
    await expect(asks('mcp-login-end', { answer: 'what is this?' })).rejects.toThrow('not the address of the page');
    expect(await asks('mcp-login-end', { answer: ` ${back} ` })).toBe('web');
    await it.becomes('web', /1 tool/);
    expect(await hello()).toContain('hello from within');
  });

  test('one sign-in is open at a time, for ten minutes; what the issuer refuses is said', async () => {
    await begin();
    const first = await browse((await login()).url);
    const second = await browse((await login()).url);
    await expect(asks('mcp-login-end', { answer: first })).rejects.toThrow('belongs to no sign-in');
    await it.coda.passes({ minutes: 11 });
    await expect(asks('mcp-login-end', { answer: second })).rejects.toThrow('comes too late');
    const { url } = await login();
    const denied = new URL(await browse(url));
    denied.searchParams.delete('code');
    denied.searchParams.set('error_description', 'ana said no');
    await expect(asks('mcp-login-end', { answer: denied.href })).rejects.toThrow('ana said no');
    await expect(asks('mcp-login', { server: 'off' })).rejects.toThrow('Nobody signs in');
    expect(await it.state('web')).toContain('sign in');
  });

  test('leads nowhere but to the issuer that its owner has named', async () => {
    await using apart = await Guarded.open(guarded);
    const settings = { url: apart.url, oauth: { sign_in: true } };
    const issuer = new URL(guarded.url).origin;
    {
      await using unnamed = await McpPlay.begin({ web: settings }, {}, ENV);
      const begun = unnamed.coda.app.verbs['mcp-login']?.({ server: 'web' });
      await expect(begun).rejects.toMatchObject({
        message: expect.stringMatching(/leads to \S+[^.]\)\.$/),
        remedy: expect.stringContaining(`oauth.issuer: ${issuer}`),
      });
      expect(guarded.issuer.clients.size).toBe(0);
    }
    it = await McpPlay.begin({ web: { ...settings, oauth: { sign_in: true, issuer } } }, {}, ENV);
    await asks('mcp-login-end', { answer: await browse((await login()).url) });
    await it.becomes('web', /1 tool/);
    expect(await hello()).toContain('hello from within');
  });
});
