import type { FaultKind } from '../../base/errors.ts';
import { ModelError, type ModelErrorReason } from '../model.ts';

/** What is known of a request that failed, beside the error. */
export interface Circumstances {
  signal: AbortSignal;
  /** It was ended because nothing came. */
  silent: boolean;
  /** The body of an answer with an error status, as far as it was read. */
  body?: string | undefined;
}

/**
 * What a service's failure is, in the closed list. Only the status and the service's own short error type go into the
 * message: a body may repeat a key or the conversation.
 */
export function faultOf(error: unknown, name: string, { signal, silent, body }: Circumstances): ModelError {
  if (error instanceof ModelError) return error;
  if (signal.aborted) return new ModelError('cancelled', 'The turn was stopped.');
  if (silent) return new ModelError('transient', `${name} fell silent.`, { reason: 'silent' });
  // A JSON text that is none, in the stream or as the whole answer.
  if (error instanceof SyntaxError) return new ModelError('malformed_output', `${name} did not send valid JSON.`);
  const seen = look(error, body);
  const { fault, reason } = RULES.find(({ when }) => when(seen, modelIn(name))) ?? { fault: byStatus(seen.status) };
  const detail = [seen.status, seen.page ? 'a web page' : seen.type].filter(Boolean).join(' ') || 'no connection';
  return new ModelError(fault, `${name} answered: ${detail}.`, {
    retryAfterMs: seen.retryAfterMs,
    ...(reason && { reason }),
    ...(fault === 'context_overflow' && { window: windowIn(seen.text) }),
  });
}

/** An answer with a good status that is none of the API: what it tells of a fault, or a page of something else. */
export function noAnswer(body: unknown, name: string): Error {
  const told = typeof body === 'object' && body !== null && 'error' in body && body.error;
  return told ? Object.assign(new Error('told within'), { error: body }) : pageFault(name);
}

/** An answer that is no answer of the API at all. */
export function pageFault(name: string): ModelError {
  const message = `${name} answered with something else than the API; are base_url and kind right?`;
  return new ModelError('not_found', message, { reason: 'wrong_address' });
}

/** The service stopped because its window was full: the answer is void, and the request was too long for it. */
export function windowFull(name: string): ModelError {
  return new ModelError('context_overflow', `${name} filled its window before its answer was whole.`);
}

interface Seen {
  status: number | undefined;
  /** The service's own error types and codes, in lower case: letters, digits and _ only. */
  type: string;
  /** All that the service says, in lower case. */
  text: string;
  /** Whether a web page came instead of the API's own words. */
  page: boolean;
  retryAfterMs: number | undefined;
}

type Fields = Record<string, unknown>;

/** Reads the error of an official client, and the body that it may have left out. */
function look(error: unknown, body: string | undefined): Seen {
  const thrown = fieldsOf(error);
  const headers = thrown.headers instanceof Headers ? thrown.headers : new Headers();
  const sent = parsed(body) ?? thrown.error;
  const outer = fieldsOf(Array.isArray(sent) ? sent[0] : sent);
  const inner = typeof outer.error === 'object' && outer.error !== null ? fieldsOf(outer.error) : outer;
  const codes = [inner.code, inner.status, outer.code].map(Number).filter((code) => code >= 400 && code < 600);
  const status = typeof thrown.status === 'number' ? thrown.status : codes[0];
  const types = [inner.type, inner.code, outer.type, thrown.type, thrown.code].filter(
    (word) => typeof word === 'string',
  );
  const type = types
    .map((word) => word.toLowerCase())
    .filter((word) => /^[a-z0-9_]{1,60}$/.test(word) && word !== 'error');
  const said = [inner.message, inner.detail, outer.message, outer.detail, outer.error, sent].find(Boolean);
  const text = (typeof said === 'string' ? said : JSON.stringify(said ?? body ?? '')).slice(0, LONGEST).toLowerCase();
  const page = (headers.get('content-type') ?? '').includes('text/html') || /^["\s]*<(?:!doctype|html)/.test(text);
  return { status, type: [...new Set(type)].join(' '), text: page ? '' : text, page, retryAfterMs: wait(headers) };
}

/** More of an error's text is not looked at. Characters. */
const LONGEST = 10_000;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The JSON of a body, or its text where it is none. */
function parsed(body: string | undefined): unknown {
  if (body === undefined || body.trim() === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

const CREDIT =
  /insufficient_quota|billing_error|credit balance|insufficient balance|enforced_spend_limit|usage limits?\b/;
const TOOLS = /\btools?\b|tool[ _-](?:use|choice|call)|function[ _-]?call/;
const UNSUPPORTED =
  /(?:does|do|is|are)(?: not|n't) (?:currently )?(?:support|enabled|available)|not supported|unsupported|requires? --|no endpoints found that support/;
const OVERFLOW =
  /context_length_exceeded|exceed_context_size|prompt is too long|input is too long|maximum context length|context (?:window|size|length)|input length and .?max_tokens|too many tokens in/;
const REFUSED = /content_filter|content_policy|content management policy|safety/;
const NO_MODEL = /model_not_found|invalid_model|\bmodels?\b|deployment|no endpoints found for/;
const BAD_MODEL =
  /model_not_found|invalid[_ ]model|unknown model|not a valid model|model .{0,120}(?:not found|not exist)/;

/** What the service says is more exact than its status; the first rule that fits holds. */
const RULES: readonly {
  fault: FaultKind;
  reason?: ModelErrorReason;
  when(seen: Seen, model: string): boolean;
}[] = [
  { fault: 'budget', when: ({ status, type, text }) => status === 402 || CREDIT.test(`${type} ${text}`) },
  { fault: 'context_overflow', when: ({ status, type }) => status === 413 || type.includes('request_too_large') },
  // A gateway that cannot reach the service shows a page of its own; any other page is no model's service.
  { fault: 'not_found', reason: 'wrong_address', when: ({ status, page }) => page && isOwnFault(status) },
  {
    fault: 'not_found',
    reason: 'no_tools',
    when: ({ status, text }) => status !== 429 && TOOLS.test(text) && UNSUPPORTED.test(text),
  },
  { fault: 'context_overflow', when: ({ type, text }) => OVERFLOW.test(`${type} ${text}`) },
  { fault: 'refused', when: ({ type, text }) => REFUSED.test(`${type} ${text}`) },
  { fault: 'rate_limited', when: ({ status, type }) => status === 429 || /rate_limit/.test(type) },
  { fault: 'auth_expired', when: ({ type }) => /authentication_error|permission_error|invalid_api_key/.test(type) },
  {
    fault: 'not_found',
    when: ({ status, type, text }, model) =>
      isMissing(status, type)
        ? NO_MODEL.test(`${type} ${text}`) || text.includes(model)
        : is400(status) && BAD_MODEL.test(`${type} ${text}`),
  },
  {
    fault: 'not_found',
    reason: 'wrong_address',
    when: ({ status, type, text }) => isMissing(status, type) || /unexpected endpoint|invalid url/.test(text),
  },
  { fault: 'transient', when: ({ type }) => /overloaded_error|api_error|server_error|timeout_error/.test(type) },
];

function isOwnFault(status: number | undefined): boolean {
  return status !== undefined && status < 500 && status !== 408 && status !== 429;
}

function isMissing(status: number | undefined, type: string): boolean {
  return status === 404 || status === 405 || (status === undefined && /not_found/.test(type));
}

function is400(status: number | undefined): boolean {
  return status === undefined || status === 400 || status === 422;
}

function byStatus(status: number | undefined): FaultKind {
  if (status === undefined || status >= 500 || status === 408 || status === 409) return 'transient';
  if (status === 401 || status === 403) return 'auth_expired';
  return 'malformed_output';
}

/** The model as its service names it. */
function modelIn(name: string): string {
  return name.slice(name.indexOf('/') + 1).toLowerCase();
}

/** Tokens that the model takes, where an overflow tells them. */
function windowIn(text: string): number | undefined {
  const [, told] = /(?:context (?:length|size|window)|n_ctx)\D{0,30}(\d{3,8})\b|> (\d{3,8}) maximum/.exec(text) ?? [];
  return told === undefined ? undefined : Number(told);
}

/** A service that asks for more is asked again after this all the same. */
const LONGEST_WAIT_MS = 3_600_000;

/** `retry-after` in seconds or as a date, or the finer `retry-after-ms`; in milliseconds, bounded. */
function wait(headers: Headers): number | undefined {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms) && ms >= 0) return Math.min(ms, LONGEST_WAIT_MS);
  const after = headers.get('retry-after');
  if (after === null) return undefined;
  const seconds = Number(after);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds * 1_000, LONGEST_WAIT_MS);
  const at = Date.parse(after);
  const served = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(at) || Number.isNaN(served) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, at - served));
}
