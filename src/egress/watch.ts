import { type EgressFailure, failure, thrown } from './failure.ts';

/** Ends a request when a time is up or its caller stops it. Its timers hold the request: no garbage collection ends them. */
export class Watch implements Disposable {
  private readonly controller = new AbortController();
  private readonly whole: NodeJS.Timeout;
  private readonly parent: AbortSignal | undefined;
  private readonly host: string;
  private phase: NodeJS.Timeout | undefined;

  /** `totalMs` counts from here. `host` is what messages call the server. */
  constructor(host: string, totalMs: number, parent: AbortSignal | undefined) {
    this.host = host;
    this.parent = parent;
    this.whole = setTimeout(() => this.late('the answer is not complete'), totalMs);
    if (parent?.aborted) this.cancel();
    else parent?.addEventListener('abort', this.cancel, { once: true });
  }

  /** Aborts with the error that the failure is thrown as. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Gives what follows `ms`; ends what was limited before. */
  within(ms: number, what: string): void {
    this.release();
    this.phase = setTimeout(() => this.late(what), ms);
  }

  /** Ends the limit of `within`. */
  release(): void {
    clearTimeout(this.phase);
  }

  late(what: string): void {
    this.end(failure('EGRESS_TIMEOUT', `${this.host} is too slow: ${what}.`));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.whole);
    this.release();
    this.parent?.removeEventListener('abort', this.cancel);
  }

  private readonly cancel = () => this.end(failure('CANCELLED', `The request to ${this.host} was stopped.`));

  private end(why: EgressFailure): void {
    this.controller.abort(thrown(why));
  }
}
