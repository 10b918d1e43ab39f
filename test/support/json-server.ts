import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers by method and path, as `GET /props`; a function is given the body. All else is no page here. */
export type JsonRoutes = Record<string, unknown | ((body: string) => unknown)>;

/** A service on this machine for the length of a test: its host, and the requests that it got. */
export async function jsonServer(routes: JsonRoutes): Promise<{ host: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [path = ''] = (request.url ?? '').split('?');
    requests.push(`${request.method} ${request.url}`);
    const route = routes[`${request.method} ${path}`];
    if (route === undefined) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('Not Found');
    const body = typeof route === 'function' ? route(Buffer.concat(chunks).toString()) : route;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
