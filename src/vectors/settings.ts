import { z } from 'zod';
import type { Log } from '../base/log.ts';
import { block, secret, secretText, url } from '../config/index.ts';
import { type Embedder, remoteEmbedder } from './embedder.ts';
import { offlineEmbedder } from './offline.ts';

/** The setting that chooses an embedder: a field of `memory`, where people look for it. */
export const embedderField = z
  .strictObject({
    kind: z
      .enum(['offline', 'openai-compatible', 'none'])
      .default('offline')
      .describe(
        'What finds memories, notes and what was said by meaning: offline = on this machine, English, with the optional packages; ' +
          'openai-compatible = a service (OpenAI, Ollama); none = by words alone.',
      ),
    base_url: url('http', 'https').optional().meta({
      description: "The service's address (openai-compatible).",
      example: 'http://localhost:11434/v1',
    }),
    model: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The service's model (openai-compatible).", example: 'nomic-embed-text' }),
    ...secret('api_key', secretText().optional(), {
      description: 'The key of the service, where it wants one.',
      file: 'embeddings_api_key',
      example: '${EMBEDDINGS_API_KEY:-sk-example}',
    }),
  })
  .superRefine(({ kind, base_url, model }, ctx) => {
    if (kind !== 'openai-compatible') return;
    for (const [key, value] of Object.entries({ base_url, model })) {
      if (value !== undefined) continue;
      ctx.addIssue({ code: 'custom', path: [key], message: 'expected beside kind: openai-compatible' });
    }
  })
  .prefault({})
  .describe(
    'What turns texts into vectors. Another one builds its own in the background and is used when all are there.',
  );

export const embedderConfig = block(
  'memory',
  'What coda remembers of people over time, and how it finds it again.',
  z.strictObject({ embedder: embedderField }).prefault({}),
);

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
