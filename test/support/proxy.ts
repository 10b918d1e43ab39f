import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './ports.ts';

export interface ProxyOptions {
  /** Acts as a pooler does: refuses settings at the start of a session and hands out process numbers of its own. */
  asPooler?: boolean;
}

/** A way to a server that can be closed and opened again, as a network can. */
export class TcpProxy {
  readonly port: number;
  private readonly target: URL;
  private readonly options: ProxyOptions;
  private readonly sockets = new Set<Socket>();
  /** Connections that carry nothing any more, though neither side is told. */
  private readonly frozen = new Set<Socket>();
  /** Answers that the server has completed, one for each question (`ReadyForQuery`). */
  answers = 0;
  private server: Server;

  private constructor(server: Server, port: number, target: URL, options: ProxyOptions) {
    this.server = server;
    this.port = port;
    this.target = target;
    this.options = options;
    server.on('connection', (socket) => this.join(socket));
  }

  static async to(url: string, options: ProxyOptions = {}): Promise<TcpProxy> {
    const server = createServer();
    const port = await freePort();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, port, new URL(url), options);
  }

  /** The target's URL, by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Cuts all connections; new ones are let through. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** From now on the connections that there are carry nothing, as behind a firewall that drops; new ones are let through. */
  freeze(): void {
    for (const socket of this.sockets) this.frozen.add(socket);
  }

  /** Cuts all connections and refuses new ones. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  async open(): Promise<void> {
    this.server = createServer((socket) => this.join(socket)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => this.frozen.has(from) || to.destroy());
      from.on('close', () => {
        if (!this.frozen.delete(from)) to.destroy();
        this.sockets.delete(from);
      });
    }
    const count = counter(() => this.answers++);
    server.on('data', (bytes) => {
      if (this.frozen.has(server)) return;
      count(bytes);
      client.write(this.options.asPooler ? withOtherProcess(bytes) : bytes);
    });
    client.on('data', (bytes) => {
      if (this.frozen.has(client)) return;
      if (this.options.asPooler && bytes.includes('\0options\0')) client.end(REFUSAL);
      else server.write(bytes);
    });
  }
}

/** An ErrorResponse with SQLSTATE 08P01. */
const REFUSAL = (() => {
  const fields = Buffer.from('SFATAL\0C08P01\0Munsupported startup parameter: options\0\0');
  const head = Buffer.from([0x45, 0, 0, 0, fields.length + 4]);
  return Buffer.concat([head, fields]);
})();

/** Calls `ready` for each `ReadyForQuery` in what a server sends, however it is cut into pieces. */
function counter(ready: () => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 5) {
      const length = 1 + rest.readInt32BE(1);
      if (rest.length < length) return;
      if (rest[0] === 0x5a) ready();
      rest = rest.subarray(length);
    }
  };
}

/** BackendKeyData (`K`, length 12) with another process number. */
function withOtherProcess(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at < 0) return bytes;
  const changed = Buffer.from(bytes);
  changed.writeInt32BE(changed.readInt32BE(at + 5) ^ 0x5555, at + 5);
  return changed;
}
