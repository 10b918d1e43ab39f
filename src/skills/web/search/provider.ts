import type { Failed } from '../../../agent/index.ts';

export interface Hit {
  title: string;
  url: string;
  snippet: string;
  /** As the service gives it: a date, or "2 days ago". */
  published?: string | undefined;
}

export interface SearchProvider {
  readonly title: string;
  /** At most `count` hits, the best first. What goes wrong outside is a value; without hits it answers with none. */
  search(query: string, count: number, signal: AbortSignal): Promise<{ ok: true; hits: Hit[] } | Failed>;
}

const LONGEST_TITLE = 200;
const LONGEST_SNIPPET = 500;

/** Hits as they are shown: of the web alone, each address once, without marks, each text at a bounded length. */
export function tidyHits(
  hits: Iterable<{ title?: unknown; url?: unknown; snippet?: unknown; published?: unknown }>,
  count: number,
): Hit[] {
  const tidy = new Map<string, Hit>();
  for (const { title, url, snippet, published } of hits) {
    if (tidy.size === count) break;
    if (typeof url !== 'string' || url.length > 2_048 || !/^https?:\/\//.test(url) || tidy.has(url)) continue;
    tidy.set(url, {
      url,
      title: plain(title, LONGEST_TITLE) || url,
      snippet: plain(snippet, LONGEST_SNIPPET),
      ...(typeof published === 'string' && { published: plain(published, 40) }),
    });
  }
  return [...tidy.values()];
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

export function plain(text: unknown, most: number): string {
  if (typeof text !== 'string') return '';
  return text
    .slice(0, most * 10)
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (whole, decimal, hex, name) => {
      if (name) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 31 && code < 0x11_0000 ? String.fromCodePoint(code) : ' ';
    })
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, most);
}
