import type { DayParts } from './types.ts';

/** What the parts of a day stand for unless a person has said otherwise. */
export const DEFAULT_DAY_PARTS: Readonly<DayParts> = {
  early: '07:00',
  morning: '09:00',
  lunch: '12:30',
  noon: '12:00',
  afternoon: '15:00',
  endOfDay: '17:00',
  evening: '19:00',
  tonight: '20:00',
  late: '22:00',
  date: '09:00',
  wakingFrom: '07:00',
  wakingTo: '22:00',
};
