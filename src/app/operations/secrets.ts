/** Values that skills are run with. They are never arguments. */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { omitUndefined } from '../../base/json.ts';
import { plural } from '../../base/text.ts';
import { operation, usage } from '../../chat/operation.ts';
import type { OperationParts } from './parts.ts';

const asked = z.object({
  skill: z.string(),
  name: z.string(),
  person: z.string().optional().meta({
    description: "one person's, by id, platform:id or name; it goes before the space's",
    value: 'who',
  }),
  space: z.string().optional().meta({
    description: "a space's, such as discord:123; default: everybody's",
    value: 'id',
  }),
});

function ownerOf({ skill, name, person, space }: z.output<typeof asked>) {
  return { skill, name, ...omitUndefined({ person, space }) };
}

const set = operation({
  name: 'secrets set',
  summary: 'set one; its value is asked for, or read from stdin',
  input: asked.extend({ value: z.string().optional().meta({ isHidden: true }) }),
  args: ['skill', 'name'],
  async prepare(input, io) {
    const value = await valueFrom(io, input.name);
    if (value === '') throw usage('There is no value.', 'Type it when asked, or pass it on stdin.');
    return { ...input, value };
  },
  audit: ownerOf,
  run: ({ app }: OperationParts, { value = '', ...owner }, { besides }) =>
    app.agentSkills.secrets.set(ownerOf(owner), value, besides),
  show: (_, { skill, name }) => `${skill}: ${name} is set.\n`,
});

const list = operation({
  name: 'secrets list',
  summary: 'show which are set, without their values',
  input: z.object({}),
  json: 'indented',
  run: ({ app }: OperationParts) => app.agentSkills.secrets.list(),
  show(all) {
    const lines = all.map(({ skill, name, person, space, updatedAt }) => {
      const whose = person ? `person ${person}` : space ? `space ${space}` : 'everybody';
      return `${skill}  ${name}  ${whose}  ${updatedAt}`;
    });
    return `${lines.join('\n') || 'No secrets are set.'}\n`;
  },
});

const remove = operation({
  name: 'secrets remove',
  summary: 'remove one',
  input: asked,
  args: ['skill', 'name'],
  audit: ownerOf,
  run: ({ app }: OperationParts, owner, { besides }) => app.agentSkills.secrets.remove(ownerOf(owner), besides),
  show(isGone, { skill, name }) {
    if (!isGone) throw usage(`${skill} has no such ${name}.`, '"coda secrets list" shows what is set.');
    return `${skill}: ${name} is removed.\n`;
  },
});

const rotate = operation({
  name: 'secrets rotate',
  summary: 'seal all with a new key',
  input: z.object({}),
  audit: (_, count: number) => ({ count }),
  run: ({ app }: OperationParts, _, { besides }) => app.agentSkills.secrets.rotate(besides),
  show: (count) => `${plural(count, 'secret')} sealed with the new key.\n`,
});

export const secrets = [set, list, remove, rotate];

/** Typed where somebody can type, and not shown; else all of stdin. */
async function valueFrom({ stdin, stderr }: NodeJS.Process, name: string): Promise<string> {
  if (!stdin.isTTY) return (await readAll(stdin)).replace(/\r?\n$/, '');
  stderr.write(`${name}: `);
  const output = new Writable({ write: (_, __, done) => done() });
  const reading = createInterface({ input: stdin, output, terminal: true });
  try {
    return await new Promise<string>((resolve) => {
      reading.once('line', resolve);
      reading.once('close', () => resolve(''));
    });
  } finally {
    reading.close();
    stderr.write('\n');
  }
}
