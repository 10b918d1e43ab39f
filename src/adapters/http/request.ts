/** From what came over the wire to what a route takes: each part checked, whatever is wrong said by name. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { CodaError } from '../../base/errors.ts';
import type { AnyRoute, Caller, HttpRequest } from '../../chat/index.ts';
import { readBody } from './body.ts';
import { formOf, isForm } from './form.ts';
import { parseJson } from './json.ts';

/** The caller, of a route with a scope. */
export function callerOf({ caller }: Pick<HttpRequest, 'caller'>): Caller {
  if (!caller) throw new Error('a route with a scope was asked without a caller');
  return caller;
}

const KEY = /^[\x21-\x7e]{1,200}$/;

/** The program's own key of a request. Throws `INPUT_INVALID`. */
export function keyOf({ header }: Pick<HttpRequest, 'header'>): string | undefined {
  const given = header('idempotency-key');
  if (given === undefined || KEY.test(given)) return given;
  throw new CodaError('INPUT_INVALID', {
    message: 'The Idempotency-Key cannot be used.',
    remedy: 'Use up to 200 visible characters of ASCII.',
  });
}

/** Of which a request may have only one: with two, what stands in front of coda could have looked at the other. */
const SINGLE = [
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'authorization',
  'origin',
  'idempotency-key',
];

/** Throws `HTTP_MALFORMED` for what two servers in a row could read in two ways. */
export function checkHead({ rawHeaders, url = '' }: IncomingMessage): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (seen.has(name) && SINGLE.includes(name)) throw malformed(`The header ${name} is there twice.`);
    seen.add(name);
  }
  if (!url.startsWith('/') || /%00|[\\\0]/i.test(url)) throw malformed('The address is not a path.');
}

/** The parts of a request, as the route's schemas give them. */
export async function partsOf(
  route: AnyRoute,
  incoming: IncomingMessage,
  given: Record<string, string>,
  limit: number,
): Promise<{ params: unknown; query: unknown; body: unknown; raw: Buffer }> {
  const params = check(route.params, given, 'path');
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
    if (Object.hasOwn(query, name)) throw malformed(`The query names ${JSON.stringify(name.slice(0, 60))} twice.`);
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
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => {
    const where = [part, ...path.map(String)].join('.').slice(0, 100);
    return `${where}: ${message.slice(0, 200)}`;
  });
  throw new CodaError('INPUT_INVALID', {
    message: `${issues.join('; ')}.`,
    remedy: 'See /openapi.json for what is taken.',
  });
}

function malformed(message: string): CodaError {
  return new CodaError('HTTP_MALFORMED', { message, remedy: 'Send it as RFC 9112 has it.' });
}
