import type { SkillDeps } from '../../chat/index.ts';
import type { Settings } from './config.ts';
import { embedSoon } from './embed/job.ts';
import { offlineEmbedder } from './embed/offline.ts';
import type { Embedder } from './embed/port.ts';
import { remoteEmbedder } from './embed/remote.ts';
import { ignore } from './extract/ignore.ts';
import type { Service } from './keep.ts';
import { Recall } from './recall.ts';

/** What one coda's memory consists of. */
export interface Parts {
  recall: Recall;
  /** What memories get their vectors from; undefined: they are found by words alone. */
  embedder: Embedder | undefined;
  service: Service;
  changed(personId: string): void;
}

/** Puts memory together. */
export function partsOf(deps: Pick<SkillDeps<Settings>, 'database' | 'world' | 'jobs' | 'config' | 'onClose'>): Parts {
  const { database, jobs, world } = deps;
  const { embedder, others } = embeddersOf(deps.config.embedder);
  const embedders = [...(embedder ? [embedder] : []), ...others];
  const recall = new Recall({ database, world, embedders });
  const changed = (personId: string) => recall.changed(personId);
  deps.onClose('memory', async () => {
    recall.close();
    await Promise.all(embedders.map((each) => each.close()));
  });
  const service: Service = {
    recall,
    wrote: (tx, personId) => tx.afterCommit(() => changed(personId)),
    embedSoon: async (tx) => {
      if (embedder) await embedSoon(jobs, tx, world.clock.now());
    },
    ignore,
  };
  return { recall, embedder, service, changed };
}

/** The configured one, and those whose space may still be searched while its own is built. */
export function embeddersOf({ kind, base_url: baseUrl, model, api_key: apiKey }: Settings['embedder']) {
  if (kind === 'none') return { embedder: undefined, others: [] };
  const offline = offlineEmbedder();
  if (kind === 'offline') return { embedder: offline, others: [] };
  return { embedder: remoteEmbedder({ baseUrl: baseUrl ?? '', model: model ?? '', apiKey }), others: [offline] };
}
