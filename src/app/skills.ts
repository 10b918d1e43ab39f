import type { Skill, SkillDeps } from '../chat/index.ts';
import { basics } from '../skills/basics/index.ts';
import { notes } from '../skills/notes/index.ts';
import { reminders } from '../skills/reminders/index.ts';
import { upkeep } from '../skills/upkeep/index.ts';

/** What coda can do, one line each: deleting a line and its folder deletes the capability. */
export const builtInSkills: readonly Skill[] = [reminders, notes, basics, upkeep];

/** A skill with what it may use. */
export interface EquippedSkill {
  skill: Skill;
  deps: SkillDeps;
}
