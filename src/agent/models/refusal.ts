/** A request that a service refuses, read from the many forms in which services say why. */
import { parseJson } from '../../base/json.ts';

export interface Refusal {
  status: number | undefined;
  /** The service's own error types and codes, in lower case: letters, digits and _ only. */
  type: string;
  /** All that the service says and names (parameters, paths), in lower case. */
  text: string;
  sentence: string;
  page: boolean;
  retryAfterMs: number | undefined;
}

type Fields = Record<string, unknown>;

const LONGEST_TEXT = 10_000;

export function refusalIn(error: unknown): Refusal {
  const fields = fieldsOf(error);
  const body = typeof fields.body === 'string' ? fields.body : undefined;
  const headers = fields.headers instanceof Headers ? fields.headers : new Headers();
  const payload = parseBody(body) ?? fields.error;
  const outer = fieldsOf(Array.isArray(payload) ? payload[0] : payload);
  const inner = typeof outer.error === 'object' && outer.error !== null ? fieldsOf(outer.error) : outer;
  const codes = [inner.code, inner.status, outer.code].map(Number).filter((code) => code >= 400 && code < 600);
  const status = typeof fields.status === 'number' ? fields.status : codes[0];
  const types = [inner.type, inner.code, outer.type, fields.type, fields.code].filter(
    (word) => typeof word === 'string',
  );
  const type = types
    .map((word) => word.toLowerCase())
    .filter((word) => /^[a-z0-9_]{1,60}$/.test(word) && word !== 'error');
  const words = wordsIn(payload);
  const phrases = words.length > 0 ? words : [JSON.stringify(payload ?? body ?? '')];
  const text = [...phrases, ...pathsIn(payload)].join('\n').slice(0, LONGEST_TEXT).toLowerCase();
  const page = (headers.get('content-type') ?? '').includes('text/html') || /^["\s]*<(?:!doctype|html)/.test(text);
  return {
    status,
    type: [...new Set(type)].join(' '),
    text: page ? '' : text,
    sentence: page ? '' : sentenceIn(words),
    page,
    retryAfterMs: wait(headers) ?? delayIn(payload) ?? delayTold(text),
  };
}

/** Under these keys services speak, some one within another. What was sent is told under others, and not read. */
const SPEAKING = [
  'message',
  'msg',
  'detail',
  'details',
  'description',
  'reason',
  'title',
  'error',
  'errors',
  'raw',
  'metadata',
];
const NAMING = ['param', 'field', 'loc', 'path'];
const DEEPEST = 6;

function wordsIn(value: unknown, depth = 0): string[] {
  if (depth > DEEPEST) return [];
  if (typeof value === 'string') {
    const inner = /^\s*[{[]/.test(value) ? parseBody(value) : undefined;
    return typeof inner === 'object' ? wordsIn(inner, depth + 1) : [value];
  }
  if (Array.isArray(value)) return value.flatMap((each) => wordsIn(each, depth + 1));
  if (typeof value !== 'object' || value === null) return [];
  const fields = fieldsOf(value);
  return SPEAKING.flatMap((key) => wordsIn(fields[key], depth + 1));
}

function pathsIn(value: unknown, depth = 0): string[] {
  if (depth > DEEPEST) return [];
  if (typeof value === 'string') return /^\s*[{[]/.test(value) ? pathsIn(parseBody(value), depth + 1) : [];
  if (Array.isArray(value)) return value.flatMap((each) => pathsIn(each, depth + 1));
  if (typeof value !== 'object' || value === null) return [];
  const fields = fieldsOf(value);
  const named = NAMING.map((key) => fields[key]).map((path) => (Array.isArray(path) ? path.join('.') : path));
  return [
    ...named.filter((path) => typeof path === 'string'),
    ...SPEAKING.flatMap((key) => pathsIn(fields[key], depth + 1)),
  ];
}

const BEFORE = /^[\s\S]*(?:Jinja Exception|TemplateError|Error):\s*/;

function sentenceIn(words: readonly string[]): string {
  // An aggregator's own words say least: the longest are those of the service behind it.
  const longest = words.reduce((one, other) => (other.length > one.length ? other : one), '');
  const sentence = longest.replace(BEFORE, '');
  return (sentence.trim() === '' ? longest : sentence).trim().split(/\n|(?<=[.!?])\s/)[0] ?? '';
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function parseBody(body: string | undefined): unknown {
  if (body === undefined || body.trim() === '') return undefined;
  try {
    return parseJson(body);
  } catch {
    return body;
  }
}

const LONGEST_WAIT_MS = 7 * 86_400_000;

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

/** Google's way: `retryDelay: "34s"` within the details. */
function delayIn(value: unknown, depth = 0): number | undefined {
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return undefined;
  const delay = fieldsOf(value).retryDelay;
  const seconds = typeof delay === 'string' ? /^(\d{1,7}(?:\.\d{1,9})?)s$/.exec(delay)?.[1] : undefined;
  if (seconds !== undefined) return Math.min(Number(seconds) * 1_000, LONGEST_WAIT_MS);
  const within = Array.isArray(value) ? value.slice(0, 20) : SPEAKING.map((key) => fieldsOf(value)[key]);
  return within.map((each) => delayIn(each, depth + 1)).find((ms) => ms !== undefined);
}

const DELAY =
  /\b(?:try again|retry) (?:in|after) (?:(\d{1,3})d)?(?:(\d{1,3})h)?(?:(\d{1,4})m(?!s))?(?:(\d{1,6}(?:\.\d{1,9})?)s(?:econds?)?)?/;

/** “Please try again in 1h2m3s”; `text` is in lower case. */
function delayTold(text: string): number | undefined {
  const [, ...parts] = DELAY.exec(text) ?? [];
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
  return ms > 0 ? Math.min(ms, LONGEST_WAIT_MS) : undefined;
}

const LONGEST_REASON = 200;
/** Quotes that may be of the conversation. */
const QUOTED = /(["'`“‘])([^"'`“”‘’]{12,})(["'`”’])/g;
/** Possible keys: prefixes of vendors, and runs that no word has. */
const KEYLIKE = /\b(?:sk|pk|rk|key|token|ghp|gho|xox[a-z]|bearer)[-_ ][\w-]{6,}|\b(?=[\w+/=-]*\d)[\w+/=-]{28,}/gi;

/**
 * The service's message, for the owner: one short line without keys, and without quotes of `conversation`: the words of
 * people and tools in the request.
 */
export function reasonOf({ sentence }: Refusal, key: string | undefined, conversation: string): string | undefined {
  const line = sentence
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a service's words are shown in terminals
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]+/g, ' ')
    .replaceAll(key || '\u0000', '…')
    .replace(KEYLIKE, '…')
    .replace(QUOTED, (all, open: string, inner: string, close: string) =>
      conversation.includes(inner) || inner.length > 60 ? `${open}…${close}` : all,
    )
    .replace(/[{<][\s\S]*$/, '…')
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '' || line === '…') return undefined;
  return line.length <= LONGEST_REASON ? line : `${line.slice(0, LONGEST_REASON).trimEnd()}…`;
}
