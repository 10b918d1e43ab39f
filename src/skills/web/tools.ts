import { z } from 'zod';
import { type AnyTool, done, outsideTool, type ToolResult } from '../../agent/index.ts';
import { hostOf, type Page, type Pages } from './page/pages.ts';
import type { Hit } from './search/provider.ts';
import type { Search } from './search/search.ts';
import { texts } from './texts.ts';

/** An address as people write it: what has no scheme is meant to be a web page. */
export function addressOf(text: string): string {
  const trimmed = text.trim();
  return /^[a-z][a-z\d+.-]*:/i.test(trimmed) && !/^[\w.-]+:\d+(?:[/?#]|$)/.test(trimmed)
    ? trimmed
    : `https://${trimmed}`;
}

function headOf({ title, url, published, kind, truncated, guessed }: Page): string {
  const lines = [title && `Title: ${title}`, `URL: ${url}`, published && `Published: ${published}`];
  if (kind !== 'html') lines.push(`Kind: ${kind}`);
  if (truncated) lines.push(texts.truncated);
  if (guessed) lines.push(texts.guessed);
  return lines.filter(Boolean).join('\n');
}

function showPage(page: Page, find: string | undefined): ToolResult {
  const host = hostOf(page.url);
  const head = headOf(page);
  if (find === undefined || find.trim() === '') {
    const text = texts.read(page.title, host, page.text.length);
    return done(text, { material: `${head}\n\n${page.text}`, tainted: true });
  }
  const { count, passages } = passagesWith(page.text, find);
  return done(texts.found(find, count, host), { material: [head, ...passages].join('\n\n'), tainted: true });
}

export const FETCH = 'web_fetch';

export function fetchTool(pages: Pages, timeoutMs: number): AnyTool {
  return outsideTool({
    name: FETCH,
    group: 'always',
    description: 'Reads a web page or file.',
    effect: 'fetch',
    flow: { impersonal: true, targets: ({ url }) => [addressOf(url)] },
    does: ['web_read'],
    display: {
      as: 'name',
      text: ({ url }) => `reading ${hostOf(addressOf(url))}`,
      asks: () => [texts.asks.read],
    },
    input: z.object({
      url: z.string().min(1).max(4_096).describe('Its address.'),
      find: z.string().max(200).optional().describe('Only passages with these words.'),
    }),
    timeoutMs: timeoutMs + 30_000,
    async run({ url, find }, { signal }) {
      const page = await pages.page(addressOf(url), signal);
      return page.ok ? showPage(page, find) : page;
    },
  });
}

export function searchTool(search: Search): AnyTool {
  return outsideTool({
    name: 'web_search',
    group: 'always',
    description: 'Searches the web.',
    effect: 'fetch',
    flow: {
      impersonal: true,
      // Words that nobody asked to be searched for may carry something out.
      targets: ({ query }) => [query],
    },
    does: ['web_search'],
    display: { text: () => 'searching the web', asks: () => [texts.asks.search] },
    form: { shows: ['query'] },
    input: z.object({
      query: z.string().min(1).max(400).describe('Words.'),
      count: z.int().min(1).max(20).default(8),
    }),
    async run({ query, count }, { signal }) {
      const outcome = await search.search(query, count, signal);
      if (!outcome.ok) return outcome;
      const { hits, provider } = outcome;
      return done(texts.results(query, hits.length, provider), { material: listOf(hits), tainted: true });
    },
  });
}

export function listOf(hits: readonly Hit[]): string {
  return hits
    .map(({ title, url, snippet, published }, index) =>
      [`${index + 1}. ${title}`, url, published && `(${published})`, snippet].filter(Boolean).join('\n   '),
    )
    .join('\n\n');
}

/** Around a match, at most; whole paragraphs where they are shorter. Characters. */
const AROUND = 600;
const MOST = 10;

interface Passages {
  count: number;
  passages: string[];
}

function passagesWith(text: string, words: string): Passages {
  const pattern = words.trim().split(/\s+/).map(escapePattern).join('\\s+');
  const matches = [...text.matchAll(new RegExp(pattern, 'giu'))];
  const passages: string[] = [];
  let shownTo = 0;
  for (const { index, 0: match } of matches) {
    if (index < shownTo) continue;
    if (passages.length === MOST) break;
    const start = Math.max(shownTo, paragraphEdge(text, index, -1));
    const end = paragraphEdge(text, index + match.length, 1);
    passages.push(`${start > 0 ? '… ' : ''}${text.slice(start, end).trim()}${end < text.length ? ' …' : ''}`);
    shownTo = end;
  }
  return { count: matches.length, passages };
}

function paragraphEdge(text: string, at: number, way: -1 | 1): number {
  if (way < 0) return Math.max(0, at - AROUND, text.lastIndexOf('\n\n', at) + 1);
  const end = text.indexOf('\n\n', at);
  return Math.min(text.length, at + AROUND, end < 0 ? text.length : end);
}

function escapePattern(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
