import { CodaError, messageOf } from '../base/errors.ts';
import type { Finding, HealthCheck, Severity, Verdict } from './skill.ts';

const TIMEOUT_MS = 10_000;

export class Checks {
  private readonly added: HealthCheck[] = [];

  get checks(): readonly HealthCheck[] {
    return this.added;
  }

  add(checks: readonly HealthCheck[]): void {
    this.added.push(...checks);
  }

  /**
   * Runs all checks at once, each within 10 s; the worst comes first. A check that throws or times out is a finding as well.
   * One cause is told once.
   * Never rejects.
   */
  async run(): Promise<Finding[]> {
    const results = (await Promise.all(this.added.map(runCheck))).flat();
    return worstFirst(toldOnce(results).map(({ name, verdict }) => findingOf(name, verdict)));
  }
}

interface CheckedHealth {
  name: string;
  verdict: Verdict;
  threw?: boolean;
}

async function runCheck({ name, check }: HealthCheck): Promise<CheckedHealth[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const late = new Promise<Verdict>((resolve) => {
    signal.addEventListener('abort', () => resolve(tooLate()), { once: true });
  });
  try {
    const ownVerdict = await Promise.race([check(signal), late]);
    return [ownVerdict, ...(ownVerdict.also ?? [])].map((verdict) => ({ name, verdict }));
  } catch (error) {
    return [{ name, verdict: failedVerdict(error), threw: true }];
  }
}

function failedVerdict(error: unknown): Verdict {
  if (!(error instanceof CodaError)) return { ok: false, code: 'CHECK_FAILED', says: messageOf(error) };
  const { code, message, remedy } = error;
  return { ok: false, code, says: message, remedy };
}

const tooLate = (): Verdict => ({
  ok: false,
  code: 'CHECK_TIMEOUT',
  says: `did not answer within ${TIMEOUT_MS / 1_000} s`,
});

/** Without symptoms of what another check has found, and with what is over as a notice. Pure. */
function toldOnce(results: readonly CheckedHealth[]): CheckedHealth[] {
  const codes = new Set(results.filter(({ threw }) => !threw).map(({ verdict }) => verdict.code));
  const isAmiss = (part: string) => results.some(({ name, verdict }) => name === part && isBad(verdict));
  const reports = results.filter(({ verdict: { code, symptomOf = [] }, threw }, index) => {
    if (symptomOf.length > 0 && symptomOf.every(isAmiss)) return false;
    if (!threw || code === 'CHECK_FAILED') return true;
    // Every part stands on the database: that it is away is no news of each.
    return !codes.has(code) && results.findIndex((each) => each.threw && each.verdict.code === code) === index;
  });
  return reports.map((each) => {
    const { symptomOf = [], past } = each.verdict;
    if (!past || symptomOf.some(isAmiss)) return each;
    return { ...each, verdict: { ...each.verdict, ok: true, severity: 'notice' } };
  });
}

const isBad = (verdict: Verdict) => ['warning', 'error'].includes(severityOf(verdict));

function severityOf({ ok, severity }: Verdict): Severity {
  return severity ?? (ok ? 'ok' : 'error');
}

export function findingOf(name: string, verdict: Verdict): Finding {
  const { ok, code = ok ? 'OK' : codeOf(name), says, remedy } = verdict;
  return { name, ok, code, severity: severityOf(verdict), says, ...(remedy !== undefined && { remedy }) };
}

const ORDER: readonly Severity[] = ['error', 'warning', 'notice', 'ok', 'off'];

/** By severity; those of one severity keep their order. Pure. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

const codeOf = (name: string) => name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');

export function combineVerdicts(verdicts: readonly Verdict[], fine: string): Verdict {
  const [first, ...also] = verdicts;
  return first ? { ...first, ...(also.length > 0 && { also }) } : { ok: true, says: fine };
}
