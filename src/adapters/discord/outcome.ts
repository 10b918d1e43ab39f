import { CodaError, isStorageAway } from '../../base/errors.ts';
import type { SendOutcome } from '../../delivery/index.ts';
import { NotDiscordError } from './transport.ts';

interface Failure {
  name?: string;
  message?: string;
  status?: number;
  code?: number | string;
  /** Set on a `RateLimitError`, in milliseconds. */
  timeToReset?: number;
  retryAfter?: number;
  cause?: unknown;
}

/** Error codes of docs.discord.com/developers/topics/opcodes-and-status-codes. */
export const CODES = {
  unknownChannel: 10003,
  unknownMessage: 10008,
  unknownWebhook: 10015,
  unknownInteraction: 10062,
  tooManyEdits: 30046,
  tooLarge: 40005,
  alreadyAcknowledged: 40060,
  notOwnMessage: 50005,
  invalidWebhookToken: 50027,
  threadArchived: 50083,
  mayNotReply: 160002,
  threadExists: 160004,
  threadLocked: 160005,
} as const;

/** Codes of a target that cannot be reached any more, whatever the status says. */
const GONE: readonly (number | string | undefined)[] = [
  CODES.unknownChannel,
  CODES.invalidWebhookToken,
  CODES.threadArchived,
  CODES.threadLocked,
];

/** The message is there and cannot be changed: an old one too often, another application's, an interaction's after its time. */
const FROZEN: readonly (number | string | undefined)[] = [
  CODES.unknownWebhook,
  CODES.invalidWebhookToken,
  CODES.tooManyEdits,
  CODES.notOwnMessage,
];

/** Refused for now, whatever the status says: limits of writing, a feature that is off, an overload. */
const PASSING: readonly (number | string | undefined)[] = [20016, 20022, 20028, 20029, 31001, 31002, 40004, 130000];

/** Nothing has reached Discord: it may be sent again without a look. */
const NEVER_ARRIVED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

export function codeOf(error: unknown): number | undefined {
  const { code } = asFailure(error);
  return typeof code === 'number' ? code : undefined;
}

export function statusOf(error: unknown): number | undefined {
  return asFailure(error).status;
}

export function outcomeOf(error: unknown): SendOutcome {
  const failure = asFailure(error);
  const { status, timeToReset, retryAfter } = failure;
  const reason = describe(failure);
  if (failure.name?.startsWith('RateLimitError')) {
    const afterMs = Math.max(timeToReset ?? 0, retryAfter ?? 0, 250);
    // Spread out, so that what was held up together does not come back together.
    return { kind: 'retry', reason, afterMs: Math.round(afterMs * (1 + Math.random() / 4)) };
  }
  // A file that it should have had is not stored any more, and never will be.
  if (error instanceof CodaError && error.code === 'ARTIFACT_MISSING')
    return { kind: 'refused', reason, fault: 'not_found' };
  if (status === undefined) return neverArrived(error) ? { kind: 'retry', reason } : { kind: 'unknown', reason };
  if (status >= 500) return { kind: 'unknown', reason };
  if (PASSING.includes(failure.code)) return { kind: 'retry', reason };
  if (GONE.includes(failure.code)) return { kind: 'gone', reason };
  // Refused for good, the session ends as well, and what is said waits for the next one.
  if (status === 401) return { kind: 'retry', reason: 'Discord does not take the token', afterMs: 60_000 };
  if (status === 403 || status === 404) return { kind: 'gone', reason };
  return { kind: 'refused', reason, fault: 'refused' };
}

export function editOutcomeOf(error: unknown): SendOutcome {
  const outcome = outcomeOf(error);
  const isFrozen = FROZEN.includes(codeOf(error)) && 'reason' in outcome;
  return isFrozen ? { kind: 'frozen', reason: outcome.reason } : outcome;
}

const NETWORK = /^(?:E[A-Z_]{3,}|UND_ERR_\w+)$/;
const GIVEN_UP = ['AbortError', 'TimeoutError'];

/**
 * True if the database or Discord is away or has no time, so that the same can work later however often it has failed.
 */
export function isOutage(error: unknown): boolean {
  if (error instanceof CodaError) return isStorageAway(error);
  if (error instanceof NotDiscordError) return true;
  const { status, code, name = '', cause } = asFailure(error);
  if (PASSING.includes(code)) return true;
  if (status !== undefined) return status >= 500 || status === 429 || status === 401;
  if (name.startsWith('RateLimitError') || GIVEN_UP.includes(name)) return true;
  return (typeof code === 'string' && NETWORK.test(code)) || (cause !== undefined && isOutage(cause));
}

export function notSignedIn(): Error {
  return Object.assign(new Error('not signed in to Discord'), { code: 'ENOTCONN' });
}

function describe({ name, message, status, code }: Failure): string {
  return [name, status, code, message]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
    .slice(0, 300);
}

function neverArrived(error: unknown): boolean {
  const { code, cause } = asFailure(error);
  if (typeof code === 'string' && NEVER_ARRIVED.includes(code)) return true;
  // Without its token the client does not even try.
  if (asFailure(error).message?.startsWith('Expected token to be set')) return true;
  return cause !== undefined && neverArrived(cause);
}

function asFailure(error: unknown): Failure {
  return typeof error === 'object' && error !== null ? (error as Failure) : { message: String(error) };
}
