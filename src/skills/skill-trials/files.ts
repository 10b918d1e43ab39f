/** Keeps the files of variants, and reads them. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentSkill, folderContent, folderOf, lookInside, usableSkillIn } from '../../agent-skills/index.ts';
import { CodaError, systemCode } from '../../base/errors.ts';
import { pinFolder } from '../../trust/index.ts';

/** Files of variants: `<data>/skills/.variants/<hash>`, which nobody writes to once they are there. */
const VARIANTS = '.variants';

/** Copies the skill in `directory`; resolves to the hash of its files. Throws `SKILL_REFUSED` where it cannot be used. */
export async function keepFiles(installed: string, directory: string): Promise<string> {
  const content = await folderContent(directory);
  return lookInside(installed, content, async (staged) => {
    const skill = await usableSkillIn(staged);
    if (typeof skill === 'string') throw refuse(directory, skill);
    const folder = folderOf(skill);
    if (!folder) throw new Error(`the skill in ${directory} has no folder`);
    const pin = await pinFolder(staged, folder.declared);
    if (!pin.ok) throw refuse(directory, pin.message);
    await mkdir(join(installed, VARIANTS), { recursive: true, mode: 0o700 });
    try {
      await rename(staged, join(installed, VARIANTS, pin.hash));
    } catch (error) {
      // Kept already: a folder of this name holds these files.
      if (!['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
    }
    return pin.hash;
  });
}

/** The variant of `skill` with these files: its own instructions and files, found and named as the skill is. */
export async function variantSkill(
  installed: string,
  skill: AgentSkill,
  hash: string,
): Promise<AgentSkill | undefined> {
  const read = await usableSkillIn(join(installed, VARIANTS, hash)).catch(() => undefined);
  if (read === undefined || typeof read === 'string') return undefined;
  const { name, group, names, description, descriptions, tags, triggers, agents, display } = skill;
  const { userInvocable, modelInvocable, forkAgent } = skill;
  return {
    ...read,
    name,
    group,
    names,
    description,
    descriptions,
    tags,
    triggers,
    agents,
    display,
    userInvocable,
    modelInvocable,
    forkAgent,
    variant: { hash, of: skill.source.kind },
  };
}

const refuse = (directory: string, why: string): CodaError =>
  new CodaError('SKILL_REFUSED', {
    message: `The files in ${directory} are no variant: ${why.replace(/\.$/, '')}.`,
    remedy: '"coda skills validate DIR" shows everything that is wrong with them.',
  });
