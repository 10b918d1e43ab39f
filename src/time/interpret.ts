import { isoOfWall, minuteOf } from './civil.ts';
import { type Env, envOf } from './env.ts';
import { resolveOnce } from './once.ts';
import type { Phrase } from './phrase.ts';
import type { DateSpec, DaySet } from './pieces.ts';
import { parseRule, type Rule } from './rule.ts';
import { timeOf } from './rule-parts.ts';
import { recurring, resolveSeries } from './series.ts';
import { impossible, never, past, tooOften, unknownZone, whichOne } from './texts.ts';
import type { Reading, Reject, When, WhenContext } from './types.ts';
import { findZone } from './zone-names.ts';
import { wallAt } from './zones.ts';

/** What a phrase means here and now; undefined when its pieces contradict each other. */
export function interpret(phrase: Phrase, ctx: WhenContext): When | undefined {
  if (phrase.wrong) return refusal(phrase.wrong);
  if (phrase.time?.clock?.lettered && phrase.dates.length + phrase.recurs.length === 0 && !phrase.days)
    return undefined;
  if (phrase.zone === undefined) return resolve(phrase, envOf(ctx));
  const named = findZone(phrase.zone, ctx.zone);
  if (!named) return unknownZone(phrase.zone);
  if (phrase.offset !== undefined) return atOffset(phrase, ctx, named.zone, phrase.offset);
  return inZone(/^UTC$|^[+-]/.test(named.zone) ? exactly(phrase) : phrase, ctx, named.zone);
}

/** "02:30 UTC+01:00 (Europe/Berlin)": the one of two equal times at which the zone has this offset. */
function atOffset(phrase: Phrase, ctx: WhenContext, zone: string, offset: string): When | undefined {
  const fixed = findZone(offset)?.zone;
  const when = fixed === undefined ? undefined : resolve(exactly(phrase), envOf(ctx, fixed));
  if (when?.kind !== 'once') return when;
  const shown = isoOfWall(wallAt(when.at.getTime(), zone));
  return shown === when.local ? { ...when, zone } : impossible();
}

/** Times in UTC, and those with an offset in numbers, are told on the 24-hour clock. */
function exactly(phrase: Phrase): Phrase {
  const clock = phrase.time?.clock;
  return clock ? { ...phrase, time: { ...phrase.time, clock: { ...clock, exact: true } } } : phrase;
}

function refusal(code: NonNullable<Phrase['wrong']>): Reject {
  if (code === 'PAST') return past('');
  if (code === 'NEVER') return never();
  return code === 'TOO_OFTEN' ? tooOften() : impossible();
}

/** "Tomorrow at 9 in Tokyo": where it is another day already, "tomorrow" has two meanings. */
function inZone(phrase: Phrase, ctx: WhenContext, zone: string): When | undefined {
  const there = envOf(ctx, zone);
  const home = envOf(ctx);
  const result = resolve(phrase, there);
  if (there.today === home.today || !phrase.dates.some(dependsOnToday)) return result;
  const other = resolve(phrase, { ...there, today: home.today });
  const possible = [result, other].filter((when) => when?.kind === 'once');
  const [first, second] = possible;
  if (!first || !second) return first ?? result;
  if (first.at.getTime() === second.at.getTime()) return first;
  return whichOne(possible.map((when) => ({ words: '', when })));
}

function dependsOnToday(date: DateSpec): boolean {
  if (date.type === 'monthday') return date.month === undefined || date.inMonth !== undefined;
  return date.type !== 'numeric' && date.type !== 'holiday' && date.type !== 'both';
}

function resolve(phrase: Phrase, env: Env): When | undefined {
  if (phrase.recurs.length > 0) return phrase.earlier.length > 0 ? union(phrase, env) : resolveSeries(phrase, env);
  if (phrase.earlier.length > 0) return undefined;
  if (phrase.days) return weekly(phrase, env);
  if (phrase.daily && phrase.lasting?.milliseconds === 0 && phrase.dates.length === 0 && (phrase.time || phrase.times))
    return resolveSeries({ ...phrase, recurs: [{ freq: 'DAILY', interval: 1 }] }, env);
  if (phrase.shift?.during && (phrase.time || phrase.times)) return during(phrase, env);
  const { start, until, lasting, count, excepts, times } = phrase;
  if (start || until || lasting || count !== undefined || excepts.length > 0) return undefined;
  return times ? each(phrase, env) : (monthly(phrase, env) ?? resolveOnce(phrase, env));
}

/** "On the last day of the month": of this one, or of each? */
function monthly(phrase: Phrase, env: Env): When | undefined {
  const [date, also] = phrase.dates;
  const days = date && !also && !phrase.before ? daysOfMonth(date) : undefined;
  if (!days) return undefined;
  const series = { ...phrase, dates: [], recurs: [{ freq: 'MONTHLY' as const, interval: 1, days }] };
  const found = [resolveOnce(phrase, env), resolveSeries(series, env)].map((when) => when && asReading(when));
  const readings = found.filter((one) => one !== undefined);
  return readings.length > 0 ? whichOne(readings) : undefined;
}

function daysOfMonth(date: DateSpec): DaySet | undefined {
  if (date.type === 'monthday' && date.monthly) return { monthDays: [date.day] };
  if (date.type !== 'nth' || !date.monthly) return undefined;
  if (date.of === 'workday') return { workday: date.nth };
  if (date.of === 'weekendday') return undefined;
  return date.of === 'day' ? { monthDays: [date.nth] } : { nth: [{ nth: date.nth, weekday: date.of.weekday }] };
}

/** "Mondays at 9 and Fridays at 5": rules that are united, each with its own time. */
function union(phrase: Phrase, env: Env): When | undefined {
  const last = { ...phrase, earlier: [] };
  if (!last.time && !last.times) return undefined;
  const rules: Rule[] = [];
  for (const one of [...phrase.earlier, last]) {
    const when = resolveSeries({ ...one, until: last.until, lasting: last.lasting } as Phrase, env);
    if (when?.kind !== 'recurring') return undefined;
    const rule = parseRule(when.rule, { start: 0, zone: env.zone });
    if ('problem' in rule) return undefined;
    rules.push(rule);
  }
  return united(rules, env);
}

/** "Monday and Thursday at 9": each week, or only the next of each? */
function weekly(phrase: Phrase, env: Env): When | undefined {
  const { days, ...rest } = phrase;
  if (!days || rest.dates.length > 0) return undefined;
  const series: Phrase = { ...rest, recurs: [{ freq: 'WEEKLY', interval: 1, days }] };
  const always = resolveSeries(series, env);
  if (always?.kind !== 'recurring' || phrase.until || phrase.lasting || phrase.count !== undefined) return always;
  const next = resolveSeries({ ...series, count: days.weekdays?.length ?? 1 }, env);
  return next ? whichOne([always, next].map((when) => asReading(when)).filter((one) => one !== undefined)) : always;
}

/** "At 8am for 7 days": on each of them, or once for what lasts so long. */
function during(phrase: Phrase, env: Env): When | undefined {
  const { shift, ...rest } = phrase;
  if (!shift || shift.span.milliseconds > 0 || phrase.dates.length > 0) return undefined;
  const each = resolveSeries({ ...rest, lasting: shift.span, recurs: [{ freq: 'DAILY', interval: 1 }] }, env);
  const found = [each, resolve(rest, env)].map((when) => (when ? asReading(when) : undefined));
  return whichOne(found.filter((one) => one !== undefined));
}

/** "At 9 and 5": two times, but one reminder. */
function each(phrase: Phrase, env: Env): When | undefined {
  const { times = [], ...rest } = phrase;
  const readings: Reading[] = [];
  for (const time of times) {
    const when = resolveOnce({ ...rest, time }, env);
    if (!when) return undefined;
    const reading = asReading(when);
    if (reading) readings.push(reading);
  }
  return readings.length > 0 ? whichOne(readings) : past('');
}

function asReading(when: When): Reading | undefined {
  return when.kind === 'once' || when.kind === 'recurring' ? { words: '', when } : undefined;
}

/** Several series that are meant together: "Mondays at 9 and Fridays at 5". */
function united(series: readonly Rule[], env: Env): When | undefined {
  const [first] = series;
  if (!first || series.some(({ skipped = [] }) => skipped.length > 0)) return undefined;
  const start = Math.min(...series.map((rule) => rule.start));
  const parts = series.flatMap((rule) => rule.parts.map((part) => ({ ...timeOf(minuteOf(rule.start)), ...part })));
  // A step of two weeks needs a start of its own.
  if (parts.some(({ interval, count }) => (interval ?? 1) > 1 || count !== undefined)) return undefined;
  return recurring({ start, zone: first.zone, parts }, env);
}
