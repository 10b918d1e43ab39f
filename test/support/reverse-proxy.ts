import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Manner = 'passes on' | 'collects' | 'collects without end' | 'renames the host' | 'forwards' | 'has no upstream';

interface Place {
  /** Path under which the proxy has its upstream; what is asked elsewhere is answered with 404 by another application. */
  prefix?: string;
  /** Takes the prefix off, as `handle_path` of Caddy and StripPrefix of Traefik do; else it is passed on. */
  strips?: boolean;
  /** Headers that it sets, whatever the client has sent. */
  headers?: Readonly<Record<string, string>>;
  /** Document of the other application. */
  page?: string;
  /** Path of the other application; left out: the root. */
  pageAt?: string;
}

/** A reverse proxy in front of coda, which does to answers what a setting of nginx or a middleware does. */
export class ReverseProxy implements AsyncDisposable {
  manner: Manner = 'passes on';
  upstream = '';
  private readonly headers: Readonly<Record<string, string>>;
  private readonly page: string | undefined;
  private readonly pageAt: string;
  /** Paths as the client has asked for them. */
  readonly paths: string[] = [];
  private readonly prefix: string;
  private readonly strips: boolean;
  readonly server: Server = createServer((incoming, outgoing) => {
    const { url = '' } = incoming;
    this.paths.push(url);
    if (this.manner === 'has no upstream') return outgoing.writeHead(502).end('bad gateway');
    if (this.manner === 'forwards') return outgoing.writeHead(302, { Location: 'https://login.test/' }).end();
    const isPage = url === this.pageAt && this.page !== undefined;
    if (isPage || !`${url.split('?')[0]}/`.startsWith(`${this.prefix}/`)) {
      const status = isPage ? 200 : 404;
      return outgoing.writeHead(status, { 'Content-Type': 'text/html' }).end(this.page ?? 'another application');
    }
    const path = this.strips ? url.slice(this.prefix.length).replace(/^(?!\/)/, '/') : url;
    const headers = this.headersOf(incoming.headers, incoming.socket.remoteAddress);
    const passed = request(this.upstream + path, { method: incoming.method, headers }, (answer) => {
      if (!this.manner.startsWith('collects')) {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        outgoing.flushHeaders();
        answer.pipe(outgoing);
        return;
      }
      const pieces: Buffer[] = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => {
        if (this.manner === 'collects') outgoing.writeHead(200, answer.headers).end(Buffer.concat(pieces));
      });
    });
    outgoing.on('close', () => passed.destroy());
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
    return undefined;
  });

  constructor({ prefix = '', strips = false, headers = {}, page, pageAt = '/' }: Place = {}) {
    this.prefix = prefix;
    this.strips = strips;
    this.headers = headers;
    this.page = page;
    this.pageAt = pageAt;
  }

  /** The address under which people reach what is behind it. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.prefix}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private headersOf(own: IncomingHttpHeaders, client = ''): IncomingHttpHeaders {
    const host = this.manner === 'renames the host' ? new URL(this.upstream).host : own.host;
    const chain = [own['x-forwarded-for'], client].flat().filter(Boolean).join(', ');
    return { ...own, host, 'x-forwarded-for': chain, ...this.headers };
  }
}
