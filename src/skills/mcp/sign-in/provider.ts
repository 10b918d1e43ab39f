/** The SDK's client for a person's sign-in: once with their browser, and from then on without them. */

import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js';
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { z } from 'zod';
import { omitUndefined, parseJson } from '../../../base/json.ts';
import type { ServerSettings } from '../config.ts';
import { texts } from '../texts.ts';
import type { Fetch } from '../wire/answers.ts';
import { issuerMeant, isText, refusedError, type SignedInProvider } from '../wire/http.ts';
import type { BegunSignIn, KeptSignIn, SignedIn } from './tokens.ts';

export class NeedsSignIn extends Error {
  /** Somebody was, until the issuer refused to renew it. */
  readonly isRefused: boolean;

  constructor(isRefused = false) {
    super('nobody is signed in');
    this.isRefused = isRefused;
  }
}

/** Throws `NeedsSignIn`. */
export async function requireSignedIn(signIn: KeptSignIn): Promise<SignedIn> {
  const state = await signIn.state();
  if (state === undefined || state === 'refused') throw new NeedsSignIn(state === 'refused');
  return state;
}

type OAuthSettings = NonNullable<ServerSettings['oauth']>;

function metadataOf({ scope, client_secret }: OAuthSettings, redirect: string): OAuthClientMetadata {
  return {
    client_name: 'coda',
    redirect_uris: [redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: client_secret === undefined ? 'none' : 'client_secret_basic',
    ...(scope !== undefined && { scope }),
  };
}

function configuredClient({
  client_id,
  client_secret,
  issuer,
}: OAuthSettings): OAuthClientInformationMixed | undefined {
  if (client_id === undefined) return undefined;
  return { client_id, ...omitUndefined({ client_secret, issuer }) };
}

/** No person is there: tokens are used and renewed, and where that fails somebody has to sign in. */
export function lastingProvider(signIn: KeptSignIn, oauth: OAuthSettings): SignedInProvider {
  const renewals = new Renewals();
  const readSignIn = () => requireSignedIn(signIn);
  return {
    wrapFetch: (fetch) => renewals.wrapFetch(fetch),
    // The code is never asked for here; without an address the SDK would ask for tokens without a person.
    redirectUrl: 'http://127.0.0.1/',
    clientMetadata: metadataOf(oauth, 'http://127.0.0.1/'),
    clientInformation: async () => (await readSignIn()).client as OAuthClientInformationMixed,
    discoveryState: async () => (await readSignIn()).discovery as OAuthDiscoveryState | undefined,
    tokens: async () => (await readSignIn()).tokens as OAuthTokens,
    async saveTokens(tokens) {
      const used = renewals.refreshTokenOf(tokens.access_token);
      if (used !== undefined) await signIn.renew(used, tokens);
    },
    async invalidateCredentials(scope) {
      if (scope !== 'all' && scope !== 'tokens') return;
      // After another process has renewed the tokens, or somebody has signed in, the current ones are tried next.
      await signIn.refuse(({ refresh_token }) => renewals.isRefused(refresh_token));
    },
    async redirectToAuthorization() {
      const { tokens } = await readSignIn();
      // Tokens that the issuer refuses are forgotten; here it could not be asked.
      if (tokens.refresh_token !== undefined) throw new Error('its tokens could not be renewed');
      await signIn.refuse(({ access_token }) => access_token === tokens.access_token);
      throw new NeedsSignIn(true);
    },
    saveCodeVerifier() {},
    codeVerifier() {
      throw new NeedsSignIn();
    },
  };
}

/** As the SDK compares them: whether a slash ends them does not matter. */
function isSameIssuer(a: string, b: string): boolean {
  const plain = (text: string) => URL.parse(text)?.href.replace(/\/$/, '');
  return plain(a) === plain(b);
}

export class Beginning implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly clientMetadata: OAuthClientMetadata;
  url: URL | undefined;
  private client: OAuthClientInformationMixed | undefined;
  private verifier = '';
  private discovery: OAuthDiscoveryState | undefined;
  private readonly ownState: string;
  private readonly oauth: OAuthSettings;

  constructor(oauth: OAuthSettings, { redirect, state }: { redirect: string; state: string }) {
    this.redirectUrl = redirect;
    this.clientMetadata = metadataOf(oauth, redirect);
    this.client = configuredClient(oauth);
    this.oauth = oauth;
    this.ownState = state;
  }

  /** The sign-in that has begun; undefined where the server wants nobody to sign in. */
  begunSignIn(until: Date): BegunSignIn | undefined {
    if (!this.url || !this.client) return undefined;
    return {
      state: this.ownState,
      verifier: this.verifier,
      redirect: this.redirectUrl,
      until: until.toISOString(),
      client: { ...this.client },
      ...(this.discovery && { discovery: { ...this.discovery } }),
    };
  }

  state(): string {
    return this.ownState;
  }

  /** Throws where the client of the configuration is another issuer's: the SDK would register one and say nothing. */
  clientInformation(): OAuthClientInformationMixed | undefined {
    const discoveredIssuer = this.discovery?.authorizationServerUrl;
    const named = this.oauth.client_id === undefined ? undefined : this.client?.issuer;
    if (discoveredIssuer !== undefined && typeof named === 'string' && !isSameIssuer(named, discoveredIssuer)) {
      throw refusedError(texts.issuerFound(discoveredIssuer, named), texts.issuerRemedy(discoveredIssuer));
    }
    return this.client;
  }

  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.client = client;
  }

  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.discovery = discovery;
    const { client_id: id, issuer } = this.oauth;
    if (id === undefined || issuer === undefined) return;
    this.client = configuredClient({ ...this.oauth, issuer: issuerMeant(issuer, discovery.authorizationServerUrl) });
  }

  /** A new sign-in wants other tokens than the existing ones. */
  tokens(): undefined {
    return undefined;
  }

  saveTokens(): void {}

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  redirectToAuthorization(url: URL): void {
    this.url = url;
  }
}

/** A sign-in whose code has come: it is exchanged for tokens, as the same client, at the same issuer. */
export function exchangeProvider(
  { client, discovery, redirect, verifier }: BegunSignIn,
  oauth: OAuthSettings,
  save: (tokens: OAuthTokens) => Promise<void>,
): OAuthClientProvider {
  return {
    redirectUrl: redirect,
    clientMetadata: metadataOf(oauth, redirect),
    clientInformation: () => client as OAuthClientInformationMixed,
    ...(discovery && { discoveryState: () => discovery as OAuthDiscoveryState }),
    tokens: () => undefined,
    saveTokens: save,
    saveCodeVerifier() {},
    codeVerifier: () => verifier,
    redirectToAuthorization() {
      throw new NeedsSignIn();
    },
  };
}

interface RenewalAnswer {
  text: string;
  answer: Response;
}

const MOST = 20;
const given = z.looseObject({ access_token: z.string(), refresh_token: z.string().optional() });

/** The SDK tells a provider what tokens came, and not with which refresh token: others may be kept by then. */
export class Renewals {
  private readonly renewals = new Map<string, Promise<RenewalAnswer>>();
  /** By the access token that came. */
  private readonly used = new Map<string, string>();
  private readonly refused = new Set<string>();

  /** The refresh token that this access token was got with. */
  refreshTokenOf(access: string): string | undefined {
    return this.used.get(access);
  }

  isRefused(refresh: string | undefined): boolean {
    return refresh !== undefined && this.refused.has(refresh);
  }

  /**
   * Several requests that are refused at once renew the tokens once: a second use of a refresh token may end them all. Who
   * has read one before its successor was stored gets what came of it, too.
   */
  wrapFetch(fetch: Fetch): Fetch {
    return async (url, init) => {
      const body = isText(init?.body) ? new URLSearchParams(init.body.toString()) : undefined;
      const refresh = body?.get('grant_type') === 'refresh_token' ? (body.get('refresh_token') ?? '') : undefined;
      if (refresh === undefined) return fetch(url, init);
      const { text, answer } = await (this.renewals.get(refresh) ?? this.begin(refresh, fetch(url, init)));
      return new Response(text, { status: answer.status, headers: answer.headers });
    };
  }

  private begin(refresh: string, asked: Promise<Response>): Promise<RenewalAnswer> {
    const coming = this.renew(refresh, asked);
    this.renewals.set(refresh, coming);
    dropOldest(this.renewals);
    return coming;
  }

  private async renew(refresh: string, asked: Promise<Response>): Promise<RenewalAnswer> {
    let isSpent = false;
    try {
      const answer = await asked;
      const text = await answer.text();
      const tokens = answer.ok ? tokensIn(text) : undefined;
      this.note(refresh, tokens?.access_token);
      // A refresh token that lasts is used again when the next access token has expired.
      isSpent = tokens?.refresh_token !== undefined && tokens.refresh_token !== refresh;
      return { text, answer };
    } finally {
      if (!isSpent) this.renewals.delete(refresh);
    }
  }

  private note(refresh: string, access: string | undefined): void {
    if (access === undefined) this.refused.add(refresh);
    else this.used.set(access, refresh);
    for (const marks of [this.refused, this.used]) dropOldest(marks);
  }
}

function dropOldest(marks: Map<string, unknown> | Set<string>): void {
  for (const old of marks.keys()) if (marks.size > MOST) marks.delete(old);
}

function tokensIn(text: string): z.output<typeof given> | undefined {
  try {
    return given.parse(parseJson(text));
  } catch {
    return undefined;
  }
}
