import { z } from 'zod';
import { type AnyTool, done, outsideTool, type ToolResult } from '../../../agent/index.ts';
import type { Egress } from '../../../egress/index.ts';
import { hostOf } from '../page/pages.ts';
import { tidied } from '../search/provider.ts';
import { texts } from '../texts.ts';
import { addressOf, listOf } from '../tools.ts';
import type { Firecrawl, Scraped } from './firecrawl.ts';

export interface FirecrawlDeps {
  firecrawl: Firecrawl;
  /** Looks at addresses before Firecrawl is told of them: one of the owner's stands in the own network. */
  egress: Pick<Egress, 'check'>;
}

const address = z.string().min(1).max(4_096);
const paths = z.array(z.string().min(1).max(200)).max(20).default([]);
/** Characters of one page, and of all that a call brings. */
const LONGEST_PAGE = 100_000;
const LONGEST = 400_000;
const CRAWL_MS = 5 * 60_000;

/** The tools of Firecrawl. */
export function firecrawlTools(deps: FirecrawlDeps): AnyTool[] {
  return [scrapeTool(deps), searchTool(deps), mapTool(deps), crawlTool(deps)];
}

function scrapeTool({ firecrawl, egress }: FirecrawlDeps): AnyTool {
  return outsideTool({
    name: 'firecrawl_scrape',
    description: 'Reads one page in a browser elsewhere: for pages that web_fetch cannot read. Check `truncated`.',
    effect: 'fetch',
    impersonal: true,
    spare: true,
    does: ['web_read'],
    input: z.object({ url: address }),
    targets: ({ url }) => [addressOf(url)],
    timeoutMs: 120_000,
    async run({ url }, { signal }) {
      const at = await egress.check(addressOf(url));
      if (!at.ok) return at;
      const came = await firecrawl.scrape(addressOf(url), signal);
      if (!came.ok) return came;
      const { title, markdown } = came.page;
      return told(texts.read(title, at.url.host, markdown.length), shownPages([came.page], false));
    },
  });
}

function searchTool({ firecrawl }: FirecrawlDeps): AnyTool {
  return outsideTool({
    name: 'firecrawl_search',
    description: 'Searches the web by Firecrawl. Gives titles, addresses and extracts.',
    effect: 'fetch',
    impersonal: true,
    spare: true,
    does: ['web_search'],
    input: z.object({ query: z.string().min(1).max(400), limit: z.int().min(1).max(20).default(5) }),
    targets: ({ query }) => [query],
    async run({ query, limit }, { signal }) {
      const came = await firecrawl.search(query, limit, signal);
      if (!came.ok) return came;
      const hits = tidied(came.hits, limit);
      return told(texts.results(query, hits.length, 'Firecrawl'), `truncated: false\n\n${listOf(hits)}`);
    },
  });
}

function mapTool({ firecrawl, egress }: FirecrawlDeps): AnyTool {
  return outsideTool({
    name: 'firecrawl_map',
    description: 'Lists the addresses of a site, those about `search` first: to choose which pages to read.',
    effect: 'fetch',
    impersonal: true,
    spare: true,
    does: ['web_read'],
    input: z.object({
      url: address,
      search: z.string().max(200).optional(),
      limit: z.int().min(1).max(500).default(100),
    }),
    targets: ({ url }) => [addressOf(url)],
    timeoutMs: 120_000,
    async run({ url, search, limit }, { signal }) {
      const at = await egress.check(addressOf(url));
      if (!at.ok) return at;
      const came = await firecrawl.map(addressOf(url), search, limit, signal);
      if (!came.ok) return came;
      const links = came.links.slice(0, limit);
      const lines = links.map((link) => (link.title === '' ? link.url : `${link.url} — ${link.title}`));
      // A full list is most likely a part of a longer one.
      const truncated = came.links.length >= limit;
      return told(texts.mapped(at.url.host, links.length), [`truncated: ${truncated}`, ...lines].join('\n'));
    },
  });
}

function crawlTool({ firecrawl, egress }: FirecrawlDeps): AnyTool {
  return outsideTool({
    name: 'firecrawl_crawl',
    picks: true,
    description:
      'Reads many pages of a site. Costs one credit a page: always give include_paths (patterns such as docs/.*) and a low limit. Check `truncated`.',
    effect: 'fetch',
    impersonal: true,
    spare: true,
    does: ['web_read'],
    display: 'stream',
    doing: ({ url }) => `reading pages of ${hostOf(addressOf(url))}`,
    input: z.object({
      url: address,
      include_paths: paths,
      exclude_paths: paths,
      limit: z.int().min(1).max(100).default(10),
    }),
    targets: ({ url }) => [addressOf(url)],
    timeoutMs: CRAWL_MS,
    outlasts: true,
    async run({ url, ...asked }, { signal }) {
      const at = await egress.check(addressOf(url));
      if (!at.ok) return at;
      const came = await firecrawl.crawl({ url: addressOf(url), ...asked }, signal);
      if (!came.ok) return came;
      const { pages, total, truncated } = came;
      return told(texts.crawled(at.url.host, pages.length, total), shownPages(pages, truncated));
    },
  });
}

function told(text: string, material: string): ToolResult {
  return done(text, { material, tainted: true });
}

/** Pages one after the other, as far as there is room. */
function shownPages(pages: readonly Scraped[], isPart: boolean): string {
  let room = LONGEST;
  let truncated = isPart;
  const shown = pages.flatMap(({ title, url, markdown }) => {
    const text = markdown.slice(0, Math.min(LONGEST_PAGE, room));
    truncated ||= text.length < markdown.length;
    room -= text.length;
    return text === '' ? [] : [`Title: ${title}\nURL: ${url}\n\n${text}`];
  });
  return [`truncated: ${truncated}`, ...shown].join('\n\n');
}
