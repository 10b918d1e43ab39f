import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { isUrl } from '../base/text.ts';

export type Endpoint =
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; host: string; port: number; tls: boolean }
  | { kind: 'ssh'; host: string; port: number; user: string };

const TLS_PORT = 2376;
const PLAIN_PORT = 2375;

/**
 * Reads `/path`, `unix:///path`, `tcp://host[:port]` or `ssh://user@host[:port]`; the text of a problem otherwise.
 * `hasKeys`: there are certificates, so that TCP is used with TLS.
 */
export function parseEndpoint(text: string, hasKeys: boolean): Endpoint | string {
  if (text.startsWith('/')) return { kind: 'unix', path: text };
  const url = isUrl(text) ? new URL(text) : undefined;
  if (url?.protocol === 'unix:') {
    return url.host === '' && url.pathname.length > 1
      ? { kind: 'unix', path: decodeURIComponent(url.pathname) }
      : 'expected unix:///path/of/docker.sock';
  }
  if (!url?.hostname) return 'expected /path, unix:///path, tcp://host:port or ssh://user@host';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.password || url.search || url.hash || url.pathname.length > 1)
    return 'expected nothing but user, host and port';
  if (url.protocol === 'ssh:') {
    return { kind: 'ssh', host, port: Number(url.port || 22), user: decodeURIComponent(url.username) || 'root' };
  }
  if (url.protocol !== 'tcp:') return 'expected /path, unix:///path, tcp://host:port or ssh://user@host';
  const port = Number(url.port || (hasKeys ? TLS_PORT : PLAIN_PORT));
  if (!hasKeys && (port === TLS_PORT || !isNear(host))) {
    return 'expected docker_tls with it: without TLS, TCP is for this machine and for a proxy in a private network';
  }
  return { kind: 'tcp', host, port, tls: hasKeys };
}

/** This machine, a private address, or a name without a dot, as containers have among themselves. */
function isNear(host: string): boolean {
  if (isIP(host) === 0) return /^[a-z0-9_-]+$/i.test(host);
  return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host) || /^(::1$|f[cd])/i.test(host);
}

/** The keys that `known_hosts` (OpenSSH's format) holds for a host, each in base64. */
export function knownKeys(file: string, { host, port }: { host: string; port: number }): string[] {
  const name = port === 22 ? host : `[${host}]:${port}`;
  return file.split('\n').flatMap((line) => {
    const [hosts = '', , key = ''] = line.trim().split(/\s+/);
    // Markers (`@revoked`, `@cert-authority`) name no key of the host itself.
    if (hosts === '' || hosts.startsWith('#') || hosts.startsWith('@')) return [];
    return hosts.split(',').some((entry) => entry === name || isHashOf(entry, name)) ? [key] : [];
  });
}

export function signaturesBy(key: string): string[] {
  const bytes = Buffer.from(key, 'base64');
  const type = bytes.length > 4 ? bytes.toString('latin1', 4, 4 + Math.min(bytes.readUInt32BE(), 64)) : '';
  if (type === 'ssh-rsa') return ['rsa-sha2-512', 'rsa-sha2-256'];
  return /^(?:ssh-ed25519|ecdsa-sha2-nistp\d+)$/.test(type) ? [type] : [];
}

function isHashOf(entry: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = entry.split('|');
  if (version !== '1') return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
