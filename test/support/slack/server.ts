import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'node:querystring';
import { type Body, Refusal } from './model.ts';

/** What goes wrong with a request. */
export type Fault =
  /** Never arrives. */
  | 'lost'
  /** Is carried out, and its answer never arrives. */
  | 'unanswered'
  /** Is answered with this instead; `done`: and is carried out. */
  | { status: number; body?: string; type?: string; headers?: Record<string, string>; done?: boolean };

export interface Call {
  method: string;
  args: Body;
  token: string;
}

export interface WebServerDeps {
  /** Answers a method of the Web API. */
  answer(call: Call): Body;
  /** Anything else: files, uploads, response URLs. */
  raw(request: IncomingMessage, body: Buffer, response: ServerResponse): boolean;
  scopes(): string;
}

/** The Web API over HTTP: form and JSON bodies, bearer tokens, 200 for refusals, 429 with `Retry-After`. */
export class WebServer {
  readonly server: Server;
  /** The methods that were called, in order. */
  readonly calls: Call[] = [];
  /** Makes requests go wrong. */
  fault: (call: Call) => Fault | undefined = () => undefined;
  /** Told of each call before it is answered. */
  watch: (call: Call) => void = () => {};
  /** Keeps back the answer to a call that was carried out. */
  hold: (call: Call) => Promise<void> | undefined = () => undefined;
  private readonly deps: WebServerDeps;

  constructor(deps: WebServerDeps) {
    this.deps = deps;
    this.server = createServer((request, response) => void this.serve(request, response));
    // Longer than any test: a socket that closes while the client writes to it looks like a lost answer.
    this.server.keepAliveTimeout = 120_000;
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    if (!path.startsWith('/api/')) {
      if (!this.deps.raw(request, body, response)) response.writeHead(404).end();
      return;
    }
    const call = callOf(path.slice(5), request, body);
    this.watch(call);
    const fault = this.fault(call);
    if (fault === 'lost') return void request.socket.destroy();
    if (typeof fault === 'object' && !fault.done) return reply(response, fault);
    const { answer, headers } = this.run(call);
    await this.hold(call);
    if (fault === 'unanswered') return void request.socket.destroy();
    if (typeof fault === 'object') return reply(response, fault);
    const limited = answer.error === 'ratelimited';
    response.writeHead(limited ? 429 : 200, {
      'content-type': 'application/json; charset=utf-8',
      'x-oauth-scopes': this.deps.scopes(),
      ...headers,
    });
    response.end(JSON.stringify(answer));
  }

  private run(call: Call): { answer: Body; headers: Record<string, string> } {
    this.calls.push(call);
    try {
      return { answer: { ok: true, ...this.deps.answer(call) }, headers: {} };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { retryAfter, ...more } = error.more;
      const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      return { answer: { ok: false, error: error.message, ...more }, headers };
    }
  }
}

function reply(response: ServerResponse, { status, body = '', type = 'text/html', headers }: Exclude<Fault, string>) {
  response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

function callOf(method: string, request: IncomingMessage, body: Buffer): Call {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const type = request.headers['content-type'] ?? '';
  const text = body.toString('utf8');
  const args = type.startsWith('application/json') ? (JSON.parse(text || '{}') as Body) : formOf(text);
  return { method, args, token: token || String(args.token ?? '') };
}

const STRUCTURED = ['blocks', 'metadata', 'files', 'view', 'prompts', 'attachments'];

/** In a form, what is no text is JSON. */
function formOf(text: string): Body {
  const args: Body = { ...parse(text) };
  for (const [key, value] of Object.entries(args)) {
    if (typeof value !== 'string') continue;
    if (STRUCTURED.includes(key)) args[key] = JSON.parse(value);
    else if (value === 'true' || value === 'false') args[key] = value === 'true';
  }
  return args;
}
