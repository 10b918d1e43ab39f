import { isoOfWall, minuteOf } from './civil.ts';
import { type Env, envOf } from './env.ts';
import { resolveOnce } from './once.ts';
import type { Phrase } from './phrase.ts';
import type { DateSpec } from './pieces.ts';
import { distinct, eitherOf, readingsOf } from './readings.ts';
import { parseRule, type Rule } from './rule.ts';
import { daysOfMonth, timeOf } from './rule-parts.ts';
import { recurring, resolveSeries } from './series.ts';
import { impossible, never, past, tooOften, unknownZone, whichOne } from './texts.ts';
import type { When, WhenContext } from './types.ts';
import { findZone } from './zone-names.ts';
import { wallAt } from './zones.ts';

/** Words that were understood and cannot be. */
const REFUSALS = { PAST: () => past(''), NEVER: never, TOO_OFTEN: tooOften, NOT_A_DATE: impossible };

/** The meaning of a phrase here and now; undefined when its pieces contradict each other. */
export function interpret(phrase: Phrase, ctx: WhenContext): When | undefined {
  if (phrase.wrong) return REFUSALS[phrase.wrong.code]();
  const isDated = phrase.dates.length + phrase.recurs.length > 0 || phrase.days !== undefined;
  if (phrase.time?.clock?.lettered && !isDated) return undefined;
  if (phrase.zone === undefined) return resolve(phrase, envOf(ctx));
  const { words, offset } = phrase.zone;
  const named = findZone(words, ctx.zone);
  if (!named) return unknownZone(words);
  if (offset !== undefined) return atOffset(phrase, ctx, named.zone, offset);
  return inZone(/^UTC$|^[+-]/.test(named.zone) ? exactly(phrase) : phrase, ctx, named.zone);
}

/** "02:30 UTC+01:00 (Europe/Berlin)": the one of two equal times at which the zone has this offset. */
function atOffset(phrase: Phrase, ctx: WhenContext, zone: string, offset: string): When | undefined {
  const fixed = findZone(offset)?.zone;
  const when = fixed === undefined ? undefined : resolve(exactly(phrase), envOf(ctx, fixed));
  if (when?.kind !== 'once') return when;
  return isoOfWall(wallAt(when.at.getTime(), zone)) === when.local ? { ...when, zone } : impossible();
}

/** Times in UTC, and those with an offset in numbers, are told on the 24-hour clock. */
function exactly(phrase: Phrase): Phrase {
  const clock = phrase.time?.clock;
  return clock ? { ...phrase, time: { ...phrase.time, clock: { ...clock, exact: true } } } : phrase;
}

/** "Tomorrow at 9 in Tokyo": where it is another day already, "tomorrow" has two meanings. */
function inZone(phrase: Phrase, ctx: WhenContext, zone: string): When | undefined {
  const there = envOf(ctx, zone);
  const { today } = envOf(ctx);
  const result = resolve(phrase, there);
  if (there.today === today || !phrase.dates.some(dependsOnToday)) return result;
  const possible = [result, resolve(phrase, { ...there, today })].filter((when) => when?.kind === 'once');
  const [first, second] = distinct(possible.flatMap(readingsOf));
  return first && second ? whichOne([first, second]) : (first?.when ?? result);
}

function dependsOnToday(date: DateSpec): boolean {
  if (date.type === 'monthday') return date.month === undefined || date.inMonth !== undefined;
  return date.type !== 'numeric' && date.type !== 'holiday' && date.type !== 'both';
}

const DAILY = { freq: 'DAILY', interval: 1 } as const;

function resolve(phrase: Phrase, env: Env): When | undefined {
  const { recurs, earlier, days, dates, time, times, lasting, shift } = phrase;
  if (earlier.length > 0) return union(phrase, env);
  if (recurs.length > 0) return resolveSeries(phrase, env);
  if (days) return weekly(phrase, env);
  if ((time || times) && lasting?.daily && lasting.span.milliseconds === 0 && dates.length === 0)
    return resolveSeries({ ...phrase, recurs: [DAILY] }, env);
  if ((time || times) && shift?.during) return during(phrase, env);
  const { start, until, count, excepts } = phrase;
  if (start || until || lasting || count || excepts.length > 0) return undefined;
  return times ? each(phrase, env) : (monthly(phrase, env) ?? resolveOnce(phrase, env));
}

/** "On the last day of the month": of this one, or of each? */
function monthly(phrase: Phrase, env: Env): When | undefined {
  const [date, also] = phrase.dates;
  const days = date && 'monthly' in date && date.monthly && !also && !phrase.before ? daysOfMonth(date) : undefined;
  if (!days) return undefined;
  const series = { ...phrase, dates: [], recurs: [{ freq: 'MONTHLY' as const, interval: 1, days }] };
  return eitherOf([resolveOnce(phrase, env), resolveSeries(series, env)]);
}

/** "Monday and Thursday at 9": each week, or only the next of each? */
function weekly({ days, ...rest }: Phrase, env: Env): When | undefined {
  if (!days || rest.dates.length > 0) return undefined;
  const series: Phrase = { ...rest, recurs: [{ freq: 'WEEKLY', interval: 1, days: days.days }] };
  const always = resolveSeries(series, env);
  if (always?.kind !== 'recurring' || rest.until || rest.lasting || rest.count) return always;
  const next = resolveSeries({ ...series, count: { kind: 'count', count: days.days.weekdays?.length ?? 1 } }, env);
  return next ? eitherOf([always, next]) : always;
}

/** "At 8am for 7 days": on each of them, or once for what lasts so long. */
function during({ shift, ...rest }: Phrase, env: Env): When | undefined {
  if (!shift || shift.span.milliseconds > 0 || rest.dates.length > 0) return undefined;
  const lasting = { kind: 'lasting', span: shift.span } as const;
  return eitherOf([resolveSeries({ ...rest, lasting, recurs: [DAILY] }, env), resolve(rest, env)]);
}

/** "At 9 and 5": two times, but one reminder. */
function each({ times, ...rest }: Phrase, env: Env): When | undefined {
  const whens = (times?.times ?? []).map((time) => resolveOnce({ ...rest, time }, env));
  return whens.includes(undefined) ? undefined : (eitherOf(whens) ?? past(''));
}

/** "Mondays at 9 and Fridays at 5": series that are meant together, each with its own time. */
function union(phrase: Phrase, env: Env): When | undefined {
  const { until, lasting, time, times } = phrase;
  if (!time && !times) return undefined;
  const rules: Rule[] = [];
  for (const one of [...phrase.earlier, { ...phrase, earlier: [] }]) {
    const when = resolveSeries({ ...one, until, lasting } as Phrase, env);
    const rule = when?.kind === 'recurring' ? parseRule(when.rule, { start: 0, zone: env.zone }) : undefined;
    if (!rule || 'problem' in rule || rule.skipped) return undefined;
    rules.push(rule);
  }
  const parts = rules.flatMap(({ start, parts }) => parts.map((part) => ({ ...timeOf(minuteOf(start)), ...part })));
  // A step of two weeks needs a start of its own.
  if (parts.some(({ interval, count }) => (interval ?? 1) > 1 || count !== undefined)) return undefined;
  return recurring(
    { start: Math.min(...rules.map(({ start }) => start)), zone: rules[0]?.zone ?? env.zone, parts },
    env,
  );
}
