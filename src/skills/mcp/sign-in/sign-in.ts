/** Signing in to MCP servers: OAuth 2.1 with PKCE, the code by coda's own HTTP or by hand. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { append, rowOf } from '../../../audit/index.ts';
import { CodaError, messageOf } from '../../../base/errors.ts';
import { token } from '../../../base/ids.ts';
import type { World } from '../../../base/world.ts';
import { type AnyRoute, route } from '../../../chat/index.ts';
import type { Egress } from '../../../egress/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import type { ServerSettings, Settings } from '../config.ts';
import { texts } from '../texts.ts';
import { authFetch } from '../wire/http.ts';
import { Beginning, exchangeProvider, lastingProvider, requireSignedIn } from './provider.ts';
import { KeptSignIn, markOf, type SealedValues } from './tokens.ts';

export interface SignInDeps {
  settings: Settings;
  world: World;
  egress: Egress;
  values: SealedValues;
  address(): string | undefined;
  onChange(server: string): void;
}

export interface LoginLink {
  url: string;
  /** The browser brings the code here by itself; else it is given by hand. */
  returns: boolean;
  attempt: string;
}

const CALLBACK = '/mcp/callback';
/** Callback address without a listener: the browser still shows the address that it was sent to. */
const BY_HAND = `http://127.0.0.1:8321${CALLBACK}`;
const WITHIN_MS = 10 * 60_000;

export class SignIns {
  private readonly deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.deps = deps;
  }

  get isOn(): boolean {
    return Object.values(this.deps.settings.servers).some(({ oauth }) => oauth?.sign_in);
  }

  /** Auth provider of the transport to a server that a person signs in to. Throws `NeedsSignIn`. */
  async provider(server: string, oauth: NonNullable<ServerSettings['oauth']>) {
    const signIn = this.keptSignIn(server);
    await requireSignedIn(signIn);
    return lastingProvider(signIn, oauth);
  }

  async isSignedIn(server: string): Promise<boolean> {
    return (await this.keptSignIn(server).signedIn()) !== undefined;
  }

  /**
   * State of one sign-in. `none`: its code has come, and is being exchanged or was worth nothing; or another was begun.
   */
  async stateOf(server: string, attempt: string): Promise<'waiting' | 'done' | 'none'> {
    const signIn = this.keptSignIn(server);
    const pendingSignIn = await signIn.readBegun();
    if (pendingSignIn && markOf(pendingSignIn.state) === attempt) return 'waiting';
    return (await signIn.signedIn())?.attempt === attempt ? 'done' : 'none';
  }

  /** Begins a sign-in; the one that was begun before is void. Throws `INPUT_INVALID`. */
  async begin(server: string): Promise<LoginLink> {
    const { settings, oauth } = this.signInSettings(server);
    const { auth } = await import('@modelcontextprotocol/sdk/client/auth.js');
    const own = this.deps.address();
    const provider = new Beginning(oauth, {
      redirect: own === undefined ? BY_HAND : `${own}${CALLBACK}`,
      state: token(),
    });
    try {
      await auth(provider, this.authOptions(settings, oauth));
    } catch (error) {
      throw this.failure(server, error);
    }
    const pendingSignIn = provider.begunSignIn(new Date(this.deps.world.clock.now().getTime() + WITHIN_MS));
    const { url } = provider;
    if (!pendingSignIn || !url || !/^https?:$/.test(url.protocol)) throw this.failure(server, texts.noSignIn);
    await this.keptSignIn(server).begin(pendingSignIn);
    return { url: url.href, returns: own !== undefined, attempt: markOf(pendingSignIn.state) };
  }

  /** Ends the sign-in that has this state, with what the browser was sent back with. Gives the server's name. */
  async endSignIn(answer: URLSearchParams): Promise<string> {
    const state = answer.get('state') ?? '';
    for (const [server, { oauth }] of Object.entries(this.deps.settings.servers)) {
      if (!oauth?.sign_in) continue;
      const pendingSignIn = await this.keptSignIn(server).readBegun();
      if (pendingSignIn && isSame(pendingSignIn.state, state)) return this.endOf(server, answer);
    }
    throw new CodaError('INPUT_INVALID', { message: texts.noLogin, remedy: texts.noLoginRemedy });
  }

  async signOut(server: string): Promise<boolean> {
    this.signInSettings(server);
    const was = await this.keptSignIn(server).forget((tx) => this.record(tx, 'mcp logout', server));
    if (was) this.deps.onChange(server);
    return was;
  }

  private async endOf(server: string, answer: URLSearchParams): Promise<string> {
    const signIn = this.keptSignIn(server);
    const pendingSignIn = await signIn.readBegun();
    // Only the first answer is taken, whatever becomes of it.
    const isMine = pendingSignIn !== undefined && (await signIn.take(pendingSignIn.state));
    if (!isMine || new Date(pendingSignIn.until) < this.deps.world.clock.now()) {
      throw new CodaError('INPUT_INVALID', { message: texts.noLogin, remedy: texts.noLoginRemedy });
    }
    const { settings, oauth } = this.signInSettings(server);
    const code = answer.get('code');
    const refused = answer.get('error_description') ?? answer.get('error') ?? texts.noCode;
    if (code === null) throw this.failure(server, refused);
    // The answer of another issuer is none (RFC 9207).
    const issuer = answer.get('iss');
    const knownIssuer = pendingSignIn.discovery?.authorizationServerUrl;
    if (issuer !== null && knownIssuer !== undefined && !isSameUrl(issuer, knownIssuer))
      throw this.failure(server, texts.otherIssuer);
    const { auth } = await import('@modelcontextprotocol/sdk/client/auth.js');
    const { client, discovery, state } = pendingSignIn;
    const provider = exchangeProvider(pendingSignIn, oauth, (tokens) =>
      signIn.sign({ client, tokens, discovery, attempt: markOf(state) }, (tx) => this.record(tx, 'mcp login', server)),
    );
    try {
      await auth(provider, { ...this.authOptions(settings, oauth), authorizationCode: code });
    } catch (error) {
      throw this.failure(server, error);
    }
    this.deps.onChange(server);
    return server;
  }

  private authOptions(settings: ServerSettings, { scope }: NonNullable<ServerSettings['oauth']>) {
    const { url = '' } = settings;
    const fetchFn = authFetch(settings, this.deps.egress);
    return { serverUrl: url, fetchFn, ...(scope !== undefined && { scope }) };
  }

  private signInSettings(server: string) {
    const settings = this.deps.settings.servers[server];
    if (settings?.oauth?.sign_in) return { settings, oauth: settings.oauth };
    const message = settings ? texts.noSignInHere(server) : texts.unknownServer(server);
    throw new CodaError('INPUT_INVALID', { message, remedy: texts.noSignInRemedy(server) });
  }

  private keptSignIn(server: string): KeptSignIn {
    return new KeptSignIn(this.deps.values, this.deps.world.secrets, server);
  }

  private failure(server: string, error: unknown): CodaError {
    if (error instanceof CodaError && !error.code.startsWith('EGRESS_')) return error;
    const why = typeof error === 'string' ? error : messageOf(error);
    const remedy = error instanceof CodaError ? error.remedy : texts.loginRemedy(server);
    return new CodaError('MCP_LOGIN', {
      message: texts.loginFailed(server, why.replace(/\.$/, '')),
      remedy,
      cause: error,
    });
  }

  private record(tx: Transaction, subject: string, server: string): void {
    const at = this.deps.world.clock.now();
    const act = { action: 'control.run', personId: undefined, origin: 'terminal' } as const;
    append(tx, [rowOf({ ...act, subject, at, detail: { server } })]);
  }
}

function isSame(state: string, candidate: string): boolean {
  const [a, b] = [state, candidate].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

const isSameUrl = (a: string, b: string) => URL.parse(a)?.href === URL.parse(b)?.href;

const text = z.string().max(8_000);

/** The callback for the code. The state, which nobody can guess, shows whose it is. */
export function callbackRoute(signIns: SignIns): AnyRoute {
  return route({
    method: 'GET',
    path: CALLBACK,
    tag: 'operation',
    summary: 'Where a browser comes back to after signing in to an MCP server; for no program.',
    query: z.looseObject({ state: text }),
    answers: { 200: { description: 'Somebody is signed in.', type: 'text/plain' } },
    async answerRequest({ query }) {
      const pairs = Object.entries(query).flatMap(([key, value]) =>
        typeof value === 'string' ? [[key, value] as [string, string]] : [],
      );
      const server = await signIns.endSignIn(new URLSearchParams(pairs));
      return {
        headers: { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' },
        body: { text: texts.signedIn(server), type: 'text/plain; charset=utf-8' },
      };
    },
  });
}
