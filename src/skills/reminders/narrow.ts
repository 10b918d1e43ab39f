/** Conditions that a person puts on a series afterwards: "not on Fridays", "skip Thursday", "only until 6". */
import { DAY_MS } from '../../base/clock.ts';
import { pattern } from '../../base/pattern.ts';
import {
  ANY_MONTH,
  describe,
  monthNames,
  nextOf,
  type Once,
  occurrences,
  parseWhen,
  type Recurring,
  WEEKDAY,
  type When,
  type WhenContext,
} from '../../time/index.ts';
import type { Reminder } from './reminder.ts';
import { linesOf, textOf } from './rule-lines.ts';

const SKIPPED =
  /^(?:skip|skipping|miss|no|not|never|except|excluding|excepting|but not|without|other than|apart from)\s+(?=\S)/i;
const BOUNDED = /^(?:only )?(?:until|till|til|through|between|starting|beginning|resuming)\s+(?=\S)/i;
const LASTING =
  /^(?:only |just )?for (?:the next )?(?:an?|one|two|three|four|five|six|\d{1,3}) (?:days?|weeks?|months?|years?|times)(?: only)?$/i;
const LEAD = /^(?:(?:but|and|just|please|also|only)\s+)+(?=not|no|never|skip|except|until|till|til|between)/i;

/**
 * What a condition is said with behind the words of a series: `except Fridays`, `until 6`. A single weekday with "this"
 * is the next one of that name. Undefined for words that are no condition.
 */
export function conditionOf(words: string): string | undefined {
  const said = words
    .trim()
    .replace(LEAD, '')
    .replace(/\btonight$/i, 'today');
  if (SKIPPED.test(said))
    return `except ${said.replace(SKIPPED, '').replace(/^(?:on|in|at|for)\s+|^the\s+(?!\d)/i, '')}`;
  if (LASTING.test(said)) return said.replace(/^(?:only|just) | only$/i, '');
  return BOUNDED.test(said) ? said.replace(/^only\s+/i, '') : undefined;
}

/** "Cancel Thursday": the next one of that name, where "not on Thursday" may mean each. */
export function skippedDay(day: string): string {
  if (/^(?:today|tomorrow|this week|next)\b/i.test(day)) return `except ${day}`;
  return /day$/i.test(day) ? `except this ${day}` : 'except today';
}

/** "My Tuesday yoga": of a series that comes on Tuesdays alone the day is a name. */
export const isItsName = (rule: string, day: string): boolean =>
  new RegExp(`BYDAY=${day.slice(0, 2)}(?:;|$)`, 'im').test(rule) && IS_WEEKDAY.test(day);

const IS_WEEKDAY = pattern.i`^${WEEKDAY}$`;

/**
 * The series of `found` under a further condition; its phase and the days that it leaves out already stay. Undefined where
 * it has no words of its own, or where the condition changes nothing.
 */
export function narrowed(
  found: Pick<Reminder, 'rule' | 'zone'>,
  condition: string,
  ctx: WhenContext,
): When | undefined {
  const { rule, zone } = found;
  if (rule === undefined) return undefined;
  const own = describe({ kind: 'recurring', rule, zone, next: [] }, { now: ctx.now, zone });
  const [words = ''] = own.split(/, except | \(/);
  if (words.startsWith('by a rule')) return undefined;
  const skipped = [...daysOfMonth(rule, condition, { ...ctx, zone }), ...datesIn(condition, { ...ctx, zone })];
  const [first] = skipped;
  const said = first === undefined ? condition.replace(/^resuming/i, 'starting') : `except ${first}`;
  const when = parseWhen(`${words} ${said}`, { ...ctx, zone });
  if (when.kind !== 'recurring') return when;
  const [before, after] = [linesOf(rule), linesOf(when.rule)];
  const isSamePace = paceOf(before.rules) === paceOf(after.rules) && !/^(?:starting|beginning)/i.test(condition);
  const start = !isSamePace ? after.start : /^resuming/i.test(condition) ? startFrom(rule, when) : before.start;
  const text = textOf({ start, rules: after.rules, days: [...before.days, ...after.days, ...skipped.map(bare)] });
  return text === rule ? undefined : { ...when, rule: text };
}

/** A series that pauses goes on in its own phase: the bins of every other Tuesday do not come on the other Tuesdays. */
function startFrom(rule: string, { rule: later, next: [first], zone }: Recurring): string {
  const { start } = linesOf(later);
  const own = first && nextOf(rule, new Date(first.getTime() - 1));
  if (!own) return start;
  const wall = own.toLocaleString('sv-SE', { timeZone: zone }).replace(/[-:]/g, '').replace(' ', 'T');
  return start.replace(/\d{8}T\d{6}$/, wall);
}

/** The rule without `day`, which is one of its zone: `2026-11-21`. */
export function leavingOut(rule: string, day: string): string {
  const lines = linesOf(rule);
  return textOf({ ...lines, days: [...lines.days, bare(day)] });
}

const bare = (day: string): string => day.replaceAll('-', '');

/** Of a series that comes every minute no month is counted out. */
const MOST_SKIPPED = 400;

/** "Except this December": the days of the next one on which the series comes. */
function daysOfMonth(rule: string, condition: string, { now, zone }: WhenContext): string[] {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
  const named = /^except this (\w+)$/i.exec(condition)?.[1]?.toLowerCase() ?? '';
  const month = named === 'month' ? Number(format.format(now).slice(5, 7)) - 1 : monthNames.indexOf(named);
  if (month < 0) return [];
  const days: string[] = [];
  let looked = 0;
  for (const at of occurrences(rule, { after: now })) {
    const day = format.format(at);
    const isIn = Number(day.slice(5, 7)) === month + 1;
    if (isIn) days.push(day);
    if ((!isIn && days.length > 0) || ++looked === MOST_SKIPPED) break;
  }
  return [...new Set(days)];
}

/** What is left out is one day: the next one of that name. */
const A_DATE = new RegExp(
  `^(?:the )?\\d{1,2}(?:st|nd|rd|th)$|^(?:the )?\\d{1,2}(?:st|nd|rd|th)? (?:of )?${ANY_MONTH}$|^${ANY_MONTH} (?:the )?\\d{1,2}(?:st|nd|rd|th)?$|^\\d{1,2}\\.\\d{1,2}\\.?$|^(?:christmas(?: (?:day|eve))?|boxing day|new year['’]?s(?: (?:day|eve))?|good friday|easter(?: (?:sunday|monday))?|thanksgiving(?: day)?|halloween)$|^this \\w+day$`,
  'i',
);

/** "Except the 22nd and 29th", "except 24 December", "except this Monday and this Tuesday": those days, each the coming one. */
function datesIn(condition: string, ctx: WhenContext): string[] {
  const [, list = ''] = /^except (.+)$/i.exec(condition) ?? [];
  const parts = list.split(/\s*(?:,|\band\b|\bor\b|&)\s*(?:on )?/i).filter((part) => part !== '');
  // One weekday alone is for the words of the series.
  if (parts.length === 1 && /^this \w+day$/i.test(list)) return [];
  const days = parts.map((part) => (A_DATE.test(part) ? parseWhen(part.replace(/^this /i, ''), ctx) : undefined));
  return days.every((day) => day?.kind === 'once') ? days.map((day) => (day as Once).local.slice(0, 10)) : [];
}

const PACES = { MINUTELY: 1, HOURLY: 1, DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 366 } as const;
const FROM = /\b(?:start|begin|from|next)/i;

/** A series that was to begin later than it could begins then in its other rhythm, too: `when`, which `words` say. */
export function stillFrom(found: Reminder, words: string, when: Once | Recurring, ctx: WhenContext): Once | Recurring {
  const { rule, plannedAt, lastOccurrence, zone } = found;
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

/** A series that was to end ends then in its other rhythm, too, unless the words say how far it goes. */
function stillUntil(rule: string, words: string, when: Recurring): Recurring {
  const [until] = /UNTIL=\w+/.exec(rule) ?? [];
  if (until === undefined || BOUNDS.test(words) || /(?:UNTIL|COUNT)=/.test(when.rule)) return when;
  const last = until.slice('UNTIL='.length);
  const end = new Date(last.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!when.next.some((at) => at <= end)) return when;
  const bounded = when.rule.replace(/RRULE:(FREQ=\w+(?:;INTERVAL=\d+)?)/g, `RRULE:$1;${until}`);
  return { ...when, rule: bounded, next: when.next.filter((at) => at <= end) };
}

const paceOf = (rules: readonly string[]): string =>
  rules.map((rule) => `${/FREQ=\w+/.exec(rule)?.[0]} ${/INTERVAL=\d+/.exec(rule)?.[0] ?? ''}`).join();
