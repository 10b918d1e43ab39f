/**
 * Cron expressions of five fields, of six with seconds or a year, of Quartz's seven, in a zone of their own
 * (`CRON_TZ=Europe/London 0 9 * * *`). node-cron reads the fields; the rule, its days and what never comes are worked out here.
 */

import { createRequire } from 'node:module';
import type { ParsedFields } from 'node-cron';
import { lazy } from '../../base/async.ts';
import { plural } from '../../base/text.ts';
import { DAY, dayOf, wallOf } from '../civil.ts';
import { type Env, envOf } from '../env.ts';
import type { NthWeekday } from '../pieces.ts';
import { badRule, past, rejectNever, tooOften, unknownZone, whichOne } from '../texts.ts';
import type { ParsedWhen, TimeReading, WhenContext } from '../types.ts';
import { instantOf, isZone } from '../zones.ts';
import type { Rule, RulePart } from './rule.ts';
import { ruleWhen } from './text.ts';

const MACROS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '@hourly': '0 * * * *',
    '@daily': '0 0 * * *',
    '@midnight': '0 0 * * *',
    '@weekly': '0 0 * * 0',
    '@monthly': '0 0 1 * *',
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
  }),
);

export const isMacro = (word: string): boolean => MACROS.has(word.toLowerCase());

const FIELDS = [
  { field: 'second', name: 'second', takes: '0 to 59', high: 59 },
  { field: 'minute', name: 'minute', takes: '0 to 59', high: 59 },
  { field: 'hour', name: 'hour', takes: '0 to 23', high: 23 },
  { field: 'dayOfMonth', name: 'day of the month', takes: '1 to 31, L, 15W or ?', high: 31 },
  { field: 'month', name: 'month', takes: '1 to 12 or JAN to DEC', high: 12 },
  { field: 'dayOfWeek', name: 'weekday', takes: '0 to 7, SUN to SAT, 5L, 1#2 or ?', high: 7 },
  { field: 'year', name: 'year', takes: 'years that follow each other, such as 2027 or 2027-2029', high: 9_999 },
] as const;

type Texts = Record<(typeof FIELDS)[number]['field'], string>;

interface Expression {
  text: string;
  zone: string | undefined;
  texts: Texts;
  first: number;
  /** Written as Quartz or AWS wants it, where Sunday is 1. */
  isQuartz: boolean;
}

const YEAR = /^(?:19|20|21)\d\d(?:[-,/]\d[\d,/-]*)?$/;
export const ZONE_PREFIX = /^(?:CRON_)?TZ=(\S+)$/;
/** Characters of a field; a phrase in words does not begin with three such fields. */
const SHAPE = /^[\d*?,/#a-z-]+$/i;
const NUMERIC = /^[\d*?,/L#W-]+$/;
const LONGEST_FIELD = 200;

export const isZoneBehind = (word: string): boolean => (word.includes('/') || word === 'UTC') && isZone(word);

/** A cron expression as a rule in its zone, else the person's; undefined for any other text. */
export function parseCron(text: string, ctx: WhenContext): ParsedWhen | undefined {
  const words = wordsOf(text);
  const expression = expressionOf(words);
  if (!expression) return countProblem(words);
  const { zone = ctx.zone } = expression;
  if (!isZone(zone)) return unknownZone(zone);
  const env = envOf(ctx, zone);
  // Quartz counts weekdays from Sunday as 1: whoever writes its fields may count as it does, or as crontabs do.
  const readings = weekdayTexts(expression).map((dayOfWeek) => whenOf(expression, dayOfWeek, env));
  const [when, other] = readings.filter(({ kind }) => kind !== 'reject');
  if (!when || !other) return when ?? readings[0];
  return whichOne([when, other].flatMap(readingsIn));
}

export function cronProblem(text: string): string | undefined {
  const words = wordsOf(text);
  if (words.length !== 5) return `it has ${plural(words.length, 'field')}, not five`;
  const expression = expressionOf(words);
  const problem = expression ? problemIn(expression, expression.texts.dayOfWeek) : 'its first fields are no numbers';
  if (problem !== undefined) return problem;
  const when = parseCron(text, { now: new Date(0), zone: 'UTC' });
  if (when?.kind === 'recurring') return undefined;
  return when?.kind === 'ambiguous'
    ? 'it names days of the month and weekdays, by which programs mean different things'
    : 'it never comes';
}

function wordsOf(text: string): string[] {
  const trimmed = text.trim().replace(/^cron(?:tab)?:?\s+/i, '');
  return (MACROS.get(trimmed.toLowerCase()) ?? trimmed).split(/\s+/);
}

function expressionOf(words: readonly string[]): Expression | undefined {
  const before = ZONE_PREFIX.exec(words[0] ?? '')?.[1];
  const behind = before === undefined && isZoneBehind(words.at(-1) ?? '') ? words.at(-1) : undefined;
  const fields = words.slice(before === undefined ? 0 : 1, behind === undefined ? undefined : -1);
  if (fields.length < 5 || fields.length > FIELDS.length || !isShaped(fields)) return undefined;
  // A "?" stands for a day only, so that its place tells whether six fields begin with seconds or end with a year.
  const isYearly = fields.length === 6 && (YEAR.test(fields[5] ?? '') || fields[2] === '?' || fields[4] === '?');
  const first = fields.length === 5 || isYearly ? 1 : 0;
  const [second = '0', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '*'] =
    first === 1 ? ['0', ...fields] : fields;
  const isQuartz = fields.length > 5 && (fields.includes('?') || fields.length === 7 || isYearly);
  const texts = { second, minute, hour, dayOfMonth, month, dayOfWeek, year };
  return { text: fields.join(' '), zone: before ?? behind, texts, first, isQuartz };
}

function isShaped(fields: readonly string[]): boolean {
  if (!fields.every((field) => field.length < LONGEST_FIELD && SHAPE.test(field))) return false;
  return /[*\d?]/.test(fields[0] ?? '') && fields.slice(0, 3).every((field) => NUMERIC.test(field));
}

function countProblem(words: readonly string[]): ParsedWhen | undefined {
  const isStarred = words.filter((word) => word === '*' || word === '?').length > 1;
  return isStarred && words.length > 2 && isShaped(words) ? wrongCount(words) : undefined;
}

export const wrongCount = (fields: readonly string[]): ParsedWhen =>
  badRule(
    `"${fields.join(' ')}" has ${plural(fields.length, 'field')}; cron takes five (minute, hour, day of the month, month, weekday), ` +
      'six with seconds, seven with a year',
  );

function weekdayTexts({ texts: { dayOfWeek }, isQuartz }: Expression): string[] {
  const fromOne = isQuartz ? dayOfWeek.replace(/(?<![#/\d])[1-7](?!\d)/g, (day) => String(Number(day) - 1)) : dayOfWeek;
  const isCounted = fromOne !== dayOfWeek && !/(?<![#/\d])0/.test(dayOfWeek);
  return isCounted ? [fromOne, dayOfWeek] : [dayOfWeek];
}

const readingsIn = (when: ParsedWhen): TimeReading[] =>
  when.kind === 'ambiguous' ? when.readings : when.kind === 'recurring' ? [{ words: '', when }] : [];

const NO_SUCH_DAY = 'no month of the expression has that day';

function whenOf(expression: Expression, dayOfWeek: string, env: Env): ParsedWhen {
  const problem = problemIn(expression, dayOfWeek);
  if (problem?.endsWith(NO_SUCH_DAY)) return { ...badRule(problem), code: 'NEVER' };
  if (problem !== undefined) return badRule(problem);
  const { texts } = expression;
  const fields = nodeCron().parse(forNodeCron({ ...texts, dayOfWeek }));
  const years = yearsOf(texts.year) ?? null;
  if (years && dayOf(years.to + 1, 1, 1) <= env.today) return past('');
  if (fields.second.length > 1) return tooOften();
  const rules = partsOf(fields, texts).map((parts) => ruleWhen(limitToYears(ruleAt(parts, env), years, env), env));
  const readings = rules.flatMap(readingsIn);
  return readings.length > 1 ? whichOne(readings) : (readings[0]?.when ?? rules[0] ?? rejectNever(expression.text));
}

function problemIn(expression: Expression, dayOfWeek: string): string | undefined {
  const { texts } = expression;
  const [error] = nodeCron().validateDetailed(forNodeCron({ ...texts, dayOfWeek })).errors;
  if (error) {
    const wrongField = FIELDS.find(({ field }) => field === error.field);
    const isImpossible = /impossible/.test(error.message);
    if (!wrongField) return `"${expression.text}" is no cron expression`;
    return describeField(expression, wrongField.field, isImpossible ? NO_SUCH_DAY : undefined);
  }
  const far = FIELDS.find(({ field, high }) => stepsTooFar(texts[field], high));
  if (far) return describeField(expression, far.field, 'it steps further than the field goes');
  return yearsOf(texts.year) === undefined ? describeField(expression, 'year') : undefined;
}

/** Loaded by the first expression: a start needs none. */
const nodeCron = lazy(() => createRequire(import.meta.url)('node-cron') as typeof import('node-cron'));

/** As node-cron takes it: no `?`, and "5/15" with its end. */
function forNodeCron(texts: Texts): string {
  return FIELDS.slice(0, 6)
    .map(({ field, high }) => {
      const text = texts[field];
      if (text === '?' && /^day/.test(field)) return '*';
      return text.replace(/(^|,)(\d+)\//g, (_, before: string, from: string) => `${before}${from}-${high}/`);
    })
    .join(' ');
}

function stepsTooFar(text: string, high: number): boolean {
  const steps = [...text.matchAll(/\/(\d+)/g)].map(([, step]) => Number(step));
  return steps.some((step) => step > high + 1);
}

function describeField({ texts, first }: Expression, field: keyof Texts, reason?: string): string {
  const at = FIELDS.findIndex((one) => one.field === field);
  const { name, takes } = FIELDS[at] ?? { name: field, takes: '' };
  return `field ${at - first + 1} (${name}) is "${texts[field]}"; ${reason ?? `it takes ${takes}`}`;
}

/** The first and the last year; null where every year is meant, undefined for what is no run of years. */
function yearsOf(text: string): { from: number; to: number } | null | undefined {
  if (text === '*') return null;
  const years = text.split(',').flatMap((item) => {
    const [, from, to = from] = /^(\d{4})(?:-(\d{4}))?$/.exec(item) ?? [];
    const [first, last] = [Number(from), Number(to)];
    // No plan goes further, and the list stays short.
    return last >= first && last - first < 200 ? Array.from({ length: last - first + 1 }, (_, at) => first + at) : [0];
  });
  const sorted = [...new Set(years)].sort((a, b) => a - b);
  const [from = 0] = sorted;
  const to = sorted.at(-1) ?? 0;
  return from > 0 && to - from === sorted.length - 1 ? { from, to } : undefined;
}

function limitToYears(rule: Rule, years: { from: number; to: number } | null, env: Env): Rule {
  if (!years) return rule;
  const until = instantOf(dayOf(years.to + 1, 1, 1) * DAY, env.zone) - 1_000;
  const start = Math.max(rule.start, wallOf(dayOf(years.from, 1, 1)));
  return { ...rule, start, parts: rule.parts.map((part) => ({ ...part, until })) };
}

function ruleAt(parts: RulePart[], env: Env): Rule {
  const isSteps = parts.some(({ freq }) => freq === 'HOURLY' || freq === 'MINUTELY');
  // Minutes are counted from a full one; days need no more than today's beginning.
  const start = isSteps ? Math.floor(env.wall / 3_600_000) * 3_600_000 : wallOf(env.today);
  return { start, zone: env.zone, parts };
}

/**
 * The parts of the rule. Of both kinds of day, two ways: Unix cron fires on either, node-cron only on days that are both,
 * and nobody can know which was meant.
 */
function partsOf(fields: ParsedFields, texts: Texts): RulePart[][] {
  const times = timeParts(fields);
  const base: RulePart = fields.month.length < 12 ? { ...times, byMonth: sortAscending(fields.month) } : times;
  const dates = isEvery(texts.dayOfMonth) || fields.dayOfMonth.length === 31 ? [] : datesOf(fields);
  const weekdays = isEvery(texts.dayOfWeek) ? [] : weekdaysOf(fields.dayOfWeek);
  const dated = dates.map((one) => ({ ...base, ...one }));
  if (dates.length === 0) return [weekdays.length > 0 ? weekdayParts(base, weekdays) : [base]];
  if (weekdays.length === 0) return [dated];
  const plain = weekdays.filter(({ nth }) => nth === 0);
  const both = dated.flatMap((one) => weekdayParts(one, plain));
  return [[...dated, ...weekdayParts(base, weekdays)], ...(both.length > 0 ? [both] : [])];
}

const isEvery = (text: string): boolean => text === '*' || text === '?';

const sortAscending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** Steps of an hour where every hour is meant, so that none is lost when the clock changes; else times of a day. */
function timeParts({ second, minute, hour }: ParsedFields): RulePart {
  const [minutes, hours] = [sortAscending(minute), sortAscending(hour)];
  const exact = second[0] === 0 ? {} : { bySecond: second };
  if (hours.length < 24) return { freq: 'DAILY', byHour: hours, byMinute: minutes, ...exact };
  return minutes.length === 60 ? { freq: 'MINUTELY', ...exact } : { freq: 'HOURLY', byMinute: minutes, ...exact };
}

function weekdayParts(base: RulePart, weekdays: readonly NthWeekday[]): RulePart[] {
  const plain = weekdays.filter(({ nth }) => nth === 0);
  const numbered = weekdays.filter(({ nth }) => nth !== 0);
  const parts: RulePart[] = plain.length > 0 ? [{ ...base, byDay: plain }] : [];
  if (numbered.length > 0)
    parts.push({ ...base, freq: base.freq === 'DAILY' ? 'MONTHLY' : base.freq, byDay: numbered });
  return parts;
}

function datesOf({ dayOfMonth: days, hour, minute }: ParsedFields): Partial<RulePart>[] {
  const isOnce = hour.length * minute.length === 1;
  const parts: Partial<RulePart>[] = [];
  const plain: number[] = [];
  for (const day of days) {
    const text = String(day).toUpperCase();
    const fromEnd = /^L(?:-(\d{1,2}))?$/.exec(text);
    const near = /^(\d{1,2}|L)W$/.exec(text);
    if (near) parts.push(...nearestWorkday(near[1] ?? '1', isOnce));
    else plain.push(fromEnd ? -1 - Number(fromEnd[1] ?? 0) : Number(text));
  }
  return plain.length > 0 ? [{ byMonthDay: sortAscending(plain) }, ...parts] : parts;
}

const weekdaysFrom = (from: number, to: number): NthWeekday[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ nth: 0, weekday: from + index }));

/**
 * `15W`: that date on a working day, else the Friday before or the Monday after, within the month; `LW` the last one. `isOnce`:
 * the day has one time. BYSETPOS counts times as well as days, so that it cannot tell the last day of several.
 */
function nearestWorkday(day: string, isOnce: boolean): Partial<RulePart>[] {
  if (day === 'L' && isOnce) return [{ freq: 'MONTHLY', byDay: weekdaysFrom(1, 5), bySetPos: [-1] }];
  if (day === 'L')
    return [
      { byMonthDay: [-1], byDay: weekdaysFrom(1, 4) },
      { byMonthDay: [-3, -2, -1], byDay: weekdaysFrom(5, 5) },
    ];
  const date = Number(day);
  const on: Partial<RulePart> = { byMonthDay: [date], byDay: weekdaysFrom(1, 5) };
  const monday = { byMonthDay: date === 1 ? [2, 3] : [date + 1], byDay: weekdaysFrom(1, 1) };
  return date === 1 ? [on, monday] : [on, monday, { byMonthDay: [date - 1], byDay: weekdaysFrom(5, 5) }];
}

function weekdaysOf(days: ParsedFields['dayOfWeek']): NthWeekday[] {
  const weekdays = days.map((day): NthWeekday => {
    const [, number, nth, last] = /^(\d)(?:#(\d)|(L))?$/i.exec(String(day)) ?? [];
    return { nth: last === undefined ? Number(nth ?? 0) : -1, weekday: ((Number(number) + 6) % 7) + 1 };
  });
  const distinct = weekdays.filter(
    (one, index) => weekdays.findIndex((other) => other.nth === one.nth && other.weekday === one.weekday) === index,
  );
  const isAll = distinct.length === 7 && distinct.every(({ nth }) => nth === 0);
  return isAll ? [] : distinct.sort((a, b) => a.weekday - b.weekday);
}
