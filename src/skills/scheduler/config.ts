import { z } from 'zod';
import { block, count, duration, zone } from '../../config/index.ts';
import { cronProblem } from '../../time/index.ts';

/** A cron expression of five fields; what is wrong with it is told where it stands. */
const cron = z.string().superRefine((text, ctx) => {
  const problem = cronProblem(text);
  if (problem === undefined) return;
  ctx.addIssue({
    code: 'custom',
    message: `expected a cron expression of five fields such as "30 7 * * 1-5": ${problem}`,
  });
});

const task = z.strictObject({
  cron: cron.optional().meta({
    description: 'When it runs: minute, hour, day of the month, month, weekday.',
    example: '23 4 * * *',
  }),
  enabled: z.boolean().optional().meta({
    description: 'Whether it runs at all. It wins over what /schedules on and off say.',
    example: true,
  }),
  zone: zone().optional().meta({
    description: 'The time zone of its cron expression; default: that of the assistant.',
    example: 'Europe/Berlin',
  }),
});

export const config = block(
  'scheduler',
  'Work that coda does by itself: what people have planned, and its own tasks.',
  z
    .strictObject({
      smallest_step: duration('5m').describe('What a person plans comes no more often than that.'),
      smallest_script_step: duration('1m').describe('A script that runs by itself runs no more often than that.'),
      smallest_remote_step: duration('15m').describe(
        'A page, a feed or a calendar is looked at no more often than that.',
      ),
      most: count(1, 10_000).default(100).describe('So many schedules one person may have.'),
      tasks: z.record(z.string(), task).default({}).meta({
        description: "Coda's own tasks by name (/schedules shows them): other times, or none.",
        example: 'retention',
      }),
    })
    .prefault({}),
);
