import { BoundedMap } from '../base/bounded.ts';
import type { Transaction } from '../storage/index.ts';
import type { Place } from './adapter.ts';
import { placesOf } from './conversations/store.ts';

const REMEMBERED = 10_000;

/** Cache of the places of conversations. A conversation never moves, so that its place is read once. */
export class PlaceBook {
  private readonly known = new BoundedMap<string, Place>(REMEMBERED);

  async find(tx: Transaction, conversationIds: readonly string[]): Promise<Map<string, Place>> {
    const found = new Map<string, Place>();
    for (const id of conversationIds) {
      const place = this.known.get(id);
      if (place) found.set(id, place);
    }
    const unknown = conversationIds.filter((id) => !found.has(id));
    if (unknown.length === 0) return found;
    for (const [id, place] of await placesOf(tx, unknown)) {
      this.known.set(id, place);
      found.set(id, place);
    }
    return found;
  }
}
