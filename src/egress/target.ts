import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { messageOf } from '../base/errors.ts';
import { isUrl, plural } from '../base/text.ts';
import { type EgressFailure, failure } from './failure.ts';

/** The addresses of a name. Rejects where there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface Reach {
  ports: readonly number[];
  allow: readonly AllowedNetwork[];
  resolve: Resolve;
}

/** The target of a request: every address was checked, and no other may be connected to. */
export interface Target {
  ok: true;
  url: URL;
  /** IP addresses in canonical spelling, at least one. */
  addresses: readonly string[];
}

const LONGEST_URL = 4_096;
/** Programs disagree about what these mean in an address. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const AMBIGUOUS = /[\s\\\u0000-\u001f\u007f]/;
const MOST_ADDRESSES = 64;
const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

export const systemResolve: Resolve = async (host) => {
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address);
};

export function parseUrl(text: string, base?: URL): URL | EgressFailure {
  const refuse = (why: string) => failure('EGRESS_URL', why);
  if (text.length > LONGEST_URL) return refuse(`The address is longer than ${LONGEST_URL} characters.`);
  if (AMBIGUOUS.test(text)) return refuse('The address has a space, a backslash or a control character in it.');
  if (!isUrl(text, base?.href)) return refuse('That is not an address.');
  const url = new URL(text, base);
  if (!(url.protocol in PORTS)) return refuse(`Nothing is fetched over ${url.protocol}`);
  if (url.username || url.password) return refuse(`The address of ${url.hostname} has a user name in it.`);
  return url;
}

/** Resolves the host of `url` once and checks each of its addresses: a single one that is not public refuses them all. */
export async function targetOf(url: URL, { ports, allow, resolve }: Reach): Promise<Target | EgressFailure> {
  const host = hostOf(url);
  const port = Number(url.port) || (PORTS[url.protocol] as number);
  const addresses = canonical(host) ? [host] : await resolve(host).catch(unresolvedFailure(host));
  if ('ok' in addresses) return addresses;
  if (addresses.length === 0) return failure('EGRESS_UNREACHABLE', `${host} has no address.`);
  if (addresses.length > MOST_ADDRESSES)
    return failure('EGRESS_PRIVATE', `${host} has ${plural(addresses.length, 'address', 'addresses')}.`);
  for (const address of addresses) {
    if (isAllowed(address, port, allow)) continue;
    const range = isOwn(address) ? 'own' : rangeOf(address);
    if (range !== 'public') return failure('EGRESS_PRIVATE', `${host} is not a public address (${range}).`);
    if (!ports.includes(port)) return failure('EGRESS_URL', `${host} is asked for on the unusual port ${port}.`);
  }
  return { ok: true, url, addresses: addresses.map((address) => canonical(address) as string) };
}

export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** True if it leads back to this machine, whose services may trust what comes from it. */
function isOwn(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const wanted = canonical(address);
  return own.some((each) => canonical(each.address) === wanted);
}

const unresolvedFailure = (host: string) => (error: unknown) =>
  failure('EGRESS_UNREACHABLE', `The name ${host} cannot be resolved (${messageOf(error)}).`);

// Ranges of IP addresses. Pure.

/** A network that is not public and may be reached all the same, by the owner's choice. */
export interface AllowedNetwork {
  /** CIDR: `192.168.1.20/32`. */
  network: string;
  /** Every port when left out. */
  port?: number | undefined;
}

/** Space in use on the public Internet; other unicast space has no honest server. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** The prefix by which DNS64 shows IPv4-only servers to hosts that have IPv6 alone. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
/** A public number that every machine in Azure reaches its host by: it gives out the machine's keys. */
const AZURE_HOST = '168.63.129.16';

/** `public`, or the name of the range that it belongs to (`loopback`, `private`, `linkLocal` …), `invalid` if it is none. */
export function rangeOf(address: string): string {
  const ip = parse(address);
  if (!ip) return 'invalid';
  const range = ip.range();
  if (ip instanceof ipaddr.IPv4) return range !== 'unicast' ? range : isAzureHost(ip) ? 'metadata' : 'public';
  if (ip.match(NAT64)) return rangeOf(ipaddr.fromByteArray(ip.toByteArray().slice(12)).toString());
  if (range !== 'unicast') return range;
  return ip.match(GLOBAL_UNICAST) ? 'public' : 'reserved';
}

export const isPublic = (address: string): boolean => rangeOf(address) === 'public';

const isAzureHost = (ip: ipaddr.IPv4) => ip.toString() === AZURE_HOST;

function isAllowed(address: string, port: number, networks: readonly AllowedNetwork[]): boolean {
  const ip = parse(address);
  return networks.some(({ network, port: only }) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return ip?.kind() === base.kind() && ip.match(base, bits) && (only ?? port) === port;
  });
}

export function canonical(address: string): string | undefined {
  return parse(address)?.toString();
}

/** Strict: four decimal numbers, or IPv6. Other spellings have become one of these in a `URL`. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  return ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.parse(address) : undefined;
}
