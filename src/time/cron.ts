import { wallOf } from './civil.ts';
import { type Env, envOf } from './env.ts';
import { MONTHS, WEEKDAYS } from './format.ts';
import type { NthWeekday, Rule, RulePart } from './rule.ts';
import { parseRuleText, ruleWhen } from './rule-text.ts';
import { badRule, tooOften, whichOne } from './texts.ts';
import type { Reading, When, WhenContext } from './types.ts';

/** Cron expressions of five fields, and node-cron's extensions (names, `L`, `W`, `#`, wrapped ranges, seconds). */

/** As cron counts them, Sunday first and last. */
const CRON_DAYS = ['Sunday', ...WEEKDAYS];
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

/** "@daily". */
const isMacro = (word: string): boolean => MACROS.has(word.toLowerCase());

interface Field {
  low: number;
  high: number;
  names?: readonly string[];
}

const FIELDS = {
  second: { low: 0, high: 59 },
  minute: { low: 0, high: 59 },
  hour: { low: 0, high: 23 },
  date: { low: 1, high: 31 },
  month: { low: 1, high: 12, names: MONTHS },
  weekday: { low: 0, high: 7, names: CRON_DAYS },
} satisfies Record<string, Field>;

/** What a field looks like; a phrase in words does not begin with three such fields. */
const SHAPE = /^[\d*?,/#a-z-]+$/i;
const NUMERIC = /^[\d*?,/L#W-]+$/;

/** A cron expression as a rule in the person's zone; undefined for any other text. */
export function parseCron(text: string, ctx: WhenContext): When | undefined {
  const trimmed = text.trim().replace(/^cron:?\s+/i, '');
  const fields = (MACROS.get(trimmed.toLowerCase()) ?? trimmed).split(/\s+/);
  if (fields.length < 5 || fields.length > 6 || !fields.every((field) => field.length < 200 && SHAPE.test(field)))
    return undefined;
  if (!/[*\d?]/.test(fields[0] ?? '') || !fields.slice(0, 3).every((field) => NUMERIC.test(field))) return undefined;
  const [second, minute = '', hour = '', date = '', month = '', weekday = ''] =
    fields.length === 6 ? fields : ['0', ...fields];
  const times = timeParts(second ?? '0', minute, hour);
  if (times === undefined) return badRule(`"${trimmed}" has a second, minute or hour that does not exist`);
  return times === 'TOO_OFTEN' ? tooOften() : withDays(trimmed, times, { date, month, weekday }, envOf(ctx));
}

function withDays(text: string, times: RulePart, fields: Record<'date' | 'month' | 'weekday', string>, env: Env): When {
  const months = valuesOf(fields.month, FIELDS.month);
  const dates = datesOf(fields.date);
  const weekdays = weekdaysOf(fields.weekday);
  if (!months || !dates || !weekdays) return badRule(`"${text}" has a day or month that does not exist`);
  const base: RulePart = months.length < 12 ? { ...times, byMonth: months } : times;
  const isDated = dates.length > 0;
  const isWeekly = weekdays.length > 0;
  if (!isDated || !isWeekly) {
    const parts = isWeekly
      ? weekdayParts(base, weekdays)
      : isDated
        ? dates.map((one) => ({ ...base, ...one }))
        : [base];
    return ruleWhen(ruleAt(parts, env), env);
  }
  // Unix cron fires on both kinds of day, node-cron only on days that are both: nobody can know which was meant.
  const both = dates.flatMap((one) =>
    weekdayParts(
      { ...base, ...one },
      weekdays.filter(({ nth }) => nth === 0),
    ),
  );
  const either = [...dates.map((one) => ({ ...base, ...one })), ...weekdayParts(base, weekdays)];
  const found: Reading[] = [];
  for (const parts of [either, both]) {
    const when = ruleWhen(ruleAt(parts, env), env);
    if (when.kind === 'recurring') found.push({ words: '', when });
  }
  return found.length > 0 ? whichOne(found) : badRule(`"${text}" names days that never come`);
}

/** Steps of an hour where every hour is meant, so that none is lost when the clock changes; else times of a day. */
function timeParts(second: string, minute: string, hour: string): RulePart | 'TOO_OFTEN' | undefined {
  const seconds = valuesOf(second, FIELDS.second);
  const minutes = valuesOf(minute, FIELDS.minute);
  const hours = valuesOf(hour, FIELDS.hour);
  if (!seconds || !minutes || !hours) return undefined;
  if (seconds.length > 1) return 'TOO_OFTEN';
  const exact = seconds[0] === 0 ? {} : { bySecond: seconds };
  if (hours.length < 24) return { freq: 'DAILY', byHour: hours, byMinute: minutes, ...exact };
  return minutes.length === 60 ? { freq: 'MINUTELY', ...exact } : { freq: 'HOURLY', byMinute: minutes, ...exact };
}

function ruleAt(parts: RulePart[], env: Env): Rule {
  const isSteps = parts.some(({ freq }) => freq !== 'DAILY');
  // Minutes are counted from a full one; days need no more than today's beginning.
  const start = isSteps ? Math.floor(env.wall / 3_600_000) * 3_600_000 : wallOf(env.today);
  return { start, zone: env.zone, parts };
}

function weekdayParts(base: RulePart, weekdays: readonly NthWeekday[]): RulePart[] {
  const plain = weekdays.filter(({ nth }) => nth === 0);
  const numbered = weekdays.filter(({ nth }) => nth !== 0);
  const parts: RulePart[] = plain.length > 0 ? [{ ...base, byDay: plain }] : [];
  if (numbered.length > 0)
    parts.push({ ...base, freq: base.freq === 'DAILY' ? 'MONTHLY' : base.freq, byDay: numbered });
  return parts;
}

/** All values of a field, ascending; undefined when one does not exist. */
function valuesOf(text: string, field: Field): number[] | undefined {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const found = itemValues(item, field);
    if (!found) return undefined;
    for (const value of found) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function itemValues(item: string, field: Field): number[] | undefined {
  const [range = '', stepText, more] = item.split('/');
  const step = stepText === undefined ? 1 : Number(stepText);
  if (more !== undefined || !Number.isInteger(step) || step < 1 || stepText === '') return undefined;
  const [fromText = '', toText, third] =
    range === '*' || range === '?' ? [`${field.low}`, `${field.high}`] : range.split('-');
  if (third !== undefined) return undefined;
  const from = fieldValue(fromText, field);
  const to = toText === undefined ? (stepText === undefined ? from : field.high) : fieldValue(toText, field);
  if (from === undefined || to === undefined) return undefined;
  const size = field.high - field.low + 1;
  // A range that runs backwards goes round the end: 22-2 is 22, 23, 0, 1, 2.
  const length = to >= from ? to - from : to - from + (field.names === CRON_DAYS ? 7 : size);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => {
    const value = from + index * step;
    return value > field.high ? value - (field.names === CRON_DAYS ? 7 : size) : value;
  });
}

function fieldValue(text: string, { low, high, names }: Field): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text) >= low && Number(text) <= high ? Number(text) : undefined;
  const named =
    text.length < 3 ? -1 : (names?.findIndex((name) => name.toLowerCase().startsWith(text.toLowerCase())) ?? -1);
  return named < 0 ? undefined : named + low;
}

/** The date field as parts of a rule; none when every date is meant. */
function datesOf(text: string): Partial<RulePart>[] | undefined {
  if (text === '*' || text === '?') return [];
  const parts: Partial<RulePart>[] = [];
  const plain: number[] = [];
  for (const item of text.split(',')) {
    const last = /^L(?:-(\d{1,2}))?$/i.exec(item);
    const near = /^(\d{1,2}|L)W$/i.exec(item);
    const values = last || near ? undefined : itemValues(item, FIELDS.date);
    if (last) plain.push(-1 - Number(last[1] ?? 0));
    else if (near) parts.push(...nearestWorkday(near[1] ?? '1'));
    else if (values) plain.push(...values);
    else return undefined;
  }
  if (plain.some((day) => day < -31 || day > 31)) return undefined;
  return plain.length > 0 ? [{ byMonthDay: plain }, ...parts] : parts;
}

const weekdaysFrom = (from: number, to: number): NthWeekday[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ nth: 0, weekday: from + index }));

/** `15W`: that date on a working day, else the Friday before or the Monday after, within the month. */
function nearestWorkday(day: string): Partial<RulePart>[] {
  if (day.toUpperCase() === 'L') return [{ freq: 'MONTHLY', byDay: weekdaysFrom(1, 5), bySetPos: [-1] }];
  const date = Number(day);
  const on: Partial<RulePart> = { byMonthDay: [date], byDay: weekdaysFrom(1, 5) };
  const monday = { byMonthDay: date === 1 ? [2, 3] : [date + 1], byDay: weekdaysFrom(1, 1) };
  return date === 1 ? [on, monday] : [on, monday, { byMonthDay: [date - 1], byDay: weekdaysFrom(5, 5) }];
}

/** The weekday field; none when every weekday is meant. */
function weekdaysOf(text: string): NthWeekday[] | undefined {
  if (text === '*' || text === '?') return [];
  const found: NthWeekday[] = [];
  for (const item of text.split(',')) {
    const nth = /^(\w+)#([1-5])$/.exec(item);
    const last = /^(\d|[a-z]{3,9}?)L$/i.exec(item);
    const named = nth ?? last;
    const values = named ? [fieldValue(named[1] ?? '', FIELDS.weekday)] : itemValues(item, FIELDS.weekday);
    if (!values || values.some((value) => value === undefined)) return undefined;
    for (const value of values)
      found.push({ nth: nth ? Number(nth[2]) : last ? -1 : 0, weekday: (((value ?? 0) + 6) % 7) + 1 });
  }
  const distinct = found.filter(
    (one, index) => found.findIndex((other) => other.nth === one.nth && other.weekday === one.weekday) === index,
  );
  return distinct.length === 7 && distinct.every(({ nth }) => nth === 0)
    ? []
    : distinct.sort((a, b) => a.weekday - b.weekday);
}

/** A rule that was written as such, and what stands around it. */
export interface RuleWithin {
  /** More than one where it is open how far the rule goes. */
  whens: When[];
  words: string;
  before: string;
  after: string;
}

/** "0 9 * * 1-5 check the queue", "RRULE:FREQ=DAILY;BYHOUR=8 give eye drops"; undefined where there is no task. */
export function ruleWithin(text: string, ctx: WhenContext): RuleWithin | undefined {
  const chunks = [...text.matchAll(/\S+/g)].slice(0, MOST_CHUNKS).map(({ 0: word, index }) => ({ word, index }));
  const within = (from: number, to: number, whens: When[]): RuleWithin => {
    const [start, end] = [chunks[from]?.index ?? 0, (chunks[to - 1]?.index ?? 0) + (chunks[to - 1]?.word.length ?? 0)];
    return { whens, words: text.slice(start, end), before: text.slice(0, start), after: text.slice(end) };
  };
  for (let from = 0; from < chunks.length; from++) {
    const isRule = (at: number) => RULE_LINE.test(chunks[at]?.word ?? '');
    let to = from;
    while (isRule(to)) to++;
    const rule = to > from ? parseRuleText(joined(chunks.slice(from, to), '\n'), ctx) : undefined;
    if (rule) return to - from < chunks.length ? within(from, to, [rule]) : undefined;
    const length = fieldsAt(chunks, from);
    if (length === 0) continue;
    if (length === chunks.length) return undefined;
    const read = (fields: number) => parseCron(joined(chunks.slice(from, from + fields), ' '), ctx);
    // "0 9 * * 1 2 eggs": the sixth number may be a field or what is counted.
    const isOpen = length === 6 && /^\d/.test(chunks[from + 5]?.word ?? '') && from + 6 < chunks.length;
    const whens = (isOpen ? [6, 5] : [length]).flatMap((fields) => read(fields) ?? []);
    if (whens.length > 0) return within(from, from + length, whens);
  }
  return undefined;
}

/** How many fields of a cron expression begin at a place; in mid-sentence "5 * 3 * 2" is a sum. */
function fieldsAt(chunks: readonly { word: string }[], from: number): number {
  // "@daily water the plants", "water the plants @daily".
  if (isMacro(chunks[from]?.word ?? '') && (from === 0 || from === chunks.length - 1)) return 1;
  let to = from;
  while (to < from + 6 && isField(chunks[to]?.word ?? '', to - from)) to++;
  const words = joined(chunks.slice(from, to), ' ');
  const isStarred = from === 0 ? words.includes('*') : /\* \*/.test(words);
  return to - from > 4 && isStarred ? to - from : 0;
}

const joined = (chunks: readonly { word: string }[], by: string): string => chunks.map(({ word }) => word).join(by);

/** Further words are hardly anything but the task. */
const MOST_CHUNKS = 40;
const RULE_LINE = /^(?:DTSTART|RRULE|EXDATE|RDATE|EXRULE)[;:]\S+$|^FREQ=\S+$/i;

/** Names of days stand in the fifth field; a sixth word is more likely what is to be done ("sun cream"). */
const isField = (word: string, place: number): boolean =>
  FIELD.test(word) || (place === 4 && word.split(/[,-]/).every((day) => DAY.test(day)));

const FIELD = /^(?:[\d*?][\d*?,/#LW-]*|LW?)$/i;
const DAY = /^(?:mon|tue|wed|thu|fri|sat|sun)$/i;
