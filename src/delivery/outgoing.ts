import type { Instant } from '../base/clock.ts';
import type { Transaction } from '../storage/index.ts';
import type { Card } from './content.ts';

/** Something to say, before it has become parts. */
export interface Outgoing {
  /** Unique for what is said: adding it a second time adds nothing. */
  key: string;
  conversationId: string;
  /** Whom it is for: who may press its buttons, and whose DM it falls back to when the place is gone. */
  personId: string;
  card: Card;
  /** Not before this instant (quiet hours); else at once. */
  notBefore?: Instant;
  tainted?: boolean;
}

/** Where rooms put what is to be said outside an answer: reminders, alerts, reports. */
export interface Outbox {
  /**
   * Adds in `tx`, as a set and in one or two statements however many; delivery begins after its commit. A key that is
   * already there is left as it is; with other content that is a bug and is logged.
   */
  addAll(tx: Transaction, messages: readonly Outgoing[]): Promise<void>;
}
