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
