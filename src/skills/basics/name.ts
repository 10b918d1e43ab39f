import { z } from 'zod';
import { dataTool, done, failed } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import { namePerson } from '../../people/index.ts';
import { texts } from './texts.ts';

const TOOL = 'name_set';
const LONGEST = 80;
/** Controls, and marks that turn the direction of what stands behind a name. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export const setNameTool = dataTool({
  name: TOOL,
  group: 'unshown',
  description: 'Sets the name by which the person is called.',
  effect: 'write',
  input: z.object({ name: z.string().trim().min(1).max(LONGEST) }),

  async run({ name }, { tx, person }) {
    if (UNPRINTABLE.test(name)) return failed('INVALID_INPUT', texts.noName, { field: 'name' });
    const undo = { tool: TOOL, input: { name: person.name }, label: texts.nameLabel };
    await namePerson(tx, person.id, name);
    return done(texts.nameSet(name), { undo, asker: { ...person, name } });
  },
});

export const nameCommand: Command = {
  name: 'name',
  topic: 'Here',
  summary: 'Show or set the name by which I call you.',
  overtakes: 'bare',
  usage: '[name]',
  options: [{ name: 'name', description: 'By which I call you' }],
  private: true,
  run: async (rest, ctx) =>
    rest === '' ? done(texts.nameIs(ctx.person.name)) : { tool: TOOL, input: { name: rest.slice(0, LONGEST) } },
};
