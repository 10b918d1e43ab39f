import type { SkillDeps } from '../../chat/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { Settings } from './config.ts';
import { ContextNotes } from './context.ts';
import { Meaning } from './meaning/index.ts';
import type { Note } from './note.ts';

export type Written = Pick<Note, 'personId' | 'scope' | 'tags' | 'deleted'>;

/** Call it with each note that is written, as it was and as it is, in the transaction that writes it. */
export type Wrote = (tx: Transaction, ...notes: readonly Written[]) => Promise<void>;

/** Parts shared by the hooks of one coda's notes. */
export interface Parts {
  context: ContextNotes;
  meaning: Meaning;
  wrote: Wrote;
}

export function partsOf(deps: SkillDeps<Settings>): Parts {
  const context = new ContextNotes(deps);
  const meaning = new Meaning(deps);
  const wrote: Wrote = async (tx, ...notes) => {
    for (const note of notes) context.wrote(tx, note);
    const last = notes.at(-1);
    if (last && !last.deleted) await meaning.embedGathered(tx, last.personId);
  };
  return { context, meaning, wrote };
}
