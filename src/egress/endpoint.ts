/** JSON services that the owner has configured, by base address and key, and the owner's proxy. Their answers are not trusted. */

import type { buildConnector, Dispatcher } from 'undici';
import type { FailureCode } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import type { OutboundProxy } from '../base/outbound.ts';
import type { Egress, Limits } from './egress.ts';
import type { EgressCode } from './failure.ts';

export interface EndpointOptions {
  title: string;
  /** Base URL: the owner's choice, so that it may be on the own network. A path below it is kept. */
  base: string;
  headers?: Readonly<Record<string, string>>;
  remedy: string;
}

export interface EndpointRequest {
  /** Below the base, without a slash before it. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  /** Makes it a POST. */
  body?: unknown;
  signal: AbortSignal;
}

export interface ServiceFailure {
  ok: false;
  code: EgressCode | FailureCode;
  message: string;
  remedy: string;
}

const LIMITS: Partial<Limits> = { redirects: 0, maxBytes: 8 * 1024 * 1024, totalMs: 60_000, headersMs: 50_000 };

export class Endpoint {
  private readonly egress: Egress;
  private readonly options: EndpointOptions;

  /** `egress`: one that may reach the base (`Egress.trusting`). */
  constructor(egress: Egress, options: EndpointOptions) {
    this.egress = egress;
    this.options = options;
  }

  async json(asked: EndpointRequest): Promise<{ ok: true; value: unknown } | ServiceFailure> {
    const answer = await this.text(asked, 'application/json');
    if (!answer.ok) return answer;
    try {
      return { ok: true, value: parseJson(answer.text) };
    } catch {
      return this.failure('MALFORMED', 'does not answer in JSON', 'Check its address in config.yaml.');
    }
  }

  async text(
    { path, query = {}, body, signal }: EndpointRequest,
    accept = '*/*',
  ): Promise<{ ok: true; text: string } | ServiceFailure> {
    const { base, headers } = this.options;
    const url = new URL(path, base.endsWith('/') ? base : `${base}/`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, `${value}`);
    const answer = await this.egress.fetch(url.href, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: { ...headers, accept, ...(body !== undefined && { 'content-type': 'application/json' }) },
      limits: LIMITS,
      signal,
    });
    if (!answer.ok) return answer;
    if (answer.status >= 300) {
      answer.close();
      return this.refusalFailure(answer.status);
    }
    const read = await answer.bytes();
    return read.ok ? { ok: true, text: new TextDecoder().decode(read.bytes) } : read;
  }

  malformedFailure(): ServiceFailure {
    return this.failure('MALFORMED', 'answers in a form that I do not know', 'Check its address in config.yaml.');
  }

  private refusalFailure(status: number): ServiceFailure {
    const { remedy } = this.options;
    if (status === 401 || status === 403) return this.failure('AUTH_EXPIRED', `refuses to answer (${status})`, remedy);
    if (status === 402) return this.failure('BUDGET', 'has no credit left', 'Top it up, or wait for the next month.');
    if (status === 429) return this.failure('RATE_LIMITED', 'is asked too often', 'Try again in a while.');
    if (status >= 500) return this.failure('UNAVAILABLE', `is out of order (${status})`, 'Try again in a while.');
    return this.failure('REFUSED', `does not take the request (${status})`, 'Ask for something else.');
  }

  private failure(code: FailureCode, what: string, remedy: string): ServiceFailure {
    return { ok: false, code, message: `${this.options.title} ${what}.`, remedy };
  }
}

/** The owner's proxy, for clients that speak HTTP by themselves. */
export async function proxyDispatcher(proxy: OutboundProxy): Promise<Dispatcher> {
  const { Agent, buildConnector } = await import('undici');
  const direct = buildConnector({});
  const connect: buildConnector.connector = (options, callback) => {
    const { protocol, hostname, port, servername } = options;
    const url = new URL(
      `${protocol}//${hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname}`,
    );
    url.port = port;
    const by = proxy.for(url);
    if (!by) return direct(options, callback);
    const isSecure = protocol === 'https:';
    const to = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (isSecure ? 443 : 80) };
    proxy.tunnel(by, to, isSecure ? servername || to.host : undefined).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
  return new Agent({ connect });
}

/** Routes `fetch`, and what is built on it, through the proxy; the returned function ends that. */
export async function routeFetch(proxy: OutboundProxy | undefined): Promise<() => void> {
  if (!proxy) return () => {};
  const { getGlobalDispatcher, setGlobalDispatcher } = await import('undici');
  const before = getGlobalDispatcher();
  const dispatcher = await proxyDispatcher(proxy);
  setGlobalDispatcher(dispatcher);
  return () => {
    setGlobalDispatcher(before);
    void dispatcher.close().catch(() => {});
  };
}
