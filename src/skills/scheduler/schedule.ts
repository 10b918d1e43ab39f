import type { Instant } from '../../base/clock.ts';
import { occurrences } from '../../time/index.ts';

/** `done`: it was for once, and that is over. */
export type ScheduleState = 'on' | 'off' | 'done' | 'deleted';

/** What becomes of occurrences that were missed while coda was off: the latest is made up for, or none. */
export const MISSED = ['latest', 'skip'] as const;
export type Missed = (typeof MISSED)[number];

/** What a person has planned: each occurrence begins a turn of theirs. */
export interface PersonSchedule {
  /** Short: people type it. */
  id: string;
  personId: string;
  conversationId: string;
  title: string;
  /** The words that begin the turn; undefined where `run` does. */
  prompt: string | undefined;
  /** What runs, as `/name rest`. */
  run: string | undefined;
  /** RFC 5545 text; undefined: once. */
  rule: string | undefined;
  zone: string;
  missed: Missed;
  state: ScheduleState;
  nextAt: Instant | undefined;
  /** The turn of an occurrence has not ended. */
  isRunning: boolean;
  lastAt: Instant | undefined;
  lastOutcome: string | undefined;
  lastError: string | undefined;
  lastMs: number | undefined;
  /** In a row. */
  failures: number;
  tainted: boolean;
  version: number;
}

/** What the person decides of it: what an edit changes, and an undo brings back. */
export type Wish = Pick<
  PersonSchedule,
  'conversationId' | 'title' | 'prompt' | 'run' | 'rule' | 'zone' | 'missed' | 'state' | 'nextAt' | 'tainted'
>;

/** Occurrences that are looked at to find the smallest step of a rule. */
const LOOKED_AT = 60;

/** The shortest time between two occurrences of `rule` after `now`, in milliseconds. */
export function smallestStep(rule: string, now: Instant): number {
  let [smallest, before, seen] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const at of occurrences(rule, { after: now })) {
    smallest = Math.min(smallest, at.getTime() - before);
    before = at.getTime();
    if (++seen === LOOKED_AT) break;
  }
  return smallest;
}

/** Tells the worker that something is due; a hint, given after the commit. */
export type WakeAt = (at: Instant) => void;
