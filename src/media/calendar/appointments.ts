/** The appointments of a calendar (RFC 5545) in a span of time: series with what was moved, added and called off. */
import { Pace } from '../../base/async.ts';
import { wallOccurrences } from '../../time/index.ts';
import type { Calendar, CalendarEntry, WrittenMoment } from './entries.ts';
import { Unknown } from './unknown.ts';
import { clockOfZone, clocksOf, isDay, isUtc, wallOfStamp, type ZoneClock, zoneNamed } from './zones.ts';

export interface Appointment {
  /** The same whenever the calendar is read. */
  id: string;
  title: string;
  location: string;
  /** A whole day begins at midnight of its reader. */
  at: Date;
  /** `2026-12-01T09:30` on the clock that it is written for, or a day. */
  local: string;
  /** The last one of several whole days. */
  last?: string;
  /** That clock's zone; undefined: the reader's own, or one that has no name. */
  zone: string | undefined;
  /** True between its beginning and its end. */
  isRunning?: true;
  /** The series that it is of. */
  series?: Series;
}

/** Parts of a series that has one rule, and nothing that a rule cannot say. */
export interface Series {
  rule: string;
  /** The first one: `20260302T183000`. */
  start: string;
  /** Days that are left out: `20261224`. */
  without: string[];
}

export interface UnreadAppointment {
  id: string;
  title: string;
  why: Unknown['why'];
  written: string;
}

export interface CalendarSpan {
  /** Later than this. */
  from: Date;
  to: Date;
  /** The reader's. */
  zone: string;
  /** The next one alone of each series; and single ones that have begun. */
  isNextOnly?: boolean;
}

export interface FoundAppointments {
  /** By their time. */
  coming: Appointment[];
  unread: UnreadAppointment[];
}

const DAY_MS = 86_400_000;
/** Days of all series of a file that are looked at, and of one. A series with a count is played from its start. */
const MOST_DAYS = 400_000;
const MOST_DAYS_OF_ONE = 20_000;
const MOST_OF_ONE = 200;
const MOST_FOUND = 500;

/** Other work of the process runs between two of them: a thousand series take a fifth of a second. */
export async function appointmentsIn(calendar: Calendar, span: CalendarSpan): Promise<FoundAppointments> {
  const appointments: FoundAppointments = { coming: [], unread: [] };
  if (calendar.isCancelled) return appointments;
  const pace = new Pace();
  const reading = new CalendarReading(calendar, span);
  for (const group of groupsOf(calendar.entries)) {
    if (pace.isUp) await pace.rest();
    for (const one of reading.of(group)) appointments['why' in one ? 'unread' : 'coming'].push(one as never);
  }
  appointments.coming = appointments.coming.sort((a, b) => a.at.getTime() - b.at.getTime()).slice(0, MOST_FOUND);
  return appointments;
}

interface Group {
  /** Undefined: what stands here was sent without its series. */
  master: CalendarEntry | undefined;
  overrides: CalendarEntry[];
}

/** Appointments of one UID: the newest version of each. Entries of one UID that begin apart are several. */
function groupsOf(entries: readonly CalendarEntry[]): Group[] {
  const byUid = new Map<string, CalendarEntry[]>();
  for (const [at, entry] of entries.entries()) {
    const key = entry.uid === '' ? `#${at}` : entry.uid;
    const sameUid = byUid.get(key);
    if (sameUid) sameUid.push(entry);
    else byUid.set(key, [entry]);
  }
  return [...byUid.values()].flatMap((all) => {
    const masters = all.filter(({ replaces }) => !replaces);
    const overrides = newestBy(
      all.filter(({ replaces }) => replaces),
      ({ replaces, isFromThenOn }) => `${replaces?.at} ${replaces?.zone} ${isFromThenOn}`,
    );
    const newest = Math.max(...masters.map(({ sequence }) => sequence));
    const [master, ...others] = newestBy(
      masters.filter(({ sequence }) => sequence === newest),
      ({ start }) => `${start?.at} ${start?.zone}`,
    );
    return [{ master, overrides }, ...others.map((other) => ({ master: other, overrides: [] }))];
  });
}

function newestBy(entries: readonly CalendarEntry[], keyOf: (entry: CalendarEntry) => string): CalendarEntry[] {
  const byKey = new Map<string, CalendarEntry>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (entry.sequence >= (byKey.get(key)?.sequence ?? 0)) byKey.set(key, entry);
  }
  return [...byKey.values()];
}

type AnyAppointment = Appointment | UnreadAppointment;

/** A beginning: on the clock, and the instant at which the clock shows it. */
interface Beginning {
  wall: number;
  at: number;
}

class CalendarReading {
  private readonly span: CalendarSpan;
  private readonly clockNamed: (name: string) => ZoneClock | undefined;
  /** The clock of times without a zone. */
  private readonly floating: ZoneClock | undefined;
  private readonly reader: ZoneClock;
  private readonly calendarZone: string;
  private budget = MOST_DAYS;

  constructor(calendar: Calendar, span: CalendarSpan) {
    this.span = span;
    this.clockNamed = clocksOf(calendar);
    this.reader = clockOfZone(span.zone);
    this.calendarZone = calendar.zone;
    this.floating = calendar.zone === '' ? this.reader : this.clockNamed(calendar.zone);
  }

  *of({ master, overrides }: Group): Generator<AnyAppointment> {
    if (master?.isCancelled) overrides = overrides.filter(({ sequence }) => sequence > master.sequence);
    const moving = overrides.filter(({ isFromThenOn }) => isFromThenOn);
    if (master && !master.isCancelled) yield* this.read(master, () => this.ofSeries(master, overrides, moving));
    for (const each of overrides)
      if (!each.isCancelled && (!each.isFromThenOn || !master)) yield* this.read(each, () => this.ofSingle(each));
  }

  private *read(entry: CalendarEntry, find: () => Iterable<Appointment>): Generator<AnyAppointment> {
    try {
      if (entry.isCut) throw new Unknown('many', '');
      // All of it, or that it cannot be read.
      yield* [...find()];
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      const { why, text } = error;
      if (this.mayCome(entry))
        yield { id: `unread ${entry.uid} ${titleOf(entry)}`, title: titleOf(entry), why, written: text };
    }
  }

  /** False for what is over whatever its zone: nobody misses it. */
  private mayCome({ start, end, rules, dates }: CalendarEntry): boolean {
    if (rules.length > 0 || dates.length > 0) return rules.length === 0 || !rules.every((rule) => this.isOver(rule));
    const wall = wallOfStamp((end ?? start)?.at ?? '');
    return wall === undefined || wall >= this.span.from.getTime() - 2 * DAY_MS;
  }

  private isOver(rule: string): boolean {
    const until = wallOfStamp(/UNTIL=(\w+)/i.exec(rule)?.[1] ?? '');
    return until !== undefined && until < this.span.from.getTime() - 2 * DAY_MS;
  }

  private clockOf({ at, zone }: WrittenMoment): ZoneClock {
    if (isDay(at)) return this.reader;
    if (isUtc(at)) return UTC;
    const clock = zone === undefined ? this.floating : this.clockNamed(zone);
    if (!clock) throw new Unknown('zone', zone ?? this.calendarZone);
    return clock;
  }

  private beginningOf(moment: WrittenMoment | undefined, clock?: ZoneClock): Beginning & { clock: ZoneClock } {
    const wall = wallOfStamp(moment?.at ?? '');
    if (!moment || wall === undefined) throw new Unknown('time', moment?.at ?? '');
    const own = clock && moment.zone === undefined && !isUtc(moment.at) ? clock : this.clockOf(moment);
    return { wall, at: own.toInstant(wall), clock: own };
  }

  private *ofSingle(entry: CalendarEntry): Generator<Appointment> {
    const begins = this.beginningOf(entry.start);
    yield* this.inSpan(entry, begins, begins.clock);
  }

  private *ofSeries(entry: CalendarEntry, overrides: CalendarEntry[], moving: CalendarEntry[]): Generator<Appointment> {
    const begins = this.beginningOf(entry.start);
    const { clock } = begins;
    if (entry.rules.length === 0 && entry.dates.length === 0 && overrides.length === 0 && entry.without.length === 0)
      return yield* this.inSpan(entry, begins, clock);
    const isLeftOut = this.leftOut(entry, overrides, clock);
    const moves = moving.map((each) => ({ each, ...this.moveOf(each, clock) })).sort((a, b) => a.from - b.from);
    const series = seriesOf(entry, overrides, clock, begins);
    let count = 0;
    for (const wall of this.wallsOf(entry, begins)) {
      const plain = { wall, at: clock.toInstant(wall) };
      if (isLeftOut(plain)) continue;
      const move = moves.findLast(({ from }) => plain.at >= from);
      if (move?.each.isCancelled) return;
      const moved = move?.clock.toInstant(wall + move.by);
      const one = move && moved !== undefined ? { wall: wall + move.by, at: moved } : plain;
      for (const appointment of this.inSpan(move?.each ?? entry, one, move?.clock ?? clock)) {
        yield { ...appointment, ...(series && !move && { series }) };
        if (this.span.isNextOnly || ++count >= MOST_OF_ONE) return;
      }
    }
  }

  private moveOf(override: CalendarEntry, clock: ZoneClock) {
    const { at: from } = this.beginningOf(override.replaces, clock);
    const begins = override.isCancelled ? { wall: 0, clock } : this.beginningOf(override.start);
    return { from, by: begins.wall - begins.clock.toWall(from), clock: begins.clock };
  }

  /** Walls of a series from the span's beginning on, ascending, each once. */
  private *wallsOf(entry: CalendarEntry, { wall: start, clock }: Beginning & { clock: ZoneClock }): Generator<number> {
    const listed = entry.dates.map((moment) => clock.toWall(this.beginningOf(asOf(moment, entry), clock).at));
    const streams = [
      ...entry.rules.map((rule) => this.expandRule(rule, start, clock, isDay(entry.start?.at ?? ''))),
      [...(entry.rules.length === 0 ? [start] : []), ...listed].sort((a, b) => a - b),
    ].map((walls) => walls[Symbol.iterator]());
    const heads = streams.map((stream) => stream.next());
    let last = Number.NEGATIVE_INFINITY;
    for (;;) {
      const open = heads.flatMap((head, at) => (head.done ? [] : [{ at, wall: head.value }]));
      const [first] = open.sort((a, b) => a.wall - b.wall);
      if (!first) return;
      if (first.wall > last) yield first.wall;
      last = first.wall;
      const stream = streams[first.at];
      if (stream) heads[first.at] = stream.next();
    }
  }

  private *expandRule(rule: string, start: number, clock: ZoneClock, isOfDays: boolean): Generator<number> {
    const allowance = Math.min(this.budget, MOST_DAYS_OF_ONE);
    const budget = { days: allowance };
    const walls = wallOccurrences(start, rule.replace(/\s/g, ''), {
      // An occurrence that was moved into the span may come before it.
      after: this.span.from.getTime() - LONGEST_MOVE,
      before: this.span.to.getTime() + 2 * DAY_MS,
      budget,
      // The end of whole days is the day that is written.
      toWall: (at) => (isOfDays ? Math.floor(at / DAY_MS) * DAY_MS + DAY_MS - 1_000 : clock.toWall(at)),
    });
    if (!walls) throw new Unknown('rule', rule);
    try {
      yield* walls;
    } finally {
      this.budget -= allowance - Math.max(0, budget.days);
    }
    if (budget.days < 0) throw new Unknown('rule', rule);
  }

  /** Occurrences that were called off (EXDATE, EXRULE), or that another entry stands for. */
  private leftOut(entry: CalendarEntry, overrides: CalendarEntry[], clock: ZoneClock): (one: Beginning) => boolean {
    const replaced = overrides.flatMap(({ replaces, isFromThenOn }) => (replaces && !isFromThenOn ? [replaces] : []));
    const all = [...entry.without, ...replaced].map((moment) => ({
      isDay: isDay(moment.at),
      ...this.beginningOf(moment, isDay(moment.at) ? UTC : clock),
    }));
    const isOfDays = isDay(entry.start?.at ?? '');
    const days = new Set(all.flatMap((each) => (each.isDay || isOfDays ? [dayOf(each.wall)] : [])));
    const instants = new Set(all.flatMap((each) => (each.isDay ? [] : [each.at])));
    const { wall: start } = this.beginningOf(entry.start);
    const ruled = new Set(entry.exceptRules.flatMap((rule) => [...this.expandRule(rule, start, clock, isOfDays)]));
    return ({ wall, at }) => days.has(dayOf(wall)) || instants.has(at) || ruled.has(wall);
  }

  private *inSpan(entry: CalendarEntry, { wall, at }: Beginning, { zone }: ZoneClock): Generator<Appointment> {
    const { from, to, isNextOnly } = this.span;
    if (at >= to.getTime()) return;
    const isRunning = at <= from.getTime();
    if (isRunning && !(isNextOnly && this.endOf(entry, wall, at) > from.getTime())) return;
    const day = isDay(entry.start?.at ?? '');
    const title = titleOf(entry);
    const begins = new Date(at);
    yield {
      id: `${entry.uid || title} ${begins.toISOString()}`,
      title,
      location: entry.location,
      at: begins,
      local: new Date(wall).toISOString().slice(0, day ? 10 : 16),
      zone:
        day || (entry.start?.zone === undefined && !isUtc(entry.start?.at ?? '') && zone === this.span.zone)
          ? undefined
          : zone,
      ...(isRunning && { isRunning }),
      ...(day && lastDayOf(entry, wall)),
    };
  }

  private endOf({ start, end, duration, rules, dates }: CalendarEntry, wall: number, at: number): number {
    // The next one of a series counts.
    if (rules.length > 0 || dates.length > 0) return at;
    const endWall = wallOfStamp(end?.at ?? '');
    const isWhole = isDay(start?.at ?? '');
    if (end && endWall !== undefined) return isWhole ? this.reader.toInstant(endWall) : this.beginningOf(end).at;
    const length = duration === undefined ? undefined : msOf(duration);
    return length === undefined && isWhole ? this.reader.toInstant(wall + DAY_MS) : at + (length ?? 0);
  }
}

/** Whole days end before the day that is named (3.6.1). */
function lastDayOf({ start, end }: CalendarEntry, wall: number): { last?: string } {
  const [from, to] = [wallOfStamp(start?.at ?? ''), wallOfStamp(end?.at ?? '')];
  if (from === undefined || to === undefined || to - from <= DAY_MS) return {};
  return { last: new Date(wall + to - from - DAY_MS).toISOString().slice(0, 10) };
}

const UTC = clockOfZone('UTC');
/** Days by which an occurrence is moved and still found. */
const LONGEST_MOVE = 40 * DAY_MS;

const titleOf = ({ summary }: CalendarEntry): string => summary.slice(0, 200) || 'appointment';

const dayOf = (wall: number): number => Math.floor(wall / DAY_MS);

/** A day among times is the day at the time of the series. */
const asOf = (moment: WrittenMoment, { start }: CalendarEntry): WrittenMoment =>
  isDay(moment.at) && start && !isDay(start.at)
    ? { ...start, at: `${moment.at}${start.at.slice(start.at.toUpperCase().indexOf('T'))}` }
    : moment;

/** ISO 8601, as calendars write it (3.3.6). */
function msOf(duration: string): number | undefined {
  const [, sign, weeks, days, hours, minutes, seconds] =
    /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(duration.trim()) ?? [];
  const all = [weeks, days, hours, minutes, seconds].map((each) => Number(each ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [w, d, h, m, s] = all;
  return sign === '-' ? undefined : w * 7 * DAY_MS + d * DAY_MS + h * 3_600_000 + m * 60_000 + s * 1_000;
}

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** With the days that the rule takes of its first one: every week is every Thursday. */
function fullRule(rule: string, wall: number): string {
  const [, freq] = /FREQ=(\w+)/i.exec(rule) ?? [];
  const first = new Date(wall);
  const [month, day] = [first.getUTCMonth() + 1, first.getUTCDate()];
  const hasDays = /BY(?:DAY|MONTHDAY|YEARDAY|WEEKNO)=/i.test(rule);
  if (hasDays) return rule;
  if (freq === 'WEEKLY') return `${rule};BYDAY=${WEEKDAYS[first.getUTCDay()]}`;
  if (freq === 'MONTHLY') return `${rule};BYMONTHDAY=${day}`;
  if (freq === 'YEARLY') return `${rule}${/BYMONTH=/i.test(rule) ? '' : `;BYMONTH=${month}`};BYMONTHDAY=${day}`;
  return rule;
}

/** The part of a series that a rule alone can say; undefined where it cannot say all of it. */
function seriesOf(
  entry: CalendarEntry,
  overrides: readonly CalendarEntry[],
  { zone, toWall }: ZoneClock,
  { wall }: Beginning,
): Series | undefined {
  const [rule, ...more] = entry.rules;
  const isPlain =
    entry.dates.length === 0 && entry.exceptRules.length === 0 && !overrides.some((one) => one.isFromThenOn);
  if (rule === undefined || more.length > 0 || !isPlain || zone === undefined) return undefined;
  const exceptions = [...entry.without, ...overrides.flatMap(({ replaces }) => (replaces ? [replaces] : []))];
  const days = exceptions.map(({ at, zone: named }) => {
    const dayWall = wallOfStamp(at) ?? 0;
    const from = named === undefined ? undefined : zoneNamed(named);
    const isThere = isDay(at) || (!isUtc(at) && (from ?? zone) === zone);
    return isThere ? dayWall : toWall(clockOfZone(isUtc(at) ? 'UTC' : (from ?? zone)).toInstant(dayWall));
  });
  const stamp = (at: number, length: number) => new Date(at).toISOString().replace(/[-:]/g, '').slice(0, length);
  return {
    rule: fullRule(rule, wall),
    start: stamp(wall, 15),
    without: [...new Set(days.map((day) => stamp(day, 8)))].sort(),
  };
}
