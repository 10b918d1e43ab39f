import type { Instant } from '../base/clock.ts';
import { occurrences } from '../time/index.ts';

/** Local wall times (`HH:MM`) between which nothing but what is urgent is said, and the zone that they are meant in. */
export interface QuietHours {
  from: string;
  to: string;
  zone: string;
}

/**
 * The end of quiet hours, when `now` lies in them. Wall times of `zone`, right across clock changes. It holds for all that
 * coda says by itself: reminders, and the answers of schedules.
 */
export function quietUntil({ from, to, zone }: QuietHours, now: Instant): Instant | undefined {
  const next = (wall: string) =>
    occurrences(`DTSTART;TZID=${zone}:20000101T${wall.replace(':', '')}00\nRRULE:FREQ=DAILY`, { after: now }).next()
      .value ?? undefined;
  const [start, end] = [next(from), next(to)];
  // Inside, the end comes before the next beginning.
  return start && end && end < start ? end : undefined;
}
