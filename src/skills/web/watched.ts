/** Addresses that rules look at by themselves: politely, and no more often than one copy is good for. */
import { failed } from '../../agent/index.ts';
import { messageOf } from '../../base/errors.ts';
import { isUrl } from '../../base/text.ts';
import type { SkillDeps, StorageDeps, WatchedPages } from '../../chat/index.ts';
import type { Answer } from '../../egress/index.ts';
import { charsetIn, decodeBytes, openCalendarReader, unfoldBytes } from '../../media/index.ts';
import type { Settings } from './config.ts';
import { keepBody, recallBody } from './page/conditional.ts';
import { hostOf, Pages, Reader } from './page/pages.ts';
import { mayRead } from './page/robots.ts';
import { texts } from './texts.ts';
import { addressOf, FETCH } from './tools.ts';

/** Several rules of one address that fall due together are one request. */
const KEEP_MS = 60_000;
/** A copy with an ETag or a Last-Modified is asked after as long as something is looked at once a week. */
const REVALIDATE_MS = 8 * 86_400_000;
const ROBOTS_MS = 86_400_000;
const ROBOTS_BYTES = 512 * 1024;
const MOST_BYTES = 2 * 1024 * 1024;
/** Calendars keep all that ever was. */
const MOST_CALENDAR_BYTES = 20 * 1024 * 1024;

/** Without `text`: nobody knows now what it says. */
interface Robots {
  text?: string;
}

const textOf = ({ headers }: Answer, bytes: Uint8Array): string =>
  decodeBytes(bytes, { declared: charsetIn(headers['content-type'] ?? '') }).text;

type Deps = Pick<SkillDeps, 'egress' | 'world' | 'onClose'> & Pick<StorageDeps, 'cache'>;

export function watchedPages({ egress, cache, world, onClose }: Deps, settings: Settings): WatchedPages {
  const { timeout: timeoutMs, max_size: maxBytes, per_host: perHost } = settings;
  const common = { egress, cache, log: world.log, timeoutMs, maxBytes, perHost };
  const pages = new Pages({ ...common, keepMs: KEEP_MS, revalidateMs: REVALIDATE_MS });
  const reader = new Reader();
  const calendars = openCalendarReader(world.log);
  onClose('watched pages', async () => {
    await pages.close();
    await reader.close();
    await calendars.close();
  });

  const robotsOf = (origin: string, signal: AbortSignal) =>
    cache.getOrLoad<Robots>({
      key: `robots ${origin}`,
      keepMs: ROBOTS_MS,
      keeps: ({ text }) => text !== undefined,
      signal,
      async load(stop) {
        const limits = { totalMs: timeoutMs, maxBytes: ROBOTS_BYTES };
        const answer = await egress.fetch(`${origin}/robots.txt`, { limits, signal: stop });
        if (!answer.ok || answer.status >= 500) return {};
        if (answer.status >= 400) {
          answer.close();
          return { text: '' };
        }
        const body = await answer.bytes();
        return { text: body.ok ? textOf(answer, body.bytes) : '' };
      },
    });

  /** Undefined where it may be read. */
  const refusedAt = async (url: string, signal: AbortSignal) => {
    if (!settings.enabled) return failed('REFUSED', texts.webIsOff);
    if (!isUrl(url)) return undefined;
    const { origin, pathname, search, host } = new URL(url);
    const robots = await robotsOf(origin, signal);
    if (robots.text === undefined) return failed('UNAVAILABLE', texts.noRobots(host));
    return mayRead(robots.text, `${pathname}${search}`) ? undefined : failed('REFUSED', texts.robotsRefuse(host));
  };

  const readFile = async (address: string, signal: AbortSignal, { isCalendar = false } = {}) => {
    const url = addressOf(address);
    const refused = await refusedAt(url, signal);
    if (refused) return refused;
    const before = await recallBody<{ text: string }>(cache, 'file', url);
    const limits = { totalMs: timeoutMs, maxBytes: isCalendar ? MOST_CALENDAR_BYTES : MOST_BYTES };
    const answer = await egress.fetch(url, { headers: { ...before?.asks }, limits, signal });
    if (!answer.ok) return answer;
    if (before && answer.status === 304) {
      answer.close();
      return { ok: true as const, text: before.value.text };
    }
    if (answer.status >= 400) {
      answer.close();
      const code = answer.status === 429 || answer.status >= 500 ? 'UNAVAILABLE' : 'NOT_FOUND';
      return failed(code, texts.answers(hostOf(url), answer.status));
    }
    const body = await answer.bytes();
    if (!body.ok) return body;
    const text = textOf(answer, isCalendar ? unfoldBytes(body.bytes) : body.bytes);
    if (body.bytes.length <= MOST_BYTES) keepBody(cache, 'file', url, answer, { text }, REVALIDATE_MS);
    return { ok: true as const, text };
  };

  return {
    tool: { name: FETCH, skill: 'web' },
    async readCalendar(address, signal) {
      const file = await readFile(address, signal, { isCalendar: true });
      if (!file.ok) return file;
      const calendar = await calendars.read(Buffer.from(file.text), signal);
      if (typeof calendar !== 'string') return { ok: true, calendar };
      return failed(
        calendar === 'slow' ? 'TIMEOUT' : 'UNREADABLE',
        texts.noCalendar(hostOf(addressOf(address)), calendar),
      );
    },
    async readText(address, signal) {
      const url = addressOf(address);
      return (await refusedAt(url, signal)) ?? pages.page(url, signal);
    },
    async readFeed(address, signal) {
      const file = await readFile(address, signal);
      if (!file.ok) return file;
      try {
        const url = addressOf(address);
        const { entries = [], more = 0 } = await reader.read({ kind: 'feed', xml: file.text, url }, signal);
        return { ok: true, entries, more };
      } catch (error) {
        signal.throwIfAborted();
        return failed('UNREADABLE', `${hostOf(addressOf(address))}: ${messageOf(error)}`);
      }
    },
  };
}
