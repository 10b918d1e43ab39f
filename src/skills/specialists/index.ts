/** Specialists: folders with a soul, tools and a budget that work on parts of a request by themselves. */
import { forOwners, type Toolbox } from '../../agent/index.ts';
import { skillTools } from '../../agent-skills/index.ts';
import { type HealthCheck, routesOf, type Skill, type SkillDeps, verbsOf } from '../../chat/index.ts';
import { calledBy, commands } from './commands.ts';
import { config, type SpecialistsConfig } from './config.ts';
import { fits, HeldSnapshots, plannedLines, type SpecialistHost } from './host.ts';
import { specialistOperations } from './operations.ts';
import { type Diagnostic, type Snapshot, type Specialist, stateOf } from './specialist.ts';
import * as texts from './texts.ts';
import { approveTool, listTool, spawnTool, type ToolDeps } from './tools.ts';

export { openSpecialists, SpecialistCatalog, validateSpecialists } from './catalog.ts';
export { chosenIn, config as specialistsConfig } from './config.ts';
export { specialistOperations } from './operations.ts';
export type { SpecialistReport, SpecialistState } from './specialist.ts';
export * as specialistTexts from './texts.ts';

type Tools = Pick<Toolbox, 'names' | 'get'>;

export function specialists(host: SpecialistHost): Skill<SpecialistsConfig> {
  const snapshots = new HeldSnapshots(host.catalog);
  const depsOf = ({ database, people: { gate } }: SkillDeps<SpecialistsConfig>): ToolDeps => ({
    host,
    snapshots,
    database,
    gate,
  });
  return {
    name: 'specialists',
    ports: { provides: () => ({ plannedInFiles: () => plannedLines(host.catalog.current()) }) },
    data: { changes: { commits: { 'specialists.approve': ['owners', 'skills'] } } },
    config,
    tools: (deps) => [
      listTool(depsOf(deps)),
      spawnTool(depsOf(deps)),
      ...forOwners(texts.ownersApprove, [approveTool(depsOf(deps))]),
    ],
    commands: (deps) => commands(depsOf(deps)),
    acts: {
      callNamed: (_, name, rest) => calledBy(host.catalog.current(), name, rest),
      verbs: ({ database, world }) => verbsOf(specialistOperations, { host, database, world }, world),
    },
    prompt: {
      stable: async ({ people: { gate } }, { turnKey, window, person }) => {
        const spawning = { kind: 'tool', name: 'specialist_spawn', skill: 'specialists' } as const;
        const standing = gate.may(person, spawning) ? snapshots.standingFor(turnKey) : undefined;
        return standing && fits(standing, window) ? standing.text : undefined;
      },
    },
    views: {
      routes: ({ database, world, people: { gate } }) =>
        routesOf(specialistOperations, { host, database, world }, { ...world, gate }),
      checks: (_, toolbox) => [healthCheck(host, toolbox)],
    },
  };
}

function healthCheck(host: SpecialistHost, toolbox: Tools): HealthCheck {
  return {
    name: 'specialists',
    async check() {
      await host.skills.rescan();
      const snapshot = host.catalog.current();
      const { specialists: all, diagnostics } = snapshot;
      const problems = [
        ...diagnostics,
        ...[...all.values()].flatMap((each) => [...waitProblems(snapshot, each), ...toolProblems(each, host, toolbox)]),
      ];
      const says = texts.health(all.size, problems);
      return problems.length === 0
        ? { ok: true, says }
        : { ok: false, severity: 'warning', says, remedy: texts.healthRemedy() };
    },
  };
}

function waitProblems(snapshot: Snapshot, specialist: Specialist): Diagnostic[] {
  const { name, directory } = specialist;
  const message = texts.needsOwner(name);
  return stateOf(snapshot, specialist) === 'waits' ? [{ level: 'warning', where: directory, message }] : [];
}

/** Problems of its tools. Those that ship name also tools of parts that are switched off. */
function toolProblems(
  { name, directory, tools, ships }: Specialist,
  host: SpecialistHost,
  toolbox: Tools,
): Diagnostic[] {
  const all = new Set(toolbox.names());
  const problem = (where: string, message: string): Diagnostic => ({ level: 'warning', where, message });
  const names = host.skills.chosen.get(name);
  return [
    ...tools.filter((tool) => !ships && !all.has(tool)).map((tool) => problem(directory, texts.unknownTool(tool))),
    ...tools
      .filter((tool) => toolbox.get(tool)?.callers === 'main-agent')
      .map((tool) => problem(directory, texts.ownTool(tool))),
    ...(names?.size && !tools.includes(skillTools.activate)
      ? [problem(`specialists.${name}.skills`, texts.needsSkillTool())]
      : []),
  ];
}
