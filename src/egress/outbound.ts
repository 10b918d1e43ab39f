/** The owner's proxy for clients of others that speak HTTP by themselves. */
import type { buildConnector, Dispatcher } from 'undici';
import type { OutboundProxy } from '../base/outbound.ts';

/** Opens each connection of such a client through the proxy that is for it, or directly. */
export async function proxied(proxy: OutboundProxy): Promise<Dispatcher> {
  const { Agent, buildConnector } = await import('undici');
  const direct = buildConnector({});
  const connect: buildConnector.connector = (options, callback) => {
    const { protocol, hostname, port, servername } = options;
    const url = new URL(
      `${protocol}//${hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname}`,
    );
    url.port = port;
    const by = proxy.for(url);
    if (!by) return direct(options, callback);
    const isSecure = protocol === 'https:';
    const to = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (isSecure ? 443 : 80) };
    proxy.tunnel(by, to, isSecure ? servername || to.host : undefined).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
  return new Agent({ connect });
}

/** Has `fetch`, and what is built on it, go through the proxy, until what is returned is called. */
export async function routeFetch(proxy: OutboundProxy | undefined): Promise<() => void> {
  if (!proxy) return () => {};
  const { getGlobalDispatcher, setGlobalDispatcher } = await import('undici');
  const before = getGlobalDispatcher();
  const dispatcher = await proxied(proxy);
  setGlobalDispatcher(dispatcher);
  return () => {
    setGlobalDispatcher(before);
    void dispatcher.close().catch(() => {});
  };
}
