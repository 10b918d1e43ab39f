import { DAY_MS, type Instant } from '../../base/clock.ts';
import type { SpentAlong, SpentDays } from './store.ts';

/** A month, and what zones and clocks may differ by. */
const DAYS = 33;
/** A day is over everywhere (UTC-12), and what its last answers cost is written. */
const OVER_MS = 14 * 3_600_000;

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/**
 * Sums of all people's costs on days that are over. A process reads them once: with each message, a month of everybody's rows would be
 * read, 11,000 of them (4 ms) among 300,000 people. Erasures and merges of persons leave them as they are.
 */
export class DaySums {
  private readonly over = new Map<string, readonly [price: number, dearest: number]>();
  /** The first day that is not held; '': none is. */
  private next = '';

  /** Days that a statement has to read at `now`, and what completes its answer with the others. */
  beginReading(now: Instant): { days: string[]; complete(along: SpentAlong): SpentDays } {
    const at = now.getTime();
    const ended = dayOf(at - OVER_MS);
    const first = dayOf(at - DAYS * DAY_MS);
    const readFrom = this.next < ended ? this.next : ended;
    const days = Array.from({ length: DAYS + 2 }, (_, back) => dayOf(at + (1 - back) * DAY_MS)).filter(
      (day) => day >= readFrom,
    );
    // As they are now: what is dropped meanwhile is not read by this statement.
    const before = [...this.over].filter(([day]) => day >= first && day < readFrom);
    return {
      days,
      complete: ({ own, all }) => {
        for (const [day, sums] of Object.entries(all)) if (day < ended) this.over.set(day, sums);
        for (const day of this.over.keys()) if (day < first) this.over.delete(day);
        if (ended > this.next) this.next = ended;
        const sums = Object.fromEntries([...before, ...Object.entries(all)]);
        const allDays = new Set([...Object.keys(sums), ...Object.keys(own)]);
        return Object.fromEntries(
          [...allDays].map((day) => {
            const [[person, isTold], [price, dearest]] = [own[day] ?? [0, false], sums[day] ?? [0, 0]];
            return [day, [person, price, isTold, dearest]];
          }),
        );
      },
    };
  }
}
