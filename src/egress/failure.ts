import { CodaError, type ErrorCode } from '../base/errors.ts';

export type EgressCode = Extract<ErrorCode, `EGRESS_${string}`> | 'CANCELLED';

/** Why nothing was fetched. Neither text holds more of an address than its host: the rest may be a secret. */
export interface EgressFailure {
  ok: false;
  code: EgressCode;
  message: string;
  remedy: string;
}

const REMEDIES: Record<EgressCode, string> = {
  EGRESS_URL: 'Give an address such as https://example.com/page, without a user name and on a usual port.',
  EGRESS_PRIVATE: 'Use a public address. The owner can list an own one in egress.i_understand_private.',
  EGRESS_UNREACHABLE: 'Check the address, and try again later.',
  EGRESS_TIMEOUT: 'Try again later.',
  EGRESS_TOO_LARGE: 'Ask for a smaller file, or for a part of it.',
  EGRESS_TYPE: 'Ask for an address that serves another kind of content.',
  EGRESS_REDIRECTS: 'Give the address that it finally leads to.',
  EGRESS_MALFORMED: 'Nothing: the server has to be mended.',
  CANCELLED: 'Ask again if it is still wanted.',
};

export function failure(code: EgressCode, message: string): EgressFailure {
  return { ok: false, code, message, remedy: REMEDIES[code] };
}

/** The error with which a body's stream rejects; its `code` is an `EgressCode`. */
export function errorOfFailure({ code, message, remedy }: EgressFailure): CodaError {
  return new CodaError(code, { message, remedy });
}

export function failureIn(error: unknown): EgressFailure | undefined {
  if (!(error instanceof CodaError)) return undefined;
  const { code, message, remedy } = error;
  return isEgressCode(code) ? { ok: false, code, message, remedy } : undefined;
}

function isEgressCode(code: ErrorCode): code is EgressCode {
  return code in REMEDIES;
}
