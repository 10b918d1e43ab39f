/** When a reminder speaks: pure functions over rules and instants. */
import type { Instant } from '../../base/clock.ts';
import { quietUntil } from '../../people/index.ts';
import { passedOccurrences } from '../../time/index.ts';
import type { CatchUp } from './config.ts';
import { isUnanswered, MOST_NAGS } from './reminder.ts';
import type { Due, NextPlan } from './store.ts';

/** Said this much after it was due, a reminder is marked late (or skipped). */
const LATE_MS = 60_000;

export interface Firing {
  reminder: Due;
  plan: NextPlan;
  /** When it was to be said: differs from `plan.occurrence` after a snooze, and where quiet hours have held it. */
  due: Instant;
  late: boolean;
  /** When it was due before quiet hours held it; undefined: they did not. */
  heldSince: Instant | undefined;
  missed: number;
}

/**
 * Plan of a due reminder at `now`: its text, and its next time, strictly after the current occurrence. Quiet hours hold
 * it: it says nothing and is put off until they end. `usual`: policy on missed occurrences where the reminder does not
 * have its own.
 */
export function planFiring(reminder: Due, now: Instant, usual: CatchUp): Firing {
  const catchUp = reminder.catchUp ?? usual;
  const { plannedAt, snoozedUntil, snoozedOccurrence } = reminder;
  const snoozeDue = snoozedUntil !== undefined && snoozedUntil <= now;
  const own = plannedAt && plannedAt <= now ? passed(reminder.rule, plannedAt, now) : undefined;
  // Both at once after a long stop: the newer one speaks for both.
  const occurrence = own?.newest ?? snoozedOccurrence ?? snoozedUntil ?? now;
  const due = own?.newest ?? snoozedUntil ?? now;
  const late = now.getTime() - due.getTime() > LATE_MS;
  const missed = own ? own.count - 1 + (snoozeDue ? 1 : 0) : 0;
  const heldSince = own ? undefined : reminder.heldSince;
  const plan = {
    id: reminder.id,
    plannedAt: own ? own.next : plannedAt,
    snoozedUntil: snoozeDue ? undefined : snoozedUntil,
    snoozedOccurrence: snoozeDue ? undefined : snoozedOccurrence,
    heldSince: snoozeDue ? undefined : reminder.heldSince,
    escalateAt: reminder.escalateAt,
    occurrence,
    // A reminder held by quiet hours is not skipped: it was not missed.
    said: !(late && catchUp === 'skip' && heldSince === undefined),
  };
  const firing = { reminder, due, late, heldSince, missed: catchUp === 'late' ? missed : 0 };
  const quietEnd = plan.said && reminder.quiet && !reminder.urgent ? quietUntil(reminder.quiet, now) : undefined;
  if (quietEnd) return { ...firing, plan: heldPlan(reminder, plan, quietEnd, heldSince ?? due) };
  const nag = nextNag(reminder, now, plan);
  const escalateAt = plan.said ? nextEscalation(reminder, now, occurrence) : plan.escalateAt;
  return {
    ...firing,
    plan: nag
      ? { ...plan, escalateAt, snoozedUntil: nag.at, snoozedOccurrence: occurrence, nagged: nag.nagged }
      : { ...plan, escalateAt, nagged: plan.snoozedUntil ? reminder.nagged : 0 },
  };
}

/**
 * When somebody else is told of what is said at `now`, unless it is answered: counted from its first time, not a repetition,
 * and anew where its person has answered what was said before.
 */
function nextEscalation(reminder: Due, now: Instant, occurrence: Instant): Instant | undefined {
  const { thenMinutes, escalateAt, nagged, snoozedOccurrence } = reminder;
  const isRepetition = nagged > 0 && snoozedOccurrence?.getTime() === occurrence.getTime();
  if (thenMinutes === undefined || isRepetition) return escalateAt;
  const at = new Date(now.getTime() + thenMinutes * MINUTE_MS);
  return escalateAt !== undefined && escalateAt < at && isUnanswered(reminder) ? escalateAt : at;
}

/** Nothing is said before `until`. What had been put off beyond it, or was held before, is spoken for by this occurrence. */
function heldPlan(reminder: Due, plan: Omit<NextPlan, 'nagged'>, until: Instant, heldSince: Instant): NextPlan {
  const isSame = reminder.snoozedOccurrence?.getTime() === plan.occurrence.getTime();
  const { occurrence } = plan;
  const nagged = isSame ? reminder.nagged : 0;
  return { ...plan, snoozedUntil: until, snoozedOccurrence: occurrence, heldSince, nagged, said: false };
}

const MOST_COUNTED = 1_000;

function passed(rule: string | undefined, first: Instant, now: Instant) {
  if (rule === undefined) return { newest: first, count: 1, next: undefined };
  const { at, next } = passedOccurrences(rule, { first, now, most: MOST_COUNTED + 1 });
  return { newest: at.at(-1) ?? first, count: at.length, next };
}

const MINUTE_MS = 60_000;

/**
 * The repetition that follows a firing at `now`: none after the last one, where the next occurrence comes sooner, or where
 * the person has put off an earlier occurrence.
 */
function nextNag(
  reminder: Due,
  now: Instant,
  plan: Omit<NextPlan, 'nagged'>,
): { at: Instant; nagged: number } | undefined {
  const { nag, urgent, quiet, rule } = reminder;
  if (nag === undefined || !plan.said) return undefined;
  if (plan.snoozedUntil && reminder.nagged === 0) return undefined;
  const isSame = reminder.snoozedOccurrence?.getTime() === plan.occurrence.getTime();
  const nagged = (isSame ? reminder.nagged : 0) + 1;
  if (nagged > MOST_NAGS) return undefined;
  const next = new Date(now.getTime() + nag * MINUTE_MS);
  const at = (quiet && !urgent && quietUntil(quiet, next)) || next;
  return rule !== undefined && plan.plannedAt && plan.plannedAt <= at ? undefined : { at, nagged };
}
