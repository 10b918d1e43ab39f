import { z } from 'zod';
import { block } from '../../config/index.ts';

/**
 * Policy on occurrences missed while coda was off. `late`: the reminder is said once, marked, a series with the number
 * of missed ones. `latest`: the same without counting. `skip`: nothing is said.
 */
export const CATCH_UPS = ['late', 'latest', 'skip'] as const;
export type CatchUp = (typeof CATCH_UPS)[number];

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
