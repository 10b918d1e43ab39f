import { z } from 'zod';
import { block, count } from '../../config/index.ts';

export const config = block(
  'notes',
  'What people have noted down.',
  z
    .strictObject({
      most: count(1, 10_000_000).default(1_000_000).describe('So many notes one person may have.'),
      longest: count(100, 200_000)
        .default(20_000)
        .describe('Characters of a note. Of a longer text the beginning is kept, and the whole comes back as a file.'),
      always_budget: count(0, 100_000)
        .default(1_000)
        .describe(
          'Tokens that notes tagged #context:always may take in a prompt, and again those on topics; over it, the newest stand there.',
        ),
      trash_days: count(1, 36_500).default(30).describe('After so many days a deleted note is gone for good.'),
    })
    .prefault({}),
);

export type Settings = z.output<typeof config.schema>;
