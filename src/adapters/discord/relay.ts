import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { token } from '../../base/ids.ts';
import type { OutboundProxy } from '../../base/outbound.ts';

/**
 * Carries the Gateway's connection through the owner's proxy. discord.js opens its WebSocket by itself and can be told
 * nothing but an address: so it is given one on this machine, which only who knows its secret path can use.
 */
export class GatewayRelay {
  private readonly proxy: OutboundProxy;
  private readonly targets = new Map<string, URL>();
  private readonly sockets = new Set<Duplex>();
  private server: Promise<Server> | undefined;

  constructor(proxy: OutboundProxy) {
    this.proxy = proxy;
  }

  /** The address by which `address` is reached from here; the same where no proxy is for it. */
  async through(address: string): Promise<string> {
    const url = new URL(address);
    if (!this.proxy.for(url)) return address;
    this.server ??= this.listen();
    const { port } = (await this.server).address() as AddressInfo;
    const known = [...this.targets].find(([, { href }]) => href === url.href)?.[0];
    const path = known ?? `/${token()}`;
    this.targets.set(path, url);
    return `ws://127.0.0.1:${port}${path}`;
  }

  async close(): Promise<void> {
    const server = await this.server;
    for (const socket of this.sockets) socket.destroy();
    server?.close();
  }

  private async listen(): Promise<Server> {
    const server = createServer((_, response) => void response.writeHead(404).end());
    server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      this.keep(client);
      this.carry(request, client, head).catch(() => client.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    server.unref();
    return server;
  }

  private async carry(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const asked = new URL(request.url ?? '/', 'http://relay');
    const target = this.targets.get(asked.pathname);
    const proxy = target && this.proxy.for(target);
    if (!proxy) return void client.destroy();
    const isSecure = target.protocol === 'wss:';
    const to = { host: target.hostname, port: Number(target.port) || (isSecure ? 443 : 80) };
    const onward = this.keep(await this.proxy.tunnel(proxy, to, isSecure ? target.hostname : undefined));
    const headers = Object.entries(request.headers).filter(([name]) => name !== 'host');
    const lines = headers.flatMap(([name, value]) => [value ?? []].flat().map((each) => `${name}: ${each}\r\n`));
    onward.write(`GET ${target.pathname}${asked.search} HTTP/1.1\r\nhost: ${target.host}\r\n${lines.join('')}\r\n`);
    if (head.length > 0) onward.write(head);
    onward.once('close', () => client.destroy());
    client.once('close', () => onward.destroy());
    client.pipe(onward).pipe(client);
  }

  private keep<S extends Duplex>(socket: S): S {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    return socket;
  }
}
