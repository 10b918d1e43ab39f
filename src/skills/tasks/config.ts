import { z } from 'zod';
import { block, count } from '../../config/index.ts';
import { cronProblem } from '../../time/index.ts';

const resumeCron = z.string().superRefine((text, ctx) => {
  const problem = text === '' ? undefined : cronProblem(text);
  if (problem === undefined) return;
  const expected = 'expected a cron expression of five fields such as "*/15 * * * *", or ""';
  ctx.addIssue({ code: 'custom', message: `${expected}: ${problem}` });
});

export const config = block(
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

export type Settings = z.output<typeof config.schema>;
