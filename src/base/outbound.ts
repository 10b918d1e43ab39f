import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CodaError, messageOf } from './errors.ts';
import { isUrl } from './text.ts';

const TUNNEL_WITHIN_MS = 10_000;

export interface Destination {
  host: string;
  port: number;
}

/** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as curl and most programs read them. */
export class OutboundProxy {
  private readonly byProtocol: Readonly<Record<string, URL | undefined>>;
  private readonly direct: readonly string[];

  private constructor(http: URL | undefined, https: URL | undefined, direct: readonly string[]) {
    this.byProtocol = { 'http:': http, 'ws:': http, 'https:': https, 'wss:': https };
    this.direct = direct;
  }

  /** Undefined where none is named. Throws a `CodaError` on an address that no proxy can have. */
  static of(env: Readonly<Record<string, string | undefined>>): OutboundProxy | undefined {
    const read = (name: string) => env[name.toLowerCase()] || env[name] || '';
    const [http, https] = [proxyIn('HTTP_PROXY', read('HTTP_PROXY')), proxyIn('HTTPS_PROXY', read('HTTPS_PROXY'))];
    if (!http && !https) return undefined;
    return new OutboundProxy(
      http,
      https,
      read('NO_PROXY')
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    );
  }

  /** The proxy for `url`; undefined: it is reached directly, as whatever is on this machine always is. */
  for(url: URL): URL | undefined {
    const proxy = this.byProtocol[url.protocol];
    const host = bare(url.hostname);
    if (!proxy || host === 'localhost' || host.endsWith('.localhost') || /^127\./.test(host) || host === '::1') return;
    const port = url.port || (/^(?:https|wss):$/.test(url.protocol) ? '443' : '80');
    return this.direct.some((rule) => isOf(rule, host, port)) ? undefined : proxy;
  }

  /**
   * A tunnel to `to` through `proxy`, encrypted for `servername` where one is given. Rejects with the code ECONNREFUSED
   * where there is none: nothing has arrived at the other end then.
   */
  async tunnel(proxy: URL, to: Destination, servername?: string, signal?: AbortSignal): Promise<Socket> {
    const socket = await tunnelTo(proxy, to, signal);
    if (servername === undefined) return socket;
    const name = isIP(servername) ? {} : { servername };
    const secure = connectTls({ socket, ...name, host: servername, ALPNProtocols: ['http/1.1'] });
    return new Promise((resolve, reject) => {
      const giveUp = () => secure.destroy(new Error(`${servername} does not answer through the proxy ${proxy.host}`));
      const settled = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      };
      const timer = setTimeout(giveUp, TUNNEL_WITHIN_MS);
      if (signal?.aborted) giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      secure.once('secureConnect', () => {
        settled();
        resolve(secure);
      });
      secure.once('error', (error) => {
        settled();
        reject(error);
      });
    });
  }

  /** In words, without a name or a password: "https by proxy.example:3128, not for .example". */
  toString(): string {
    const { 'https:': https, 'http:': http } = this.byProtocol;
    const by = [https && `https by ${https.host}`, http && `http by ${http.host}`].filter(Boolean).join(', ');
    return this.direct.length === 0 ? by : `${by}, not for ${this.direct.join(', ')}`;
  }

  get proxies(): URL[] {
    const named = [this.byProtocol['https:'], this.byProtocol['http:']].flatMap((proxy) => proxy ?? []);
    return named.filter(({ href }, index) => named.findIndex((each) => each.href === href) === index);
  }
}

function proxyIn(name: string, value: string): URL | undefined {
  if (value.trim() === '') return undefined;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value.trim() : `http://${value.trim()}`;
  if (isUrl(address) && /^https?:$/.test(new URL(address).protocol)) return new URL(address);
  throw new CodaError('CONFIG_INVALID', {
    message: `${name} in the environment is no address of an HTTP proxy.`,
    remedy: `Set it to an address such as http://proxy.example:3128, or unset it. Other kinds, such as SOCKS, are not spoken.`,
  });
}

const bare = (host: string) =>
  host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

/** `*`, a name with all below it, an address, a network of IPv4 (`10.0.0.0/8`); each with a port where one is named. */
function isOf(rule: string, host: string, port: string): boolean {
  const [, name = rule, only] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(rule) ?? [];
  if (only !== undefined && only !== port) return false;
  if (name === '*') return true;
  if (name.includes('/')) return isWithin(name, host);
  const wanted = bare(name.replace(/^\*?\./, ''));
  return host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`));
}

function isWithin(network: string, host: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  if (isIP(base) !== 4 || isIP(host) !== 4 || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(base) / size) === Math.floor(number(host) / size);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function tunnelTo(proxy: URL, { host, port }: Destination, signal?: AbortSignal): Promise<Socket> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const user = `${decodePart(proxy.username)}:${decodePart(proxy.password)}`;
  const open = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const failed = (why: string) =>
    Object.assign(new Error(`the proxy ${proxy.host} ${why}`), { code: 'ECONNREFUSED' as const });
  return new Promise((resolve, reject) => {
    const request = open({
      method: 'CONNECT',
      path: authority,
      agent: false,
      timeout: TUNNEL_WITHIN_MS,
      host: bare(proxy.hostname),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      headers: {
        host: authority,
        ...(proxy.username && { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }),
      },
      ...(signal && { signal }),
    });
    request.once('connect', ({ statusCode }: IncomingMessage, socket: Socket, head: Buffer) => {
      if (statusCode !== 200) {
        socket.destroy();
        return reject(failed(statusCode === 407 ? 'wants another name or password' : `refuses with ${statusCode}`));
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', ({ statusCode }) => {
      request.destroy();
      reject(failed(`refuses with ${statusCode}`));
    });
    request.once('timeout', () => request.destroy(failed('does not answer')));
    request.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'ECONNREFUSED' || signal?.aborted ? error : failed(`cannot be reached (${messageOf(error)})`),
      );
    });
    request.end();
  });
}
