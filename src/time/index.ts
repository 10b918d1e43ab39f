export { ruleIn } from './cron-within.ts';
export { parseDuration } from './duration.ts';
export {
  ANY_MONTH,
  hasUnreadTime,
  MONTH,
  MONTH_BEGINNING,
  monthNames,
  type TimeAtEnds,
  type TimeStretch,
  timeAtEnds,
  WEEKDAY,
} from './ends.ts';
export { DEFAULT_DAY_PARTS } from './env.ts';
export { type InEnglish, inEnglish, isInOtherLanguage, mayBeForeign, wordsFor } from './foreign/door.ts';
export { otherLanguageOf, slotsInOther } from './foreign/split.ts';
export { notUnderstood, otherLanguages } from './foreign/texts.ts';
export {
  addDays,
  beginningOf,
  dayAt,
  formatClock,
  formatInstant,
  formatLongDay,
  formatMinute,
  hasTwelve,
  wallTimeFor,
  weekdayOfDay,
  weekOfYear,
} from './format.ts';
export { timeWordFor } from './lang/en-words.ts';
export { endingsWithin, hasUnreadLimit, isLimit, limitWithin } from './limit-within.ts';
export { parseWhen } from './parse.ts';
export { cronProblem } from './rules/cron.ts';
export { describe } from './rules/describe.ts';
export {
  isByClock,
  nextOf,
  occurrences,
  type PlannedTime,
  passedOccurrences,
  planInZone,
  plannedFor,
  readPlan,
  type StoredPlan,
  storedPlan,
} from './rules/occurrences.ts';
export { type WallSpan, wallOccurrences } from './rules/walls.ts';
export { readSlot, slotsOf, splitTask } from './split.ts';
export type * from './types.ts';
export { findZone, instantOf, isZone, machineZone, readZoneNames, wallAt } from './zones.ts';
