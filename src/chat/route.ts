/** HTTP routes as values: a room declares its routes, `app/` hands them to the HTTP server. */
import type { z } from 'zod';
import type { Person, RoleHolder } from '../people/index.ts';
import type { OwnReader } from './today.ts';

/** Scopes of tokens. `app/` gives none that is not here. */
export const SCOPES = {
  messages: 'talk with coda as its person, and read what was said over HTTP',
  consent: 'press buttons as its person would: what it approves is done',
  data: "read and change its person's reminders, notes, schedules and memories",
  notify: 'have people told something',
  skills: 'search, run and judge skills',
  metrics: 'read what coda counts',
  admin: 'see and do what the owner can',
} as const;

export type Scope = keyof typeof SCOPES;

export interface Caller {
  /** Stable: of the token, or of the issuer's subject. */
  id: string;
  name: string;
  scopes: readonly Scope[];
  /** The roles with which this request is made. */
  who: RoleHolder;
  /** The person whom it speaks for; undefined where they have not been met. */
  personId: string | undefined;
  /** True for a person at a browser: what they write and press is their own, not a program's. */
  inPerson?: true;
  /** True where Home Assistant says who they are, and no session of this browser. */
  isVouched?: true;
  /** The account (`http:…`) of somebody whom an issuer of JWTs vouches for; undefined: the person is known. */
  account: string | undefined;
  /** The issuer's groups for the caller, as access rules name them: `http-role:NAME`. */
  groups?: readonly string[];
  /** Scopes of the token that count only with `access.approval_token`, which the request does not bring. */
  withheld?: readonly Scope[];
}

/** The person who asks over HTTP, with their zone and clock. */
export interface CallerReader extends OwnReader {
  person: Person;
  /** Their own role and that of this request. */
  isOwner: boolean;
}

/** Finds the person of a request. Throws `HTTP_FORBIDDEN` where they are not known, or were erased. */
export type ReadCaller = (request: { caller: Caller | undefined }) => Promise<CallerReader>;

export interface HttpRequest<Params = unknown, Query = unknown, Body = unknown> {
  params: Params;
  query: Query;
  body: Body;
  raw: Buffer;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
  /** There wherever the route has a `scope`. */
  caller: Caller | undefined;
  /** True if the request comes from this machine, names it, and was neither forwarded nor sent by a page of another origin. */
  local: boolean;
  /** The client's address, for limits; of what a proxy has forwarded that which the proxy tells. */
  address: string;
  /** The path under which the client sees coda, '' at the root of a name: addresses in the answer begin with it. */
  base: string;
  /** There where it came by Home Assistant's ingress, whose page has coda in a frame; `user`: for whom its supervisor vouches. */
  ingress: { user: { id: string; name: string } | undefined } | undefined;
  /** Aborts when whoever asks has gone, or coda stops. */
  signal: AbortSignal;
}

export interface HttpAnswer {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?:
    | { json: unknown }
    | { text: string; type: string }
    | { bytes: Uint8Array | AsyncIterable<Uint8Array>; type: string }
    | { events: AsyncIterable<string> };
}

/** An example of a request and its answer: stands in the OpenAPI document, and a test plays it. */
interface RouteExample {
  summary: string;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  status: number;
  answer?: unknown;
}

export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /**
   * Scope that a token or a browser's session needs; undefined: anybody may ask, and the handler checks by itself (a
   * signature).
   */
  scope?: Scope;
  /** For people: only a browser's session is taken, what is wrong is answered with a page, and no document lists it. */
  page?: true;
  /** Taken from people who are signed in at a browser alone, beside the scope: a program's token is refused. */
  inPerson?: true;
  /** Answered also while nobody owns this coda; any other route then answers nobody. */
  beforeOwner?: true;
  summary: string;
  tag?: string;
  params?: Params;
  query?: Query;
  /** The body may also come as a form: its fields, and its files as `files: [{ name, content_type, data }]`. */
  form?: true;
  /** Schema of the JSON body; without one the body is not parsed and only `raw` is there. */
  body?: Body;
  maxBytes?: number;
  answers?: Readonly<Record<number, { description: string; schema?: z.ZodType; type?: string }>>;
  examples?: readonly RouteExample[];
  /**
   * Answers the request. A thrown `CodaError` becomes a problem document with its code; anything else is a bug (500).
   */
  answerRequest(
    request: HttpRequest<z.output<Params>, z.output<Query>, z.output<Body>>,
  ): Promise<HttpAnswer> | HttpAnswer;
}

export type AnyRoute = Route;

export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(route: Route<P, Q, B>): AnyRoute {
  return route as unknown as AnyRoute;
}
