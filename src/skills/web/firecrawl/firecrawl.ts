/** Firecrawl's API, version 2: https://docs.firecrawl.dev/api-reference/v2-introduction */
import { z } from 'zod';
import { type Failed, failed } from '../../../agent/index.ts';
import { backOff, sleep } from '../../../base/async.ts';
import { type Egress, Endpoint } from '../../../egress/index.ts';
import type { FirecrawlSettings } from '../config.ts';
import { plain } from '../search/provider.ts';
import { texts } from '../texts.ts';

/** A page as Firecrawl has read it. */
export interface Scraped {
  title: string;
  url: string;
  markdown: string;
}

export interface CrawlAsked {
  url: string;
  include_paths: readonly string[];
  exclude_paths: readonly string[];
  limit: number;
}

type Came<T> = ({ ok: true } & T) | Failed;

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

  async scrape(url: string, signal: AbortSignal): Promise<Came<{ page: Scraped }>> {
    const body = { url, formats: ['markdown'], onlyMainContent: true };
    const came = await this.post('v2/scrape', body, z.object({ data: page }), signal);
    return came.ok ? { ok: true, page: scraped(came.value.data, url) } : came;
  }

  async search(query: string, limit: number, signal: AbortSignal) {
    // Version 1, which own ones may still be, gives the list itself.
    const schema = z.object({
      data: z.union([hits.transform((web) => ({ web })), z.object({ web: hits.default([]) })]),
    });
    const came = await this.post('v2/search', { query, limit }, schema, signal);
    if (!came.ok) return came;
    const found = came.value.data.web.map(({ title, url, description }) => ({ title, url, snippet: description }));
    return { ok: true as const, hits: found };
  }

  async map(url: string, search: string | undefined, limit: number, signal: AbortSignal) {
    const body = { url, limit, ...(search !== undefined && { search }) };
    const came = await this.post('v2/map', body, z.object({ links: z.array(link).max(100_000) }), signal);
    if (!came.ok) return came;
    const links = came.value.links.map((each) => ({ url: each.url.slice(0, 2_048), title: plain(each.title, 200) }));
    return { ok: true as const, links };
  }

  /** Reads a site's pages. Gives up when `signal` aborts; what Firecrawl has begun then it goes on with, up to the limit. */
  async crawl(
    asked: CrawlAsked,
    signal: AbortSignal,
  ): Promise<Came<{ pages: Scraped[]; total: number; truncated: boolean }>> {
    const { url, include_paths: includePaths, exclude_paths: excludePaths, limit } = asked;
    const scrapeOptions = { formats: ['markdown'], onlyMainContent: true };
    const body = { url, includePaths, excludePaths, limit, scrapeOptions };
    const begun = await this.post('v2/crawl', body, z.object({ id: z.string().regex(/^[\w-]{1,100}$/) }), signal);
    if (!begun.ok) return begun;
    for (let look = 1; ; look++) {
      await sleep(backOff(look, LONGEST_WAIT_MS, FIRST_LOOK_MS), signal);
      const state = await this.crawled(begun.value.id, signal);
      if (!state.ok) return state;
      const { status, total = 0, data, next } = state.value;
      if (status === 'failed' || status === 'cancelled') return failed('UNAVAILABLE', texts.crawlFailed(url));
      if (status !== 'completed') continue;
      const pages = data.slice(0, limit).map((each) => scraped(each, url));
      return {
        ok: true,
        pages,
        total: Math.max(total, pages.length),
        truncated: next !== undefined || total > pages.length,
      };
    }
  }

  private crawled(id: string, signal: AbortSignal) {
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
    const came = await answer;
    if (!came.ok) return came;
    const read = schema.safeParse(came.value);
    return read.success ? { ok: true, value: read.data } : this.endpoint.malformed();
  }
}

function scraped({ markdown = '', metadata }: z.output<typeof page>, asked: string): Scraped {
  return { title: plain(metadata?.title, 200), url: metadata?.sourceURL ?? metadata?.url ?? asked, markdown };
}
