/** Looks for a newer coda: only where somebody asks or has set `updates.check`, and only at the configured address. */
import { z } from 'zod';
import { deadline } from '../base/async.ts';
import { type Clock, DAY_MS } from '../base/clock.ts';
import { CodaError, messageOf } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { version } from '../base/root.ts';
import type { HealthCheck } from '../chat/index.ts';
import { block, type Config } from '../config/index.ts';

export const updatesConfig = block(
  'updates',
  'Where the newest version is asked for: by "coda version --check", and by nothing else unless `check` is on.',
  z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'expected an address that begins with http:// or https://' })
        .optional()
        .meta({
          description: 'An address that answers in JSON with `version` or `tag_name`, as npm and GitHub do.',
          example: 'https://updates.example.com/coda/latest.json',
        }),
      check: z.boolean().default(false).meta({
        description: 'Ask there once a day whenever all is looked at, and tell of a newer version on the System page.',
      }),
    })
    .prefault({}),
  [{ env: 'CODA_UPDATES_URL', path: ['url'] }],
);

const WITHIN_MS = 10_000;
/** Milliseconds until an address that did not answer is asked again. */
const AGAIN_MS = 3_600_000;
const LARGEST = 1_000_000;
const answer = z.union([
  z.object({ version: z.string() }).transform(({ version }) => version),
  z.object({ tag_name: z.string() }).transform(({ tag_name: tag }) => tag),
]);
const VERSION = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(-[0-9A-Za-z.-]{1,60})?(?:\+\S{1,60})?$/;

/** The newest version, as the configured address tells it. Throws what is wrong with the address or its answer. */
export async function newestVersion(config: Config): Promise<string> {
  const { url } = config.block(updatesConfig);
  if (url === undefined) {
    throw new CodaError('CONFIG_INVALID', {
      message: 'No address is set that knows of newer versions.',
      remedy: 'Set updates.url, or CODA_UPDATES_URL for this once: an address that answers as npm or GitHub do.',
    });
  }
  const text = await textAt(url);
  const { data } = answer.safeParse(jsonOf(text));
  const version = data?.trim() ?? '';
  if (VERSION.test(version)) return version.replace(/^v/, '');
  throw new CodaError('EGRESS_MALFORMED', {
    message: `${url} does not say which version is the newest.`,
    remedy: 'Its answer must be JSON with `version` or `tag_name`, such as "1.2.3".',
  });
}

async function textAt(url: string): Promise<string> {
  using limit = deadline(WITHIN_MS);
  try {
    const response = await fetch(url, { signal: limit.signal, headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`it answered with ${response.status}`);
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > LARGEST) throw new Error('its answer is too large');
    }
    return text;
  } catch (error) {
    const why = limit.hasPassed() ? 'it took too long' : messageOf((error as Error).cause ?? error);
    throw new CodaError(limit.hasPassed() ? 'EGRESS_TIMEOUT' : 'EGRESS_UNREACHABLE', {
      message: `${url} could not be asked: ${why}.`,
      remedy: 'Look at updates.url, and at the network.',
      cause: error,
    });
  }
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** Tells of a newer version. Asks once a day at most, after a failure once an hour, however often it is looked at; undefined unless `updates.check` is on. */
export function updateCheck(config: Config, clock: Clock): HealthCheck | undefined {
  if (!config.block(updatesConfig).check) return undefined;
  let last: { until: number; newest: Promise<string> } | undefined;
  const newest = (): Promise<string> => {
    const at = clock.monotonic();
    if (!last || at >= last.until) last = { until: at + DAY_MS, newest: newestVersion(config) };
    return last.newest;
  };
  const own = version();
  return {
    name: 'version',
    async check() {
      try {
        const there = await newest();
        if (!isNewer(there, own)) return { ok: true, says: `${own}; there is none newer` };
        const remedy = 'docs/operating.md says how to upgrade; try it before with "coda upgrade --rehearse".';
        return { ok: true, severity: 'notice', says: `coda ${there} is there; this is ${own}`, remedy };
      } catch (error) {
        if (last) last.until = Math.min(last.until, clock.monotonic() + AGAIN_MS);
        return { ok: true, severity: 'notice', says: `whether there is a newer one is not known: ${messageOf(error)}` };
      }
    },
  };
}

/** True if `one` is newer than `other`: numbers first; of equal ones a release is newer than what led to it. */
export function isNewer(one: string, other: string): boolean {
  const [a, b] = [VERSION.exec(one), VERSION.exec(other)];
  if (!a || !b) return false;
  for (const part of [1, 2, 3]) {
    const difference = Number(a[part]) - Number(b[part]);
    if (difference !== 0) return difference > 0;
  }
  return a[4] === undefined && b[4] !== undefined;
}
