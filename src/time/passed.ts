import type { Instant } from '../base/clock.ts';
import { occurrences } from './occurrences.ts';

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
