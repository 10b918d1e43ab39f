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
