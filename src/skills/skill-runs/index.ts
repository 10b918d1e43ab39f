/** Runs of several skills one after another: composed ones, and those that a request is for. */
import { z } from 'zod';
import type { Call } from '../../agent/index.ts';
import { agentSkillsConfig, type SkillHost, toolDeps } from '../../agent-skills/index.ts';
import { parseJson } from '../../base/json.ts';
import { type Skill, verbsOf } from '../../chat/index.ts';
import { runOperations } from './operations.ts';
import { pipelineTool, TOOL } from './pipeline.ts';
import { runsRoute } from './routes.ts';
import { listRunners, mergeRules, outcomes } from './store.ts';

export { askOperations } from './ask.ts';
export { runOperations } from './operations.ts';
export {
  type Candidate,
  candidatesFor,
  inputOf as planInput,
  MODES as RUN_MODES,
  type Plan,
  planFile,
  planFor,
  staleIn,
  whoWithin,
} from './plan.ts';

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
    tools: (deps) => [pipelineTool(toolDeps(deps, host), deps.config)],
    views: { routes: (deps) => [runsRoute(deps)] },
    acts: {
      verbs: (deps) => verbsOf(runOperations, toolDeps(deps, host), deps.world),
      callNamed: (_, name, rest) => (name.toLowerCase() === 'pipeline' ? pipelineCall(rest) : undefined),
    },
  };
}

const RESUME = /^resume\s+([0-9a-f-]{36})$/i;

const written = z.record(z.string(), z.unknown());

/** `/pipeline a > b|c: payload`, `/pipeline resume RUN`, or the tool's input as JSON; undefined: it is none of these. */
function pipelineCall(rest: string): Call | undefined {
  const said = rest.trim();
  const [, resume] = RESUME.exec(said) ?? [];
  if (resume !== undefined) return { tool: TOOL, input: { resume: resume.toLowerCase() } };
  if (said.startsWith('{')) return fromJson(said);
  const [steps = ''] = said.split(':', 1);
  if (steps === '') return undefined;
  const payload = said.slice(steps.length + 1).trimStart();
  return { tool: TOOL, input: { steps: steps.split('>').map((step) => step.trim()), payload } };
}

function fromJson(text: string): Call | undefined {
  try {
    return { tool: TOOL, input: written.parse(parseJson(text)) };
  } catch {
    return undefined;
  }
}
