import type { SendOutcome } from '../adapter.ts';

/** So many failed sends in a row are no fault of one part. */
const OUTAGE = 3;

/** Counts how many sends of each adapter have failed one after another. */
export class Outages {
  private readonly failing = new Map<string, number>();

  /** Counts an outcome. True for the first answer after an outage: what waits with a back-off can go. */
  ends(adapter: string, outcome: SendOutcome): boolean {
    const failed = outcome.kind === 'unknown' || (outcome.kind === 'retry' && outcome.afterMs === undefined);
    const failures = this.failing.get(adapter) ?? 0;
    this.failing.set(adapter, failed ? failures + 1 : 0);
    return !failed && failures >= OUTAGE;
  }
}
