import {
  addMonths,
  DAY,
  type Day,
  dayOfWall,
  isoOfWall,
  MINUTE,
  SECOND,
  type Wall,
  weekdayOf,
  ymdOf,
} from './civil.ts';
import { isTime, type Minute, nextTimes, type Times, timesOn } from './clock.ts';
import { type Days, moveDay, resolveDate } from './dates.ts';
import { type Env, toInstant } from './env.ts';
import { formatWall } from './format.ts';
import type { Phrase } from './phrase.ts';
import { type Clock, type DateSpec, isElapsed, type Span, type TimeSpec } from './pieces.ts';
import { impossible, past, whichOne } from './texts.ts';
import type { Once, Reading, When } from './types.ts';

/** The wall times that a phrase may mean. */
interface Walls {
  /** In order of preference; the first that is to come is meant, or with `ask` any of them. */
  walls: Wall[];
  others: Wall[];
  /** `first`: whether the first is meant. */
  ask: boolean | 'first';
  /** Of the others, only those before the one that is meant are worth a button. */
  sooner?: boolean;
}

/** The last instant that is understood; beyond it no reminder is wanted. */
const LAST = Date.UTC(9999, 11, 31);

/** A phrase without recurrence as one instant; undefined when its pieces contradict each other. */
export function resolveOnce(phrase: Phrase, env: Env): When | undefined {
  if (phrase.shift && phrase.dates.length === 0 && !phrase.time && !phrase.range)
    return shifted(phrase.shift.span, env);
  const found = wallsOf(phrase, env);
  if (found === undefined) return undefined;
  if (typeof found === 'string') return found === 'PAST' ? past('') : impossible();
  const moved = phrase.before ? moveAll(found, phrase.before.span, phrase.before.sign) : found;
  return moved && choose(moved, env);
}

function choose({ walls, others, ask, sooner }: Walls, env: Env): When {
  const upcoming = walls.filter((wall) => isUpcoming(wall, env));
  const [first] = upcoming;
  const last = walls.at(-1);
  if (first === undefined) return past(last === undefined ? '' : formatWall(last, env.wall));
  if (ask === 'first') return whichOne([reading(first, env)]);
  if (ask) return whichOne(upcoming.map((wall) => reading(wall, env)));
  return certain(first, sooner ? others.filter((other) => other < first) : others, env);
}

function certain(wall: Wall, others: readonly Wall[], env: Env): When {
  const instant = once(wall, env);
  if (instant.at.getTime() > LAST) return impossible();
  const rest = [...new Set(others)].filter((other) => other !== wall && isUpcoming(other, env)).slice(0, 2);
  return rest.length === 0 ? instant : { ...instant, others: rest.map((other) => reading(other, env)) };
}

function isUpcoming(wall: Wall, env: Env): boolean {
  return wall < LAST + DAY && env.clock.instantOf(wall) > env.now;
}

function once(wall: Wall, { zone, clock }: Env): Once {
  return { kind: 'once', at: toInstant(clock.instantOf(wall)), local: isoOfWall(wall), zone };
}

function reading(wall: Wall, env: Env): Reading {
  return { words: formatWall(wall, env.wall), when: once(wall, env) };
}

/** "In 3 hours", "in two days": elapsed time for what the clock counts, the same time of day for the calendar. */
function shifted(span: Span, env: Env): When {
  const wall = isElapsed(span) ? undefined : dayShift(span, env);
  const from = wall === undefined ? env.now : wall < LAST ? env.clock.instantOf(wall) : LAST + 1;
  const at = from + span.milliseconds;
  if (at > LAST) return impossible();
  if (at <= env.now) return past(formatWall(env.clock.wallAt(at), env.wall));
  return { kind: 'once', at: toInstant(at), local: isoOfWall(env.clock.wallAt(at)), zone: env.zone };
}

function dayShift(span: Span, env: Env): Wall {
  if (span.months > 120_000 || span.days > 4_000_000) return LAST + 1;
  return moveDay(env.today, span, 1) * DAY + (env.wall - env.today * DAY);
}

function wallsOf(phrase: Phrase, env: Env): Walls | 'NOT_A_DATE' | 'PAST' | undefined {
  const days = daysOf(phrase, env);
  if (days === undefined || typeof days === 'string') return days;
  const time = phrase.range ? { ...phrase.time, clock: startOf(phrase.range.from, phrase.range.to) } : phrase.time;
  const clock = time?.clock;
  if (clock && !isTime(clock)) return 'NOT_A_DATE';
  if (isVagueEdge(phrase)) return undefined;
  const nowMinute = Math.floor((env.wall - env.today * DAY) / MINUTE);
  if (days === null) return time && nextWalls(time, phrase, env, nowMinute);
  if (time?.today === true && !days.days.includes(env.today)) return undefined;
  const ask = days.ask === true || isLoose(phrase);
  const walls: Walls = { walls: [], others: [], ask, sooner: isPlain(clock) };
  for (const day of days.days) {
    const after = day === env.today ? nowMinute : undefined;
    const times = time ? timesOn(time, env, after) : defaultTime(days, env, phrase.before ? undefined : after);
    if (!times) return undefined;
    // Midnight of this very day can only be the one that ends it.
    const minutes = times.ask && day === env.today ? times.minutes.slice(1) : times.minutes;
    walls.walls.push(...at([day], minutes, times).walls);
    walls.others.push(...at([day], times.others ?? [], times).walls);
    if (times.ask && day !== env.today) walls.ask = true;
    // "New Year's Eve at half 11": in the morning, or for the party.
    if (isNight(phrase) && clock?.exact === false && time?.part === undefined) {
      const [minute = 0] = minutes;
      walls.walls.push(...at([day], [(minute + 720) % 1440], times).walls);
      walls.ask = true;
    }
    // "Monday at 9" said on a Monday at eleven: this evening, or in a week?
    if (time && day === env.today && days.days.length > 1 && isTurned(times, time, env)) walls.ask = true;
  }
  const dated = clock?.bare === true && clock.weak === true ? dayByNumber(phrase, clock.hour, days, env) : undefined;
  if (dated !== undefined)
    return { walls: [dated * DAY + env.parts.date * MINUTE, ...walls.walls], others: [], ask: true };
  if (days.others) {
    const [wall = 0] = walls.walls;
    walls.others.push(...days.others.map((day) => day * DAY + (wall - (days.days[0] ?? 0) * DAY)));
  }
  return walls;
}

function isNight({ dates }: Phrase): boolean {
  return dates.some((date) => date.type === 'holiday' && date.name === 'new-years-eve');
}

/** "Mon 23", "Tue 1": the day of the month that is such a weekday soon, where the number was no hour. */
function dayByNumber({ placed, dates }: Phrase, number: number, { days }: Days, env: Env): Day | undefined {
  const [date, also] = dates;
  const [first, second] = placed;
  if (date?.type !== 'weekday' || date.which !== 'bare' || also || first?.piece.kind !== 'date') return undefined;
  if (second?.piece.kind !== 'time' || second.from !== first.to || second.to !== second.from + 1) return undefined;
  // Small numbers are hours, unless the very next such day has that date.
  const last = number > 12 ? env.today + DAYS_AHEAD : (days[0] ?? 0);
  for (let day = number > 12 ? env.today : last; day <= last; day++)
    if (weekdayOf(day) === date.weekday && ymdOf(day).day === number) return day;
  return undefined;
}

const DAYS_AHEAD = 62;

/** The walls of a time that no day was named for. */
function nextWalls(time: TimeSpec, phrase: Phrase, env: Env, now: Minute): Walls | undefined {
  const times = time.same ? undefined : nextTimes(time, env, now);
  if (!times) return undefined;
  const wallsAt = (minutes: readonly Minute[]) => at([env.today], minutes, times).walls;
  const others = wallsAt(times.others ?? []).filter((wall) => isUpcoming(wall, env));
  const ask = isLoose(phrase) && 'first';
  return { walls: wallsAt(times.minutes), others: others.slice(0, 1), sooner: isPlain(time.clock), ask };
}

/** "10:02" is read as it stands. */
function isPlain(clock: Clock | undefined): boolean {
  return clock?.padded === true;
}

/** Whether a bare hour that is over was moved to the other half of the day. */
function isTurned({ minutes }: Times, time: TimeSpec, env: Env): boolean {
  return timesOn(time, env, undefined)?.minutes[0] !== minutes[0];
}

/** "Between 2 and 4", "9 to 5": any time in it, or none of it, may be meant. */
function isLoose({ range }: Phrase): boolean {
  return range !== undefined && (range.loose || (range.from.weak === true && range.to.weak === true));
}

/** "Early next month", "late in March" are no times of day; "April at noon" is no day. */
function isVagueEdge({ dates, time, range }: Phrase): boolean {
  const isEdge = time?.clock === undefined && (time?.part === 'early' || time?.part === 'late');
  const isTimed = time?.clock !== undefined || range !== undefined;
  return dates.some((date) => date.type === 'period' && (isEdge || (isTimed && date.vague === true)));
}

/**
 * The hour of a day that was named without one. On this very day (`after`: where it has got to) it is the next part of
 * the day that leaves time for it: nobody said the hour that has gone.
 */
function defaultTime({ days, minute }: Days, { parts }: Env, after: Minute | undefined): Times {
  const usual = minute ?? parts.date;
  if (after === undefined || after < usual || days.length > 1) return { minutes: [usual], second: 0 };
  const { afternoon, endOfDay, evening, tonight, late } = parts;
  const next = [afternoon, endOfDay, evening, tonight, late].find((part) => part >= after + SHORTEST_NOTICE);
  const half = 30 * (Math.floor(after / 30) + 1);
  const last = half < 1440 ? half : usual;
  return { minutes: [next ?? last], second: 0 };
}

/** Minutes from now to an hour that is chosen for a person. */
const SHORTEST_NOTICE = 30;

function at(days: readonly Day[], minutes: readonly Minute[], { second }: Pick<Times, 'second'>): Walls {
  const walls = days.flatMap((day) => minutes.map((minute) => day * DAY + minute * MINUTE + second * SECOND));
  return { walls, others: [], ask: false };
}

/** The days of a phrase; null when it names none, undefined when it names two that differ. */
function daysOf(phrase: Phrase, env: Env): Days | 'NOT_A_DATE' | 'PAST' | null | undefined {
  const [date, also] = phrase.dates;
  if (phrase.shift) {
    if (date || !(phrase.time || phrase.range) || phrase.shift.span.milliseconds > 0) return undefined;
    const day = dayOfWall(dayShift(phrase.shift.span, env));
    return day * DAY > LAST ? 'NOT_A_DATE' : { days: [day] };
  }
  if (!date) return null;
  const joint = also && monthAndDay(date, also);
  if (joint) return resolveDate(joint, env);
  const days = resolveDate(date, env);
  if (!also) return days;
  const second = resolveDate(also, env);
  // "Yesterday … tomorrow": two days, of which one belongs to something else.
  if (typeof days === 'string' || typeof second === 'string') return days === second ? days : undefined;
  const common = days.days.filter((day) => second.days.includes(day));
  return common.length === 0 ? undefined : { days: common };
}

/** "In January on the 9th". */
function monthAndDay(a: DateSpec, b: DateSpec): DateSpec | undefined {
  if (b.type === 'period') return a.type === 'period' ? undefined : monthAndDay(b, a);
  if (a.type !== 'period' || a.unit !== 'month' || a.edge !== 'whole' || a.month === undefined) return undefined;
  if (b.type !== 'monthday' || b.month !== undefined || b.inMonth !== undefined) return undefined;
  return { type: 'monthday', day: b.day, month: a.month, year: a.year };
}

/** Where "from 3 to 5pm" begins: the half of the day follows from the end. */
function startOf(from: Clock, to: Clock): Clock {
  if (from.exact || !to.exact) return from;
  if (to.full) return { ...from, exact: true };
  const end = to.hour * 60 + to.minute;
  const start = (from.hour % 12) * 60 + from.minute;
  const afternoon = start + 720 < end || start >= end;
  return { ...from, hour: (from.hour % 12) + (afternoon ? 12 : 0), exact: true };
}

/** Everything moved by "45 minutes before"; months are counted by the calendar. */
function moveAll({ walls, others, ...rest }: Walls, span: Span, sign: 1 | -1): Walls | undefined {
  const move = (wall: Wall): Wall => {
    const day = dayOfWall(wall);
    const moved = addMonths(day, sign * span.months) + sign * span.days;
    return moved * DAY + (wall - day * DAY) + sign * span.milliseconds;
  };
  return { ...rest, walls: walls.map(move), others: others.map(move) };
}
