import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** A forward proxy on this machine that knows names nobody else does, and remembers what it was asked for. */
export class ForwardProxy {
  /** What tunnels were asked for, in order: `models.test:80`. */
  readonly asked: string[] = [];
  /** The ports on this machine that names and addresses lead to. */
  private readonly hosts: Readonly<Record<string, number>>;
  private readonly sockets = new Set<Duplex>();
  private readonly server = createServer((_, response) => void response.writeHead(405).end());

  private constructor(hosts: Readonly<Record<string, number>>) {
    this.hosts = hosts;
    this.server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      this.tunnel(request, client, head);
    });
  }

  static async start(hosts: Readonly<Record<string, number>>): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(hosts);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** With the name and the password that it wants. */
  get url(): string {
    return `http://ana:s3cret%21@${this.host}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private tunnel({ url = '', headers }: IncomingMessage, client: Duplex, head: Buffer): void {
    this.asked.push(url);
    const given = Buffer.from((headers['proxy-authorization'] ?? '').replace('Basic ', ''), 'base64').toString();
    if (given !== 'ana:s3cret!') return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const port = this.hosts[url.slice(0, url.lastIndexOf(':'))];
    if (port === undefined) return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const onward = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) onward.write(head);
      client.pipe(onward).pipe(client);
    });
    for (const socket of [client, onward]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        this.sockets.delete(socket);
        (socket === client ? onward : client).destroy();
      });
    }
  }
}
