/** From a person's words about time to what a reminder stores. */
import type { Instant } from '../../base/clock.ts';
import { type Once, parseDuration, parseWhen, type Recurring, type When, type WhenContext } from '../../time/index.ts';
import { nextOf } from './plan.ts';

/** When a reminder speaks: once, or by a rule whose first occurrence to come is `plannedAt`. */
export interface Schedule {
  plannedAt: Instant;
  rule: string | undefined;
  zone: string;
}

/** The schedule of what was understood; undefined when a rule has nothing left to come. */
export function scheduleOf(when: Once | Recurring, now: Instant): Schedule | undefined {
  if (when.kind === 'once') return { plannedAt: when.at, rule: undefined, zone: when.zone };
  const plannedAt = nextOf(when.rule, now);
  return plannedAt && { plannedAt, rule: when.rule, zone: when.zone };
}

/** A schedule as JSON, for a button that stands for one reading. */
export interface StoredSchedule {
  at?: string | undefined;
  rule?: string | undefined;
  zone: string;
}

export function storedSchedule(when: Once | Recurring): StoredSchedule {
  return when.kind === 'once' ? { at: when.at.toISOString(), zone: when.zone } : { rule: when.rule, zone: when.zone };
}

export function readSchedule({ at, rule, zone }: StoredSchedule, now: Instant): Schedule | undefined {
  if (rule === undefined) return at === undefined ? undefined : { plannedAt: new Date(at), rule: undefined, zone };
  const plannedAt = nextOf(rule, now);
  return plannedAt && { plannedAt, rule, zone };
}

/** `10 minutes`, `for an hour`, `until tomorrow`, `5pm`: a length of time counts from now. */
export function parsePutOff(words: string, ctx: WhenContext): When {
  const said = words.trim().replace(/^(?:for|until|till|til|to|by|another|again)\s+/i, '');
  const bare = said
    .replace(/^(?:another|in|a further)\s+/i, '')
    .replace(/^(?:a )?(?:bit|while|moment)$/i, '10 minutes');
  const length = /[a-z]/i.test(bare) ? parseDuration(bare) : undefined;
  return length === undefined ? parseWhen(said, ctx) : parseWhen(`in ${bare}`, ctx);
}
