/**
 * Installed skills. `<folder>/<name>` or `<folder>/<group>/<name>` is a link to `.versions/<name>.<process>-<id>`: replacing
 * a link is one step of the file system, replacing a folder is not. Whoever is killed in between leaves the old version or
 * the new one.
 */

import { lstat, mkdir, mkdtemp, open, readdir, readlink, realpath, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Pace } from '../../base/async.ts';
import { CodaError, systemCode } from '../../base/errors.ts';
import { pathProblem } from '../../base/folders/folder.ts';
import { shortId } from '../../base/ids.ts';
import { walk } from '../catalog/walk.ts';
import { type AgentSkill, groupIn, isGroupName, plainName, reasonOf } from '../skill.ts';
import type { SkillContent } from './bundle.ts';

const VERSIONS = '.versions';
const STAGE = '.stage';
/** Grace period for a stage or an unused version whose process still runs. */
const ABANDONED_MS = 10 * 60_000;

export function installedFolder(dataDir: string): string {
  return join(dataDir, 'skills');
}

/** The skill in a folder, or why it cannot be used. */
export type InspectSkill = (folder: string) => Promise<Pick<AgentSkill, 'name'> | string>;

export interface InstalledSkill {
  name: string;
  /** The folder it is reached by: `<data>/skills/<name>`. */
  directory: string;
  replaced: boolean;
  files: number;
  /** Current and former target of the name, for `restoreVersion`. */
  version: string;
  before: string | undefined;
}

/**
 * Installs a skill in `folder` (`<data>/skills`), which is made when it is missing, under the name that `inspect` finds.
 * What was installed by that name before is replaced at one moment; its files stay until the next installation, for
 * turns that still read them. Throws `SKILL_REFUSED` when it cannot be used or the name is taken by a folder that was
 * not installed; then nothing has changed.
 */
export async function installSkill(
  folder: string,
  content: SkillContent,
  inspect: InspectSkill = usableSkillIn,
): Promise<InstalledSkill> {
  return lookInside(folder, content, async (staged, stage) => {
    const skill = await inspect(staged);
    const isUsable = typeof skill !== 'string' && isName(skill.name);
    if (!isUsable) throw refuse(`It cannot be used${typeof skill === 'string' && skill !== '' ? `: ${skill}` : ''}.`);
    const { name } = skill;
    const before = await installedVersion(folder, name);
    const version = join(VERSIONS, `${plainName(name)}.${process.pid}-${shortId(8)}`);
    await rename(staged, join(folder, version));
    await pointTo(folder, name, version, stage);
    const replaced = before !== undefined;
    return { name, directory: join(folder, name), replaced, files: content.files.length, version, before };
  });
}

export async function lookInside<T>(
  folder: string,
  content: SkillContent,
  use: (staged: string, stage: string) => Promise<T>,
): Promise<T> {
  await mkdir(join(folder, VERSIONS), { recursive: true, mode: 0o700 });
  const stage = await mkdtemp(join(folder, `${STAGE}.${process.pid}-`));
  try {
    await removeAbandoned(folder, stage);
    const staged = join(stage, isPlainName(content.folder) ? content.folder : 'skill');
    await writeContent(staged, content);
    return await use(staged, stage);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** The skill in a folder that is, or will be, installed, or why it cannot be used; `id` where its catalog names it. */
export async function usableSkillIn(folder: string, id = ''): Promise<AgentSkill | string> {
  const directory = await realpath(folder);
  const { skills } = await walk([{ kind: 'installed', directory, group: groupIn(id) }], new Map(), new Pace());
  const skill = skills.find((each) => each.directory === directory);
  if (!skill) return 'there is no SKILL.md in it';
  return skill.usable ? skill : reasonOf(skill);
}

export async function removeSkill(folder: string, name: string): Promise<boolean> {
  if (!isName(name)) return false;
  const version = await installedVersion(folder, name);
  if (version === undefined) return false;
  const link = join(folder, name);
  await rm(link);
  await syncFolder(dirname(link));
  // A group that holds others stays.
  if (dirname(link) !== folder) await rmdir(dirname(link)).catch(() => {});
  await rm(join(folder, version), { recursive: true, force: true });
  return true;
}

/**
 * Puts back what was there before an installation: another version, or nothing. False where `version` is not what is installed
 * any more, or the version before has been cleared away; then nothing has changed.
 */
export async function restoreVersion(
  folder: string,
  { name, version, before }: Pick<InstalledSkill, 'name' | 'version' | 'before'>,
): Promise<boolean> {
  if (!isName(name) || (await linkOf(folder, name)) !== version) return false;
  if (before === undefined) return removeSkill(folder, name);
  const isThere = dirname(before) === VERSIONS && (await lstat(join(folder, before)).catch(() => undefined));
  if (!isThere) return false;
  const stage = await mkdtemp(join(folder, `${STAGE}.${process.pid}-`));
  try {
    await pointTo(folder, name, before, stage);
    return true;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

export async function installedSkills(folder: string): Promise<string[]> {
  const names: string[] = [];
  const inGroup = async (group: string) => (await namesIn(join(folder, group))).map((name) => `${group}/${name}`);
  for (const entry of await namesIn(folder)) {
    const all = isGroupName(entry) && (await isFolder(join(folder, entry))) ? await inGroup(entry) : [entry];
    for (const name of all) if (isName(name) && (await linkOf(folder, name)) !== undefined) names.push(name);
  }
  return names.sort();
}

const isFolder = async (path: string) => (await lstat(path).catch(() => undefined))?.isDirectory() === true;

/** A name, or a group and a name. */
function isName(name: string): boolean {
  const [group = '', plain, ...more] = name.split('/');
  return plain === undefined ? isPlainName(group) : more.length === 0 && isGroupName(group) && isPlainName(plain);
}

function isPlainName(name: string): boolean {
  return pathProblem(name) === undefined && !name.includes('/') && !name.startsWith('.') && name.length <= 128;
}

/** The version that is installed by that name. Throws when something is there that was not installed. */
async function installedVersion(folder: string, name: string): Promise<string | undefined> {
  const version = await linkOf(folder, name);
  if (version !== undefined) return version;
  const group = dirname(join(folder, name));
  const isSkill = (entry: string) => entry.toLowerCase() === 'skill.md';
  if (
    group !== folder &&
    ((await linkOf(folder, basename(group))) !== undefined || (await namesIn(group)).some(isSkill))
  )
    throw refuse(`${group} is a skill, and no group of skills.`);
  const stats = await lstat(join(folder, name)).catch(() => undefined);
  if (stats) throw refuse(`${join(folder, name)} is there already and was not installed by coda.`);
  return undefined;
}

async function linkOf(folder: string, name: string): Promise<string | undefined> {
  const link = join(folder, name);
  const destination = await readlink(link).catch(() => undefined);
  const target = destination === undefined ? undefined : relative(folder, resolve(dirname(link), destination));
  return target !== undefined && dirname(target) === VERSIONS ? target : undefined;
}

async function writeContent(root: string, { files }: SkillContent): Promise<void> {
  await mkdir(root, { mode: 0o755 });
  for (const file of files) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    // `wx`: should two paths be one file here after all, the second one fails instead of replacing the first.
    const handle = await open(path, 'wx', file.executable ? 0o755 : 0o644);
    try {
      for await (const chunk of file.chunks()) await handle.writeFile(chunk);
      await handle.chmod(file.executable ? 0o755 : 0o644);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

async function pointTo(folder: string, name: string, version: string, stage: string): Promise<void> {
  await syncFolder(join(folder, VERSIONS));
  const place = dirname(join(folder, name));
  if (place !== folder) await mkdir(place, { recursive: true, mode: 0o700 });
  await symlink(relative(place, join(folder, version)), join(stage, 'link'));
  await rename(join(stage, 'link'), join(folder, name));
  await syncFolder(place);
  if (place !== folder) await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeAbandoned(folder: string, stage: string): Promise<void> {
  const now = (await lstat(stage)).mtimeMs;
  const entries = await namesIn(folder);
  const used = new Set(await Promise.all((await installedSkills(folder)).map((name) => linkOf(folder, name))));
  const stages = entries.filter((name) => name.startsWith(`${STAGE}.`));
  const versions = (await namesIn(join(folder, VERSIONS))).map((name) => join(VERSIONS, name));
  for (const path of [...stages, ...versions.filter((version) => !used.has(version))]) {
    const stats = await lstat(join(folder, path)).catch(() => undefined);
    if (!stats || join(folder, path) === stage) continue;
    if (isRunning(path) && now - stats.mtimeMs < ABANDONED_MS) continue;
    await rm(join(folder, path), { recursive: true, force: true });
  }
}

function isRunning(path: string): boolean {
  const pid = Number(/\.(\d+)-[^.]*$/.exec(basename(path))?.[1]);
  if (!Number.isSafeInteger(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function refuse(problem: string): CodaError {
  return new CodaError('SKILL_REFUSED', {
    message: `The skill was not installed. ${problem}`,
    remedy: 'Nothing has changed. "coda skills validate DIR" shows everything that is wrong with a skill’s folder.',
  });
}
