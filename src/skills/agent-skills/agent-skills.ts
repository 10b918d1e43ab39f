import type { AnyTool } from '../../agent/index.ts';
import type { HealthCheck, Skill, SkillDeps } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import { calledBy } from './calling/called.ts';
import { commands } from './commands/index.ts';
import { type SkillHost, Views } from './host.ts';
import { phrases } from './phrases.ts';
import { SkillPrompt } from './prompt/prompt.ts';
import { SkillSearch } from './prompt/search.ts';
import * as texts from './texts.ts';
import { activateTool } from './tools/activate.ts';
import { approveTool } from './tools/approve.ts';
import type { ToolDeps } from './tools/deps.ts';
import { listTool, searchTool } from './tools/find.ts';
import { rescanTool } from './tools/rescan.ts';
import { resourceTool } from './tools/resource.ts';
import { runTool } from './tools/run.ts';
import { erasures } from './trust/index.ts';

/** Works with agent skills in conversations: tells the model of them, activates them, runs them, has owners decide. */
export function agentSkills(host: SkillHost): Skill {
  const views = new Views(host);
  const search = new SkillSearch();
  const prompts = new WeakMap<SkillDeps, SkillPrompt>();
  const promptOf = (deps: SkillDeps): SkillPrompt => {
    const known = prompts.get(deps) ?? new SkillPrompt(views, search, configOf(deps).prompt_budget);
    prompts.set(deps, known);
    return known;
  };
  return {
    name: 'skills',
    erasures,
    phrases,
    commands: (deps) => commands({ ...toolDeps(deps), host, views, search }),
    tools: (deps) => tools({ ...toolDeps(deps), host, views, search }),
    standing: async (deps, asked) => promptOf(deps).standing(asked),
    passing: (deps, asked) => promptOf(deps).passing(asked),
    checks: () => [healthCheck(host)],
    called: (_, name, rest) => calledBy(views.of(undefined), name, rest),
  };
}

/** Whether the folders that were named are there and can be read. */
function healthCheck(host: SkillHost): HealthCheck {
  return {
    name: 'agent skills',
    async check() {
      const report = await host.rescan();
      const says = texts.health(report);
      return report.warnings.length === 0 ? { ok: true, says } : { ok: false, says, remedy: texts.healthRemedy() };
    },
  };
}

function tools(deps: ToolDeps): AnyTool[] {
  return [
    activateTool(deps),
    runTool(deps),
    searchTool(deps),
    listTool(deps),
    resourceTool(deps),
    rescanTool(deps),
    approveTool(deps),
  ];
}

function configOf(deps: SkillDeps): Config['skills'] {
  return deps.config as Config['skills'];
}

/** Of the environment only what the configuration names. */
function toolDeps(deps: SkillDeps): Pick<ToolDeps, 'database' | 'exposed' | 'alone'> {
  const { expose, alone } = configOf(deps);
  const { env } = deps.world;
  const exposed = Object.fromEntries(
    expose.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])),
  );
  return { database: deps.database, exposed, alone: { timeoutMs: alone.timeout, budget: alone.budget } };
}
