/** Search services that answer in JSON, each in its own form. */
import { z } from 'zod';
import type { Failed } from '../../../agent/index.ts';
import { type Egress, Endpoint } from '../../../egress/index.ts';
import { type Hit, type SearchProvider, tidied } from './provider.ts';

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

type Found = { ok: true; hits: Hit[] } | Failed;

/** A SearXNG of the owner's: https://docs.searxng.org/dev/search_api.html */
export function searxng(egress: Egress, base: string): SearchProvider {
  const title = 'SearXNG';
  const remedy = 'Add json to search.formats in its settings.yml.';
  const endpoint = new Endpoint(egress, { title, base, remedy });
  return {
    title,
    async search(query, count, signal): Promise<Found> {
      const came = await endpoint.json({ path: 'search', query: { q: query, format: 'json' }, signal });
      if (!came.ok) return came;
      const read = z.object({ results: list }).safeParse(came.value);
      if (!read.success) return endpoint.malformed();
      return hitsOf(read.data.results, count);
    },
  };
}

/** https://api-dashboard.search.brave.com/app/documentation/web-search/get-started */
export function brave(egress: Egress, key: string, base = 'https://api.search.brave.com'): SearchProvider {
  const title = 'Brave Search';
  const headers = { 'x-subscription-token': key };
  const endpoint = new Endpoint(egress, { title, base, headers, remedy: keyRemedy('brave') });
  return {
    title,
    async search(query, count, signal): Promise<Found> {
      const came = await endpoint.json({
        path: 'res/v1/web/search',
        query: { q: query, count: Math.min(20, count) },
        signal,
      });
      if (!came.ok) return came;
      // Without hits there is no `web`.
      const read = z.object({ web: z.object({ results: list }).optional() }).safeParse(came.value);
      return read.success ? hitsOf(read.data.web?.results ?? [], count) : endpoint.malformed();
    },
  };
}

/** https://docs.tavily.com/documentation/api-reference/endpoint/search */
export function tavily(egress: Egress, key: string, base = 'https://api.tavily.com'): SearchProvider {
  const title = 'Tavily';
  const headers = { authorization: `Bearer ${key}` };
  const endpoint = new Endpoint(egress, { title, base, headers, remedy: keyRemedy('tavily') });
  return {
    title,
    async search(query, count, signal): Promise<Found> {
      const came = await endpoint.json({ path: 'search', body: { query, max_results: Math.min(20, count) }, signal });
      if (!came.ok) return came;
      const read = z.object({ results: list }).safeParse(came.value);
      return read.success ? hitsOf(read.data.results, count) : endpoint.malformed();
    },
  };
}

const keyRemedy = (name: string) => `An owner has to look at web.search.${name}.api_key in config.yaml.`;

function hitsOf(results: z.output<typeof list>, count: number): Found {
  const hits = results.map(({ content, description, publishedDate, published_date, age, ...hit }) => ({
    ...hit,
    snippet: content ?? description,
    published: publishedDate ?? published_date ?? age,
  }));
  return { ok: true, hits: tidied(hits, count) };
}
