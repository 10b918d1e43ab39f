import type { ZoneChange } from '../people/index.ts';

/** Somebody's platform says that they live in another zone now, and where they can be told something alone. */
export interface Moved extends ZoneChange {
  conversationId: string;
}
