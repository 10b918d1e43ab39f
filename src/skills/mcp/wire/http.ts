/** MCP over streamable HTTP, by coda's own client for addresses. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CodaError } from '../../../base/errors.ts';
import type { Egress, Limits } from '../../../egress/index.ts';
import type { ServerSettings } from '../config.ts';

const HOUR = 3_600_000;
const MAX_BYTES = 16 * 1024 * 1024;
const METHODS = ['GET', 'POST', 'DELETE'] as const;
/** Answers that have no body. */
const EMPTY = [204, 205, 304];

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/**
 * The transport to `url`. Only its own origin is reached, wherever that is, because the owner has named it, and that of the
 * issuer of its tokens; a redirect fails. An answer that is a stream of events may last, and may be silent.
 */
export async function httpTransport(
  { url: address = '', headers, oauth, timeout }: Pick<ServerSettings, 'url' | 'headers' | 'oauth' | 'timeout'>,
  egress: Egress,
): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const url = new URL(address);
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: fetchBy(egress.trusting(), {
      own: url,
      issuer: oauth?.issuer,
      keys: Object.keys(headers),
      timeoutMs: timeout,
    }),
    requestInit: { headers },
    ...(oauth && { authProvider: await tokensOf(oauth) }),
    reconnectionOptions: {
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 60_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 5,
    },
  });
  return transport as Transport;
}

/** Tokens are kept in memory alone, and asked for again when they are refused. */
async function tokensOf({ issuer, client_id, client_secret, scope }: NonNullable<ServerSettings['oauth']>) {
  const { ClientCredentialsProvider } = await import('@modelcontextprotocol/sdk/client/auth-extensions.js');
  return new ClientCredentialsProvider({
    ...{ clientId: client_id, clientSecret: client_secret, clientName: 'coda', expectedIssuer: issuer },
    ...(scope !== undefined && { scope }),
  });
}

interface Reached {
  own: URL;
  issuer: string | undefined;
  /** Headers that are for the server alone. */
  keys: readonly string[];
  timeoutMs: number;
}

function fetchBy(egress: Egress, { own, issuer, keys, timeoutMs }: Reached): Fetch {
  const isIssuer = ({ origin }: URL) => issuer !== undefined && origin === new URL(issuer).origin;
  return async (asked, init = {}) => {
    const url = new URL(asked);
    const isOwn = url.origin === own.origin;
    if (!isOwn && !isIssuer(url)) throw refused(`The MCP server at ${own.host} leads to ${url.host}.`);
    const method = METHODS.find((each) => each === (init.method ?? 'GET'));
    if (!method) throw refused(`The MCP client wants to ${init.method} at ${own.host}.`);
    const headersSent = new Headers(init.headers);
    if (!isOwn) for (const key of keys) headersSent.delete(key);
    const isStream = method === 'GET';
    const limits: Partial<Limits> = {
      redirects: 0,
      maxBytes: MAX_BYTES,
      totalMs: isStream ? 24 * HOUR : timeoutMs + 10_000,
      headersMs: timeoutMs,
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
    if (EMPTY.includes(status)) answer.close();
    const body = EMPTY.includes(status) ? null : (ReadableStream.from(answer.body) as ReadableStream<Uint8Array>);
    const { 'content-encoding': _, 'content-length': __, ...kept } = headers;
    return new Response(body, { status, headers: kept });
  };
}

const refused = (message: string) =>
  new CodaError('EGRESS_REDIRECTS', { message, remedy: 'Name the address that it leads to in config.yaml.' });

const isText = (body: unknown): body is string | URLSearchParams =>
  typeof body === 'string' || body instanceof URLSearchParams;
