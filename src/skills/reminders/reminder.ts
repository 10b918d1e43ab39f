import type { Instant } from '../../base/clock.ts';

export type ReminderState = 'pending' | 'completed' | 'deleted';

/**
 * Policy on occurrences missed while coda was off. `late`: the reminder is said once, marked, a series with the number
 * of missed ones. `latest`: the same without counting. `skip`: nothing is said.
 */
export const CATCH_UPS = ['late', 'latest', 'skip'] as const;
export type CatchUp = (typeof CATCH_UPS)[number];

export const MOST_NAGS = 12;

export interface Reminder {
  id: string;
  personId: string;
  conversationId: string;
  text: string;
  /** RFC 5545 text of a series; undefined: once. */
  rule: string | undefined;
  /** IANA zone that it was made in, and is kept in. */
  zone: string;
  state: ReminderState;
  /** Next occurrence by its rule, whatever is snoozed. */
  plannedAt: Instant | undefined;
  /** When one occurrence that was put off speaks again, beside `plannedAt`. */
  snoozedUntil: Instant | undefined;
  snoozedOccurrence: Instant | undefined;
  /** When it was due, where quiet hours hold it until `snoozedUntil`. */
  heldSince: Instant | undefined;
  /** When it speaks next: the earlier of the two, computed by the database. */
  nextAt: Instant | undefined;
  /** Grows with each firing, also one that says nothing. */
  firing: number;
  lastAt: Instant | undefined;
  /** The last occurrence that it spoke of, or should have. */
  lastOccurrence: Instant | undefined;
  doneOccurrence: Instant | undefined;
  urgent: boolean;
  /** Minutes between its repetitions until it is done; undefined: it speaks once. */
  nag: number | undefined;
  /** Number of repetitions made or planned for this occurrence; a snooze resets it to 0. */
  nagged: number;
  /** Undefined: as it is configured for all. */
  catchUp: CatchUp | undefined;
  toDm: boolean;
  tainted: boolean;
  /** Grows with each change by the person, not with its speaking. */
  version: number;
  createdAt: Instant;
  completedAt: Instant | undefined;
}

/** Said, and neither completed nor put off: what "done" is about. */
export function isOpen(reminder: Reminder): boolean {
  const { lastOccurrence: last, doneOccurrence: done, snoozedOccurrence: snoozed, nagged } = reminder;
  if (reminder.state !== 'pending' || !last) return false;
  return !(done && done >= last) && !(nagged === 0 && snoozed && snoozed >= last);
}

/** Tells the worker when a reminder speaks; a hint, given after the commit. */
export type WakeAt = (at: Instant) => void;
