import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type AgentSkill,
  activateDraft,
  bundles,
  folderOf,
  installed,
  OFFERED_FROM,
  SkillSearch,
  type SkillSnapshot,
  testSkill,
} from '../../agent-skills/index.ts';
import type { World } from '../../base/world.ts';
import type { Config } from '../../config/index.ts';
import { memoryConfig } from '../../skills/memory/index.ts';
import type {
  Examined,
  FixedSkill,
  Placed,
  PlayedCase,
  ShelvedSkill,
  SkillCase,
  SkillDraft,
  SkillShelf,
} from '../../skills/skill-learning/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';
import { approveLooked, auditFolder, lookForApproval, pinFolder } from '../../trust/index.ts';
import type { LiveSkills } from './agent-skills.ts';

const LONGEST_SKILL_TEXT = 64_000;
const NEAREST = 20;
const CASES = 'tests/learned.json';

interface ShelfParts {
  skills: LiveSkills;
  database: Pick<Database, 'read'>;
  world: Pick<World, 'clock'>;
  config: Config;
}

export function skillShelf(parts: ShelfParts): SkillShelf {
  const { skills, config } = parts;
  const byWords = new SkillSearch();
  const current = () => skills.catalog.current();
  return {
    standardAuto: config.block(memoryConfig).auto,
    read: async (name) => {
      const { blocked, drafts, deprecated } = skills.decisions();
      const isApart = blocked.has(name) || drafts.has(name) || deprecated.has(name);
      return isApart ? undefined : shelved(current().skills.get(name));
    },
    nearest: async (words) =>
      (await skills.search.find(current(), words)).slice(0, NEAREST).map(({ skill, fit, meaning }) => {
        const { name, description } = skill;
        return { name, description, fit, meaning };
      }),
    fitting: async (words) => {
      const found = words.trim() === '' ? [] : await byWords.find(current(), words);
      return found.flatMap(({ skill, fit }) => (fit >= OFFERED_FROM ? [skill.name] : []));
    },
    isTaken: (name) => {
      const { skills: all, invalid, disabled, commands } = current();
      const apart = [...invalid, ...disabled];
      return all.has(name) || commands?.has(name) === true || apart.some((each) => each.name === name);
    },
    examine: (draft, cases) => examine(skills.installed, current(), draft, cases),
    place: (draft) => place(parts, draft),
    takeBack: (skill) => takeBack(parts, skill),
    rest: (name, reason) => skills.deprecate({ name, reason, replacement: undefined }),
    wake: async (name) => void (await skills.undeprecate(name)),
    decided: () => skills.decided(),
  };
}

async function place(parts: ShelfParts, draft: SkillDraft & { hash: string }): Promise<Placed | 'changed'> {
  const { skills } = parts;
  const { name, text, baseHash, hash } = draft;
  const skill = skills.catalog.current().skills.get(name);
  const now = skill && (await hashOf(skill));
  // Cut off before the approval: its files are there already.
  if (now !== hash || skill?.source.kind !== 'installed') {
    if (now !== baseHash) return 'changed';
    await installed.installSkill(skills.installed, await contentOf(name, text, skill));
  }
  return placed(parts, name, hash);
}

async function placed(
  { skills, database, world }: ShelfParts,
  name: string,
  hash: string,
): Promise<Placed | 'changed'> {
  await skills.rescan();
  const skill = skills.catalog.current().skills.get(name);
  const folder = skill?.source.kind === 'installed' ? folderOf(skill) : undefined;
  const looked = folder && (await lookForApproval(readerOf(database), folder, hash));
  if (!looked) return 'changed';
  return {
    async approve(tx, personId) {
      const now = world.clock.now();
      if (!(await approveLooked(tx, folder, looked, { personId, now }))) return false;
      await activateDraft(tx, { name: folder.name, source: folder.source }, now);
      return true;
    },
  };
}

async function takeBack(
  parts: ShelfParts,
  { name, hash, before }: Parameters<SkillShelf['takeBack']>[0],
): Promise<Placed | 'gone' | 'changed'> {
  const { skills } = parts;
  const { skills: all, shadowed } = skills.catalog.current();
  const skill = all.get(name);
  if (skill?.source.kind !== 'installed') return 'gone';
  if ((await hashOf(skill)) !== hash) return 'changed';
  const isBeneath = shadowed.some((each) => each.skill.name === name && each.by === skill);
  if (before === null || isBeneath) {
    await installed.removeSkill(skills.installed, name);
    await skills.rescan();
    return 'gone';
  }
  await installed.installSkill(skills.installed, await contentOf(name, before, skill));
  await skills.rescan();
  const restored = skills.catalog.current().skills.get(name);
  return placed(parts, name, (restored && (await hashOf(restored))) ?? '');
}

/** One that lies in a folder, alone or in a copy, and whose name is a folder's: installed skills have no groups. */
async function shelved(skill: AgentSkill | undefined): Promise<ShelvedSkill | FixedSkill | undefined> {
  if (!skill) return undefined;
  if (!skill.file || skill.group !== undefined || skill.source.kind === 'inline')
    return { isFixed: true, name: skill.name };
  const text = await readFile(skill.file, 'utf8').catch(() => '');
  const hash = await hashOf(skill);
  if (hash === undefined || text === '' || text.length > LONGEST_SKILL_TEXT) return undefined;
  return { name: skill.name, description: skill.description, text, hash };
}

async function hashOf(skill: AgentSkill): Promise<string | undefined> {
  const folder = folderOf(skill);
  const pin = folder && (await pinFolder(folder.directory, folder.declared));
  return pin?.ok ? pin.hash : undefined;
}

async function contentOf(name: string, text: string, base: AgentSkill | undefined): Promise<bundles.SkillContent> {
  const file = {
    path: 'SKILL.md',
    executable: false,
    async *chunks() {
      yield Buffer.from(text);
    },
  };
  const others = base?.directory === undefined ? [] : (await bundles.folderContent(base.directory)).files;
  return { folder: name, files: [file, ...others.filter(({ path }) => path.toLowerCase() !== 'skill.md')] };
}

async function examine(
  folder: string,
  snapshot: SkillSnapshot,
  { name, text, baseHash }: SkillDraft,
  cases: readonly SkillCase[],
): Promise<Examined | string> {
  const base = snapshot.skills.get(name);
  if ((base && (await hashOf(base))) !== baseHash) return 'The skill is not as it was.';
  const found = await installed.lookInside(folder, await contentOf(name, text, base), async (staged) => {
    const skill = await installed.skillIn(staged);
    if (!skill?.usable || skill.name !== name) return 'It is no skill that can be used.';
    const hash = await hashOf(skill);
    if (hash === undefined) return 'Its files cannot be hashed.';
    const { findings } = await auditFolder(staged);
    const suspicions = findings.filter(({ level }) => level === 'block').map(({ why }) => why);
    return { hash, suspicions, played: suspicions.length > 0 ? [] : await play(snapshot, staged, cases) };
  });
  if (typeof found === 'string') return found;
  return { ...found, playedBefore: await playBefore(folder, snapshot, base, cases) };
}

/** Plays the cases on the version that is there; where there is none, no case passes. */
async function playBefore(
  folder: string,
  snapshot: SkillSnapshot,
  base: AgentSkill | undefined,
  cases: readonly SkillCase[],
): Promise<PlayedCase[]> {
  if (!base?.file) return cases.map(({ name }) => ({ name, ok: false }));
  const content = await contentOf(base.name, await readFile(base.file, 'utf8'), base);
  return installed.lookInside(folder, content, (staged) => play(snapshot, staged, cases));
}

/** Plays the skill's own cases and these, as if the skill in `staged` were the one of its name. */
async function play(snapshot: SkillSnapshot, staged: string, cases: readonly SkillCase[]): Promise<PlayedCase[]> {
  const file = join(staged, CASES);
  if (!existsSync(dirname(file))) await mkdir(dirname(file));
  await writeFile(file, JSON.stringify(cases));
  const skill = await installed.skillIn(staged);
  if (!skill) return [];
  const skills = new Map([...snapshot.skills, [skill.name, skill]]);
  const { outcomes } = await testSkill({ ...snapshot, skills }, skill);
  return outcomes.map(({ name, ok }) => ({ name, ok }));
}
