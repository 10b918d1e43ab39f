import type { Config } from '../config/index.ts';
import type { Household } from '../people/index.ts';
import { machineZone, type WhenContext } from '../time/index.ts';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

export function timeSettings(config: Config): Omit<WhenContext, 'now' | 'zone'> {
  const { day_parts: parts, waking, week_start } = config.time;
  return {
    weekStart: WEEKDAYS.indexOf(week_start) + 1,
    locale: config.assistant.locale,
    dayParts: {
      early: parts.early,
      morning: parts.morning,
      lunch: parts.lunch,
      noon: parts.noon,
      afternoon: parts.afternoon,
      endOfDay: parts.end_of_day,
      evening: parts.evening,
      tonight: parts.tonight,
      late: parts.late,
      date: parts.date,
      wakingFrom: waking.from,
      wakingTo: waking.to,
    },
  };
}

/** The zone of people who have not said theirs. */
export function defaultZone(config: Config): string {
  return config.assistant.zone ?? machineZone().zone;
}

export const householdOf = (config: Config): Household => ({
  zone: defaultZone(config),
  isZoneSet: config.assistant.zone !== undefined,
  locale: config.assistant.locale,
});
