import { faultOf } from './fault.ts';
import type { ModelSettings } from './index.ts';

type Provider = ModelSettings['providers'][string];

/** What asking a provider for its list of models came to: that costs nothing, and shows address and key. */
export interface ProviderHealth {
  ok: boolean;
  says: string;
  remedy?: string;
}

/** Asks one provider. Never throws, and never says a key. */
export async function checkProvider(name: string, provider: Provider, signal: AbortSignal): Promise<ProviderHealth> {
  const { url, headers } = listing(provider);
  try {
    const response = await fetch(url, { headers, signal });
    await response.body?.cancel();
    const isPage = (response.headers.get('content-type') ?? '').includes('text/html');
    if (response.ok && !isPage) return { ok: true, says: `answers at ${new URL(url).host}` };
    const status = isPage && response.ok ? 404 : response.status;
    return wrong(
      name,
      provider,
      faultOf({ status, headers: response.headers }, name, { signal, silent: false }).fault,
      url,
    );
  } catch {
    return wrong(name, provider, 'transient', url);
  }
}

function listing({ kind, base_url, api_key }: Provider): { url: string; headers: Record<string, string> } {
  const base = base_url?.replace(/\/$/, '');
  if (kind === 'anthropic') {
    const headers = { 'x-api-key': api_key ?? '', 'anthropic-version': '2023-06-01' };
    return { url: `${base ?? 'https://api.anthropic.com'}/v1/models`, headers };
  }
  return {
    url: `${base ?? 'https://api.openai.com/v1'}/models`,
    headers: { authorization: `Bearer ${api_key ?? ''}` },
  };
}

function wrong(name: string, { kind }: Provider, fault: string, url: string): ProviderHealth {
  const { host } = new URL(url);
  if (fault === 'auth_expired') {
    return { ok: false, says: `${host} refuses the key`, remedy: `Mend models.providers.${name}.api_key.` };
  }
  if (fault === 'not_found') {
    const form = kind === 'anthropic' ? 'https://host (without /v1)' : 'https://host/v1';
    return {
      ok: false,
      says: `${host} does not speak the API of kind ${kind} there`,
      remedy: `Mend models.providers.${name}.base_url: ${form}.`,
    };
  }
  return {
    ok: false,
    says: `${host} does not answer`,
    remedy: `Look whether it runs, and at models.providers.${name}.base_url.`,
  };
}
