/** From what came over the wire to what a route takes: each part checked, whatever is wrong said by name. */

import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import { inputWords } from '../../base/input.ts';
import { endOfString } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import type { AnyRoute, Caller, HttpRequest } from '../../chat/index.ts';

export function callerOf({ caller }: Pick<HttpRequest, 'caller'>): Caller {
  if (!caller) throw new Error('a route with a scope was asked without a caller');
  return caller;
}

const KEY = /^[\x21-\x7e]{1,200}$/;

/** The program's own key of a request. Throws `INPUT_INVALID`. */
export function keyOf({ header }: Pick<HttpRequest, 'header'>): string | undefined {
  const key = header('idempotency-key');
  if (key === undefined || KEY.test(key)) return key;
  throw new CodaError('INPUT_INVALID', {
    message: 'The Idempotency-Key cannot be used.',
    remedy: 'Use up to 200 visible characters of ASCII.',
  });
}

/** Headers that a request may have once: of two, a proxy in front of coda may have checked the other one. */
const SINGLE = [
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'authorization',
  'origin',
  'idempotency-key',
];

/** A name or an address, as other servers read it too; of another form, they could take it for another host. */
const HOST = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

export const isHost = (text: string): boolean => HOST.test(text);

/** Throws `HTTP_MALFORMED` for headers that two servers in a row could read in two ways. */
export function checkHead({ rawHeaders, headers: { host = '' } }: IncomingMessage): void {
  const seenNames = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (seenNames.has(name) && SINGLE.includes(name)) throw malformedRequest(`The header ${name} is there twice.`);
    seenNames.add(name);
  }
  if (!isHost(host)) throw malformedRequest('The host is malformed or missing.');
}

export async function partsOf(
  route: AnyRoute,
  incoming: IncomingMessage,
  pathParams: Record<string, string>,
  limit: number,
): Promise<{ params: unknown; query: unknown; body: unknown; raw: Buffer }> {
  const params = check(route.params, pathParams, 'path');
  const query = check(route.query, queryOf(incoming), 'query');
  const hasBody = route.method !== 'GET';
  const raw = hasBody ? await readBody(incoming, route.maxBytes ?? limit) : Buffer.alloc(0);
  if (!route.body) return { params, query, body: undefined, raw };
  const { 'content-type': type } = incoming.headers;
  if (route.form && isForm(type))
    return { params, query, body: check(route.body, await formOf(raw, type), 'form'), raw };
  if (raw.length > 0) checkType(incoming);
  return { params, query, body: check(route.body, raw.length > 0 ? parseJson(raw) : undefined, 'body'), raw };
}

function queryOf({ url = '' }: IncomingMessage): Record<string, string> {
  const at = url.indexOf('?');
  const query: Record<string, string> = {};
  if (at === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    if (Object.hasOwn(query, name))
      throw malformedRequest(`The query names ${JSON.stringify(name.slice(0, 60))} twice.`);
    query[name] = value;
  }
  return query;
}

function checkType({ headers: { 'content-type': type = '' } }: IncomingMessage): void {
  if (/^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type)) return;
  throw new CodaError('HTTP_TYPE', {
    message: 'The body is not said to be JSON.',
    remedy: 'Send it with Content-Type: application/json.',
  });
}

function check(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (!schema) return value;
  const parsed = schema.safeParse(value, { error: inputWords });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map(({ path, message }) => ({
    field: path.map(String).join('.').slice(0, 100),
    detail: message.slice(0, 200),
  }));
  throw new CodaError('INPUT_INVALID', {
    message: `${faults.map(({ field, detail }) => `${field === '' ? part : `${part}.${field}`}: ${detail}`).join('; ')}.`,
    ...(part === 'body' && { fields: faults }),
    remedy: 'See /openapi.json for what is taken.',
  });
}

export function malformedRequest(message: string): CodaError {
  return new CodaError('HTTP_MALFORMED', { message, remedy: 'Send it as RFC 9112 has it.' });
}

/**
 * All of a request's body. Rejects with `HTTP_TOO_LARGE` as soon as it is known to be larger than `limit` bytes,
 * `HTTP_MALFORMED` when it is cut off, and `HTTP_TYPE` for one that is compressed: what it would become is not known.
 */
async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length } = incoming.headers;
  if (encoding.toLowerCase() !== 'identity') {
    throw new CodaError('HTTP_TYPE', {
      message: 'A compressed body is not taken.',
      remedy: 'Send it without Content-Encoding.',
    });
  }
  if (Number(length ?? 0) > limit) throw tooLarge(limit);
  return collect(incoming, limit);
}

/** Leaves the stream as it is when it rejects: the answer goes out over the same socket. */
function collect(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) return chunks.push(chunk);
      chunks.length = 0;
      return reject(tooLarge(limit));
    });
    incoming.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    const cut = (cause?: unknown) =>
      reject(new CodaError('HTTP_MALFORMED', { message: 'The body was cut off.', remedy: 'Send all of it.', cause }));
    incoming.once('error', cut);
    incoming.once('close', cut);
  });
}

function tooLarge(limit: number): CodaError {
  return new CodaError('HTTP_TOO_LARGE', {
    message: `The body is larger than ${plural(limit, 'byte')}.`,
    remedy: 'Send less at once.',
  });
}

const MOST_PARTS = 50;

function isForm(type: string | undefined): type is string {
  return /^multipart\/form-data\s*;/i.test(type ?? '');
}

/** A form as the JSON that would say the same: its fields, and its files in base64, one in `voice` as spoken. Throws `HTTP_MALFORMED`. */
async function formOf(raw: Buffer, type: string): Promise<Record<string, unknown>> {
  checkParts(raw, type);
  const form = await read(raw, type);
  const fields: Record<string, unknown> = {};
  const files: { name: string; content_type: string; data: string; voice?: true }[] = [];
  for (const [name, value] of form) {
    if (typeof value !== 'string') {
      const data = Buffer.from(await value.arrayBuffer()).toString('base64');
      const type = value.type.split(';')[0]?.trim() || 'application/octet-stream';
      files.push({
        name: value.name || 'file',
        content_type: type,
        data,
        ...(name === 'voice' && { voice: true as const }),
      });
    } else if (Object.hasOwn(fields, name) || name === '__proto__' || name === 'files') {
      throw malformedForm('A field of the form is there twice, or has no place here.');
    } else fields[name] = value;
  }
  return { ...fields, ...(files.length > 0 && { files }) };
}

const BOUNDARY = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i;

/** Counts the parts before any of them is read. */
function checkParts(raw: Buffer, type: string): void {
  const [, quoted, bare] = BOUNDARY.exec(type) ?? [];
  const boundary = Buffer.from(`--${quoted ?? bare ?? ''}`, 'latin1');
  if (boundary.length === 2) throw malformedForm('The form does not say what stands between its parts.');
  let parts = 0;
  for (let at = raw.indexOf(boundary); at !== -1; at = raw.indexOf(boundary, at + boundary.length)) {
    // The last one ends the form.
    if (++parts > MOST_PARTS + 1) throw malformedForm(`The form has more than ${MOST_PARTS} parts.`);
  }
}

async function read(raw: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(raw), { headers: { 'Content-Type': type } }).formData();
  } catch (error) {
    throw malformedForm('The form cannot be read.', error);
  }
}

function malformedForm(message: string, cause?: unknown): CodaError {
  return new CodaError('HTTP_MALFORMED', { message, remedy: 'Send it as RFC 7578 has it.', cause });
}

// JSON that strangers send: what a lenient reader takes one way and another the other way is refused.

const DEEPEST = 64;

/** Values of a body, and keys of one object: what checks them takes time for each, and says each that is wrong. */
const MOST_VALUES = 50_000;
const MOST_KEYS = 2_000;

const QUOTE = 0x22;
const [OPEN, CLOSE, LIST, END_LIST, COLON, COMMA] = [0x7b, 0x7d, 0x5b, 0x5d, 0x3a, 0x2c];

/** The value of UTF-8 JSON. Throws `HTTP_MALFORMED` for anything else, for depth, for a key that stands there twice, and for too many. */
function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  checkShape(text);
  try {
    // The same form of a letter in all that is stored, compared and searched.
    return JSON.parse(text.normalize('NFC'));
  } catch {
    throw malformedJson('The body is not JSON.');
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw malformedJson('The body is not UTF-8.');
  }
}

/** A single pass over the text, before anything recursive sees it. Text that is not JSON at all is left to the parser. */
function checkShape(text: string): void {
  /** For each open object the keys so far; for a list undefined. */
  const open: (Set<string> | undefined)[] = [];
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKey(text, end)) addKey(keys, text.slice(at, end + 1));
      at = end;
    } else if (code === OPEN || code === LIST) {
      if (open.length === DEEPEST) throw malformedJson(`The body is nested more than ${DEEPEST} levels deep.`);
      open.push(code === OPEN ? new Set() : undefined);
      values++;
    } else if (code === COMMA) values++;
    else if (code === CLOSE || code === END_LIST) open.pop();
    if (values > MOST_VALUES) throw malformedJson(`The body has more than ${plural(MOST_VALUES, 'value')}.`);
  }
}

function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === COLON;
}

function addKey(keys: Set<string>, quoted: string): void {
  const key = keyOfJson(quoted);
  if (keys.has(key)) throw malformedJson(`The key ${JSON.stringify(key.slice(0, 60))} stands in one object twice.`);
  // Own properties of that name confuse what merges objects.
  if (key === '__proto__') throw malformedJson('No key may be called __proto__.');
  if (keys.size === MOST_KEYS) throw malformedJson(`An object of the body has more than ${plural(MOST_KEYS, 'key')}.`);
  keys.add(key);
}

function keyOfJson(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    throw malformedJson('The body is not JSON.');
  }
}

function malformedJson(message: string): CodaError {
  return new CodaError('HTTP_MALFORMED', { message, remedy: 'Send one JSON value as RFC 8259 has it.' });
}
