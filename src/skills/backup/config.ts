import { z } from 'zod';
import { block, count } from '../../config/index.ts';
import { cronProblem } from '../../time/index.ts';

const cronOrOff = z.string().superRefine((text, ctx) => {
  const problem = text === 'off' ? undefined : cronProblem(text);
  if (problem === undefined) return;
  const expected = 'expected a cron expression of five fields such as "47 2 * * *", or off';
  ctx.addIssue({ code: 'custom', message: `${expected}: ${problem}` });
});

export const config = block(
  'backup',
  'Backups that coda makes by itself, into the folder backups of the data folder.',
  z
    .strictObject({
      cron: cronOrOff.optional().meta({
        description:
          'When, as cron of five fields, or off. Left out: at 2:47 at night with the embedded database, never with a ' +
          'PostgreSQL of your own. CODA_BACKUP overrides it.',
        example: '47 2 * * *',
      }),
      keep: count(1, 1_000).default(7).describe('How many of these are kept.'),
    })
    .prefault({}),
  [{ env: 'CODA_BACKUP', path: ['cron'] }],
);
