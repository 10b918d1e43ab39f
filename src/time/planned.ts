import type { Instant } from '../base/clock.ts';
import { occurrences } from './occurrences.ts';
import type { Once, Recurring } from './types.ts';

/** When something planned happens: once, or by a rule whose first occurrence to come is `plannedAt`. */
export interface Planned {
  plannedAt: Instant;
  rule: string | undefined;
  zone: string;
}

/** The first occurrence strictly after `after`. */
export const nextOf = (rule: string, after: Instant): Instant | undefined =>
  occurrences(rule, { after }).next().value ?? undefined;

/** The plan of what was understood; undefined when a rule has nothing left to come. */
export function plannedFor(when: Once | Recurring, now: Instant): Planned | undefined {
  if (when.kind === 'once') return { plannedAt: when.at, rule: undefined, zone: when.zone };
  const plannedAt = nextOf(when.rule, now);
  return plannedAt && { plannedAt, rule: when.rule, zone: when.zone };
}

/** A plan as JSON, for a button that stands for one reading. */
export interface StoredPlan {
  at?: string | undefined;
  rule?: string | undefined;
  zone: string;
}

export const storedPlan = (when: Once | Recurring): StoredPlan =>
  when.kind === 'once' ? { at: when.at.toISOString(), zone: when.zone } : { rule: when.rule, zone: when.zone };

export function readPlan({ at, rule, zone }: StoredPlan, now: Instant): Planned | undefined {
  if (rule === undefined) return at === undefined ? undefined : { plannedAt: new Date(at), rule: undefined, zone };
  const plannedAt = nextOf(rule, now);
  return plannedAt && { plannedAt, rule, zone };
}

export interface Passed {
  /** The newest of them, oldest first; `first` itself is one. */
  at: Instant[];
  /** The one after `now`, if there is one. */
  next: Instant | undefined;
}

const FIRST_SPAN_MS = 3_600_000;
const SPAN_GROWTH = 8;

/**
 * The newest `most` occurrences of `rule` from `first` (one that is due) to `now`, and the next one. However long that
 * span is, only as much of it is walked as holds so many: a rule of every minute passes half a million in a year.
 */
export function passedOccurrences(
  rule: string,
  { first, now, most, zone }: { first: Instant; now: Instant; most: number; zone?: string },
): Passed {
  for (let span = FIRST_SPAN_MS; ; span *= SPAN_GROWTH) {
    const start = Math.max(first.getTime(), now.getTime() - span);
    const isAll = start === first.getTime();
    const at = isAll ? [first] : [];
    let next: Instant | undefined;
    for (const occurrence of occurrences(rule, { after: new Date(start), ...(zone !== undefined && { zone }) })) {
      if (occurrence > now) {
        next = occurrence;
        break;
      }
      at.push(occurrence);
    }
    if (isAll || at.length >= most) return { at: at.slice(-most), next };
  }
}
