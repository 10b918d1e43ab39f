/** Judges if IP addresses are public. Pure. */
import ipaddr from 'ipaddr.js';

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

/** True for an address that anybody may reach. */
export const isPublic = (address: string): boolean => rangeOf(address) === 'public';

const isAzureHost = (ip: ipaddr.IPv4) => ip.toString() === AZURE_HOST;

/** True if one of `networks` holds this address and port. */
export function isAllowed(address: string, port: number, networks: readonly AllowedNetwork[]): boolean {
  const ip = parse(address);
  return networks.some(({ network, port: only }) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return ip?.kind() === base.kind() && ip.match(base, bits) && (only ?? port) === port;
  });
}

/** One spelling for each address, to compare by; undefined: it is none. */
export function canonical(address: string): string | undefined {
  return parse(address)?.toString();
}

/** Strict: four decimal numbers, or IPv6. Other spellings have become one of these in a `URL`. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  return ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.parse(address) : undefined;
}
