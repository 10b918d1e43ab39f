import { DAY, type Day, dayOf, dayOfWall, HOUR, isoOfWall, MINUTE, SECOND, type Wall } from '../civil.ts';
import { FREQUENCIES, type Frequency, type NthWeekday } from '../pieces.ts';
import { instantOf, isZone, wallAt } from '../zones.ts';

const WEEKDAY_CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** An RRULE line. An absent list means "not restricted". */
export interface RulePart {
  freq: Frequency;
  interval?: number;
  count?: number;
  /** The last instant that may occur, in milliseconds UTC. */
  until?: number;
  byMonth?: number[];
  byWeekNo?: number[];
  byYearDay?: number[];
  byMonthDay?: number[];
  byDay?: NthWeekday[];
  byHour?: number[];
  byMinute?: number[];
  bySecond?: number[];
  bySetPos?: number[];
  weekStart?: number;
}

/** The steps that count elapsed time, in milliseconds; longer ones keep the clock on the wall. */
const STEP: Partial<Record<Frequency, number>> = { HOURLY: HOUR, MINUTELY: MINUTE, SECONDLY: SECOND };

export const isSteps = ({ freq }: RulePart): boolean => freq in STEP;

export const stepOf = ({ freq, interval = 1 }: RulePart): number => (STEP[freq] ?? HOUR) * interval;

/** A DTSTART in its zone and the rules that count from it; their occurrences are united. */
export interface Rule {
  start: Wall;
  zone: string;
  parts: RulePart[];
  /** Days in the rule's zone on which nothing occurs, ascending. */
  skipped?: Day[];
}

const LISTS = [
  ['BYMONTH', 'byMonth', 1, 12],
  ['BYWEEKNO', 'byWeekNo', -53, 53],
  ['BYYEARDAY', 'byYearDay', -366, 366],
  ['BYMONTHDAY', 'byMonthDay', -31, 31],
  ['BYHOUR', 'byHour', 0, 23],
  ['BYMINUTE', 'byMinute', 0, 59],
  ['BYSECOND', 'bySecond', 0, 59],
  ['BYSETPOS', 'bySetPos', -366, 366],
] as const;

const MAY_BE_ZERO = new Set(['BYHOUR', 'BYMINUTE', 'BYSECOND']);

/** RFC 5545 text: a DTSTART line in the rule's zone, one RRULE line each, then the days that are left out. */
export function formatRule({ start, zone, parts, skipped = [] }: Rule): string {
  const dtstart = zone === 'UTC' ? `DTSTART:${stampOf(start)}Z` : `DTSTART;TZID=${zone}:${stampOf(start)}`;
  const days = skipped.map((day) => stampOf(day * DAY).slice(0, 8));
  const except = days.length > 0 ? [`EXDATE;VALUE=DATE:${days.join(',')}`] : [];
  return [dtstart, ...parts.map((part) => `RRULE:${formatPart(part)}`), ...except].join('\n');
}

const stampOf = (wall: Wall): string => isoOfWall(wall).replace(/[-:]/g, '');

function formatPart(part: RulePart): string {
  const fields = [`FREQ=${part.freq}`];
  if (part.interval !== undefined && part.interval !== 1) fields.push(`INTERVAL=${part.interval}`);
  if (part.count !== undefined) fields.push(`COUNT=${part.count}`);
  if (part.until !== undefined) fields.push(`UNTIL=${stampOf(part.until)}Z`);
  if (part.byDay) {
    const days = part.byDay.map(({ nth, weekday }) => `${nth === 0 ? '' : nth}${WEEKDAY_CODES[weekday - 1]}`);
    fields.push(`BYDAY=${days.join(',')}`);
  }
  for (const [name, field] of LISTS) {
    const values = part[field];
    if (values) fields.push(`${name}=${values.join(',')}`);
  }
  if (part.weekStart !== undefined && part.weekStart !== 1) fields.push(`WKST=${WEEKDAY_CODES[part.weekStart - 1]}`);
  return fields.join(';');
}

export interface RuleProblem {
  problem: string;
}

const LONGEST_RULE = 2_000;

/**
 * Reads RFC 5545 text: an optional DTSTART line and one or more RRULE lines, or the bare `FREQ=…` properties.
 * Without DTSTART the rule starts at `fallback` in its zone.
 */
export function parseRule(text: string, fallback: { start: Wall; zone: string }): Rule | RuleProblem {
  if (text.length > LONGEST_RULE) return { problem: 'it is too long' };
  let { start, zone } = fallback;
  const parts: RulePart[] = [];
  const skipped: Day[] = [];
  for (const line of text.split(/[\r\n]|\\n|\s(?=(?:RRULE|DTSTART|EXDATE)\b)/i)) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    if (/^DTSTART/i.test(trimmed)) {
      const read = parseStart(trimmed, zone);
      if ('problem' in read) return read;
      ({ start, zone } = read);
    } else if (/^EXDATE/i.test(trimmed)) {
      const days = parseSkipped(trimmed);
      if (!days) return { problem: 'its EXDATE names no days (EXDATE;VALUE=DATE:20261224)' };
      skipped.push(...days);
    } else {
      const part = parsePart(trimmed.replace(/^RRULE:/i, ''), zone);
      if ('problem' in part) return part;
      parts.push(part);
    }
  }
  if (parts.length === 0) return { problem: 'it has no RRULE' };
  return skipped.length === 0 ? { start, zone, parts } : { start, zone, parts, skipped: skipped.sort((a, b) => a - b) };
}

function parseSkipped(line: string): Day[] | undefined {
  const stamps = line
    .slice(line.lastIndexOf(':') + 1)
    .split(',')
    .map(parseStamp);
  return stamps.every((stamp) => stamp?.dateOnly) ? stamps.map((stamp) => dayOfWall(stamp?.wall ?? 0)) : undefined;
}

const STAMP = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i;

function parseStamp(text: string): { wall: Wall; utc: boolean; dateOnly: boolean } | undefined {
  const match = STAMP.exec(text);
  if (!match) return undefined;
  const [year, month, date, hour, minute, second] = match.slice(1, 7).map((field) => Number(field ?? 0));
  if (!year || !month || !date || month > 12 || date > 31) return undefined;
  const day: Day = dayOf(year, month, date);
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return undefined;
  const wall = day * DAY + (hour ?? 0) * HOUR + (minute ?? 0) * MINUTE + (second ?? 0) * SECOND;
  return { wall, utc: match[7]?.toUpperCase() === 'Z', dateOnly: match[4] === undefined };
}

function parseStart(line: string, zone: string): { start: Wall; zone: string } | RuleProblem {
  // A zone may be an offset, which has a colon of its own.
  const match = /^DTSTART(;.*)?:(\w+)$/i.exec(line);
  const stamp = match?.[2] ? parseStamp(match[2]) : undefined;
  if (!match || !stamp) return { problem: `"${line.slice(0, 60)}" is not a DTSTART` };
  const named = /;TZID=([^;]+)/i.exec(match[1] ?? '')?.[1];
  if (named !== undefined && !isZone(named)) return { problem: `there is no time zone "${named}"` };
  if (!stamp.utc) return { start: stamp.wall, zone: named ?? zone };
  return named === undefined ? { start: stamp.wall, zone: 'UTC' } : { start: wallAt(stamp.wall, named), zone: named };
}

function parsePart(text: string, zone: string): RulePart | RuleProblem {
  const fields = new Map<string, string>();
  for (const field of text.split(';')) {
    if (field.trim() === '') continue;
    const [name = '', value = ''] = field.split('=');
    fields.set(name.trim().toUpperCase(), value.trim().toUpperCase());
  }
  const freq = FREQUENCIES.find((one) => one === fields.get('FREQ'));
  if (!freq) return { problem: 'its FREQ is missing or unknown' };
  fields.delete('FREQ');
  const part: RulePart = { freq };
  for (const [name, value] of fields) {
    const problem = readField(part, name, value, zone);
    if (problem !== undefined) return { problem };
  }
  return part;
}

function readField(part: RulePart, name: string, value: string, zone: string): string | undefined {
  if (name === 'INTERVAL' || name === 'COUNT') {
    if (!/^\d{1,6}$/.test(value) || Number(value) === 0) return `${name} must be a number from 1 up`;
    part[name === 'INTERVAL' ? 'interval' : 'count'] = Number(value);
    return undefined;
  }
  if (name === 'UNTIL') {
    const stamp = parseStamp(value);
    if (!stamp) return `UNTIL=${value} is not a date`;
    const last = stamp.dateOnly ? stamp.wall + 86_399_000 : stamp.wall;
    part.until = stamp.utc ? last : instantOf(last, zone);
    return undefined;
  }
  if (name === 'WKST') {
    const weekday = weekdayOfCode(value);
    if (weekday === 0) return `WKST=${value} is not a weekday`;
    part.weekStart = weekday;
    return undefined;
  }
  return name === 'BYDAY' ? readByDay(part, value) : readList(part, name, value);
}

const weekdayOfCode = (code: string): number => WEEKDAY_CODES.indexOf(code as (typeof WEEKDAY_CODES)[number]) + 1;

function readByDay(part: RulePart, value: string): string | undefined {
  const days: NthWeekday[] = [];
  for (const entry of value.split(',')) {
    const match = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(entry);
    if (!match) return `BYDAY=${entry} is not a weekday`;
    const nth = Number(match[1] ?? 0);
    if (Math.abs(nth) > 53 || (match[1] !== undefined && nth === 0)) return `BYDAY=${entry} does not exist`;
    days.push({ nth, weekday: weekdayOfCode(match[2] ?? '') });
  }
  part.byDay = days;
  return undefined;
}

function readList(part: RulePart, name: string, value: string): string | undefined {
  const list = LISTS.find(([key]) => key === name);
  if (!list) return `${name} is not known`;
  const [, field, low, high] = list;
  const values: number[] = [];
  for (const entry of value.split(',')) {
    const number = Number(entry);
    if (!/^[+-]?\d{1,3}$/.test(entry) || number < low || number > high) return `${name}=${entry} is out of range`;
    if (number === 0 && !MAY_BE_ZERO.has(name)) return `${name} cannot be 0`;
    values.push(number);
  }
  part[field] = [...new Set(values)].sort((a, b) => a - b);
  return undefined;
}
