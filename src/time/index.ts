export { cronProblem } from './cron.ts';
export { describe } from './describe.ts';
export { parseDuration } from './duration.ts';
export { hasUnreadTime, type TimeAtEnds, type TimeStretch, timeAtEnds } from './ends.ts';
export { DEFAULT_DAY_PARTS } from './env.ts';
export { type InEnglish, inEnglish, isInOtherLanguage, mayBeForeign, wordsFor } from './foreign/door.ts';
export {
  addDays,
  beginningOf,
  dayAt,
  formatClock,
  formatInstant,
  formatLongDay,
  formatMinute,
  weekdayOfDay,
  weekOfYear,
} from './format.ts';
export { wallTimeFor } from './hours.ts';
export { timeWordFor } from './lang/en-words.ts';
export { occurrences } from './occurrences.ts';
export { parseWhen } from './parse.ts';
export {
  nextOf,
  type Planned,
  passedOccurrences,
  plannedFor,
  readPlan,
  type StoredPlan,
  storedPlan,
} from './planned.ts';
export { readSlot } from './slot.ts';
export { slotsOf, splitTask } from './split.ts';
export { notUnderstood } from './texts.ts';
export type * from './types.ts';
export { ANY_MONTH, MONTH, MONTH_BEGINNING, monthNames, WEEKDAY } from './words.ts';
export { findZone } from './zone-names.ts';
export { isZone } from './zones.ts';
