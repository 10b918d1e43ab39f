/** Words of programs alone: names of errors and codes, ids, addresses of memory, and values as JSON or HTML. */
const CODES = [
  /\b\w*(?:Error|Exception)\b/,
  /\b[A-Z]{2,}(?:_[A-Z\d]+)+\b/,
  /\bE[A-Z]{5,}\b/,
  /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-/i,
  /^\s*[{<[]/,
  /\.[jt]s:\d+/,
];

/** True for a sentence that people understand. */
export const hasWords = (reason: string): boolean => !CODES.some((code) => code.test(reason));

interface DecidedCall {
  approved: boolean;
  expired: boolean;
  because: string | null;
  outcome: 'done' | 'failed' | null;
  code: string | null;
  result: string | null;
}

/** Outcome of a call that somebody was asked about, as a sentence. */
export function decisionOutcome({ approved, expired, because, outcome, code, result }: DecidedCall): string {
  if (!approved) {
    if (expired) return 'Nobody answered in time, so it was not done.';
    return because === null ? 'It was not done.' : `It was not done. Because: ${because}`;
  }
  if (code === 'OUTCOME_UNKNOWN') return 'I was interrupted while it ran, so it is not known whether it was done.';
  if (outcome === null) return 'It has not ended yet, or was given up.';
  const words = result !== null && hasWords(result) ? result : undefined;
  if (outcome === 'failed') return `It did not work: ${words ?? 'the reason stands in the conversation.'}`;
  return words ?? 'It was done.';
}
