import type { SealedBatch } from './store.ts';

/** The result of verifying the whole chain. */
export interface AuditReport {
  ok: boolean;
  batches: number;
  /** Sealed entries that are there. */
  entries: number;
  /** Entries whose details were removed with their person. */
  blanked: number;
  /** Batches whose entries were old enough to go. */
  pruned: number;
  /** The newest seal, in hex: noted elsewhere, it proves later that nothing before it was changed. */
  head: string | undefined;
  /** Problems, one sentence each; the first of many. */
  problems: string[];
}

const MOST_PROBLEMS = 100;

/**
 * Goes through all batches, which `page` gives in order behind the number of the last; an empty page ends them. With
 * `head`, that seal must be one of the chain's.
 */
export async function verify(page: (after: number) => Promise<SealedBatch[]>, head?: string): Promise<AuditReport> {
  const report: AuditReport = {
    ok: true,
    batches: 0,
    entries: 0,
    blanked: 0,
    pruned: 0,
    head: undefined,
    problems: [],
  };
  let isKnown = head === undefined;
  let after = 0;
  for (let batches = await page(after); batches.length > 0; batches = await page(after)) {
    for (const batch of batches) {
      if (batch.n !== after + 1) report.problems.push(`Batch ${after + 1} is missing.`);
      report.problems.push(...problemsOf(batch));
      report.batches++;
      report.entries += batch.found;
      report.blanked += batch.blanked;
      report.pruned += batch.prunedBefore === null ? 0 : 1;
      report.head = batch.hash;
      isKnown ||= batch.hash === head;
      after = batch.n;
    }
    report.problems.splice(MOST_PROBLEMS);
  }
  if (!isKnown) report.problems.push(`The seal ${head} is none of this log's.`);
  return { ...report, ok: report.problems.length === 0 };
}

function problemsOf({ n, count, found, lastAt, prunedBefore, intact, changed }: SealedBatch): string[] {
  if (prunedBefore !== null) {
    const isHonest = found === 0 && new Date(lastAt) < new Date(prunedBefore);
    return isHonest ? [] : [`Batch ${n} is marked as removed, and was not old enough or still has entries.`];
  }
  if (found !== count) return [`Batch ${n} has ${found} of ${count} entries.`];
  if (!intact) return [`Batch ${n}, or the seal before it, was changed.`];
  return changed > 0 ? [`Batch ${n} has ${changed} entries whose details were changed.`] : [];
}
