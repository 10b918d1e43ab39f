/** The words in which coda refuses an input. A schema knows what it wants; its library's own sentences are for programmers. */

import { z } from 'zod';
import { listOf, plural, shorten } from './text.ts';

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  set: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
  map: 'a group of keys',
  null: 'null',
  undefined: 'nothing',
  never: 'nothing',
  date: 'a date',
  nan: 'no number',
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'a date and time such as 2026-11-20T09:00:00Z',
  date: 'a date such as 2026-11-20',
  time: 'a time of day such as 09:00',
  duration: 'a length of time such as PT1H30M',
  url: 'an address such as https://example.com',
  email: 'an e-mail address such as ana@example.com',
  uuid: 'an id such as 123e4567-e89b-42d3-a456-426614174000',
  guid: 'an id such as 123e4567-e89b-42d3-a456-426614174000',
  base64: 'text in base64',
  ipv4: 'an address such as 192.0.2.1',
  ipv6: 'an address such as 2001:db8::1',
};

type Issue = z.core.$ZodRawIssue | z.core.$ZodIssue;

/** Error map of every check of what a person, a program or a model gives: `schema.safeParse(given, { error: inputWords })`. */
export const inputWords: z.core.$ZodErrorMap = (issue) => {
  const wanted = expectation(issue);
  if (wanted === undefined) return undefined;
  if (issue.input === undefined && WANTS_VALUE.has(issue.code)) return `is missing; ${wanted}`;
  if (issue.input === '' && issue.code === 'too_small') return `is empty; ${wanted}`;
  return issue.code === 'invalid_type' ? `${wanted}, got ${valueWords(issue.input)}` : wanted;
};

const WANTS_VALUE = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

/** The words for what would have been right, such as "expected at most 3 entries"; undefined for what the schema says in words of its own. */
export function expectation(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${listOf(issue.values.map(String), 'or')}`;
    case 'unrecognized_keys':
      return issue.keys.length === 1
        ? `unknown key ${JSON.stringify(issue.keys[0])}`
        : `unknown keys ${listOf(issue.keys.map((key) => JSON.stringify(key)))}`;
    case 'too_small':
      return boundWords(issue.origin, 'at least', issue.minimum, issue.inclusive !== false);
    case 'too_big':
      return boundWords(issue.origin, 'at most', issue.maximum, issue.inclusive !== false);
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return formatWords(issue);
    case 'invalid_union':
      return issue.errors.length === 0
        ? `expected ${listOf('options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [], 'or')}`
        : unionWords(issue.errors);
    case 'invalid_key':
      return `unusable key: ${issue.issues[0]?.message ?? 'it has another form'}`;
    case 'invalid_element':
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
}

function boundWords(origin: string, word: string, boundary: number | bigint, isWithin: boolean): string {
  const limit = Number(boundary);
  if (origin === 'string')
    return limit === 1 && word === 'at least' ? 'expected text' : `expected ${word} ${plural(limit, 'character')}`;
  if (origin === 'array' || origin === 'set') return `expected ${word} ${plural(limit, 'entry', 'entries')}`;
  if (isWithin) return `expected ${word} ${limit}`;
  return `expected ${word === 'at least' ? 'more' : 'less'} than ${limit}`;
}

function formatWords(issue: {
  format: string;
  pattern?: unknown;
  prefix?: unknown;
  suffix?: unknown;
  includes?: unknown;
}): string {
  const { format, pattern, prefix, suffix, includes } = issue;
  if (format === 'starts_with') return `expected text that begins with ${JSON.stringify(prefix)}`;
  if (format === 'ends_with') return `expected text that ends with ${JSON.stringify(suffix)}`;
  if (format === 'includes') return `expected text with ${JSON.stringify(includes)} in it`;
  const words = FORMATS[format];
  if (words !== undefined) return `expected ${words}`;
  return format === 'regex'
    ? `expected text of the form ${shorten(String(pattern), 120)}`
    : `expected text of the form ${format}`;
}

/** Several kinds of value are right. Where each kind is refused as a whole they are named, else the fault of the nearest one is. */
function unionWords(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const wholes = errors.map(([first]) => (first && first.path.length === 0 ? expectation(first) : undefined));
  const named = wholes.filter((words) => words?.startsWith('expected ') === true);
  if (named.length > 0 && named.length === errors.length) {
    return `expected ${listOf([...new Set(named.map((words) => (words as string).slice('expected '.length)))], 'or')}`;
  }
  const depth = ([first]: readonly z.core.$ZodIssue[]) =>
    (first && first.code !== 'invalid_type' ? 1 : 0) + (first?.path.length ?? 0);
  const nearest = [...errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0]?.[0];
  return nearest ? placeMessage(nearest) : 'it has another form than expected';
}

const placeMessage = ({ path, message }: { path: readonly PropertyKey[]; message: string }) =>
  path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;

function valueWords(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return TYPES[typeof value] ?? typeof value;
}

/** The faults of an input on one line, at most `most` of them, each behind the place that it is at. */
export function faultsOf({ issues }: z.core.$ZodError, whole = 'the whole', most = 5): string {
  return issues
    .slice(0, most)
    .map(({ path, message }) => `${path.map(String).join('.') || whole}: ${message}`)
    .join('; ');
}

/** Bytes as text. One pass: the library's own check decodes all of it, and what takes it does so once more. */
export const base64 = z
  .string()
  .refine((text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text), { error: 'expected text in base64' });
