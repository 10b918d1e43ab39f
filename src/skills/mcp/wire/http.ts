import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CodaError } from '../../../base/errors.ts';
import type { Egress, Limits } from '../../../egress/index.ts';
import type { ServerSettings } from '../config.ts';
import { type Fetch, readable } from './answers.ts';
import type { IsAsked } from './messages.ts';
import { withOlder } from './older.ts';

const HOUR = 3_600_000;
const MAX_BYTES = 16 * 1024 * 1024;
const METHODS = ['GET', 'POST', 'DELETE'] as const;
const EMPTY_STATUSES = [204, 205, 304];

export interface SignedInProvider extends OAuthClientProvider {
  wrapFetch(fetch: Fetch): Fetch;
}

type HttpSettings = Pick<ServerSettings, 'url' | 'headers' | 'oauth' | 'timeout'>;

interface HttpDeps {
  egress: Egress;
  isAsked: IsAsked;
  signedIn: SignedInProvider | undefined;
  /** Milliseconds that a call may take which tells of its progress. */
  longestMs: number;
}

/**
 * The transport to `url`. Only its own origin is reached, wherever that is, because the owner has named it, and that of the
 * issuer of its tokens; a redirect fails. An answer that is a stream of events may last, and may be silent.
 */
export async function httpTransport(
  settings: HttpSettings,
  { egress, isAsked, signedIn, longestMs }: HttpDeps,
): Promise<Transport> {
  const { url: address = '', headers, oauth } = settings;
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const url = new URL(address);
  const fetch = readable(authFetch(settings, egress, longestMs), {
    url,
    isAsked,
    hasTokens: oauth !== undefined,
    tell: (message) => transport.onmessage?.(message),
  });
  const options = {
    fetch: signedIn?.wrapFetch(fetch) ?? fetch,
    requestInit: { headers },
    ...(oauth && { authProvider: signedIn ?? (await tokensOf(oauth)) }),
  };
  const reconnectionOptions = {
    initialReconnectionDelay: 1_000,
    maxReconnectionDelay: 60_000,
    reconnectionDelayGrowFactor: 2,
    maxRetries: 5,
  };
  const streamable = new StreamableHTTPClientTransport(url, { ...options, reconnectionOptions });
  const transport = withOlder(streamable as Transport, url, options);
  return transport;
}

export function authFetch(
  { url = '', headers, oauth, timeout }: HttpSettings,
  egress: Egress,
  longestMs = timeout,
): Fetch {
  const reached = {
    own: new URL(url),
    issuer: oauth?.issuer,
    keys: Object.keys(headers),
    timeoutMs: timeout,
    longestMs,
  };
  return fetchBy(egress.allowingAll(), { ...reached, signsIn: oauth?.sign_in === true });
}

/** Tokens are kept in memory alone, and asked for again when they are refused. */
async function tokensOf({
  issuer = '',
  client_id = '',
  client_secret = '',
  scope,
}: NonNullable<ServerSettings['oauth']>) {
  const { ClientCredentialsProvider } = await import('@modelcontextprotocol/sdk/client/auth-extensions.js');
  const provider = new ClientCredentialsProvider({
    clientId: client_id,
    clientSecret: client_secret,
    clientName: 'coda',
    expectedIssuer: issuer,
    ...(scope !== undefined && { scope }),
  });
  const saveDiscoveryState = ({ authorizationServerUrl: serverUrl }: { authorizationServerUrl: string }) =>
    provider.saveClientInformation({ client_id, client_secret, issuer: issuerMeant(issuer, serverUrl) });
  return Object.assign(provider, { saveDiscoveryState });
}

/**
 * The issuer that a client of the configuration is for, given the one that its server names: that one, where the
 * configuration names no more than its origin. One of several issuers at an origin is named with its path.
 */
export function issuerMeant(named: string, serverUrl: string): string {
  const { origin, pathname, search } = new URL(named);
  return pathname === '/' && search === '' && URL.parse(serverUrl)?.origin === origin ? serverUrl : named;
}

interface ReachedServer {
  own: URL;
  issuer: string | undefined;
  signsIn: boolean;
  keys: readonly string[];
  timeoutMs: number;
  longestMs: number;
}

function fetchBy(egress: Egress, { own, issuer, signsIn, keys, timeoutMs, longestMs }: ReachedServer): Fetch {
  const isIssuer = ({ origin }: URL) => issuer !== undefined && origin === new URL(issuer).origin;
  return async (asked, init = {}) => {
    const url = new URL(asked);
    const isOwn = url.origin === own.origin;
    if (!isOwn && !isIssuer(url)) {
      const remedy = signsIn ? `Set oauth.issuer: ${url.origin} if that is where you sign in.` : NAMED;
      throw refusedError(`The MCP server at ${own.host} leads to ${url.host}.`, remedy);
    }
    const method = METHODS.find((each) => each === (init.method ?? 'GET'));
    if (!method) throw refusedError(`The MCP client wants to ${init.method} at ${own.host}.`);
    const headersSent = new Headers(init.headers);
    if (!isOwn) for (const key of keys) headersSent.delete(key);
    const isStream = method === 'GET';
    // Progress may come on another stream, before the answer begins.
    const answerMs = isOwn && !isStream ? longestMs : timeoutMs;
    const limits: Partial<Limits> = {
      redirects: 0,
      maxBytes: MAX_BYTES,
      totalMs: isStream ? 24 * HOUR : answerMs + 10_000,
      headersMs: answerMs,
      // Events come when there are any.
      pace: { ms: HOUR, bytes: 0 },
    };
    const answer = await egress.fetch(url.href, {
      method,
      headers: Object.fromEntries(headersSent),
      ...(isText(init.body) && { body: init.body.toString() }),
      limits,
      signal: init.signal ?? undefined,
    });
    if (!answer.ok) throw new CodaError(answer.code, { message: answer.message, remedy: answer.remedy });
    const { status, headers } = answer;
    if (EMPTY_STATUSES.includes(status)) answer.close();
    const body = EMPTY_STATUSES.includes(status)
      ? null
      : (ReadableStream.from(answer.body) as ReadableStream<Uint8Array>);
    const { 'content-encoding': _, 'content-length': __, ...rest } = headers;
    return new Response(body, { status, headers: rest });
  };
}

const NAMED = 'Name the address that it leads to in config.yaml.';
export const refusedError = (message: string, remedy = NAMED) => new CodaError('EGRESS_REDIRECTS', { message, remedy });

export const isText = (body: unknown): body is string | URLSearchParams =>
  typeof body === 'string' || body instanceof URLSearchParams;
