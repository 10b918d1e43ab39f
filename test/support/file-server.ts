import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './eventually.ts';

/** Files on this machine, as a platform serves them: `held` ones send nothing until they are let go, `busy` ones fail once. */
export class FileServer implements AsyncDisposable {
  /** Names that were asked for, in order. */
  readonly asked: string[] = [];
  private readonly server: Server;
  private readonly waiting = new Map<string, ServerResponse[]>();

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<FileServer> {
    const server = createServer();
    const files = new FileServer(server);
    server.on('request', ({ url = '' }, response) => files.serve(url.slice(1), response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return files;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What lets coda fetch from here. */
  get config(): Record<string, unknown> {
    return { 'egress.i_understand_private': [{ network: '127.0.0.1/32', port: this.port }] };
  }

  /** Serves all that is held under this name, once somebody has asked for it. */
  async letGo(name: string): Promise<void> {
    await eventually(() => this.waiting.has(name));
    for (const response of this.waiting.get(name) ?? []) response.end(name);
    this.waiting.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(name: string, response: ServerResponse): void {
    this.asked.push(name);
    if (name.startsWith('held')) this.waiting.set(name, [...(this.waiting.get(name) ?? []), response]);
    else if (name.startsWith('busy') && this.asked.filter((each) => each === name).length === 1)
      response.writeHead(503).end();
    else if (name.startsWith('gone')) response.writeHead(404).end();
    else response.end(name);
  }
}
