import { CodaError, isStorageAway } from '../../base/errors.ts';
import type { SendOutcome } from '../../delivery/index.ts';

/** A refusal by name: `{ ok: false, error }` (docs.slack.dev/apis/web-api/#responses). */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly error: string;
  readonly method: string;
  readonly needed: string | undefined;
  readonly details: readonly string[];

  constructor(method: string, error: string, needed?: string, details: readonly string[] = []) {
    super([`${method}: ${error}${needed ? ` (needs ${needed})` : ''}`, ...details].join('; '));
    this.details = details;
    this.method = method;
    this.error = error;
    this.needed = needed;
  }
}

/** Slack has said to wait: nothing was done. */
export class SlackLimit extends Error {
  override readonly name = 'SlackLimit';
  readonly afterMs: number;

  constructor(method: string, afterMs: number) {
    super(`${method}: too often, again in ${Math.ceil(afterMs / 1_000)} s`);
    this.afterMs = afterMs;
  }
}

/** Thrown when it is unknown whether a call was carried out: no answer, or one that is not Slack's. */
export class SlackUnclear extends Error {
  override readonly name = 'SlackUnclear';
  readonly neverArrived: boolean;

  constructor(method: string, why: string, neverArrived = false) {
    super(`${method}: ${why}`);
    this.neverArrived = neverArrived;
  }
}

/** There is nothing there, or nothing that coda may write to. */
const GONE: readonly string[] = [
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_non_threadable_channel',
  'restricted_action_thread_locked',
  'cannot_dm_bot',
  'user_not_found',
  'user_not_in_channel',
  'user_disabled',
  'user_not_visible',
  'message_not_found',
  'thread_not_found',
  'cannot_reply_to_message',
  'team_access_not_granted',
  'ekm_access_denied',
  'messages_tab_disabled',
];

/** The message stands, and takes no edit or no deletion (docs.slack.dev/reference/methods/chat.update#errors, …/chat.delete). */
const FROZEN: readonly string[] = ['cant_update_message', 'edit_window_closed', 'cant_delete_message'];

/** The token is not good, which a person has to mend; what is said waits. */
export const TOKEN_ERRORS: readonly string[] = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'user_removed_from_team',
  'team_disabled',
  'org_login_required',
  'missing_scope',
  'no_permission',
  'access_denied',
];

/** Refused for now (docs.slack.dev/reference/methods/chat.postMessage#errors). */
const PASSING: readonly string[] = [
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'accesslimited',
  'team_added_to_org',
];

/** Slack's own troubles: whether it was done is unknown. */
const UNCLEAR: readonly string[] = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'timeout',
  'external_channel_migrating',
];

export function outcomeOf(error: unknown): SendOutcome {
  const reason = error instanceof Error ? error.message.slice(0, 300) : String(error).slice(0, 300);
  if (error instanceof SlackLimit) return { kind: 'retry', reason, afterMs: spread(error.afterMs) };
  if (error instanceof SlackUnclear)
    return error.neverArrived ? { kind: 'retry', reason } : { kind: 'unknown', reason };
  if (!(error instanceof SlackRefusal)) return { kind: 'unknown', reason };
  const { error: name } = error;
  if (name === 'not_in_channel') return { kind: 'gone', reason: `${reason}: in that channel, say /invite @coda` };
  if (GONE.includes(name)) return { kind: 'gone', reason };
  if (FROZEN.includes(name)) return { kind: 'frozen', reason };
  if (TOKEN_ERRORS.includes(name)) return { kind: 'retry', reason, afterMs: 60_000 };
  if (PASSING.includes(name)) return { kind: 'retry', reason };
  if (UNCLEAR.includes(name)) return { kind: 'unknown', reason };
  return { kind: 'refused', reason, fault: 'refused' };
}

/** Spread out, so that what was held up together does not come back together. */
const spread = (ms: number) => Math.round(ms * (1 + Math.random() / 4));

export function errorOf(error: unknown): string | undefined {
  return error instanceof SlackRefusal ? error.error : undefined;
}

/**
 * True if the database or Slack is away or has no time, so that the same can work later however often it has failed.
 */
export function isOutage(error: unknown): boolean {
  if (error instanceof CodaError) return isStorageAway(error);
  if (error instanceof SlackLimit || error instanceof SlackUnclear) return true;
  const name = errorOf(error);
  return name !== undefined && [...PASSING, ...UNCLEAR, ...TOKEN_ERRORS].includes(name) && name !== 'missing_scope';
}

export function isGone(error: unknown): boolean {
  const name = errorOf(error);
  return name !== undefined && (GONE.includes(name) || name === 'missing_scope');
}
