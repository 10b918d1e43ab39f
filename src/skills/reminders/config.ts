import { z } from 'zod';
import { block } from '../../config/index.ts';
import { CATCH_UPS } from './reminder.ts';

export const config = block(
  'reminders',
  'What reminders do when coda was not there to deliver them.',
  z
    .strictObject({
      catch_up: z
        .enum(CATCH_UPS)
        .default('late')
        .describe(
          'What became due while coda was off: late = each is said once, marked late, a series with how many were ' +
            'missed; latest = the same without counting; skip = nothing is said.',
        ),
      digest: z
        .boolean()
        .default(true)
        .describe(
          'Reminders of one person in one place that are due within a minute, and are said together, come as one message ' +
            'of up to five, each with buttons of its own.',
        ),
    })
    .prefault({}),
);

export type Settings = z.output<typeof config.schema>;
