import type { AnyTool } from '../../agent/index.ts';
import type { Skill, SkillDeps } from '../../chat/index.ts';
import { agenda } from './agenda.ts';
import { cancelTool, editTool } from './change.ts';
import { commands } from './commands.ts';
import { config, type Settings } from './config.ts';
import { createTool } from './create.ts';
import { adoptTurns, taskSource, WORK } from './fire.ts';
import { deletionRules, mergeRules } from './store.ts';
import type { Tooling } from './tooling.ts';
import { restoreTool } from './undo.ts';
import { advanceTool, blockTool, laterTool, resumeTool, statusTool } from './work.ts';

/** Keeps work that takes days, and takes it up again by itself. */
export const tasks: Skill<Settings> = {
  name: 'tasks',
  config,
  words: { does: 'work on tasks over days', keeps: 'tasks' },
  deletionRules,
  mergeRules,
  tools: (deps) => (deps.config.enabled ? tools(toolingOf(deps)) : []),
  commands: (deps) => (deps.config.enabled ? commands() : []),
  started: adoptTurns,
  replicaEnded: adoptTurns,
  due: (deps) =>
    deps.config.enabled
      ? [taskSource({ ...deps, tooling: toolingOf(deps), mostResumed: deps.config.max_auto_resume_attempts })]
      : [],
  called: ({ config: { enabled } }, name, rest) =>
    enabled && name === WORK ? { tool: 'task_status', input: { which: rest.trim() } } : undefined,
  agenda: async ({ config: { enabled } }, ctx, span) => (enabled ? agenda(ctx, span) : []),
};

function tools(tooling: Tooling): AnyTool[] {
  return [
    createTool(tooling),
    statusTool(tooling),
    advanceTool(tooling),
    blockTool(tooling),
    resumeTool(tooling),
    laterTool(tooling),
    editTool(tooling),
    cancelTool,
    restoreTool(tooling),
  ] as readonly unknown[] as AnyTool[];
}

function toolingOf({ wakeAt, models, config: settings }: SkillDeps<Settings>): Tooling {
  return {
    wakeAt,
    hasModel: models.available,
    resumeCron: settings.resume_cron,
    most: settings.max_active_per_user,
  };
}
