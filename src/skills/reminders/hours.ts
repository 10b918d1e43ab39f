/** The hours of a day at which a series speaks, and what people call them. */
import { nextOf } from '../../time/index.ts';
import type { Reminder } from './reminder.ts';
import { linesOf, textOf } from './rule-lines.ts';

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
  const clocks = rule === undefined ? [] : clocksOf(rule);
  const gone = clocks.filter(isMeant);
  if (rule === undefined || !plannedAt || gone.length === 0 || gone.length === clocks.length) return undefined;
  const lines = linesOf(rule);
  const rules = lines.rules.flatMap((line) => {
    const [own = '', hours = '', minute = ''] = HOURS.exec(line) ?? [];
    const left = hours
      .split(',')
      .filter((hour) => !gone.includes(`${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`));
    return left.length === 0 ? [] : [line.replace(own, `BYHOUR=${left.join(',')};BYMINUTE=${minute}`)];
  });
  const less = textOf({ ...lines, rules });
  return { ...found, rule: less, plannedAt: nextOf(less, new Date(plannedAt.getTime() - 1)) };
}
