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
 * The transport to `url`. Only its own origin is reached, wherever that is, because the owner has named it; a redirect
 * away from it fails. An answer that is a stream of events may last, and may be silent.
 */
export async function httpTransport(
  { url: address = '', headers, timeout }: Pick<ServerSettings, 'url' | 'headers' | 'timeout'>,
  egress: Egress,
): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const url = new URL(address);
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: fetchBy(egress.trusting(), url, timeout),
    requestInit: { headers },
    reconnectionOptions: {
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 60_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 5,
    },
  });
  return transport as Transport;
}

function fetchBy(egress: Egress, own: URL, timeoutMs: number): Fetch {
  return async (asked, init = {}) => {
    const url = new URL(asked);
    if (url.origin !== own.origin) throw refused(`The MCP server at ${own.host} leads to ${url.host}.`);
    const method = METHODS.find((each) => each === (init.method ?? 'GET'));
    if (!method) throw refused(`The MCP client wants to ${init.method} at ${own.host}.`);
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
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(typeof init.body === 'string' && { body: init.body }),
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
