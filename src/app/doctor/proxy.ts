/** Checks of the proxies that the environment names. */
import { connect } from 'node:net';
import { deadline } from '../../base/async.ts';
import { systemCode } from '../../base/errors.ts';
import type { OutboundProxy } from '../../base/outbound.ts';
import type { HealthCheck } from '../../chat/index.ts';

const WITHIN_MS = 5_000;

/** True if the proxies are there; what they let through shows where it is asked for. */
export function proxyCheck(proxy: OutboundProxy): HealthCheck {
  return {
    name: 'proxy',
    async check(signal) {
      for (const each of proxy.all) {
        const why = await refusal(each, signal);
        if (why === undefined) continue;
        return {
          ok: false,
          code: 'PROXY_UNREACHABLE',
          says: `${each.host} cannot be reached (${why}), and ${proxy}`,
          remedy: 'Mend HTTPS_PROXY or HTTP_PROXY in the environment, or name in NO_PROXY what is reached without it.',
        };
      }
      return { ok: true, says: `${proxy}` };
    },
  };
}

/** Why no connection to it can be opened; undefined where one can. */
function refusal({ hostname, port, protocol }: URL, signal: AbortSignal): Promise<string | undefined> {
  const limit = deadline(WITHIN_MS, signal);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80), signal: limit.signal });
  return new Promise<string | undefined>((resolve) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('error', (error) => resolve(systemCode(error) ?? 'no answer'));
  }).finally(() => {
    socket.destroy();
    limit[Symbol.dispose]();
  });
}
