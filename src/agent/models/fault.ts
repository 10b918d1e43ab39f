import type { FaultKind } from '../../base/errors.ts';
import { nestsTooDeep, omitUndefined } from '../../base/json.ts';
import { ModelError, type ModelErrorReason } from '../inference/model.ts';
import { findingIn, isOfTemplate, type Learnt, refusesTools } from './quirks.ts';
import { fieldsOf, parseBody, type Refusal, reasonOf, refusalIn } from './refusal.ts';

export interface Circumstances {
  signal: AbortSignal;
  silent: boolean;
  body?: string | undefined;
  learnt?: Learnt | undefined;
  /** The provider's key, which no reason repeats. */
  key?: string | undefined;
}

/**
 * A service's failure, in the closed list. Only the status and the service's own short error type go into the message:
 * a body may repeat a key or the conversation.
 */
export function faultOf(error: unknown, name: string, circumstances: Circumstances): ModelError {
  const { signal, silent, body, learnt, key } = circumstances;
  if (error instanceof ModelError) return error;
  if (signal.aborted) return new ModelError('cancelled', 'The turn was stopped.');
  if (silent) return new ModelError('transient', `${name} fell silent.`, { reason: 'silent' });
  // A JSON text that is none, in the stream or as the whole answer.
  if (error instanceof SyntaxError) return new ModelError('malformed_output', `${name} did not send valid JSON.`);
  const refusal = refusalIn(error);
  const rule = RULES.find(({ when }) => when(refusal, modelIn(name))) ?? byStatus(refusal);
  const { fault, reason } = rule;
  const isDecided = DECIDED.includes(fault) || reason === 'slip';
  const finding = learnt && !isDecided ? findingIn(refusal, body, learnt) : undefined;
  const explanation = fault === 'refused' ? undefined : reasonOf(refusal, key, spokenIn(body));
  const { status, page, type, text, retryAfterMs } = refusal;
  const detail = [status, page ? 'a web page' : type].filter(Boolean).join(' ') || 'no connection';
  return new ModelError(fault, `${name} answered: ${detail}.`, {
    retryAfterMs,
    ...omitUndefined({
      reason,
      finding,
      told: explanation,
      window: fault === 'context_overflow' ? windowIn(text) : undefined,
    }),
  });
}

/** Faults that no other form of the request would mend. */
const DECIDED: readonly FaultKind[] = ['budget', 'context_overflow', 'refused', 'rate_limited', 'auth_expired'];

function spokenIn(body: string | undefined): string {
  const { messages } = fieldsOf(parseBody(body));
  const conversation = (Array.isArray(messages) ? messages : []).filter((each) => fieldsOf(each).role !== 'system');
  return JSON.stringify(conversation);
}

/** An answer with a good status that is none of the API: what it tells of a fault, or a page of something else. */
export function noAnswer(body: unknown, name: string): Error {
  if (nestsTooDeep(body)) return new SyntaxError('JSON is nested too deeply.');
  return tellsFault(body) ? Object.assign(new Error('told within'), { error: body }) : pageFault(name);
}

export function tellsFault(body: unknown): boolean {
  const { error, object, choices, detail, message } = fieldsOf(Array.isArray(body) ? body[0] : body);
  if (error) return true;
  return choices === undefined && (object === 'error' || Boolean(detail) || typeof message === 'string');
}

export function pageFault(name: string): ModelError {
  const message = `${name} answered with something else than the API; are base_url and kind right?`;
  return new ModelError('not_found', message, { reason: 'wrong_address' });
}

/** The service stopped because its window was full: the answer is void, and the request was too long for it. */
export function windowFull(name: string): ModelError {
  return new ModelError('context_overflow', `${name} filled its window before its answer was whole.`);
}

/** The service ended the answer since it could not read the model's call. */
export function slipError(name: string): ModelError {
  return new ModelError('malformed_output', `${name} made a call that its service could not read.`, { reason: 'slip' });
}

const CREDIT =
  /insufficient_quota|billing_error|credit balance|insufficient balance|enforced_spend_limit|usage limits?\b/;
/** A slip of the model that its service tells as a refusal of the request: a call that it could not read or that does not fit. */
const SLIP =
  /failed_generation|tool_use_failed|malformed_function_call|\b(?:did|does) not match schema|\bnot in request\.tools|tool call validation failed|failed to (?:call|generate|validate) (?:an? |the |any )?(?:function|tool)|failed to parse input at pos|pars\w{1,4} (?:an? |the )?(?:tool|function)[ _-]?call|attempted to call (?:an? |the )?tool|\bmodel (?:output|generated|produced|called|returned|made)\b.{0,80}\b(?:invalid|malformed|not valid|unknown|not exist)/;
const REFUSED = /content_filter|content_policy|content management policy|safety/;
const NO_MODEL = /model_not_found|invalid_model|\bmodels?\b|deployment|no endpoints found for/;
const BAD_MODEL =
  /model_not_found|invalid[_ ]model|unknown model|not a valid model|model .{0,120}(?:not found|not exist)/;

/** A request that broke on its way, or behind the gateway that answers: the same one may well arrive. */
const BROKEN_OFF =
  /\bunexpected (?:eof|end of (?:file|input|stream|data|json))|\b(?:read|write|body): eof\b|\bconnection (?:was )?(?:reset|aborted|closed|refused)|\bbroken pipe\b|\bsocket hang up\b|\bupstream connect|\b(?:server|client) disconnected\b|\bincomplete (?:read|body|request)/;

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
  { fault: 'malformed_output', reason: 'slip', when: ({ type, text }) => SLIP.test(`${type} ${text}`) },
  { fault: 'context_overflow', when: ({ status, type }) => status === 413 || type.includes('request_too_large') },
  // A gateway that cannot reach the service shows a page of its own; any other page is no model's service.
  { fault: 'not_found', reason: 'wrong_address', when: ({ status, page }) => page && isOwnFault(status) },
  {
    fault: 'not_found',
    reason: 'no_tools',
    when: ({ status, text }) => status !== 429 && refusesTools(text),
  },
  { fault: 'context_overflow', when: isTooLong },
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
  { fault: 'malformed_output', when: ({ status, type }) => status === undefined && /^encoding_/.test(type) },
  // A template of the model fails again, whatever the service calls it.
  { fault: 'malformed_output', reason: 'rejected', when: ({ text }) => isOfTemplate(text) },
  { fault: 'transient', when: ({ text }) => BROKEN_OFF.test(text) },
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
  // The request was read and not taken, and would not be the next time.
  return { fault: 'malformed_output', reason: 'rejected' };
}

function modelIn(name: string): string {
  return name.slice(name.indexOf('/') + 1).toLowerCase();
}

// A request that a service refuses for its length. Services word it in countless ways, so it is not a list of messages: a
// noun of the request, a word of a limit, and mostly numbers.

/** The request's own length, or a part of it that has one. */
const NOUN =
  /\b(?:tokens?|context|prompts?|inputs?|requests?|messages?|conversation|payload|body|contents?|history|sequence|text|characters|chars)\b|n_ctx|max_(?:seq|model|context|input)_?len|model_max|上下文|输入|长度|字符|令牌/;
/** Nouns that have no other limit than a length. */
const LONG_NOUN =
  /\b(?:tokens?|context|prompts?|inputs?|conversation|payload|body|session length)\b|n_ctx|max_(?:seq|model|context|input)_?len|上下文|输入|长度/;
/** More than a limit allows. */
const EXCESS =
  /\bexceed|\btoo (?:long|large|big|many)\b|\b(?:longer|larger|greater|bigger|more|higher) than\b|\boverflow|\bbeyond\b|\bover (?:the|its)\b|\bdoes(?: not|n't) fit\b|\bout of (?:range|bounds)\b|超[出过长]|过长|过大/;
/** A limit, said without saying that it is exceeded. */
const LIMIT =
  /\b(?:max\w*|limit(?:ed|s)?|at most|less than|fewer than|up to|shorter|shorten|reduce|range|allowed|capacity|window)\b|<=?|上限|最大/;
/** Limits of other things than a request's length. */
const OTHER =
  /\bper[ -](?:second|minute|hour|day|month)\b|\b[rt]p[smd]\b|rate.?limit|too many requests|\bquota\b|concurren|timed? ?out|\bdeadline\b|\bseconds?\b|\bimages?\b|\bpixels?\b|\baudio\b|\btools?\b.{0,60}(?:too many|maximum|at most)|\bfunctions?\b.{0,40}(?:too many|maximum|at most)/;

/** The bound of an answer, which is asked to be smaller; not the request's length. */
const ANSWER =
  /["'`]?\bmax_(?:completion_|output_|new_)?tokens\b["'`]?|\bmaxoutputtokens\b|\b(?:completion|output|new|generated) tokens\b/g;
const HAS_ANSWER = new RegExp(ANSWER.source);
/** No token is left for the answer: the request has taken all of them. */
const NO_ROOM = /(?:^|[^\w.])-\d|(?:at least|greater than(?: or equal to)?|>=?) ?["'`]?[01]\b|\bpositive\b/;

/** Smaller numbers are those of a name, a list or a position, never the length of a request. */
const LEAST_LENGTH = 256;

/** Statuses that say something else whatever stands beside them. */
const NEVER: readonly (number | undefined)[] = [401, 402, 403];

const NAMED =
  /context_length|context_window|exceed_context|context_size|prompt_tokens_exceeded|(?:prompt|input|request)_too_(?:long|large)|string_above_max_length|max_tokens_exceeded/;

/** A shorter request is asked for, or has no room in the memory of what was said. */
const WANTS_LESS =
  /\bshorten (?:the|your)\b|\breduce (?:the|your) (?:length|size|prompt|input|messages?|context|number of tokens)\b|\bkv[ -]cache (?:is|was) full\b|\bspace in (?:the )?kv[ -]cache\b/;

/** True if a shorter request may well be taken. */
function isTooLong({ status, type, text }: Refusal): boolean {
  if (NEVER.includes(status)) return false;
  if (status === 413) return true;
  if (asksTooMuch(text)) return true;
  if (status === 429) return false;
  if (NAMED.test(type) || NAMED.test(text)) return true;
  if (WANTS_LESS.test(text) && !/\bimages?\b/.test(text)) return true;
  if (HAS_ANSWER.test(text) && NO_ROOM.test(text)) return true;
  const wording = text.replace(ANSWER, ' ').replaceAll('input should be', ' ');
  return wording.split('\n').some((line) => !OTHER.test(line) && isOfLength(line));
}

const TOO_LARGE = /\b(?:request|prompt|input|message|text|query|question)s? (?:is |was |are )?too (?:large|long|big)\b/;

/** A limit by the minute that this request alone exceeds: waiting would never help. */
function asksTooMuch(text: string): boolean {
  if (TOO_LARGE.test(text) && !/\bimages?\b/.test(text)) return true;
  const limit = numberBehind(text, 'limit');
  const requested = numberBehind(text, 'requested');
  return limit !== undefined && requested !== undefined && limit > 0 && requested > limit;
}

function numberBehind(text: string, word: string): number | undefined {
  const [, digits] = new RegExp(String.raw`\b${word}:?\s{0,3}(\d[\d,]{0,12})`).exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits.replaceAll(',', ''));
}

/** `line`: one message of the service, in lower case. */
function isOfLength(line: string): boolean {
  if (LONG_NOUN.test(line) && EXCESS.test(line)) return isNear(line);
  const counts = new Set(numbersIn(line).filter((number) => number >= LEAST_LENGTH));
  if (counts.size === 0 || !NOUN.test(line)) return false;
  return EXCESS.test(line) || LIMIT.test(line) || (counts.size > 1 && LONG_NOUN.test(line));
}

/** Characters between the noun and the word of excess, in whichever order. */
const NEAR = 120;

function isNear(line: string): boolean {
  const nouns = placesOf(LONG_NOUN, line);
  const words = placesOf(EXCESS, line);
  return nouns.some((noun) => words.some((word) => Math.abs(noun - word) <= NEAR));
}

function placesOf(pattern: RegExp, line: string): number[] {
  return [...line.matchAll(new RegExp(pattern.source, 'g'))].slice(0, 50).map(({ index }) => index);
}

function numbersIn(line: string): number[] {
  return [...line.matchAll(/(?<![\w.-])\d[\d,_']{0,14}/g)].map(([digits]) => Number(digits.replace(/\D/g, '')));
}

const WINDOWS: readonly RegExp[] = [
  /(?:context (?:length|size|window)|n_ctx|max_seq_len|maximum (?:prompt|input|context|model) length)\D{0,30}(\d{3,8})\b/,
  /(?:token limit|tokens allowed|maximum number of tokens|limit of|range of input length)\D{0,20}(?:\d+\s*,\s*)?(\d{4,8})\b/,
  /> (\d{3,8}) maximum/,
];

/** Tokens that the model takes, where its service tells; undefined where the numbers may be of something else. */
function windowIn(text: string): number | undefined {
  if (/\bbytes\b|\bcharacters\b/.test(text)) return undefined;
  const [digits] = WINDOWS.flatMap((form) => form.exec(text)?.[1] ?? []);
  return digits === undefined ? undefined : Number(digits);
}
