/** Parts of skills that stand before these are connected, because others stand on them, too. */
import type { HttpServer } from '../adapters/http/index.ts';
import { LiveSkills } from '../agent-skills/index.ts';
import type { SkillDeps } from '../chat/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { McpServers, mcpConfig } from '../skills/mcp/index.ts';
import { planFilesRead } from '../skills/scheduler/index.ts';
import { restingIn } from '../skills/skill-market/index.ts';
import { variantReader } from '../skills/skill-trials/index.ts';
import { chosenIn, openSpecialists, type SpecialistCatalog, specialistTexts } from '../skills/specialists/index.ts';
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

export async function openSkillParts(core: CoreParts, { version, thinking, http }: Surroundings): Promise<SkillParts> {
  const { config, world, closer, database, artifacts, egress, delivery, gate, bus } = core;
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
    window: () => windowOf(thinking),
  });
  closer.onClose('mcp servers', () => servers.close());
  return { ...folders, sandbox, forSkills, servers };
}

/** Folders that are read: specialists, and agent skills with the files that they are run with. */
function openFolders({ config, world, bus, database, embedders, jobs }: CoreParts) {
  const { clock } = world;
  const specialists = openSpecialists({ config, env: world.env, database });
  const skillsByAgent = chosenIn(config);
  const agentSkills = new LiveSkills({
    config,
    world,
    bus,
    database,
    embedders,
    jobs,
    async beside() {
      const lines: string[] = [];
      lines.push(...specialistTexts.rescanReport(await specialists.rescan()));
      await database.tx('agents.files', (tx) => planFilesRead(jobs, tx, clock.now()));
      return lines;
    },
    readFiles: variantReader(database),
    resting: restingIn,
    chosen: skillsByAgent,
  });
  return { agentSkills, specialists };
}

function modelsRefusing({ models }: Thinking, tool: string): string[] {
  return models?.askedNames().filter((name) => models.learnt(name).tools.has(tool)) ?? [];
}

/** Tokens; without a model of the configuration, what is assumed of one. */
function windowOf({ models }: Thinking): number {
  return models?.limits(models.nameOf('default')).context ?? 64_000;
}
