/** DuckDuckGo's page for browsers without scripts. */
import { failed } from '../../../agent/index.ts';
import { isUrl } from '../../../base/urls.ts';
import { type Egress, Endpoint } from '../../../egress/index.ts';
import { texts } from '../texts.ts';
import { type SearchProvider, tidied } from './provider.ts';

const LINK = /<a\b[^>]*class="[^"]*\bresult__a\b[^"]*"[^>]*>/g;
const SNIPPET = /class="[^"]*\bresult__snippet\b[^"]*"[^>]*>([\s\S]*?)<\/(?:a|div|td)>/;

export function duckDuckGo(egress: Egress, base = 'https://html.duckduckgo.com'): SearchProvider {
  const title = 'DuckDuckGo';
  const endpoint = new Endpoint(egress, { title, base, remedy: texts.turnedAwayRemedy });
  return {
    title,
    async search(query, count, signal) {
      const came = await endpoint.text({ path: 'html/', query: { q: query }, signal }, 'text/html');
      if (!came.ok) return came;
      const hits = tidied(hitsIn(came.text), count);
      if (hits.length > 0 || /no-results|No\s+results/i.test(came.text)) return { ok: true, hits };
      if (/anomaly|captcha|challenge/i.test(came.text))
        return failed('CAPTCHA', texts.turnedAway(title), { remedy: texts.turnedAwayRemedy });
      return endpoint.malformed();
    },
  };
}

/** Results of the page, without its advertisements. */
function* hitsIn(html: string): Generator<{ title: string; url: string; snippet: string }> {
  const links = [...html.matchAll(LINK)];
  for (const [index, { 0: tag, index: at }] of links.entries()) {
    const rest = html.slice(at + tag.length, links[index + 1]?.index ?? html.length);
    const href = /href="([^"]*)"/.exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const url = isUrl(href, 'https://duckduckgo.com') ? new URL(href, 'https://duckduckgo.com') : undefined;
    const isOwn = url?.hostname.endsWith('duckduckgo.com');
    const to = isOwn ? url?.searchParams.get('uddg') : url?.href;
    if (!to || url?.pathname === '/y.js') continue;
    yield { title: rest.split('</a>')[0] ?? '', url: to, snippet: SNIPPET.exec(rest)?.[1] ?? '' };
  }
}
