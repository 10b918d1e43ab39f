import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Failed, failed } from '../../agent/index.ts';
import { backOff, sleep } from '../../base/async.ts';
import { Secrets } from '../../base/log.ts';
import { withoutHidden } from '../../base/text.ts';
import { readEnvFile } from '../../config/index.ts';
import type { Answer, Egress, EgressFailure } from '../../egress/index.ts';
import { HiddenValues, redact } from '../../sandbox/index.ts';
import type { SkillSecrets } from '../../secrets/index.ts';
import { type Connector, type Definition, secretsIn, withSecrets } from './definition.ts';
import type { FoundConnectors } from './folder.ts';
import { texts } from './texts.ts';

export interface CallDeps {
  folders: { read(): FoundConnectors };
  values: ValueSources;
  /** A connection that reaches public addresses alone, and those that the owner has allowed. */
  egress: Egress;
  secrets: Secrets;
}

export interface ConnectorAnswer {
  ok: true;
  status: number;
  type: string;
  /** Without secrets, and no longer than a turn can use. */
  text: string;
}

const MOST_SENT = 1024 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_CHARACTERS = 60_000;
const REDIRECTS = 3;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

const BUSY_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const AWAY: ReadonlySet<string> = new Set(['EGRESS_UNREACHABLE', 'EGRESS_TIMEOUT']);

interface Asker {
  personId: string;
  spaceId: string;
}

export async function callConnector(
  deps: CallDeps,
  name: string,
  call: ConnectorCall,
  { signal, ...asker }: Asker & { signal: AbortSignal },
): Promise<ConnectorAnswer | Failed> {
  const prepared = await prepareCall(deps, name, call, asker);
  if (!prepared.ok) return prepared;
  const { connector, request, values } = prepared;
  hideCredentials(deps.secrets, request);
  // A shorter one would blank out ordinary words and figures.
  const long = Object.values(values).filter((value) => value.length >= Secrets.SHORTEST);
  const hide = (text: string) => redact(deps.secrets.hide(text), new HiddenValues(long));
  return ask({ ...deps, hide }, connector, call, request, signal);
}

interface PreparedCall {
  ok: true;
  connector: Connector;
  request: PreparedRequest;
  values: Readonly<Record<string, string>>;
}

/** The request of a call with its secrets, or why it cannot be sent. Sends nothing. */
export async function prepareCall(
  { folders, values: sources }: Pick<CallDeps, 'folders' | 'values'>,
  name: string,
  call: ConnectorCall,
  asker: Asker,
): Promise<PreparedCall | Failed> {
  const { connectors } = folders.read();
  const connector = connectors.get(name);
  if (!connector)
    return failed('NOT_FOUND', texts.unknown(name, [...connectors.keys()]), { remedy: texts.unknownRemedy });
  const wrong = problemOf(call);
  if (wrong) return wrong;
  const resolution = await valuesOf(sources, connector, asker);
  if (!resolution.ok) {
    const { missing, why } = resolution;
    return failed('MISSING_SECRET', texts.missingSecret(name, missing, why), { remedy: texts.missingRemedy(missing) });
  }
  const { values } = resolution;
  const request = prepare(connector, call, values);
  if (!request) return failed('REFUSED', texts.leaves(name), { remedy: texts.leavesRemedy });
  if (!isSendable(request)) return failed('REFUSED', texts.badSecret(name), { remedy: texts.badSecretRemedy });
  return { ok: true, connector, request, values };
}

function problemOf({ method, body }: ConnectorCall): Failed | undefined {
  if (body === undefined) return undefined;
  if (isReading(method)) return failed('INVALID_INPUT', texts.noBody(method), { remedy: texts.noBodyRemedy });
  const size = Buffer.byteLength(typeof body === 'string' ? body : JSON.stringify(body));
  if (size <= MOST_SENT) return undefined;
  return failed('INVALID_INPUT', texts.bodyTooLarge(MOST_SENT), { remedy: texts.bodyTooLargeRemedy });
}

/** A name and a password in Base64 are neither of them. */
function hideCredentials(secrets: Secrets, { headers: { authorization = '' } }: PreparedRequest): void {
  const [, encoded] = /^Basic (.+)$/.exec(authorization) ?? [];
  secrets.add(encoded);
}

/** Hides the secrets of coda as they are, and those of this connector however they are written. */
type Hide = (text: string) => string;

async function ask(
  { egress, hide }: Pick<CallDeps, 'egress'> & { hide: Hide },
  { name, base_url: base, timeout, retries }: Connector,
  { method }: ConnectorCall,
  { url, headers, body }: PreparedRequest,
  signal: AbortSignal,
): Promise<ConnectorAnswer | Failed> {
  const tries = isReading(method) ? retries + 1 : 1;
  for (let attempt = 1; ; attempt++) {
    const answer = await egress.fetch(url, {
      method,
      headers,
      signal,
      belongs: (to) => isBelow(base, to),
      ...(body !== undefined && { body }),
      limits: { totalMs: timeout, headersMs: timeout, maxBytes: MOST_BYTES, redirects: REDIRECTS },
    });
    const isAway = answer.ok ? BUSY_STATUSES.has(answer.status) : AWAY.has(answer.code);
    if (!isAway || attempt >= tries || signal.aborted)
      return answer.ok ? readAnswer(name, method, answer, hide) : failedInTransit(name, method, answer);
    if (answer.ok) answer.close();
    await sleep(backOff(attempt, LONGEST_PAUSE_MS, FIRST_PAUSE_MS), signal);
  }
}

function failedInTransit(
  name: string,
  method: ConnectorCall['method'],
  { code, message, remedy }: EgressFailure,
): Failed {
  const mayHaveArrived =
    !isReading(method) && ['EGRESS_TIMEOUT', 'EGRESS_MALFORMED', 'EGRESS_TOO_LARGE'].includes(code);
  return mayHaveArrived
    ? failed('OUTCOME_UNKNOWN', texts.unknownOutcome(name, message), { remedy })
    : failed(code, message, { remedy });
}

const TEXT = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|yaml|x-www-form-urlencoded|javascript|x-ndjson)$)/;

async function readAnswer(
  name: string,
  method: ConnectorCall['method'],
  answer: Answer,
  hide: Hide,
): Promise<ConnectorAnswer | Failed> {
  const { status, type } = answer;
  const read = await answer.bytes();
  if (!read.ok) return failedInTransit(name, method, read);
  const isText = type === '' || TEXT.test(type);
  const text = isText
    ? boundText(hide(withoutHidden(new TextDecoder().decode(read.bytes))))
    : texts.binary(type, read.bytes.byteLength);
  return { ok: true, status, type, text };
}

function boundText(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)}\n${texts.cut(text.length - MOST_CHARACTERS)}`;
}

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];

/** Methods that change nothing, so that they may be sent again. */
export const isReading = (method: Method): boolean => method === 'GET' || method === 'HEAD';

export interface ConnectorCall {
  method: Method;
  path: string;
  query?: Readonly<Record<string, string | number | boolean>> | undefined;
  body?: unknown;
}

interface PreparedRequest {
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

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
  return isBelow(base, url) ? url : undefined;
}

/** True if an address is that of a connector or below it, however often its path is decoded. */
function isBelow(base: string, url: URL): boolean {
  const root = new URL(base);
  const folder = root.pathname.endsWith('/') ? root.pathname : `${root.pathname}/`;
  const isInside = url.pathname === root.pathname || url.pathname.startsWith(folder);
  return url.origin === root.origin && isInside && staysBelow(url.pathname);
}

function staysBelow(path: string): boolean {
  let read = path;
  for (let round = 0; round < MOST_DECODED; round++) {
    const steps = read.split(/[/\\]/).map((step) => step.replace(/;.*$/s, ''));
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

function prepare(
  { base_url: base, headers, auth }: Definition,
  { path, query = {}, body }: ConnectorCall,
  values: Readonly<Record<string, string>>,
): PreparedRequest | undefined {
  const url = addressBelow(base, path);
  if (!url) return undefined;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const fields: Record<string, string> = { accept: 'application/json, text/*;q=0.9, */*;q=0.5' };
  const fill = (text: string) => withSecrets(text, values);
  if (body !== undefined)
    fields['content-type'] = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  for (const [name, value] of Object.entries(headers)) fields[name.toLowerCase()] = fill(value);
  if (auth?.type === 'query') url.searchParams.set(auth.name, fill(auth.value));
  if (auth?.type === 'header') fields[auth.name.toLowerCase()] = fill(auth.value);
  if (auth?.type === 'bearer') fields.authorization = `Bearer ${fill(auth.token)}`;
  if (auth?.type === 'basic') fields.authorization = `Basic ${basicOf(fill(auth.username), fill(auth.password))}`;
  return { url: url.href, headers: fields, body: body === undefined ? undefined : bodyText(body) };
}

const bodyText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

const basicOf = (username: string, password: string) => Buffer.from(`${username}:${password}`).toString('base64');

/** True if a header's value can be sent: a secret may hold a line break. */
const isSendable = ({ headers }: PreparedRequest): boolean =>
  Object.values(headers).every((text) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text));

// The values that `secret:KEY` stands for in a connector.

/** The name under which `coda secrets set` keeps values of connectors. */
const SCOPE = 'connectors';

interface ValueSources {
  /** Sealed values, which go first. */
  store: Pick<SkillSecrets, 'valuesFor'>;
  env: Readonly<Record<string, string | undefined>>;
  allowed: readonly string[];
  secrets: Secrets;
}

type ResolvedValues =
  | { ok: true; values: Record<string, string> }
  | { ok: false; missing: string; why: string | undefined };

/** The values for one person in one space, looked up anew for each call. */
export async function valuesOf(
  { store, env, allowed, secrets }: ValueSources,
  connector: Connector,
  who: Asker,
): Promise<ResolvedValues> {
  const names = secretsIn(connector);
  if (names.length === 0) return { ok: true, values: {} };
  const sealed = await store.valuesFor({ name: SCOPE, secrets: names.map((name) => ({ name })) }, who);
  const missing = (name: string) => sealed[name] === undefined && !(allowed.includes(name) && env[name]);
  const file = names.some(missing) ? secretsFile(connector.root) : { values: {} };
  const values: Record<string, string> = {};
  for (const name of names) {
    const secret = sealed[name] ?? (allowed.includes(name) ? env[name] || undefined : undefined) ?? file.values[name];
    if (secret === undefined || secret === '') return { ok: false, missing: name, why: file.why };
    values[name] = secret;
    secrets.add(secret);
  }
  return { ok: true, values };
}

/** Values of `secrets/.env` beside the connectors; nothing where others may read it. */
function secretsFile(root: string): { values: Record<string, string>; why?: string } {
  const file = join(root, 'secrets', '.env');
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return { values: {} };
  const isOpen = process.platform !== 'win32' && (stats.mode & 0o077) !== 0;
  if (isOpen) return { values: {}, why: texts.openFile(file) };
  return { values: readEnvFile(file) };
}
