/** coda's public HTTP API, typed from its OpenAPI document. */
import createClient from 'openapi-fetch';
import { base, pathIn } from '../app/base.ts';
import { connectionLost, sessionEnded } from './events.ts';
import type { paths } from './types.ts';

/** Characters: a browser sends at most 64 KiB for all tabs of a site that were closed meanwhile, and refuses what is more. */
const LONGEST_KEPT = 4_000;

/** A change goes out even where its tab is closed at that moment; what is long, or a file, needs the tab. */
class ChangeRequest extends Request {
  constructor(input: RequestInfo | URL, init: RequestInit = {}) {
    const { method = 'GET', body } = init;
    const isShort = body === undefined || body === null || (typeof body === 'string' && body.length <= LONGEST_KEPT);
    super(input, { ...init, keepalive: method !== 'GET' && isShort });
  }
}

/** Suites without a browser have no address, and answer requests by themselves. */
export const api = createClient<paths>({
  baseUrl: (globalThis.location?.origin ?? 'http://coda.test') + base,
  fetch: (request) => fetch(request),
  Request: ChangeRequest,
});

/** A fault of one field of what was sent, by its path: "rule.to". */
export interface FieldFault {
  field: string;
  detail: string;
}

/** A field that this page refuses by itself, as coda would. */
export const refusedField = (field: string, detail: string): Failure =>
  new Failure(400, 'INPUT_INVALID', detail, '', [{ field, detail }]);

/** A cause, as words for a person; `status` is that of the answer, 0 where none came. */
export class Failure extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly fields: readonly FieldFault[];

  constructor(status: number, code: string, message: string, remedy = '', fields: readonly FieldFault[] = []) {
    super(message);
    this.fields = fields;
    this.status = status;
    this.code = code;
    this.remedy = remedy;
  }

  /** The cause with what to do about it. */
  get sentence(): string {
    return [this.message, this.remedy].filter(Boolean).join(' ');
  }
}

interface ApiAnswer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

interface ProblemBody {
  code?: string;
  detail?: string;
  remedy?: string;
  fields?: FieldFault[];
}

/** Addresses that answer a wrong code or password, which ends no session. */
const SIGNS_IN = /^\/v1\/(?:session|first-start|sign-in|invitations?)(?:\/.*)?$/;

/** The answer of a request. Throws a `Failure` for every other outcome. */
export async function ask<T>(request: Promise<ApiAnswer<T>>): Promise<T> {
  let answered: ApiAnswer<T>;
  try {
    answered = await request;
  } catch {
    throw awayFailure();
  }
  const { data, error, response } = answered;
  if (response.ok) return data as T;
  // A proxy answers in the place of a coda that is not there.
  if (response.status >= 502 && response.status <= 504 && typeof error !== 'object') throw awayFailure();
  const { code = '', detail, remedy, fields } = (typeof error === 'object' ? (error ?? {}) : {}) as ProblemBody;
  if (response.status === 401 && !SIGNS_IN.test(pathIn(new URL(response.url).pathname) ?? '')) {
    sessionEnded();
    throw new Failure(401, code, 'Your session has ended.', 'Sign in again.');
  }
  throw new Failure(response.status, code, detail ?? `coda answered with ${response.status}.`, remedy, fields);
}

function awayFailure(): Failure {
  connectionLost();
  return new Failure(0, 'AWAY', 'coda cannot be reached.', 'This page tries again by itself.');
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(0, 'BUG', error instanceof Error ? error.message : String(error), 'Reload the page.');
}

/** An id that nobody guesses; `crypto.randomUUID` is missing where a page comes over plain HTTP. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
