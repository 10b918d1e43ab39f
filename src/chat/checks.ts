import { messageOf } from '../base/errors.ts';
import type { Finding, HealthCheck, Verdict } from './skill.ts';

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
  async run(): Promise<Finding[]> {
    return (await Promise.all(this.added.map(findingsOf))).flat();
  }
}

async function findingsOf({ name, check }: HealthCheck): Promise<Finding[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const late = new Promise<Verdict>((resolve) => {
    signal.addEventListener('abort', () => resolve(tooLate()), { once: true });
  });
  try {
    const found = await Promise.race([check(signal), late]);
    return [found, ...(found.also ?? [])].map((verdict) => findingOf(name, verdict));
  } catch (error) {
    return [findingOf(name, { ok: false, code: 'CHECK_FAILED', says: messageOf(error) })];
  }
}

const tooLate = (): Verdict => ({
  ok: false,
  code: 'CHECK_TIMEOUT',
  says: `did not answer within ${TIMEOUT_MS / 1_000} s`,
});

/** A verdict with what it has left out. */
export function findingOf(name: string, verdict: Verdict): Finding {
  const { also: _, ok, code = ok ? 'OK' : codeOf(name), severity = ok ? 'ok' : 'error', ...rest } = verdict;
  return { name, ok, code, severity, ...rest };
}

/** `dead letters` → `DEAD_LETTERS`. */
const codeOf = (name: string) => name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');

/** Several verdicts of one check as one; `fine` where there are none. */
export function together(verdicts: readonly Verdict[], fine: string): Verdict {
  const [first, ...also] = verdicts;
  return first ? { ...first, ...(also.length > 0 && { also }) } : { ok: true, says: fine };
}
