import { z } from 'zod';
import type { SkillDeps } from '../../chat/index.ts';
import { count } from '../../config/index.ts';
import { cron, improvementBlock } from '../../proposals/index.ts';
import { forgeFields, forgeOf } from './settings.ts';
import * as texts from './texts.ts';

export const config = improvementBlock(
  {
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
    ...forgeFields,
  },
  [{ env: 'GITHUB_TOKEN', path: ['executor_forge', 'token'], fills: true }],
  (settings) => {
    if (!settings?.enabled || !settings.executor_enabled || forgeOf(settings) !== undefined) return [];
    return [texts.executorLacks(settings.executor_forge !== undefined)];
  },
);

export const RUN_TASK = 'improvement.executor';

export type Settings = NonNullable<z.output<typeof config.schema>>;

export type Deps = SkillDeps<Settings, 'servers'>;
