import { realpathSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import type { Pace } from '../../base/async.ts';
import { isWorldWritable } from '../../base/folders/folder.ts';
import { FIRST_BYTES, openToAll } from '../read/file.ts';
import { refusedSkill } from '../read/skill-file.ts';
import { type AgentSkill, type Diagnostic, isGroupName, type SkillSource } from '../skill.ts';
import { type FolderRecord, lookInto, MAX_SKILL_FILES, openFileIn, skillOf, statsOf } from './folder.ts';

const MAX_DEPTH = 12;
const MAX_FOLDERS = 200_000;

interface Visit {
  path: string;
  folderName: string;
  depth: number;
  group: string | undefined;
  within: OpenFolder | undefined;
}

interface OpenFolder {
  skill: AgentSkill;
  record: FolderRecord;
  outer: OpenFolder | undefined;
  files: number;
  open: string | undefined;
}

export interface WalkedSkills {
  /** In order of source, then of path; behind links first. */
  skills: AgentSkill[];
  diagnostics: Diagnostic[];
  linked: Map<string, string>;
  records: Map<string, FolderRecord>;
}

/**
 * Walks `sources`, given in rising priority. A folder that is reached twice counts once, for the higher source. What
 * `records` remember and did not change is not read again.
 */
export async function walk(
  sources: readonly SkillSource[],
  records: ReadonlyMap<string, FolderRecord>,
  pace: Pace,
): Promise<WalkedSkills> {
  const walked: WalkedSkills = { skills: [], diagnostics: [], linked: new Map(), records: new Map() };
  const groups: AgentSkill[][] = [];
  const roots = sources.flatMap(({ directory }) => (directory === undefined ? [] : (realPath(directory) ?? [])));
  for (const source of [...sources].reverse()) {
    groups.push(await new Walker(source, { known: records, walked, roots, pace }).run());
  }
  walked.skills = groups.reverse().flat();
  return walked;
}

interface Walk {
  known: ReadonlyMap<string, FolderRecord>;
  walked: WalkedSkills;
  /** The folders of all sources. */
  roots: readonly string[];
  pace: Pace;
}

class Walker {
  private readonly source: SkillSource;
  private readonly on: Walk;
  private readonly found: OpenFolder[] = [];
  private readonly waiting: Visit[] = [];
  private readonly scratch = Buffer.allocUnsafe(FIRST_BYTES);
  private root = '';

  constructor(source: SkillSource, on: Walk) {
    this.source = source;
    this.on = on;
  }

  async run(): Promise<AgentSkill[]> {
    const { directory } = this.source;
    if (directory === undefined) return [];
    const root = realPath(directory);
    if (root === undefined || !statsOf(root)?.isDirectory()) {
      if (this.source.isExpected && !this.on.walked.diagnostics.some(({ file }) => file === directory))
        this.warn('folder_missing', 'There is no such folder, though skills.agent_skill_dirs names it.', directory);
      return [];
    }
    this.root = root;
    this.waiting.push({
      path: root,
      folderName: basename(directory),
      depth: 0,
      group: this.source.group,
      within: undefined,
    });
    for (let visit = this.waiting.pop(); visit; visit = this.waiting.pop()) {
      if (this.on.walked.records.size >= MAX_FOLDERS) {
        this.warn('too_many_folders', `There are more than ${MAX_FOLDERS} folders; the others are not read.`, root);
        break;
      }
      await this.visit(visit);
      if (this.on.pace.isUp) await this.on.pace.rest();
    }
    return this.found.map(limitSkill);
  }

  private async visit(visit: Visit): Promise<void> {
    const { path, folderName, within } = visit;
    const { records } = this.on.walked;
    if (records.has(path)) return;
    const stats = statsOf(path);
    if (!stats?.isDirectory()) return;
    const record = await lookInto(path, stats, this.on.known.get(path), this.source.kind === 'installed', this.on.pace);
    if ('code' in record) return this.warn('folder_unreadable', record.message, path);
    records.set(path, record);
    if (basename(path) !== folderName) this.on.walked.linked.set(path, folderName);
    const isOpen = isWorldWritable(stats);
    const inner = this.skillIn(visit, record, isOpen);
    const owner = inner ?? within;
    if (isOpen) noteWorldWritable(within, path);
    if (isOpen && !inner) this.warn('world_writable', `${openToAll(path).message} It is not read.`, path);
    if (isOpen) return;
    if (owner) {
      owner.files += record.toListing.files;
      noteWorldWritable(owner, await openFileIn(path, record.toListing, this.on.pace));
    }
    if (record.toListing.isCut && !owner) this.warn('too_many_files', 'It holds more than is looked at.', path);
    if (owner && owner.files > MAX_SKILL_FILES) return;
    this.descend(visit, record, owner);
  }

  private skillIn(
    { path, folderName, group, within: outer }: Visit,
    record: FolderRecord,
    isOpen: boolean,
  ): OpenFolder | undefined {
    const { skillFile } = record.toListing;
    if (skillFile === undefined) return undefined;
    const { source } = this;
    const location = { source, directory: path, fileName: skillFile, folderName, group };
    const skill = isOpen ? refusedSkill(location, openToAll(path)) : skillOf(location, record, this.scratch);
    const within = { skill, record, outer, files: 0, open: undefined };
    this.found.push(within);
    return within;
  }

  private descend(visit: Visit, { toListing: listing }: FolderRecord, within: OpenFolder | undefined): void {
    const { path, depth } = visit;
    const group = within ? undefined : this.groupOf(visit);
    if (depth >= MAX_DEPTH) {
      if (listing.folders.length > 0) this.warn('too_deep', 'Folders nested more deeply are not read.', path);
      return;
    }
    // The last one pushed is visited first: skills are found in the order of their paths.
    for (let index = listing.folders.length - 1; index >= 0; index--) {
      const name = listing.folders[index] as string;
      this.waiting.push({ path: `${path}${sep}${name}`, folderName: name, depth: depth + 1, group, within });
    }
    // A source may link its skills under other names; a link inside of a skill may lead out of it.
    if (within) return;
    for (const name of [...listing.links].reverse()) {
      const target = realPath(join(path, name));
      if (target === undefined) continue;
      if (this.mayFollow(target)) {
        this.waiting.push({ path: target, folderName: name, depth: depth + 1, group, within });
      } else
        this.warn(
          'link_out',
          'It is a symbolic link that leads out of the skills’ folders. It is not read.',
          join(path, name),
        );
    }
  }

  private groupOf({ folderName, depth }: Visit): string | undefined {
    return depth === 1 && isGroupName(folderName) ? folderName : undefined;
  }

  /** Links stay inside of the folders that the owner has named, those of installed skills inside of their own. */
  private mayFollow(target: string): boolean {
    const roots = this.source.kind === 'installed' ? [this.root] : this.on.roots;
    return roots.some((root) => target === root || target.startsWith(root.endsWith(sep) ? root : `${root}${sep}`));
  }

  private warn(code: string, message: string, file: string): void {
    this.on.walked.diagnostics.push({ code, level: 'warning', message, file, line: undefined });
  }
}

function noteWorldWritable(within: OpenFolder | undefined, open: string | undefined): void {
  if (open === undefined) return;
  for (let each = within; each; each = each.outer) each.open ??= open;
}

function limitSkill({ skill, files, open, record }: OpenFolder): AgentSkill {
  if (skill.file === undefined || !skill.usable) return skill;
  if (files > MAX_SKILL_FILES) {
    const message = `It has more than ${MAX_SKILL_FILES} files.`;
    return refusedFor(skill, { code: 'too_many_files', message, file: skill.file }, record);
  }
  return open === undefined ? skill : refusedFor(skill, { ...openToAll(open), file: open }, record);
}

/** The skill with an error: the same value as before where nothing has changed. */
function refusedFor(skill: AgentSkill, problem: Pick<Diagnostic, 'code' | 'message' | 'file'>, record: FolderRecord) {
  const lastRefusal = record.refused;
  if (lastRefusal?.of === skill && lastRefusal.message === problem.message) return lastRefusal.skill;
  const error: Diagnostic = { ...problem, level: 'error', line: undefined };
  const refused = { ...skill, usable: false, diagnostics: [...skill.diagnostics, error] };
  record.refused = { of: skill, message: problem.message, skill: refused };
  return refused;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
