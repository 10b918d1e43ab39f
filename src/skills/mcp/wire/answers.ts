/** Answers over HTTP, read as those of a program are: the SDK waits for what it cannot read. */
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { readLines } from '../../../base/lines.ts';
import { shorten } from '../../../base/text.ts';
import {
  BROKEN,
  endedMessage,
  failure,
  type IsAsked,
  isFields,
  jsonIn,
  messagesIn,
  REFUSED,
  SESSION_LOST,
  unreadable,
} from './messages.ts';

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** A status of HTTP in the place of an answer. The connection is as good as before. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, words: string) {
    super(words === '' ? `HTTP ${status}` : `HTTP ${status}: ${words}`);
    this.status = status;
    this.code = code;
  }
}

export interface ReadableOptions {
  url: URL;
  isAsked: IsAsked;
  /** The SDK itself answers a refusal for want of a token. */
  hasTokens: boolean;
  /** Told what no response can carry any more. */
  tell(message: JSONRPCMessage): void;
}

interface SentRequest {
  ids: unknown[];
  /** A session may be lost; it is not yet begun while the server is introduced to coda. */
  isInSession: boolean;
}

export function readable(fetch: Fetch, { url, isAsked, hasTokens, tell }: ReadableOptions): Fetch {
  /** Requests whose answer may still come on a stream that is taken up again after the event of this id. */
  const resumes = new Map<string, readonly unknown[]>();
  const streamed = (response: Response, request: SentRequest): Response => {
    if (!response.body) return response;
    const body = eventsOf(response.body, request, isAsked, (id, waiting) => {
      if (waiting.length > 0) resumes.set(id, waiting);
    });
    return new Response(ReadableStream.from(body) as ReadableStream<Uint8Array>, response);
  };
  const resume = async (asked: string | URL, init: RequestInit | undefined, waiting: readonly unknown[]) => {
    const response = await fetch(asked, init).catch(() => undefined);
    if (response?.ok && typeOf(response) === 'text/event-stream')
      return streamed(response, { ids: [...waiting], isInSession: true });
    await response?.body?.cancel();
    for (const id of waiting.filter(isAsked)) tell(endedMessage(id));
    // To the SDK a server that offers no such stream: it does not try again.
    return new Response(null, { status: 405 });
  };
  return async (asked, init) => {
    const request = sentIn(init);
    const last = new Headers(init?.headers).get('last-event-id') ?? '';
    const waiting = request ? undefined : resumes.get(last);
    resumes.delete(last);
    if (waiting) return resume(asked, init, waiting);
    const response = await fetch(asked, init);
    const isStream = typeOf(response) === 'text/event-stream';
    if (!request) return response.ok && isStream ? streamed(response, { ids: [], isInSession: true }) : response;
    if (!response.ok) {
      if (hasTokens && isForWantOfToken(response)) return response;
      throw await refusalOf(response, request);
    }
    // Elsewhere is the endpoint of the older transport, whose answers come on another stream.
    if (request.ids.length === 0 || response.status === 202 || new URL(asked).href !== url.href) return response;
    if (isStream) return streamed(response, request);
    const text = wholeOf(await response.text(), request, isAsked);
    return new Response(text, { headers: withType(response.headers) });
  };
}

function typeOf(response: Response): string | undefined {
  return (response.headers.get('content-type') ?? '').trim().toLowerCase().split(/[;\s]/)[0];
}

function withType(requestHeaders: Headers): Headers {
  const headers = new Headers(requestHeaders);
  headers.set('content-type', 'application/json');
  return headers;
}

function isForWantOfToken({ status, headers }: Response): boolean {
  return status === 401 || (status === 403 && /insufficient_scope/.test(headers.get('www-authenticate') ?? ''));
}

function sentIn(init: RequestInit | undefined): SentRequest | undefined {
  if (init?.method !== 'POST' || typeof init.body !== 'string') return undefined;
  const messages = [jsonIn(init.body)].flat().filter(isFields);
  if (!messages.some(({ jsonrpc }) => jsonrpc !== undefined)) return undefined;
  return {
    ids: messages.flatMap(({ id }) => id ?? []),
    isInSession: messages.every(({ method }) => method !== 'initialize'),
  };
}

const LONGEST_WORDS = 1_000;
/** The session of the protocol, and not one of what the server works with ("payment session expired"), whose call may have acted. */
const SESSION =
  /(?:^|[.:;,("'] ?|\b(?:the|your|this|a|no|mcp|http|transport|client|invalid|unknown|expired|missing|valid|such|bad|request)[ -])session(?:[ _-]?id)?\b/i;
const GONE =
  /\b(?:not (?:found|exist)|no longer|expired?|invalid|unknown|no (?:valid|such)|doesn.t exist|missing|required|terminated|closed|gone)\b/i;
/** A server that was started anew, and waits for an introduction. */
const FORGOTTEN = /\bserver (?:is |was |has )?not (?:been |yet )?initiali[sz]ed\b|\bbefore initiali[sz]ation\b/i;

async function refusalOf(response: Response, { isInSession }: SentRequest): Promise<Refusal> {
  const { status } = response;
  const words = wordsIn(await response.text().catch(() => ''));
  if (status >= 500) return new Refusal(status, BROKEN, words);
  const isAbout = status === 404 || (status === 400 && (SESSION.test(words) || FORGOTTEN.test(words)));
  return new Refusal(status, isInSession && isAbout ? SESSION_LOST : REFUSED, words);
}

/** A refusal's own words: those of an error in JSON, or its text, but no page. */
function wordsIn(text: string): string {
  const start = text.trimStart();
  const words = start.startsWith('{') ? (wordsOf(jsonIn(start)) ?? start) : start.startsWith('<') ? '' : start;
  return shorten(words.trim(), LONGEST_WORDS);
}

function wordsOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isFields(value)) return undefined;
  return wordsOf(value.error_description ?? value.message ?? value.error ?? value.detail);
}

/** An error that says that the session is over, as one of coda's own; any other message as it is. */
function inSession(message: JSONRPCMessage, { isInSession }: SentRequest): JSONRPCMessage {
  if (!isInSession || !('error' in message)) return message;
  const words = message.error.message.slice(0, LONGEST_WORDS);
  const isOver = (SESSION.test(words) && GONE.test(words)) || FORGOTTEN.test(words);
  return isOver ? failure(message.id, { ...message.error, code: SESSION_LOST }) : message;
}

function wholeOf(text: string, request: SentRequest, isAsked: IsAsked): string {
  const { ids } = request;
  const messages = messagesIn(text, isAsked, onlyOf(ids)).map((message) => inSession(message, request));
  const answered = messages.map((message) => ('id' in message ? message.id : undefined));
  const missing = ids.filter((id) => isAsked(id) && !answered.includes(id as never));
  const all = [...messages, ...missing.map(unreadable)];
  return JSON.stringify(all.length === 1 ? all[0] : all);
}

const onlyOf = (ids: readonly unknown[]) => (ids.length === 1 ? ids[0] : undefined);

const LONGEST_LINE = 8 * 1024 * 1024;

/**
 * The events of a stream with one message each. Requests without an answer are told at its end, however it ends; where it can
 * be taken up again, `resumable` is given the last event's id and what still waits.
 */
async function* eventsOf(
  body: AsyncIterable<Uint8Array>,
  request: SentRequest,
  isAsked: IsAsked,
  resumable: (lastId: string, waiting: readonly unknown[]) => void,
) {
  let event: string[] = [];
  let lastId = '';
  const waiting = () => request.ids.filter(isAsked);
  try {
    for await (const line of readLines(body, LONGEST_LINE)) {
      if (!('text' in line)) throw new Error('it sent what is no text, or more than 8 MB at once');
      if (line.text !== '') event.push(line.text);
      if (line.text.startsWith('id:')) lastId = line.text.slice(3).trim();
      if (line.text !== '' || event.length === 0) continue;
      yield Buffer.from(eventOf(event, request, isAsked));
      event = [];
    }
  } catch (error) {
    if (lastId !== '') resumable(lastId, waiting());
    if (lastId !== '' || waiting().length === 0) throw error;
  }
  if (lastId !== '') return resumable(lastId, waiting());
  for (const id of waiting()) yield Buffer.from(`data: ${JSON.stringify(endedMessage(id))}\n\n`);
}

function eventOf(lines: readonly string[], request: SentRequest, isAsked: IsAsked): string {
  const isData = (line: string) => line.startsWith('data:');
  const isMessage = lines.some(isData) && lines.every((line) => !/^event:(?! ?message$)/.test(line));
  if (!isMessage) return `${lines.join('\n')}\n\n`;
  const text = lines.flatMap((line) => (isData(line) ? line.slice(5) : [])).join('\n');
  const head = lines.filter((line) => !isData(line));
  const messages = messagesIn(text, isAsked, onlyOf(request.ids)).map((message) => inSession(message, request));
  const events = messages.map((message) => `data: ${JSON.stringify(message)}\n\n`);
  // An event without data keeps its id: from there the stream is taken up again.
  return [...head, ''].join('\n') + (events.length === 0 ? 'data:\n\n' : events.join(''));
}
