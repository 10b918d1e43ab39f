import type { Skill, SkillDeps } from '../../chat/index.ts';
import { searchChecks, setup } from './check.ts';
import { config, type FirecrawlSettings, firecrawlConfig, type Settings } from './config.ts';
import { Firecrawl, firecrawlTools } from './firecrawl.ts';
import { Pages } from './page/pages.ts';
import { providersOf, Search } from './search/search.ts';
import { fetchTool, searchTool } from './tools.ts';
import { watchedPages } from './watched.ts';

export const web: Skill<Settings> = {
  name: 'web',
  config,
  ports: {
    provides: ({ egress, storage: { cache }, world, onClose, config: settings }) => ({
      pages: watchedPages({ egress, cache, world, onClose }, settings),
    }),
  },
  tools: (deps) => (deps.config.enabled ? toolsOf(deps) : []),
  views: { setup: async () => setup, checks: (deps) => (deps.config.enabled ? searchChecks(deps) : []) },
};

function toolsOf({ config: { cache: keepMs, timeout, max_size, per_host, search }, ...deps }: SkillDeps<Settings>) {
  const { egress, world } = deps;
  const { cache } = deps.storage;
  const limits = { timeoutMs: timeout, maxBytes: max_size, perHost: per_host };
  const pages = new Pages({ egress, cache, log: world.log, keepMs, ...limits });
  deps.onClose('pages', () => pages.close());
  const providers = providersOf(search, egress.allowingAll());
  if (providers.length === 0) return [fetchTool(pages, timeout)];
  return [fetchTool(pages, timeout), searchTool(new Search({ providers, cache, keepMs }))];
}

export const firecrawl: Skill<FirecrawlSettings> = {
  name: 'firecrawl',
  config: firecrawlConfig,
  tools({ config: settings, egress }) {
    if (settings.api_key === undefined && settings.base_url === undefined) return [];
    return firecrawlTools({ firecrawl: new Firecrawl(settings, egress.allowingAll()), egress });
  },
};
