/** Words of a recording as services and programs write them: answers are read by their type, and sounds are taken out. */
import { parseJson } from '../base/json.ts';
import { shorten, withoutHidden } from '../base/text.ts';
import { decodeBytes } from './readers/encoding.js';

const LONGEST_ANSWER = 1_000_000;
const LONGEST_SENTENCE = 200;
/** Cues with their numbers and times, as subtitles have them (SRT, VTT), and times as whisper.cpp's programs print them. */
const CUE_TIME = /^\s*(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}\s+-->\s/;
const PRINTED_TIME = /^[ \t]{0,20}\[(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}\s+-->\s[^\]\n]{1,40}\][ \t]{0,20}/gm;
/** Kinds of answers that hold no words. */
const OTHER_TYPES = /^(?:audio|image|video|font)\/|\/(?:zip|gzip|pdf|xml)\b|\+xml\b/;

const UNREADABLE = 'gave an answer that I cannot read';

const fault = (says: string): Error => new Error(`the service that hears it ${says}`);

/**
 * The words in a service's answer. Throws an error whose message is a clause for what holds none: a refusal with the service's own
 * sentence, without `secret`; a page; an answer of another form.
 */
export async function readTranscript(response: Response, secret: string | undefined): Promise<string> {
  const bytes = await bytesOf(response);
  if (!response.ok) throw fault(refusalOf(response.status, sentenceOf(textIn(bytes ?? Buffer.alloc(0)), secret)));
  if (!bytes) throw fault('gave an answer that is too long');
  const type = (response.headers.get('content-type') ?? '').toLowerCase();
  if (OTHER_TYPES.test(type) || bytes.includes(0)) throw fault('gave a file of another kind, and no text');
  const [, declared] = /charset="?([\w-]{1,40})/.exec(type) ?? [];
  return wordsOf(textIn(bytes, declared).trim(), type, secret);
}

const textIn = (bytes: Buffer, declared?: string): string => decodeBytes(bytes, { declared }).text;

/** Undefined for one that is too long. */
async function bytesOf({ body }: Response): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > LONGEST_ANSWER) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refusalOf(status: number, sentence: string): string {
  const own = sentence === '' ? '' : `: “${sentence}”`;
  if (status === 401 || status === 403) return `refuses the key (speech.transcribe.api_key)${own}`;
  if (status === 413) return 'takes no recording of this size';
  return `answered ${status}${own}`;
}

const PAGE = /^<(?:!doctype|\?xml|html|head|body|script)\b/i;
/** Events without their type. */
const EVENTS = /^(?:data:\s{0,4}[{[]|(?:event|id|retry):[^\n]{0,200}\n(?:data|event|id|retry):)/;

function wordsOf(text: string, type: string, secret: string | undefined): string {
  if (text.startsWith('{')) return wordsOfJson(text, secret);
  if (PAGE.test(text) || type.includes('html') || (text.startsWith('<') && !type.includes('plain')))
    throw fault('answered with a page, and not with words: look at its address (speech.transcribe.base_url and path)');
  if (type.includes('event-stream') || EVENTS.test(text)) return wordsOfEvents(text, secret);
  // A sound in brackets, or words in quotation marks, may begin a plain text.
  if (/^[["]/.test(text) && isJson(text)) return wordsOfJson(text, secret);
  if (type.includes('json') && text !== '') throw fault(UNREADABLE);
  return withoutTimes(text);
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

function wordsOfJson(text: string, secret: string | undefined): string {
  const value = jsonIn(text);
  if (typeof value === 'string') return withoutTimes(value);
  const words = wordsIn(value);
  // No words beside an error are no silence.
  const isRefused = words === '' && Boolean((value as { error?: unknown }).error);
  if (words !== undefined && !isRefused) return withoutTimes(words);
  throw faultIn(text, secret);
}

function faultIn(text: string, secret: string | undefined): Error {
  const sentence = sentenceOf(text, secret);
  return fault(sentence === '' ? 'gave no text' : `answered with a fault: “${sentence}”`);
}

function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw fault(UNREADABLE);
  }
}

/** Text of an answer, or of its segments. */
function wordsIn(value: unknown): string | undefined {
  const { text, segments = value } = (value ?? {}) as { text?: unknown; segments?: unknown };
  if (typeof text === 'string') return text;
  if (!Array.isArray(segments) || segments.length === 0) return undefined;
  const words = segments.map((segment: unknown) => (segment as { text?: unknown } | null)?.text);
  return words.every((each) => typeof each === 'string') ? words.join(' ') : undefined;
}

interface TranscriptEvent {
  type?: unknown;
  text?: unknown;
  delta?: unknown;
  error?: unknown;
}

/** The text of the last event, as OpenAI's `transcript.text.done` has it, else its pieces together. */
function wordsOfEvents(text: string, secret: string | undefined): string {
  const lines = text.split(/\r\n?|\n/).flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trim()] : []));
  const events = lines.filter((line) => line !== '[DONE]' && line !== '').map(eventIn);
  const refused = events.find((event) => event.type === 'error' || event.error);
  if (refused) throw faultIn(JSON.stringify(refused), secret);
  const whole = events.findLast(
    ({ type, text: words }) => type === 'transcript.text.done' && typeof words === 'string',
  );
  if (whole) return String(whole.text);
  const pieces = events.flatMap(({ delta, text: words }) =>
    typeof delta === 'string' ? [delta] : typeof words === 'string' ? [`${words} `] : [],
  );
  if (pieces.length === 0) throw fault('gave no text');
  return pieces.join('');
}

function eventIn(line: string): TranscriptEvent {
  const value = line.startsWith('{') ? jsonIn(line) : undefined;
  if (typeof value !== 'object' || value === null) throw fault(UNREADABLE);
  return value;
}

/** Subtitles without their frame; any other text as it is. */
export function withoutTimes(text: string): string {
  const plain = text.replace(/\r\n?/g, '\n');
  const lines = plain.split('\n');
  const isVtt = /^WEBVTT(?:\s|$)/.test(lines[0] ?? '');
  if (!isVtt && !lines.slice(0, 3).some((line) => CUE_TIME.test(line))) return plain.replace(PRINTED_TIME, '');
  return plain
    .split(/\n[ \t]*\n/)
    .map(wordsOfCue)
    .filter(Boolean)
    .join('\n');
}

function wordsOfCue(block: string): string {
  const lines = block.split('\n');
  const at = lines.findIndex((line) => CUE_TIME.test(line));
  const words = at < 0 ? [] : lines.slice(at + 1);
  return words.join('\n').replace(/<\/?[a-z][^<>\n]{0,60}>|\{\\an?\d\}/gi, '');
}

/** Addresses, and what could be a key or a token: no word of a language is as long with such signs in it. */
const ADDRESS = /https?:[^\s"'”]{1,500}/g;
const KEY_LIKE = /[\w*.+/=~-]{20,}/g;

/** The reason that a service itself gives, in one short line; empty where it is a page or says nothing. */
function sentenceOf(text: string, secret: string | undefined): string {
  const start = text.trimStart();
  const words = start.startsWith('<') ? '' : (reasonIn(start) ?? start);
  const plain = (secret ? words.replaceAll(secret, '…') : words).slice(0, 4 * LONGEST_SENTENCE);
  const line = withoutHidden(plain)
    .replace(ADDRESS, '…')
    .replace(KEY_LIKE, (run) => (/[\d*_/=+]/.test(run) ? '…' : run))
    // Nothing that ends the quotation, calls anybody, or leads elsewhere.
    .replace(/[“”"`<>@[\]]/g, "'")
    .replace(/\s+/g, ' ');
  return shorten(line.trim(), LONGEST_SENTENCE);
}

function reasonIn(text: string): string | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return reasonOf(parseJson(text)) ?? '';
  } catch {
    return '';
  }
}

function reasonOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const [first] = Array.isArray(value) ? value : [];
  const { error, message, detail, msg } = value as Record<string, unknown>;
  return reasonOf(error ?? message ?? detail ?? msg ?? first);
}

/** Tokens of models: `<|en|>`, `<unk>`. */
const TOKENS = /<\|[^|<>\n]{0,60}\|>|<\/?[\p{L}_]{1,20}>/gu;
/** Sounds in brackets that nobody speaks, and what is sung between notes, or from one to the end of its line. */
const MARKED = [
  /\[[^[\]\n]{0,80}\]|［[^［］\n]{0,80}］|【[^【】\n]{0,80}】|\{[^{}\n]{0,80}\}/g,
  /[♩♪♫♬🎵🎶][^♩♪♫♬🎵🎶\n]{0,2000}(?:[♩♪♫♬🎵🎶]+|$)/gmu,
];
/** Round brackets and asterisks, where they are a piece of their own: `call Ben (the plumber)` is spoken. */
const PIECES =
  /(?<=(?:^|[.!?…。！？:;])\s{0,4})(?:\([^()*\d\n]{1,80}\)|（[^（）*\d\n]{1,80}）|\*{1,2}[^()*\d\n]{1,80}\*{1,2})[.!?…。]?(?=\s|$)/gmu;

/** The words that are spoken: without what programs write for sounds, music and silence, in whatever language. */
export function withoutSounds(text: string): string {
  const [brackets, notes] = MARKED as [RegExp, RegExp];
  let rest = text.replace(TOKENS, '').replace(brackets, '\n').replace(notes, '\n');
  // Each one uncovers the next: "(music) (laughs) call Ben".
  for (let round = 0; round < 10; round++) {
    const next = rest.replace(PIECES, '\n');
    if (next === rest) break;
    rest = next;
  }
  const lines = rest.split('\n').filter((line) => /[\p{L}\p{N}]/u.test(line));
  return lines.join(' ').replace(/\s+/g, ' ').trim();
}
