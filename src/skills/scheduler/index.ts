import { z } from 'zod';
import { type Call, type Failed, failed } from '../../agent/index.ts';
import { inputWords } from '../../base/input.ts';
import { type AllSkills, type Command, routesOf, type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import { readerOf } from '../../storage/index.ts';
import { slotsOf } from '../../time/index.ts';
import { filesJob } from './agent-files.ts';
import { deleteTool, editInput, editTool, move } from './change.ts';
import { own, upcomingSchedules } from './collection.ts';
import { config } from './config.ts';
import { CREATE, canRun, chooseTool, createTool, restoreTool, type Tooling } from './create.ts';
import { digestSource } from './digest.ts';
import { adoptTurns, failingSource, outcomeSource, scheduleSource } from './fire.ts';
import { scheduleOperations } from './operations.ts';
import { scheduleRoutes } from './routes.ts';
import { routineCommands, routineTools } from './routines.ts';
import { hookWatcher, runJob } from './run.ts';
import { scheduleChange } from './short.ts';
import { hasSchedules, hasTwin, mergeRules } from './store.ts';
import { home, listTool, nothingTool, systemTools } from './system.ts';
import { texts } from './texts.ts';
import { readWatch } from './typed.ts';
import { CHANGE_FLAGS, changesIn, faultIn, isFault } from './watch/flags.ts';
import { WATCH_TOOL } from './watch/rule.ts';
import { askerOf, type WatchTooling, watchTool } from './watch.ts';

export { planFilesRead } from './agent-files.ts';
export { addSchedule, scheduleOperations } from './operations.ts';

import { moveZoneTool, offerMove } from './zone.ts';

/** For the look at a skill's files before a command runs. */
const SCRIPT_MS = 5_000;

type Settings = z.output<typeof config.schema>;

const NEEDS = ['acknowledgements', 'scripts', 'servers', 'pages', 'hookOwner', 'plannedInFiles'] as const;

type NeededPorts = (typeof NEEDS)[number];
type Deps = SkillDeps<Settings, NeededPorts>;

/** Plans of another assistant. */
const imported = z.object({ title: z.string(), when: z.string(), prompt: z.string() });

/** Does what people have planned, when they have planned it; shows and switches what runs by itself. */
export const scheduler: Skill<Settings, NeededPorts> = {
  name: 'scheduler',
  config,
  acts: {
    forPrograms: {
      except: [nothingTool.name],
      imports: { things: 'schedules', tool: CREATE, input: imported, hasTwin },
    },
    verbs: (deps) => verbsOf(scheduleOperations, operationDeps(deps), deps.world),
  },
  ports: { needs: NEEDS, provides: (deps) => ({ watchHook: hookWatcher(deps) }) },
  words: { does: 'run what you plan', keeps: 'schedules' },
  data: {
    tables: ['schedule_runs', 'person_schedules'],
    changes: {
      calls: 'schedules',
      commits: {
        'scheduler.fire': ['all', 'schedules'],
        'scheduler.settle': ['all', 'schedules'],
        'schedules.act': ['all', 'schedules'],
      },
    },
    mergeRules,
    offerMove: ({ people: { household }, world: { clock } }, tx, zoneMove) =>
      offerMove(tx, zoneMove, { household: household.zone, now: clock.now() }),
  },
  tools(deps, all) {
    const tooling = toolingOf(deps, all);
    return [
      createTool(tooling),
      watchTool(tooling),
      listTool,
      scheduleChange,
      editTool(tooling),
      deleteTool(tooling),
      restoreTool(tooling),
      chooseTool(tooling, (ctx, which, plan) => move(ctx, which, plan, tooling)),
      ...systemTools(switchDeps(deps)),
      ...routineTools(all, tooling),
      moveZoneTool(tooling.wakeAt, deps.people),
      nothingTool,
    ];
  },
  views: {
    collections: () => [own],
    listUpcoming: (_, reader, to) => upcomingSchedules(reader, to),
    home: (_, reader) => home(reader),
    routes: (deps) => [
      ...scheduleRoutes(deps),
      ...routesOf(scheduleOperations, operationDeps(deps), { ...deps.world, gate: deps.people.gate }),
    ],
  },
  commands: (deps, all) => [...commands(toolingOf(deps, all)), ...routineCommands(all)],
  work: {
    onStart: adoptTurns,
    replicaEnded: adoptTurns,
    jobs: (deps) => {
      const { database, world, ports, speech, work, people } = deps;
      const tooling = toolingOf(deps, { runnable: () => false });
      const { plannedInFiles } = ports;
      return [
        runJob({ ...tooling, database, world, speech, work }),
        filesJob({ database, world, people, plannedInFiles, tooling }),
      ];
    },
    due: (deps) => [scheduleSource(deps), outcomeSource(deps), failingSource(deps), digestSource(deps)],
  },
  prompt: {
    person: async ({ database }, { person }) =>
      (await hasSchedules(readerOf(database), person.id))
        ? { title: 'Schedules', text: '', group: 'schedules' }
        : undefined,
    message: async (_, { origin }) =>
      origin === 'schedule' ? { title: 'Planned', text: texts.prompt, stands: false } : undefined,
  },
};

function toolingOf(
  { work: { wakeAt }, config, people: { gate }, ports }: Deps,
  { runnable }: Pick<AllSkills, 'runnable'>,
): WatchTooling {
  const { scripts, servers, pages, hookOwner, acknowledgements } = ports;
  const { smallest_step: smallestStep, most } = config;
  const { smallest_script_step: smallestScriptStep, smallest_remote_step: smallestRemoteStep } = config;
  return {
    wakeAt,
    acknowledgements,
    runnable,
    smallestStep,
    smallestScriptStep,
    smallestRemoteStep,
    most,
    scripts,
    servers,
    gate,
    pages,
    hookOwner,
  };
}

function operationDeps(deps: Deps) {
  const { world, people } = deps;
  // A name behind "run" is a script's there: nobody is there to be asked what a skill would do.
  const tooling = toolingOf(deps, { runnable: () => false });
  return { ...switchDeps(deps), world, people, tooling };
}

function switchDeps(deps: Deps) {
  const { config, work, speech, database } = deps;
  const { acknowledgements } = deps.ports;
  const set = Object.entries(config.tasks).flatMap(([name, { enabled }]) => (enabled === undefined ? [] : [name]));
  return { work, speech, database, acknowledgements, configured: new Set(set) };
}

function commands(tooling: WatchTooling): Command[] {
  return [
    {
      name: 'schedules',
      topic: 'By itself',
      summary: 'Show what runs by itself, switch it on or off, or run it now.',
      overtakes: 'bare',
      usage: '[all | on|off|run|delete|tell|change name]',
      options: [
        { name: 'what', description: 'all, on, off, run, delete, tell or change; nothing to see yours' },
        {
          name: 'name',
          description:
            'Name, id or number; of off also until when: 1 until Friday; of tell where: 1 #home; of change what: 1 --above 95',
        },
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
      prepare: (rest, asker) => readWatch(rest, tooling, askerOf(asker), AbortSignal.timeout(SCRIPT_MS)),
      async run(rest, ctx) {
        const watch = ctx.prepared as Record<string, unknown> | Failed | undefined;
        if (watch) return isFailed(watch) ? watch : { tool: WATCH_TOOL, input: watch };
        const [first = '', second] = rest.split('\n');
        const { when, task } = second === undefined ? slotsOf(rest, ctx.when) : { when: first, task: second };
        return { tool: 'schedule_create', input: { ...(when && { when }), ...whatOf(task, tooling) } };
      },
    },
  ];
}

const isFailed = (read: object): read is Failed => 'ok' in read;

function act(rest: string): Call | Failed {
  if (rest === '') return { tool: 'scheduler_list', input: {} };
  if (/^all$/i.test(rest)) return { tool: 'scheduler_list', input: { all: true } };
  const [, what = '', whole = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
  const name = whole.slice(0, 1_000);
  const [paused, until] = what.toLowerCase() === 'off' ? cutUntil(name) : [name];
  if (until !== undefined) return { tool: 'scheduler_toggle', input: { name: paused, on: false, until } };
  if (/^(?:on|off)$/i.test(what) && name) {
    return { tool: 'scheduler_toggle', input: { name, on: what.toLowerCase() === 'on' } };
  }
  if (/^run$/i.test(what) && name) return { tool: 'scheduler_run_now', input: { name } };
  if (/^delete$/i.test(what) && name) return { tool: 'schedule_delete', input: { which: name } };
  const [, which = '', tell = ''] = /^(\S+)\s+(.+)$/s.exec(name) ?? [];
  if (/^tell$/i.test(what) && tell) return { tool: 'schedule_edit', input: { which, tell } };
  if (/^change$/i.test(what) && tell) return changeCall(which, tell);
  return failed('INVALID_INPUT', texts.howTo);
}

/** `1 until Friday`: the schedule, and the date; without one it is the name alone. */
function cutUntil(words: string): readonly [name: string, until?: string] {
  const at = words.toLowerCase().lastIndexOf(' until ');
  const until = words.slice(at + ' until '.length).trim();
  return at < 0 || until === '' ? [words] : [words.slice(0, at).trim(), until];
}

/** `2 every 6 hours --above 95 --digest 18:00`: another time, and what changes of the rule and of how it is told. */
function changeCall(which: string, rest: string): Call | Failed {
  const input = changesIn(rest);
  if (isFault(input)) return failed('INVALID_INPUT', texts.wrongFlag(input, CHANGE_FLAGS));
  const checked = editInput.safeParse(input, { error: inputWords });
  return checked.success
    ? { tool: 'schedule_edit', input: { which, ...input } }
    : failed('INVALID_INPUT', texts.wrongFlag(faultIn(checked.error), CHANGE_FLAGS));
}

function whatOf(task: string, { runnable }: Tooling): { prompt: string } | { run: string } {
  const name = /^(?:run|do|\/)\s*(\S.*)$/i.exec(task.trim())?.[1];
  return name !== undefined && canRun(name, runnable) ? { run: name } : { prompt: task };
}
