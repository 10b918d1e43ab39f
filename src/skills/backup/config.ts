import { z } from 'zod';
import { block, count } from '../../config/index.ts';

/** The block of backups. */
export const config = block(
  'backup',
  'Backups that coda makes by itself, into the folder backups of the data folder.',
  z
    .strictObject({
      cron: z
        .union([z.literal('off'), z.string().regex(/^\S+(\s+\S+){4}$/)], {
          error: 'expected five fields of cron, or off',
        })
        .optional()
        .meta({
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
