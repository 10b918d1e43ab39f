import { z } from 'zod';
import { block, count, duration } from '../../config/index.ts';
import { tasksField } from '../../jobs/index.ts';

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
      tasks: tasksField,
    })
    .prefault({}),
);
