import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deferred } from '../../../src/base/async.ts';
import type { Json } from '../../../src/base/json.ts';
import { Secrets } from '../../../src/base/log.ts';
import { SkillSecrets } from '../../../src/secrets/index.ts';
import { Connection } from '../../../src/skills/mcp/connection.ts';
import { lastingProvider, NeedsSignIn, Renewals } from '../../../src/skills/mcp/sign-in/provider.ts';
import { KeptSignIn } from '../../../src/skills/mcp/sign-in/tokens.ts';
import { eventually } from '../../support/eventually.ts';
import { holdBefore } from '../../support/holds.ts';
import { browse, Guarded } from '../../support/mcp/guarded.ts';
import { ReverseProxy } from '../../support/reverse-proxy.ts';
import { testWorld } from '../../support/world.ts';
import { McpPlay } from './play.ts';

const ENV = { CODA_SECRET_KEY: 'a key for the tests of signing in' };
/** What an issuer refuses to renew, and as whom. */
const KEPT = { skill: 'mcp:web', name: 'OAUTH_TOKENS' };
const HTTP = { http: { listen: '127.0.0.1:0' } };

interface Link {
  url: string;
  returns: boolean;
  attempt: string;
}

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

  const asks = (verb: string, args: Record<string, Json>) =>
    it.coda.app.findVerb(verb).then((act) => act?.(args)) as Promise<unknown>;
  const login = () => asks('mcp-login', { server: 'web' }) as Promise<Link>;
  const hello = async () => (await it.calls('web_hello')).result;
  const stateOf = ({ attempt }: Link) => asks('mcp-login-state', { server: 'web', attempt });
  /** What another process of this coda has sealed. */
  const values = () => {
    const { clock, env, secrets } = it.coda.world;
    return new SkillSecrets({ database: it.coda.database(), clock, env, hidden: secrets });
  };
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
    await it.coda.app.whenSettled();
    expect(it.ana.heard('Run `coda mcp login web` where coda runs')).toHaveLength(1);
    const doctor = (await it.coda.app.checks.run()).find(({ code }) => code === 'MCP_SIGN_IN');
    expect(doctor?.remedy).toContain('coda mcp login web');
    // Nobody is registered before somebody wants to sign in.
    expect(guarded.issuer.clients.size).toBe(0);

    const link = await login();
    const { url, returns } = link;
    expect(returns).toBe(true);
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256');
    const back = await browse(url);
    const forged = new URL(back);
    forged.searchParams.set('state', 'another');
    expect((await fetch(forged)).status).toBe(400);
    expect(await stateOf(link)).toBe('waiting');
    expect(await (await fetch(back)).text()).toContain('coda is signed in to the MCP server web');
    expect((await fetch(back)).status).toBe(400);
    expect(await stateOf(link)).toBe('done');
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
    const forgotten = await values().document(KEPT);
    for (const token of guarded.issuer.given) expect(forgotten).not.toContain(token);
    expect(await asks('mcp-logout', { server: 'web' })).toBe(false);
    await fetch(await browse((await login()).url));
    await it.becomes('web', /1 tool/);
    expect(await asks('mcp-logout', { server: 'web' })).toBe(true);
    expect(await it.becomes('web', /sign in/)).toContain('wants somebody to sign in');
  });

  test('its owner is not told of what an owner did', async () => {
    await begin();
    await it.coda.passes({ hours: 24 });
    const told = async () => {
      await it.coda.app.whenSettled();
      return it.ana.heard('Run `coda mcp login web` where coda runs').length;
    };
    const before = await told();
    await asks('mcp-login-end', { answer: await browse((await login()).url) });
    await it.becomes('web', /1 tool/);
    await asks('mcp-logout', { server: 'web' });
    await it.becomes('web', /sign in/);
    expect(await told()).toBe(before);
  });

  test('a sign-in over another one has failed when it was denied, and is done when its own tokens are there', async () => {
    await begin();
    const first = await login();
    await asks('mcp-login-end', { answer: await browse(first.url) });
    expect(await stateOf(first)).toBe('done');
    const second = await login();
    expect(await stateOf(second)).toBe('waiting');
    const denied = new URL(await browse(second.url));
    denied.searchParams.delete('code');
    await expect(asks('mcp-login-end', { answer: denied.href })).rejects.toThrow('it sent no code');
    expect(await stateOf(second)).toBe('none');
    const third = await login();
    await asks('mcp-login-end', { answer: await browse(third.url) });
    expect(await stateOf(third)).toBe('done');
    expect(await stateOf(second)).toBe('none');
  });

  test('is there again when the hint of a sign-in was lost', async () => {
    await begin();
    await asks('mcp-login-end', { answer: await browse((await login()).url) });
    await it.becomes('web', /1 tool/);
    const sealed = await values().document(KEPT);
    await asks('mcp-logout', { server: 'web' });
    await it.becomes('web', /sign in/);
    await values().changeDocument(KEPT, () => sealed);
    expect(await hello()).toContain('hello from within');
    await asks('mcp-logout', { server: 'web' });
    await it.becomes('web', /sign in/);
    await it.coda.restart();
    await it.becomes('web', /sign in/);
    await values().changeDocument(KEPT, () => sealed);
    const isOffered = async () => (await it.offered('web')).some(({ name }) => name === 'web_hello');
    expect(await eventually(isOffered)).toBe(true);
  });

  test('tokens that were renewed while another process was refused are kept, but not over a new sign-in', async () => {
    await begin();
    await asks('mcp-login-end', { answer: await browse((await login()).url) });
    await it.becomes('web', /1 tool/);
    const held = async (meanwhile: () => Promise<void>) => {
      const [asked, goes] = [deferred(), deferred()];
      guarded.issuer.renewed = async () => {
        asked.resolve();
        await goes.promise;
      };
      guarded.expire();
      const called = hello();
      await asked.promise;
      guarded.issuer.renewed = async () => {};
      await meanwhile();
      goes.resolve();
      return called;
    };
    // Another replica comes second, and is refused before the first has stored what it got.
    const late = held(async () => {
      const other = lastingProvider(new KeptSignIn(values(), it.coda.world.secrets, 'web'), { sign_in: true });
      const fetchFn = other.wrapFetch((url, init) => fetch(url, init));
      await expect(auth(other, { serverUrl: guarded.url, fetchFn })).rejects.toBeInstanceOf(NeedsSignIn);
    });
    expect(await late).toContain('hello from within');
    expect(await it.state('web')).toBe('- web: 1 tool');

    // Somebody signs in, as another account perhaps, while the tokens of the one before are renewed.
    let sealed: string | undefined;
    await held(async () => {
      await asks('mcp-login-end', { answer: await browse((await login()).url) });
      sealed = await values().document(KEPT);
    });
    await it.becomes('web', /1 tool/);
    expect(await values().document(KEPT)).toBe(sealed);
    expect(await hello()).toContain('hello from within');
  });

  test('a secret that an issuer made up is hidden, and old tokens are not looked for for ever', async () => {
    await begin();
    await asks('mcp-login-end', { answer: await browse((await login()).url) });
    await it.becomes('web', /1 tool/);
    const { secrets } = it.coda.world;
    for (let count = 0; count < 2 * Secrets.RECENT; count++) {
      guarded.expire();
      expect(await hello()).toContain('hello from within');
    }
    const isHidden = (text: string) => !secrets.hide(`key ${text}`).includes(text);
    const { given } = guarded.issuer;
    expect(given.slice(-2).map(isHidden)).toEqual([true, true]);
    expect(given.slice(0, 2).map(isHidden)).toEqual([false, false]);
    expect(isHidden((await values().document(KEPT)) ?? '')).toBe(true);
  });

  test('where coda stands under a path, the browser comes back to it there', async () => {
    await using front = new ReverseProxy({ prefix: '/coda', strips: true });
    const own = await front.open();
    await begin({ http: { listen: '127.0.0.1:0', url: own } });
    front.upstream = `http://127.0.0.1:${it.coda.app.http?.address?.port}`;
    const { url, returns } = await login();
    expect([returns, new URL(url).searchParams.get('redirect_uri')]).toEqual([true, `${own}/mcp/callback`]);
    expect(await (await fetch(await browse(url))).text()).toContain('coda is signed in to the MCP server web');
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
      const begun = unnamed.coda.app.findVerb('mcp-login').then((act) => act?.({ server: 'web' }));
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

  test('a client of the configuration is used at an issuer below a path, and no other is registered', async () => {
    await using below = await Guarded.open(undefined, '/realms/home');
    const { origin } = new URL(below.url);
    const redirect = 'http://127.0.0.1:8321/mcp/callback';
    const own = { client_id: 'mine' };
    below.issuer.clients.set('mine', { ...own, redirect_uris: [redirect] });
    const settings = (issuer: string) => ({ web: { url: below.url, oauth: { sign_in: true, issuer, ...own } } });
    {
      // One of several issuers of an origin is meant, and it is another one.
      await using other = await McpPlay.begin(settings(`${origin}/realms/work`), {}, ENV);
      await expect(other.coda.app.findVerb('mcp-login').then((act) => act?.({ server: 'web' }))).rejects.toMatchObject({
        message: expect.stringContaining('/realms/work'),
        remedy: expect.stringContaining(`oauth.issuer: ${origin}/realms/home`),
      });
    }
    it = await McpPlay.begin(settings(origin), {}, ENV);
    const { url } = await login();
    expect(new URL(url).searchParams.get('client_id')).toBe('mine');
    await asks('mcp-login-end', { answer: await browse(url) });
    await it.becomes('web', /1 tool/);
    below.expire();
    expect(await hello()).toContain('hello from within');
    expect([...below.issuer.clients.keys()]).toEqual(['mine']);
  });

  test('a refresh token is used once, also by who read it before its successor was stored', async () => {
    await begin();
    await asks('mcp-login-end', { answer: await browse((await login()).url) });
    await it.becomes('web', /1 tool/);
    const provider = lastingProvider(new KeptSignIn(values(), it.coda.world.secrets, 'web'), { sign_in: true });
    const sent = { here: 0, out: 0 };
    const counting =
      (where: keyof typeof sent, on: typeof fetch): typeof fetch =>
      (url, init) => {
        if (String(init?.body).includes('grant_type=refresh_token')) sent[where]++;
        return on(url, init);
      };
    const fetchFn = counting('here', provider.wrapFetch(counting('out', fetch)) as typeof fetch);
    const renew = () => auth(provider, { serverUrl: guarded.url, fetchFn });
    guarded.expire();
    const stored = holdBefore(it.coda, 'secrets.change');
    const first = renew();
    await stored.reached;
    const second = renew();
    await eventually(() => sent.here === 2);
    stored.goOn();
    expect(await Promise.all([first, second])).toEqual(['AUTHORIZED', 'AUTHORIZED']);
    expect(sent.out).toBe(1);
    expect(await hello()).toContain('hello from within');
    guarded.expire();
    expect(await renew()).toBe('AUTHORIZED');
    expect(sent.out).toBe(2);
  });
});

test('a refresh token that lasts is used for each renewal', async () => {
  let count = 0;
  const renew = new Renewals().wrapFetch(async () => Response.json({ access_token: `access ${++count}` }));
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'it lasts' });
  const came = async () =>
    ((await (await renew('https://id.example/token', { body })).json()) as { access_token: string }).access_token;
  expect([await came(), await came()]).toEqual(['access 1', 'access 2']);
});

test('however often a server is started anew, one client of it is left, and none when it is closed', async () => {
  const open = new Set<InMemoryTransport>();
  const hints: Promise<void>[] = [];
  const connection = new Connection({
    ...{ name: 'web', settings: { timeout: 10_000 } as never, world: testWorld({ at: '2026-11-20T08:00:00Z' }) },
    version: '1',
    longestCallMs: 10_000,
    onListing: async () => {},
    async open() {
      const [mine, its] = InMemoryTransport.createLinkedPair();
      await new McpServer({ name: 'web', version: '1' }).connect(its);
      open.add(its);
      // Further hints come while it is being started.
      if (hints.length < 3) hints.push(connection.reconnect());
      const { onclose } = its;
      its.onclose = () => {
        open.delete(its);
        onclose?.();
      };
      return Object.assign(mine, { why: '' }) as never;
    },
  });
  await connection.start();
  await eventually(() => hints.length === 3);
  await Promise.all(hints);
  expect(connection.state.kind).toBe('ready');
  expect(open.size).toBe(1);
  await connection.close();
  expect(open.size).toBe(0);
});
