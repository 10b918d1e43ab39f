/** A new skill to begin with. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import { isStandardName } from '../../skills/agent-skills/index.ts';

const MAX_DESCRIPTION = 1_024;

/**
 * Makes the folder `parent/name` with a SKILL.md in the standard's form, and returns the folder. Throws `INPUT_INVALID`
 * for a name or description that the standard does not know, `SKILL_REFUSED` when the folder is there already.
 */
export async function addSkill(parent: string, name: string, description?: string): Promise<string> {
  if (!isStandardName(name)) {
    throw new CodaError('INPUT_INVALID', {
      message: `${JSON.stringify(name)} is no name for a skill.`,
      remedy: 'Use at most 64 lower-case letters, digits and single hyphens, such as "meeting-notes".',
    });
  }
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
    await writeFile(join(folder, 'SKILL.md'), skillText(name, about), { flag: 'wx', mode: 0o644 });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  return folder;
}

function cannotWrite(folder: string, error: unknown): CodaError {
  if (systemCode(error) === 'EEXIST') {
    const message = `${folder} is there already.`;
    return new CodaError('SKILL_REFUSED', { message, remedy: 'Choose another name, or change that skill.' });
  }
  const message = `${folder} could not be made: ${messageOf(error)}`;
  return new CodaError('DATA_UNWRITABLE', { message, remedy: 'Name another place with --dir.', cause: error });
}

const defaultDescription = (name: string) =>
  `Helps with ${name.replaceAll('-', ' ')}. Use when the person asks for ${name.replaceAll('-', ' ')}.`;

/** JSON strings are YAML strings: whatever the description holds, it is read back as it was given. */
function skillText(name: string, description: string): string {
  const title = name.replaceAll('-', ' ').replace(/^./u, (first) => first.toUpperCase());
  return `---
name: ${/^\d+$/.test(name) || /^(?:true|false|null|yes|no|on|off)$/.test(name) ? JSON.stringify(name) : name}
description: ${JSON.stringify(description)}
---

# ${title}

## When to use this

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
}
