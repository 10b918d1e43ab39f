import { BoundedMap } from '../../base/bounded.ts';
import type { Api } from './client.ts';
import { SlackLimit } from './outcome.ts';

const REMEMBERED = 2_000;
/** Slack tells whole seconds. */
const MARGIN_MS = 50;

/**
 * Keeps to what Slack says to wait (429 with `Retry-After`, docs.slack.dev/apis/web-api/rate-limits), for everybody who
 * calls: until then a call rejects with `SlackLimit` and is not made.
 */
export function gated(api: Api, now: () => number): Api {
  const shut = new BoundedMap<string, { at: number; ms: number }>(REMEMBERED);
  return async <T>(method: string, args: Record<string, unknown> = {}): Promise<T> => {
    const key = keyOf(method, args);
    const { at, ms } = shut.get(key) ?? { at: 0, ms: 0 };
    const passed = now() - at;
    // A clock that was set back costs one call.
    if (passed >= 0 && passed < ms) throw new SlackLimit(method, ms - passed + MARGIN_MS);
    try {
      return await api<T>(method, args);
    } catch (error) {
      if (error instanceof SlackLimit) {
        shut.delete(key);
        shut.set(key, { at: now(), ms: error.afterMs });
      }
      throw error;
    }
  };
}

/** Messages are counted for each channel, everything else for the whole workspace. */
const keyOf = (method: string, { channel }: Record<string, unknown>): string =>
  method === 'chat.postMessage' ? `${method} ${String(channel)}` : method;
