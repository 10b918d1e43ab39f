import { realpath } from 'node:fs/promises';
import { validateSkills } from '../validate/validate.ts';
import type { InspectSkill } from './install.ts';

/** What the reader of skills makes of the folder: whether it can be used, and what it is called by. */
export const inspectSkill: InspectSkill = async (folder) => {
  const path = await realpath(folder);
  const verdict = (await validateSkills([path])).find((one) => one.path === path);
  if (!verdict) return { usable: false, name: '', reason: 'there is no SKILL.md in it' };
  const reason = verdict.problems.find(({ level }) => level === 'error')?.message;
  return { usable: verdict.usable, name: verdict.name, reason };
};
