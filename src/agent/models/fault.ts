import type { FaultKind } from '../../base/errors.ts';
import { ModelError, type ModelErrorReason } from '../inference/model.ts';
import { findingIn, isOfTemplate, type Learnt, refusesTools } from './quirks.ts';
import { fieldsOf, parsed, type Refusal, reasonOf, refusalIn } from './refusal.ts';

export interface Circumstances {
  signal: AbortSignal;
  silent: boolean;
  sent?: string | undefined;
  learnt?: Learnt | undefined;
  /** The provider's key, which no reason repeats. */
  key?: string | undefined;
}

/**
 * A service's failure, in the closed list. Only the status and the service's own short error type go into the message:
 * a body may repeat a key or the conversation.
 */
export function faultOf(error: unknown, name: string, circumstances: Circumstances): ModelError {
  const { signal, silent, sent, learnt, key } = circumstances;
  if (error instanceof ModelError) return error;
  if (signal.aborted) return new ModelError('cancelled', 'The turn was stopped.');
  if (silent) return new ModelError('transient', `${name} fell silent.`, { reason: 'silent' });
  // A JSON text that is none, in the stream or as the whole answer.
  if (error instanceof SyntaxError) return new ModelError('malformed_output', `${name} did not send valid JSON.`);
  const refusal = refusalIn(error);
  const rule = RULES.find(({ when }) => when(refusal, modelIn(name))) ?? byStatus(refusal);
  const { fault, reason } = rule;
  const finding = learnt && !DECIDED.includes(fault) ? findingIn(refusal, sent, learnt) : undefined;
  const told = reason === 'rejected' ? reasonOf(refusal, key, spokenIn(sent)) : undefined;
  const { status, page, type, text, retryAfterMs } = refusal;
  const detail = [status, page ? 'a web page' : type].filter(Boolean).join(' ') || 'no connection';
  return new ModelError(fault, `${name} answered: ${detail}.`, {
    retryAfterMs,
    ...(reason && { reason }),
    ...(finding && { finding }),
    ...(told !== undefined && { told }),
    ...(fault === 'context_overflow' && { window: windowIn(text) }),
  });
}

/** Faults that no other form of the request would mend. */
const DECIDED: readonly FaultKind[] = ['budget', 'context_overflow', 'refused', 'rate_limited', 'auth_expired'];

function spokenIn(sent: string | undefined): string {
  const { messages } = fieldsOf(parsed(sent));
  const spoken = (Array.isArray(messages) ? messages : []).filter((each) => fieldsOf(each).role !== 'system');
  return JSON.stringify(spoken);
}

/** An answer with a good status that is none of the API: what it tells of a fault, or a page of something else. */
export function noAnswer(body: unknown, name: string): Error {
  return tellsFault(body) ? Object.assign(new Error('told within'), { error: body }) : pageFault(name);
}

export function tellsFault(body: unknown): boolean {
  const { error, object, choices, detail, message, code } = fieldsOf(body);
  if (error) return true;
  return (
    choices === undefined &&
    (object === 'error' || Boolean(detail) || (typeof message === 'string' && code !== undefined))
  );
}

export function pageFault(name: string): ModelError {
  const message = `${name} answered with something else than the API; are base_url and kind right?`;
  return new ModelError('not_found', message, { reason: 'wrong_address' });
}

/** The service stopped because its window was full: the answer is void, and the request was too long for it. */
export function windowFull(name: string): ModelError {
  return new ModelError('context_overflow', `${name} filled its window before its answer was whole.`);
}

const CREDIT =
  /insufficient_quota|billing_error|credit balance|insufficient balance|enforced_spend_limit|usage limits?\b/;
const OVERFLOW =
  /context_length_exceeded|exceed_context_size|prompt is too long|input is too long|maximum context length|context (?:window|size|length)|input length and .?max_tokens|too many tokens in/;
const REFUSED = /content_filter|content_policy|content management policy|safety/;
const NO_MODEL = /model_not_found|invalid_model|\bmodels?\b|deployment|no endpoints found for/;
const BAD_MODEL =
  /model_not_found|invalid[_ ]model|unknown model|not a valid model|model .{0,120}(?:not found|not exist)/;

interface Verdict {
  fault: FaultKind;
  reason?: ModelErrorReason;
}

/** Rules on a service's message, which is more exact than its status; the first rule that fits holds. */
const RULES: readonly (Verdict & { when(refusal: Refusal, model: string): boolean })[] = [
  {
    fault: 'budget',
    reason: 'no_credit',
    when: ({ status, type, text }) => status === 402 || CREDIT.test(`${type} ${text}`),
  },
  { fault: 'context_overflow', when: ({ status, type }) => status === 413 || type.includes('request_too_large') },
  // A gateway that cannot reach the service shows a page of its own; any other page is no model's service.
  { fault: 'not_found', reason: 'wrong_address', when: ({ status, page }) => page && isOwnFault(status) },
  {
    fault: 'not_found',
    reason: 'no_tools',
    when: ({ status, text }) => status !== 429 && refusesTools(text),
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
  // A template of the model fails again, whatever the service calls it.
  { fault: 'malformed_output', reason: 'rejected', when: ({ text }) => isOfTemplate(text) },
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

function byStatus({ status }: Refusal): Verdict {
  if (status === undefined || status >= 500 || status === 408 || status === 409) return { fault: 'transient' };
  if (status === 401 || status === 403) return { fault: 'auth_expired' };
  // It was read and not taken, and would not be the next time.
  return { fault: 'malformed_output', reason: 'rejected' };
}

function modelIn(name: string): string {
  return name.slice(name.indexOf('/') + 1).toLowerCase();
}

function windowIn(text: string): number | undefined {
  const [, told] = /(?:context (?:length|size|window)|n_ctx)\D{0,30}(\d{3,8})\b|> (\d{3,8}) maximum/.exec(text) ?? [];
  return told === undefined ? undefined : Number(told);
}
