import { z } from 'zod';
import { dataTool, done, failed, privately, undoChoice } from '../../agent/index.ts';
import { kept, readSteps, stepsInput } from './create.ts';
import { findWhich } from './resolve.ts';
import { LONGEST, MOST_STEPS, type Wish } from './task.ts';
import { texts } from './texts.ts';
import { type Tooling, timeOf } from './tooling.ts';
import { undoOf } from './undo.ts';
import { change, which } from './work.ts';

export const editTool = (tooling: Tooling) =>
  dataTool({
    name: 'task_edit',
    times: ['when'],
    spare: true,
    dialogue: { thing: 'task' },
    description: 'Changes the title of a task, the steps that are left, or when it is taken up.',
    effect: 'write',
    redact: privately('which', 'title', 'steps'),
    input: z.object({
      which,
      title: z.string().optional(),
      steps: stepsInput.optional(),
      when: z.string().max(200).optional().describe("The person's own words, or plain English."),
    }),

    async run(input, ctx) {
      const task = await findWhich(ctx, input.which, { tool: 'task_edit', input });
      if ('ok' in task) return task;
      const wish: Partial<Wish> = {};
      const title = input.title?.trim();
      if (title && title.length > LONGEST.title) return failed('TOO_LONG', texts.tooLong('title'));
      if (title) wish.title = title;
      if (input.steps && input.steps.length > 0) {
        const left = readSteps(input.steps, task.steps[task.step]?.by ?? 'assistant');
        if ('ok' in left) return left;
        const steps = [...task.steps.slice(0, task.step), ...left];
        if (steps.length > MOST_STEPS) return failed('TOO_MANY_STEPS', texts.tooManySteps(steps.length).message);
        wish.steps = steps;
      }
      if (input.when?.trim()) {
        const again = { tool: 'task_edit', input: { ...input, which: task.id }, field: 'when' };
        const plan = timeOf(input.when, ctx, tooling, again);
        if ('ok' in plan) return plan;
        Object.assign(wish, { nextAt: plan.plannedAt, rule: plan.rule, zone: plan.zone });
      }
      const after = await change(ctx, task, wish);
      return kept(after, task, texts.changed(after, ctx.when), ctx, tooling);
    },
  });

export const cancelTool = dataTool({
  name: 'task_cancel',
  spare: true,
  dialogue: { thing: 'task' },
  deletes: () => 1,
  description: 'Gives a task up.',
  effect: 'write',
  redact: privately('which'),
  input: z.object({ which }),

  async run(input, ctx) {
    const task = await findWhich(ctx, input.which, { tool: 'task_cancel', input });
    if ('ok' in task) return task;
    const after = await change(ctx, task, { state: 'cancelled', nextAt: undefined });
    const undo = undoOf(after, task);
    return done(texts.cancelled(task.title), {
      undo,
      tainted: after.tainted,
      subject: task.title,
      id: task.id,
      choices: [undoChoice(undo)],
    });
  },
});
