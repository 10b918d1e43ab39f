/** Bounds of a series that survive a change: start, end, and the days that it leaves out. */
import { DAY_MS } from '../../base/clock.ts';
import {
  isLimit,
  nextOf,
  type OneTime,
  occurrences,
  type ParsedWhen,
  type PlannedTime,
  parseWhen,
  type Recurring,
  type WhenContext,
  wordsFor,
} from '../../time/index.ts';
import { dayIn } from './days.ts';
import type { Reminder } from './reminder.ts';

export function leavingOut(rule: string, day: string): string {
  const lines = linesOf(rule);
  return textOf({ ...lines, days: [...lines.days, day.replaceAll('-', '')] });
}

const PACES = { MINUTELY: 1, HOURLY: 1, DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 366 } as const;
const FROM = /\b(?:start|begin|from|next)/i;

/** `when`, which `words` say: a series that was to begin or to end at another time does so in its other rhythm, too. */
export function stillBounded(
  reminder: Reminder,
  words: string,
  when: OneTime | Recurring,
  ctx: WhenContext,
): OneTime | Recurring {
  const { rule, plannedAt, lastOccurrence, zone } = reminder;
  if (when.kind !== 'recurring' || rule === undefined) return when;
  const bounded = stillUntil(rule, words, when);
  if (!plannedAt || lastOccurrence || FROM.test(words)) return bounded;
  const pace =
    PACES[/FREQ=(\w+)/.exec(rule)?.[1] as keyof typeof PACES] * Number(/INTERVAL=(\d+)/.exec(rule)?.[1] ?? 1);
  if (!(plannedAt.getTime() - ctx.now.getTime() > pace * DAY_MS)) return bounded;
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(plannedAt);
  const later = parseWhen(`${words} starting ${day}`, ctx);
  return later.kind === 'recurring' ? stillUntil(rule, words, later) : bounded;
}

const BOUNDS = /\b(?:until|till|til|through|for|times|forever|always|ever)\b/i;

function stillUntil(rule: string, words: string, when: Recurring): Recurring {
  const [until] = /UNTIL=\w+/.exec(rule) ?? [];
  if (until === undefined || BOUNDS.test(words) || /(?:UNTIL|COUNT)=/.test(when.rule)) return when;
  const last = until.slice('UNTIL='.length);
  const end = new Date(last.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!when.next.some((at) => at <= end)) return when;
  const bounded = when.rule.replace(/RRULE:(FREQ=\w+(?:;INTERVAL=\d+)?)/g, `RRULE:$1;${until}`);
  return { ...when, rule: bounded, next: when.next.filter((at) => at <= end) };
}

const ENDS = /\b(?:until|till|til|through|for|times)\b/i;
const MOST_NEXT = 3;
const MOST_LEFT = 1_000;

/**
 * The series within a limit that is said of it afterwards: "not on Fridays", "only until 15 December". A new end replaces the
 * one it had; of a number of times those are left that have not come yet. Undefined for other words, and for a series that
 * has no words of its own.
 */
export function limitedBy(
  { rule = '', zone }: Pick<Reminder, 'rule' | 'zone'>,
  phrase: string,
  ctx: WhenContext,
): { words: string; when: ParsedWhen } | undefined {
  const limit = phrase.trim().replace(/^(?:only|just) (?!not\b)/i, '');
  if (rule === '' || !isLimit(limit)) return undefined;
  const open = ENDS.test(limit) ? rule.replace(/;(?:UNTIL|COUNT)=\w+/g, '') : rule;
  const remainingRule = countingOn(open, ctx.now);
  if (remainingRule === undefined) return undefined;
  const next: Date[] = [];
  for (let at = nextOf(open, ctx.now); at && next.length < MOST_NEXT; at = nextOf(open, at)) next.push(at);
  const own = { ...ctx, zone };
  const ruleWords = wordsFor({ when: { kind: 'recurring', rule: remainingRule, zone, next } }, own).replace(
    / \([^()]*\)$/,
    '',
  );
  // "1 time" is no count to the reader of times.
  const words = ruleWords.replace(/, 1 time$/, ', 1 times');
  const again = parseWhen(words, own);
  const isSame = again.kind === 'recurring' && next.every((at, place) => again.next[place]?.getTime() === at.getTime());
  return isSame ? { words: `${words} ${limit}`, when: parseWhen(`${words} ${limit}`, own) } : undefined;
}

/** The rule with the number of times that are left; undefined where none is, or where it counts more than one series. */
function countingOn(rule: string, now: Date): string | undefined {
  const counted = rule.match(/COUNT=\d+/g) ?? [];
  if (counted.length === 0) return rule;
  let remaining = 0;
  for (const _ of occurrences(rule, { after: now })) if (++remaining > MOST_LEFT) return undefined;
  return remaining > 0 && counted.length === 1 ? rule.replace(/COUNT=\d+/, `COUNT=${remaining}`) : undefined;
}

/** A new hour for a series: it keeps its days off, and does not come again on the day that was done, or skipped. */
export function atItsHour(
  { rule = '', doneOccurrence }: Reminder,
  schedule: PlannedTime,
): Pick<PlannedTime, 'rule' | 'plannedAt'> {
  const [before, after] = [linesOf(rule), linesOf(schedule.rule ?? '')];
  if (!isOnSameDays(before, after) || clockOf(before) === clockOf(after)) return schedule;
  const moved = after.days.length > 0 ? textOf(after) : textOf({ ...after, days: before.days });
  const dayOf = dayIn(schedule.zone);
  const done = doneOccurrence === undefined ? '' : dayOf(doneOccurrence);
  let next = nextOf(moved, new Date(schedule.plannedAt.getTime() - 1));
  while (next && dayOf(next) <= done) next = nextOf(moved, next);
  return next ? { rule: moved, plannedAt: next } : schedule;
}

const clockOf = ({ start }: RuleLines): string | undefined => /T(\d{6})/.exec(start)?.[1];

function isOnSameDays({ rules }: RuleLines, other: RuleLines): boolean {
  const days = rules.join('\n');
  return days !== '' && days === other.rules.join('\n') && !/BYHOUR|BYMINUTE|FREQ=(?:HOURLY|MINUTELY)/.test(days);
}

interface RuleLines {
  start: string;
  rules: string[];
  days: string[];
}

function textOf({ start, rules, days }: RuleLines): string {
  const out = [...new Set(days)].sort();
  return [start, ...rules, ...(out.length > 0 ? [`EXDATE;VALUE=DATE:${out.join(',')}`] : [])].join('\n');
}

function linesOf(rule: string): RuleLines {
  const lines = rule.split('\n');
  const days = lines
    .filter((line) => line.startsWith('EXDATE'))
    .flatMap((line) => line.split(':')[1]?.split(',') ?? []);
  return {
    start: lines.find((line) => line.startsWith('DTSTART')) ?? '',
    rules: lines.filter((line) => line.startsWith('RRULE')),
    days,
  };
}
