/** The listening server: its address, its connections and their limits, its end. */

import { setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { deferred, startListening, withTimeout } from '../../base/async.ts';
import type { Clock } from '../../base/clock.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { HealthCheck } from '../../chat/index.ts';
import { addressOf, type HttpConfig, isLoopback } from './config.ts';
import type { Origins } from './origins.ts';
import { prefixOf } from './prefix.ts';
import { Requests, type Service } from './requests.ts';
import { HEAD_BYTES, refuseUnreadable } from './writing.ts';

export interface ServerOptions {
  config: HttpConfig;
  log: Log;
  clock: Clock;
  /** Serves on any free port of the same host where the configured one is taken. */
  anyPort?: boolean;
  /** The words before a command of coda, as they are typed here; default: `coda`. */
  command?: string;
}

const CLOSING_MS = 2_000;

export class HttpServer {
  private readonly options: ServerOptions;
  private readonly closing = new AbortController();
  private server: Server | undefined;
  private readonly opened = deferred();
  /** Connections without a request so far. Browsers open them in advance; for Node they are not idle. */
  private readonly unused = new Set<Socket>();

  constructor(options: ServerOptions) {
    this.options = options;
    // Every request that is being answered listens to it; connections are limited.
    setMaxListeners(0, this.closing.signal);
  }

  get address(): { host: string; port: number } | undefined {
    const address = this.server?.address() as AddressInfo | null | undefined;
    return address ? { host: address.address, port: address.port } : undefined;
  }

  /** The port at which `localhost` is this server; undefined where it listens on one address of a network. */
  get localPort(): number | undefined {
    const { address } = this;
    const isHere = address !== undefined && (isLoopback(address.host) || ['0.0.0.0', '::'].includes(address.host));
    return isHere ? address.port : undefined;
  }

  /** The address as `http.listen` has it. */
  get listens(): string | undefined {
    const { address } = this;
    return address && `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
  }

  get url(): string | undefined {
    const { address } = this;
    const { url } = this.options.config;
    if (!address || url !== undefined) return address && url?.replace(/\/$/, '');
    const host = ['0.0.0.0', '::'].includes(address.host) ? '127.0.0.1' : address.host;
    return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  }

  /** Rejects with `HTTP_ADDRESS`. */
  async open(service: Service): Promise<void> {
    const { config, log, clock, command = 'coda' } = this.options;
    const { header, request, idle } = config.timeouts;
    const requests = new Requests({
      service,
      origins: originsOf(config),
      prefix: prefixOf(config.url),
      supervisor: config.ingress,
      bodyLimit: config.body_limit,
      command,
      log,
      clock,
      closing: this.closing.signal,
    });
    const server = createServer(
      {
        headersTimeout: header,
        requestTimeout: request,
        keepAliveTimeout: idle,
        maxHeaderSize: HEAD_BYTES,
        // Node would answer without a word; `checkHead` says what is missing.
        requireHostHeader: false,
        connectionsCheckingInterval: Math.max(50, Math.min(header, request, 10_000) / 4),
      },
      (incoming, outgoing) => {
        this.unused.delete(incoming.socket);
        // A stream that ends because coda stops leaves a connection that would wait for its next request.
        outgoing.once('close', () => this.closing.signal.aborted && incoming.socket.end());
        void requests.serve(incoming, outgoing);
      },
    );
    server.on('connection', (socket) => {
      this.unused.add(socket);
      socket.once('close', () => this.unused.delete(socket));
    });
    server.maxConnections = config.max_connections;
    server.on('clientError', refuseUnreadable);
    await this.listenOn(server);
    this.server = server;
    this.opened.resolve();
  }

  private async listenOn(server: Server): Promise<void> {
    const { config, log, anyPort } = this.options;
    try {
      await listen(server, config.listen, log);
    } catch (error) {
      if (!anyPort) throw error;
      log.warn({ listen: config.listen }, 'another program uses the usual port of the page: a free one is taken');
      await listen(server, config.listen.replace(/:\d+$/, ':0'), log);
    }
  }

  /** Resolves once it listens, which may be a while after coda has been put together. */
  whenOpen(): Promise<void> {
    return this.opened.promise;
  }

  check(): HealthCheck {
    const { listen: at } = this.options.config;
    return {
      name: 'http',
      check: async () => {
        if (this.server) return { ok: true, says: `served on ${this.listens ?? at}` };
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
    for (const socket of this.unused) socket.destroy();
    await withTimeout(CLOSING_MS, closed);
    server.closeAllConnections();
    await closed;
  }
}

function originsOf({ listen: at, cors, url }: HttpConfig): Origins {
  const proxy = url === undefined ? undefined : new URL(url).host;
  return { listed: cors, loopbackOnly: isLoopback(addressOf(at).host), proxy };
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
