/** Parts of skills that stand before these are connected, because others stand on them, too. */
import { join } from 'node:path';
import type { HttpServer } from '../adapters/http/index.ts';
import { LiveSkills, type SkillHost } from '../agent-skills/index.ts';
import { homeFolder, packageRoot } from '../base/root.ts';
import type { World } from '../base/world.ts';
import type { SkillDeps } from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { McpServers, mcpConfig } from '../skills/mcp/index.ts';
import { planFilesRead } from '../skills/scheduler/index.ts';
import { restingIn } from '../skills/skill-market/index.ts';
import { variantReader } from '../skills/skill-trials/index.ts';
import { overridesIn, SpecialistCatalog, specialistsConfig, specialistTexts } from '../skills/specialists/index.ts';
import { type Database, readerOf } from '../storage/index.ts';
import { decidedOf } from '../trust/index.ts';
import type { CoreParts } from './core.ts';
import type { Thinking } from './inference.ts';
import { openSkillSandbox } from './sandbox.ts';

export interface SkillParts {
  specialists: SpecialistCatalog;
  agentSkills: LiveSkills;
  sandbox: Sandbox;
  /** The sandbox as skills have it. */
  forSkills: SkillDeps['sandbox'];
  servers: McpServers;
}

interface Surroundings {
  version: string;
  thinking: Thinking;
  http: HttpServer | undefined;
}

export async function openSkillParts(core: CoreParts, surroundings: Surroundings): Promise<SkillParts> {
  const { config, world, closer, database, artifacts, egress, delivery, gate } = core;
  const folders = openFolders(core);
  const { agentSkills } = folders;
  const { sandbox, forSkills } = await openSkillSandbox({
    config,
    world,
    database,
    artifacts,
    egress,
    delivery,
    gate,
    skills: agentSkills,
  });
  await closer.add('sandbox', sandbox);
  const servers = openServers(core, { ...surroundings, sandbox, agentSkills });
  return { ...folders, sandbox, forSkills, servers };
}

/** Folders that are read: specialists, and agent skills with the files that they are run with. */
function openFolders({ config, world, bus, database, embedders, jobs }: CoreParts) {
  const { clock } = world;
  const specialists = openSpecialists(config, world.env, database);
  const agentSkills = new LiveSkills({
    config,
    world,
    bus,
    database,
    embedders,
    jobs,
    chosen: chosenSkills(config),
    beside: async () => {
      const report = await specialists.rescan();
      await database.tx('agents.files', (tx) => planFilesRead(jobs, tx, clock.now()));
      return specialistTexts.rescanReport(report);
    },
    readFiles: variantReader(database),
    resting: restingIn,
  });
  return { specialists, agentSkills };
}

function openServers(
  { config, world, closer, database, artifacts, egress, bus, delivery }: CoreParts,
  { version, thinking, http, sandbox, agentSkills }: Surroundings & Pick<SkillParts, 'sandbox' | 'agentSkills'>,
): McpServers {
  const servers = new McpServers({
    world,
    database,
    artifacts,
    egress,
    bus,
    settings: config.block(mcpConfig),
    execution: config.execution,
    outbox: delivery.outbox,
    sandbox,
    version,
    values: agentSkills.secrets,
    address: () => http?.url,
    refusedBy: (tool) => modelsRefusing(thinking, tool),
    longestCallMs: config.delivery.turn_timeout,
  });
  closer.onClose('mcp servers', () => servers.close());
  return servers;
}

function modelsRefusing({ models }: Thinking, tool: string): string[] {
  return models?.askedNames().filter((name) => models.learnt(name).tools.has(tool)) ?? [];
}

/** The specialists that `config` names; nothing is read before the first rescan. */
function openSpecialists(config: Config, env: World['env'], database: Pick<Database, 'read'>): SpecialistCatalog {
  const settings = config.block(specialistsConfig);
  return new SpecialistCatalog({
    shipped: join(packageRoot(), 'agents'),
    dirs: settings.dirs,
    home: homeFolder(env),
    cwd: process.cwd(),
    overrides: overridesIn(settings),
    decided: (folders) => decidedOf(readerOf(database), folders),
  });
}

function chosenSkills(config: Config): SkillHost['chosen'] {
  const named = Object.entries(overridesIn(config.block(specialistsConfig)));
  return new Map(named.flatMap(([name, { skills }]) => (skills ? [[name, new Set(skills)] as const] : [])));
}
