/** The HTTP edge: only what is Discord's own answer gets in. */

import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { RESTOptions } from 'discord.js';
import { parseJson } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { DiscordConfig } from './config.ts';

type MakeRequest = RESTOptions['makeRequest'];
type Answer = Awaited<ReturnType<MakeRequest>>;

/** discord.js limits the time until the headers only. */
const BODY_WITHIN_MS = 8_000;
/** A page of 100 messages is at most about 1 MB. */
const MAX_BODY = 16 * 1024 * 1024;
/** Seconds. A longer wait is asked about again: what a proxy says must not silence coda for days. */
const LONGEST_LIMIT_S = 900;
const SHORTEST_LIMIT_S = 1;
/** Discord's JSON error codes: 0 (general), or five digits and more. Gateways of others use HTTP's numbers. */
const SMALLEST_CODE = 10_000;
/** "internal network error": Cloudflare's refusal in Discord's clothes. */
const NETWORK_REFUSAL = 40_333;

/**
 * An answer that is not Discord's: of a proxy, a CDN or a login page, or cut off. Whether the request was carried out is
 * unknown.
 */
export class NotDiscordError extends Error {
  override readonly name = 'NotDiscordError';
}

/**
 * Options of every client of the REST API. Repeating a request is decided by the caller, who knows if it may be: never
 * by discord.js.
 */
export async function restOptions({ api_url: api }: Pick<DiscordConfig, 'api_url'>): Promise<Partial<RESTOptions>> {
  const { DefaultRestOptions } = await import('discord.js');
  return {
    ...(api && { api: api.replace(/\/$/, '') }),
    retries: 0,
    makeRequest: strict(DefaultRestOptions.makeRequest),
  };
}

/** Throws `NotDiscordError` for every answer that is not Discord's own. */
function strict(makeRequest: MakeRequest): MakeRequest {
  return async (url, init) => {
    const answer = await makeRequest(url, init);
    const bytes = await wholeBody(answer);
    const headers = new Headers([...answer.headers]);
    const { status } = answer;
    const json = parseBytes(bytes);
    if (!isDiscords(status, bytes, json)) {
      const type = headers.get('content-type') ?? 'no type';
      throw new NotDiscordError(
        `an answer that is not Discord’s (status ${status}, ${type}, ${plural(bytes.length, 'byte')})`,
      );
    }
    limitWaits(status, headers, json);
    if (json !== undefined) headers.set('content-type', 'application/json');
    return new Response(bytes.length > 0 ? bytes : null, { status, headers }) as unknown as Answer;
  };
}

function isDiscords(status: number, bytes: Uint8Array, json: unknown): boolean {
  // Server errors mean the same whoever says them: whether it was done is unknown.
  if (status >= 500) return status < 600;
  if (status === 204) return bytes.length === 0;
  // This status has no body by definition.
  if (status === 205) return false;
  if (typeof json !== 'object' || json === null) return false;
  if (status >= 200 && status < 300) return true;
  if (status === 429) return 'retry_after' in json && typeof json.retry_after === 'number';
  if (status < 400 || !('code' in json)) return false;
  const { code } = json;
  return typeof code === 'number' && (code === 0 || code >= SMALLEST_CODE) && code !== NETWORK_REFUSAL;
}

/** discord.js goes by these headers, without a bound. */
function limitWaits(status: number, headers: Headers, json: unknown): void {
  const bounded = (seconds: number, least: number) =>
    String(Math.min(LONGEST_LIMIT_S, Math.max(least, Number.isFinite(seconds) ? seconds : least)));
  const reset = headers.get('x-ratelimit-reset-after');
  if (reset !== null) headers.set('x-ratelimit-reset-after', bounded(Number(reset), 0));
  const retryAfter = headers.get('retry-after');
  headers.delete('retry-after');
  if (status !== 429) return;
  headers.set(
    'retry-after',
    bounded(Number(retryAfter ?? (json as { retry_after: number }).retry_after), SHORTEST_LIMIT_S),
  );
}

function parseBytes(bytes: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The timer holds the stream, and destroys it: an abort signal may be collected before the body has come. */
async function wholeBody({ body }: Answer): Promise<Uint8Array> {
  if (!body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = body as Readable | ReadableStream<Uint8Array>;
  const late = new NotDiscordError('the rest of an answer did not come in time');
  const timer = setTimeout(
    () => void ('destroy' in stream ? stream.destroy(late) : stream.cancel(late)),
    BODY_WITHIN_MS,
  );
  try {
    for await (const chunk of stream) {
      size += (chunk as Uint8Array).byteLength;
      if (size > MAX_BODY) throw new NotDiscordError('an answer without an end');
      chunks.push(chunk as Uint8Array);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}
