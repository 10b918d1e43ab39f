import { addMonths, DAY, type Day, HOUR, MINUTE, monthsFrom, type Wall, wallOf } from '../civil.ts';
import { isTime, type Minute, timesOn } from '../clock.ts';
import { type Env, minuteOfPart } from '../env.ts';
import type { Phrase } from '../lang/phrase.ts';
import { type Clock, type DateSpec, type DaySet, isElapsed, type Recur, type Span, type TimeSpec } from '../pieces.ts';
import { eitherOf, isCertain } from '../readings.ts';
import { past, rejectNever, tooOften } from '../texts.ts';
import type { ParsedWhen, Recurring, TimeReading } from '../types.ts';
import { fixedZone, instantOf, wallAt } from '../zones.ts';
import {
  firstDay,
  isFirstDay,
  isOneDay,
  isWithinDays,
  type Limits,
  limitsOf,
  midnight,
  monthOf,
  singleDay,
  skippedDays,
} from './limits.ts';
import { type Occurrence, occursOn, ruleOccurrences } from './occurrences.ts';
import { atTimes, calendarParts, daysOfMonth, monthsWithout, onlyOn, partsWithout, quartersFrom } from './parts.ts';
import { formatRule, isSteps, parseRule, type Rule, type RulePart, stepOf } from './rule.ts';

const NEXT = 5;
/** A bare hour up to this one is in the afternoon, also of a series. */
const LAST_OF_AFTERNOON = 6;

interface Draft {
  parts: RulePart[];
  /** Anchor of the series, unless it is the first day that fits. */
  start: Wall;
  after: number;
  /** Every second, third … is counted from the first day that fits, not from `start`. */
  free: boolean;
}

/** A phrase with recurrence as a rule; undefined when its pieces contradict each other or RFC 5545 cannot say it. */
export function resolveSeries(phrase: Phrase, env: Env): ParsedWhen | undefined {
  const when = seriesOf(phrase, env) ?? exceptOnce(phrase, env);
  if (when?.kind !== 'recurring') return when;
  const lastDays = onLastDay(phrase, when, env);
  // "Every 6 months starting 31 March": nobody said that September is left out.
  if (lastDays && !namesDays(phrase)) return eitherOf([when, lastDays]);
  const running = underWay(phrase, env);
  if (running) return eitherOf([running, when]);
  const others = when.others ? [] : [lastDays, inTheMorning(phrase, when, env), eachYear(phrase, env)];
  const readings = others.filter(isCertain).map((other): TimeReading => ({ words: '', when: other }));
  return readings.length > 0 ? { ...when, others: readings } : when;
}

/** "Every weekday at 6:45" is in the afternoon; the morning is a press away. */
function inTheMorning(phrase: Phrase, when: Recurring, env: Env): ParsedWhen | undefined {
  const clock = phrase.time?.clock;
  const isOpen = clock && !clock.exact && !clock.midnight && clock.hour > 0 && clock.hour <= LAST_OF_AFTERNOON;
  if (!isOpen) return undefined;
  const morning = seriesOf({ ...phrase, time: { ...phrase.time, clock: { ...clock, exact: true } } }, env);
  return morning?.kind === 'recurring' && morning.rule !== when.rule ? morning : undefined;
}

/** "Every other Monday except 7 December": no rule leaves out a date of each year, which may be the next one alone. */
function exceptOnce(phrase: Phrase, env: Env): ParsedWhen | undefined {
  if (!phrase.excepts.some(({ dates, holiday }) => dates ?? holiday)) return undefined;
  const excepts = phrase.excepts.map((except): DaySet => {
    if (except.holiday !== undefined) return { once: [{ type: 'holiday', name: except.holiday }] };
    return except.dates ? { once: except.dates.map((date) => ({ type: 'monthday', ...date })) } : except;
  });
  return eitherOf([seriesOf({ ...phrase, excepts }, env)]);
}

/** The same on the last day of each month, where the 29th, 30th or 31st is not in all of them. */
function onLastDay(phrase: Phrase, when: Recurring, env: Env): Recurring | undefined {
  if (!/BYMONTHDAY=[\d,-]*(?:29|3[01])/.test(when.rule)) return undefined;
  const rule = parseRule(when.rule, { start: 0, zone: when.zone });
  const [part, more] = 'problem' in rule ? [] : rule.parts;
  if ('problem' in rule || !part || more || monthsWithout(part, rule.start).length === 0) return undefined;
  const recur = mergeRecurs(phrase, env);
  const first = phrase.start ?? (firstDay(phrase) && { kind: 'start' as const, moment: firstDay(phrase) ?? {} });
  const monthDays = [...(part.byMonthDay ?? []).filter((day) => day < 29), -1];
  const days = part.byMonth ? { monthDays, months: part.byMonth } : { monthDays };
  const last =
    recur && seriesOf({ ...phrase, dates: [], days: undefined, start: first, recurs: [{ ...recur, days }] }, env);
  return last?.kind === 'recurring' ? last : undefined;
}

const namesDays = ({ recurs, dates }: Phrase): boolean =>
  recurs.some(({ days }) => days) || dates.some((date) => date.type === 'monthday' && date.month === undefined);

/** "From 1 October to 31 March" said in November: the time that is under way, or the next one? */
function underWay({ start, ...phrase }: Phrase, env: Env): ParsedWhen | undefined {
  const [from, to] = [start?.moment.date, phrase.until?.moment.date].map((date) =>
    date?.type === 'monthday' || date?.type === 'period' ? singleDay(date, env) : undefined,
  );
  const isNamed = monthOf(start) === undefined && monthOf(phrase.until) === undefined;
  return isNamed && from !== undefined && to !== undefined && to < from ? seriesOf(phrase, env) : undefined;
}

/** "From October to March every Monday" is this winter; each one is a press away. */
function eachYear({ start, until, ...phrase }: Phrase, env: Env): ParsedWhen | undefined {
  const [from, to] = [monthOf(start), monthOf(until)];
  if (from === undefined || to === undefined) return undefined;
  const months = monthsFrom(from, to);
  return seriesOf({ ...phrase, recurs: phrase.recurs.map((recur) => ({ ...recur, months })) }, env);
}

function seriesOf(phrase: Phrase, env: Env): ParsedWhen | undefined {
  const { shift, before, recurs, count, times } = phrase;
  if (shift || before) return undefined;
  const namesYear = phrase.start?.yearly ?? phrase.until?.yearly ?? false;
  if (namesYear && !recurs.some(({ freq }) => freq === 'YEARLY')) return undefined;
  const step = recurs.find((recur) => recur.step !== undefined)?.step;
  if (step !== undefined && step > 0 && step < MINUTE) return tooOften();
  if (step === 0 || count?.count === 0 || recurs.some(({ interval }) => interval < 1)) return rejectNever();
  if (recurs.some(({ perDay }) => perDay !== undefined && perDay !== times?.times.length)) return undefined;
  const timed = step === undefined ? withOwnTime(phrase, env) : undefined;
  if (timed) return timed.when;
  const limits = limitsOf(phrase, env);
  if (limits === undefined || 'kind' in limits) return limits;
  const drafts = draftsOf(phrase, env, limits);
  const skipped = skippedDays(phrase, env);
  if (!drafts || !skipped || (skipped.length > 0 && limits.count !== undefined)) return undefined;
  const series = drafts.map((draft) => finish(draft, limits, skipped, env));
  const isOpen = series.length > 1 || isPerDay(phrase);
  return (isOpen ? eitherOf(series) : undefined) ?? series[0];
}

/** "Every day 2 times": may be said of each day; nobody means ten times a day. */
function isPerDay({ count, recurs, days, time, times }: Phrase): boolean {
  const isBare = !days && !time && !times && recurs.every((recur) => recur.step === undefined && !recur.days);
  return count?.loose === true && count.count < 5 && isBare;
}

function withOwnTime(phrase: Phrase, env: Env): { when: ParsedWhen | undefined } | undefined {
  const { until, time, times, range, recurs } = phrase;
  const start = phrase.start?.moment;
  if (times || range || time?.clock || time?.same || recurs.some(({ minutes }) => minutes)) return undefined;
  const part = time?.part === undefined ? {} : { part: time.part };
  // "From 1 April at 8 in the evening".
  if (!until?.moment.date || !until.moment.time) {
    if (!start?.date || !start.time?.clock || !time?.part) return undefined;
    const { date } = start;
    const onDay = { ...phrase, start: { kind: 'start', moment: { date } } } as const;
    return { when: resolveSeries({ ...onDay, time: { ...start.time, ...part } }, env) };
  }
  const { date, time: last, led, offset } = until.moment;
  const each = () =>
    resolveSeries({ ...phrase, time: { ...last, ...part }, until: { ...until, moment: { date } } }, env);
  const clock = { hour: Math.floor(env.parts.date / 60), minute: env.parts.date % 60, second: 0, exact: true };
  const atEnd = () => resolveSeries({ ...phrase, time: { clock } }, env);
  // "Every day until 5pm on 23 November": the hour may be that of each day, or of the end.
  if (led || offset !== undefined) {
    if (time || !last.clock) return undefined;
    const when = each();
    return { when: eitherOf([when, atEnd()]) ?? when };
  }
  // "Every day until 23 November at 5pm": each day at 5, with the other reading as a button.
  const when = each();
  const other = when?.kind === 'recurring' && last.clock && !time ? atEnd() : undefined;
  if (when?.kind !== 'recurring' || other?.kind !== 'recurring' || other.next.join() === when.next.join())
    return { when };
  return { when: { ...when, others: [{ words: '', when: other }] } };
}

// --- what comes again, and at which times ------------------------------------------------------------------------

function draftsOf(phrase: Phrase, env: Env, limits: Limits): Draft[] | undefined {
  const recur = mergeRecurs(phrase, env);
  if (!recur) return undefined;
  if (recur.step !== undefined || recur.minutes) return elapsedDrafts(recur, phrase, env, limits);
  const times = phrase.range?.loose ? undefined : timesOf(recur, phrase, env, limits);
  const drafts = times?.map((minutes) => calendarDraft(recur, minutes, phrase, env, limits));
  return drafts?.every((draft) => draft !== undefined) ? drafts : undefined;
}

function mergeRecurs({ recurs, dates, days }: Phrase, env: Env): Recur | undefined {
  const [first, second] = recurs;
  let recur = first && second ? joinRecurs(first, second) : first;
  if (days) recur = recur && onDays(recur, days.days);
  for (const date of dates) recur = recur && onDate(recur, date, env);
  return recur;
}

/** Two recurrences in one: "every 2 hours from 9 to 5 every day", "daily … on weekdays". */
function joinRecurs(one: Recur, other: Recur): Recur | undefined {
  const saysNoMore = ({ freq, interval, step, days, part }: Recur) =>
    freq === 'DAILY' && interval === 1 && step === undefined && !days && !part;
  if (other.step !== undefined && saysNoMore(one)) return other;
  if (one.step !== undefined && saysNoMore(other)) return one;
  const limits = ({ days, interval, step }: Recur) => days?.weekdays && interval === 1 && step === undefined;
  if (!one.days && limits(other)) return onDays(one, other.days, other.part);
  return !other.days && limits(one) ? onDays(other, one.days, one.part) : undefined;
}

function onDays(recur: Recur, days: DaySet | undefined, part = recur.part): Recur | undefined {
  if (recur.days || !days || (recur.freq === 'DAILY' && recur.interval > 1)) return undefined;
  if (recur.freq === 'MONTHLY' || recur.freq === 'YEARLY') return undefined;
  return { ...recur, days, ...(part ? { part } : {}) };
}

function onDate(recur: Recur, date: DateSpec, env: Env): Recur | undefined {
  const { freq, days, step } = recur;
  if (!days && step === undefined && isFirstDay(date, recur)) return recur;
  // "Every hour on 7 December": within that day.
  if (!days && isWithinDays(recur) && isOneDay(date)) return recur;
  switch (date.type) {
    case 'offset':
      return date.days >= 0 ? recur : undefined;
    case 'weekday': {
      const weekdays = [date.weekday];
      if (days?.weekend && days.weekdays?.includes(date.weekday)) return { ...recur, days: { weekdays } };
      const isBare = date.which === 'bare' && date.weeks === undefined && date.inWeek === undefined;
      return isBare ? onDays(recur, { weekdays }) : undefined;
    }
    case 'weekend':
      return date.which === 'this' ? onDays(recur, { weekdays: [6, 7], weekend: true }) : undefined;
    case 'period':
      if (date.edge !== 'whole') return undefined;
      if (date.month === undefined) return date.which >= 0 ? recur : undefined;
      return date.year === undefined ? { ...recur, months: [date.month] } : undefined;
    default: {
      if (isWithinDays(recur)) return undefined;
      const named = days ? undefined : daysOf(date, freq, env);
      return named && { ...recur, days: named };
    }
  }
}

function daysOf(date: DateSpec, freq: Recur['freq'], { monthFirst }: Env): DaySet | undefined {
  const isMonthly = freq === 'MONTHLY';
  if (date.type === 'nth') return isMonthly && date.inMonth === 0 ? daysOfMonth(date) : undefined;
  if (date.type === 'monthday' && date.month === undefined)
    return isMonthly && date.year === undefined && date.inMonth === undefined ? daysOfMonth(date) : undefined;
  if (freq !== 'YEARLY') return undefined;
  if (date.type === 'monthday')
    return date.year === undefined ? { dates: [{ month: date.month ?? 1, day: date.day }] } : undefined;
  if (date.type === 'holiday') return { holiday: date.name };
  if (date.type !== 'numeric' || monthFirst === undefined) return undefined;
  const [month, day] = monthFirst ? [date.first, date.second] : [date.second, date.first];
  return { dates: [{ month, day }] };
}

/** The times of day, in minutes; several lists where it has to be asked which are meant. */
function timesOf(recur: Recur, phrase: Phrase, env: Env, limits: Limits): Minute[][] | undefined {
  const times = alike(phrase.times?.times) ?? [
    phrase.range ? { clock: phrase.range.from } : (phrase.time ?? limits.startTime),
  ];
  const minutes: Minute[] = [];
  for (const time of times) {
    if (time?.clock && !isTime(time.clock)) return undefined;
    // "Every morning and evening": two parts of the day, two times.
    if (recur.part && time?.part && !time.clock && time.part !== recur.part)
      minutes.push(minuteOfPart(recur.part, env));
    const part = time?.part ?? recur.part;
    const spec = part === undefined ? time : { ...time, part };
    const dayTimes = spec ? timesOn(spec, env, undefined) : undefined;
    if (spec && !dayTimes) return undefined;
    if (dayTimes?.ask) {
      if (times.length > 1) return undefined;
      // "Midnight on weekdays" is the hour at which each of them begins, of a single day it may end it.
      const isFew = recur.freq === 'WEEKLY' && (recur.days?.weekdays?.length ?? 0) < 5;
      return isFew ? [[0], [1440]] : [[0]];
    }
    const minute = dayTimes?.minutes[0] ?? (recur.days?.weekend ? 600 : env.parts.date);
    const other = dayTimes?.others?.[0];
    minutes.push(minutes.includes(minute) && other !== undefined ? other : minute);
  }
  return [minutes];
}

/** "6:00, 14:00 and 22:00": where one is told on the 24-hour clock, all are. */
function alike(times: TimeSpec[] | undefined): TimeSpec[] | undefined {
  if (!times?.some(({ clock }) => clock?.full)) return times;
  return times.map((time) => (time.clock ? { ...time, clock: { ...time.clock, exact: true } } : time));
}

function calendarDraft(recur: Recur, minutes: Minute[], phrase: Phrase, env: Env, limits: Limits): Draft | undefined {
  const anchor = limits.startDay ?? env.today;
  const nightly = minutes.some((minute) => minute >= 1440);
  if (
    nightly &&
    ((!recur.days && recur.freq !== 'DAILY') || phrase.excepts.some(({ once, between }) => once ?? between))
  )
    return undefined;
  const parts = calendarParts(nightly ? dayLater(recur) : quartersFrom(limits.startDay, recur), anchor);
  const remainingParts = parts && excludeDays(parts, phrase);
  if (!remainingParts) return undefined;
  const { months } = recur;
  const within = remainingParts.map((part) => ({
    ...part,
    ...(months ? { byMonth: months } : {}),
    ...(part.freq === 'WEEKLY' && recur.interval > 1 && env.weekStart !== 1 ? { weekStart: env.weekStart } : {}),
  }));
  const times = minutes.map((minute) => minute % 1440);
  const second = phrase.time?.clock?.second ?? 0;
  // Weeks, months and years that name no day are counted from this one, days from the first time to come.
  const free = recur.days !== undefined || recur.freq === 'DAILY';
  const start = wallOf(anchor, Math.min(...times)) + second * 1_000;
  return { parts: atTimes(within, times), start, after: limits.from, free };
}

/** The recurrence a day later, for times after midnight that belong to the evening before. */
function dayLater(recur: Recur): Recur {
  const { days } = recur;
  if (!days?.weekdays) return recur;
  return { ...recur, days: { ...days, weekdays: days.weekdays.map((weekday) => (weekday % 7) + 1) } };
}

function excludeDays(parts: RulePart[], { excepts }: Phrase): RulePart[] | undefined {
  let remainingParts: RulePart[] | undefined = parts;
  for (const except of excepts)
    if (!except.once && !except.between) remainingParts = remainingParts && partsWithout(remainingParts, except);
  return remainingParts;
}

function elapsedDrafts(recur: Recur, phrase: Phrase, env: Env, limits: Limits): Draft[] | undefined {
  const weekdays = recur.days?.weekdays;
  const { range } = phrase;
  if ((recur.days && !weekdays) || recur.months) return undefined;
  // "Every hour on the hour from 9 to 5".
  const step = recur.step ?? (recur.minutes?.join() === '0' && range?.from.minute === 0 ? HOUR : undefined);
  if (range && step !== undefined) return windowDrafts(step, weekdays, range, phrase, env, limits);
  if (phrase.time || phrase.times || range || recur.part) return undefined;
  const base: RulePart = recur.minutes ? { freq: 'HOURLY', byMinute: recur.minutes } : stepPart(recur.step ?? 0);
  const limited = weekdays ? onlyOn(base, weekdays) : base;
  const parts = limited && excludeDays([limited], phrase);
  if (!parts) return undefined;
  return beginnings(phrase, env, limits).map((startAt) => {
    const start = wallAt(onlyMoment(startAt, stepOf(base), env.zone), env.zone);
    return { parts, start, after: startAt > env.now ? limits.from : env.now, free: false };
  });
}

/** Moments at which elapsed steps may begin; all hours of a day belong to "on 7 December" and "from 20 to 27 December". */
function beginnings(phrase: Phrase, env: Env, { startAt, startDay, until }: Limits): number[] {
  if (startAt !== undefined) return [startAt];
  if (startDay === undefined) return [Math.floor(env.now / 1_000) * 1_000];
  const day = midnight(startDay, env);
  if (!phrase.start || until !== undefined) return [day];
  return [instantOf(wallOf(startDay, env.parts.date), env.zone), day];
}

/** The last moment, counted back from `at` in steps, that the clock of the zone does not show for the second time. */
function onlyMoment(at: number, step: number, zone: string): number {
  let moment = at;
  while (instantOf(wallAt(moment, zone), zone) !== moment) moment -= step;
  return moment;
}

function stepPart(step: number): RulePart {
  if (step % HOUR === 0) return { freq: 'HOURLY', interval: step / HOUR };
  if (step % MINUTE === 0) return { freq: 'MINUTELY', interval: step / MINUTE };
  return { freq: 'SECONDLY', interval: Math.round(step / 1_000) };
}

/** "Every 15 minutes between 9 and 5": the times of each day, on the wall clock. */
function windowDrafts(
  step: number,
  weekdays: number[] | undefined,
  range: NonNullable<Phrase['range']>,
  phrase: Phrase,
  env: Env,
  limits: Limits,
): Draft[] | undefined {
  if (step % MINUTE !== 0 || !isTime(range.from) || !isTime(range.to)) return undefined;
  const recur: Recur = weekdays ? { freq: 'WEEKLY', interval: 1, days: { weekdays } } : { freq: 'DAILY', interval: 1 };
  const drafts = windowsOf(range.from, range.to, env).map(([from, to]) => {
    const length = Math.floor(((to - from) * MINUTE) / step) + 1;
    const minutes = Array.from({ length }, (_, index) => from + (index * step) / MINUTE);
    const isOnDays = weekdays !== undefined || phrase.dates.length > 0;
    // "From 6pm to midnight on 31 December": midnight begins the day behind it.
    const within = isOnDays && minutes.at(-1) === 1440 ? minutes.slice(0, -1) : minutes;
    if (isOnDays && within.some((minute) => minute >= 1440)) return undefined;
    const ofDay = within.map((minute) => minute % 1440);
    return calendarDraft(recur, ofDay, phrase, env, limits);
  });
  return drafts.every((draft) => draft !== undefined) ? drafts : undefined;
}

/** From when to when, in minutes; two windows where the words leave open which. */
function windowsOf(from: Clock, to: Clock, env: Env): [Minute, Minute][] {
  const clock = { ...from, midnight: false, exact: from.exact || to.full === true };
  const [start = 0] = timesOn({ clock }, env, undefined)?.minutes ?? [];
  const end = (to.hour % 24) * 60 + to.minute;
  if (to.exact) {
    const window: [Minute, Minute] = [start, end <= start ? end + 1440 : end];
    const later = start + 720;
    // "From 9 to 11 pm" begins in the morning or in the evening.
    return !clock.exact && start < 720 && later < end ? [window, [later, end]] : [window];
  }
  const morning = (to.hour % 12) * 60 + to.minute;
  return [[start, [morning, morning + 720, morning + 1440].find((one) => one > start) ?? 0]];
}

// --- the finished rule -------------------------------------------------------------------------------------------

function finish(
  { parts, start, after, free }: Draft,
  limits: Limits,
  skipped: Day[],
  env: Env,
): ParsedWhen | undefined {
  if (parts.length === 0) return rejectNever();
  const counted = free ? parts.map((part) => ({ ...part, interval: 1 })) : parts;
  const first = firstOf({ start, zone: env.zone, parts: counted }, parts, after, limits, env);
  if (!first) return rejectNever();
  const until = limits.lasting ? lastOf(limits.lasting, first.wall, parts, env, limits) : limits.until;
  // "For 20 minutes every day" is how long something takes, not how long it goes on.
  if (until !== undefined && limits.lasting && until < first.at) return undefined;
  if (until !== undefined && first.at > until) return until <= env.now ? past('') : rejectNever();
  if (limits.count !== undefined && parts.length > 1) return rejectNever();
  const limited = parts.map((part) => ({
    ...part,
    ...(limits.count === undefined ? {} : { count: limits.count }),
    ...(until === undefined ? {} : { until }),
  }));
  const rule: Rule = { ...anchorOf(first, limited, env), parts: limited };
  const gaps = skipped.filter((day) => occursOn(day, rule));
  if (gaps.length > MOST_SKIPPED) return undefined;
  return whenOfRule(gaps.length > 0 ? { ...rule, skipped: gaps } : rule, env);
}

/** Bound of what is stored of a series. */
const MOST_SKIPPED = 150;

/**
 * The first occurrence after `after`. "Every 3 days starting today" is counted from today, also when its hour has gone.
 */
function firstOf(open: Rule, parts: RulePart[], after: number, { startDay }: Limits, env: Env): Occurrence | undefined {
  const isCut = startDay !== undefined && after === env.now;
  const [counted] = ruleOccurrences(open, isCut ? instantOf(startDay * DAY, env.zone) - 1 : after);
  if (!counted || counted.at > after) return counted;
  return ruleOccurrences({ ...open, start: counted.wall, parts }, after).next().value ?? undefined;
}

/**
 * Anchor of a series: its first occurrence. Elapsed steps that begin while the clock shows an hour for the second time
 * begin earlier where that changes nothing, else by a clock that is not set back.
 */
function anchorOf({ at, wall }: Occurrence, parts: readonly RulePart[], env: Env): Pick<Rule, 'start' | 'zone'> {
  const [part] = parts;
  if (!part || !isSteps(part) || instantOf(wall, env.zone) === at) return { start: wall, zone: env.zone };
  const step = stepOf(part);
  if (part.count !== undefined || at - step > env.now) return { start: wall, zone: fixedZone(wall - at) };
  return { start: wallAt(onlyMoment(at, step, env.zone), env.zone), zone: env.zone };
}

/** The end of "for 2 weeks", counted from the day (or, for elapsed steps, from the moment) that the series begins. */
function lastOf(span: Span, first: Wall, parts: RulePart[], env: Env, limits: Limits): number {
  const later = (day: Day) => (addMonths(day, span.months) + span.days) * DAY;
  if (!parts.some(isSteps)) return instantOf(later(Math.floor(first / DAY)), env.zone) - 1_000;
  const startAt = limits.startAt ?? env.now;
  if (isElapsed(span)) return startAt + span.milliseconds;
  const start = wallAt(startAt, env.zone);
  const from = Math.floor(start / DAY);
  return instantOf(later(from) + (start - from * DAY), env.zone) + span.milliseconds;
}

export function whenOfRule(rule: Rule, env: Env): ParsedWhen {
  const next: Date[] = [];
  for (const { at } of ruleOccurrences(rule, env.now)) if (next.push(new Date(at)) === NEXT) break;
  return next.length === 0 ? rejectNever() : { kind: 'recurring', rule: formatRule(rule), zone: rule.zone, next };
}
