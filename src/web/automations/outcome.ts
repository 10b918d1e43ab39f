/** Outcomes of a schedule's runs, in words. */
import { whenText } from '../app/format.ts';
import type { Schedule } from './draft.ts';

export const OUTCOMES: Readonly<Record<string, string>> = {
  done: 'went well',
  failed: 'failed',
  expired: 'was too late',
  cancelled: 'was stopped',
  skipped: 'was skipped',
  interrupted: 'was cut off',
  running: 'runs',
  waiting: 'waits',
};

export const BAD_OUTCOMES: ReadonlySet<string> = new Set(['failed', 'expired', 'interrupted']);

const FINDINGS: Readonly<Record<string, string>> = {
  gathered: 'kept for the digest',
  nothing: 'nothing to tell',
  same: 'as before, nothing said',
  'not met': 'not the case, nothing said',
  'not now': 'not in its hours, nothing said',
  'first look': 'the first look',
  flapping: 'changes too often to tell each time',
};

type Rule = NonNullable<Schedule['watch']>['rule'];

/** `45 is not below 40`, `45 is below 40, not yet often enough`; undefined for a rule that needs no number. */
function comparedWords(output: string, { is, number }: Pick<Rule, 'is' | 'number'>): string | undefined {
  const value = Number(output);
  if ((is !== 'above' && is !== 'below') || number === undefined || output.trim() === '' || Number.isNaN(value))
    return undefined;
  const isMet = is === 'above' ? value > number : value < number;
  return isMet ? `${output} is ${is} ${number}, not yet often enough` : `${output} is not ${is} ${number}`;
}

/** `45 is not below 40: nothing said`; `rule`: of the schedule as it is now. */
export function findingWords(finding: string, output: string | null, rule?: Pick<Rule, 'is' | 'number'>): string {
  const isShort = output !== null && output.length <= 40 && !output.includes('\n');
  const compared = finding === 'not met' && isShort && rule ? comparedWords(output, rule) : undefined;
  if (compared !== undefined) return `${compared}: nothing said`;
  return `${isShort ? `${output}: ` : ''}${FINDINGS[finding] ?? finding}`;
}

type LastRun = Pick<Schedule, 'running' | 'last_at' | 'last_outcome' | 'failures'>;

/** True if the outcome, its error and its length are those of the run that began at `last_at`. */
export const isEnded = ({ running, last_outcome: outcome }: LastRun): boolean => !running && outcome !== 'skipped';

/** `went well 09:00`; while it runs the outcome is still that of the run before, which is not said. */
export function lastRunWords(schedule: LastRun): string {
  const { running, last_at: at, last_outcome: outcome, failures } = schedule;
  const inRow = failures > 1 ? `, ${failures} failures in a row` : '';
  if (running) return `running${at === null ? '' : ` since ${whenText(at)}`}${inRow}`;
  if (outcome === 'skipped') return `was skipped${at === null ? '' : `, last ran ${whenText(at)}`}${inRow}`;
  if (at === null) return 'has not run yet';
  return `${OUTCOMES[outcome ?? ''] ?? outcome ?? 'runs'} ${whenText(at)}${inRow}`;
}
