/** What people type about skills. */

import { done, failed } from '../../../agent/index.ts';
import type { Command } from '../../../chat/index.ts';
import * as texts from '../texts.ts';
import type { ToolDeps } from '../tools/deps.ts';
import { rescanSoon } from '../tools/rescan.ts';
import { completed, skillsCommand, unknown } from './skills.ts';

export function commands(deps: ToolDeps): Command[] {
  return [skillsCommand(deps), skillCommand(deps), rescanCommand(deps)];
}

/** Calling one is no command but a turn; this answers where there is nothing to call. */
function skillCommand({ views }: ToolDeps): Command {
  return {
    name: 'skill',
    summary: 'Work with a skill.',
    usage: '<name> [arguments]',
    options: [
      {
        name: 'name',
        description: 'The skill',
        required: true,
        complete: async (typed, { person }) => completed(views.of(undefined), typed, person?.locale),
      },
      { name: 'arguments', description: 'What it is to do, in your own words' },
    ],
    run: async (rest) => {
      const [name] = rest.split(/\s+/);
      const { snapshot } = views.of(undefined);
      if (!name) return failed('INVALID_INPUT', texts.skillUsage());
      return failed('NOT_FOUND', snapshot.skills.has(name) ? texts.notForPeople(name) : unknown(snapshot, name));
    },
  };
}

function rescanCommand({ host }: ToolDeps): Command {
  return {
    name: 'rescan-skills',
    summary: 'Read the skills’ folders again.',
    prepare: () => rescanSoon(host),
    run: async (_, { prepared }) => done(prepared as string),
  };
}
