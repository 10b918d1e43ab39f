import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Asked {
  id?: number;
  method: string;
  params?: { name?: string; _meta?: { progressToken?: number } };
}

/** One call as its server answers it, or fails to. */
export interface Call {
  id: number;
  progressToken: number | undefined;
  response: ServerResponse;
}

export const said = (text: string) => ({ content: [{ type: 'text', text }] });
export const rpc = (fields: object) => JSON.stringify({ jsonrpc: '2.0', ...fields });
export const event = (data: string, id?: string) => `${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;

/** Answers with a status and a body, as JSON where it is that. */
export function answer(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) {
  const type = body.startsWith('{') ? 'application/json' : 'text/plain';
  response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

/** Begins a stream of events. */
export function stream({ response }: Pick<Call, 'response'>): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  return response;
}

/** An MCP service over HTTP that keeps sessions, and whose calls of the tool `go` fail as a test has them fail. */
export class Faulty implements AsyncDisposable {
  url = '';
  /** Names of what was run, and sessions that were begun. */
  readonly ran: string[] = [];
  begun = 0;
  /** Answer to a call; once for each in the list, and then that it is done. */
  readonly next: ((call: Call) => void)[] = [];
  /** Answer to what comes in a session that is none. */
  lost: (id: number, response: ServerResponse) => void = (_, response) => answer(response, 404, 'Not Found');
  /** Answer to a GET, by default that no stream is offered there. */
  resumed: (lastId: string, response: ServerResponse) => void = (_, response) => void response.writeHead(405).end();
  /** Its list of tools instead of its own, as JSON. */
  tools: string | undefined;
  private readonly sessions = new Set<string>();
  private readonly streams = new Map<string, ServerResponse>();
  private close = async () => {};
  private readonly streamsByAnyMethod: boolean;

  private constructor(streamsByAnyMethod: boolean) {
    this.streamsByAnyMethod = streamsByAnyMethod;
  }

  /** `older`: over HTTP+SSE, at `/sse`; `any`: whatever the method, as a route of a web framework answers. */
  static async open({ older = false }: { older?: boolean | 'any' } = {}): Promise<Faulty> {
    const faulty = new Faulty(older === 'any');
    const handle = older ? faulty.older.bind(faulty) : faulty.streamable.bind(faulty);
    const server = createServer((request, response) => void handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    faulty.url = `http://127.0.0.1:${port}/${older ? 'sse' : 'mcp'}`;
    faulty.close = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return faulty;
  }

  /** It was started anew: its sessions are gone, and so are its streams. */
  forget(): void {
    this.sessions.clear();
    for (const each of this.streams.values()) each.end();
    this.streams.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async streamable(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== '/mcp') return answer(response, 404, 'Not Found');
    if (request.method === 'GET') return this.resumed(String(request.headers['last-event-id'] ?? ''), response);
    const message = await bodyOf(request);
    if (message.method === 'initialize') {
      const session = randomUUID();
      this.sessions.add(session);
      this.begun++;
      return answer(response, 200, rpc({ id: message.id, result: INTRODUCTION }), { 'mcp-session-id': session });
    }
    const { id, method } = message;
    if (!this.sessions.has(String(request.headers['mcp-session-id']))) return this.lost(id ?? 0, response);
    if (id === undefined) return void response.writeHead(202).end();
    if (method !== 'tools/call')
      return answer(
        response,
        200,
        `{"jsonrpc":"2.0","id":${id},"result":{"tools":${this.tools ?? JSON.stringify(TOOLS)}}}`,
      );
    this.answerCall({ id, progressToken: message.params?._meta?.progressToken, response });
  }

  private answerCall(call: Call): void {
    const next = this.next.shift();
    if (next) {
      next(call);
      return;
    }
    this.ran.push('go');
    answer(call.response, 200, rpc({ id: call.id, result: said('it is done') }));
  }

  private async older(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    if (pathname === '/sse') {
      if (request.method !== 'GET' && !this.streamsByAnyMethod)
        return void response.writeHead(405).end('Method Not Allowed');
      const session = randomUUID();
      this.begun++;
      this.streams.set(session, response);
      stream({ response }).write(`event: endpoint\ndata: /messages?session=${session}\n\n`);
      return;
    }
    const message = await bodyOf(request);
    const to = this.streams.get(searchParams.get('session') ?? '');
    if (!to) return this.lost(message.id ?? 0, response);
    const { id, method } = message;
    response.writeHead(202).end('Accepted');
    if (id === undefined) return;
    if (method === 'tools/call') {
      const next = this.next.shift();
      if (next) return next({ id, progressToken: message.params?._meta?.progressToken, response: to });
      this.ran.push('go');
    }
    const result = { initialize: INTRODUCTION, 'tools/list': { tools: TOOLS } }[method] ?? said('it is done');
    to.write(`event: message\n${event(rpc({ id, result }))}`);
  }
}

const INTRODUCTION = {
  protocolVersion: '2025-03-26',
  capabilities: { tools: {} },
  serverInfo: { name: 'faulty', version: '1' },
};
const TOOLS = [
  { name: 'go', description: 'Goes.', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
];

async function bodyOf(request: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return JSON.parse(body) as Asked;
}
