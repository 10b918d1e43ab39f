import { createHash } from 'node:crypto';
import type { Queryable } from '../../storage/index.ts';
import {
  decidedOf,
  type Folder,
  type FolderDecision,
  type FolderId,
  type Inquest,
  inquire,
  judge,
  type Pin,
  type PinnedFolder,
  pinFolder,
  pinnedNames,
  pinOf,
  type Verdict,
} from '../../trust/index.ts';
import { readBody } from '../read/file.ts';
import { type AgentSkill, isTrusted, type SkillSnapshot, SOURCE_KINDS, type SourceKind } from '../skill.ts';

/** A skill as it was looked at: what may be used of it, or why an owner has to look first. */
export type Trust =
  /** Trusted by its source: shipped, or in the configuration. */
  { kind: 'own' } | Verdict | { kind: 'unpinnable'; message: string; isPassing?: true };

/** Looks at the files of `skill` and at what was decided about it. */
export async function lookAt(db: Queryable, skill: AgentSkill, signal?: AbortSignal): Promise<Trust> {
  const folder = folderOf(skill);
  if (isTrusted(skill.source) || !folder) return { kind: 'own' };
  const pin = await pinFolder(folder.directory, folder.declared, signal);
  if (pin.ok) return judge(db, folder, pin, signal);
  return { kind: 'unpinnable', message: pin.message, ...(pin.isPassing && { isPassing: true }) };
}

/** Name and source that its pin is kept by; each variant of a skill has one of its own. */
export const pinIdOf = ({ name, source, variant }: AgentSkill): FolderId => ({
  name: variant ? `${name}@${variant.hash.slice(0, 16)}` : name,
  source: source.kind,
});

export function folderOf(skill: AgentSkill): Folder | undefined {
  const { directory } = skill;
  if (directory === undefined) return undefined;
  const { pip, system } = skill.dependencies;
  const declared = {
    tools: skill.allowedTools ?? [],
    forbiddenTools: skill.forbiddenTools,
    forbiddenToolsUnreadable: skill.forbiddenToolsUnreadable,
    secrets: skill.secrets.map((secret) => secret.name),
    packages: [...pip.map((each) => `pip:${each}`), ...system.map((each) => `system:${each}`)],
    image: skill.dockerImage,
    agent: skill.forkAgent ? (skill.model ?? 'default') : undefined,
  };
  return { ...pinIdOf(skill), directory, declared };
}

export function installedFolder({ skills }: Pick<SkillSnapshot, 'skills'>, name: string): Folder | undefined {
  const skill = skills.get(name);
  return skill?.source.kind === 'installed' ? folderOf(skill) : undefined;
}

/** All that there is to know of a skill that needs an approval; a string says why it can have none. */
export async function inquireAbout(db: Queryable, skill: AgentSkill): Promise<Inquest | string> {
  const folder = folderOf(skill);
  if (!folder) return 'It stands in the configuration and needs no approval.';
  const pin = await pinFolder(folder.directory, folder.declared);
  return pin.ok ? inquire(db, folder, pin) : pin.message;
}

/** Decisions about skills that need one, by name; none about one that nobody has used. Files are hashed only of what was decided about. */
export async function decidedAbout(db: Queryable, skills: readonly AgentSkill[]): Promise<Map<string, FolderDecision>> {
  const decided = await pinnedNames(db, SOURCE_KINDS);
  const decidedSkills = skills.filter(
    ({ name, source }) =>
      !isTrusted(source) && decided.some((each) => each.name === name && each.source === source.kind),
  );
  const bySource = new Map<SourceKind, { folder: Folder; pin: Pin }[]>();
  for (const skill of decidedSkills) {
    const folder = folderOf(skill);
    const pin = folder && (await pinFolder(folder.directory, folder.declared));
    if (folder && pin?.ok)
      bySource.set(skill.source.kind, [...(bySource.get(skill.source.kind) ?? []), { folder, pin }]);
  }
  const decisions = await Promise.all([...bySource.values()].map((folders) => decidedOf(db, folders)));
  return new Map(decisions.flatMap((each) => [...each]));
}

/** The hashes of the files that may be read, by path: as they were pinned when the skill was activated. */
export async function pinnedFiles(db: Queryable, skill: AgentSkill): Promise<PinnedFolder['files'] | undefined> {
  const pin = await pinOf(db, pinIdOf(skill));
  return pin && pin.state !== 'blocked' ? pin.pinned.files : undefined;
}

/** True if the bytes are those that were hashed; a link is pinned by where it leads to, and that file by its own. */
export function isPinned(files: PinnedFolder['files'], path: string, content: Buffer): boolean {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return files[path] === hash || Object.values(files).includes(hash);
}

/** Hash of its files, or of its text where the configuration holds it; empty: they cannot be read. */
export async function hashOf(skill: AgentSkill, signal?: AbortSignal): Promise<string> {
  const folder = folderOf(skill);
  if (folder) {
    const pin = await pinFolder(folder.directory, folder.declared, signal);
    return pin.ok ? pin.hash : '';
  }
  const body = readBody(skill);
  return typeof body === 'string'
    ? createHash('sha256')
        .update(JSON.stringify([skill.description, body]))
        .digest('hex')
    : '';
}
