import { constants } from 'node:fs';
import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import { homeFolder } from '../../base/root.ts';
import { didYouMean, listOf, plural } from '../../base/text.ts';
import { type LocalParts, operation } from '../../chat/operation.ts';
import { auditFolder } from '../../trust/index.ts';
import { rescan } from '../catalog/list.ts';
import { auditSummary } from '../catalog/look.ts';
import { isRead, openAgentSkills } from '../catalog/sources.ts';
import { parseSteps, resolveSteps } from '../catalog/steps.ts';
import { isStandardName } from '../read/to-skill.ts';
import { BUNDLE_LIMITS, bundleContent, folderContent, packSkill, type SkillContent } from './bundle.ts';
import { installedFolder, installedSkills, installSkill, removeSkill, usableSkillIn } from './install.ts';

const about = z.string().optional().meta({ description: 'what it does and when to use it', value: 'text' });

const ownRoot = ({ world }: LocalParts): string => join(homeFolder(world.env), '.coda', 'skills');

/** The folder, where the configuration does not have it read. */
const unreadRoot = (folder: string, { config, world }: LocalParts): string | undefined =>
  isRead(folder, config, world.env) ? undefined : folder;

const aboutUnread = (folder: string | undefined): string =>
  folder === undefined
    ? ''
    : `The configuration does not name ${folder}, so that no coda reads it. Add it in config.yaml:\n` +
      `  skills: { agent_skill_dirs: ["~/.agent-skills", ${JSON.stringify(folder)}] }\n`;

const add = operation({
  name: 'skills add',
  summary: 'begin a new skill',
  input: z.object({
    id: z.string().describe('its name, or group/name'),
    root: z
      .string()
      .optional()
      .meta({ description: 'the folder to make it in; default: ~/.coda/skills', value: 'dir' }),
    dir: z.string().optional().describe('the same'),
    description: about,
  }),
  args: ['id'],
  needs: 'config',
  async run(parts: LocalParts, { id, root, dir, description }) {
    const parent = resolve(root ?? dir ?? ownRoot(parts));
    const folder = await addSkill(parent, id, description);
    await parts.daemon(rescan, {});
    return { folder, unread: unreadRoot(parent, parts) };
  },
  show: ({ folder, unread }, { id }) =>
    `Made ${join(folder, 'SKILL.md')}, a draft.\nWrite in it what to do, then: coda skills validate ${folder}\n` +
    `Nobody is offered it before: coda skills activate ${id} --approval approved\n${aboutUnread(unread)}`,
});

const compose = operation({
  name: 'skills compose',
  summary: 'write a skill that is made of others',
  example: 'coda skills compose trip --step search --step "flights|hotels"',
  input: z.object({
    id: z.string(),
    step: z.array(z.string()).meta({ description: 'a skill; "a|b" run side by side', value: 'id' }),
    root: z
      .string()
      .optional()
      .meta({ description: 'the folder to make it in; default: ~/.coda/skills', value: 'dir' }),
    description: about,
  }),
  args: ['id'],
  needs: 'config',
  async run(parts: LocalParts, { id, step, root, description }) {
    const steps = parseSteps(step);
    if (typeof steps === 'string') throw wrong(`There is ${steps}.`);
    if (steps.flat().includes(id)) throw wrong(`${id} cannot be a step of itself.`);
    const parent = resolve(root ?? ownRoot(parts));
    const catalog = openAgentSkills(parts.config, parts.world.env, undefined, parent);
    await catalog.rescan();
    const resolved = resolveSteps(catalog.current(), step);
    if (!Array.isArray(resolved)) throw wrong(resolved.message);
    const what = description ?? `Runs ${listOf(step)} one after another, where it is asked for by name.`;
    const folder = await addSkill(parent, id, what, step);
    await parts.daemon(rescan, {});
    return { folder, unread: unreadRoot(parent, parts) };
  },
  show: ({ folder, unread }, { id, step }) =>
    `Made ${join(folder, 'SKILL.md')}, a draft: ${step.join(' > ')}.\n` +
    `It is run once it is activated: coda skills activate ${id} --approval approved\n${aboutUnread(unread)}`,
});

const wrong = (message: string) =>
  new CodaError('INPUT_INVALID', { message, remedy: '"coda skills list" shows what can be a step.' });

const install = operation({
  name: 'skills install',
  summary: 'install a skill from a bundle or a folder, in place of one of the same name',
  input: z.object({ file: z.string().meta({ value: 'file.skill|folder' }) }),
  args: ['file'],
  json: 'indented',
  needs: 'config',
  async run({ config, daemon }: LocalParts, { file }) {
    const content = await contentOf(file);
    const { name, directory, replaced, files } = await installSkill(installedFolder(config.dataDir), content);
    const audit = await auditFolder(directory);
    await daemon(rescan, {});
    return { name, directory, replaced, files, audit };
  },
  show({ name, directory, replaced, files, audit }) {
    const what = replaced ? 'in place of the version before' : `in ${directory}`;
    return `Installed ${name} (${plural(files, 'file')}) ${what}.\n${auditSummary(name, audit)}\n`;
  },
});

const pack = operation({
  name: 'skills pack',
  summary: 'make a bundle of a skill',
  input: z.object({
    folder: z.string(),
    out: z.string().optional().meta({ description: 'default: <name>.skill, here', value: 'file' }),
  }),
  args: ['folder'],
  needs: 'nothing',
  async run(_: Pick<LocalParts, 'io'>, { folder: path, out }) {
    const folder = resolve(path);
    const content = await folderContent(folder);
    const skill = await usableSkillIn(folder);
    if (typeof skill === 'string') {
      throw new CodaError('SKILL_REFUSED', {
        message: `The skill in ${folder} cannot be used: ${skill || 'it has no content'}`,
        remedy: '"coda skills validate DIR" shows everything that is wrong with it.',
      });
    }
    const { name } = skill;
    const file = resolve(out ?? `${name}.skill`);
    return { name, file, files: content.files.length, bytes: await packSkill(content, name, file) };
  },
  show: ({ name, file, files, bytes }) =>
    `Packed ${name} (${plural(files, 'file')}, ${plural(bytes, 'byte')}) into ${file}.\n`,
});

const remove = operation({
  name: 'skills remove',
  summary: 'remove an installed skill',
  input: z.object({ name: z.string() }),
  args: ['name'],
  needs: 'config',
  async run({ config, daemon }: LocalParts, { name }) {
    const folder = installedFolder(config.dataDir);
    if (!(await removeSkill(folder, name))) {
      const near = didYouMean(name, await installedSkills(folder));
      throw new CodaError('SKILL_NOT_FOUND', {
        message: `No skill ${JSON.stringify(name)} was installed.`,
        remedy: near ? `Did you mean ${near}?` : 'What lies in other folders is yours: delete it there.',
      });
    }
    await daemon(rescan, {});
  },
  show: (_, { name }) => `Removed ${name}.\n`,
});

export const fileOperations = [add, install, pack, remove, compose];

async function contentOf(path: string): Promise<SkillContent> {
  const place = resolve(path);
  const stats = await stat(place).catch((error: unknown) => {
    throw unreadable(place, error);
  });
  if (stats.isDirectory()) return folderContent(place);
  return bundleContent(await archiveAt(place), place);
}

async function archiveAt(file: string): Promise<Buffer> {
  // Opened without waiting: a pipe has no writer perhaps.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw unreadable(file, new Error('it is no file'));
    // A byte more than is allowed is enough to be refused.
    const archive = Buffer.alloc(Math.min(stats.size, BUNDLE_LIMITS.archiveBytes + 1));
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

const MAX_DESCRIPTION = 1_024;

/**
 * Makes the folder `root/name` or `root/group/name` with a SKILL.md, of a composed skill where `steps` are given, and returns
 * the folder. Throws `INPUT_INVALID` for an id or description that cannot serve, `SKILL_REFUSED` when the folder is there already.
 */
async function addSkill(root: string, id: string, description?: string, steps?: readonly string[]): Promise<string> {
  const { group, name } = partsOf(id);
  const parent = group === undefined ? root : join(root, group);
  const about = (description ?? defaultDescription(name)).trim().replace(/\s+/g, ' ');
  if (about === '' || about.length > MAX_DESCRIPTION) {
    throw new CodaError('INPUT_INVALID', {
      message: 'A description has between 1 and 1,024 characters.',
      remedy: 'Say in one or two sentences what the skill does and when to use it.',
    });
  }
  const folder = join(parent, name);
  try {
    await mkdir(parent, { recursive: true });
    await mkdir(folder, { mode: 0o755 });
    await writeFile(join(folder, 'SKILL.md'), skillText({ group, name }, about, steps), { flag: 'wx', mode: 0o644 });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  return folder;
}

interface Parts {
  group: string | undefined;
  name: string;
}

const ID_PART = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/;

/** A name alone is in the standard's form; in a group it may have capitals and `_`, too. */
function partsOf(id: string): Parts {
  const [group = '', name, ...more] = id.split('/');
  if (name === undefined && isStandardName(group)) return { group: undefined, name: group };
  if (name !== undefined && more.length === 0 && ID_PART.test(group) && ID_PART.test(name)) return { group, name };
  throw new CodaError('INPUT_INVALID', {
    message: `${JSON.stringify(id)} is no name for a skill.`,
    remedy:
      'Use at most 64 lower-case letters, digits and single hyphens, such as "meeting-notes", or a group and a name of letters, digits, - and _, such as "travel/search_flights".',
  });
}

const yamlText = (text: string) =>
  /^\d[\d_]*$/.test(text) || /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) ? JSON.stringify(text) : text;

function cannotWrite(folder: string, error: unknown): CodaError {
  if (systemCode(error) === 'EEXIST') {
    const message = `${folder} is there already.`;
    return new CodaError('SKILL_REFUSED', { message, remedy: 'Choose another name, or change that skill.' });
  }
  const message = `${folder} could not be made: ${messageOf(error)}`;
  return new CodaError('DATA_UNWRITABLE', { message, remedy: 'Name another place with --root.', cause: error });
}

const defaultDescription = (name: string) =>
  `Helps with ${wordsOfName(name)}. Use when the person asks for ${wordsOfName(name)}.`;

const wordsOfName = (name: string) => name.replaceAll(/[-_]/g, ' ');

/** JSON strings are YAML strings: whatever the description holds, it is read back as it was given. */
function skillText({ group, name }: Parts, description: string, steps?: readonly string[]): string {
  const metadata = [
    ...(group === undefined ? [] : [`  group: ${yamlText(group)}\n`]),
    ...(steps === undefined ? [] : [`  steps: ${JSON.stringify(steps.join(', '))}\n`]),
    '  state: draft\n',
  ];
  const title = wordsOfName(name).replace(/^./u, (first) => first.toUpperCase());
  return `---
name: ${yamlText(name)}
description: ${JSON.stringify(description)}
metadata:
${metadata.join('')}---

# ${title}

${steps === undefined ? GUIDE : `Its steps, each with the result of the one before: ${steps.join(' > ')}.\n`}`;
}

const GUIDE = `## When to use this

Say in the description above, in the words that a person would use, what this is for. The description is all that is
read before the skill is chosen.

## Steps

1. Ask for what is missing, in one question.
2. Do the work.
3. Show the result and say what comes next.

## Rules

- Keep to what the person said; do not make up names, dates or numbers.

## Example

Person: "…"
Answer: "…"
`;
