import { messageOf, systemCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { isUrl } from '../../base/text.ts';
import type { SlackConfig } from './config.ts';
import { SlackLimit, SlackRefusal, SlackUnclear } from './outcome.ts';

/** Calls a method of the Web API. Rejects with `SlackRefusal`, `SlackLimit` or `SlackUnclear` and nothing else. */
export type Api = <T = Record<string, unknown>>(method: string, args?: Record<string, unknown>) => Promise<T>;

const SLACK_API = 'https://slack.com/api/';

/** True if an address is one of Slack's, which may be told secrets: of its own hosts, or of the configured API's. */
export function isSlackAddress(url: string, api = SLACK_API): boolean {
  if (!isUrl(url)) return false;
  const { protocol, hostname, host } = new URL(url);
  if (host === new URL(api).host) return true;
  return protocol === 'https:' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'));
}

const REQUEST_WITHIN_MS = 9_000;
const MAX_BODY = 16 * 1024 * 1024;
const LONGEST_LIMIT_MS = 15 * 60_000;
const NO_TIME_TOLD_MS = 30_000;

/** A name of an error, and not a page of somebody between. */
const ERROR_NAME = /^[a-z0-9_.]{2,80}$/;

const NEVER_ARRIVED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/**
 * Options of every client. Repeating a request is decided by the caller, who knows if it may be: never by the client.
 */
export function clientOptions({ api_url: api = SLACK_API }: SlackConfig, log: Log) {
  return {
    slackApiUrl: api.endsWith('/') ? api : `${api}/`,
    timeout: REQUEST_WITHIN_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    fetch: boundedFetch,
    logger: quiet(log),
  };
}

export async function openApi(config: SlackConfig, token: string, log: Log): Promise<Api> {
  const { webApi } = await import('@slack/bolt');
  const client = new webApi.WebClient(token, clientOptions(config, log));
  return async <T>(method: string, args: Record<string, unknown> = {}): Promise<T> => {
    try {
      return (await client.apiCall(method, args)) as T;
    } catch (error) {
      throw understandError(method, error);
    }
  };
}

function understandError(method: string, error: unknown): Error {
  const { code, data, retryAfter, statusCode } = error as Failure;
  if (code === 'slack_webapi_rate_limited_error') return new SlackLimit(method, limitOf(retryAfter));
  if (code === 'slack_webapi_platform_error') {
    const name = String(data?.error);
    const waitSeconds = data?.response_metadata?.retryAfter;
    if (name === 'ratelimited' || name === 'rate_limited') return new SlackLimit(method, limitOf(waitSeconds));
    if (ERROR_NAME.test(name))
      return new SlackRefusal(method, name, data?.needed, detailsOf(data?.response_metadata?.messages));
    return new SlackUnclear(method, 'an answer that is not Slack’s');
  }
  if (code === 'slack_webapi_http_error') return new SlackUnclear(method, `status ${statusCode}`);
  // A 429 without a time to wait: nothing was done all the same.
  if (/^Retry header did not contain/.test(messageOf(error))) return new SlackLimit(method, NO_TIME_TOLD_MS);
  return new SlackUnclear(method, messageOf(error), neverArrived(error));
}

interface Failure {
  code?: string;
  data?: { error?: unknown; needed?: string; response_metadata?: { retryAfter?: number; messages?: unknown } };
  retryAfter?: number;
  statusCode?: number;
}

/** `[ERROR] unsupported type: … [json-pointer:/blocks/0]` and the like. */
function detailsOf(messages: unknown): string[] {
  const details = Array.isArray(messages) ? messages : [];
  return details
    .filter((each) => typeof each === 'string')
    .slice(0, 5)
    .map((each) => each.slice(0, 200));
}

function limitOf(seconds: number | undefined): number {
  if (seconds === undefined || !Number.isFinite(seconds)) return NO_TIME_TOLD_MS;
  return Math.min(Math.max(seconds * 1_000, 250), LONGEST_LIMIT_MS);
}

function neverArrived(error: unknown): boolean {
  const code = systemCode(error);
  if (code !== undefined && NEVER_ARRIVED.includes(code)) return true;
  const { cause, original } = (error ?? {}) as { cause?: unknown; original?: unknown };
  const inner = cause ?? original;
  return inner !== undefined && inner !== error && neverArrived(inner);
}

/** An answer without an end must not fill the memory. */
const boundedFetch: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BODY) throw new Error('an answer without an end');
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: answer.status, headers: answer.headers });
};

/** Logger for Slack's packages, quiet: callers report what matters. */
export function quiet(log: Log) {
  const say = (...words: unknown[]) =>
    log.debug({ slack: words.map(String).join(' ').slice(0, 500) }, 'Slack’s client');
  return {
    // Bodies of requests and payloads, which are nobody's business.
    debug() {},
    info: say,
    warn: say,
    error: say,
    setLevel() {},
    getLevel: () => 'info' as never,
    setName() {},
  };
}
