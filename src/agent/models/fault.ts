import type { FaultKind } from '../../base/errors.ts';
import { ModelError } from '../model.ts';

/**
 * What a service's failure is, in the closed list. Only the status and the service's own short error type go into the
 * message: a body may repeat a key or the conversation.
 */
export function faultOf(error: unknown, name: string, signal: AbortSignal, silent: boolean): ModelError {
  if (error instanceof ModelError) return error;
  if (signal.aborted) return new ModelError('cancelled', 'The turn was stopped.');
  if (silent) return new ModelError('transient', `${name} fell silent.`);
  const seen = look(error);
  // A JSON text that is none, in the stream or as the whole answer.
  if (error instanceof SyntaxError) return new ModelError('malformed_output', `${name} did not send valid JSON.`);
  if (seen.page) {
    return new ModelError('not_found', `${name} answered with a web page; is the base_url right?`);
  }
  const fault = byType(seen) ?? byStatus(seen.status);
  const detail = [seen.status, seen.type].filter(Boolean).join(' ') || 'no connection';
  return new ModelError(fault, `${name} answered: ${detail}.`, seen.retryAfterMs);
}

/** An answer that is no answer of the API at all. */
export function pageFault(name: string): ModelError {
  return new ModelError('not_found', `${name} answered with a web page; is the base_url right?`);
}

interface Seen {
  status: number | undefined;
  /** The service's own error types and codes, in lower case: letters, digits and _ only. */
  type: string;
  text: string;
  page: boolean;
  retryAfterMs: number | undefined;
}

/** What both official clients put on their errors. */
function look(error: unknown): Seen {
  const thrown = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const status = typeof thrown.status === 'number' ? thrown.status : undefined;
  const headers = thrown.headers instanceof Headers ? thrown.headers : new Headers();
  const body = thrown.error as { error?: unknown } | undefined;
  const inner = (body?.error ?? body ?? {}) as Record<string, unknown>;
  const words = [inner.type, inner.code, thrown.type, thrown.code].filter((word) => typeof word === 'string');
  const type = [...new Set(words.map((word) => word.toLowerCase()).filter((word) => /^[a-z0-9_]{1,60}$/.test(word)))];
  const text = typeof inner.message === 'string' ? inner.message.toLowerCase() : '';
  const page = status !== undefined && (headers.get('content-type') ?? '').includes('text/html');
  return { status, type: type.filter((word) => word !== 'error').join(' '), text, page, retryAfterMs: wait(headers) };
}

const OVERFLOW =
  /context_length_exceeded|prompt is too long|maximum context length|context window|exceed_context_size|input length and .?max_tokens/;
const REFUSED = /content_filter|content_policy|content management policy|safety/;
const CREDIT =
  /insufficient_quota|billing_error|credit balance|insufficient balance|enforced_spend_limit|usage limits?\b/;

/** What the service says is more exact than its status. */
function byType({ status, type, text }: Seen): FaultKind | undefined {
  const said = `${type} ${text}`;
  if (CREDIT.test(said) || status === 402) return 'budget';
  if (status === 413 || OVERFLOW.test(said) || type.includes('request_too_large')) return 'context_overflow';
  if (REFUSED.test(said)) return 'refused';
  if (/overloaded_error|api_error|server_error|timeout_error/.test(type)) return 'transient';
  if (/rate_limit/.test(type)) return 'rate_limited';
  if (/authentication_error|permission_error|invalid_api_key/.test(type)) return 'auth_expired';
  if (/not_found/.test(type)) return 'not_found';
  return undefined;
}

function byStatus(status: number | undefined): FaultKind {
  if (status === undefined || status >= 500 || status === 408 || status === 409) return 'transient';
  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 403) return 'auth_expired';
  if (status === 404 || status === 405) return 'not_found';
  return 'malformed_output';
}

/** `retry-after` in seconds or as a date, or the finer `retry-after-ms`; in milliseconds. */
function wait(headers: Headers): number | undefined {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const after = headers.get('retry-after');
  if (after === null) return undefined;
  const seconds = Number(after);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1_000;
  const at = Date.parse(after);
  const served = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(at) || Number.isNaN(served) ? undefined : Math.max(0, at - served);
}
