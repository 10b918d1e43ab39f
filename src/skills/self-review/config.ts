import { z } from 'zod';
import { block, count } from '../../config/index.ts';
import { cronProblem } from '../../time/index.ts';
import { executorFields, forgeOf } from '../self-coding/settings.ts';
import * as texts from '../self-coding/texts.ts';

/** A cron expression of five fields, in the household's zone. */
const cron = (standard: string, describe: string) =>
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

const reflection = {
  heavy_model: model.meta({
    description:
      'The model that reflects, as provider/model or by its name alone; the heavy one of models when it is null.',
    example: 'anthropic/claude-opus-4-5',
  }),
  opus_model: model.meta({
    description: 'Another name of heavy_model, which goes first.',
    example: 'anthropic/claude-opus-4-5',
  }),
  reflection_cron: cron('0 3 * * 0', 'When coda looks back on the week and proposes changes of itself.'),
  max_reflection_input_tokens: count(500, 200_000)
    .default(8_000)
    .describe('The most that the model which reflects is shown, in tokens.'),
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
  assessment_enabled: z
    .boolean()
    .default(true)
    .describe('Whether the light model scores turns that used tools, later and as far as the budget goes.'),
  prompt_evolution_enabled: z
    .boolean()
    .default(false)
    .describe(
      'Whether approved proposals about the prompt are tried in half of the conversations, and kept if they help.',
    ),
};

const learning = {
  routing_retrain_cron: cron('0 4 * * 0', 'When coda learns anew which model answers what.'),
  critique_enabled: z
    .boolean()
    .default(true)
    .describe('Whether a light model looks at calls of tools that can do harm before they run.'),
  critique_min_tier: count(0, 3)
    .default(3)
    .describe('From which tier on: 0 reads, 1 fetches, 2 writes or acts outside, 3 is dangerous or asks first.'),
  gap_detection_enabled: z.boolean().default(true).describe('Whether coda looks for what it was asked and cannot do.'),
  gap_detection_cron: cron('0 2 1 * *', 'When.'),
  few_shot_enabled: z.boolean().default(true).describe('Whether turns that went well are kept as examples.'),
  few_shot_harvest_cron: cron('0 4 1 * *', 'When they are chosen.'),
  few_shot_min_score: count(1, 5).default(4).describe('The lowest score of a turn that becomes an example.'),
  few_shot_min_tool_calls: count(0, 100).default(2).describe('The fewest calls of tools in it.'),
};

const executor = {
  executor_enabled: z
    .boolean()
    .default(false)
    .describe('Whether coda prepares an approved change of its code as a branch with tests. It never merges.'),
  executor_require_approval: z
    .boolean()
    .default(true)
    .describe('Whether only approved proposals are taken up; false takes those that wait for a decision, too.'),
  executor_cron: cron('0 2 * * 1', 'When it takes up the most important approved proposal.'),
  executor_max_files: count(1, 50).default(3).describe('The most files that one change may touch.'),
  executor_blast_radius_limit: count(1, 1_000)
    .default(5)
    .describe('The most files that may depend on what a change touches.'),
  executor_shadow_port: count(1, 65_535)
    .default(3_099)
    .describe('The port in its own container, without a network, on which the changed coda is tried.'),
  executor_forbidden_paths: z
    .array(z.string().min(1).max(300))
    .max(200)
    .default([])
    .meta({
      description: 'Paths that no change may touch, besides those that never may.',
      example: ['docs/'],
    }),
  ...executorFields,
};

const KEY = 'self_improvement';

export const APPROVAL_CHANNEL = `${KEY}.approval_channel`;

export const config = block(
  KEY,
  'coda looks at its own record and proposes changes of itself to its owner. Without this block nothing of it runs.',
  z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe(
          'Off without this block, on with it, if only as {}. false keeps the settings and switches all of it off.',
        ),
      budget,
      ...reflection,
      ...learning,
      ...executor,
    })
    .optional(),
  [{ env: 'GITHUB_TOKEN', path: ['executor_forge', 'token'], fills: true }],
  (settings) => {
    if (!settings?.enabled || !settings.executor_enabled || forgeOf(settings) !== undefined) return [];
    return [texts.executorLacks(settings.executor_forge !== undefined)];
  },
);

export type Settings = NonNullable<z.output<typeof config.schema>>;
