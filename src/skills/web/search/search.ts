import { z } from 'zod';
import { type Failed, failed } from '../../../agent/index.ts';
import { isUrl } from '../../../base/text.ts';
import type { Cache } from '../../../bus/index.ts';
import { type Egress, Endpoint } from '../../../egress/index.ts';
import type { Settings } from '../config.ts';
import { texts } from '../texts.ts';
import { type Hit, type SearchProvider, tidyHits } from './provider.ts';

export type FoundHits = { ok: true; provider: string; hits: Hit[] };

/** The configured providers, in order. `egress`: one that may reach what the owner configured. */
export function providersOf(
  { searxng: own, brave: b, tavily: t, duckduckgo }: Settings['search'],
  egress: Egress,
): SearchProvider[] {
  return [
    ...(own ? [searxng(egress, own.base_url)] : []),
    ...(b ? [brave(egress, b.api_key, b.base_url)] : []),
    ...(t ? [tavily(egress, t.api_key, t.base_url)] : []),
    ...(duckduckgo.enabled ? [duckDuckGo(egress, duckduckgo.base_url)] : []),
  ];
}

export class Search {
  private readonly options: { providers: readonly SearchProvider[]; cache: Cache; keepMs: number };

  constructor(options: { providers: readonly SearchProvider[]; cache: Cache; keepMs: number }) {
    this.options = options;
  }

  async search(query: string, count: number, signal: AbortSignal): Promise<FoundHits | Failed> {
    const { cache, keepMs } = this.options;
    const key = `search ${count} ${query.trim().replace(/\s+/g, ' ')}`;
    const load = (stop: AbortSignal) => this.ask(query, count, stop);
    return cache.getOrLoad<FoundHits | Failed>({ key, keepMs, keeps: ({ ok }) => ok, signal, load });
  }

  private async ask(query: string, count: number, signal: AbortSignal): Promise<FoundHits | Failed> {
    let failure = failed('NOT_CONFIGURED', texts.noSearch, { remedy: texts.noSearchRemedy });
    for (const provider of this.options.providers) {
      const outcome = await provider.search(query, count, signal);
      if (outcome.ok) return { ok: true, provider: provider.title, hits: outcome.hits };
      // The last one is only what is left: what the configured one says is worth more.
      if (provider === this.options.providers[0]) failure = outcome;
      if (signal.aborted) break;
    }
    return failure;
  }
}

const text = z.string().optional().catch(undefined);
const one = z.object({
  title: text,
  url: text,
  content: text,
  description: text,
  publishedDate: text,
  published_date: text,
  age: text,
});
const list = z.array(one.catch({})).max(1_000);

type ProviderOutcome = { ok: true; hits: Hit[] } | Failed;

/** A SearXNG of the owner's: https://docs.searxng.org/dev/search_api.html */
function searxng(egress: Egress, base: string): SearchProvider {
  const title = 'SearXNG';
  const remedy = 'Add json to search.formats in its settings.yml.';
  const endpoint = new Endpoint(egress, { title, base, remedy });
  return {
    title,
    async search(query, count, signal): Promise<ProviderOutcome> {
      const answer = await endpoint.json({ path: 'search', query: { q: query, format: 'json' }, signal });
      if (!answer.ok) return answer;
      const read = z.object({ results: list }).safeParse(answer.value);
      if (!read.success) return endpoint.malformedFailure();
      return hitsOf(read.data.results, count);
    },
  };
}

/** https://api-dashboard.search.brave.com/app/documentation/web-search/get-started */
function brave(egress: Egress, key: string, base = 'https://api.search.brave.com'): SearchProvider {
  const title = 'Brave Search';
  const headers = { 'x-subscription-token': key };
  const endpoint = new Endpoint(egress, { title, base, headers, remedy: keyRemedy('brave') });
  return {
    title,
    async search(query, count, signal): Promise<ProviderOutcome> {
      const answer = await endpoint.json({
        path: 'res/v1/web/search',
        query: { q: query, count: Math.min(20, count) },
        signal,
      });
      if (!answer.ok) return answer;
      // Without hits there is no `web`.
      const read = z.object({ web: z.object({ results: list }).optional() }).safeParse(answer.value);
      return read.success ? hitsOf(read.data.web?.results ?? [], count) : endpoint.malformedFailure();
    },
  };
}

/** https://docs.tavily.com/documentation/api-reference/endpoint/search */
function tavily(egress: Egress, key: string, base = 'https://api.tavily.com'): SearchProvider {
  const title = 'Tavily';
  const headers = { authorization: `Bearer ${key}` };
  const endpoint = new Endpoint(egress, { title, base, headers, remedy: keyRemedy('tavily') });
  return {
    title,
    async search(query, count, signal): Promise<ProviderOutcome> {
      const answer = await endpoint.json({ path: 'search', body: { query, max_results: Math.min(20, count) }, signal });
      if (!answer.ok) return answer;
      const read = z.object({ results: list }).safeParse(answer.value);
      return read.success ? hitsOf(read.data.results, count) : endpoint.malformedFailure();
    },
  };
}

const keyRemedy = (name: string) => `An owner has to look at web.search.${name}.api_key in config.yaml.`;

function hitsOf(results: z.output<typeof list>, count: number): ProviderOutcome {
  const hits = results.map(({ content, description, publishedDate, published_date, age, ...hit }) => ({
    ...hit,
    snippet: content ?? description,
    published: publishedDate ?? published_date ?? age,
  }));
  return { ok: true, hits: tidyHits(hits, count) };
}

const LINK = /<a\s[^<>]{0,2000}>/g;
const RESULT = /class="[^"]{0,200}\bresult__a\b/;
const SNIPPET = /class="[^"<>]{0,200}\bresult__snippet\b[^"<>]{0,200}"[^<>]{0,2000}>/;

function duckDuckGo(egress: Egress, base = 'https://html.duckduckgo.com'): SearchProvider {
  const title = 'DuckDuckGo';
  const endpoint = new Endpoint(egress, { title, base, remedy: texts.turnedAwayRemedy });
  return {
    title,
    async search(query, count, signal) {
      const answer = await endpoint.text({ path: 'html/', query: { q: query }, signal }, 'text/html');
      if (!answer.ok) return answer;
      const hits = tidyHits(hitsIn(answer.text), count);
      if (hits.length > 0 || /no-results|No\s+results/i.test(answer.text)) return { ok: true, hits };
      if (/anomaly|captcha|challenge/i.test(answer.text))
        return failed('CAPTCHA', texts.turnedAway(title), { remedy: texts.turnedAwayRemedy });
      return endpoint.malformedFailure();
    },
  };
}

function snippetIn(html: string): string {
  const open = SNIPPET.exec(html);
  const from = open ? open.index + open[0].length : html.length;
  const end = html.slice(from).search(/<\/(?:a|div|td)>/);
  return end < 0 ? '' : html.slice(from, from + end);
}

function* hitsIn(html: string): Generator<{ title: string; url: string; snippet: string }> {
  const links = [...html.matchAll(LINK)].filter(([tag]) => RESULT.test(tag));
  for (const [index, { 0: tag, index: at }] of links.entries()) {
    const rest = html.slice(at + tag.length, links[index + 1]?.index ?? html.length);
    const href = /href="([^"]*)"/.exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const url = isUrl(href, 'https://duckduckgo.com') ? new URL(href, 'https://duckduckgo.com') : undefined;
    const isOwn = url?.hostname.endsWith('duckduckgo.com');
    const to = isOwn ? url?.searchParams.get('uddg') : url?.href;
    if (!to || url?.pathname === '/y.js') continue;
    yield { title: rest.split('</a>')[0] ?? '', url: to, snippet: snippetIn(rest) };
  }
}
