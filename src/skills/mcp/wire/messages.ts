/** Parses servers' messages tolerantly: many write null for nothing, or leave out required fields. Pure. */

import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { omitUndefined, parseJson } from '../../../base/json.ts';

/** The code of the error that stands for an answer which cannot be read. */
export const UNREADABLE = -32_097;
/** The server no longer knows the session: it has not run what it was asked. */
export const SESSION_LOST = -32_096;
/** The server refused over HTTP, or failed there; a failure may have come after the effect. */
export const REFUSED = -32_095;
export const BROKEN = -32_094;
/** Error codes of the SDK. */
export const CLOSED = -32_000;
export const TIMED_OUT = -32_001;

/** Codes with a meaning here: a server that uses one of them means something else. */
const OWN_CODES: readonly unknown[] = [UNREADABLE, SESSION_LOST, REFUSED, BROKEN, CLOSED, TIMED_OUT];
const INTERNAL_ERROR = -32_603;

type Fields = Record<string, unknown>;
export type IsAsked = (id: unknown) => boolean;

/** Values of others, and schemas, where null may be meant; what reads them knows that. */
const OTHERS: readonly string[] = ['structuredContent', 'inputSchema', 'outputSchema', '_meta'];
const MOST_BEGINNINGS = 16;

/**
 * The message in a line; undefined where it is none. An answer that is waited for and cannot be read comes as an error, so
 * that nobody waits for it. Noise in front of an answer or a notification is passed over. An error without an id answers `only`,
 * the one request of its stream.
 */
export function messageIn(line: string, isAsked: IsAsked, only?: unknown): JSONRPCMessage | undefined {
  const text = line.trim();
  if (text.startsWith('{')) {
    const value = jsonIn(text);
    return value === undefined ? failedIn(text, isAsked) : messageOf(value, isAsked, only);
  }
  if (!text.endsWith('}')) return undefined;
  let at = -1;
  for (let tried = 0; tried < MOST_BEGINNINGS; tried++) {
    at = text.indexOf('{"', at + 1);
    if (at < 0) return undefined;
    const value = jsonIn(text.slice(at));
    if (value === undefined) continue;
    const message = messageOf(value, isAsked, only);
    // A server's logged copy of a request to it is no request of its own.
    return message && 'method' in message && 'id' in message ? undefined : message;
  }
  return undefined;
}

/** Messages of a text that is one or a list. */
export function messagesIn(text: string, isAsked: IsAsked, only?: unknown): JSONRPCMessage[] {
  const list = text.trim().startsWith('[') ? jsonIn(text) : undefined;
  if (Array.isArray(list)) return list.flatMap((each) => messageOf(each, isAsked, only) ?? []);
  return [messageIn(text, isAsked, only)].flatMap((message) => message ?? []);
}

function messageOf(value: unknown, isAsked: IsAsked, only: unknown): JSONRPCMessage | undefined {
  const message = withoutNulls(value);
  if (!isFields(message)) return undefined;
  const { method, params, result, error } = message;
  const id = askedId(message.id ?? (error === undefined || method !== undefined ? undefined : only), isAsked);
  if (typeof method === 'string') {
    const isCall = typeof id === 'string' || typeof id === 'number';
    return {
      jsonrpc: '2.0',
      method,
      ...omitUndefined({ id: isCall ? id : undefined, params: isFields(params) ? params : undefined }),
    } as JSONRPCMessage;
  }
  if (!isAsked(id)) return message.jsonrpc === '2.0' ? (message as JSONRPCMessage) : undefined;
  if (error !== undefined) return serverError(id, error);
  return isFields(result)
    ? ({ jsonrpc: '2.0', id, result: readIntroduction(result) } as JSONRPCMessage)
    : unreadable(id);
}

export function unreadable(id: unknown): JSONRPCMessage {
  return failure(id, { code: UNREADABLE, message: 'its answer cannot be read' });
}

export function endedMessage(id: unknown): JSONRPCMessage {
  return failure(id, { code: CLOSED, message: 'it ended before its answer was whole' });
}

export function failure(id: unknown, error: unknown): JSONRPCMessage {
  const { code, message, data } = isFields(error) ? error : { message: error };
  const text = typeof message === 'string' ? message : (JSON.stringify(message ?? error) ?? '');
  const own = Number.isInteger(code) ? code : INTERNAL_ERROR;
  return {
    jsonrpc: '2.0',
    id,
    error: { code: own, message: text, ...(data !== undefined && { data }) },
  } as JSONRPCMessage;
}

/** A server's own error. */
function serverError(id: unknown, error: unknown): JSONRPCMessage {
  const isOwn = isFields(error) && OWN_CODES.includes(error.code);
  return failure(id, isOwn ? { ...error, code: INTERNAL_ERROR } : error);
}

/** An answer that is no JSON (a NaN in it, a line that was cut): its id can be seen even so, at its beginning or its end. */
function failedIn(text: string, isAsked: IsAsked): JSONRPCMessage | undefined {
  const edges = [/^\{[^{}[\]]{0,100}?"id"\s*:\s*"?(\d{1,15})/.exec(text), /"id"\s*:\s*"?(\d{1,15})"?\s*\}$/.exec(text)];
  const id = edges
    .flatMap((match) => match?.[1] ?? [])
    .map(Number)
    .find(isAsked);
  return id === undefined || /^\{[^{}[\]]{0,100}?"method"/.test(text) ? undefined : unreadable(id);
}

/** Some servers send the number back as a text. */
function askedId(id: unknown, isAsked: IsAsked): unknown {
  const number = typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
  return number !== undefined && !isAsked(id) && isAsked(number) ? number : id;
}

function readIntroduction(result: Fields): Fields {
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

export function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
