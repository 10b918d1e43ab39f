import { done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { didYouMean } from '../../base/text.ts';
import type { Command, SkillDeps } from '../../chat/index.ts';
import type { ListedSchedule } from '../../jobs/index.ts';
import * as texts from './texts.ts';

/** `/tasks` shows what coda does by itself; `/tasks on NAME` and `off NAME` switch it, `run NAME` does it now. */
export function tasksCommand({ jobs, schedules }: Pick<SkillDeps, 'jobs' | 'schedules'>): Command {
  return {
    name: 'tasks',
    summary: 'Show what I do by myself, switch it on or off, or do it now.',
    usage: '[on|off|run name]',
    writes: (rest) => (rest === '' ? undefined : { tasks: rest }),
    options: [
      { name: 'what', description: 'on, off or run; nothing to see all' },
      { name: 'name', description: 'The name of the task' },
    ],
    private: true,
    ownerOnly: true,
    async run(rest, ctx) {
      const tasks = await schedules.list(ctx.tx);
      if (rest === '') return done(texts.tasks(tasks, ctx.when));
      const [what = '', name = ''] = rest.split(/\s+/);
      const task = tasks.find((each) => each.name === name);
      if (!task)
        return failed(
          'NOT_FOUND',
          texts.noTask(
            name,
            didYouMean(
              name,
              tasks.map((each) => each.name),
            ),
          ),
        );
      return act(what.toLowerCase(), task, ctx);
    },
  };

  async function act(what: string, task: ListedSchedule, { tx, clock }: TxContext): Promise<ToolResult> {
    const { name, kind, payload } = task;
    if (what === 'run') {
      await jobs.enqueue(tx, { kind, payload }, { at: clock.now(), key: `by hand:${name}` });
      return done(texts.begun(name));
    }
    if (what !== 'on' && what !== 'off') return failed('INVALID_INPUT', texts.howToSwitch());
    await schedules.toggle(tx, name, what === 'on');
    if (what === 'off') await jobs.cancel(tx, kind, `by hand:${name}`);
    return done(texts.switched(name, what === 'on'));
  }
}
