import { z } from 'zod';
import { count } from '../../config/index.ts';
import { cron, improvementBlock } from '../../proposals/index.ts';

export const config = improvementBlock({
  reflection_cron: cron('0 3 * * 0', 'When coda looks back on the week and proposes changes of itself.'),
  max_reflection_input_tokens: count(500, 200_000)
    .default(8_000)
    .describe('The most that the model which reflects is shown, in tokens.'),
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
  routing_retrain_cron: cron('0 4 * * 0', 'When coda learns anew which model answers what.'),
  gap_detection_enabled: z.boolean().default(true).describe('Whether coda looks for what it was asked and cannot do.'),
  gap_detection_cron: cron('0 2 1 * *', 'When.'),
  few_shot_enabled: z.boolean().default(true).describe('Whether turns that went well are kept as examples.'),
  few_shot_harvest_cron: cron('0 4 1 * *', 'When they are chosen.'),
  few_shot_min_score: count(1, 5).default(4).describe('The lowest score of a turn that becomes an example.'),
  few_shot_min_tool_calls: count(0, 100).default(2).describe('The fewest calls of tools in it.'),
});

/** Names of its tasks, which the configuration knows whether they run or not. */
export const TASKS = {
  reflection: 'improvement.reflection',
  routing: 'learned-routing',
  gaps: 'gap-detection',
  examples: 'few-shot-harvest',
} as const;

export type Settings = NonNullable<z.output<typeof config.schema>>;
