import { z } from 'zod';
import { type AnyTool, done, type Failed, failed, outsideTool, type ToolResult } from '../../agent/index.ts';
import { backOff, sleep } from '../../base/async.ts';
import { type Egress, Endpoint } from '../../egress/index.ts';
import type { FirecrawlSettings } from './config.ts';
import { hostOf } from './page/pages.ts';
import { plain, tidyHits } from './search/provider.ts';
import { texts } from './texts.ts';
import { addressOf, listOf } from './tools.ts';

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

export function firecrawlTools(deps: FirecrawlDeps): AnyTool[] {
  return [scrapeTool(deps), searchTool(deps), mapTool(deps), crawlTool(deps)];
}

function scrapeTool({ firecrawl, egress }: FirecrawlDeps): AnyTool {
  return outsideTool({
    name: 'firecrawl_scrape',
    group: 'web',
    description: 'Reads one page in a browser elsewhere: for pages that web_fetch cannot read. Check `truncated`.',
    effect: 'fetch',
    flow: { impersonal: true, targets: ({ url }) => [addressOf(url)] },
    does: ['web_read'],
    display: { asks: () => [texts.asks.scrape] },
    input: z.object({ url: address }),
    timeoutMs: 120_000,
    async run({ url }, { signal }) {
      const at = await egress.check(addressOf(url));
      if (!at.ok) return at;
      const outcome = await firecrawl.scrape(addressOf(url), signal);
      if (!outcome.ok) return outcome;
      const { title, markdown } = outcome.page;
      return materialResult(texts.read(title, at.url.host, markdown.length), shownPages([outcome.page], false));
    },
  });
}

function searchTool({ firecrawl }: FirecrawlDeps): AnyTool {
  return outsideTool({
    name: 'firecrawl_search',
    group: 'web',
    description: 'Searches the web by Firecrawl. Gives titles, addresses and extracts.',
    effect: 'fetch',
    flow: { impersonal: true, targets: ({ query }) => [query] },
    does: ['web_search'],
    display: { asks: () => [texts.asks.search] },
    input: z.object({ query: z.string().min(1).max(400), limit: z.int().min(1).max(20).default(5) }),
    async run({ query, limit }, { signal }) {
      const outcome = await firecrawl.search(query, limit, signal);
      if (!outcome.ok) return outcome;
      const hits = tidyHits(outcome.hits, limit);
      return materialResult(texts.results(query, hits.length, 'Firecrawl'), `truncated: false\n\n${listOf(hits)}`);
    },
  });
}

function mapTool({ firecrawl, egress }: FirecrawlDeps): AnyTool {
  return outsideTool({
    name: 'firecrawl_map',
    group: 'web',
    description: 'Lists the addresses of a site, those about `search` first: to choose which pages to read.',
    effect: 'fetch',
    flow: { impersonal: true, targets: ({ url, search }) => [addressOf(url), ...(search ? [search] : [])] },
    does: ['web_read'],
    display: { asks: ({ search }) => [texts.asks.map(Boolean(search))] },
    input: z.object({
      url: address,
      search: z.string().max(200).optional(),
      limit: z.int().min(1).max(500).default(100),
    }),
    timeoutMs: 120_000,
    async run({ url, search, limit }, { signal }) {
      const at = await egress.check(addressOf(url));
      if (!at.ok) return at;
      const outcome = await firecrawl.map(addressOf(url), search, limit, signal);
      if (!outcome.ok) return outcome;
      const links = outcome.links.slice(0, limit);
      const lines = links.map((link) => (link.title === '' ? link.url : `${link.url} — ${link.title}`));
      // A full list is most likely a part of a longer one.
      const truncated = outcome.links.length >= limit;
      return materialResult(texts.mapped(at.url.host, links.length), [`truncated: ${truncated}`, ...lines].join('\n'));
    },
  });
}

function crawlTool({ firecrawl, egress }: FirecrawlDeps): AnyTool {
  return outsideTool({
    name: 'firecrawl_crawl',
    group: 'web',
    flow: {
      picks: true,
      impersonal: true,
      targets: ({ url, include_paths, exclude_paths }) => [addressOf(url), ...include_paths, ...exclude_paths],
    },
    description:
      'Reads many pages of a site. Costs one credit a page: always give include_paths (patterns such as docs/.*) and a low limit. Check `truncated`.',
    effect: 'fetch',
    does: ['web_read'],
    display: {
      as: 'stream',
      text: ({ url }) => `reading pages of ${hostOf(addressOf(url))}`,
      asks: ({ include_paths, exclude_paths }) => [
        texts.asks.crawl(include_paths.length > 0, exclude_paths.length > 0),
      ],
    },
    input: z.object({
      url: address,
      include_paths: paths,
      exclude_paths: paths,
      limit: z.int().min(1).max(100).default(10),
    }),
    timeoutMs: CRAWL_MS,
    outlasts: true,
    async run({ url, ...asked }, { signal }) {
      const at = await egress.check(addressOf(url));
      if (!at.ok) return at;
      const outcome = await firecrawl.crawl({ url: addressOf(url), ...asked }, signal);
      if (!outcome.ok) return outcome;
      const { pages, total, truncated } = outcome;
      return materialResult(texts.crawled(at.url.host, pages.length, total), shownPages(pages, truncated));
    },
  });
}

function materialResult(text: string, material: string): ToolResult {
  return done(text, { material, tainted: true });
}

function shownPages(pages: readonly ScrapedPage[], isPart: boolean): string {
  let room = LONGEST;
  let truncated = isPart;
  const sections = pages.flatMap(({ title, url, markdown }) => {
    const text = markdown.slice(0, Math.min(LONGEST_PAGE, room));
    truncated ||= text.length < markdown.length;
    room -= text.length;
    return text === '' ? [] : [`Title: ${title}\nURL: ${url}\n\n${text}`];
  });
  return [`truncated: ${truncated}`, ...sections].join('\n\n');
}

// Firecrawl's API, version 2: https://docs.firecrawl.dev/api-reference/v2-introduction

interface ScrapedPage {
  title: string;
  url: string;
  markdown: string;
}

interface CrawlAsked {
  url: string;
  include_paths: readonly string[];
  exclude_paths: readonly string[];
  limit: number;
}

type ApiOutcome<T> = ({ ok: true } & T) | Failed;

const text = z.string().optional().catch(undefined);
const meta = z.object({ title: text, sourceURL: text, url: text, statusCode: z.number().optional().catch(undefined) });
const page = z.object({ markdown: text, metadata: meta.optional().catch(undefined) });
const link = z.union([
  z.string().transform((url) => ({ url, title: undefined })),
  z.object({ url: z.string(), title: text }),
]);
const hit = z.object({ title: text, url: text, description: text, markdown: text }).catch({});
const hits = z.array(hit).max(1_000);

const FIRST_LOOK_MS = 250;
const LONGEST_WAIT_MS = 5_000;

export class Firecrawl {
  private readonly endpoint: Endpoint;

  /** `egress`: one that may reach what the owner configured. */
  constructor({ api_key: key, base_url: base = 'https://api.firecrawl.dev' }: FirecrawlSettings, egress: Egress) {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    this.endpoint = new Endpoint(egress, { title: 'Firecrawl', base, headers, remedy: texts.firecrawlRemedy });
  }

  async scrape(url: string, signal: AbortSignal): Promise<ApiOutcome<{ page: ScrapedPage }>> {
    const body = { url, formats: ['markdown'], onlyMainContent: true };
    const answer = await this.post('v2/scrape', body, z.object({ data: page }), signal);
    return answer.ok ? { ok: true, page: toScraped(answer.value.data, url) } : answer;
  }

  async search(query: string, limit: number, signal: AbortSignal) {
    // Version 1, which own ones may still be, gives the list itself.
    const schema = z.object({
      data: z.union([hits.transform((web) => ({ web })), z.object({ web: hits.default([]) })]),
    });
    const answer = await this.post('v2/search', { query, limit }, schema, signal);
    if (!answer.ok) return answer;
    const results = answer.value.data.web.map(({ title, url, description }) => ({ title, url, snippet: description }));
    return { ok: true as const, hits: results };
  }

  async map(url: string, search: string | undefined, limit: number, signal: AbortSignal) {
    const body = { url, limit, ...(search !== undefined && { search }) };
    const answer = await this.post('v2/map', body, z.object({ links: z.array(link).max(100_000) }), signal);
    if (!answer.ok) return answer;
    const links = answer.value.links.map((each) => ({ url: each.url.slice(0, 2_048), title: plain(each.title, 200) }));
    return { ok: true as const, links };
  }

  /** Reads a site's pages. Gives up when `signal` aborts; what Firecrawl has begun then it goes on with, up to the limit. */
  async crawl(
    asked: CrawlAsked,
    signal: AbortSignal,
  ): Promise<ApiOutcome<{ pages: ScrapedPage[]; total: number; truncated: boolean }>> {
    const { url, include_paths: includePaths, exclude_paths: excludePaths, limit } = asked;
    const scrapeOptions = { formats: ['markdown'], onlyMainContent: true };
    const body = { url, includePaths, excludePaths, limit, scrapeOptions };
    const start = await this.post('v2/crawl', body, z.object({ id: z.string().regex(/^[\w-]{1,100}$/) }), signal);
    if (!start.ok) return start;
    for (let look = 1; ; look++) {
      await sleep(backOff(look, LONGEST_WAIT_MS, FIRST_LOOK_MS), signal);
      const state = await this.crawlState(start.value.id, signal);
      if (!state.ok) return state;
      const { status, total = 0, data, next } = state.value;
      if (status === 'failed' || status === 'cancelled') return failed('UNAVAILABLE', texts.crawlFailed(url));
      if (status !== 'completed') continue;
      const pages = data.slice(0, limit).map((each) => toScraped(each, url));
      return {
        ok: true,
        pages,
        total: Math.max(total, pages.length),
        truncated: next !== undefined || total > pages.length,
      };
    }
  }

  private crawlState(id: string, signal: AbortSignal) {
    const schema = z.object({
      status: z.string(),
      total: z.number().optional().catch(undefined),
      data: z.array(page).max(10_000).catch([]),
      next: text,
    });
    return this.read(this.endpoint.json({ path: `v2/crawl/${id}`, signal }), schema);
  }

  private post<S extends z.ZodType>(path: string, body: unknown, schema: S, signal: AbortSignal) {
    return this.read(this.endpoint.json({ path, body, signal }), schema);
  }

  private async read<S extends z.ZodType>(
    answer: ReturnType<Endpoint['json']>,
    schema: S,
  ): Promise<{ ok: true; value: z.output<S> } | Failed> {
    const outcome = await answer;
    if (!outcome.ok) return outcome;
    const read = schema.safeParse(outcome.value);
    return read.success ? { ok: true, value: read.data } : this.endpoint.malformedFailure();
  }
}

function toScraped({ markdown = '', metadata }: z.output<typeof page>, asked: string): ScrapedPage {
  return { title: plain(metadata?.title, 200), url: metadata?.sourceURL ?? metadata?.url ?? asked, markdown };
}
