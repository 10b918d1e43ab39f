import { z } from 'zod';
import { block, count, duration, secret, secretText, url } from '../../config/index.ts';

const embedder = z
  .strictObject({
    kind: z
      .enum(['offline', 'openai-compatible', 'none'])
      .default('offline')
      .describe(
        'What finds memories, notes and what was said by meaning: offline = on this machine, English, with the optional packages; ' +
          'openai-compatible = a service (OpenAI, Ollama); none = by words alone.',
      ),
    base_url: url('http', 'https').optional().meta({
      description: "The service's address (openai-compatible).",
      example: 'http://localhost:11434/v1',
    }),
    model: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The service's model (openai-compatible).", example: 'nomic-embed-text' }),
    ...secret('api_key', secretText().optional(), {
      description: 'The key of the service, where it wants one.',
      file: 'embeddings_api_key',
      example: '${EMBEDDINGS_API_KEY:-sk-example}',
    }),
  })
  .prefault({})
  .describe(
    'What turns texts into vectors. Another one builds its own in the background and is used when all are there.',
  );

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
  fields.prefault({}).superRefine(({ embedder: { kind, base_url, model } }, ctx) => {
    if (kind !== 'openai-compatible') return;
    for (const [key, value] of Object.entries({ base_url, model })) {
      if (value !== undefined) continue;
      ctx.addIssue({ code: 'custom', path: ['embedder', key], message: 'expected beside kind: openai-compatible' });
    }
  }),
);

export type Settings = z.output<typeof config.schema>;
