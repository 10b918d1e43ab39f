import type { Transaction } from '../../storage/index.ts';
import type { Found, RunState, Step } from './store.ts';

export interface StepResult {
  next: Step;
  found: Found;
  state?: RunState;
  reason?: string;
  also?(tx: Transaction): Promise<void>;
}

export type Begun = { ok: true; run: string; proposalId: string } | { ok: false; why: 'busy' | 'nothing' | 'unknown' };

/** Ends a run: the reason is told to its owner. */
export class Refused extends Error {
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
