import { z } from 'zod';
import type { Skill, SkillDeps } from '../../chat/index.ts';
import { againTool } from './again.ts';
import { completeTool, deleteTool, editTool, snoozeTool } from './change.ts';
import { chooseTool } from './choose.ts';
import { commands } from './commands.ts';
import { createTool } from './create.ts';
import { reminderSource } from './fire.ts';
import { listTool, showTool, soonest } from './list.ts';
import { phrases } from './phrases/index.ts';
import { restoreTool } from './restore.ts';
import { deletionRules, mergeRules } from './store.ts';
import { texts } from './texts.ts';
import { moveZoneTool } from './zone.ts';

/** Left out, what was missed is told late rather than never. */
const settings = z.object({ catch_up: z.enum(['late', 'latest', 'skip']).default('late') });

/** Says what it was told to, when it was told to: once or as a series. */
export const reminders: Skill = {
  name: 'reminders',
  phrases,
  deletionRules,
  mergeRules,
  tools: ({ wakeAt }) => [
    createTool(wakeAt),
    againTool(wakeAt),
    listTool,
    showTool,
    completeTool,
    snoozeTool(wakeAt),
    editTool(wakeAt),
    deleteTool,
    moveZoneTool(wakeAt),
    chooseTool(wakeAt),
    restoreTool(wakeAt),
  ],
  commands: ({ wakeAt }) => commands(wakeAt),
  due: (deps: SkillDeps) => [reminderSource(deps, settings.parse(deps.config ?? {}).catch_up)],

  async prompt({ database, world }, person) {
    const lines = await soonest({ query: (sql, params) => database.read(sql, params) }, person.id, world.clock.now());
    return lines.length === 0 ? undefined : { title: 'Reminders', text: texts.prompt(lines) };
  },
};
