import { once, setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { startListening, withTimeout } from '../../base/async.ts';
import type { Clock } from '../../base/clock.ts';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AnyRoute, Caller, HealthCheck, HttpAnswer, Scope } from '../../chat/index.ts';
import { addressOf, type HttpConfig, isLoopback } from './config.ts';
import { cookieOf, guardOrigin, guardSite, isOfThisMachine, type Origins, preflight, readableBy } from './origins.ts';
import { isExpected, PROBLEM_TYPE, type Problem, problem, problemOf } from './problem.ts';
import { checkHead, partsOf } from './request.ts';

export interface ServerOptions {
  config: HttpConfig;
  log: Log;
  clock: Clock;
}

export interface Service {
  routes: readonly AnyRoute[];
  /** The token's holder; `approval`: what came as X-Approval-Token. */
  authenticate(token: string, approval: string | undefined): Promise<Caller | undefined>;
  /** Why the person of a caller may not use this scope of it; undefined: they may. */
  refuses(caller: Caller, scope: Scope): CodaError | undefined;
  /** For people with browsers; left out: it serves programs only. */
  browsers?: {
    signedIn(cookie: string): Promise<Caller | undefined>;
    problem(found: Problem, headers: Readonly<Record<string, string>>): HttpAnswer;
  };
}

const HEAD_BYTES = 16_384;
const CLOSING_MS = 2_000;

export class HttpServer {
  private readonly options: ServerOptions;
  private readonly closing = new AbortController();
  private server: Server | undefined;

  constructor(options: ServerOptions) {
    this.options = options;
    // Every request that is being answered listens to it; connections are limited.
    setMaxListeners(0, this.closing.signal);
  }

  get address(): { host: string; port: number } | undefined {
    const address = this.server?.address() as AddressInfo | null | undefined;
    return address ? { host: address.address, port: address.port } : undefined;
  }

  get url(): string | undefined {
    const { address } = this;
    const { url } = this.options.config;
    if (!address || url !== undefined) return address && url?.replace(/\/$/, '');
    const host = ['0.0.0.0', '::'].includes(address.host) ? '127.0.0.1' : address.host;
    return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  }

  /** Rejects with `HTTP_ADDRESS`. The library is loaded here. */
  async open(service: Service): Promise<void> {
    const { config } = this.options;
    const { header, request, idle } = config.timeouts;
    const listener = await new Requests(this.options, service, this.closing.signal).listener();
    const server = createServer(
      {
        headersTimeout: header,
        requestTimeout: request,
        keepAliveTimeout: idle,
        maxHeaderSize: HEAD_BYTES,
        // Node would answer without a word; `malformedResponse` says what is missing.
        requireHostHeader: false,
        connectionsCheckingInterval: Math.max(50, Math.min(header, request, 10_000) / 4),
      },
      (incoming, outgoing) => void listener(incoming, outgoing),
    );
    server.maxConnections = config.max_connections;
    server.on('clientError', refuse);
    await listen(server, config.listen, this.options.log);
    this.server = server;
  }

  check(): HealthCheck {
    const { listen: at } = this.options.config;
    return {
      name: 'http',
      check: async () => {
        if (this.server) return { ok: true, says: `served on ${at}` };
        const trial = createServer();
        try {
          await listen(trial, at, this.options.log);
        } catch (error) {
          if (!(error instanceof CodaError)) throw error;
          return { ok: false, code: error.code, says: error.message, remedy: error.remedy };
        }
        await new Promise((resolve) => trial.close(resolve));
        return { ok: true, severity: 'off', says: `${at} is free; it is served there while coda runs` };
      },
    };
  }

  async close(): Promise<void> {
    this.closing.abort(new Error('coda is stopping'));
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await withTimeout(CLOSING_MS, closed);
    server.closeAllConnections();
    await closed;
  }
}

class Requests {
  private readonly options: ServerOptions;
  private readonly service: Service;
  private readonly closing: AbortSignal;
  private readonly origins: Origins;

  constructor(options: ServerOptions, service: Service, closing: AbortSignal) {
    this.options = options;
    this.service = service;
    this.closing = closing;
    const { listen: at, cors, url } = options.config;
    const proxy = url === undefined ? undefined : new URL(url).host;
    this.origins = { listed: cors, loopbackOnly: isLoopback(addressOf(at).host), proxy };
  }

  async listener() {
    const [{ Hono }, { getRequestListener }, { RESPONSE_ALREADY_SENT }] = await Promise.all([
      import('hono'),
      import('@hono/node-server'),
      import('@hono/node-server/utils/response'),
    ]);
    const app = new Hono<{ Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } }>();
    for (const route of this.service.routes) {
      app.on(route.method, route.path, async (c) => {
        await this.serve(route, c.env.incoming, c.env.outgoing, c.req.param() as Record<string, string>);
        return RESPONSE_ALREADY_SENT;
      });
    }
    for (const path of new Set(this.service.routes.map(({ path }) => path))) {
      app.all(path, async (c) => {
        await this.otherMethod(path, c.env.incoming, c.env.outgoing);
        return RESPONSE_ALREADY_SENT;
      });
    }
    app.notFound(async (c) => {
      await this.answerMissing(c.env.incoming as IncomingMessage, c.env.outgoing as ServerResponse);
      return RESPONSE_ALREADY_SENT;
    });
    return getRequestListener(
      (request, env) => app.fetch(request, env as { incoming: IncomingMessage; outgoing: ServerResponse }),
      // Its own Request and Response must not become those of the whole process.
      { overrideGlobalObjects: false, errorHandler: () => malformedResponse() },
    );
  }

  private async serve(
    route: AnyRoute,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    params: Record<string, string>,
  ): Promise<void> {
    const left = new AbortController();
    outgoing.once('close', () => left.abort(new Error('the client is gone')));
    const { signal } = left;
    const stop = () => left.abort(this.closing.reason);
    this.closing.addEventListener('abort', stop, { once: true });
    try {
      await write(outgoing, await this.answer(route, incoming, params, signal));
    } catch (error) {
      await this.fail(incoming, outgoing, error, route);
    } finally {
      this.closing.removeEventListener('abort', stop);
    }
  }

  private async answer(
    route: AnyRoute,
    incoming: IncomingMessage,
    params: Record<string, string>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    checkHead(incoming);
    const cors = guardOrigin(incoming, this.origins);
    const caller = route.scope === undefined ? undefined : await this.caller(incoming, route, route.scope);
    const parts = await partsOf(route, incoming, params, this.options.config.body_limit);
    const header = (name: string) => {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const request = { ...parts, header, caller, local: isLocal(incoming), signal };
    const answer = this.guardStream(await route.answerRequest(request), incoming, route);
    return cors ? { ...answer, headers: { ...cors, ...answer.headers } } : answer;
  }

  /** A stream outlives neither the token nor the session that it was begun with. */
  private guardStream(answer: HttpAnswer, incoming: IncomingMessage, route: AnyRoute): HttpAnswer {
    const { body } = answer;
    const { scope } = route;
    if (scope === undefined || body === undefined || !('events' in body)) return answer;
    const stands = () =>
      this.caller(incoming, route, scope).then(
        () => true,
        () => false,
      );
    return { ...answer, body: { events: whileStanding(body.events, this.options.clock, stands) } };
  }

  private async caller(incoming: IncomingMessage, route: AnyRoute, scope: Scope): Promise<Caller> {
    const caller = await (isBrowser(incoming, route) ? this.visitor(incoming, route) : this.program(incoming));
    if (caller.scopes.includes(scope)) {
      const refusal = this.service.refuses(caller, scope);
      if (!refusal) return caller;
      throw refusal;
    }
    if (caller.withheld?.includes(scope)) {
      throw new CodaError('HTTP_FORBIDDEN', {
        message: incoming.headers['x-approval-token']
          ? 'The approval token of the request is another one than that of coda.'
          : `The scope ${scope} of this token counts only with the approval token.`,
        remedy: 'Send access.approval_token along as X-Approval-Token.',
      });
    }
    throw new CodaError('HTTP_FORBIDDEN', {
      message: caller.inPerson ? 'Only an owner may do this.' : `The token ${caller.name} has no scope ${scope}.`,
      remedy: caller.inPerson ? 'Ask one.' : `Make one with it: coda tokens add NAME --scopes ${scope}.`,
    });
  }

  private async program({ headers }: IncomingMessage): Promise<Caller> {
    const { authorization = '', 'x-approval-token': given } = headers;
    const approval = Array.isArray(given) ? undefined : given;
    const [, token] = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(authorization) ?? [];
    const caller = token === undefined ? undefined : await this.service.authenticate(token, approval);
    if (caller) return caller;
    throw new CodaError('HTTP_UNAUTHORIZED', {
      message: token === undefined ? 'The request does not say who makes it.' : 'The token is worth nothing.',
      remedy: 'Send Authorization: Bearer and a token of "coda tokens add".',
    });
  }

  private async visitor(incoming: IncomingMessage, route: AnyRoute): Promise<Caller> {
    guardSite(incoming, route.page === true);
    const cookie = cookieOf(incoming);
    const caller = cookie === undefined ? undefined : await this.service.browsers?.signedIn(cookie);
    if (caller) return caller;
    throw new CodaError('HTTP_UNAUTHORIZED', {
      message: 'Nobody is signed in here.',
      remedy: 'Run "coda open" where coda runs, and open the link that it shows.',
    });
  }

  private async fail(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    error: unknown,
    route?: AnyRoute,
  ): Promise<void> {
    if (!isExpected(error)) {
      const { method, url = '' } = incoming;
      this.options.log.error({ err: error, method, path: url.split('?')[0] }, 'a request failed');
    }
    const found = problemOf(error);
    // A body that is still on its way is not worth waiting for.
    const headers: Record<string, string> = {
      ...readableBy(incoming.headers.origin, this.origins),
      ...(!incoming.complete && { Connection: 'close' }),
    };
    if (found.status === 401 && !route?.page) headers['WWW-Authenticate'] = 'Bearer realm="coda"';
    if (found.status === 429 || found.status === 503) headers['Retry-After'] = '5';
    const { browsers } = this.service;
    const isRead = route?.page && /\btext\/html\b/.test(incoming.headers.accept ?? '') && !outgoing.headersSent;
    const answered =
      isRead && browsers ? write(outgoing, browsers.problem(found, headers)) : writeProblem(outgoing, found, headers);
    await answered.catch(() => outgoing.destroy());
  }

  private async otherMethod(path: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const methods = this.service.routes.flatMap((route) => (route.path === path ? route.method : []));
    const allowed = methods.includes('GET') ? ['HEAD', ...methods] : methods;
    const allow = [...new Set(allowed)].join(', ');
    const granted = incoming.method === 'OPTIONS' ? preflight(incoming, this.origins, allow) : undefined;
    if (granted) return write(outgoing, { status: 204, headers: granted });
    const found = problem('HTTP_METHOD', `${incoming.method} is not known here.`, `Use ${allow}.`);
    await writeProblem(outgoing, found, { ...readableBy(incoming.headers.origin, this.origins), Allow: allow });
  }

  private answerMissing(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const error = new CodaError('HTTP_NOT_FOUND', {
      message: 'There is nothing at this address.',
      remedy: 'See /openapi.json for what there is.',
    });
    return this.fail(incoming, outgoing, error);
  }
}

/** True if a browser's session says who asks: for what is not a page a token goes first. */
function isBrowser({ headers }: IncomingMessage, { page }: AnyRoute): boolean {
  return page === true || (headers.authorization === undefined && cookieOf({ headers }) !== undefined);
}

/** True if it comes from this machine by itself: what a proxy or a page has sent comes from anywhere. */
function isLocal(incoming: IncomingMessage): boolean {
  const { socket, headers } = incoming;
  if (!isOfThisMachine(incoming)) return false;
  const forwarded = headers.forwarded ?? headers['x-forwarded-for'] ?? headers['x-real-ip'] ?? headers.via;
  return isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, '')) && forwarded === undefined;
}

function refuse(error: Error, socket: Socket): void {
  if (!socket.writable || systemCode(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const found = unreadable(systemCode(error));
  const text = JSON.stringify(found.problem);
  socket.end(
    `HTTP/1.1 ${found.status}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` +
      `Connection: close\r\n\r\n${text}`,
  );
}

function unreadable(code: string | undefined) {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return {
      status: '408 Request Timeout',
      problem: problem('HTTP_TIMEOUT', 'The request came too slowly.', 'Send it faster.'),
    };
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    const large = problem('HTTP_TOO_LARGE', `The head is larger than ${HEAD_BYTES} bytes.`, 'Send fewer headers.');
    return { status: '431 Request Header Fields Too Large', problem: { ...large, status: 431 } };
  }
  const malformed = problem('HTTP_MALFORMED', 'This is not a request of HTTP/1.1.', 'Send it as RFC 9112 has it.');
  return { status: '400 Bad Request', problem: malformed };
}

function malformedResponse(): Response {
  const found = problem('HTTP_MALFORMED', 'The address or the host is malformed.', 'Send it as RFC 9112 has it.');
  return new Response(JSON.stringify(found), { status: 400, headers: { 'Content-Type': PROBLEM_TYPE } });
}

async function listen(server: Server, at: string, log: Log): Promise<void> {
  const { host, port } = addressOf(at);
  try {
    await startListening(
      server,
      () => server.listen(port, host),
      (error) => log.warn({ err: error }, 'a connection could not be taken'),
    );
  } catch (error) {
    throw new CodaError('HTTP_ADDRESS', {
      message: `HTTP cannot be served on ${at}: ${messageOf(error)}.`,
      remedy: 'Choose another address with http.listen, or stop what uses this one.',
      cause: error,
    });
  }
}

// Streams that end when whoever reads them may not any more: signed out, revoked, expired, no owner any longer.

/** Milliseconds for which a reader that was asked about is trusted: as long as a token is. */
const TRUSTED_MS = 5_000;
/** Milliseconds after which a stream in which nothing happens is asked about: signs of life tell nobody anything. */
const IDLE_MS = 60_000;

/** `events` until `stands` says no; asked before anything is told, at most every five seconds. */
async function* whileStanding(
  events: AsyncIterable<string>,
  clock: Clock,
  stands: () => Promise<boolean>,
): AsyncGenerator<string> {
  let asked = clock.now().getTime();
  for await (const event of events) {
    const now = clock.now().getTime();
    if (now - asked >= (event.startsWith(':') ? IDLE_MS : TRUSTED_MS)) {
      if (!(await stands())) return;
      asked = now;
    }
    yield event;
  }
}

const JSON_TYPE = 'application/json; charset=utf-8';

const ALWAYS = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** A proxy must neither collect a stream nor compress it. */
const STREAM = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  'X-Accel-Buffering': 'no',
} as const;

async function write(outgoing: ServerResponse, { status = 200, headers = {}, body }: HttpAnswer): Promise<void> {
  if (body === undefined) {
    outgoing.writeHead(status, { ...ALWAYS, 'Content-Length': 0, ...headers }).end();
    return;
  }
  if ('events' in body) return stream(outgoing, body.events, { ...ALWAYS, ...STREAM, ...headers });
  const { type, content } = contentOf(body);
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const length = typeof content === 'string' ? Buffer.byteLength(content) : content.length;
    outgoing.writeHead(status, { ...ALWAYS, 'Content-Type': type, 'Content-Length': length, ...headers }).end(content);
    return;
  }
  outgoing.writeHead(status, { ...ALWAYS, 'Content-Type': type, ...headers });
  await pour(outgoing, content);
}

async function writeProblem(
  outgoing: ServerResponse,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const text = JSON.stringify(problem);
  await write(outgoing, { status: problem.status, headers, body: { text, type: PROBLEM_TYPE } });
}

function contentOf(body: Exclude<NonNullable<HttpAnswer['body']>, { events: unknown }>) {
  if ('json' in body) return { type: JSON_TYPE, content: JSON.stringify(body.json) };
  if ('text' in body) return { type: body.type, content: body.text };
  return { type: body.type, content: body.bytes };
}

async function stream(
  outgoing: ServerResponse,
  events: AsyncIterable<string>,
  headers: Record<string, string>,
): Promise<void> {
  outgoing.writeHead(200, headers);
  outgoing.flushHeaders();
  await pour(outgoing, events);
}

/** At the pace of whoever reads. What it comes from is told when nobody reads any more. */
async function pour(outgoing: ServerResponse, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(piece)) await whenDrained(outgoing);
  }
  outgoing.end();
}

/** Resolves when the reader has caught up, or is gone. */
async function whenDrained(outgoing: ServerResponse): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(outgoing, 'drain', { signal }), once(outgoing, 'close', { signal })]);
  } finally {
    // Takes the other listener off: a long answer waits thousands of times.
    over.abort();
  }
}
