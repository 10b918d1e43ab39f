import type { TxContext } from '../../../agent/index.ts';
import * as memories from '../store.ts';
import { skipAll } from './store.ts';

/** Time for which a note just made counts for the person's next words. */
const SHORTLY_MS = 30 * 60_000;

/** Remembers nothing of what was said in the conversation so far; gives how much is forgotten. What that took the place of holds again. */
export async function ignore({ tx, person, conversationId, clock }: TxContext): Promise<number> {
  const now = clock.now();
  await skipAll(tx, conversationId);
  const since = new Date(now.getTime() - SHORTLY_MS);
  const ids = await memories.lastNoted(tx, person.id, conversationId, since);
  await memories.setState(tx, person.id, await memories.superseded(tx, person.id, ids), 'current', { now });
  await memories.setState(tx, person.id, ids, 'deleted', { now });
  return ids.length;
}
