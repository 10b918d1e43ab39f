/** A new skill to begin with. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import { isStandardName } from '../../skills/agent-skills/index.ts';

const MAX_DESCRIPTION = 1_024;

/**
 * Makes the folder `root/name` or `root/group/name` with a SKILL.md, of a composed skill where `steps` are given, and returns
 * the folder. Throws `INPUT_INVALID` for an id
 * or description that cannot serve, `SKILL_REFUSED` when the folder is there already.
 */
export async function addSkill(
  root: string,
  id: string,
  description?: string,
  steps?: readonly string[],
): Promise<string> {
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

/** One part of an id of two: letters, digits, `-` and `_`. */
const PART = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$/;

/** A name alone is in the standard's form; in a group it may have capitals and `_`, too. */
function partsOf(id: string): Parts {
  const [group = '', name, ...more] = id.split('/');
  if (name === undefined && isStandardName(group)) return { group: undefined, name: group };
  if (name !== undefined && more.length === 0 && PART.test(group) && PART.test(name)) return { group, name };
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
  `Helps with ${spaced(name)}. Use when the person asks for ${spaced(name)}.`;

const spaced = (name: string) => name.replaceAll(/[-_]/g, ' ');

/** JSON strings are YAML strings: whatever the description holds, it is read back as it was given. */
function skillText({ group, name }: Parts, description: string, steps?: readonly string[]): string {
  const metadata = [
    ...(group === undefined ? [] : [`  group: ${yamlText(group)}\n`]),
    ...(steps === undefined ? [] : [`  steps: ${JSON.stringify(steps.join(', '))}\n`]),
    '  state: draft\n',
  ];
  const title = spaced(name).replace(/^./u, (first) => first.toUpperCase());
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
