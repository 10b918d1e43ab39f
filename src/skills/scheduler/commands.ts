import { type Call, type Failed, failed } from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import { slotsOf } from '../../time/index.ts';
import { canRun } from './create.ts';
import type { Deps } from './system.ts';
import { texts } from './texts.ts';

export function commands(deps: Deps): Command[] {
  return [
    {
      name: 'schedules',
      summary: 'Show what runs by itself, switch it on or off, or run it now.',
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
        return { tool: 'schedule_create', input: { ...(when && { when }), ...whatOf(task, deps) } };
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

/** `run weekly-review` names what is to run; all else is words. */
function whatOf(task: string, { runnable }: Pick<Deps, 'runnable'>): { prompt: string } | { run: string } {
  const name = /^(?:run|do|\/)\s*(\S.*)$/i.exec(task.trim())?.[1];
  return name !== undefined && canRun(name, runnable) ? { run: name } : { prompt: task };
}
