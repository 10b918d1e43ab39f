/** Whether a skill may be used, and what an owner decides about it. */

export { approveSkill } from './decide.ts';
export { addPin, approvePin, blocked, erasures, type KnownPin, pinOf, type SkillId } from './store.ts';
export { type Inquest, idOf, inquire, lookAt, type Trust } from './trust.ts';
