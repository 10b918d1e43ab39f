import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** How long a connection whose answers get lost still carries what is asked. */
const DEAF_MS = 250;

/** A way to a server on which answers can get lost: what was asked is carried out, and then the connection breaks. */
export class LossyProxy {
  private readonly server: Server;
  private readonly pairs = new Set<{ client: Socket; server: Socket }>();

  private constructor(server: Server, target: URL) {
    this.server = server;
    server.on('connection', (client) => {
      const pair = { client, server: connect(Number(target.port), target.hostname) };
      this.pairs.add(pair);
      for (const [from, to] of [
        [pair.client, pair.server],
        [pair.server, pair.client],
      ] as const) {
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.pairs.delete(pair);
          to.destroy();
        });
      }
    });
  }

  static async to(url: string): Promise<{ proxy: LossyProxy; url: string }> {
    const server = createServer();
    const proxy = new LossyProxy(server, new URL(url));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const own = new URL(url);
    own.hostname = '127.0.0.1';
    own.port = String(typeof address === 'object' && address ? address.port : 0);
    return { proxy, url: own.href };
  }

  /** From now on nothing comes back on the connections that there are; a moment later they break. */
  deafen(): void {
    for (const { client, server } of this.pairs) {
      server.unpipe(client);
      server.resume();
      setTimeout(() => client.destroy(), DEAF_MS);
    }
  }

  close(): void {
    this.server.close();
    for (const { client } of this.pairs) client.destroy();
  }
}
