import type { Log } from '../base/log.ts';
import { type Embedder, remoteEmbedder } from './embedder.ts';
import { offlineEmbedder } from './offline.ts';

export interface EmbedderSettings {
  kind: 'offline' | 'openai-compatible' | 'none';
  base_url?: string | undefined;
  model?: string | undefined;
  api_key?: string | undefined;
}

export interface Embedders {
  /** The configured one; undefined: texts are found by words alone. */
  embedder: Embedder | undefined;
  /** Embedders whose spaces can be searched: also where the configured one's is still being built. */
  embedders: readonly Embedder[];
}

export function embeddersOf(settings: EmbedderSettings, log?: Log): Embedders {
  const { kind, base_url: baseUrl, model, api_key: apiKey } = settings;
  if (kind === 'none') return { embedder: undefined, embedders: [] };
  const offline = offlineEmbedder({ log });
  if (kind === 'offline') return { embedder: offline, embedders: [offline] };
  const embedder = remoteEmbedder({ baseUrl: baseUrl ?? '', model: model ?? '', apiKey });
  return { embedder, embedders: [embedder, offline] };
}
