/** `coda skills install`, `pack`, `remove` and `add`. */

import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CodaError, messageOf } from '../../base/errors.ts';
import { didYouMean, plural } from '../../base/text.ts';
import { bundles, installed } from '../../skills/agent-skills/index.ts';
import { auditFolder } from '../../trust/index.ts';
import { callDaemon } from '../daemon/daemon.ts';
import { prepare } from '../daemon/serve.ts';
import type { AddSkillFlags, Flags, PackFlags } from '../flags.ts';
import { auditSummary } from './audit.ts';
import { addSkill } from './scaffold.ts';

/** `coda skills install FILE.skill|FOLDER` */
export async function skillsInstall(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config } = prepare(flags, io);
  const content = await contentOf(flags.args[0] ?? '');
  const skill = await installed.installSkill(installed.installedFolder(config.dataDir), content);
  const { name, directory, replaced, files } = skill;
  const audit = await auditFolder(directory);
  await callDaemon(config.dataDir, 'skills-rescan');
  if (flags.json) {
    io.stdout.write(`${JSON.stringify({ name, directory, replaced, files, audit }, null, 2)}\n`);
    return 0;
  }
  const what = replaced ? 'in place of the version before' : `in ${directory}`;
  io.stdout.write(`Installed ${name} (${plural(files, 'file')}) ${what}.\n${auditSummary(name, audit)}\n`);
  return 0;
}

/** `coda skills pack FOLDER [--out FILE]` */
export async function skillsPack(flags: PackFlags, io: NodeJS.Process): Promise<number> {
  const folder = resolve(flags.args[0] ?? '');
  const content = await bundles.folderContent(folder);
  const { usable, name, reason } = await installed.inspectSkill(folder);
  if (!usable) {
    throw new CodaError('SKILL_REFUSED', {
      message: `The skill in ${folder} cannot be used: ${reason ?? 'it has no content'}`,
      remedy: '"coda skills validate DIR" shows everything that is wrong with it.',
    });
  }
  const file = resolve(flags.out ?? `${name}.skill`);
  const bytes = await bundles.packSkill(content, name, file);
  io.stdout.write(`Packed ${name} (${plural(content.files.length, 'file')}, ${bytes} bytes) into ${file}.\n`);
  return 0;
}

/** `coda skills remove NAME` */
export async function skillsRemove(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config } = prepare(flags, io);
  const [name = ''] = flags.args;
  const folder = installed.installedFolder(config.dataDir);
  if (!(await installed.removeSkill(folder, name))) {
    const near = didYouMean(name, await installed.installedSkills(folder));
    throw new CodaError('SKILL_NOT_FOUND', {
      message: `No skill ${JSON.stringify(name)} was installed.`,
      remedy: near ? `Did you mean ${near}?` : 'What lies in other folders is yours: delete it there.',
    });
  }
  await callDaemon(config.dataDir, 'skills-rescan');
  io.stdout.write(`Removed ${name}.\n`);
  return 0;
}

/** `coda skills add [GROUP/]NAME [--root DIR] [--description TEXT]` */
export async function skillsAdd(flags: AddSkillFlags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  const root = flags.root ?? flags.dir ?? join(world.env.HOME || homedir(), '.coda', 'skills');
  const folder = await addSkill(resolve(root), flags.args[0] ?? '', flags.description);
  await callDaemon(config.dataDir, 'skills-rescan');
  io.stdout.write(
    `Made ${join(folder, 'SKILL.md')}, a draft.\nWrite in it what to do, then: coda skills validate ${folder}\n` +
      `Nobody is offered it before: coda skills activate ${flags.args[0]} --approval approved\n`,
  );
  return 0;
}

async function contentOf(path: string): Promise<bundles.SkillContent> {
  const place = resolve(path);
  const stats = await stat(place).catch((error: unknown) => {
    throw unreadable(place, error);
  });
  if (stats.isDirectory()) return bundles.folderContent(place);
  return bundles.bundleContent(await archiveAt(place), place);
}

/** The whole bundle, if it is a file and no larger than one may be. */
async function archiveAt(file: string): Promise<Buffer> {
  // Opened without waiting: a pipe has no writer perhaps.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw unreadable(file, new Error('it is no file'));
    // One byte more than is allowed is enough to be refused.
    const archive = Buffer.alloc(Math.min(stats.size, bundles.BUNDLE_LIMITS.archiveBytes + 1));
    const { bytesRead } = await handle.read(archive, 0, archive.length, 0);
    return archive.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unreadable(file: string, error: unknown): CodaError {
  return new CodaError('SKILL_NOT_FOUND', {
    message: `${file} cannot be read: ${messageOf(error)}.`,
    remedy: 'Name a bundle (FILE.skill) or the folder of a skill.',
    cause: error,
  });
}
