/** Errors as programs read them: RFC 9457, with coda's own codes. */
import { CodaError, ERRORS, type ErrorCode, type FieldFault } from '../../base/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** The status of each code that is a client's business; any other is 500. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  INPUT_INVALID: 400,
  USAGE: 400,
  HTTP_MALFORMED: 400,
  HTTP_UNAUTHORIZED: 401,
  HTTP_FORBIDDEN: 403,
  HTTP_NOT_FOUND: 404,
  SKILL_NOT_FOUND: 404,
  ARTIFACT_MISSING: 404,
  CONNECTOR_NOT_FOUND: 404,
  SKILL_CATALOG_NOT_FOUND: 404,
  HTTP_METHOD: 405,
  HTTP_TIMEOUT: 408,
  HTTP_CONFLICT: 409,
  HTTP_TOO_LARGE: 413,
  ARTIFACT_TOO_LARGE: 413,
  HTTP_TYPE: 415,
  HTTP_REFUSED: 422,
  SKILL_REFUSED: 422,
  SKILL_BUNDLE_REFUSED: 422,
  SKILL_CATALOG_INVALID: 422,
  SKILL_CATALOG_UNTRUSTED: 422,
  CONNECTOR_SECRET: 422,
  SECRET_KEY: 422,
  EGRESS_URL: 422,
  EGRESS_PRIVATE: 422,
  EGRESS_TYPE: 422,
  EGRESS_TOO_LARGE: 422,
  EGRESS_REDIRECTS: 422,
  EGRESS_MALFORMED: 422,
  EGRESS_UNREACHABLE: 502,
  EGRESS_TIMEOUT: 504,
  HTTP_TOO_FAST: 429,
  CANCELLED: 503,
  HTTP_BUSY: 503,
  STORAGE_UNREACHABLE: 503,
  DISK_FULL: 507,
};

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  remedy: string;
  /** The faults of the body's fields. */
  fields?: readonly FieldFault[];
}

/** The problem for anything that was thrown: of a bug only that it is one. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CodaError && STATUSES[error.code] !== undefined) {
    const base = problem(error.code, error.message, error.remedy);
    return error.fields.length === 0 ? base : { ...base, fields: error.fields };
  }
  return problem('INTERNAL', 'coda could not do this.', 'Try it again later; the log of coda has more.');
}

/** True if the error is for the client, and nothing that the log must tell of. */
export function isExpected(error: unknown): error is CodaError {
  return error instanceof CodaError && STATUSES[error.code] !== undefined;
}

export function problem(code: ErrorCode, detail: string, remedy: string): Problem {
  return {
    type: `urn:coda:error:${code}`,
    title: ERRORS[code].about,
    status: STATUSES[code] ?? 500,
    code,
    detail,
    remedy,
  };
}
