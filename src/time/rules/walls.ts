/** Rules of calendars, played on the clock on the wall: its zone need not be one that anybody else knows. */
import type { Wall } from '../civil.ts';
import { ruleOccurrences } from './occurrences.ts';
import { isSteps, parseRule, type RulePart } from './rule.ts';

export interface WallSpan {
  after: Wall;
  before: Wall;
  /** Days that may be looked at, over all rules that share it. */
  budget?: { days: number } | undefined;
  /** The time on this clock at an instant, for an UNTIL in UTC. */
  toWall?: (at: number) => Wall;
}

const LONGEST = 500;
/** Steps of hours from the beginning are played one by one. */
const MOST_STEPS = 2_000;

/** The times of one RRULE that counts from `start`, ascending; `undefined`: nobody can read it, or it comes too often. */
export function wallOccurrences(
  start: Wall,
  rule: string,
  { after, before, budget, toWall = (at) => at }: WallSpan,
): Iterable<Wall> | undefined {
  const read = rule.length > LONGEST ? { problem: 'it is too long' } : parseRule(rule, { start, zone: 'UTC' });
  if ('problem' in read || read.parts.length !== 1 || read.start !== start) return undefined;
  const [part] = read.parts as [RulePart];
  if (isTooOften(part)) return undefined;
  const until = part.until !== undefined && /UNTIL=\d{8}T\d{6}Z/i.test(rule) ? toWall(part.until) : part.until;
  const parts = [{ ...part, ...(until !== undefined && { until }) }];
  return wallsOf(ruleOccurrences({ ...read, parts }, after, { before, budget }));
}

function* wallsOf(occurrences: Iterable<{ wall: Wall }>): Generator<Wall, void> {
  for (const { wall } of occurrences) yield wall;
}

/** No appointments come every minute: such a rule would only keep coda busy. */
function isTooOften(part: RulePart): boolean {
  const isWithinHours = (part.byMinute?.length ?? 1) > 1 || (part.bySecond?.length ?? 1) > 1;
  if (isWithinHours || part.freq === 'SECONDLY' || part.freq === 'MINUTELY') return true;
  return isSteps(part) && (part.count ?? 0) > MOST_STEPS;
}
