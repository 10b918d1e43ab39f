import type { Instant } from '../../base/clock.ts';
import {
  DAY,
  type Day,
  dayOf,
  dayOfWall,
  daysInMonth,
  HOUR,
  MINUTE,
  minuteOf,
  type Wall,
  weekdayOf,
  ymdOf,
} from '../civil.ts';
import type { OneTime, Recurring } from '../types.ts';
import { instantOf, wallAt } from '../zones.ts';
import { formatRule, isSteps, parseRule, type Rule, type RulePart, stepOf } from './rule.ts';

export interface OccurrencesOptions {
  after: Instant;
  /** Plays the rule's wall-clock times in this zone instead of its own. */
  zone?: string | undefined;
  /** Nothing is looked for from here on. */
  before?: Instant | undefined;
  /** Days that may be looked at, over all rules that share it: for rules that strangers wrote. */
  budget?: { days: number } | undefined;
}

interface Bounds {
  /** Milliseconds UTC. */
  before?: number | undefined;
  budget?: OccurrencesOptions['budget'];
}

/**
 * A rule without an occurrence for this many years has none: a 29 February on a given weekday is at most 40 years away.
 * Only rules that leave out years can be silent for the 400 in which the calendar repeats.
 */
const BARREN_YEARS = 60;
const CYCLE_YEARS = 400;
/** A rule may go on for ever; a stored one need not be asked beyond this. */
const LAST_DAY = dayOf(10_000, 1, 1);
const LONGEST_PERIOD = 366;

/**
 * The instants of a rule, lazily, strictly increasing. `rule` is RFC 5545 text (DTSTART and RRULE lines); text that is
 * none has no occurrences.
 */
export function* occurrences(
  rule: string,
  { after, zone, before, budget }: OccurrencesOptions,
): Generator<Instant, void> {
  const read = parseRule(rule, { start: 0, zone: 'UTC' });
  if ('problem' in read) return;
  const played = zone === undefined ? read : { ...read, zone };
  for (const { at } of ruleOccurrences(played, after.getTime(), { before: before?.getTime(), budget }))
    yield new Date(at);
}

/** An occurrence and the wall time that it comes from; the clock shows another one when it leaps over that time. */
export interface Occurrence {
  at: number;
  wall: Wall;
}

/** The same for a rule that is already taken apart; `after` in milliseconds UTC. */
export function* ruleOccurrences(rule: Rule, after: number, bounds: Bounds = {}): Generator<Occurrence, void> {
  const streams = rule.parts.map((part) => partOccurrences(rule, part, after, bounds));
  const heads = streams.map((stream) => stream.next());
  const skipped = new Set(rule.skipped);
  let last = after;
  for (;;) {
    let earliest = -1;
    for (const [index, head] of heads.entries()) {
      if (head.done) continue;
      const best = heads[earliest];
      if (!best || best.done || head.value.at < best.value.at) earliest = index;
    }
    const head = heads[earliest];
    const stream = streams[earliest];
    if (!head || head.done || !stream) return;
    if (head.value.at > last) {
      last = head.value.at;
      if (!skipped.has(dayOfWall(head.value.wall))) yield head.value;
    }
    heads[earliest] = stream.next();
  }
}

export function occursOn(day: Day, rule: Rule): boolean {
  const [occurrence] = ruleOccurrences(rule, instantOf(day * DAY, rule.zone) - 1);
  return occurrence !== undefined && dayOfWall(occurrence.wall) === day;
}

function* partOccurrences(rule: Rule, part: RulePart, after: number, bounds: Bounds): Generator<Occurrence, void> {
  const instants = isSteps(part) ? elapsedOccurrences(rule, part, after) : calendar(rule, part, after, bounds);
  let remaining = part.count ?? Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const occurrence of instants) {
    const { at } = occurrence;
    // Two times that the clock leaps over are one moment, and it is one occurrence.
    if (at <= last) continue;
    if (
      remaining-- <= 0 ||
      (bounds.before !== undefined && at >= bounds.before) ||
      (part.until !== undefined && at > part.until)
    )
      return;
    last = at;
    if (at > after) yield occurrence;
  }
}

// --- wall-clock steps: days and longer -------------------------------------------------------------------------

function* calendar(rule: Rule, part: RulePart, after: number, { before, budget }: Bounds): Generator<Occurrence, void> {
  if (!canOccur(part)) return;
  const { interval = 1, bySetPos } = part;
  const barrenDays = 366 * (interval > 1 ? CYCLE_YEARS : BARREN_YEARS);
  const times = timesOfDay(rule.start, part);
  const start = dayOfWall(rule.start);
  const isOn = dayFilter(part, start);
  const periodOf = periods(part, start);
  // A rule of long ago is not played from its start; places are counted in whole periods.
  const earliest = part.count === undefined ? Math.max(rule.start, wallAt(after, rule.zone) - 2 * DAY) : rule.start;
  const first = dayOfWall(earliest) - (bySetPos ? LONGEST_PERIOD : 0);
  const last = before === undefined ? LAST_DAY : Math.min(LAST_DAY, dayOfWall(wallAt(before, rule.zone)) + 2);
  let walls: Wall[] = [];
  let lastMatch = first;
  for (let day = first; day - lastMatch <= barrenDays && day < last; day++) {
    if (budget && budget.days-- <= 0) return;
    if ((interval === 1 || periodOf(day) % interval === 0) && isOn(day))
      for (const time of times) walls.push(day * DAY + time);
    if (walls.length === 0 || (bySetPos && periodOf(day + 1) === periodOf(day))) continue;
    const chosenWalls = placedWalls(walls, bySetPos);
    if (chosenWalls.length > 0) lastMatch = day;
    for (const wall of chosenWalls) if (wall >= rule.start) yield { at: instantOf(wall, rule.zone), wall };
    walls = [];
  }
}

/** True if any of the rule's months has any of its days: 30 February is not waited for. */
function canOccur({ byMonth, byMonthDay }: RulePart): boolean {
  if (!byMonthDay) return true;
  return (byMonth ?? [1, 2]).some((month) => byMonthDay.some((day) => Math.abs(day) <= daysInMonth(LEAP_YEAR, month)));
}

const LEAP_YEAR = 2_000;

function periods({ freq, weekStart = 1 }: RulePart, start: Day): (day: Day) => number {
  if (freq === 'DAILY') return (day) => day - start;
  if (freq === 'WEEKLY') {
    const first = start - ((weekdayOf(start) - weekStart + 7) % 7);
    return (day) => Math.floor((day - first) / 7);
  }
  const from = ymdOf(start);
  return (day) => {
    const { year, month } = ymdOf(day);
    return freq === 'YEARLY' ? year - from.year : (year - from.year) * 12 + month - from.month;
  };
}

function placedWalls(walls: readonly Wall[], places: readonly number[] | undefined): readonly Wall[] {
  const chosenWalls = places?.map((place) => walls.at(place > 0 ? place - 1 : place));
  return chosenWalls ? [...new Set(chosenWalls.filter((wall) => wall !== undefined))].sort((a, b) => a - b) : walls;
}

/** The times of day, in milliseconds since midnight, ascending. */
export function timesOfDay(start: Wall, part: RulePart): number[] {
  const date = new Date(start);
  const times: number[] = [];
  for (const hour of part.byHour ?? [date.getUTCHours()])
    for (const minute of part.byMinute ?? [date.getUTCMinutes()])
      for (const second of part.bySecond ?? [date.getUTCSeconds()])
        times.push(hour * HOUR + minute * MINUTE + second * 1_000);
  return times.sort((a, b) => a - b);
}

/** True if a day belongs to the rule; a rule that names no days takes those of its start (RFC 5545, 3.3.10). */
function dayFilter(part: RulePart, start: Day): (day: Day) => boolean {
  const from = ymdOf(start);
  const full = { ...part };
  if (!part.byWeekNo && !part.byYearDay && !part.byMonthDay && !part.byDay) {
    if (part.freq === 'YEARLY') full.byMonth = part.byMonth ?? [from.month];
    if (part.freq === 'YEARLY' || part.freq === 'MONTHLY') full.byMonthDay = [from.day];
    if (part.freq === 'WEEKLY') full.byDay = [{ nth: 0, weekday: weekdayOf(start) }];
  }
  if (part.byWeekNo && !part.byDay) full.byDay = [{ nth: 0, weekday: weekdayOf(start) }];
  return (day) => matches(day, full);
}

function matches(day: Day, part: RulePart): boolean {
  const date = ymdOf(day);
  if (part.byMonth && !part.byMonth.includes(date.month)) return false;
  if (part.byMonthDay) {
    const fromEnd = date.day - daysInMonth(date.year, date.month) - 1;
    if (!part.byMonthDay.includes(date.day) && !part.byMonthDay.includes(fromEnd)) return false;
  }
  if (part.byYearDay) {
    const ofYear = day - dayOf(date.year, 1, 1) + 1;
    const fromEnd = day - dayOf(date.year + 1, 1, 1);
    if (!part.byYearDay.includes(ofYear) && !part.byYearDay.includes(fromEnd)) return false;
  }
  if (part.byWeekNo && !inWeeks(day, part.byWeekNo, part.weekStart ?? 1)) return false;
  return !part.byDay || part.byDay.some(({ nth, weekday }) => weekday === weekdayOf(day) && isNth(day, nth, part));
}

/** True if `day` is the `nth` of its weekday in its month, or in its year when the rule counts by years. */
function isNth(day: Day, nth: number, part: RulePart): boolean {
  if (nth === 0 || part.freq === 'WEEKLY' || part.freq === 'DAILY') return true;
  const { year, month } = ymdOf(day);
  const byYear = part.freq === 'YEARLY' && !part.byMonth;
  const from = byYear ? dayOf(year, 1, 1) : dayOf(year, month, 1);
  const to = byYear ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1);
  return nth > 0 ? Math.floor((day - from) / 7) + 1 === nth : Math.floor((to - 1 - day) / 7) + 1 === -nth;
}

/** True if `day` lies in one of the numbered weeks of the year that its week belongs to (at least four days in it). */
function inWeeks(day: Day, weeks: readonly number[], weekStart: number): boolean {
  const first = day - ((weekdayOf(day) - weekStart + 7) % 7);
  const { year } = ymdOf(first + 3);
  const number = Math.floor((first - firstWeek(year, weekStart)) / 7) + 1;
  const fromEnd = Math.floor((first - firstWeek(year + 1, weekStart)) / 7);
  return weeks.includes(number) || weeks.includes(fromEnd);
}

function firstWeek(year: number, weekStart: number): Day {
  const fourth = dayOf(year, 1, 4);
  return fourth - ((weekdayOf(fourth) - weekStart + 7) % 7);
}

// --- elapsed steps: hours, minutes, seconds --------------------------------------------------------------------

/** No sub-daily rule that occurs at all stays silent for this many candidates when barren days are leapt over. */
const MOST_BARREN = 300_000;

function* elapsedOccurrences(rule: Rule, part: RulePart, after: number): Generator<Occurrence, void> {
  const step = stepOf(part);
  const origin = instantOf(rule.start, rule.zone);
  const skip = part.count === undefined ? Math.max(0, Math.floor((after - origin) / step) - 1) : 0;
  let barren = 0;
  for (let at = origin + skip * step; barren < MOST_BARREN; ) {
    const wall = wallAt(at, rule.zone);
    const day = Math.floor(wall / DAY);
    if (day >= LAST_DAY) return;
    const instants = matches(day, part) ? expand(at, wall, part, rule.zone).filter((one) => one >= origin) : [];
    barren = instants.length > 0 ? 0 : barren + 1;
    for (const one of instants) yield { at: one, wall: wallAt(one, rule.zone) };
    // A day that the rule leaves out is left in one leap, a little short of its end: the clock may change in it.
    const leap = matches(day, part) ? 1 : Math.floor(((day + 1) * DAY - 3 * HOUR - wall) / step);
    at += Math.max(1, leap) * step;
  }
}

/** The instants of one step: itself, when its hour and minute are in the rule, or the minutes named within its hour. */
function expand(at: number, wall: Wall, part: RulePart, zone: string): number[] {
  const date = new Date(wall);
  if (part.byHour && !part.byHour.includes(date.getUTCHours())) return [];
  if (part.freq === 'HOURLY' && part.byMinute) {
    const hour = at - (wall % HOUR);
    const minutes = part.byMinute.map((minute) => ({ minute, at: hour + minute * MINUTE }));
    // After a change of the clock by half an hour, this hour's beginning may lie on the other side.
    return minutes.filter((one) => minuteOf(wallAt(one.at, zone)) % 60 === one.minute).map((one) => one.at);
  }
  if (part.byMinute && !part.byMinute.includes(date.getUTCMinutes())) return [];
  return part.bySecond && !part.bySecond.includes(date.getUTCSeconds()) ? [] : [at];
}

export interface PlannedTime {
  plannedAt: Instant;
  rule: string | undefined;
  zone: string;
}

export const nextOf = (rule: string, after: Instant): Instant | undefined =>
  occurrences(rule, { after }).next().value ?? undefined;

export function plannedFor(when: OneTime | Recurring, now: Instant): PlannedTime | undefined {
  if (when.kind === 'once') return { plannedAt: when.at, rule: undefined, zone: when.zone };
  const plannedAt = nextOf(when.rule, now);
  return plannedAt && { plannedAt, rule: when.rule, zone: when.zone };
}

/** The plan by the clocks of `to`: its time of day stays, and its last day. Undefined where a series has no further occurrence there. */
export function planInZone({ plannedAt, rule, zone }: PlannedTime, to: string, now: Instant): PlannedTime | undefined {
  if (rule === undefined) return { plannedAt: sameClock(plannedAt, zone, to), rule, zone: to };
  const series = parseRule(rule, { start: 0, zone });
  if ('problem' in series) return undefined;
  const parts = series.parts.map((part) =>
    part.until === undefined ? part : { ...part, until: instantOf(wallAt(part.until, zone), to) },
  );
  const newRule = formatRule({ ...series, zone: to, parts });
  const next = nextOf(rule, now);
  // An occurrence that was skipped or put off does not come again.
  const isAhead = next !== undefined && plannedAt > next;
  const at = nextOf(newRule, isAhead ? new Date(sameClock(plannedAt, zone, to).getTime() - 1) : now);
  return at && { plannedAt: at, rule: newRule, zone: to };
}

/**
 * False of "in 20 minutes" and "every 2 hours", which are the same everywhere: a time by the clock is a whole minute, and a
 * series of hours has it only where it is bound to hours or days.
 */
export function isByClock({ plannedAt, rule }: { plannedAt: Instant | undefined; rule: string | undefined }): boolean {
  if (rule === undefined) return plannedAt !== undefined && plannedAt.getTime() % MINUTE === 0;
  return rule.split('\n').some((line) => line.startsWith('RRULE') && (!ELAPSED.test(line) || line.includes(';BY')));
}
const ELAPSED = /FREQ=(?:HOURLY|MINUTELY|SECONDLY)/;

/** The instant at which the clocks of `to` show what those of `from` show at `at`. */
const sameClock = (at: Instant, from: string, to: string): Instant =>
  new Date(instantOf(wallAt(at.getTime(), from), to));

export interface StoredPlan {
  at?: string | undefined;
  rule?: string | undefined;
  zone: string;
}

export const storedPlan = (when: OneTime | Recurring): StoredPlan =>
  when.kind === 'once' ? { at: when.at.toISOString(), zone: when.zone } : { rule: when.rule, zone: when.zone };

export function readPlan({ at, rule, zone }: StoredPlan, now: Instant): PlannedTime | undefined {
  if (rule === undefined) return at === undefined ? undefined : { plannedAt: new Date(at), rule: undefined, zone };
  const plannedAt = nextOf(rule, now);
  return plannedAt && { plannedAt, rule, zone };
}

interface PassedOccurrences {
  /** The newest of them, oldest first; `first` itself is one. */
  at: Instant[];
  next: Instant | undefined;
}

const FIRST_SPAN_MS = 3_600_000;
const SPAN_GROWTH = 8;

/**
 * The newest `most` occurrences of `rule` from `first` (one that is due) to `now`, and the next one. However long that
 * span is, only as much of it is walked as holds so many: a rule of every minute passes half a million in a year.
 */
export function passedOccurrences(
  rule: string,
  { first, now, most, zone }: { first: Instant; now: Instant; most: number; zone?: string },
): PassedOccurrences {
  for (let span = FIRST_SPAN_MS; ; span *= SPAN_GROWTH) {
    const start = Math.max(first.getTime(), now.getTime() - span);
    const isAll = start === first.getTime();
    const at = isAll ? [first] : [];
    let next: Instant | undefined;
    for (const occurrence of occurrences(rule, { after: new Date(start), ...(zone !== undefined && { zone }) })) {
      if (occurrence > now) {
        next = occurrence;
        break;
      }
      at.push(occurrence);
    }
    if (isAll || at.length >= most) return { at: at.slice(-most), next };
  }
}
