import { AsyncLocalStorage } from 'node:async_hooks';

/** Knows on whose behalf something runs: every log line that is written inside `run` carries its id. */
export class Trace {
  private readonly inside = new AsyncLocalStorage<string>();

  /** Runs `work` and all that it causes under `id`. */
  run<T>(id: string, work: () => T): T {
    return this.inside.run(id, work);
  }

  get id(): string | undefined {
    return this.inside.getStore();
  }
}
