import { type Failed, failed } from '../../../agent/index.ts';
import type { Cache } from '../../../bus/index.ts';
import type { Egress } from '../../../egress/index.ts';
import type { Settings } from '../config.ts';
import { texts } from '../texts.ts';
import { duckDuckGo } from './duckduckgo.ts';
import type { Hit, SearchProvider } from './provider.ts';
import { brave, searxng, tavily } from './services.ts';

export type Found = { ok: true; provider: string; hits: Hit[] };

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

/** Asks one provider after the other until one can answer. */
export class Search {
  private readonly options: { providers: readonly SearchProvider[]; cache: Cache; keepMs: number };

  constructor(options: { providers: readonly SearchProvider[]; cache: Cache; keepMs: number }) {
    this.options = options;
  }

  async search(query: string, count: number, signal: AbortSignal): Promise<Found | Failed> {
    const { cache, keepMs } = this.options;
    const key = `search ${count} ${query.trim().replace(/\s+/g, ' ')}`;
    const load = (stop: AbortSignal) => this.ask(query, count, stop);
    return cache.once<Found | Failed>({ key, keepMs, keeps: ({ ok }) => ok, signal, load });
  }

  private async ask(query: string, count: number, signal: AbortSignal): Promise<Found | Failed> {
    let failure = failed('NOT_CONFIGURED', texts.noSearch, { remedy: texts.noSearchRemedy });
    for (const provider of this.options.providers) {
      const found = await provider.search(query, count, signal);
      if (found.ok) return { ok: true, provider: provider.title, hits: found.hits };
      // The last one is only what is left: what the configured one says is worth more.
      if (provider === this.options.providers[0]) failure = found;
      if (signal.aborted) break;
    }
    return failure;
  }
}
