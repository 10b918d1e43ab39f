import type { SkillDeps } from '../../chat/index.ts';
import { embedSoon } from '../../vectors/index.ts';
import { ignore } from './extract/ignore.ts';
import type { Service } from './keep.ts';
import { Recall } from './recall.ts';

/** Parts of one coda's memory. */
export interface Parts {
  recall: Recall;
  service: Service;
  changed(personId: string): void;
}

/** Puts memory together. */
export function partsOf(deps: Pick<SkillDeps, 'database' | 'world' | 'jobs' | 'embedders' | 'onClose'>): Parts {
  const { database, jobs, world } = deps;
  const { embedder, embedders } = deps.embedders;
  const recall = new Recall({ database, world, embedders });
  const changed = (personId: string) => recall.changed(personId);
  deps.onClose('memory', async () => recall.close());
  const service: Service = {
    recall,
    wrote: (tx, personId) => tx.afterCommit(() => changed(personId)),
    embedSoon: async (tx, personId) => {
      if (embedder) await embedSoon(jobs, tx, 'memory', world.clock.now(), personId);
    },
    ignore,
  };
  return { recall, service, changed };
}
