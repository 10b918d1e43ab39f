import { addMonths, DAY, type Day, MINUTE, type Wall, wallOf } from './civil.ts';
import { isTime, type Minute, timesOn } from './clock.ts';
import { type Env, minuteOfPart, toInstant } from './env.ts';
import { isFirstDay, type Limits, limitsOf, skippedDays } from './limits.ts';
import { type Occurrence, occursOn, ruleOccurrences } from './occurrences.ts';
import type { Phrase } from './phrase.ts';
import { type Clock, type DateSpec, isElapsed, type Recur, type Span, type TimeSpec } from './pieces.ts';
import { formatRule, isSteps, type Rule, type RulePart, stepOf } from './rule.ts';
import { atTimes, calendarParts, onlyOn, quartersFrom, without } from './rule-parts.ts';
import { never, past, tooOften, whichOne } from './texts.ts';
import type { Recurring, When } from './types.ts';
import { fixedZone, type ZoneClock } from './zones.ts';

/** How many of the next occurrences are told. */
const NEXT = 5;

/** A series before it has a first occurrence. */
interface Draft {
  parts: RulePart[];
  /** Where the series is counted from, unless it is by the first day that fits. */
  start: Wall;
  /** Only what lies after this instant. */
  after: number;
  /** Every second, third … is counted from the first day that fits, not from `start`. */
  free: boolean;
}

/** A phrase with recurrence as a rule; undefined when its pieces contradict each other or RFC 5545 cannot say it. */
export function resolveSeries(phrase: Phrase, env: Env): When | undefined {
  if (phrase.shift || phrase.before) return undefined;
  const step = phrase.recurs.find((recur) => recur.step !== undefined)?.step;
  if (step !== undefined && step <= 0) return never();
  if (step !== undefined && step < MINUTE) return tooOften();
  if (phrase.recurs.some(({ interval }) => interval < 1) || phrase.count === 0) return never();
  if (phrase.recurs.some(({ perDay }) => perDay !== undefined && perDay !== phrase.times?.length)) return undefined;
  const own = step === undefined ? withOwnTime(phrase) : phrase;
  if (own !== phrase) return withOther(resolveSeries(own, env), phrase, env);
  const either = step === undefined ? eitherTime(phrase, env) : undefined;
  if (either) return either;
  const limits = limitsOf(phrase, env);
  if (limits === undefined || 'kind' in limits) return limits;
  const readings = draftsOf(phrase, env, limits);
  const skipped = skippedDays(phrase, env);
  if (!readings || !skipped || (skipped.length > 0 && limits.count !== undefined)) return undefined;
  const series = readings.map((draft) => finish(draft, limits, skipped, env));
  const [first, ...rest] = series;
  if (!first || (rest.length === 0 && !isPerDay(phrase))) return first;
  const possible = series.filter((one) => one?.kind === 'recurring');
  return possible.length === 0 ? first : whichOne(possible.map((when) => ({ words: '', when })));
}

/** "Every day 2 times": may be said of each day; nobody means ten times a day. */
function isPerDay({ loose, count = 0, recurs, days, time, times }: Phrase): boolean {
  const isBare = !days && !time && !times && recurs.every((recur) => recur.step === undefined && !recur.days);
  return loose === true && count < 5 && isBare;
}

/**
 * "Every day until 23 November at 5pm", "from 1 April at 8 in the evening": a series that has no other time takes the
 * one behind its end or its start.
 */
function withOwnTime(phrase: Phrase): Phrase {
  const { until, start, time, times, range, recurs } = phrase;
  if (times || range || time?.clock || time?.same || recurs.some(({ minutes }) => minutes)) return phrase;
  const part = time?.part === undefined ? {} : { part: time.part };
  const { date, time: last, led, offset } = until?.moment ?? {};
  if (until && date && last && !led && offset === undefined)
    return { ...phrase, time: { ...last, ...part }, until: { ...until, moment: { date } } };
  if (start?.date && start.time?.clock && time?.part)
    return { ...phrase, time: { ...start.time, ...part }, start: { date: start.date } };
  return phrase;
}

/** The same series with the hour at its end instead of on each day, for a button. */
function withOther(when: When | undefined, phrase: Phrase, env: Env): When | undefined {
  if (when?.kind !== 'recurring' || !phrase.until?.moment.time?.clock || phrase.time) return when;
  const other = resolveSeries({ ...phrase, time: { clock: defaultClock(env) } }, env);
  const isOther = other?.kind === 'recurring' && other.next.join() !== when.next.join();
  return isOther ? { ...when, others: [{ words: '', when: other }] } : when;
}

/** "Every day until 5pm on 23 November": the hour may be that of each day, or of the end. */
function eitherTime(phrase: Phrase, env: Env): When | undefined {
  const { until, time, times, range } = phrase;
  if (!until?.moment.date || !until.moment.time?.clock || time || times || range) return undefined;
  const end = { ...until, moment: { date: until.moment.date } };
  const first = resolveSeries({ ...phrase, until: end, time: until.moment.time }, env);
  const second = resolveSeries({ ...phrase, time: { clock: defaultClock(env) } }, env);
  const possible = [first, second].filter((when) => when?.kind === 'recurring');
  return possible.length > 0 ? whichOne(possible.map((when) => ({ words: '', when }))) : first;
}

function defaultClock({ parts }: Env): Clock {
  return { hour: Math.floor(parts.date / 60), minute: parts.date % 60, second: 0, exact: true };
}

// --- limits ------------------------------------------------------------------------------------------------------

function draftsOf(phrase: Phrase, env: Env, limits: Limits): Draft[] | undefined {
  const recur = merged(phrase, env);
  if (!recur) return undefined;
  if (recur.step !== undefined || recur.minutes) return elapsedDrafts(recur, phrase, env, limits);
  if (phrase.range?.loose) return undefined;
  const times = timesOf(recur, phrase, env, limits);
  if (!times) return undefined;
  const drafts = times.flatMap((minutes) => {
    const draft = calendarDraft(recur, minutes, phrase, env, limits);
    return draft ? [draft] : [];
  });
  return drafts.length === times.length ? drafts : undefined;
}

/** One recurrence from the pieces that name its step, its days and its dates. */
function merged({ recurs, dates, days }: Phrase, env: Env): Recur | undefined {
  let [recur, second] = recurs;
  if (!recur) return undefined;
  if (second) {
    // "Every 2 hours from 9 to 5 every day": the day says nothing more.
    const isDaily = ({ freq, interval, step, days: on, part }: Recur) =>
      freq === 'DAILY' && interval === 1 && step === undefined && !on && !part;
    // "Daily … on weekdays": the one that names the days limits the other.
    if (second.step !== undefined && isDaily(recur)) recur = second;
    else if (recur.step !== undefined && isDaily(second)) recur = { ...recur };
    else if (!recur.days && second.days?.weekdays && second.interval === 1 && second.step === undefined)
      recur = withDays(recur, second);
    else if (!second.days && recur.days?.weekdays && recur.interval === 1 && recur.step === undefined)
      recur = withDays(second, recur);
    else return undefined;
  }
  if (days) recur = recur && withDays(recur, { freq: 'WEEKLY', interval: 1, days });
  for (const date of dates) recur = recur && onDate(recur, date, env);
  return recur;
}

function withDays(recur: Recur, { days, part }: Recur): Recur | undefined {
  if (recur.days || !days) return undefined;
  if (recur.freq === 'DAILY' && recur.interval > 1) return undefined;
  if (recur.freq === 'MONTHLY' || recur.freq === 'YEARLY') return undefined;
  return { ...recur, days, ...(part ? { part } : {}) };
}

function onDate(recur: Recur, date: DateSpec, env: Env): Recur | undefined {
  if (!recur.days && recur.step === undefined && isFirstDay(date, recur)) return recur;
  if (date.type === 'offset') return date.days >= 0 ? recur : undefined;
  if (date.type === 'weekday' && recur.days?.weekend && recur.days.weekdays?.includes(date.weekday))
    return { ...recur, days: { weekdays: [date.weekday] } };
  if (date.type === 'weekday' && date.which === 'bare' && date.weeks === undefined && date.inWeek === undefined)
    return withDays(recur, { freq: 'WEEKLY', interval: 1, days: { weekdays: [date.weekday] } });
  if (date.type === 'weekend' && date.which === 'this')
    return withDays(recur, { freq: 'WEEKLY', interval: 1, days: { weekdays: [6, 7], weekend: true } });
  if (date.type === 'period' && date.edge === 'whole') {
    if (date.month === undefined) return date.which >= 0 ? recur : undefined;
    return date.year === undefined ? { ...recur, months: [date.month] } : undefined;
  }
  if (recur.days || recur.step !== undefined) return undefined;
  if (date.type === 'monthday' && date.year === undefined && date.inMonth === undefined) {
    if (date.month === undefined)
      return recur.freq === 'MONTHLY' ? { ...recur, days: { monthDays: [date.day] } } : undefined;
    if (recur.freq === 'YEARLY') return { ...recur, days: { dates: [{ month: date.month, day: date.day }] } };
  }
  if (date.type === 'holiday' && recur.freq === 'YEARLY') return { ...recur, days: { holiday: date.name } };
  if (date.type === 'nth' && date.inMonth === 0 && recur.freq === 'MONTHLY' && typeof date.of === 'string')
    return { ...recur, days: date.of === 'workday' ? { workday: date.nth } : { monthDays: [date.nth] } };
  return date.type === 'nth' && date.inMonth === 0 && recur.freq === 'MONTHLY' && typeof date.of === 'object'
    ? { ...recur, days: { nth: [{ nth: date.nth, weekday: date.of.weekday }] } }
    : numericDate(recur, date, env);
}

function numericDate(recur: Recur, date: DateSpec, env: Env): Recur | undefined {
  if (date.type !== 'numeric' || recur.freq !== 'YEARLY' || env.monthFirst === undefined) return undefined;
  const [month, day] = env.monthFirst ? [date.first, date.second] : [date.second, date.first];
  return { ...recur, days: { dates: [{ month, day }] } };
}

/** The times of day, in minutes; several lists where it has to be asked which are meant. */
function timesOf(recur: Recur, phrase: Phrase, env: Env, limits: Limits): Minute[][] | undefined {
  const said = alike(phrase.times) ?? [phrase.range ? { clock: phrase.range.from } : (phrase.time ?? limits.startTime)];
  const minutes: Minute[] = [];
  for (const time of said) {
    if (time?.clock && !isTime(time.clock)) return undefined;
    // "Every morning and evening": two parts of the day, two times.
    if (recur.part && time?.part && !time.clock && time.part !== recur.part)
      minutes.push(minuteOfPart(recur.part, env));
    const part = time?.part ?? recur.part;
    const spec = part === undefined ? time : { ...time, part };
    const found = spec ? timesOn(spec, env, undefined) : undefined;
    if (spec && !found) return undefined;
    if (found?.ask) {
      const isDaily = recur.freq === 'DAILY' && !recur.days;
      if (said.length > 1) return undefined;
      // "Midnight on weekdays" is the hour at which each of them begins, of a single day it may end it.
      const isWeek = (recur.days?.weekdays?.length ?? 0) > 4;
      return isDaily || isWeek || recur.freq !== 'WEEKLY' ? [[0]] : [[0], [1440]];
    }
    const minute = found?.minutes[0] ?? (recur.days?.weekend ? 600 : env.parts.date);
    const other = found?.others?.[0];
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
  const parts = calendarParts(nightly ? dayLater(recur) : quartersFrom(limits.startDay, recur), anchor);
  if (!parts || (nightly && !recur.days && recur.freq !== 'DAILY')) return undefined;
  if (nightly && phrase.excepts.some(({ once }) => once)) return undefined;
  const left = excluded(parts, phrase);
  if (!left) return undefined;
  const { months } = recur;
  const within = months ? left.map((part) => ({ ...part, byMonth: months })) : left;
  const times = minutes.map((minute) => minute % 1440);
  const weekStart = env.weekStart === 1 ? {} : { weekStart: env.weekStart };
  const weekly = within.map((part) =>
    part.freq === 'WEEKLY' && recur.interval > 1 ? { ...part, ...weekStart } : part,
  );
  const [first = 0] = [...times].sort((a, b) => a - b);
  // Weeks, months and years that name no day are counted from this one, days from the first time to come.
  const second = phrase.time?.clock?.second ?? 0;
  const free = recur.days !== undefined || recur.freq === 'DAILY';
  return { parts: atTimes(weekly, times), start: wallOf(anchor, first) + second * 1_000, after: limits.from, free };
}

/** The recurrence a day later, for times after midnight that belong to the evening before. */
function dayLater(recur: Recur): Recur {
  const { days } = recur;
  if (!days?.weekdays) return recur;
  return { ...recur, days: { ...days, weekdays: days.weekdays.map((weekday) => (weekday % 7) + 1) } };
}

function excluded(parts: RulePart[], { excepts }: Phrase): RulePart[] | undefined {
  let left: RulePart[] | undefined = parts;
  for (const except of excepts) if (!except.once) left = left && without(left, except);
  return left;
}

function elapsedDrafts(recur: Recur, phrase: Phrase, env: Env, limits: Limits): Draft[] | undefined {
  const weekdays = recur.days?.weekdays;
  if ((recur.days && !weekdays) || recur.months) return undefined;
  if (phrase.range && recur.step !== undefined) return windowDrafts(recur.step, weekdays, phrase, env, limits);
  // "Every hour on the hour from 9 to 5".
  const isFull = recur.minutes?.join() === '0' && phrase.range?.from.minute === 0;
  if (phrase.range && isFull) return windowDrafts(60 * MINUTE, weekdays, phrase, env, limits);
  if (phrase.time || phrase.times || phrase.range || recur.part) return undefined;
  const base: RulePart = recur.minutes ? { freq: 'HOURLY', byMinute: recur.minutes } : stepPart(recur.step ?? 0);
  const limited = weekdays ? onlyOn(base, weekdays) : base;
  const parts = limited && excluded([limited], phrase);
  const startAt = limits.startAt ?? (limits.startDay === undefined ? Math.floor(env.now / 1_000) * 1_000 : undefined);
  if (!parts || startAt === undefined) return undefined;
  const start = env.clock.wallAt(onlyMoment(startAt, stepOf(base), env.clock));
  return [{ parts, start, after: limits.startAt === undefined ? env.now : limits.from, free: false }];
}

/** The last moment, counted back from `at` in steps, that the clock of the zone does not show for the second time. */
function onlyMoment(at: number, step: number, clock: ZoneClock): number {
  let moment = at;
  while (clock.instantOf(clock.wallAt(moment)) !== moment) moment -= step;
  return moment;
}

function stepPart(step: number): RulePart {
  if (step % 3_600_000 === 0) return { freq: 'HOURLY', interval: step / 3_600_000 };
  if (step % MINUTE === 0) return { freq: 'MINUTELY', interval: step / MINUTE };
  return { freq: 'SECONDLY', interval: Math.round(step / 1_000) };
}

/** "Every 15 minutes between 9 and 5": the times of each day, on the wall clock. */
function windowDrafts(
  step: number,
  weekdays: number[] | undefined,
  phrase: Phrase,
  env: Env,
  limits: Limits,
): Draft[] | undefined {
  const { range } = phrase;
  if (!range || step % MINUTE !== 0) return undefined;
  const recur: Recur = weekdays ? { freq: 'WEEKLY', interval: 1, days: { weekdays } } : { freq: 'DAILY', interval: 1 };
  const windows = windowsOf(range.from, range.to, env);
  const drafts = windows.map(([from, to]) => {
    const minutes: Minute[] = [];
    for (let minute = from; minute <= to; minute += step / MINUTE) minutes.push(minute);
    if (minutes.some((minute) => minute >= 1440) && weekdays) return undefined;
    return calendarDraft(
      recur,
      minutes.map((minute) => minute % 1440),
      phrase,
      env,
      limits,
    );
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
  const ends = [(to.hour % 12) * 60 + to.minute, (to.hour % 12) * 60 + to.minute + 720];
  return [[start, ends.find((one) => one > start) ?? (ends[0] ?? 0) + 1440]];
}

// --- the finished rule -------------------------------------------------------------------------------------------

function finish({ parts, start, after, free }: Draft, limits: Limits, skipped: Day[], env: Env): When | undefined {
  if (parts.length === 0) return never();
  const counted = free ? parts.map((part) => ({ ...part, interval: 1 })) : parts;
  const open: Rule = { start, zone: env.zone, parts: counted };
  const first = firstOf(open, parts, after, limits, env);
  if (!first) return never();
  const until = limits.lasting ? lastOf(limits.lasting, first.wall, parts, env, limits) : limits.until;
  // "For 20 minutes every day" is how long something takes, not how long it goes on.
  if (until !== undefined && limits.lasting && until < first.at) return undefined;
  if (until !== undefined && first.at > until) return until <= env.now ? past('') : never();
  if (limits.count !== undefined && parts.length > 1) return never();
  const limited = parts.map((part) => ({
    ...part,
    ...(limits.count === undefined ? {} : { count: limits.count }),
    ...(until === undefined ? {} : { until }),
  }));
  const rule: Rule = { ...anchorOf(first, limited, env), parts: limited };
  const left = skipped.filter((day) => occursOn(day, rule, env.clock));
  return recurring(left.length > 0 ? { ...rule, skipped: left } : rule, env);
}

/**
 * The first occurrence after `after`. "Every 3 days starting today" is counted from today, also when its hour has gone.
 */
function firstOf(open: Rule, parts: RulePart[], after: number, { startDay }: Limits, env: Env): Occurrence | undefined {
  const isCut = startDay !== undefined && after === env.now;
  const [counted] = ruleOccurrences(open, isCut ? env.clock.instantOf(startDay * DAY) - 1 : after, env.clock);
  if (!counted || counted.at > after) return counted;
  return ruleOccurrences({ ...open, start: counted.wall, parts }, after, env.clock).next().value ?? undefined;
}

/**
 * What a series is counted from: its first occurrence. Elapsed steps that begin while the clock shows an hour for the
 * second time begin earlier where that changes nothing, else by a clock that is not set back.
 */
function anchorOf({ at, wall }: Occurrence, parts: readonly RulePart[], env: Env): Pick<Rule, 'start' | 'zone'> {
  const [part] = parts;
  if (!part || !isSteps(part) || env.clock.instantOf(wall) === at) return { start: wall, zone: env.zone };
  const step = stepOf(part);
  const moment = onlyMoment(at, step, env.clock);
  if (part.count === undefined && at - step <= env.now) return { start: env.clock.wallAt(moment), zone: env.zone };
  return { start: wall, zone: fixedZone(wall - at) };
}

/** The end of "for 2 weeks", counted from the day (or, for elapsed steps, from the moment) that the series begins. */
function lastOf(span: Span, first: Wall, parts: RulePart[], env: Env, limits: Limits): number {
  const day = Math.floor(first / DAY);
  if (!parts.some(isSteps)) return env.clock.instantOf((addMonths(day, span.months) + span.days) * DAY) - 1_000;
  const startAt = limits.startAt ?? env.now;
  if (isElapsed(span)) return startAt + span.milliseconds;
  const start = env.clock.wallAt(startAt);
  const from = Math.floor(start / DAY);
  const end = (addMonths(from, span.months) + span.days) * DAY + (start - from * DAY);
  return env.clock.instantOf(end) + span.milliseconds;
}

/** A rule with its next occurrences; `NEVER` when it has none. */
export function recurring(rule: Rule, env: Env): When {
  const next: Date[] = [];
  const clock = rule.zone === env.zone ? env.clock : undefined;
  for (const { at } of ruleOccurrences(rule, env.now, clock)) if (next.push(toInstant(at)) === NEXT) break;
  if (next.length === 0) return never();
  return { kind: 'recurring', rule: formatRule(rule), zone: rule.zone, next } satisfies Recurring;
}
