export { DEFAULT_DAY_PARTS } from './day-parts.ts';
export { describe } from './describe.ts';
export { parseDuration } from './duration.ts';
export { formatInstant } from './format.ts';
export { occurrences } from './occurrences.ts';
export { parseWhen } from './parse.ts';
export { splitTask, type Understood, understand } from './sentence.ts';
export type * from './types.ts';
export { findZone } from './zone-names.ts';
