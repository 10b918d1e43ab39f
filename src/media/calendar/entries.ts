/** A calendar as the reader in its own process hands it over: nothing in it is interpreted yet. */
import { z } from 'zod';

/** As it is written: `20261201T093000Z`, or a day alone; the zone that is named beside it. */
const moment = z.strictObject({ at: z.string().max(40), zone: z.string().max(300).optional() });
export type WrittenMoment = z.output<typeof moment>;

const entry = z.strictObject({
  uid: z.string(),
  summary: z.string(),
  location: z.string(),
  about: z.string(),
  isCancelled: z.boolean(),
  sequence: z.int(),
  start: moment.optional(),
  end: moment.optional(),
  duration: z.string().optional(),
  /** RECURRENCE-ID: the occurrence that this one stands for. */
  replaces: moment.optional(),
  isFromThenOn: z.boolean().optional(),
  rules: z.array(z.string()),
  exceptRules: z.array(z.string()),
  dates: z.array(moment),
  without: z.array(moment),
  /** Some of its times were left out, being too many. */
  isCut: z.boolean().optional(),
});
export type CalendarEntry = z.output<typeof entry>;

const change = z.strictObject({
  start: z.string(),
  from: z.string(),
  to: z.string(),
  rules: z.array(z.string()),
  dates: z.array(z.string()),
});
export type ClockChange = z.output<typeof change>;

const ownZone = z.strictObject({ name: z.string(), location: z.string(), changes: z.array(change) });
export type OwnZone = z.output<typeof ownZone>;

const whole = z.strictObject({ zone: z.string(), isCancelled: z.boolean(), isCut: z.boolean() });

/** A piece of a calendar, as it comes from the reader. */
export const calendarItem = z.union([
  z.strictObject({ entry }),
  z.strictObject({ zone: ownZone }),
  z.strictObject({ calendar: whole }),
]);

export interface Calendar {
  entries: CalendarEntry[];
  zones: OwnZone[];
  /** X-WR-TIMEZONE: the zone of times without one. */
  zone: string;
  /** METHOD:CANCEL: none of it takes place. */
  isCancelled: boolean;
  /** The file ends in the middle of an appointment. */
  isCut: boolean;
}
