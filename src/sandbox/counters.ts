import type { Counter, Histogram, Metrics } from '../base/metrics.ts';
import type { SandboxFailure } from './failure.ts';
import type { ExecResult } from './port.ts';

/** Counters of sandboxes. */
export interface SandboxCounters {
  /** Programs that were run, by what became of them. */
  runs: Counter;
  /** From a program's start to its end. */
  running: Histogram;
  /** Sessions, by whether they were opened: `opened`, or the failure. */
  sessions: Counter;
}

export function sandboxCounters(metrics: Metrics): SandboxCounters {
  return {
    runs: metrics.counter('coda_sandbox_runs_total', 'Programs run in sandboxes.', ['outcome']),
    running: metrics.histogram('coda_sandbox_run_seconds', 'How long programs run in sandboxes.', []),
    sessions: metrics.counter('coda_sandbox_sessions_total', 'Sandboxes asked for.', ['outcome']),
  };
}

/** Counts one program. */
export function countRun({ runs, running }: SandboxCounters, result: ExecResult | SandboxFailure): void {
  runs.add({ outcome: outcomeOf(result) });
  if (result.ok) running.observe({}, result.durationMs / 1_000);
}

function outcomeOf(result: ExecResult | SandboxFailure): string {
  if (!result.ok) return result.code.toLowerCase();
  if (result.timedOut) return 'timed_out';
  if (result.oomKilled) return 'out_of_memory';
  return result.exitCode === 0 ? 'ok' : 'failed';
}
