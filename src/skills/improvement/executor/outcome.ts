/** Outcome of a run's step. */
import type { Transaction } from '../../../storage/index.ts';
import type { Found, RunState, Step } from './store.ts';

export interface StepResult {
  next: Step;
  found: Found;
  state?: RunState;
  reason?: string;
  /** Further writes in the transaction that stores it. */
  also?(tx: Transaction): Promise<void>;
}

/** Result of a request for a run. */
export type Begun = { ok: true; run: string; proposalId: string } | { ok: false; why: 'busy' | 'nothing' | 'unknown' };

/** Ends a run: the reason is told to its owner. */
export class Refused extends Error {
  /** The proposal does not count any more. */
  readonly isWithdrawn: boolean;

  constructor(message: string, isWithdrawn = false) {
    super(message);
    this.name = 'Refused';
    this.isWithdrawn = isWithdrawn;
  }
}

/** Something outside does not answer: the step is tried again later. */
export class Later extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Later';
  }
}
