import { DAY, MINUTE, minuteOf } from './civil.ts';
import { type Env, minuteOfPart } from './env.ts';
import type { Clock, PartName, TimeSpec } from './pieces.ts';

/** Minutes since midnight of a day; 1440 and more lie in the night that follows it. */
export type Minute = number;

/** The times that a time of day may mean, best first; `ask` where they are equally likely. */
export interface Times {
  minutes: Minute[];
  others?: Minute[];
  ask?: boolean;
  second: number;
}

const NOON = 720;
const MIDNIGHT = 1440;

/** The hours (0–23) that lie in a part of the day; later ones than 23 are in the night after it. */
const PART_HOURS: Readonly<Record<PartName, readonly [number, number]>> = {
  early: [4, 11],
  morning: [0, 11],
  lunch: [11, 14],
  noon: [11, 13],
  afternoon: [12, 18],
  endOfDay: [12, 23],
  evening: [16, 23],
  tonight: [17, 28],
  night: [18, 29],
  late: [18, 28],
};

function withinPart(clock: Clock, part: PartName): Minute | undefined {
  const [from, to] = PART_HOURS[part];
  const hours =
    clock.exact && !clock.midnight
      ? [clock.hour, clock.hour + 24]
      : [0, 12, 24].map((half) => (clock.hour % 12) + half);
  const hour = hours.find((one) => one >= from && one <= to);
  return hour === undefined ? undefined : hour * 60 + clock.minute;
}

/**
 * Times of day on a day that has been named. `after` (minutes, on that very day): the point that day has got to;
 * `series` for a time that comes again, which has no "next to come".
 */
export function timesOn(time: TimeSpec, env: Env, after: Minute | undefined): Times | undefined {
  const { clock, part } = time;
  if (time.same) return { minutes: [minuteOf(env.wall)], second: Math.floor(env.wall / 1_000) % 60 };
  if (!clock) return part === undefined ? undefined : { minutes: [minuteOfPart(part, env)], second: 0 };
  const { second } = clock;
  if (part !== undefined) {
    const minute = withinPart(clock, part);
    return minute === undefined ? undefined : { minutes: [minute], second };
  }
  if (clock.midnight) return { minutes: [0, MIDNIGHT], ask: true, second };
  if (!isTime(clock)) return undefined;
  if (clock.exact) return { minutes: [clock.hour * 60 + clock.minute], second };
  const [first, other] = bareTimes(clock, env);
  const isOver = after !== undefined && first <= after;
  // "At 9" said at ten of this very day is nine in the evening, as long as people are awake then, or it is at hand.
  if (isOver && other > after && (isWaking(other, env) || other - after <= AT_HAND))
    return { minutes: [other], others: [first], second };
  // Twelve is noon.
  return { minutes: [first], ...(clock.hour === 12 ? {} : { others: [other] }), second };
}

export const isTime = ({ hour, minute, second }: Clock): boolean =>
  minute < 60 && second < 60 && (hour < 24 || (hour === 24 && minute === 0));

/** The two times that a time of the 12-hour clock may be, the likelier one first. */
function bareTimes({ hour, minute }: Clock, env: Env): [Minute, Minute] {
  const am = (hour % 12) * 60 + minute;
  const pm = am + NOON;
  const afternoon = hour === 12 || hour <= 6 || !isWaking(am, env);
  return afternoon ? [pm, am] : [am, pm];
}

/** Minutes. Who says "at 11" at ten to eleven at night is awake. */
const AT_HAND = 30;

const isWaking = (minute: Minute, { parts }: Env): boolean => minute >= parts.wakingFrom && minute <= parts.wakingTo;

export const minuteOfNow = ({ wall, today }: Env): Minute => Math.floor((wall - today * DAY) / MINUTE);

/** A time that no day was named for: minutes from today's midnight on, in the order in which they are tried. */
export function nextTimes(time: TimeSpec, env: Env, now: Minute): Times | undefined {
  const { clock, part } = time;
  if (clock?.midnight) return { minutes: [MIDNIGHT], second: 0 };
  const today = timesOn(time, env, now);
  if (!today) return undefined;
  const [minute = 0] = today.minutes;
  // A time said of this day stays in it, over or not: "this morning", "tonight", "by end of day".
  if (time.today === true || part === 'endOfDay') return today;
  if (part !== undefined && minute >= MIDNIGHT) return { ...today, minutes: [minute - MIDNIGHT, minute] };
  const tomorrow = timesOn(time, env, undefined)?.minutes[0] ?? minute;
  const later = { ...today, minutes: [minute, tomorrow + MIDNIGHT] };
  return today.others ? { ...later, others: today.others.flatMap((other) => [other, other + MIDNIGHT]) } : later;
}
