import type { Transaction } from '../../storage/index.ts';
import type { StepEnd } from './store.ts';

export interface StepResult extends StepEnd {
  alsoWrite?(tx: Transaction): Promise<void>;
}

export type BeginOutcome =
  | { ok: true; run: string; proposalId: string }
  | { ok: false; why: 'busy' | 'nothing' | 'unknown' };

/** Ends a run: the reason is told to its owner. */
export class RefusedRun extends Error {
  readonly isWithdrawn: boolean;

  constructor(message: string, isWithdrawn = false) {
    super(message);
    this.name = 'RefusedRun';
    this.isWithdrawn = isWithdrawn;
  }
}
