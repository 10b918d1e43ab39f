import { z } from 'zod';
import { block, count, duration, secret, secretText, size, url } from '../../config/index.ts';

const address = (example: string, description: string) =>
  url('http', 'https').optional().meta({ description, example });

const search = z
  .strictObject({
    searxng: z
      .strictObject({
        base_url: url('http', 'https').meta({
          description: 'Where it is; it must answer in JSON (search.formats in its settings.yml).',
          example: 'http://localhost:8888',
        }),
      })
      .optional()
      .describe('A SearXNG of your own.'),
    brave: z
      .strictObject({
        ...secret('api_key', secretText(), {
          description: 'Its key.',
          file: 'brave_api_key',
          example: '${BRAVE_API_KEY:-example}',
        }),
        base_url: address('https://api.search.brave.com', 'Another address than its own.'),
      })
      .optional()
      .describe('Brave Search.'),
    tavily: z
      .strictObject({
        ...secret('api_key', secretText(), {
          description: 'Its key.',
          file: 'tavily_api_key',
          example: '${TAVILY_API_KEY:-tvly-example}',
        }),
        base_url: address('https://api.tavily.com', 'Another address than its own.'),
      })
      .optional()
      .describe('Tavily.'),
    duckduckgo: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Needs no key; it turns away who asks often.'),
        base_url: address('https://html.duckduckgo.com', 'Another address than its own.'),
      })
      .prefault({})
      .describe("DuckDuckGo's page, the last that is asked."),
  })
  .prefault({})
  .describe('Who is asked, in this order: where one cannot answer, the next is.');

export const config = block(
  'web',
  'Reading web pages, and searching. docs/web.md says what is reached and what is not.',
  z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether models may read pages and search.'),
      cache: duration('15m').describe('How long a page or a search may be used again; 0s: never.'),
      timeout: duration('45s', 'ms').describe('How long one page may take, redirects included.'),
      max_size: size('10m', 1_024).describe('The most that is taken of one address.'),
      per_host: count(1, 16).default(2).describe('Requests to one server at the same time; others wait.'),
      search,
    })
    .prefault({}),
);

export type Settings = z.output<typeof config.schema>;

export const firecrawlConfig = block(
  'firecrawl',
  'Firecrawl, which reads pages in a browser of its own and whole sites: with a key, or one of your own.',
  z
    .strictObject({
      ...secret('api_key', secretText().optional(), {
        description: 'Its key.',
        file: 'firecrawl_api_key',
        example: '${FIRECRAWL_API_KEY:-fc-example}',
      }),
      base_url: address('http://localhost:3002', 'Where your own is.'),
    })
    .prefault({}),
);

export type FirecrawlSettings = z.output<typeof firecrawlConfig.schema>;
