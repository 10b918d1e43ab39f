import type { z } from 'zod';
import { type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import { deleteTool, editTool, move } from './change.ts';
import { own, upcoming } from './collection.ts';
import { commands } from './commands.ts';
import { config } from './config.ts';
import { chooseTool, createTool, restoreTool, type Tooling } from './create.ts';
import { adoptTurns, failingSource, outcomeSource, scheduleSource } from './fire.ts';
import { scheduleOperations } from './operations.ts';
import { routineCommands, routineTools } from './routines.ts';
import { deletionRules, mergeRules } from './store.ts';
import { home, listTool, nothingTool, systemTools } from './system.ts';
import { texts } from './texts.ts';

export { config as schedulerConfig } from './config.ts';
export { scheduleOperations } from './operations.ts';
export { hasTwin } from './store.ts';

type Settings = z.output<typeof config.schema>;

/** Does what people have planned, when they have planned it; shows and switches what runs by itself. */
export const scheduler: Skill<Settings> = {
  name: 'scheduler',
  config,
  words: { does: 'run what you plan', keeps: 'schedules' },
  deletionRules,
  mergeRules,
  tools(deps) {
    const tooling = toolingOf(deps);
    return [
      createTool(tooling),
      listTool,
      editTool(tooling),
      deleteTool,
      restoreTool(deps.wakeAt),
      chooseTool(tooling, (ctx, which, plan) => move(ctx, which, plan, tooling)),
      ...systemTools(switching(deps)),
      ...routineTools(deps, tooling),
      nothingTool,
    ];
  },
  collections: () => [own],
  upcoming: (_, reader, to) => upcoming(reader, to),
  commands: (deps) => [...commands(switching(deps)), ...routineCommands(deps)],
  home: (_, reader) => home(reader),
  verbs: ({ world, ...deps }) =>
    verbsOf(scheduleOperations, { ...switching({ world, ...deps }), database: deps.database, world }, world),
  started: adoptTurns,
  replicaEnded: adoptTurns,
  due: (deps) => [scheduleSource(deps), outcomeSource(deps), failingSource(deps)],
  passing: async (_, { origin }) => (origin === 'schedule' ? { title: 'Planned', text: texts.prompt } : undefined),
};

function toolingOf({ wakeAt, runnable, config }: SkillDeps<Settings>): Tooling {
  return { wakeAt, runnable, smallestStep: config.smallest_step, most: config.most };
}

function switching(deps: SkillDeps<Settings>) {
  const { schedules, jobs, turns, wakeAt, runnable, config } = deps;
  const set = Object.entries(config.tasks).flatMap(([name, { enabled }]) => (enabled === undefined ? [] : [name]));
  return { schedules, jobs, turns, wakeAt, runnable, configured: new Set(set) };
}
