import type { Json } from '../../base/json.ts';
import type { EventName } from '../../config/index.ts';
import type { Transaction } from '../../storage/index.ts';

/** Something that has happened. */
export interface Fact {
  name: EventName;
  /** The payload; `person` is the id of its subject. */
  data: Record<string, Json>;
  /** The row whose end it tells of. */
  inboxId?: string;
}

/** Port through which rooms raise events. */
export interface Raise {
  /** Adds in `tx` what its targets are told; sent after the commit. Nothing is written where nobody wants to know. */
  raise(tx: Transaction, facts: readonly Fact[]): Promise<void>;
}
