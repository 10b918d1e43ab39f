/** The hours of a day at which a series speaks, and what people call them. */
import { nextOf, type Planned } from '../../time/index.ts';
import { dayIn } from './days.ts';
import type { Reminder } from './reminder.ts';
import { linesOf, type RuleLines, textOf } from './rule-lines.ts';

const HOURS = /BYHOUR=([\d,]+);BYMINUTE=(\d+)/;

/** `07:00` and `19:00` of a rule that names several hours of its days; none for any other rule. */
export function clocksOf(rule: string): string[] {
  const clocks = linesOf(rule).rules.flatMap((line) => {
    const [, hours = '', minute = ''] = HOURS.exec(line) ?? [];
    return hours === '' ? [] : hours.split(',').map((hour) => `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`);
  });
  return clocks.length > 1 ? clocks : [];
}

/** What a part of the day is called that holds `clock`, such as `07:30`. */
export function partsOf(clock: string): string[] {
  const hour = Number(clock.slice(0, 2));
  const parts = [hour < 12 ? 'morning' : hour < 17 ? 'afternoon' : 'evening'];
  if (hour >= 18) parts.push('night');
  if (hour === 12 || hour === 13) parts.push('midday', 'lunchtime');
  return parts;
}

/**
 * A series without those of its hours that `isMeant`, its phase and the days that it leaves out as they are; undefined where
 * these are none of its hours, or all.
 */
export function withoutHours(found: Reminder, isMeant: (clock: string) => boolean): Reminder | undefined {
  const { rule, plannedAt } = found;
  const { left = [] } = parted(rule, isMeant) ?? {};
  if (rule === undefined || !plannedAt || left.length === 0) return undefined;
  const less = textOf({ ...linesOf(rule), rules: left });
  return { ...found, rule: less, plannedAt: nextOf(less, new Date(plannedAt.getTime() - 1)) };
}

/** The rule of a series of several hours in which the one that `isMeant` is `words`, such as "8" or "8:30pm". */
export function withOtherHour(rule: string, isMeant: (clock: string) => boolean, words: string): string | undefined {
  const { left = [], gone = [] } = parted(rule, isMeant) ?? {};
  const [one, ...others] = gone;
  const [, said, minute = '00', half] = CLOCK.exec(words.trim()) ?? [];
  if (!one || others.length > 0 || said === undefined) return undefined;
  const hours =
    half || Number(said) > 12 ? [to24(Number(said), half)] : [to24(Number(said), 'am'), to24(Number(said), 'pm')];
  // "The evening one" that moves to 8 stays in the evening.
  const own = Number(one.hour);
  const [hour = own] = hours.sort((a, b) => Math.abs(a - own) - Math.abs(b - own));
  const moved = one.line.replace(HOURS, `BYHOUR=${hour};BYMINUTE=${Number(minute)}`);
  return hour > 23 ? undefined : textOf({ ...linesOf(rule), rules: [...left, moved] });
}

const CLOCK = /^(?:at )?(\d{1,2})(?:[:.]([0-5]\d))? ?([ap]m)?$/i;

const to24 = (hour: number, half: string | undefined): number =>
  half === undefined ? hour : (hour % 12) + (/^p/i.test(half) ? 12 : 0);

/** The lines of a rule without the hours that are meant, and these; undefined where they are none of its hours, or all. */
function parted(rule: string | undefined, isMeant: (clock: string) => boolean) {
  const clocks = rule === undefined ? [] : clocksOf(rule);
  const meant = clocks.filter(isMeant);
  if (rule === undefined || meant.length === 0 || meant.length === clocks.length) return undefined;
  const gone: { line: string; hour: string }[] = [];
  const left = linesOf(rule).rules.flatMap((line) => {
    const [own = '', hours = '', minute = ''] = HOURS.exec(line) ?? [];
    const isGone = (hour: string) => meant.includes(`${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`);
    const all = hours.split(',');
    gone.push(...all.filter(isGone).map((hour) => ({ line, hour })));
    const stay = all.filter((hour) => !isGone(hour));
    return stay.length === 0 ? [] : [line.replace(own, `BYHOUR=${stay.join(',')};BYMINUTE=${minute}`)];
  });
  return { left, gone };
}

/** Another hour of a series: it keeps its days off, and does not come again on the day that was done, or skipped. */
export function atItsHour(
  { rule = '', doneOccurrence }: Reminder,
  schedule: Planned,
): Pick<Planned, 'rule' | 'plannedAt'> {
  const [before, after] = [linesOf(rule), linesOf(schedule.rule ?? '')];
  if (!isOnSameDays(before, after) || clockOf(before) === clockOf(after)) return schedule;
  const moved = after.days.length > 0 ? textOf(after) : textOf({ ...after, days: before.days });
  const dayOf = dayIn(schedule.zone);
  const done = doneOccurrence === undefined ? '' : dayOf(doneOccurrence);
  let next = nextOf(moved, new Date(schedule.plannedAt.getTime() - 1));
  while (next && dayOf(next) <= done) next = nextOf(moved, next);
  return next ? { rule: moved, plannedAt: next } : schedule;
}

const clockOf = ({ start }: RuleLines): string | undefined => /T(\d{6})/.exec(start)?.[1];

/** Once a day at most, on the same days but for those that are left out. */
function isOnSameDays({ rules }: RuleLines, other: RuleLines): boolean {
  const days = rules.join('\n');
  return days !== '' && days === other.rules.join('\n') && !/BYHOUR|BYMINUTE|FREQ=(?:HOURLY|MINUTELY)/.test(days);
}
