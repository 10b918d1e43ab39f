import { z } from 'zod';
import { block, count, duration } from '../../config/index.ts';
import { embedderField as embedder } from '../../vectors/index.ts';

const fields = z.strictObject({
  auto: z
    .enum(['on', 'off', 'ask'])
    .default('on')
    .describe(
      'Whether a model looks through a conversation that rests for what is worth remembering: on, off, or ask = the ' +
        'person decides about each on /memory. Everybody can choose otherwise for themselves.',
    ),
  rest: duration('10m').describe('A conversation rests when nothing was said for so long.'),
  budget: count(0, 10_000).default(400).describe('Tokens of memories that a model is shown with a message, at most.'),
  embedder,
});

export const config = block(
  'memory',
  'What coda remembers of people over time, and how it finds it again.',
  fields.prefault({}),
);

export type Settings = z.output<typeof config.schema>;
