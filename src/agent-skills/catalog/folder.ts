import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, opendirSync, readdirSync, realpathSync, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import type { Pace } from '../../base/async.ts';
import { isWorldWritable } from '../../base/folders/folder.ts';
import {
  isSameStamp,
  type Refusal,
  readHead,
  readWhole,
  refusalOf,
  refusedBy,
  type Stamp,
  stampOf,
} from '../read/file.ts';
import { type FoundSkillFile, readSkill, refusedSkill } from '../read/skill-file.ts';
import type { AgentSkill, SkillSource } from '../skill.ts';

/** Real skills have up to a hundred files. */
export const MAX_SKILL_FILES = 10_000;
const MAX_ENTRIES = 100_000;
/** Resolution of file times: a file may be written again within the same tick, so that its stamp stays. */
const TICK_MS = 50;

/** Folders of build tools. Other hidden folders are read: projects keep skills in `.claude/skills`. */
const SKIPPED = /^(?:node_modules|__pycache__|venv|\.(?:git|hg|svn|venv|tox|cache|npm|next|[a-z]+_cache))$/;

export interface Listing {
  readonly folders: readonly string[];
  readonly links: readonly string[];
  readonly skillFile: string | undefined;
  readonly others: readonly string[];
  readonly files: number;
  readonly isCut: boolean;
}

export interface FolderRecord {
  /** Undefined: it may have changed within the tick, and is listed again. */
  readonly stamp: Stamp | undefined;
  readonly toListing: Listing;
  skill?: SkillRecord | undefined;
  refused?: { readonly of: AgentSkill; readonly message: string; readonly skill: AgentSkill } | undefined;
}

interface SkillRecord {
  readonly stamp: Stamp;
  /** Hash of the content, where the stamp may not tell a second write within the tick. */
  readonly digest: string | undefined;
  readonly source: SkillSource;
  readonly group: string | undefined;
  readonly skill: AgentSkill;
}

/** The folder as `record` has it, unless it changed since; undefined when it is gone or cannot be read. */
export async function lookInto(
  path: string,
  stats: Stats,
  record: FolderRecord | undefined,
  skipsHidden: boolean,
  pace: Pace,
): Promise<FolderRecord | Refusal> {
  if (record?.stamp && isSameStamp(record.stamp, stats)) return record;
  try {
    const { skill, refused } = record ?? {};
    return { stamp: settledStamp(stats), toListing: await list(path, stats, skipsHidden, pace), skill, refused };
  } catch (error) {
    return refusedBy(error);
  }
}

function settledStamp(stats: Stats): Stamp | undefined {
  const changed = Math.max(stats.mtimeMs, stats.ctimeMs);
  return Math.abs(Date.now() - changed) < TICK_MS ? undefined : stampOf(stats);
}

/**
 * A folder whose own size is larger may hold so many entries that reading them in one go would hold up everything else.
 * Reading them one by one takes four times as long.
 */
const LARGE_FOLDER_BYTES = 65_536;

async function list(path: string, stats: Stats, skipsHidden: boolean, pace: Pace): Promise<Listing> {
  const entries = new Entries();
  if (stats.size <= LARGE_FOLDER_BYTES) {
    for (const entry of readdirSync(path, { withFileTypes: true })) entries.add(entry);
    return entries.toListing(skipsHidden, false);
  }
  const dir = opendirSync(path, { bufferSize: 64 });
  try {
    let entry = dir.readSync();
    for (; entry && entries.count < MAX_ENTRIES; entry = dir.readSync()) {
      entries.add(entry);
      if (pace.isUp) await pace.rest();
    }
    return entries.toListing(skipsHidden, entry !== null);
  } finally {
    dir.closeSync();
  }
}

class Entries {
  count = 0;
  private readonly folders: string[] = [];
  private readonly links: string[] = [];
  private readonly skillFiles: string[] = [];
  private readonly others: string[] = [];

  add(entry: Dirent): void {
    const { name } = entry;
    this.count++;
    if (entry.isDirectory()) this.folders.push(name);
    else if (entry.isSymbolicLink()) this.links.push(name);
    if (name.length === SKILL_FILE.length && name.toUpperCase() === SKILL_FILE) this.skillFiles.push(name);
    else if (entry.isFile() && this.others.length < MAX_SKILL_FILES) this.others.push(name);
  }

  toListing(skipsHidden: boolean, isCut: boolean): Listing {
    // SKILL.md before Skill.md before skill.md.
    const [skillFile] = this.skillFiles.sort();
    const wanted = (names: readonly string[]) =>
      names.filter((name) => !SKIPPED.test(name) && !(skipsHidden && name.startsWith('.'))).sort();
    const files = this.count - this.folders.length;
    const { others } = this;
    return { folders: wanted(this.folders), links: wanted(this.links), skillFile, others, files, isCut };
  }
}

const SKILL_FILE = 'SKILL.MD';

export function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The first world-writable file beside `SKILL.md`. Permissions change without the folder's stamp. */
export async function openFileIn(path: string, { others }: Listing, pace: Pace): Promise<string | undefined> {
  for (const name of others) {
    const file = `${path}${sep}${name}`;
    const stats = statsOf(file);
    if (stats && !stats.isSymbolicLink() && isWorldWritable(stats)) return file;
    if (pace.isUp) await pace.rest();
  }
  return undefined;
}

export function skillOf(location: FoundSkillFile, record: FolderRecord, scratch: Buffer): AgentSkill {
  const { source, directory: path, fileName: skillFile, group } = location;
  let stats: Stats;
  try {
    stats = lstatSync(join(path, skillFile));
  } catch (error) {
    return refusedSkill(location, refusedBy(error));
  }
  const lastRead = record.skill;
  const isSame = lastRead?.source === source && lastRead.group === group && isSameStamp(lastRead.stamp, stats);
  if (isSame && lastRead.digest === undefined) return lastRead.skill;
  const digest = settledStamp(stats) && stats.isFile() ? undefined : digestOf(join(path, skillFile));
  const isUnchanged = isSame && lastRead.digest === (digest ?? digestOf(join(path, skillFile)));
  const skill = isUnchanged ? lastRead.skill : read(location, stats, scratch);
  record.skill = { stamp: stampOf(stats), digest, source, group, skill };
  return skill;
}

/** Hash of the whole file, or the code of its refusal. A link's stamp does not follow its target. */
function digestOf(file: string): string {
  const content = readWhole(file);
  return 'code' in content ? content.code : createHash('sha256').update(content).digest('base64');
}

function read(location: FoundSkillFile, stats: Stats, scratch: Buffer): AgentSkill {
  if (stats.isSymbolicLink()) return readLinked(location);
  const refusal = refusalOf(stats, join(location.directory, location.fileName));
  if (refusal) return refusedSkill(location, refusal);
  const head = readHead(join(location.directory, location.fileName), scratch);
  return 'bytes' in head ? readSkill(location, head).skill : refusedSkill(location, head);
}

const NOWHERE: Refusal = { code: 'gone', message: 'It is a symbolic link to something that is not there.' };
const OUTSIDE: Refusal = { code: 'outside', message: 'It is a symbolic link that leads out of the folder.' };

function readLinked(location: FoundSkillFile): AgentSkill {
  try {
    const target = realpathSync(join(location.directory, location.fileName));
    if (!target.startsWith(location.directory + sep)) return refusedSkill(location, OUTSIDE);
    const head = readHead(target);
    if (!('bytes' in head)) return refusedSkill(location, head);
    const { skill } = readSkill(location, head);
    return { ...skill, file: target };
  } catch (error) {
    const refusal = refusedBy(error);
    return refusedSkill(location, refusal.code === 'gone' ? NOWHERE : refusal);
  }
}
