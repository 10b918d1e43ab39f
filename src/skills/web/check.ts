/** Search services that the owner has configured: asked by `coda doctor`, and by the card before one is written down. */
import { DAY_MS } from '../../base/clock.ts';
import type {
  HealthCheck,
  SetupAnswers,
  SetupCard,
  SetupDeps,
  SetupVerdict,
  SkillDeps,
  Verdict,
} from '../../chat/index.ts';
import { config, type Settings } from './config.ts';
import type { SearchProvider } from './search/provider.ts';
import { providersOf } from './search/search.ts';
import { setupTexts } from './texts.ts';

/** Asks for one result, which most services count. */
async function checkProvider(provider: SearchProvider, signal: AbortSignal): Promise<Verdict> {
  const answer = await provider.search('coda', 1, signal);
  if (answer.ok) return { ok: true, says: setupTexts.answers(provider.title) };
  return { ok: false, code: 'SEARCH', says: answer.message, ...remedyOf(answer) };
}

const remedyOf = ({ remedy }: { remedy?: string | undefined }) => (remedy === undefined ? {} : { remedy });

/** A check for each configured service. Services that answered are not asked again for a day: a search costs. */
export function searchChecks({ config: settings, egress, world: { clock } }: SkillDeps<Settings>): HealthCheck[] {
  const { duckduckgo, ...configured } = settings.search;
  const search = { ...configured, duckduckgo: { ...duckduckgo, enabled: false } };
  return providersOf(search, egress.allowingAll()).map((provider) => {
    let last: { at: number; verdict: Verdict } | undefined;
    return {
      name: `search ${provider.title}`,
      async check(signal) {
        const now = clock.monotonic();
        if (last && now - last.at < DAY_MS) return last.verdict;
        const verdict = await checkProvider(provider, signal);
        last = verdict.ok ? { at: now, verdict } : undefined;
        return verdict;
      },
    };
  });
}

const SERVICES = [
  { value: 'searxng', label: setupTexts.searxng },
  { value: 'brave', label: 'Brave Search' },
  { value: 'tavily', label: 'Tavily' },
];
const PLACE = ['web', 'search', ':service'];

export const setup: SetupCard = {
  id: 'search',
  title: setupTexts.title,
  about: setupTexts.about,
  docs: 'docs/web.md',
  place: PLACE,
  fields: [
    { key: 'service', label: setupTexts.service, kind: 'choice', choices: SERVICES, usual: 'searxng' },
    {
      key: 'url',
      label: setupTexts.url,
      hint: setupTexts.urlPlace,
      kind: 'url',
      when: { of: 'service', is: ['searxng'] },
      path: [...PLACE, 'base_url'],
    },
    {
      key: 'key',
      label: setupTexts.key,
      hint: setupTexts.keyPlace,
      kind: 'secret',
      when: { of: 'service', is: ['brave', 'tavily'] },
      path: [...PLACE, 'api_key'],
      env: ':service_API_KEY',
    },
  ],
  check: checkService,
};

async function checkService(
  { service = '', url, key }: SetupAnswers,
  { egress, current, signal }: SetupDeps,
): Promise<SetupVerdict> {
  const base_url = url ?? current(...['web', 'search', service, 'base_url']);
  const own = { ...(key === undefined ? {} : { api_key: key }), ...(base_url === undefined ? {} : { base_url }) };
  const read = config.schema.safeParse({ search: { [service]: own, duckduckgo: { enabled: false } } });
  const [provider] = read.success ? providersOf(read.data.search, egress.allowingAll()) : [];
  const field = url === undefined ? 'key' : 'url';
  if (!provider) return { ok: false, field, says: setupTexts.notAddress };
  const { ok, says, remedy } = await checkProvider(provider, signal);
  return ok ? { ok, says } : { ok, field, says, remedy };
}
