import { type AnyTool, contentsOf } from '../../agent/index.ts';
import { type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import type { Who } from '../../people/index.ts';
import { readerOf } from '../../storage/index.ts';
import { healthCheck } from './check.ts';
import { config, type SkillsConfig } from './config.ts';
import { isWithheld, type SkillHost, Views } from './host.ts';
import { type MarketDeps, marketCheck, marketJob, marketOperations, marketTask } from './market/index.ts';
import { skillsPage } from './page/page.ts';
import { embedSkillsJob } from './routing/job.ts';
import { routingVerbs } from './routing/verbs.ts';
import { pipelineTool } from './runs/pipeline.ts';
import * as runStore from './runs/store.ts';
import { runVerbs } from './runs/verbs.ts';
import { deletionRules, mergeRules } from './store.ts';
import * as texts from './texts.ts';
import { calledBy, commands } from './use/commands.ts';
import { deniedBy, type SkillCode, type ToolDeps } from './use/deps.ts';
import { listTool, searchTool } from './use/find.ts';
import { installLookTool, installTool, receivedOffer, undoInstallTool } from './use/install.ts';
import { listFor, SkillPrompt } from './use/prompt.ts';
import { resourceTool } from './use/resource.ts';
import { runTool } from './use/run.ts';
import { activateTool, approveTool, delegateTool, rescanTool } from './use/tools.ts';
import { meantTool, wrongTool } from './use/wrong.ts';

/** Names fit into one paragraph. */
const MOST_AT_HOME = 12;

/** Works with agent skills in conversations: tells the model of them, activates them, runs them, has owners decide. */
export function agentSkills(host: SkillHost, settings: SkillsConfig): Skill<SkillsConfig> {
  const views = new Views(host);
  const { search } = host;
  let prompt: SkillPrompt | undefined;
  const promptOf = (deps: SkillDeps<SkillsConfig>) => {
    prompt ??= new SkillPrompt({
      ...{ views, search, budget: settings.prompt_budget, denied: deniedBy(deps.gate) },
      learnedIn: (spaceId) => host.learnedIn(spaceId),
    });
    return prompt;
  };
  return {
    name: 'skills',
    config,
    deletionRules: [...deletionRules, ...runStore.deletionRules],
    mergeRules: [...mergeRules, ...runStore.mergeRules],
    commands: (deps) => commands(toolDeps(deps, { host, views, search })),
    tools: (deps) => tools(toolDeps(deps, { host, views, search }), settings),
    standing: async (deps, asked) => promptOf(deps).standing(asked),
    passing: (deps, asked) => promptOf(deps).passing(asked),
    schedules: [marketTask],
    jobs: (deps) => [
      embedSkillsJob({ world: deps.world, vectors: host.vectors, current: () => host.catalog.current() }),
      marketJob(marketDeps(deps, host)),
    ],
    checks: (deps) => [healthCheck(host, deps), marketCheck(marketDeps(deps, host))],
    verbs: (deps) => ({
      ...runVerbs(toolDeps(deps, { host, views, search })),
      ...routingVerbs(host, { database: deps.database, clock: deps.world.clock }),
      ...verbsOf(marketOperations, marketDeps(deps, host), deps.world),
    }),
    pages: () => [skillsPage(host)],
    home: async ({ gate }, { person }) => {
      const view = views.of(undefined);
      const off = deniedBy(gate)(view, person);
      const names = [...view.snapshot.skills.keys()].filter(
        (name) => !off.has(name) && !isWithheld(view.decisions, name),
      );
      const shown = names.slice(0, MOST_AT_HOME);
      const text = texts.atHome(shown, names.length - shown.length);
      return [{ title: texts.homeTitle(), items: names.length === 0 ? [] : [{ text }] }];
    },
    received: (_, files, { person }) => receivedOffer(files, person.role),
    called: (_, name, rest) => calledBy(views.of(undefined), name, rest),
  };
}

function tools(deps: ToolDeps, settings: SkillsConfig): AnyTool[] {
  return [
    activateTool(deps),
    delegateTool(deps),
    pipelineTool(deps, settings),
    runTool(deps),
    searchTool(deps),
    listTool(deps),
    resourceTool(deps),
    rescanTool(deps),
    approveTool(deps),
    wrongTool(deps),
    meantTool(deps),
    installLookTool(deps),
    installTool(deps),
    undoInstallTool(deps),
  ];
}

function marketDeps({ database, egress, outbox, world }: SkillDeps<SkillsConfig>, host: SkillHost): MarketDeps {
  return { host, database, egress, outbox, world };
}

/** Of the environment only what the configuration names. */
function toolDeps(deps: SkillDeps<SkillsConfig>, own: Pick<ToolDeps, 'host' | 'views' | 'search'>): ToolDeps {
  const { expose, alone } = deps.config;
  const { env } = deps.world;
  const exposed = Object.fromEntries(
    expose.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])),
  );
  return {
    ...own,
    database: deps.database,
    reader: readerOf(deps.database),
    denied: deniedBy(deps.gate),
    exposed,
    alone: { timeoutMs: alone.timeout, budget: alone.budget },
    code: codeOf(deps, own.host),
  };
}

function codeOf(
  { sandbox: { workspaces, settings, hasImage }, artifacts }: SkillDeps<SkillsConfig>,
  { images }: SkillHost,
): SkillCode {
  return {
    isOn: settings.enabled,
    workspaceOf: ({ turnKey: turn = {}, conversationId, place, files, tainted, sandboxTimeoutMs }, skill) => {
      const channel = `${place.adapter}:${place.channel}`;
      const lasts = [skill, channel].some((each) => settings.lasting.includes(each));
      const workspace = workspaces.of({ turn, conversationId, lasts, channel, timeoutMs: sandboxTimeoutMs });
      // It may outlast a turn that is tainted, and is read by the next one.
      workspace.tainted ||= tainted || files.length > 0;
      return workspace;
    },
    alone: () => workspaces.alone(),
    // With code off nobody can ask for an image.
    imageOf: (skill) => images.imageOf(skill, settings.enabled ? hasImage : async () => undefined),
    attached: ({ files }) => contentsOf(artifacts, files),
  };
}

/** The list of skills for the specialist `agent`; undefined: it has none. */
export type SkillListFor = (
  agent: string,
  asker: { person: Who; turnKey?: object | undefined },
  gate: SkillDeps['gate'],
) => string | undefined;

/** Lists skills for specialists. */
export function skillListFor(host: SkillHost, { prompt_budget: budget }: SkillsConfig): SkillListFor {
  const views = new Views(host);
  return (agent, { person, turnKey }, gate) => {
    const view = views.of(turnKey);
    return listFor(view, deniedBy(gate)(view, person), agent, budget);
  };
}
