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

/** `16:30`, `at 6pm`: a time of day and no day. */
const CLOCK_ALONE =
  /^(?:at |to |for )?(\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|a\.m\.|p\.m\.)?|(?:half past|quarter past|quarter to) \w+|noon|midday)$/i;

/** A time of day, on the day of `at`: who moves Wednesday's dentist to 16:30 means Wednesday. Else undefined. */
export function onDayOf(at: Instant, words: string, ctx: WhenContext): When | undefined {
  const clock = CLOCK_ALONE.exec(words.trim())?.[1];
  if (clock === undefined) return undefined;
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: ctx.zone }).format(at);
  const when = parseWhen(`${day} at ${clock}`, ctx);
  return when.kind === 'reject' ? undefined : when;
}

/** The rule with another time of day; undefined for one that has several, or none. */
export function atOtherTime(rule: string, at: Instant, zone: string): string | undefined {
  if (/BYHOUR|BYMINUTE|BYSECOND|FREQ=(?:HOURLY|MINUTELY|SECONDLY)/.test(rule)) return undefined;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(at);
  return rule.replace(/^(DTSTART[^\n]*T)\d{6}/, `$1${clock.replaceAll(':', '')}`);
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
