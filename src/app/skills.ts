import type { Skill, SkillDeps } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { audit } from '../skills/audit/index.ts';
import { basics } from '../skills/basics/index.ts';
import { code } from '../skills/code/index.ts';
import { memory } from '../skills/memory/index.ts';
import { notes } from '../skills/notes/index.ts';
import { reminders } from '../skills/reminders/index.ts';
import { upkeep } from '../skills/upkeep/index.ts';

/** What coda can do, one line each: deleting a line and its folder deletes the capability. */
export const builtInSkills: readonly Skill[] = [reminders, notes, memory, basics, upkeep, audit, code];

/** A skill with what it may use. */
export interface EquippedSkill {
  skill: Skill;
  deps: SkillDeps;
}

/** Gives each skill what it may use, with the values of its own block. */
export function equip(
  skills: readonly Skill[],
  config: Config,
  common: Omit<SkillDeps, 'config' | 'does'>,
): EquippedSkill[] {
  const does = skills.flatMap(({ words }) => words?.does ?? []);
  return skills.map((skill) => ({
    skill,
    deps: { ...common, does, config: skill.config && config.block(skill.config) },
  }));
}
