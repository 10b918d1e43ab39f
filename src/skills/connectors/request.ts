/** A call of a connector as an HTTP request. Pure. */
import { type Definition, withSecrets } from './definition.ts';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** Methods that change nothing, so that they may be sent again. */
export const isReading = (method: Method): boolean => method === 'GET' || method === 'HEAD';

export interface ConnectorCall {
  method: Method;
  path: string;
  query?: Readonly<Record<string, string | number | boolean>> | undefined;
  body?: unknown;
}

export interface Prepared {
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** `ftp:`, `javascript:`, or a whole address instead of a path. */
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const AMBIGUOUS = /[\s\\#\u0000-\u001f\u007f]/;
/** A server may decode a path several times. */
const MOST_DECODED = 5;

/** The address of `path` below `base`; undefined where it would lead out of it. */
function addressBelow(base: string, path: string): URL | undefined {
  const [bare = '', ...query] = path.split('?');
  if (SCHEME.test(bare) || AMBIGUOUS.test(path) || bare.startsWith('//')) return undefined;
  if (!staysBelow(bare)) return undefined;
  const root = new URL(base.endsWith('/') ? base : `${base}/`);
  const below = bare.replace(/^\//, '');
  const url = new URL(below === '' ? base : `${root.href}${below}`);
  if (query.length > 0) url.search = query.join('?');
  const isBelow = url.pathname === new URL(base).pathname || url.pathname.startsWith(root.pathname);
  return url.origin === root.origin && isBelow ? url : undefined;
}

/** True if no step of the path goes up, however often a server decodes it. */
function staysBelow(path: string): boolean {
  let read = path;
  for (let round = 0; round < MOST_DECODED; round++) {
    const steps = read.split(/[/\\]/).map((step) => step.replace(/;.*$/, ''));
    if (steps.some((step) => step === '..' || step === '.')) return false;
    const next = decodedOnce(read);
    if (next === undefined) return false;
    if (next === read) return true;
    if (AMBIGUOUS.test(next.replaceAll(' ', ''))) return false;
    read = next;
  }
  return false;
}

function decodedOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The request; undefined where the path leads out of the connector's address. */
export function prepare(
  { base_url: base, headers, auth }: Definition,
  { path, query = {}, body }: ConnectorCall,
  values: Readonly<Record<string, string>>,
): Prepared | undefined {
  const url = addressBelow(base, path);
  if (!url) return undefined;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const sent: Record<string, string> = { accept: 'application/json, text/*;q=0.9, */*;q=0.5' };
  const fill = (text: string) => withSecrets(text, values);
  if (body !== undefined)
    sent['content-type'] = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  for (const [name, value] of Object.entries(headers)) sent[name.toLowerCase()] = fill(value);
  if (auth?.type === 'query') url.searchParams.set(auth.name, fill(auth.value));
  if (auth?.type === 'header') sent[auth.name.toLowerCase()] = fill(auth.value);
  if (auth?.type === 'bearer') sent.authorization = `Bearer ${fill(auth.token)}`;
  if (auth?.type === 'basic') sent.authorization = `Basic ${basicOf(fill(auth.username), fill(auth.password))}`;
  return { url: url.href, headers: sent, body: body === undefined ? undefined : bodyText(body) };
}

const bodyText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

const basicOf = (username: string, password: string) => Buffer.from(`${username}:${password}`).toString('base64');

/** True if a header's value can be sent: a secret may hold a line break. */
export const isSendable = ({ headers }: Prepared): boolean =>
  Object.values(headers).every((text) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text));
