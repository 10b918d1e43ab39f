import type { Instant } from '../../base/clock.ts';
import { bool, Columns, type ItemOf, instant, int, optional, text, uuid } from '../../storage/index.ts';
import { delivery } from './fields/fields.ts';

export type ReminderState = 'pending' | 'completed' | 'deleted';

export const MOST_NAGS = 12;

export const reminders = new Columns({
  ...delivery.columns,
  id: text(),
  personId: uuid(),
  conversationId: uuid(),
  text: text(),
  /** RFC 5545 text of a series; undefined: once. */
  rule: optional(text()),
  /** IANA zone that it was made in, and is kept in. */
  zone: text(),
  state: text<ReminderState>(),
  /** Next occurrence by its rule, whatever is snoozed. */
  plannedAt: optional(instant()),
  /** When one occurrence that was put off speaks again, beside `plannedAt`. */
  snoozedUntil: optional(instant()),
  snoozedOccurrence: optional(instant()),
  /** When it was due, where quiet hours hold it until `snoozedUntil`. */
  heldSince: optional(instant()),
  /** When it speaks next: the earlier of the two, computed by the database. */
  nextAt: optional(instant()),
  /** Grows with each firing, also one that says nothing. */
  firing: int(),
  lastAt: optional(instant()),
  /** The last occurrence that it spoke of, or should have. */
  lastOccurrence: optional(instant()),
  doneOccurrence: optional(instant()),
  /** Number of repetitions made or planned for this occurrence; a snooze resets it to 0. */
  nagged: int(),
  /** Maker of a reminder that no person has made (`schedule:<id>`): one of each waits for Seen at a time. */
  source: optional(text()),
  /** Ends when somebody presses Seen, where it is told: a finding. Its text is told as it is. */
  seen: bool(),
  /** The target (`delivery/targets`) that is told; undefined: its conversation. */
  targetId: optional(text()),
  /** When `thenTarget` is told. Set each time that an occurrence speaks; a change by the person that answers it takes it away. */
  escalateAt: optional(instant()),
  tainted: bool(),
  /** Grows with each change by the person, not with its speaking. */
  version: int(),
  createdAt: instant(),
  completedAt: optional(instant()),
});

export type Reminder = ItemOf<typeof reminders>;

/** Columns that an act of a person sets beside `delivery`. */
export const standing = reminders.pick(
  'text',
  'rule',
  'zone',
  'state',
  'plannedAt',
  'snoozedUntil',
  'snoozedOccurrence',
  'doneOccurrence',
  'completedAt',
  'nagged',
  'tainted',
);

/** Columns of a reminder that its person has made for themselves. */
export const madeByPerson = {
  source: undefined,
  seen: false,
  targetId: undefined,
  escalateAt: undefined,
} as const;

/** Said, and neither completed nor put off: what "done" is about. */
export function isOpen(reminder: Reminder): boolean {
  const { lastOccurrence: last, doneOccurrence: done, snoozedOccurrence: snoozed, nagged } = reminder;
  if (reminder.state !== 'pending' || !last) return false;
  return !(done && done >= last) && !(nagged === 0 && snoozed && snoozed >= last);
}

/** Open, and not moved to a later time since it spoke. */
export const isWaiting = (reminder: Reminder): boolean =>
  isOpen(reminder) && (reminder.rule !== undefined || reminder.plannedAt === undefined);

/** True if what has spoken speaks again: put off, or moved to a later time. */
export const isPutOff = ({ state, plannedAt, rule, snoozedUntil }: Reminder): boolean =>
  state === 'pending' && (snoozedUntil !== undefined || (rule === undefined && plannedAt !== undefined));

/** Not answered: open, not said yet, or open beside a later occurrence that quiet hours hold. */
export function isUnanswered(reminder: Reminder): boolean {
  const { lastOccurrence: last, doneOccurrence: done, heldSince } = reminder;
  if (isWaiting(reminder) || last === undefined) return true;
  return reminder.state === 'pending' && heldSince !== undefined && !(done && done >= last);
}

/** A reminder that has been said and is not answered waits from `now` on. */
export const escalatedAt = (reminder: Reminder, minutes: number | undefined, now: Instant): Instant | undefined =>
  minutes !== undefined && isWaiting(reminder) ? new Date(now.getTime() + minutes * 60_000) : undefined;

export const isToldAlike = (one: Reminder, other: Reminder): boolean =>
  one.thenTarget === other.thenTarget && one.thenMinutes === other.thenMinutes;

/** Tells the worker when a reminder speaks; a hint, given after the commit. */
export type WakeAt = (at: Instant) => void;
