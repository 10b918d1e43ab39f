import type { Instant } from '../../base/clock.ts';
import { listOf, plural } from '../../base/text.ts';
import { DAY, dayOfWall, MINUTE, SECOND, ymdOf } from '../civil.ts';
import { clockFor, formatDay, formatInstant, SHORT_MONTHS, WEEKDAYS } from '../format.ts';
import type { NthWeekday } from '../pieces.ts';
import type { ParsedWhen, Reader, Recurring } from '../types.ts';
import { wallAt } from '../zones.ts';
import { timesOfDay } from './occurrences.ts';
import { ALL_DATES, FROM_END, monthsWithout } from './parts.ts';
import { isSteps, parseRule, type Rule, type RulePart } from './rule.ts';

const NTH = ['first', 'second', 'third', 'fourth', 'fifth'];

/**
 * Describes a time in words that `parseWhen` reads back to the same: `every weekday at 09:00 (Europe/Berlin), next: Mon
 * 23 Nov`, with `9:00 AM` for a reader who tells hours so; a rule that only its own text can say is told by its next
 * occurrences. For a question or a refusal, the sentence to say.
 */
export function describe(when: ParsedWhen, reader: Reader): string {
  if (when.kind === 'reject') return when.say;
  if (when.kind === 'ambiguous') return when.question;
  if (when.kind === 'once') return `${formatInstant(when.at, reader, when.zone)} (${when.zone})`;
  const rule = parseRule(when.rule, { start: 0, zone: when.zone });
  if ('problem' in rule) return nextOnly(when, reader);
  const words = ruleWords({ ...rule, parts: rule.parts.map(partAsNamed) }, reader);
  return words === undefined
    ? nextOnly(when, reader)
    : `${words}${shortMonths(rule)}${exceptWords(rule, reader.now)} (${rule.zone})${nextWords(when, rule, reader)}`;
}

/** The days to come that a series leaves out; with their year, so that they are read as single ones. */
function exceptWords({ skipped = [], zone }: Rule, now: Instant): string {
  const today = dayOfWall(wallAt(now.getTime(), zone));
  const name = (day: number): string => {
    const { year, month, day: date } = ymdOf(day);
    return `${date} ${SHORT_MONTHS[month - 1]} ${year}`;
  };
  const phrases: string[] = [];
  const days = skipped.filter((day) => day >= today);
  for (let at = 0; at < days.length; ) {
    let length = 1;
    while (days[at + length] === (days[at] ?? 0) + length) length++;
    const run = days.slice(at, at + length);
    phrases.push(...(length < LONG_RUN ? run.map(name) : [`${name(run[0] ?? 0)} to ${name(run.at(-1) ?? 0)}`]));
    at += length;
  }
  return phrases.length === 0 ? '' : `, except ${listOf(phrases)}`;
}

/** Days in a row that are told by the first and the last. */
const LONG_RUN = 3;

/** The months that a series on the 29th, 30th or 31st leaves out. */
function shortMonths({ start, parts: [part, more] }: Rule): string {
  const [day, another] = part?.byMonthDay ?? [];
  const missed = part && !more && another === undefined ? monthsWithout(part, start) : [];
  if (missed.length === 0) return '';
  if (day === 29)
    return part?.byMonth || part?.freq === 'YEARLY' ? ', only in leap years' : ', in Feb only in leap years';
  return `, not in ${listOf(missed.map((month) => SHORT_MONTHS[month - 1] ?? ''))}`;
}

/** A rule that has no words of its own, by its next occurrences; `parseWhen` does not read this. */
function nextOnly({ next, zone }: Recurring, reader: Reader): string {
  const times = next.slice(0, 3).map((at) => formatInstant(at, reader, zone));
  return `by a rule of its own (${zone}), next: ${listOf(times)}`;
}

/** The same days by the name that people have for them: cron's "0 9 * * 1-5" is each day that is Monday to Friday. */
function partAsNamed(part: RulePart): RulePart {
  const { freq, interval = 1, byDay, byMonth, byMonthDay } = part;
  if (freq !== 'DAILY' || interval > 1 || part.bySetPos || (byDay && byMonthDay)) return part;
  if (byDay) return { ...part, freq: 'WEEKLY' };
  return !byMonthDay ? part : { ...part, freq: byMonth ? 'YEARLY' : 'MONTHLY' };
}

function nextWords({ next }: Recurring, rule: Rule, reader: Reader): string {
  const [first] = next;
  if (!first) return '';
  const at = rule.zone;
  const times = new Set(rule.parts.flatMap((part) => timesOf(rule, part)));
  const oneTime = times.size === 1 && !rule.parts.some(isSteps);
  const today = dayOfWall(wallAt(reader.now.getTime(), at));
  const wall = wallAt(first.getTime(), at);
  return `, next: ${oneTime ? formatDay(dayOfWall(wall), today) : formatInstant(first, reader, at)}`;
}

function ruleWords(rule: Rule, reader: Reader): string | undefined {
  const [first] = rule.parts;
  if (!first) return undefined;
  const limits = limitWords(first, rule, reader);
  if (rule.parts.some((part) => limitWords(part, rule, reader) !== limits)) return undefined;
  if (isSteps(first)) {
    const words = rule.parts.length === 1 ? stepWords(first) : undefined;
    return words && words + limits;
  }
  const clauses = clausesOf(rule, reader);
  if (!clauses) return undefined;
  if (clauses.length > 1 && (limits !== '' || rule.parts.some(({ interval }) => (interval ?? 1) > 1))) return undefined;
  return clauses.join(' and ') + limits;
}

function limitWords({ count, until }: RulePart, rule: Rule, reader: Reader): string {
  if (count !== undefined) return `, ${plural(count, 'time')}`;
  if (until === undefined) return '';
  const wall = wallAt(until, rule.zone);
  const day = dayOfWall(wall);
  // The year is always told: "until" is looked for after the start, not after today.
  const date = formatDay(day, dayOfWall(wallAt(reader.now.getTime(), rule.zone)));
  const isWholeDay = wall - day * DAY >= DAY - MINUTE;
  return `, until ${isWholeDay ? date : formatInstant(new Date(until), reader, rule.zone)}`;
}

function stepWords(part: RulePart): string | undefined {
  const { freq, interval = 1, byMinute, byDay } = part;
  const days = byDay ? plainDays(byDay) : '';
  if (days === undefined || !names(part, 'byMinute', 'byDay')) return undefined;
  const on = days === '' ? '' : ` on ${days}`;
  const [minute, more] = byMinute ?? [];
  if (minute === undefined) return count(interval, freq.toLowerCase().replace(/ly$/, '')) + on;
  if (freq !== 'HOURLY' || interval !== 1 || more !== undefined) return undefined;
  return minute === 0 ? `every hour on the hour${on}` : `at ${plural(minute, 'minute')} past every hour${on}`;
}

const names = (part: RulePart, ...fields: (keyof RulePart)[]): boolean =>
  Object.keys(part).every(
    (field) => /^(?:freq|interval|count|until|weekStart)$/.test(field) || fields.includes(field as keyof RulePart),
  );

function clausesOf(rule: Rule, reader: Reader): string[] | undefined {
  const timesByDays = new Map<string, { part: RulePart; times: number[] }>();
  for (const part of rule.parts) {
    const { byHour: _h, byMinute: _m, bySecond: _s, ...days } = part;
    const key = JSON.stringify(days);
    const group = timesByDays.get(key);
    const times = [...(group?.times ?? []), ...timesOf(rule, part)];
    timesByDays.set(key, { part, times: [...new Set(times)].sort((a, b) => a - b) });
  }
  const groups = [...timesByDays.values()];
  const dates = yearlyDates(groups);
  if (dates) return [`${dates}${timeWords(groups[0]?.times ?? [], reader)}`];
  const clauses = groups.map(({ part, times }) => windowWords(part, times, reader) ?? dayClause(part, times, reader));
  return clauses.every((clause) => clause !== undefined) ? clauses : undefined;
}

/** The times of day of a part, in seconds since midnight. */
const timesOf = ({ start }: Rule, part: RulePart): number[] => timesOfDay(start, part).map((time) => time / SECOND);

const timeWords = (times: readonly number[], reader: Reader): string =>
  ` at ${listOf(times.map((time) => clockFor(time, reader)))}`;

function windowWords(part: RulePart, times: readonly number[], reader: Reader): string | undefined {
  const [first = 0, second = 0] = times;
  const step = second - first;
  const last = times.at(-1) ?? 0;
  if (times.length < 4 || step % 60 !== 0 || times.some((time, index) => time !== first + index * step))
    return undefined;
  const isEachWeek = part.freq === 'WEEKLY' && (part.interval ?? 1) === 1 && names(part, 'byDay', ...TIMES);
  const isDaily = part.freq === 'DAILY' && (part.interval ?? 1) === 1 && names(part, ...TIMES);
  const days = isEachWeek ? plainDays(part.byDay ?? []) : '';
  if (days === undefined || !(isEachWeek || isDaily)) return undefined;
  const every = step % 3_600 === 0 ? count(step / 3_600, 'hour') : count(step / 60, 'minute');
  return `${every} between ${clockFor(first, reader)} and ${clockFor(last, reader)}${days === '' ? '' : ` on ${days}`}`;
}

const count = (n: number, unit: string): string => (n === 1 ? `every ${unit}` : `every ${plural(n, unit)}`);

function dayClause(part: RulePart, times: readonly number[], reader: Reader): string | undefined {
  const words = { DAILY: dailyWords, WEEKLY: weeklyWords, MONTHLY: monthlyWords, YEARLY: yearlyWords };
  const days =
    part.byYearDay || part.byWeekNo ? undefined : words[part.freq as keyof typeof words](part, part.interval ?? 1);
  return days && days + timeWords(times, reader);
}

const TIMES = ['byHour', 'byMinute', 'bySecond'] as const;

const dailyWords = (part: RulePart, interval: number): string | undefined =>
  names(part, ...TIMES) ? count(interval, 'day') : undefined;

function weeklyWords({ byDay, byMonth, byMonthDay, bySetPos }: RulePart, interval: number): string | undefined {
  const days = byDay && plainDays(byDay);
  if (!days || byMonthDay || bySetPos || (byMonth && byMonth.length > 1)) return undefined;
  const month = byMonth ? ` in ${SHORT_MONTHS[(byMonth[0] ?? 1) - 1]}` : '';
  if (interval > 1) return `every ${plural(interval, 'week')} on ${days}${month}`;
  return `every ${days === 'weekdays' ? 'weekday' : days}${month}`;
}

function plainDays(byDay: readonly NthWeekday[]): string | undefined {
  if (byDay.some(({ nth }) => nth !== 0)) return undefined;
  const days = byDay.map(({ weekday }) => weekday).sort((a, b) => a - b);
  return days.join('') === '12345' ? 'weekdays' : listOf(days.map((day) => WEEKDAYS[day - 1] ?? ''));
}

function monthlyWords(part: RulePart, interval: number): string | undefined {
  const { byDay = [], byMonthDay = [] } = part;
  if (byDay.length === 1 && byMonthDay.length === 1 && byDay[0]?.nth === 0 && interval === 1 && !part.byMonth)
    return `every ${plainDays(byDay)} the ${ordinal(byMonthDay[0] ?? 1)}`;
  const [missing, more] = FROM_END.filter((nth) => !part.bySetPos?.includes(nth));
  const weekday = byDay.length === 1 && interval === 1 && !part.byMonth ? plainDays(byDay) : undefined;
  if (weekday && missing !== undefined && more === undefined && part.bySetPos?.length === 4)
    return `every ${weekday} except the ${nthWord(missing, weekday)} of the month`;
  const exceptions = ALL_DATES.filter((day) => !byMonthDay.includes(day));
  if (byMonthDay.length > 15 && exceptions.length > 0 && byDay.length === 0 && interval === 1 && !part.byMonth)
    return `every day except the ${listOf(exceptions.map(ordinal))}`;
  const days = numberedWords(part);
  if (!days || part.byMonth) return undefined;
  return interval === 1 ? `on the ${days} of every month` : `every ${plural(interval, 'month')} on the ${days}`;
}

function numberedWords({ byMonthDay, byDay, bySetPos }: RulePart): string | undefined {
  if (bySetPos) {
    const [nth] = bySetPos;
    const isWorkday = byDay && plainDays(byDay) === 'weekdays' && bySetPos.length === 1 && !byMonthDay;
    return isWorkday && nth !== undefined ? nthWord(nth, 'workday') : undefined;
  }
  if (byMonthDay && !byDay) {
    const words = byMonthDay.map((day) => (day > 0 ? ordinal(day) : nthWord(day, 'day')));
    return words.every((word) => word !== undefined) ? listOf(words) : undefined;
  }
  if (!byDay || byMonthDay) return undefined;
  const words = byDay.map(({ nth, weekday }) => (nth === 0 ? undefined : nthWord(nth, WEEKDAYS[weekday - 1] ?? '')));
  return words.every((word) => word !== undefined) ? listOf(words) : undefined;
}

function nthWord(nth: number, what: string): string | undefined {
  if (nth === -1) return `last ${what}`;
  if (nth === -2) return `second last ${what}`;
  if (nth === -3) return `third last ${what}`;
  const word = NTH[nth - 1] ?? (nth > 0 ? ordinal(nth) : undefined);
  return word && `${word} ${what}`;
}

function ordinal(day: number): string {
  const ending = day > 10 && day < 20 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}

function yearlyWords(part: RulePart, interval: number): string | undefined {
  const months = part.byMonth ?? [];
  const days = numberedWords(part);
  const key = months.join(',');
  if (days && interval === 1 && (key === '1,4,7,10' || key === '3,6,9,12')) {
    const fromEnd = (part.byMonthDay?.[0] ?? part.byDay?.[0]?.nth ?? 1) < 0;
    return fromEnd === (key === '3,6,9,12') ? `on the ${days} of every quarter` : undefined;
  }
  const [month] = months;
  if (!days || months.length !== 1 || month === undefined || part.bySetPos) return undefined;
  const every = interval === 1 ? 'every year' : `every ${plural(interval, 'year')}`;
  const [day] = part.byMonthDay ?? [];
  if (day !== undefined && day > 0 && part.byMonthDay?.length === 1)
    return `${every} on ${day} ${SHORT_MONTHS[month - 1]}`;
  return `${every} on the ${days} of ${SHORT_MONTHS[month - 1]}`;
}

function yearlyDates(groups: readonly { part: RulePart; times: number[] }[]): string | undefined {
  const [first] = groups;
  if (groups.length < 2 || !first) return undefined;
  const words = groups.map(({ part, times }) => {
    const same = times.join() === first.times.join() && (part.interval ?? 1) === (first.part.interval ?? 1);
    const [month, day] = [part.byMonth, part.byMonthDay];
    if (!same || part.freq !== 'YEARLY' || part.byDay || month?.length !== 1 || day?.length !== 1) return undefined;
    return `${day[0]} ${SHORT_MONTHS[(month[0] ?? 1) - 1]}`;
  });
  if (!words.every((word) => word !== undefined)) return undefined;
  return `${count(first.part.interval ?? 1, 'year')} on ${listOf(words)}`;
}
