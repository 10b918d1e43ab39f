import type { Instant } from '../base/clock.ts';
import { clockOf, minuteOf } from './civil.ts';
import { formatInstant } from './format.ts';
import { parseRule, WEEKDAY_CODES } from './rule.ts';
import type { When } from './types.ts';

const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** What was understood, in words that `parseWhen` reads back. */
export function describe(when: When, { now, zone }: { now: Instant; zone: string }): string {
  if (when.kind === 'reject') return when.say;
  if (when.kind === 'ambiguous') return when.question;
  if (when.kind === 'once') return `${formatInstant(when.at, when.zone, now)} (${when.zone})`;
  const next = when.next[0] ? `, next: ${formatInstant(when.next[0], zone, now)}` : '';
  return `${ruleWords(when.rule)} (${when.zone})${next}`;
}

function ruleWords(text: string): string {
  const rule = parseRule(text, { start: 0, zone: 'UTC' });
  if ('problem' in rule) return text;
  const days = rule.parts[0]?.byDay?.map(({ weekday }) => weekday);
  const words = !days
    ? 'day'
    : days.join('') === '12345'
      ? 'weekday'
      : days.map((day) => NAMES[day - 1] ?? WEEKDAY_CODES[0]).join(' and ');
  return `every ${words} at ${clockOf(minuteOf(rule.start))}`;
}
