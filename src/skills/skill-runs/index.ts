/** Runs of several skills one after another: composed ones, and those that a request is for. */
import type { z } from 'zod';
import { agentSkillsConfig, type SkillHost, toolDeps } from '../../agent-skills/index.ts';
import { type Skill, verbsOf } from '../../chat/index.ts';
import { listRunners, mergeRules, outcomes } from './store.ts';
import { pipelineCall, pipelineTool } from './tool.ts';

export type { Candidate, Plan } from './plan.ts';

export const askOperations = async () => (await import('./ask.ts')).askOperations;
export const runOperations = async () => (await import('./operations.ts')).runOperations;
export const runPlanning = () => import('./plan.ts');

type Settings = z.output<typeof agentSkillsConfig.schema>;

export function skillRuns(host: SkillHost): Skill<Settings> {
  return {
    name: 'skill-runs',
    config: agentSkillsConfig,
    data: {
      tables: ['skill_runs'],
      changes: {
        commits: {
          'skills.run.begin': ['all', 'jobs'],
          'skills.run.step': ['all', 'jobs'],
          'skills.run.end': ['all', 'jobs'],
        },
      },
      mergeRules,
    },
    ports: { provides: () => ({ countRuns: outcomes, listRunners }) },
    tools(deps) {
      const own = toolDeps(deps, host);
      return [
        pipelineTool(own, async (asked, ctx) =>
          (await import('./pipeline.ts')).runPipeline(own, asked, deps.config.parallel, ctx),
        ),
      ];
    },
    views: { routes: async (deps) => [(await import('./routes.ts')).runsRoute(deps)] },
    acts: {
      verbs: async (deps) => verbsOf(await runOperations(), toolDeps(deps, host), deps.world),
      callNamed: (_, name, rest) => (name.toLowerCase() === 'pipeline' ? pipelineCall(rest) : undefined),
    },
  };
}
