import type { Instant } from '../base/clock.ts';
import { plural } from '../base/text.ts';
import type { World } from '../base/world.ts';
import type { Database, Transaction, WritesBesides } from '../storage/index.ts';
import { type AuditOrigin, detailOf, rowOf } from './entry.ts';
import * as store from './store.ts';

const BATCHES = 20;
const ENTRIES = 500;

export class Audit {
  private readonly database: Database;
  private readonly world: World;

  constructor(deps: { database: Database; world: World }) {
    this.database = deps.database;
    this.world = deps.world;
  }

  async seal(signal?: AbortSignal): Promise<number> {
    let sealed = 0;
    for (let count = 1; count > 0 && !signal?.aborted; sealed += count) {
      count = await store.seal(this.database, this.world.clock.now());
    }
    return sealed;
  }

  /** For the worker: seals as soon as a whole batch waits. The rest is sealed at night. */
  dueSource(): { name: string; earliest: string; fire(now: Instant): Promise<number> } {
    return { name: 'audit', earliest: store.FULL, fire: (now) => store.sealFull(this.database, now) };
  }

  batches(after: number): Promise<store.SealedBatch[]> {
    return store.sealedBatches(this.database, after, BATCHES);
  }

  entries(after: number): Promise<store.ExportedEntry[]> {
    return store.exportPage(this.database, after, ENTRIES);
  }
}

/** The actor and their place; without a person: whoever is at the machine. */
interface Actor {
  personId: string | undefined;
  origin: AuditOrigin;
}

type ActWorld = Pick<World, 'clock' | 'secrets'>;

const AT_TERMINAL: Actor = { personId: undefined, origin: 'terminal' };

/** Writes down, in the transaction of an act, that it is carried out at the terminal, or by a person at another place. */
export function appendAct(tx: Transaction, world: ActWorld, subject: string, detail: object, by = AT_TERMINAL): void {
  const entry = { action: 'control.run' as const, subject, ...by };
  store.append(tx, [rowOf({ ...entry, at: world.clock.now(), detail: detailOf(detail, world.secrets) })]);
}

/**
 * The same for an act that another room carries out in a transaction of its own, so that one is never there without the
 * other. `detail` of undefined: nothing came of it, and nothing is written.
 */
export function recordAct<R>(
  world: ActWorld,
  subject: string,
  detail: (result: R) => object | undefined,
  by = AT_TERMINAL,
): WritesBesides<R> {
  return (tx, result) => {
    const shown = detail(result);
    if (shown !== undefined) appendAct(tx, world, subject, shown, by);
  };
}

export interface AuditReport {
  ok: boolean;
  batches: number;
  entries: number;
  /** Entries whose details were removed with their person. */
  blanked: number;
  pruned: number;
  /** The newest seal, in hex: noted elsewhere, it proves later that nothing before it was changed. */
  head: string | undefined;
  problems: string[];
}

const MOST_PROBLEMS = 100;

/**
 * Goes through all batches, which `page` gives in order behind the number of the last; an empty page ends them. With
 * `head`, that seal must be one of the chain's.
 */
export async function verify(
  page: (after: number) => Promise<store.SealedBatch[]>,
  head?: string,
): Promise<AuditReport> {
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

function problemsOf({ n, count, found, lastAt, prunedBefore, intact, changed }: store.SealedBatch): string[] {
  if (prunedBefore !== null) {
    const isHonest = found === 0 && new Date(lastAt) < new Date(prunedBefore);
    return isHonest ? [] : [`Batch ${n} is marked as removed, and was not old enough or still has entries.`];
  }
  if (found !== count) return [`Batch ${n} has ${found} of ${plural(count, 'entry', 'entries')}.`];
  if (!intact) return [`Batch ${n}, or the seal before it, was changed.`];
  return changed > 0 ? [`Batch ${n} has ${plural(changed, 'entry', 'entries')} whose details were changed.`] : [];
}
