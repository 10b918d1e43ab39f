import type { AnyTool, Phrase } from '../../agent/index.ts';
import type { HealthCheck, Skill, SkillDeps } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import { type SkillHost, Views } from './host.ts';
import * as texts from './texts.ts';
import { deletionRules } from './trust/store.ts';
import { calledBy, commands } from './use/commands.ts';
import { listTool, searchTool } from './use/find.ts';
import { SkillPrompt } from './use/prompt.ts';
import { resourceTool } from './use/resource.ts';
import { SkillSearch } from './use/search.ts';
import { activateTool, approveTool, rescanTool, runTool, type ToolDeps } from './use/tools.ts';

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
    deletionRules,
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

const READ = '(reload|rescan|refresh|reread|re-read|read|load|update|check|look for)';
const SKILLS = '[all] [the|my|your|our|new] [agent] (skills|skill folders|skills folder)';

/** What is understood of skills without a model. */
const phrases: Phrase[] = [
  {
    pattern: `${READ} ${SKILLS} [again|once more|now]`,
    example: 'reload the skills',
    call: () => ({ tool: 'skill_rescan', input: {} }),
  },
];
