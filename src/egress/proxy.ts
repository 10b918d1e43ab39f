/** A forward proxy for programs that fetch by themselves, such as a browser: what `Egress` may not reach, they do not. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, isIP, isIPv6, type Socket } from 'node:net';
import { type Duplex, Transform } from 'node:stream';
import { startListening } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { isUrl, plural } from '../base/text.ts';
import { serverNameIn } from './client-hello.ts';
import type { Egress } from './egress.ts';
import { type EgressFailure, failure } from './failure.ts';
import { hostOf, type Target } from './target.ts';

export interface ProxyOptions {
  blocked?: readonly string[];
  /** Hosts that may be reached, and no others; `*.` stands for all names below one. All when left out. */
  allowed?: readonly string[];
  limits?: ProxyLimits;
  /** Hears the host of each connection that is made. */
  onConnect?(host: string): void;
  onRefuse?(failure: EgressFailure): void;
}

export interface ProxyLimits {
  /** Bytes of all connections together, in both directions; beyond them nothing is carried any more. */
  bytes: number;
  /** Connections within a minute by `clock`. */
  perMinute: number;
  clock: Pick<Clock, 'monotonic'>;
}

export interface EgressProxy {
  /** Listens on this machine alone; resolves with `http://127.0.0.1:40123`. */
  listen(): Promise<string>;
  take(connection: Duplex): void;
  close(): Promise<void>;
}

const IDLE_MS = 120_000;
const CONNECT_MS = 15_000;
const MOST_CONNECTIONS = 256;
const HOP_BY_HOP = /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

/**
 * A proxy for plain requests and for `CONNECT`, which carries TLS and WebSockets. Every name is resolved here, once for
 * each connection; all of its addresses are checked, and one of these is connected to.
 */
export function openProxy(egress: Egress, options: ProxyOptions = {}): EgressProxy {
  const sockets = new Set<Duplex>();
  const keep = <S extends Duplex>(socket: S): S => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A connection that breaks off is closed on the other side as well.
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const meter = new Meter(options.limits, () => {
    for (const socket of sockets) socket.destroy();
  });
  let refusals = 0;
  const onRefuse = (why: EgressFailure) => {
    if (refusals++ < MOST_REFUSALS_TOLD) options.onRefuse?.(why);
  };
  const reach = async (url: string): Promise<Target | EgressFailure> => {
    // The meter first: what is refused is counted, too.
    const target =
      meter.failure() ??
      blockedFailure(url, options.blocked ?? []) ??
      elsewhereFailure(url, options.allowed) ??
      (await egress.check(url));
    if (!target.ok) onRefuse(target);
    if (target.ok) options.onConnect?.(hostOf(target.url));
    return target;
  };
  const open = async (target: Target): Promise<Socket> => {
    const by = egress.tunnel(target);
    if (!by) return keep(connectTo(target));
    const socket = await by(undefined, AbortSignal.timeout(CONNECT_MS));
    return keep(socket.setTimeout(IDLE_MS, () => socket.destroy()));
  };
  const server = createServer((request, response) => {
    forward(request, response, { reach, open, meter }).catch(() => response.destroy());
  });
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    const isLimited = options.allowed !== undefined;
    tunnel(request.url ?? '', keep(client), head, { reach, open, meter, onRefuse, isLimited }).catch(() =>
      client.destroy(),
    );
  });
  server.on('connection', (connection: Socket | Duplex) => {
    keep(connection);
    if ('setTimeout' in connection) connection.setTimeout(IDLE_MS, () => connection.destroy());
  });
  server.on('upgrade', (_, socket: Duplex) => socket.destroy());
  server.maxConnections = MOST_CONNECTIONS;
  return {
    async listen() {
      await startListening(
        server,
        () => server.listen(0, '127.0.0.1'),
        () => {},
      );
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    take: (connection) => void server.emit('connection', connection),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Ways {
  reach(url: string): Promise<Target | EgressFailure>;
  open(target: Target): Promise<Socket>;
  meter: Meter;
  onRefuse?(failure: EgressFailure): void;
  /**
   * Only some hosts are reached: no tunnel leads to a port of plain requests, whose `Host` nobody would see, and TLS in it must
   * name the host that the tunnel was asked for.
   */
  isLimited?: boolean;
}

const PLAIN_PORTS = new Set(['80', '8080']);
/** Refusals of one proxy that are logged. */
const MOST_REFUSALS_TOLD = 100;

const MINUTE_MS = 60_000;

/** Counts what is carried and how often, and cuts all of it off at the limit. */
class Meter {
  private readonly limits: ProxyLimits | undefined;
  private readonly cut: () => void;
  private carried = 0;
  private recent: number[] = [];

  constructor(limits: ProxyLimits | undefined, cut: () => void) {
    this.limits = limits;
    this.cut = cut;
  }

  failure(): EgressFailure | undefined {
    const { limits } = this;
    if (!limits) return undefined;
    if (this.carried > limits.bytes)
      return failure('EGRESS_TOO_LARGE', `More than ${plural(limits.bytes, 'byte was', 'bytes were')} carried.`);
    const now = limits.clock.monotonic();
    this.recent = this.recent.filter((at) => now - at < MINUTE_MS);
    if (this.recent.length >= limits.perMinute)
      return failure('EGRESS_TIMEOUT', `There are more than ${plural(limits.perMinute, 'connection')} a minute.`);
    this.recent.push(now);
    return undefined;
  }

  /** Carries `from` into `to`. */
  pipe(from: NodeJS.ReadableStream, to: NodeJS.WritableStream): void {
    if (!this.limits) return void from.pipe(to);
    const counting = new Transform({
      transform: (chunk: Buffer, _, done) => {
        if (this.count(chunk.length)) done(null, chunk);
        else this.cut();
      },
    });
    from.pipe(counting).pipe(to);
  }

  count(bytes: number): boolean {
    this.carried += bytes;
    return this.limits === undefined || this.carried <= this.limits.bytes;
  }
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { reach, open, meter }: Ways,
): Promise<void> {
  const target = await reach(request.url ?? '');
  if (!target.ok) return refuse(response, target);
  const { url } = target;
  const socket = await open(target).catch(() => undefined);
  if (!socket) return void response.writeHead(502).end();
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.test(name)));
  const onward = httpRequest({
    createConnection: () => socket,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host },
    timeout: IDLE_MS,
  });
  onward.on('response', (answer) => {
    const answerHeaders = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.test(name)));
    const { statusCode: status = 0 } = answer;
    // Node reads "099" and refuses to write it.
    if (status < 100 || status > 999) return void onward.destroy(new Error('the status is none'));
    response.writeHead(status, answerHeaders);
    meter.pipe(answer, response);
    answer.on('error', () => response.destroy());
  });
  onward.on('timeout', () => onward.destroy());
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  response.on('close', () => onward.destroy());
  meter.pipe(request, onward);
}

async function tunnel(
  authority: string,
  client: Duplex,
  head: Buffer,
  { reach, open, meter, onRefuse, isLimited = false }: Ways,
): Promise<void> {
  const url = `https://${authority}/`;
  if (isLimited && PLAIN_PORTS.has(URL.parse(url)?.port ?? '')) {
    client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nX-Refused: EGRESS_URL\r\n\r\n');
    return;
  }
  const target = await reach(url);
  if (!target.ok) {
    client.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nX-Refused: ${target.code}\r\n\r\n`);
    return;
  }
  const onward = await open(target).catch(() => undefined);
  if (!onward) return void client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
  onward.once('close', () => client.destroy());
  client.once('close', () => onward.destroy());
  if (onward.connecting) await once(onward, 'connect');
  client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  const first = isLimited ? await helloFor(hostOf(target.url), client, head) : head;
  if (typeof first === 'string') {
    const message = `What is sent to ${hostOf(target.url)} is not TLS for that host.`;
    if (first === 'foreign') onRefuse?.(failure('EGRESS_URL', message));
    return void client.destroy();
  }
  if (first.length > 0) {
    if (!meter.count(first.length)) return void client.destroy();
    onward.write(first);
  }
  meter.pipe(client, onward);
  meter.pipe(onward, client);
}

/**
 * The first record of a client, as soon as it is complete. `foreign`: it is no TLS for `host`; another name in it would lead to
 * another site of the same server. A client names no address, so that none is fine for one. `gone`: it has left before it was
 * complete, as one does that connects ahead of need.
 */
async function helloFor(host: string, client: Duplex, head: Buffer): Promise<Buffer | 'foreign' | 'gone'> {
  const wanted = isIP(host.replace(/^\[|\]$/g, '')) ? '' : host.toLowerCase().replace(/\.$/, '');
  let bytes = head;
  for (;;) {
    const name = nameIn(bytes);
    if (name !== undefined) return name === wanted ? bytes : 'foreign';
    if (client.readableEnded || client.destroyed) return 'gone';
    if (!(await once(client, 'readable').catch(() => undefined))) return 'gone';
    bytes = Buffer.concat([bytes, client.read() ?? Buffer.alloc(0)]);
  }
}

/** As `serverNameIn`; null, which is nobody's name, for what is no ClientHello. */
function nameIn(bytes: Buffer): string | null | undefined {
  try {
    return serverNameIn(bytes);
  } catch {
    return null;
  }
}

function connectTo({ url, addresses }: Target): Socket {
  const [host = ''] = addresses;
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const socket = connect({ host, port, family: isIPv6(host) ? 6 : 4 });
  socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('it cannot be connected to')));
  socket.once('connect', () => socket.setTimeout(IDLE_MS));
  return socket;
}

function refuse(response: ServerResponse, { code, message }: EgressFailure): void {
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', 'x-refused': code }).end(`coda: ${message}`);
}

function elsewhereFailure(url: string, allowed: readonly string[] | undefined): EgressFailure | undefined {
  if (allowed === undefined || !isUrl(url)) return undefined;
  const host = hostOf(new URL(url)).replace(/\.$/, '').toLowerCase();
  const isAllowed = (each: string) => (each.startsWith('*.') ? host.endsWith(each.slice(1)) : host === each);
  if (allowed.some((each) => isAllowed(each.toLowerCase()))) return undefined;
  const refused = failure('EGRESS_PRIVATE', `${host} is not among the hosts that are allowed here.`);
  return { ...refused, remedy: 'The owner can list it in execution.allowed_hosts.' };
}

function blockedFailure(url: string, blocked: readonly string[]): EgressFailure | undefined {
  if (!isUrl(url)) return undefined;
  const host = hostOf(new URL(url)).replace(/\.$/, '').toLowerCase();
  if (!blocked.some((each) => host === each.toLowerCase() || host.endsWith(`.${each.toLowerCase()}`))) return undefined;
  const remedy = 'The owner has listed it in browser.blocked.';
  return { ok: false, code: 'EGRESS_PRIVATE', message: `${host} is blocked here.`, remedy };
}
