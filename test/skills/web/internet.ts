/** An internet on this machine: one server that stands for public ones, and traps that nobody may reach. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { TestClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Cache, memoryStore } from '../../../src/bus/index.ts';
import { Egress } from '../../../src/egress/index.ts';
import { Pages, type PagesOptions } from '../../../src/skills/web/page/pages.ts';
import { NAMES } from '../../egress/spellings.ts';
import { freePort } from '../../support/ports.ts';

/** Stands for every public address: the owner has allowed it. */
const PUBLIC = '127.0.0.22';
const PRIVATE = '127.0.0.1';

export type Serve = (response: ServerResponse, url: URL, request: IncomingMessage) => void;

export class Internet implements AsyncDisposable {
  readonly clock = new TestClock(new Date('2026-11-20T08:00:00Z'));
  /** Requests that reached the public server, and connections to a trap. */
  readonly requests: { host: string; path: string }[] = [];
  trapped = 0;
  port = 0;
  private readonly paths = new Map<string, Serve>();
  private readonly pages: Pages[] = [];

  private readonly server: Server;
  private readonly trap: TcpServer;

  private constructor(server: Server, trap: TcpServer) {
    this.server = server;
    this.trap = trap;
  }

  static async open(): Promise<Internet> {
    const server = createServer((request, response) => internet.answer(request, response));
    const trap = createTcpServer((socket) => {
      internet.trapped++;
      socket.destroy();
    });
    const internet = new Internet(server, trap);
    internet.port = await freePort();
    server.listen(internet.port, PUBLIC);
    await once(server, 'listening');
    trap.listen(internet.port, PRIVATE);
    await once(trap, 'listening');
    return internet;
  }

  /** What is at `path`, on any name. */
  serve(path: string, what: string | Uint8Array | Serve, type = 'text/html; charset=utf-8'): void {
    this.paths.set(
      path,
      typeof what === 'function'
        ? what
        : (response) => void response.writeHead(200, { 'content-type': type }).end(what),
    );
  }

  at(path: string, host = 'public.example'): string {
    return `http://${host}:${this.port}${path}`;
  }

  egress(): Egress {
    return new Egress({
      ports: [80, 443, this.port],
      allow: [{ network: `${PUBLIC}/32`, port: this.port }],
      resolve: async (host) => NAMES[host] ?? (host.endsWith('.internal') ? [PRIVATE] : [PUBLIC]),
    });
  }

  cache(): Cache {
    return new Cache(memoryStore(this.clock));
  }

  reader(options: Partial<PagesOptions> = {}): Pages {
    const limits = { keepMs: 900_000, timeoutMs: 20_000, maxBytes: 10 * 1024 * 1024, perHost: 2 };
    const made = new Pages({ egress: this.egress(), cache: this.cache(), log: silentLog(), ...limits, ...options });
    this.pages.push(made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pages of this.pages) await pages.close();
    this.server.closeAllConnections();
    this.server.close();
    this.trap.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    this.requests.push({ host: url.hostname, path: url.pathname });
    const serve = this.paths.get(url.pathname);
    if (serve) serve(response, url, request);
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
  }
}
