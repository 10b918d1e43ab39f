/** Through all folders of all sources to the skills in them. */

import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { basename, join, sep } from 'node:path';
import type { Diagnostic } from '../diagnostic.ts';
import { FIRST_BYTES, type Refusal, refusedSkill } from '../read/index.ts';
import type { AgentSkill, SkillSource } from '../skill.ts';
import { type FolderRecord, lookInto, MAX_SKILL_FILES, skillOf } from './folder.ts';
import type { Pace } from './pace.ts';

const MAX_DEPTH = 12;
const MAX_FOLDERS = 200_000;
const OTHERS_MAY_WRITE = 0o002;

/** A folder that is still to be looked into. */
interface Visit {
  /** Absolute, without symbolic links. */
  path: string;
  folderName: string;
  depth: number;
  /** The innermost skill that it belongs to. */
  within: Within | undefined;
}

/** A skill whose folder is being walked. */
interface Within {
  skill: AgentSkill;
  files: number;
}

export interface Walked {
  /** In order of source, then of path; behind links first. */
  skills: AgentSkill[];
  diagnostics: Diagnostic[];
  /** The names of links, by the folder that they lead to. */
  linked: Map<string, string>;
  /** What to remember for the next walk. */
  records: Map<string, FolderRecord>;
}

/**
 * Walks `sources`, given in rising priority. A folder that is reached twice counts once, for the higher source. What
 * `known` remembers and did not change is not read again.
 */
export async function walk(
  sources: readonly SkillSource[],
  known: ReadonlyMap<string, FolderRecord>,
  pace: Pace,
): Promise<Walked> {
  const walked: Walked = { skills: [], diagnostics: [], linked: new Map(), records: new Map() };
  const groups: AgentSkill[][] = [];
  for (const source of [...sources].reverse()) {
    const walker = new Walker(source, known, walked, pace);
    groups.push(await walker.run());
  }
  walked.skills = groups.reverse().flat();
  return walked;
}

class Walker {
  private readonly source: SkillSource;
  private readonly known: ReadonlyMap<string, FolderRecord>;
  private readonly walked: Walked;
  private readonly pace: Pace;
  private readonly found: Within[] = [];
  private readonly waiting: Visit[] = [];
  private readonly scratch = Buffer.allocUnsafe(FIRST_BYTES);
  private root = '';

  constructor(source: SkillSource, known: ReadonlyMap<string, FolderRecord>, walked: Walked, pace: Pace) {
    this.source = source;
    this.known = known;
    this.walked = walked;
    this.pace = pace;
  }

  async run(): Promise<AgentSkill[]> {
    const { directory } = this.source;
    const root = directory === undefined ? undefined : realPath(directory);
    if (root === undefined || directory === undefined) return [];
    this.root = root;
    this.waiting.push({ path: root, folderName: basename(directory), depth: 0, within: undefined });
    for (let visit = this.waiting.pop(); visit; visit = this.waiting.pop()) {
      if (this.walked.records.size >= MAX_FOLDERS) {
        this.warn('too_many_folders', `There are more than ${MAX_FOLDERS} folders; the others are not read.`, root);
        break;
      }
      await this.visit(visit);
      if (this.pace.isUp) await this.pace.rest();
    }
    return this.found.map(limited);
  }

  private async visit(visit: Visit): Promise<void> {
    const { path, folderName, within } = visit;
    const { records } = this.walked;
    if (records.has(path)) return;
    const stats = statsOf(path);
    if (!stats?.isDirectory()) return;
    const record = await lookInto(path, stats, this.known.get(path), this.source.kind === 'installed', this.pace);
    if ('code' in record) return this.warn('folder_unreadable', record.message, path);
    records.set(path, record);
    if (basename(path) !== folderName) this.walked.linked.set(path, folderName);
    const isOpen = (stats.mode & OTHERS_MAY_WRITE) !== 0;
    const inner = this.skillIn(visit, record, isOpen);
    const owner = inner ?? within;
    if (owner) owner.files += record.listing.files;
    if (isOpen) {
      if (!inner)
        this.warn('world_writable', 'Everybody on this machine may write to this folder; it is not read.', path);
      return;
    }
    if (record.listing.isCut && !owner) this.warn('too_many_files', 'It holds more than is looked at.', path);
    if (owner && owner.files > MAX_SKILL_FILES) return;
    this.descend(visit, record, owner);
  }

  private skillIn({ path, folderName }: Visit, record: FolderRecord, isOpen: boolean): Within | undefined {
    const { skillFile } = record.listing;
    if (skillFile === undefined) return undefined;
    const { source } = this;
    const found = { source, directory: path, fileName: skillFile, folderName };
    const skill = isOpen ? refusedSkill(found, OPEN) : skillOf(path, folderName, source, record, this.scratch);
    const within = { skill, files: 0 };
    this.found.push(within);
    return within;
  }

  private descend({ path, depth }: Visit, { listing }: FolderRecord, within: Within | undefined): void {
    if (depth >= MAX_DEPTH) {
      if (listing.folders.length > 0) this.warn('too_deep', 'Folders nested more deeply are not read.', path);
      return;
    }
    // What is pushed last is visited first: skills are found in the order of their paths.
    for (let index = listing.folders.length - 1; index >= 0; index--) {
      const name = listing.folders[index] as string;
      this.waiting.push({ path: `${path}${sep}${name}`, folderName: name, depth: depth + 1, within });
    }
    // A person links skills into their own folders; a skill that brings a link wants to get out of its own.
    if (within) return;
    for (const name of [...listing.links].reverse()) {
      const target = realPath(join(path, name));
      if (target !== undefined && this.mayFollow(target)) {
        this.waiting.push({ path: target, folderName: name, depth: depth + 1, within });
      }
    }
  }

  /** What was installed came from elsewhere: its links stay among what was installed. */
  private mayFollow(target: string): boolean {
    return this.source.kind !== 'installed' || target.startsWith(`${this.root}${sep}`);
  }

  private warn(code: string, message: string, file: string): void {
    this.walked.diagnostics.push({ code, level: 'warning', message, file, line: undefined });
  }
}

const OPEN: Refusal = { code: 'world_writable', message: 'Everybody on this machine may write to its folder.' };

function limited({ skill, files }: Within): AgentSkill {
  if (files <= MAX_SKILL_FILES || skill.file === undefined) return skill;
  const message = `It has more than ${MAX_SKILL_FILES} files.`;
  const problem: Diagnostic = { code: 'too_many_files', level: 'error', message, file: skill.file, line: undefined };
  return { ...skill, usable: false, diagnostics: [...skill.diagnostics, problem] };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
