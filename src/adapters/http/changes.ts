/**
 * Hints to open pages that something has changed, so that they read it again. A hint says what kind of thing, never which,
 * and may come twice or be lost: a page that opens or comes back reads everything.
 */

/** A kind of things: a collection's name, or another word that a page listens for. */
export type Change = string;

/** The readers of a hint: a person by their id, owners, or everybody who is signed in. */
export type ChangeReader = string | 'owners' | 'all';

export interface ListeningReader {
  personId: string;
  isOwner: boolean;
}

interface Listener extends ListeningReader {
  waiting: Set<Change>;
  hear(what: readonly Change[]): void;
}

export class Changes {
  private readonly listeners = new Set<Listener>();

  get isHeard(): boolean {
    return this.listeners.size > 0;
  }

  /** Calls `hear` from now on; equal hints of one turn of the event loop are one. The function returned stops it. */
  listen(reader: ListeningReader, hear: (what: readonly Change[]) => void): () => void {
    const listener: Listener = { ...reader, waiting: new Set(), hear };
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  tell(to: ChangeReader, what: Change): void {
    for (const listener of this.listeners) {
      if (!isFor(to, listener)) continue;
      if (listener.waiting.add(what).size === 1) setImmediate(() => this.flush(listener));
    }
  }

  private flush(listener: Listener): void {
    const what = [...listener.waiting];
    listener.waiting.clear();
    if (this.listeners.has(listener)) listener.hear(what);
  }
}

function isFor(to: ChangeReader, { personId, isOwner }: ListeningReader): boolean {
  return to === 'all' || (to === 'owners' ? isOwner : to === personId);
}
