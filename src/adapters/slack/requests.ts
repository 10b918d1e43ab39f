/** Slack's signed requests (docs.slack.dev/authentication/verifying-requests-from-slack), in place of a socket. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { BoundedMap } from '../../base/bounded.ts';
import type { Clock } from '../../base/clock.ts';
import { CodaError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { type AnyRoute, type HttpAnswer, route } from '../../chat/index.ts';
import type { Api } from './client.ts';
import type { Envelope } from './connection.ts';
import { SlackLimit } from './outcome.ts';

const PATH = '/slack/events';
/** A request that is older, or from the future, may be somebody's copy. */
const TOLERANCE_MS = 5 * 60_000;
const MAX_BYTES = 1024 * 1024;

export interface SignedRequest {
  raw: Buffer;
  timestamp: string | undefined;
  signature: string | undefined;
}

export function isFromSlack(
  { raw, timestamp = '', signature = '' }: SignedRequest,
  secret: string,
  now: number,
): boolean {
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1_000) > TOLERANCE_MS) return false;
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(raw).digest();
  const [, hex = ''] = /^v0=([0-9a-f]{64})$/.exec(signature) ?? [];
  const digest = Buffer.from(hex, 'hex');
  return digest.length === expected.length && timingSafeEqual(digest, expected);
}

/**
 * The payload of a body: JSON of an event, or a form of a command or (as `payload`) an interaction. Undefined: neither.
 */
export function payloadOf(raw: Buffer, type = ''): unknown {
  try {
    const text = raw.toString('utf8');
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return parseJson(text);
    const form = Object.fromEntries(new URLSearchParams(text));
    return form.payload === undefined ? form : parseJson(form.payload);
  } catch {
    return undefined;
  }
}

export interface RequestDeps {
  secret: string;
  clock: Clock;
  /** Undefined before coda listens. Never rejects. */
  receive: ((envelope: Envelope) => Promise<void>) | undefined;
}

/**
 * Request URL for Slack's events, commands and interactions: answered when they are stored, so that others are
 * delivered again.
 */
export function requestRoute(deps: () => RequestDeps): AnyRoute {
  return route({
    method: 'POST',
    path: PATH,
    tag: 'slack',
    summary: 'Events, commands and interactions of Slack, signed by it.',
    maxBytes: MAX_BYTES,
    answers: {
      200: { description: 'It is stored.' },
      401: { description: 'It is not signed by Slack, or too old.' },
      503: { description: 'It could not be stored.' },
    },
    async answerRequest({ raw, header, signal }) {
      const { secret, clock, receive } = deps();
      const signed = { raw, timestamp: header('x-slack-request-timestamp'), signature: header('x-slack-signature') };
      if (!isFromSlack(signed, secret, clock.now().getTime())) {
        throw new CodaError('HTTP_UNAUTHORIZED', {
          message: 'The request is not signed by Slack, or too old.',
          remedy: 'Compare slack.signing_secret with Basic Information → Signing Secret, and this machine’s clock.',
        });
      }
      const body = payloadOf(raw, header('content-type'));
      const { type, challenge } = (body ?? {}) as { type?: unknown; challenge?: unknown };
      if (type === 'url_verification') return { body: { text: String(challenge).slice(0, 1_000), type: 'text/plain' } };
      return receive ? answerTo(body, receive, signal) : { status: 503 };
    },
  });
}

/** The answer is the acknowledgement; what ends without one was not stored. */
async function answerTo(
  body: unknown,
  handleEnvelope: NonNullable<RequestDeps['receive']>,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const acknowledge = async (response?: object) => {
      if (signal.aborted) throw new Error('Slack did not wait');
      resolve(response ? { body: { json: response } } : {});
    };
    void handleEnvelope({ body, acknowledge }).then(() => resolve({ status: 503 }));
  });
}

const REMEMBERED = 2_000;
/** Slack tells whole seconds. */
const MARGIN_MS = 50;

/**
 * Keeps to what Slack says to wait (429 with `Retry-After`, docs.slack.dev/apis/web-api/rate-limits), for everybody who
 * calls: until then a call rejects with `SlackLimit` and is not made.
 */
export function gateApi(api: Api, now: () => number): Api {
  const pauses = new BoundedMap<string, { at: number; ms: number }>(REMEMBERED);
  return async <T>(method: string, args: Record<string, unknown> = {}): Promise<T> => {
    const key = keyOf(method, args);
    const { at, ms } = pauses.get(key) ?? { at: 0, ms: 0 };
    const passed = now() - at;
    // A clock that was set back costs one call.
    if (passed >= 0 && passed < ms) throw new SlackLimit(method, ms - passed + MARGIN_MS);
    try {
      return await api<T>(method, args);
    } catch (error) {
      if (error instanceof SlackLimit) {
        pauses.delete(key);
        pauses.set(key, { at: now(), ms: error.afterMs });
      }
      throw error;
    }
  };
}

/** Messages are counted for each channel, everything else for the whole workspace. */
const keyOf = (method: string, { channel }: Record<string, unknown>): string =>
  method === 'chat.postMessage' ? `${method} ${String(channel)}` : method;
