import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type AgentSkill,
  folderContent,
  installedFolder,
  installSkill,
  type LiveSkills,
  lookInside,
  removeSkill,
  type SkillContent,
  type SkillSnapshot,
  skillHash,
  testSkill,
  usableSkillIn,
} from '../../agent-skills/index.ts';
import type { World } from '../../base/world.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { Improvement } from '../../proposals/index.ts';
import { type Database, readerOf, type Transaction } from '../../storage/index.ts';
import { approveLooked, auditFolder, lookForApproval } from '../../trust/index.ts';

export interface ShelvedSkill {
  name: string;
  description: string;
  text: string;
  hash: string;
}

/** A skill that is there and cannot be changed by a copy: it belongs to a group, or stands in the configuration. */
export interface FixedSkill {
  isFixed: true;
  name: string;
}

export interface NearSkill {
  name: string;
  description: string;
  /** 0 to 1; 0.5 is enough for it to be offered. */
  fit: number;
  /** Nearness in meaning, -1 to 1; undefined where nobody can tell. */
  meaning: number | undefined;
}

export interface SkillCase {
  name: string;
  prompt?: string;
  found?: boolean;
  contains?: readonly string[];
}

export interface SkillDraft {
  name: string;
  text: string;
  /** Hash of the files that it changes; undefined: a new skill. */
  baseHash: string | undefined;
}

export interface PlayedCase {
  name: string;
  ok: boolean;
}

export interface ExaminedDraft {
  hash: string;
  suspicions: readonly string[];
  /** Cases with the draft, and, in the same order, without it: the skill's own and those that were given. */
  played: readonly PlayedCase[];
  playedBefore: readonly PlayedCase[];
}

/** A skill whose files are in place and wait for the approval of exactly these. */
export interface PlacedSkill {
  approve(tx: Transaction, personId: string): Promise<boolean>;
}

const LONGEST_SKILL_TEXT = 64_000;
const NEAREST = 20;
const CASES = 'tests/learned.json';

interface ShelfParts {
  skills: LiveSkills;
  database: Pick<Database, 'read'>;
  world: Pick<World, 'clock'>;
}

/** The skills of this coda, as learning reads and changes them. */
export type SkillShelf = ReturnType<typeof skillShelf>;

export interface LearnedDeps extends SkillDeps<Improvement, 'mayLearnFrom'> {
  shelf: SkillShelf;
}

export function skillShelf(parts: ShelfParts) {
  const { skills } = parts;
  const current = () => skills.catalog.current();
  return {
    /** A skill that may be used; undefined where there is none. */
    async read(name: string): Promise<ShelvedSkill | FixedSkill | undefined> {
      const { blocked, drafts, deprecated } = skills.decisions.current;
      const isApart = blocked.has(name) || drafts.has(name) || deprecated.has(name);
      return isApart ? undefined : readShelved(current().skills.get(name));
    },
    /** Skills by words and meaning, the nearest first, at most 20. */
    async nearest(words: string): Promise<NearSkill[]> {
      return (await skills.search.find(current(), words)).slice(0, NEAREST).map(({ skill, fit, meaning }) => {
        const { name, description } = skill;
        return { name, description, fit, meaning };
      });
    },
    /** Skills whose descriptions the words fit; asks no embedder. */
    async fitting(words: string): Promise<string[]> {
      const matches =
        words.trim() === '' ? [] : await skills.search.findOffered(current(), words, { patience: 'none' });
      return matches.map(({ name }) => name);
    },
    isTaken(name: string): boolean {
      const { skills: all, invalid, disabled, commands } = current();
      const apart = [...invalid, ...disabled];
      return all.has(name) || commands?.has(name) === true || apart.some((each) => each.name === name);
    },
    /** Looks at a draft without putting it anywhere; a string says why it is no skill. */
    examine: (draft: SkillDraft, cases: readonly SkillCase[]) => examine(skills.installed, current(), draft, cases),
    /** Puts a draft in place, as one that nobody is offered before its approval; `changed`: the skill is not as it was. */
    place: (draft: SkillDraft & { hash: string }) => place(parts, draft),
    /**
     * Takes a skill with these files back: what was before it is in its place. `changed`: its files are others by now, and
     * nothing was done.
     */
    takeBack: (skill: TakenBack) => takeBack(parts, skill),
    /** Models are not offered it any more, or again. */
    rest: (name: string, reason: string) => skills.deprecate({ name, reason, replacement: undefined }),
    wake: async (name: string) => void (await skills.undeprecate(name)),
    /** After a decision has committed. */
    decided: () => skills.onDecision(),
  };
}

interface TakenBack {
  name: string;
  hash: string;
  before: string | null;
}

async function place(parts: ShelfParts, draft: SkillDraft & { hash: string }): Promise<PlacedSkill | 'changed'> {
  const { skills } = parts;
  const { name, text, baseHash, hash } = draft;
  const skill = skills.catalog.current().skills.get(name);
  const now = skill && (await skillHash(skill));
  // Cut off before the approval: its files are there already.
  if (now !== hash || skill?.source.kind !== 'installed') {
    if (now !== baseHash) return 'changed';
    await installSkill(skills.installed, await contentOf(name, text, skill));
  }
  return findPlaced(parts, name, hash);
}

async function findPlaced(
  { skills, database, world }: ShelfParts,
  name: string,
  hash: string,
): Promise<PlacedSkill | 'changed'> {
  await skills.rescan();
  const folder = installedFolder(skills.catalog.current(), name);
  const looked = folder && (await lookForApproval(readerOf(database), folder, hash));
  if (!looked) return 'changed';
  return {
    async approve(tx, personId) {
      const now = world.clock.now();
      if (!(await approveLooked(tx, folder, looked, { personId, now }))) return false;
      await skills.decisions.activateIn(tx, folder);
      return true;
    },
  };
}

async function takeBack(
  parts: ShelfParts,
  { name, hash, before }: TakenBack,
): Promise<PlacedSkill | 'gone' | 'changed'> {
  const { skills } = parts;
  const { skills: all, shadowed } = skills.catalog.current();
  const skill = all.get(name);
  if (skill?.source.kind !== 'installed') return 'gone';
  if ((await skillHash(skill)) !== hash) return 'changed';
  const isBeneath = shadowed.some((each) => each.skill.name === name && each.by === skill);
  if (before === null || isBeneath) {
    await removeSkill(skills.installed, name);
    await skills.rescan();
    return 'gone';
  }
  await installSkill(skills.installed, await contentOf(name, before, skill));
  await skills.rescan();
  const restored = skills.catalog.current().skills.get(name);
  return findPlaced(parts, name, restored ? await skillHash(restored) : '');
}

/** A skill that lies in a folder, alone or in a copy, and whose name is a folder's: installed skills have no groups. */
async function readShelved(skill: AgentSkill | undefined): Promise<ShelvedSkill | FixedSkill | undefined> {
  if (!skill) return undefined;
  if (!skill.file || skill.group !== undefined || skill.source.kind === 'inline')
    return { isFixed: true, name: skill.name };
  const text = await readFile(skill.file, 'utf8').catch(() => '');
  const hash = await skillHash(skill);
  if (hash === '' || text === '' || text.length > LONGEST_SKILL_TEXT) return undefined;
  return { name: skill.name, description: skill.description, text, hash };
}

async function contentOf(name: string, text: string, base: AgentSkill | undefined): Promise<SkillContent> {
  const file = {
    path: 'SKILL.md',
    executable: false,
    async *chunks() {
      yield Buffer.from(text);
    },
  };
  const others = base?.directory === undefined ? [] : (await folderContent(base.directory)).files;
  return { folder: name, files: [file, ...others.filter(({ path }) => path.toLowerCase() !== 'skill.md')] };
}

async function examine(
  folder: string,
  snapshot: SkillSnapshot,
  { name, text, baseHash }: SkillDraft,
  cases: readonly SkillCase[],
): Promise<ExaminedDraft | string> {
  const base = snapshot.skills.get(name);
  if ((base && (await skillHash(base))) !== baseHash) return 'The skill is not as it was.';
  const examination = await lookInside(folder, await contentOf(name, text, base), async (staged) => {
    const skill = await usableSkillIn(staged);
    if (typeof skill === 'string' || skill.name !== name) return 'It is no skill that can be used.';
    const hash = await skillHash(skill);
    if (hash === '') return 'Its files cannot be hashed.';
    const { findings } = await auditFolder(staged);
    const suspicions = findings.filter(({ level }) => level === 'block').map(({ why }) => why);
    return { hash, suspicions, played: suspicions.length > 0 ? [] : await play(snapshot, staged, cases) };
  });
  if (typeof examination === 'string') return examination;
  return { ...examination, playedBefore: await playBefore(folder, snapshot, base, cases) };
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
  return lookInside(folder, content, (staged) => play(snapshot, staged, cases));
}

/** Plays the skill's own cases and these, as if the skill in `staged` were the one of its name. */
async function play(snapshot: SkillSnapshot, staged: string, cases: readonly SkillCase[]): Promise<PlayedCase[]> {
  const file = join(staged, CASES);
  if (!existsSync(dirname(file))) await mkdir(dirname(file));
  await writeFile(file, JSON.stringify(cases));
  const skill = await usableSkillIn(staged);
  if (typeof skill === 'string') return [];
  const skills = new Map([...snapshot.skills, [skill.name, skill]]);
  const { outcomes } = await testSkill({ ...snapshot, skills }, skill);
  return outcomes.map(({ name, ok }) => ({ name, ok }));
}
