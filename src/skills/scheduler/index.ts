import type { z } from 'zod';
import { type Call, type Failed, failed } from '../../agent/index.ts';
import { type AllSkills, type Command, routesOf, type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import { slotsOf } from '../../time/index.ts';
import { deleteTool, editTool, move } from './change.ts';
import { own, upcomingSchedules } from './collection.ts';
import { config } from './config.ts';
import { canRun, chooseTool, createTool, restoreTool, type Tooling } from './create.ts';
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
  tools(deps, all) {
    const tooling = toolingOf(deps, all);
    return [
      createTool(tooling),
      listTool,
      editTool(tooling),
      deleteTool,
      restoreTool(deps.wakeAt),
      chooseTool(tooling, (ctx, which, plan) => move(ctx, which, plan, tooling)),
      ...systemTools(switchDeps(deps)),
      ...routineTools(all, tooling),
      nothingTool,
    ];
  },
  collections: () => [own],
  listUpcoming: (_, reader, to) => upcomingSchedules(reader, to),
  commands: (_, all) => [...commands(all), ...routineCommands(all)],
  home: (_, reader) => home(reader),
  verbs: ({ world, ...deps }) =>
    verbsOf(scheduleOperations, { ...switchDeps({ world, ...deps }), database: deps.database, world }, world),
  routes: ({ world, ...deps }) =>
    routesOf(
      scheduleOperations,
      { ...switchDeps({ world, ...deps }), database: deps.database, world },
      { ...world, gate: deps.gate },
    ),
  onStart: adoptTurns,
  replicaEnded: adoptTurns,
  due: (deps) => [scheduleSource(deps), outcomeSource(deps), failingSource(deps)],
  messagePrompt: async (_, { origin }) =>
    origin === 'schedule' ? { title: 'Planned', text: texts.prompt } : undefined,
};

function toolingOf({ wakeAt, config }: SkillDeps<Settings>, { runnable }: AllSkills): Tooling {
  return { wakeAt, runnable, smallestStep: config.smallest_step, most: config.most };
}

function switchDeps(deps: SkillDeps<Settings>) {
  const { schedules, jobs, turns, wakeAt, config } = deps;
  const set = Object.entries(config.tasks).flatMap(([name, { enabled }]) => (enabled === undefined ? [] : [name]));
  return { schedules, jobs, turns, wakeAt, configured: new Set(set) };
}

function commands(all: AllSkills): Command[] {
  return [
    {
      name: 'schedules',
      topic: 'By itself',
      summary: 'Show what runs by itself, switch it on or off, or run it now.',
      overtakes: 'bare',
      usage: '[on|off|run|delete name]',
      options: [
        { name: 'what', description: 'on, off, run or delete; nothing to see all' },
        { name: 'name', description: 'The name, id or number of the schedule' },
      ],
      private: true,
      run: async (rest) => act(rest),
    },
    {
      name: 'schedule',
      topic: 'By itself',
      summary: 'Plan something that I do later, once or again and again.',
      usage: '<when and what>',
      writes: () => ({}),
      options: [
        { name: 'when', description: 'In your own words: every weekday at 8, on 3 December at 9', required: true },
        { name: 'what', description: 'What I should do then', required: true },
      ],
      async run(rest, ctx) {
        const [first = '', second] = rest.split('\n');
        const { when, task } = second === undefined ? slotsOf(rest, ctx.when) : { when: first, task: second };
        return { tool: 'schedule_create', input: { ...(when && { when }), ...whatOf(task, all) } };
      },
    },
  ];
}

function act(rest: string): Call | Failed {
  if (rest === '') return { tool: 'scheduler_list', input: {} };
  const [, what = '', whole = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
  const name = whole.slice(0, 200);
  if (/^(?:on|off)$/i.test(what) && name) {
    return { tool: 'scheduler_toggle', input: { name, on: what.toLowerCase() === 'on' } };
  }
  if (/^run$/i.test(what) && name) return { tool: 'scheduler_run_now', input: { name } };
  if (/^delete$/i.test(what) && name) return { tool: 'schedule_delete', input: { which: name } };
  return failed('INVALID_INPUT', texts.howTo);
}

function whatOf(task: string, { runnable }: AllSkills): { prompt: string } | { run: string } {
  const name = /^(?:run|do|\/)\s*(\S.*)$/i.exec(task.trim())?.[1];
  return name !== undefined && canRun(name, runnable) ? { run: name } : { prompt: task };
}
