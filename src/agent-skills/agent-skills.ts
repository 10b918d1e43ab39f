import { type AnyTool, contentsOf, forOwners } from '../agent/index.ts';
import {
  combineVerdicts,
  type Finder,
  type HealthCheck,
  routesOf,
  type Skill,
  type SkillDeps,
  type Verdict,
  verbsOf,
} from '../chat/index.ts';
import type { RoleHolder } from '../people/index.ts';
import { type Queryable, readerOf } from '../storage/index.ts';
import { listOperations } from './catalog/list.ts';
import { config, type SkillsConfig } from './config.ts';
import { routing } from './find/operations.ts';
import { embedSkillsJob } from './find/vectors.ts';
import { imageOperations } from './images/operations.ts';
import { isWithheld } from './live/decisions.ts';
import type { SkillHost } from './live/host.ts';
import type { LiveSkills } from './live/live.ts';
import { decisionOperations } from './live/operations.ts';
import { skillRoutes } from './routes.ts';
import type { AgentSkill } from './skill.ts';
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
import { decidedAbout } from './use/trusted.ts';
import { skillScripts } from './use/unasked.ts';
import { meantTool, wrongTool } from './use/wrong.ts';

const MOST_AT_HOME = 12;

export function agentSkills(host: LiveSkills, settings: SkillsConfig): Skill<SkillsConfig, 'countRuns'> {
  const { search, views } = host;
  let prompt: SkillPrompt | undefined;
  const promptOf = (deps: SkillDeps<SkillsConfig>) => {
    prompt ??= new SkillPrompt({
      views,
      search,
      budget: settings.prompt_budget,
      denied: deniedBy(deps.people.gate),
      learnedIn: (spaceId) => host.decisions.learnedIn(spaceId),
    });
    return prompt;
  };
  return {
    name: 'skills',
    ports: {
      needs: ['countRuns'],
      provides: ({ people: { gate }, database, sandbox: { settings: execution, hasImage, workspaces } }) => ({
        scripts: skillScripts({ host, gate, database, settings: execution, hasImage, workspaces }),
      }),
    },
    data: {
      changes: {
        calls: 'skills',
        commits: {
          'skills.deprecate': ['owners', 'skills'],
          'skills.undeprecate': ['owners', 'skills'],
          'skills.approve': ['owners', 'skills'],
          'skills.activate': ['owners', 'skills'],
          'skills.withdraw': ['owners', 'skills'],
        },
      },
      deletionRules,
      mergeRules,
    },
    config,
    commands: (deps) => commands(toolDeps(deps, host)),
    tools: (deps) => tools(toolDeps(deps, host)),
    prompt: {
      stable: async (deps, asked) => promptOf(deps).stableList(asked),
      message: (deps, asked) => promptOf(deps).messageSection(asked),
    },
    work: {
      jobs: (deps) => [
        embedSkillsJob({ world: deps.world, vectors: host.search.vectors, current: () => host.catalog.current() }),
      ],
    },
    views: {
      checks: (deps) => [healthCheck(host, deps)],
      routes: ({ people, world, ports }) => [
        ...routesOf(decisionOperations, host, { ...world, gate: people.gate }),
        ...skillRoutes({ host, people, world, ports }),
      ],
      finders: () => [finderOfSkills(host)],
      home: async ({ people: { gate } }, { person }) => {
        const view = views.viewOf(undefined);
        const off = deniedBy(gate)(view, person);
        const names = [...view.snapshot.skills.keys()].filter(
          (name) => !off.has(name) && !isWithheld(view.decisions, name),
        );
        const firstNames = names.slice(0, MOST_AT_HOME);
        const text = texts.atHome(firstNames, names.length - firstNames.length);
        return [{ title: texts.homeTitle(), items: names.length === 0 ? [] : [{ text }] }];
      },
    },
    acts: {
      verbs: (deps) => ({
        ...verbsOf(routing, { ...deps, host }, deps.world),
        ...verbsOf([...decisionOperations, ...listOperations(), ...imageOperations], host, deps.world),
      }),
      offerForFiles: (_, files, { person }) => receivedOffer(files, person.role),
      callNamed: (_, name, rest) => calledBy(views.viewOf(undefined), name, rest),
    },
  };
}

/** Agent skills by their names, for owners. */
function finderOfSkills({ catalog }: SkillHost): Finder {
  return {
    kind: 'skills',
    async find({ isOwner }, words, most) {
      const skills = isOwner ? [...catalog.current().skills.values()] : [];
      const matches = skills.filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()));
      return matches.slice(0, most).map(({ name, description }) => ({ id: name, title: name, where: description }));
    },
  };
}

function tools(deps: ToolDeps): AnyTool[] {
  return [
    activateTool(deps),
    delegateTool(deps),
    runTool(deps),
    searchTool(deps),
    listTool(deps),
    resourceTool(deps),
    rescanTool(deps),
    wrongTool(deps),
    meantTool(deps),
    ...forOwners(texts.ownersApprove, [approveTool(deps)]),
    ...forOwners(texts.ownersInstall, [installLookTool(deps), installTool(deps), undoInstallTool(deps)]),
  ];
}

/** Dependencies of the tools. Of the environment only variables that the configuration names are in it. */
export function toolDeps(deps: SkillDeps<SkillsConfig>, host: SkillHost): ToolDeps {
  const { expose, alone } = deps.config;
  const { env } = deps.world;
  const exposed = Object.fromEntries(
    expose.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])),
  );
  return {
    host,
    views: host.views,
    search: host.search,
    artifacts: deps.storage.artifacts,
    database: deps.database,
    reader: readerOf(deps.database),
    denied: deniedBy(deps.people.gate),
    gate: deps.people.gate,
    jobs: deps.work.jobs,
    exposed,
    alone: { timeoutMs: alone.timeout, budget: alone.budget },
    code: codeOf(deps, host),
  };
}

function codeOf(
  { sandbox: { workspaces, settings, hasImage }, storage: { artifacts } }: SkillDeps<SkillsConfig>,
  { images }: SkillHost,
): SkillCode {
  return {
    isOn: settings.enabled,
    workspaceOf: (
      { turn: { key: turn = {}, sandboxTimeoutMs }, conversationId, place, request: { files }, tainted },
      skill,
    ) => {
      const channel = `${place.adapter}:${place.channel}`;
      const lasts = [skill, channel].some((each) => settings.lasting.includes(each));
      const workspace = workspaces.of({ turn, conversationId, lasts, channel, timeoutMs: sandboxTimeoutMs });
      // The workspace may outlast a turn that is tainted, and is read by the next one.
      workspace.tainted ||= tainted || files.length > 0;
      return workspace;
    },
    alone: () => workspaces.alone(),
    // With code off nobody can ask for an image.
    imageOf: (skill) => images.imageOf(skill, settings.enabled ? hasImage : async () => undefined),
    attachedFiles: ({ request: { files } }) => contentsOf(artifacts, files),
  };
}

export type SkillListFor = (
  agent: string,
  asker: { person: RoleHolder; turnKey?: object | undefined },
  gate: Parameters<typeof deniedBy>[0],
) => string | undefined;

export function skillListFor(host: SkillHost, { prompt_budget: budget }: SkillsConfig): SkillListFor {
  const { views } = host;
  return (agent, { person, turnKey }, gate) => {
    const view = views.viewOf(turnKey);
    return listFor(view, deniedBy(gate)(view, person), agent, budget);
  };
}

const warning = { ok: false, severity: 'warning' } as const;

/** True if the folders that were named are there, and each skill in them can be used, by its own name and with what it needs. */
function healthCheck(host: SkillHost, deps: Pick<SkillDeps, 'sandbox' | 'database'>): HealthCheck {
  return {
    name: 'agent skills',
    async check() {
      const report = await host.rescan();
      const [brokenSkill] = report.invalid;
      const withoutImage = await host.images.namesWithoutImage(deps.sandbox.hasImage);
      const verdicts: Verdict[] = [
        ...(report.warnings.length > 0
          ? [{ ok: false, says: texts.folderTrouble(report.warnings), remedy: texts.healthRemedy() }]
          : []),
        ...(brokenSkill
          ? [
              {
                ...warning,
                code: 'SKILL_BROKEN',
                says: texts.health(report),
                remedy: texts.brokenRemedy(brokenSkill.directory),
              },
            ]
          : []),
        ...(withoutImage.length > 0
          ? [{ ...warning, says: texts.imagesGone(withoutImage), remedy: texts.imagesRemedy() }]
          : []),
        ...misread(host),
        ...(await awaitingApproval(host, readerOf(deps.database))),
        ...shadowedSkills(host),
        ...(await secretless(host)),
      ];
      return combineVerdicts(verdicts, texts.health(report));
    },
  };
}

/** Mistakes with which a skill is used and is not what its author wrote. Others, such as a name's form, change nothing. */
const MISREAD: readonly string[] = ['yaml_invalid', 'description_missing'];

function misread(host: SkillHost): Verdict[] {
  return [...host.catalog.current().skills.values()].flatMap(({ name, diagnostics }) => {
    const problem = diagnostics.find(({ code }) => MISREAD.includes(code));
    if (!problem) return [];
    const at = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
    return [
      {
        ...warning,
        code: 'SKILL_MISREAD',
        says: texts.misread(name, problem.message),
        remedy: texts.misreadRemedy(at),
      },
    ];
  });
}

async function awaitingApproval(host: SkillHost, db: Queryable): Promise<Verdict[]> {
  const blocked = host.decisions.current.blocked;
  const decided = await decidedAbout(db, [...host.catalog.current().skills.values()]);
  const names = [...decided].flatMap(([name, decision]) => (decision === 'waits' ? [name] : []));
  const changed = names.filter((name) => !blocked.has(name));
  const blockedNames = names.filter((name) => blocked.has(name));
  return [
    ...(changed.length > 0
      ? [{ ...warning, code: 'SKILL_CHANGED', says: texts.changedSince(changed), remedy: texts.approveRemedy(changed) }]
      : []),
    ...(blockedNames.length > 0
      ? [
          {
            ok: true,
            code: 'SKILL_WAITS',
            severity: 'notice' as const,
            says: texts.heldForOwner(blockedNames),
            remedy: texts.approveRemedy(blockedNames),
          },
        ]
      : []),
  ];
}

/** Skills that one of the same name hides. That one takes the place of a shipped one is how these are changed. */
function shadowedSkills(host: SkillHost): Verdict[] {
  const shadows = host.catalog.current().shadowed.filter(({ skill }) => skill.source.kind !== 'shipped');
  return shadows.map(({ skill, by }) => ({
    ...warning,
    code: 'SKILL_TWICE',
    says: texts.hiddenBy(skill.name, placeOf(skill), placeOf(by)),
    remedy: texts.hiddenRemedy(placeOf(skill)),
  }));
}

const placeOf = ({ directory }: AgentSkill) => directory ?? 'skills.inline';

async function secretless(host: SkillHost): Promise<Verdict[]> {
  const needing = [...host.catalog.current().skills.values()].filter(({ secrets }) =>
    secrets.some(({ required }) => required),
  );
  if (needing.length === 0) return [];
  const secretKeys = new Set((await host.secrets.list()).map(({ skill, name }) => `${skill} ${name}`));
  return needing.flatMap(({ name: skill, secrets }) => {
    const missing = secrets.filter(({ required, name }) => required && !secretKeys.has(`${skill} ${name}`));
    return missing.map(({ name }) => ({
      ...warning,
      code: 'SKILL_SECRET',
      says: texts.secretUnset(skill, name),
      remedy: texts.secretRemedy(skill, name),
    }));
  });
}
