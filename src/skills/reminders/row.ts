import type { CatchUp, Reminder, ReminderState } from './reminder.ts';

/** A row of `reminders`. */
export interface ReminderRow {
  id: string;
  /** The order in which they were made. */
  seq: number;
  person_id: string;
  conversation_id: string;
  text: string;
  rule: string | null;
  zone: string;
  state: ReminderState;
  planned_at: Date | null;
  snoozed_until: Date | null;
  snoozed_occurrence: Date | null;
  held_since: Date | null;
  next_at: Date | null;
  firing: number;
  last_at: Date | null;
  last_occurrence: Date | null;
  done_occurrence: Date | null;
  urgent: boolean;
  nag_minutes: number | null;
  nagged: number;
  catch_up: CatchUp | null;
  to_dm: boolean;
  tainted: boolean;
  version: number;
  created_at: Date;
  changed_at: Date;
  completed_at: Date | null;
}

export function toReminder(row: ReminderRow): Reminder {
  return {
    id: row.id,
    personId: row.person_id,
    conversationId: row.conversation_id,
    text: row.text,
    rule: row.rule ?? undefined,
    zone: row.zone,
    state: row.state,
    plannedAt: row.planned_at ?? undefined,
    snoozedUntil: row.snoozed_until ?? undefined,
    snoozedOccurrence: row.snoozed_occurrence ?? undefined,
    heldSince: row.held_since ?? undefined,
    nextAt: row.next_at ?? undefined,
    firing: row.firing,
    lastAt: row.last_at ?? undefined,
    lastOccurrence: row.last_occurrence ?? undefined,
    doneOccurrence: row.done_occurrence ?? undefined,
    urgent: row.urgent,
    nag: row.nag_minutes ?? undefined,
    nagged: row.nagged,
    catchUp: row.catch_up ?? undefined,
    toDm: row.to_dm,
    tainted: row.tainted,
    version: row.version,
    createdAt: row.created_at,
    completedAt: row.completed_at ?? undefined,
  };
}
