/** A static look at what a skill would do, for the person who is to trust it. */

export { type Audit, auditSkill } from './audit.ts';
export type { Finding, FindingLevel } from './finding.ts';
