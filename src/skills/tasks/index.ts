import { z } from 'zod';
import type { AnyTool } from '../../agent/index.ts';
import type { Skill, SkillDeps } from '../../chat/index.ts';
import { block, count } from '../../config/index.ts';
import { readerOf } from '../../storage/index.ts';
import { cronProblem } from '../../time/index.ts';
import { openTasks, own } from './collection.ts';
import { agenda, commands } from './commands.ts';
import { createTool } from './create.ts';
import { adoptTurns, taskSource, WORK } from './fire.ts';
import { hasOpen, mergeRules } from './store.ts';
import type { Tooling } from './tooling.ts';
import { restoreTool } from './undo.ts';
import { advanceTool, blockTool, cancelTool, editTool, laterTool, resumeTool, statusTool, taskChange } from './work.ts';

const resumeCron = z.string().superRefine((text, ctx) => {
  const problem = text === '' ? undefined : cronProblem(text);
  if (problem === undefined) return;
  const expected = 'expected a cron expression of five fields such as "*/15 * * * *", or ""';
  ctx.addIssue({ code: 'custom', message: `${expected}: ${problem}` });
});

const config = block(
  'tasks',
  'Work over days: tasks with steps that coda takes up again by itself.',
  z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether there are tasks. Those that there are rest while it is false.'),
      resume_cron: resumeCron
        .default('')
        .describe('Tasks are taken up at these instants only, such as "*/15 * * * *"; "": exactly when they are due.'),
      max_active_per_user: count(1, 1_000).default(5).describe('So many unfinished tasks one person may have.'),
      max_auto_resume_attempts: count(1, 1_000)
        .default(3)
        .describe('So often a task is taken up without a word of its person; then coda asks, and rests.'),
    })
    .prefault({}),
);

type Settings = z.output<typeof config.schema>;

export const tasks: Skill<Settings> = {
  name: 'tasks',
  config,
  words: { does: 'work on tasks over days', keeps: 'tasks' },
  data: {
    tables: ['tasks'],
    changes: { calls: 'tasks', commits: { 'tasks.fire': ['all', 'tasks'], 'tasks.settle': ['all', 'tasks'] } },
    mergeRules,
  },
  tools: (deps) => (deps.config.enabled ? tools(toolingOf(deps)) : []),
  commands: (deps) => (deps.config.enabled ? commands() : []),
  views: {
    collections: (deps) => (deps.config.enabled ? [own] : []),
    listTimeless: async (deps, reader) => (deps.config.enabled ? openTasks(reader) : {}),
    agenda: async ({ config: { enabled } }, ctx, span) => (enabled ? agenda(ctx, span) : []),
  },
  work: {
    onStart: adoptTurns,
    replicaEnded: adoptTurns,
    due: (deps) =>
      deps.config.enabled
        ? [taskSource({ ...deps, tooling: toolingOf(deps), mostResumed: deps.config.max_auto_resume_attempts })]
        : [],
  },
  acts: {
    callNamed: ({ config: { enabled } }, name, rest) =>
      enabled && name === WORK ? { tool: 'task_status', input: { which: rest.trim() } } : undefined,
  },
  prompt: {
    person: async ({ config, database }, { person }) =>
      config.enabled && (await hasOpen(readerOf(database), person.id))
        ? { title: 'Tasks', text: '', group: 'tasks' }
        : undefined,
  },
};

function tools(tooling: Tooling): AnyTool[] {
  return [
    createTool(tooling),
    statusTool(tooling),
    taskChange,
    advanceTool(tooling),
    blockTool(tooling),
    resumeTool(tooling),
    laterTool(tooling),
    editTool(tooling),
    cancelTool,
    restoreTool(tooling),
  ] as readonly unknown[] as AnyTool[];
}

function toolingOf({ work: { wakeAt }, models: { small: models }, config: settings }: SkillDeps<Settings>): Tooling {
  return {
    wakeAt,
    hasModel: models.available,
    resumeCron: settings.resume_cron,
    most: settings.max_active_per_user,
  };
}
