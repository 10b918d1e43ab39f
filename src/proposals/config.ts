import { z } from 'zod';
import { block, count, type EnvOverride } from '../config/index.ts';
import { cronProblem } from '../time/index.ts';

/** A cron expression of five fields, in the household's zone. */
export const cron = (standard: string, describe: string) =>
  z
    .string()
    .superRefine((text, ctx) => {
      const problem = cronProblem(text);
      if (problem === undefined) return;
      ctx.addIssue({ code: 'custom', message: `expected a cron expression of five fields: ${problem}` });
    })
    .default(standard)
    .describe(describe);

const model = z
  .string()
  .regex(/^[^/\s]\S*$/, { error: 'expected provider/model, such as anthropic/claude-opus-4-5' })
  .nullable()
  .default(null)
  .meta({ model: true });

const budget = z
  .strictObject({
    month: z
      .number()
      .min(0)
      .max(1_000_000)
      .default(10)
      .describe('The most that all of it may cost in a month, in the currency of the models.'),
  })
  .prefault({})
  .describe('A budget of its own, beside those of models.');

const FIELDS = {
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Off without this block, on with it, if only as {}. false keeps the settings and switches all of it off.',
    ),
  budget,
  heavy_model: model.meta({
    description:
      'The model that reflects, as provider/model or by its name alone; the heavy one of models when it is null.',
    example: 'anthropic/claude-opus-4-5',
  }),
  opus_model: model.meta({
    description: 'Another name of heavy_model, which goes first.',
    example: 'anthropic/claude-opus-4-5',
  }),
  approval_channel: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*(?::\S+)?$/, {
      error: 'expected a platform, or one and the id of a channel, such as discord:1234',
    })
    .nullable()
    .default(null)
    .meta({
      description:
        'The channel in which owners are asked about proposals and told of runs; a platform alone means their direct conversations there, null those anywhere.',
      example: 'discord:112233445566778899',
    }),
  critique_enabled: z
    .boolean()
    .default(true)
    .describe('Whether a light model looks at calls of tools that can do harm before they run.'),
  critique_min_tier: count(0, 3)
    .default(3)
    .describe('From which tier on: 0 reads, 1 fetches, 2 writes or acts outside, 3 is dangerous or asks first.'),
};

const KEY = 'self_improvement';

export const APPROVAL_CHANNEL = `${KEY}.approval_channel`;

/** The block of self-improvement with the fields of one of its skills. The blocks of all of them are joined into one. */
export function improvementBlock<Own extends z.ZodRawShape>(
  own: Own,
  env: readonly EnvOverride[] = [],
  lacks: (values: z.output<z.ZodObject<typeof FIELDS & Own, z.core.$strict>> | undefined) => string[] = () => [],
) {
  return block(
    KEY,
    'coda looks at its own record and proposes changes of itself to its owner. Without this block nothing of it runs.',
    z.strictObject({ ...FIELDS, ...own }).optional(),
    env,
    lacks,
  );
}

export const improvementConfig = improvementBlock({});

export type Improvement = NonNullable<z.output<typeof improvementConfig.schema>>;
