import { messageOf } from '../base/errors.ts';
import type { Finding, HealthCheck } from './skill.ts';

const TIMEOUT_MS = 10_000;

/** The health checks of every part, in the order in which they were added. */
export class Checks {
  private readonly added: HealthCheck[] = [];

  get all(): readonly HealthCheck[] {
    return this.added;
  }

  add(checks: readonly HealthCheck[]): void {
    this.added.push(...checks);
  }

  /** Runs all checks at once, each within 10 s. A check that throws or times out is a finding as well. Never rejects. */
  run(): Promise<Finding[]> {
    return Promise.all(
      this.added.map(async ({ name, check }): Promise<Finding> => {
        try {
          return { name, ...(await check(AbortSignal.timeout(TIMEOUT_MS))) };
        } catch (error) {
          return { name, ok: false, says: messageOf(error) };
        }
      }),
    );
  }
}
