import type { SkillDeps } from '../../chat/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { embedGathered, embedJob, embedSoon, Nearest, type NearText } from '../../vectors/index.ts';
import type { Settings } from './config.ts';
import { ContextNotes } from './context.ts';
import { source } from './meaning/store.ts';
import type { Note } from './note.ts';

export type WrittenNote = Pick<Note, 'personId' | 'scope' | 'tags' | 'deleted'>;

/** Call it with each note that is written, as it was and as it is, in the transaction that writes it. */
export type OnWrite = (tx: Transaction, ...notes: readonly WrittenNote[]) => Promise<void>;

export interface Services {
  context: ContextNotes;
  meaning: Meaning;
  onWrite: OnWrite;
}

export function servicesOf(deps: SkillDeps<Settings>): Services {
  const context = new ContextNotes(deps);
  const meaning = new Meaning(deps);
  const onWrite: OnWrite = async (tx, ...notes) => {
    for (const note of notes) context.onWrite(tx, note);
    const last = notes.at(-1);
    if (last && !last.deleted) await meaning.embedGathered(tx, last.personId);
  };
  return { context, meaning, onWrite };
}

/** Milliseconds that a search waits for the vector of its words; the first use loads the embedder. */
const PATIENCE_MS = 800;
const MOST_NEAR = 200;

type Deps = Pick<SkillDeps, 'database' | 'world' | 'work' | 'models' | 'onClose'>;

export class Meaning {
  private readonly deps: Deps;
  private readonly nearest: Nearest;

  constructor(deps: Deps) {
    const { database, world } = deps;
    const { embedders } = deps.models;
    this.deps = deps;
    this.nearest = new Nearest('note', { database, world, embedders: embedders.embedders });
    deps.onClose('notes', async () => this.nearest.close());
  }

  /** The person's notes that are nearest to a question, nearest first. Await it before the transaction. */
  nearTexts(personId: string, question: string): Promise<NearText[]> {
    return this.nearest.search(personId, question, MOST_NEAR, PATIENCE_MS);
  }

  async embedGathered(tx: Transaction, personId: string): Promise<void> {
    const { world } = this.deps;
    const { embedders } = this.deps.models;
    const { jobs } = this.deps.work;
    if (embedders.embedder) await embedGathered(jobs, tx, 'note', world.clock.now(), personId);
  }

  async embedSoon(tx: Transaction, personId?: string): Promise<void> {
    const { world } = this.deps;
    const { embedders } = this.deps.models;
    const { jobs } = this.deps.work;
    if (embedders.embedder) await embedSoon(jobs, tx, 'note', world.clock.now(), personId);
  }

  job(): JobHandler {
    const { database, world, work, models } = this.deps;
    return embedJob({ database, world, jobs: work.jobs, ...models.embedders, source });
  }
}
