/** Days of a zone's calendar, `2026-11-23`. None of them is 23 or 25 hours long: what is counted is dates. */
import type { Instant } from '../base/clock.ts';
import { DAY, dayOfWall, isoOfWall, weekdayOf } from './civil.ts';
import { instantOf, wallAt } from './zones.ts';

const wallOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** The day on the calendar of `zone`. */
export const dayAt = (at: Instant, zone: string): string => isoOfWall(wallAt(at.getTime(), zone)).slice(0, 10);

export const addDays = (day: string, days: number): string => isoOfWall(wallOfDay(day) + days * DAY).slice(0, 10);

/** 1 = Monday … 7 = Sunday. */
export const weekdayOfDay = (day: string): number => weekdayOf(dayOfWall(wallOfDay(day)));

/** The instant with which the day begins in `zone`. */
export const beginningOf = (day: string, zone: string): Instant => new Date(instantOf(wallOfDay(day), zone));
