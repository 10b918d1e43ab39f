import { z } from 'zod';
import { block, count } from '../../config/index.ts';

/** The block of retention. */
export const config = block(
  'retention',
  'How long records of finished work are kept. What people had coda keep is not among them.',
  z
    .strictObject({ days: count(1, 36_500).default(30).describe('After this many days they are removed.') })
    .prefault({}),
);
