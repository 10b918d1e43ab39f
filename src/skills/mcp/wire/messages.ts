/** Parses servers' messages tolerantly: many write null for nothing, or leave out required fields. Pure. */
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { readLines } from '../../../base/lines.ts';

/** The code of the error that stands for an answer which cannot be read. */
export const UNREADABLE = -32_097;
export const CLOSED = -32_000;

type Fields = Record<string, unknown>;
export type IsAsked = (id: unknown) => boolean;

/** Values of others, and schemas, where null may be meant; what reads them knows that. */
const OTHERS: readonly string[] = ['structuredContent', 'inputSchema', 'outputSchema', '_meta'];
const MOST_BEGINNINGS = 16;

/**
 * The message in a line; undefined where it is none. An answer that is waited for and cannot be read comes as an error, so
 * that nobody waits for it. Noise in front of an answer or a notification is passed over.
 */
export function messageIn(line: string, isAsked: IsAsked): JSONRPCMessage | undefined {
  const text = line.trim();
  if (text.startsWith('{')) {
    const value = jsonIn(text);
    return value === undefined ? failedIn(text, isAsked) : messageOf(value, isAsked);
  }
  if (!text.endsWith('}')) return undefined;
  let at = -1;
  for (let tried = 0; tried < MOST_BEGINNINGS; tried++) {
    at = text.indexOf('{"', at + 1);
    if (at < 0) return undefined;
    const value = jsonIn(text.slice(at));
    if (value === undefined) continue;
    const message = messageOf(value, isAsked);
    // A server's logged copy of a request to it is no request of its own.
    return message && 'method' in message && 'id' in message ? undefined : message;
  }
  return undefined;
}

function messagesIn(text: string, isAsked: IsAsked): JSONRPCMessage[] {
  const list = text.trim().startsWith('[') ? jsonIn(text) : undefined;
  if (Array.isArray(list)) return list.flatMap((each) => messageOf(each, isAsked) ?? []);
  return [messageIn(text, isAsked)].flatMap((message) => message ?? []);
}

function messageOf(value: unknown, isAsked: IsAsked): JSONRPCMessage | undefined {
  let sent: unknown;
  try {
    sent = withoutNulls(value);
  } catch {
    // Nested more deeply than anybody can read.
    return undefined;
  }
  if (!isFields(sent)) return undefined;
  const { method, params, result, error } = sent;
  const id = askedId(sent.id, isAsked);
  if (typeof method === 'string') {
    const isCall = typeof id === 'string' || typeof id === 'number';
    return { jsonrpc: '2.0', method, ...(isCall && { id }), ...(isFields(params) && { params }) } as JSONRPCMessage;
  }
  if (!isAsked(id)) return sent.jsonrpc === '2.0' ? (sent as JSONRPCMessage) : undefined;
  if (error !== undefined) return failure(id, error);
  return isFields(result) ? ({ jsonrpc: '2.0', id, result: introduced(result) } as JSONRPCMessage) : unreadable(id);
}

function unreadable(id: unknown): JSONRPCMessage {
  return failure(id, { code: UNREADABLE, message: 'its answer cannot be read' });
}

function ended(id: unknown): JSONRPCMessage {
  return failure(id, { code: CLOSED, message: 'it ended before its answer was whole' });
}

function failure(id: unknown, error: unknown): JSONRPCMessage {
  const { code, message, data } = isFields(error) ? error : { message: error };
  const said = typeof message === 'string' ? message : (JSON.stringify(message ?? error) ?? '');
  const own = Number.isInteger(code) ? code : -32_603;
  return {
    jsonrpc: '2.0',
    id,
    error: { code: own, message: said, ...(data !== undefined && { data }) },
  } as JSONRPCMessage;
}

/** An answer that is no JSON (a NaN in it, a line that was cut): its id can be seen even so, at its beginning or its end. */
function failedIn(text: string, isAsked: IsAsked): JSONRPCMessage | undefined {
  const edges = [/^\{[^{}[\]]{0,100}?"id"\s*:\s*"?(\d{1,15})/.exec(text), /"id"\s*:\s*"?(\d{1,15})"?\s*\}$/.exec(text)];
  const id = edges
    .flatMap((found) => found?.[1] ?? [])
    .map(Number)
    .find(isAsked);
  return id === undefined || /^\{[^{}[\]]{0,100}?"method"/.test(text) ? undefined : unreadable(id);
}

/** Some servers send the number back as a text. */
function askedId(id: unknown, isAsked: IsAsked): unknown {
  const number = typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
  return number !== undefined && !isAsked(id) && isAsked(number) ? number : id;
}

function introduced(result: Fields): Fields {
  if (typeof result.protocolVersion !== 'string') return result;
  const { name, version, ...more } = isFields(result.serverInfo) ? result.serverInfo : {};
  const info = { ...more, name: textOf(name), version: textOf(version) };
  return { ...result, capabilities: isFields(result.capabilities) ? result.capabilities : {}, serverInfo: info };
}

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => each !== null).map(withoutNulls);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => {
      if (field === null) return [];
      return [[key, OTHERS.includes(key) ? field : withoutNulls(field)]];
    }),
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Answers over HTTP, read as those of a program are: the SDK waits for what it cannot read. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export function readable(fetch: Fetch, url: URL, isAsked: IsAsked): Fetch {
  return async (asked, init) => {
    const response = await fetch(asked, init);
    if (new URL(asked).href !== url.href || !response.ok || !response.body) return response;
    const [type = ''] = (response.headers.get('content-type') ?? '').trim().toLowerCase().split(/[;\s]/);
    const { status, headers } = response;
    const ids = idsIn(init?.body);
    if (type === 'application/json') {
      return new Response(wholeOf(await response.text(), ids, isAsked), { status, headers });
    }
    if (type !== 'text/event-stream') return response;
    const body = ReadableStream.from(eventsOf(response.body, ids, isAsked)) as ReadableStream<Uint8Array>;
    return new Response(body, { status, headers });
  };
}

function wholeOf(text: string, ids: readonly unknown[], isAsked: IsAsked): string {
  const messages = messagesIn(text, isAsked);
  const answered = messages.map((message) => ('id' in message ? message.id : undefined));
  const missing = ids.filter((id) => isAsked(id) && !answered.includes(id as never));
  const all = [...messages, ...missing.map(unreadable)];
  return JSON.stringify(all.length === 1 ? all[0] : all);
}

const LONGEST_LINE = 8 * 1024 * 1024;

/** The events of a stream with one message each; what was asked for in vain is told at its end. */
async function* eventsOf(body: AsyncIterable<Uint8Array>, ids: readonly unknown[], isAsked: IsAsked) {
  let event: string[] = [];
  let isResumable = false;
  for await (const line of readLines(body, LONGEST_LINE)) {
    if (!('text' in line)) throw new Error('it sent what is no text, or more than 8 MB at once');
    if (line.text !== '') event.push(line.text);
    isResumable ||= line.text.startsWith('id:');
    if (line.text !== '' || event.length === 0) continue;
    yield Buffer.from(eventOf(event, isAsked));
    event = [];
  }
  // On a resumable stream the answer may still come.
  for (const id of isResumable ? [] : ids.filter(isAsked)) yield Buffer.from(`data: ${JSON.stringify(ended(id))}\n\n`);
}

function eventOf(lines: readonly string[], isAsked: IsAsked): string {
  const isData = (line: string) => line.startsWith('data:');
  const isMessage = lines.some(isData) && lines.every((line) => !/^event:(?! ?message$)/.test(line));
  if (!isMessage) return `${lines.join('\n')}\n\n`;
  const text = lines.flatMap((line) => (isData(line) ? line.slice(5) : [])).join('\n');
  const head = lines.filter((line) => !isData(line));
  const events = messagesIn(text, isAsked).map((message) => `data: ${JSON.stringify(message)}\n\n`);
  return [...head, ''].join('\n') + (events.length === 0 ? '\n' : events.join(''));
}

function idsIn(body: unknown): unknown[] {
  if (typeof body !== 'string') return [];
  try {
    const sent: unknown = JSON.parse(body);
    return [sent].flat().flatMap((each) => (each as { id?: unknown } | null)?.id ?? []);
  } catch {
    return [];
  }
}
