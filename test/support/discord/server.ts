import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Limited, limited, type RateLimits } from './limits.ts';
import { type Body, Refusal } from './model.ts';

export interface Upload {
  field: string;
  name: string;
  type: string;
  bytes: Uint8Array;
}

export interface Request {
  method: string;
  /** `/channels/1/messages` */
  path: string;
  /** `/channels/:id/messages` */
  route: string;
  params: string[];
  query: URLSearchParams;
  body: Body;
  uploads: Upload[];
}

/** What happens to a request instead of, or after, its effect. */
export type Fault =
  /** The connection breaks before anything happened. */
  | 'lost'
  /** It is done, and the connection breaks before the answer. */
  | 'unanswered'
  /** Not answered until the client gives up. */
  | 'hang'
  | { status: number; done?: boolean }
  /** Somebody between answers in Discord's place: a proxy, a CDN, a login page. `done`: it had been passed on. */
  | {
      foreign: string;
      status: number;
      type?: string;
      headers?: Record<string, string>;
      done?: boolean;
      stalls?: boolean;
    }
  | { limitedForMs: number; global?: boolean };

export type Handler = (request: Request) => unknown;

export interface Route {
  method: string;
  route: string;
  handle: Handler;
  /** Reached without the bot's token: its own stands in the path. */
  open?: boolean;
}

const PREFIX = /^\/api\/v10(?=\/)/;

/** Discord's REST API without its meaning: addresses, tokens, limits, error bodies, and faults. */
export class RestServer {
  readonly server: Server;
  /** Every request that reached it, as `METHOD /path`. */
  readonly seen: string[] = [];
  fault: (request: Request) => Fault | undefined = () => undefined;
  /** New connections are broken while it is set. */
  away = false;
  private readonly routes: { route: Route; pattern: RegExp }[] = [];
  private readonly limits: RateLimits;
  private readonly isToken: (header: string) => boolean;
  private readonly raw: (path: string, response: ServerResponse) => boolean;
  private readonly now: () => number;

  constructor(deps: {
    limits: RateLimits;
    now: () => number;
    isToken(header: string): boolean;
    /** Whatever is not the API: the CDN. */
    raw(path: string, response: ServerResponse): boolean;
  }) {
    this.limits = deps.limits;
    this.now = deps.now;
    this.isToken = deps.isToken;
    this.raw = deps.raw;
    this.server = createServer((request, response) => void this.answer(request, response));
    // Longer than any test: a socket that closes while the client writes to it looks like a lost answer.
    this.server.keepAliveTimeout = 120_000;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  on(method: string, route: string, handle: Handler, { open = false } = {}): void {
    const pattern = new RegExp(`^${route.replaceAll(/:\w+/g, '([^/]+)').replaceAll('@', '\\@')}$`);
    this.routes.push({ route: { method, route, handle, open }, pattern });
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (this.away) return void incoming.socket.destroy();
      const url = new URL(incoming.url ?? '/', 'http://discord');
      const method = incoming.method ?? 'GET';
      if (!PREFIX.test(url.pathname)) {
        if (!this.raw(url.pathname, response)) this.refuse(response, new Refusal(404, 0, '404: Not Found'));
        return;
      }
      const path = url.pathname.replace(PREFIX, '');
      const found = this.routes.find(({ route, pattern }) => route.method === method && pattern.test(path));
      this.seen.push(`${method} ${path}`);
      if (!found) return void this.refuse(response, new Refusal(404, 0, '404: Not Found'));
      const params = (found.pattern.exec(path) ?? []).slice(1);
      const content = await read(incoming);
      const { route } = found.route;
      const request: Request = { method, path, route, params, query: url.searchParams, ...content };
      this.serve(found.route, request, incoming, response);
    } catch (error) {
      if (error instanceof Refusal) this.refuse(response, error);
      else this.refuse(response, new Refusal(500, 0, `500: ${String(error)}`));
    }
  }

  private serve(route: Route, request: Request, incoming: IncomingMessage, response: ServerResponse): void {
    const fault = this.fault(request);
    if (fault === 'hang') return;
    if (fault === 'lost') return void incoming.socket.destroy();
    if (typeof fault === 'object' && 'foreign' in fault) {
      if (fault.done) route.handle(request);
      const { status, foreign, type = 'text/html', headers, stalls } = fault;
      response.writeHead(status, { 'Content-Type': type, ...headers });
      return void (stalls ? response.write(foreign) : response.end(foreign));
    }
    if (!route.open && !this.isToken(incoming.headers.authorization ?? '')) {
      return void this.refuse(response, new Refusal(401, 0, '401: Unauthorized'));
    }
    const limit = this.limit(route, request, fault);
    if ('body' in limit) return void this.send(response, 429, limit.body, limit.headers);
    if (typeof fault === 'object' && 'status' in fault && !fault.done) {
      return void this.refuse(response, new Refusal(fault.status, 0, `${fault.status}: fault`), limit.headers);
    }
    try {
      const result = route.handle(request);
      if (fault === 'unanswered') return void incoming.socket.destroy();
      if (typeof fault === 'object' && 'status' in fault) {
        return void this.refuse(response, new Refusal(fault.status, 0, 'fault'), limit.headers);
      }
      this.send(response, result === undefined ? 204 : 200, result, limit.headers);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(response, error, limit.headers);
    }
  }

  private limit(
    route: Route,
    { method, params }: Request,
    fault: Fault | undefined,
  ): Limited | { headers: Record<string, string> } {
    if (typeof fault === 'object' && 'limitedForMs' in fault) {
      if (fault.global) this.limits.closeAll(fault.limitedForMs, this.now());
      this.limits.invalid++;
      return limited(fault.limitedForMs / 1_000, fault.global ?? false, {});
    }
    // Interactions have their own tokens and stand outside the bot's limits.
    if (route.open) return { headers: {} };
    const result = this.limits.take(`${method} ${route.route}`, params[0] ?? '', this.now());
    if ('status' in result) this.limits.invalid++;
    return result;
  }

  private refuse(response: ServerResponse, refusal: Refusal, headers: Record<string, string> = {}): void {
    const { status, code, message, errors } = refusal;
    if (status === 401 || status === 403) this.limits.invalid++;
    this.send(response, status, { message, code, ...(errors && { errors }) }, headers);
  }

  private send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string>): void {
    // An empty answer has no type: the client would read it as JSON.
    response.writeHead(status, { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }
}

async function read(incoming: IncomingMessage): Promise<{ body: Body; uploads: Upload[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const type = incoming.headers['content-type'] ?? '';
  if (bytes.length === 0) return { body: {}, uploads: [] };
  // …/resources/message, create message.
  if (bytes.length > 25 * 1024 * 1024) throw new Refusal(413, 40005, 'Request entity too large');
  if (!type.startsWith('multipart/form-data')) {
    try {
      return { body: JSON.parse(bytes.toString()) as Body, uploads: [] };
    } catch {
      throw new Refusal(400, 50109, 'The request body contains invalid JSON.');
    }
  }
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  const uploads: Upload[] = [];
  for (const [field, value] of form) {
    if (typeof value === 'string') continue;
    uploads.push({ field, name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  const payload = form.get('payload_json');
  return { body: typeof payload === 'string' ? (JSON.parse(payload) as Body) : {}, uploads };
}
