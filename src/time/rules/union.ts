import { DAY, minuteOf } from '../civil.ts';
import { timeOf } from './parts.ts';
import { isSteps, type Rule, type RulePart } from './rule.ts';

/** Several rules as one that counts from a single start; undefined where there is none that all can be counted from. */
export function uniteRules(rules: readonly Rule[], mayBeginEarlier: boolean): Rule | undefined {
  const parts = rules.flatMap(({ start, parts }) => parts.map((part) => ({ ...timeOf(minuteOf(start)), ...part })));
  const [first] = rules;
  const isOne =
    parts.every((part) => !isSteps(part) && part.count === undefined) && !rules.some(({ skipped }) => skipped);
  if (!first || !isOne || rules.some(({ zone }) => zone !== first.zone)) return undefined;
  const earliest = Math.min(...rules.map(({ start }) => start));
  const [counted, other] = rules.filter(({ parts }) => parts.some(isCounted));
  if (!counted) return { start: earliest, zone: first.zone, parts };
  // "Every other Monday and every Thursday": counted from a Monday, be it one that has passed.
  const days = other ? undefined : cycleOf(counted.parts);
  if (days === undefined) return undefined;
  const cycles = Math.max(0, Math.ceil((counted.start - earliest) / (days * DAY)));
  if (cycles > 0 && !mayBeginEarlier) return undefined;
  return { start: counted.start - cycles * days * DAY, zone: first.zone, parts };
}

const isCounted = ({ interval = 1 }: RulePart): boolean => interval > 1;

function cycleOf(parts: readonly RulePart[]): number | undefined {
  const [length, more] = [...new Set(parts.map(({ freq, interval = 1 }) => interval * (DAYS[freq] ?? 0)))];
  return length && more === undefined ? length : undefined;
}

const DAYS: Partial<Record<RulePart['freq'], number>> = { DAILY: 1, WEEKLY: 7 };
