import { DAY, type Day, dayOfWall, isoOfWall, MINUTE, SECOND, type Wall, weekdayOf, ymdOf } from '../civil.ts';
import { isTime, type Minute, minuteOfNow, nextTimes, type Times, timesOn } from '../clock.ts';
import type { Env } from '../env.ts';
import { formatWall } from '../format.ts';
import { type Days, moveDay, type NoDay, resolveDate } from '../lang/dates.ts';
import type { Phrase } from '../lang/phrase.ts';
import { type Clock, type DateSpec, isElapsed, type Span, type TimeSpec } from '../pieces.ts';
import { impossible, past, whichOne } from '../texts.ts';
import type { OneTime, ParsedWhen, TimeReading } from '../types.ts';
import { instantOf, wallAt } from '../zones.ts';

interface Walls {
  /** In order of preference; the first that is to come is meant, or with `ask` any of them. */
  walls: Wall[];
  others: Wall[];
  /** `first`: whether the first is meant. */
  ask: boolean | 'first';
  /** Only other readings before the chosen one become buttons: "10:02" is read as it stands. */
  soonerOnly: boolean;
}

const LAST = Date.UTC(9999, 11, 31);

/** A phrase without recurrence as one instant; undefined when its pieces contradict each other. */
export function resolveOnce(phrase: Phrase, env: Env): ParsedWhen | undefined {
  const { shift, before, dates, time, range } = phrase;
  if (shift && dates.length === 0 && !time && !range) return shiftFromNow(shift.span, env);
  const candidates = wallsOf(phrase, env);
  if (candidates === undefined) return undefined;
  if (typeof candidates === 'string') return candidates === 'PAST' ? past('') : impossible();
  const move = (wall: Wall) => (before ? moveWall(wall, before.span, before.sign) : wall);
  return choose({ ...candidates, walls: candidates.walls.map(move), others: candidates.others.map(move) }, env);
}

function choose({ walls, others, ask, soonerOnly }: Walls, env: Env): ParsedWhen {
  const upcoming = walls.filter((wall) => isUpcoming(wall, env));
  const [first] = upcoming;
  const last = walls.at(-1);
  if (first === undefined) return past(last === undefined ? '' : formatWall(last, env.wall, env));
  if (ask) return whichOne((ask === 'first' ? [first] : upcoming).map((wall) => readingOf(wall, env)));
  const instant = onceAt(first, env);
  if (instant.at.getTime() > LAST) return impossible();
  const isWorth = (wall: Wall) => wall !== first && isUpcoming(wall, env) && (wall < first || !soonerOnly);
  const rest = [...new Set(others)].filter(isWorth).slice(0, 2);
  return rest.length === 0 ? instant : { ...instant, others: rest.map((wall) => readingOf(wall, env)) };
}

const isUpcoming = (wall: Wall, env: Env): boolean => wall < LAST + DAY && instantOf(wall, env.zone) > env.now;

const onceAt = (wall: Wall, { zone }: Env): OneTime => ({
  kind: 'once',
  at: new Date(instantOf(wall, zone)),
  local: isoOfWall(wall),
  zone,
});

const readingOf = (wall: Wall, env: Env): TimeReading => ({
  words: formatWall(wall, env.wall, env),
  when: onceAt(wall, env),
});

/** "In 3 hours", "in two days": elapsed time for what the clock counts, the same time of day for the calendar. */
function shiftFromNow(span: Span, env: Env): ParsedWhen {
  const at = instantAfter(span, env);
  if (at > LAST) return impossible();
  if (at <= env.now) return past(formatWall(wallAt(at, env.zone), env.wall, env));
  return { kind: 'once', at: new Date(at), local: isoOfWall(wallAt(at, env.zone)), zone: env.zone };
}

export function instantAfter(span: Span, env: Env): number {
  if (isElapsed(span)) return env.now + span.milliseconds;
  const wall = wallAfter(span, env);
  return wall < LAST ? instantOf(wall, env.zone) + span.milliseconds : LAST + 1;
}

function wallAfter(span: Span, { today, wall }: Env): Wall {
  const isEndless = span.months > 120_000 || span.days > 4_000_000;
  return isEndless ? LAST + DAY : moveWall(wall, { ...span, milliseconds: 0 }, 1, today);
}

const moveWall = (wall: Wall, span: Span, sign: 1 | -1, day = dayOfWall(wall)): Wall =>
  moveDay(day, span, sign) * DAY + (wall - day * DAY) + sign * span.milliseconds;

function wallsOf(phrase: Phrase, env: Env): Walls | NoDay | undefined {
  const days = daysOf(phrase, env);
  if (days === undefined || typeof days === 'string') return days;
  const { range, placed } = phrase;
  const time = range ? { ...phrase.time, clock: startOf(range.from, range.to) } : phrase.time;
  const clock = time?.clock;
  const soonerOnly = clock?.padded === true;
  if (clock && !isTime(clock)) return 'NOT_A_DATE';
  if (isVagueEdge(phrase)) return undefined;
  // "Between 2 and 4", "9 to 5": any time in it, or none of it, may be meant.
  const isLoose = range !== undefined && (range.loose || (range.from.weak === true && range.to.weak === true));
  if (days === null) return time && nextWalls(time, env, isLoose);
  if (time?.today === true && !days.days.includes(env.today)) return undefined;
  const candidates: Walls = { walls: [], others: [], ask: days.ask === true || isLoose, soonerOnly };
  for (const day of days.days) {
    const isToday = day === env.today;
    const after = isToday ? minuteOfNow(env) : undefined;
    const times = time ? timesOn(time, env, after) : defaultTime(days, env, phrase.before ? undefined : after);
    if (!times) return undefined;
    // Midnight of this very day can only be the one that ends it.
    const minutes = times.ask && isToday ? times.minutes.slice(1) : times.minutes;
    candidates.walls.push(...wallsAt(day, minutes, times));
    candidates.others.push(...wallsAt(day, times.others ?? [], times));
    if (times.ask && !isToday) candidates.ask = true;
    // "New Year's Eve at half 11": in the morning, or for the party.
    if (isNight(phrase) && clock?.exact === false && time?.part === undefined) {
      candidates.walls.push(...wallsAt(day, [((minutes[0] ?? 0) + 720) % 1440], times));
      candidates.ask = true;
    }
    // "Monday at 9" said on a Monday at eleven: this evening, or in a week?
    const isTurned = time && timesOn(time, env, undefined)?.minutes[0] !== times.minutes[0];
    if (isTurned && isToday && days.days.length > 1) candidates.ask = true;
  }
  const dated = clock?.bare && clock.weak ? dayByNumber(placed, phrase.dates, clock.hour, days, env) : undefined;
  if (dated !== undefined)
    return { walls: [dated * DAY + env.parts.date * MINUTE, ...candidates.walls], others: [], ask: true, soonerOnly };
  const ahead = (candidates.walls[0] ?? 0) - (days.days[0] ?? 0) * DAY;
  candidates.others.push(...(days.others ?? []).map((day) => day * DAY + ahead));
  return candidates;
}

const isNight = ({ dates }: Phrase): boolean =>
  dates.some((date) => date.type === 'holiday' && date.name === 'new-years-eve');

/** "Mon 23", "Tue 1": the day of the month that is such a weekday soon, where the number was no hour. */
function dayByNumber(
  [first, second]: Phrase['placed'],
  [date, also]: readonly DateSpec[],
  number: number,
  { days }: Days,
  { today }: Env,
): Day | undefined {
  if (date?.type !== 'weekday' || date.which !== 'bare' || also || first?.piece.kind !== 'date') return undefined;
  if (second?.piece.kind !== 'time' || second.from !== first.to || second.to !== second.from + 1) return undefined;
  // Small numbers are hours, unless the very next such day has that date.
  const last = number > 12 ? today + DAYS_AHEAD : (days[0] ?? 0);
  for (let day = number > 12 ? today : last; day <= last; day++)
    if (weekdayOf(day) === date.weekday && ymdOf(day).day === number) return day;
  return undefined;
}

const DAYS_AHEAD = 62;

function nextWalls(time: TimeSpec, env: Env, isLoose: boolean): Walls | undefined {
  const times = time.same ? undefined : nextTimes(time, env, minuteOfNow(env));
  if (!times) return undefined;
  const others = wallsAt(env.today, times.others ?? [], times).filter((wall) => isUpcoming(wall, env));
  const walls = wallsAt(env.today, times.minutes, times);
  return { walls, others: others.slice(0, 1), ask: isLoose && 'first', soonerOnly: time.clock?.padded === true };
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
  const next = [afternoon, endOfDay, evening, tonight, late].find((part) => part >= after + SHORTEST_NOTICE_MINUTES);
  const half = 30 * (Math.floor(after / 30) + 1);
  return { minutes: [next ?? (half < 1440 ? half : usual)], second: 0 };
}

const SHORTEST_NOTICE_MINUTES = 30;

export const wallsAt = (day: Day, minutes: readonly Minute[], { second }: Pick<Times, 'second'>): Wall[] =>
  minutes.map((minute) => day * DAY + minute * MINUTE + second * SECOND);

/** The days of a phrase; null when it names none, undefined when it names two that differ. */
function daysOf({ dates, shift, time, range }: Phrase, env: Env): Days | NoDay | null | undefined {
  const [date, also] = dates;
  if (shift) {
    if (date || !(time || range) || shift.span.milliseconds > 0) return undefined;
    const day = dayOfWall(wallAfter(shift.span, env));
    return day * DAY > LAST ? 'NOT_A_DATE' : { days: [day] };
  }
  if (!date) return null;
  const joint = also && monthAndDay(date, also);
  const days = resolveDate(joint ?? date, env);
  if (!also || joint) return days;
  const second = resolveDate(also, env);
  // "Yesterday … tomorrow": two days, of which one belongs to something else.
  if (typeof days === 'string' || typeof second === 'string') return days === second ? days : undefined;
  const common = days.days.filter((day) => second.days.includes(day));
  return common.length === 0 ? undefined : { days: common };
}

function monthAndDay(a: DateSpec, b: DateSpec): DateSpec | undefined {
  if (b.type === 'period') return a.type === 'period' ? undefined : monthAndDay(b, a);
  if (a.type !== 'period' || a.unit !== 'month' || a.edge !== 'whole' || a.month === undefined) return undefined;
  if (b.type !== 'monthday' || b.month !== undefined || b.inMonth !== undefined) return undefined;
  return { type: 'monthday', day: b.day, month: a.month, year: a.year };
}

/** The beginning of "from 3 to 5pm": its half of the day follows from the end. */
function startOf(from: Clock, to: Clock): Clock {
  if (from.exact || !to.exact) return from;
  if (to.full) return { ...from, exact: true };
  const end = to.hour * 60 + to.minute;
  const start = (from.hour % 12) * 60 + from.minute;
  const isAfternoon = start + 720 < end || start >= end;
  return { ...from, hour: (from.hour % 12) + (isAfternoon ? 12 : 0), exact: true };
}
