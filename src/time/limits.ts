import { DAY, type Day, MINUTE, type Wall, wallOf } from './civil.ts';
import { isTime, nextTimes, timesOn } from './clock.ts';
import { moveDay, periodBounds, resolveDate } from './dates.ts';
import type { Env } from './env.ts';
import type { Phrase } from './phrase.ts';
import { type DateSpec, isElapsed, type Moment, type Recur, type Span, type TimeSpec } from './pieces.ts';
import { impossible, past } from './texts.ts';
import type { When } from './types.ts';
import { findZone } from './zone-names.ts';
import { instantOf } from './zones.ts';

/** Between which instants a series lies, and what is known of its first day. */
export interface Limits {
  /** Nothing before this instant. */
  from: number;
  /** The day that the words start at, if they do. */
  startDay?: Day;
  startTime?: TimeSpec | undefined;
  /** The exact moment (milliseconds UTC) that the series starts at, for elapsed steps. */
  startAt?: number;
  until?: number;
  lasting?: Span;
  count?: number;
}

export function limitsOf(phrase: Phrase, env: Env): Limits | When | undefined {
  const limits: Limits = { from: env.now };
  const bounds = boundsOf(phrase, env);
  if (bounds) {
    limits.from = Math.max(env.now, env.clock.instantOf(bounds[0] * DAY) - 1);
    limits.until = env.clock.instantOf(bounds[1] * DAY) - 1_000;
    if (bounds[0] > env.today) limits.startDay = bounds[0];
  }
  const start = phrase.start ?? firstDay(phrase);
  if (start) {
    const started = startOf(start, env);
    if (started === undefined || 'kind' in started) return started;
    Object.assign(limits, started);
  }
  if (phrase.until) {
    if (limits.until !== undefined) return undefined;
    const until = endOf(phrase.until, limits, env);
    if (until === undefined || typeof until !== 'number') return until;
    if (until <= env.now) return past('');
    limits.until = until;
  }
  if (phrase.lasting) limits.lasting = phrase.lasting;
  if (phrase.count !== undefined) limits.count = phrase.count;
  return limits;
}

/** "Tomorrow at 9 and then every day", "tomorrow every weekday", "Jan 15 at 9, repeating monthly": the day of the first. */
function firstDay({ dates, recurs }: Phrase): Moment | undefined {
  const [date] = dates;
  const [recur] = recurs;
  if (!date || !recur || recur.step !== undefined || recur.minutes) return undefined;
  if (recur.days && date.type !== 'offset') return undefined;
  return isFirstDay(date, recur) ? { date } : undefined;
}

/** Whether a date beside a recurrence says when it begins, and not on which days it falls. */
export function isFirstDay(date: DateSpec, { freq }: Recur): boolean {
  if (date.type === 'offset') return date.days > 0;
  return date.type === 'monthday' && date.month !== undefined && freq !== 'YEARLY';
}

/** "This week", "tomorrow", "in December" beside a recurrence: the days from … up to …. */
function boundsOf({ dates, recurs, range }: Phrase, env: Env): [Day, Day] | undefined {
  const isWithinDay = range !== undefined || recurs.some(({ step, minutes }) => step !== undefined || minutes);
  for (const date of dates) {
    if (date.type === 'offset' && date.days >= 0 && isWithinDay)
      return [env.today + date.days, env.today + date.days + 1];
    if (date.type === 'period' && date.edge === 'whole' && date.month === undefined) return periodBounds(date, env);
  }
  return undefined;
}

/** The single days that a series leaves out; undefined where it is open which. */
export function skippedDays({ excepts }: Phrase, env: Env): Day[] | undefined {
  const days: Day[] = [];
  for (const date of excepts.flatMap(({ once }) => once ?? [])) {
    const found = date.type === 'period' ? weekOf(periodBounds(date, env)) : resolveDate(date, env);
    if (typeof found === 'string' || found.ask) return undefined;
    days.push(...found.days);
  }
  return days.sort((a, b) => a - b);
}

const weekOf = ([from]: [Day, Day]) => ({ days: Array.from({ length: 7 }, (_, at) => from + at), ask: false });

function startOf({ date, time, shift, offset }: Moment, env: Env): Partial<Limits> | When | undefined {
  if (shift) {
    const wall = moveDay(env.today, shift, 1) * DAY + (env.wall - env.today * DAY);
    const at = env.clock.instantOf(wall) + shift.milliseconds;
    const startDay = Math.floor(env.clock.wallAt(at) / DAY);
    return isElapsed(shift) ? { from: at - 1, startDay, startAt: at } : { from: midnight(startDay, env), startDay };
  }
  if (!date) return startTimeOf(time, env);
  const days = resolveDate(date, env);
  if (days === 'PAST') return past('');
  if (days === 'NOT_A_DATE') return impossible();
  const [startDay = env.today] = days.days;
  if (days.ask || startDay < env.today) return days.ask ? undefined : past('');
  const found: Partial<Limits> = { from: Math.max(env.now, midnight(startDay, env)), startDay, startTime: time };
  if (!time) return found;
  const times = timesOn(time, env, undefined);
  if (!times || (time.clock && !isTime(time.clock))) return undefined;
  const startAt = momentAt(wallOf(startDay, times.minutes[0] ?? 0) + times.second * 1_000, env, offset);
  return { ...found, startAt, from: Math.max(env.now, startAt - 1) };
}

function startTimeOf(time: TimeSpec | undefined, env: Env): Partial<Limits> | undefined {
  const times = time && nextTimes(time, env, Math.floor((env.wall - env.today * DAY) / MINUTE));
  const walls = times?.minutes.map((minute) => wallOf(env.today, minute) + (times.second ?? 0) * 1_000) ?? [];
  const startAt = walls.map((wall) => env.clock.instantOf(wall)).find((at) => at > env.now);
  return startAt === undefined ? undefined : { from: startAt - 1, startAt, startTime: time };
}

/** The instant of a wall time; of one that comes twice, the one at which the clock has this offset. */
function momentAt(wall: Wall, env: Env, offset: string | undefined): number {
  const fixed = offset === undefined ? undefined : findZone(offset)?.zone;
  return fixed === undefined ? env.clock.instantOf(wall) : instantOf(wall, fixed);
}

/** Just before a day begins. */
function midnight(day: Day, env: Env): number {
  return env.clock.instantOf(day * DAY) - 1;
}

function endOf(until: NonNullable<Phrase['until']>, limits: Limits, env: Env): number | When | undefined {
  const { date, time, shift, offset } = until.moment;
  if (shift) {
    const wall = moveDay(env.today, shift, 1) * DAY + (env.wall - env.today * DAY);
    return env.clock.instantOf(wall) + shift.milliseconds;
  }
  if (!date) {
    const times = time && nextTimes(time, env, Math.floor((env.wall - env.today * DAY) / MINUTE));
    const ends = times?.minutes.map((minute) => env.clock.instantOf(wallOf(env.today, minute)));
    return ends?.find((end) => end > Math.max(env.now, limits.from));
  }
  const day = endDay(date, until.whole, limits, env);
  if (typeof day !== 'number') return day;
  if (!time) return env.clock.instantOf((day + 1) * DAY) - 1_000;
  const times = timesOn(time, env, undefined);
  return times && momentAt(wallOf(day, times.minutes[0] ?? 0) + times.second * 1_000, env, offset);
}

/** The last day of "until …": a month or week that is only named ends what comes before it. */
function endDay(date: DateSpec, whole: boolean, limits: Limits, env: Env): Day | When | undefined {
  if (date.type === 'period' && date.edge === 'whole') {
    const [from, to] = periodBounds(date, env);
    return whole || from <= env.today ? to - 1 : from - 1;
  }
  // An end is looked for after the start: "from December to 15 January".
  const base = limits.startDay === undefined ? env : { ...env, today: limits.startDay };
  const days = resolveDate(date, date.type === 'offset' ? env : base);
  if (days === 'PAST') return past('');
  if (days === 'NOT_A_DATE') return impossible();
  return days.days[0];
}
