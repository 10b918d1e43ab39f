import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { messageOf } from '../base/errors.ts';
import { packageRoot } from '../base/root.ts';
import type { World } from '../base/world.ts';
import type { Bus } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import {
  type Deprecation,
  deprecate,
  deprecations,
  openCatalog,
  type RescanReport,
  type SkillCatalog,
  type SkillSource,
  skillSources,
  undeprecate,
  watchSkills,
} from '../skills/agent-skills/index.ts';
import type { Database } from '../storage/index.ts';

/** Tells the other replicas to look at their folders. */
const CHANNEL = 'coda_skills';

/** The folders that agent skills are read from, in rising priority. */
export function agentSkillSources(config: Config, env: World['env']): SkillSource[] {
  return skillSources({
    packageRoot: packageRoot(),
    home: env.HOME || homedir(),
    cwd: process.cwd(),
    dataDir: config.dataDir,
    agentSkillDirs: config.skills.agent_skill_dirs,
    claudeSkills: config.skills.claude_skills,
  });
}

/** The agent skills that `config` names; nothing is read before the first rescan. */
export function openAgentSkills(
  config: Config,
  env: World['env'],
  commands: () => ReadonlySet<string> = () => new Set(),
): SkillCatalog {
  const { inline, settings } = config.skills;
  return openCatalog({ sources: agentSkillSources(config, env), inline, settings, commands });
}

interface LiveSkillsDeps {
  config: Config;
  world: World;
  bus: Bus;
  database: Database;
  /** Names of coda's own commands. */
  commands: () => ReadonlySet<string>;
}

/** The agent skills of a running coda: read at its start, and again whenever somebody, here or elsewhere, says so. */
export class LiveSkills {
  readonly catalog: SkillCatalog;
  private readonly config: Config;
  private readonly world: World;
  private readonly bus: Bus;
  private readonly database: Database;
  private readonly self = randomUUID();

  constructor(deps: LiveSkillsDeps) {
    this.config = deps.config;
    this.world = deps.world;
    this.bus = deps.bus;
    this.database = deps.database;
    this.catalog = openAgentSkills(deps.config, deps.world.env, deps.commands);
  }

  /** Reads what there is. The function returned stops following. */
  async start(): Promise<() => void> {
    await this.look();
    const stopListening = this.bus.subscribe(CHANNEL, (from) => {
      if (from !== this.self) void this.look();
    });
    if (!this.config.skills.watch) return stopListening;
    const stopWatching = watchSkills(agentSkillSources(this.config, this.world.env), () => void this.rescan());
    return () => {
      stopWatching();
      stopListening();
    };
  }

  /** Reads what changed, and has the other replicas do the same. */
  async rescan(): Promise<RescanReport> {
    const report = await this.catalog.rescan();
    this.bus.publish(CHANNEL, this.self);
    return report;
  }

  /** Skills that stay and are no longer offered to the model. */
  deprecations(): Promise<Deprecation[]> {
    return deprecations({ query: (sql, params) => this.database.read(sql, params) });
  }

  /** Deprecates a skill; `personId` is the owner who said so, undefined on the command line. */
  async deprecate(deprecation: Deprecation, personId?: string): Promise<void> {
    const now = this.world.clock.now();
    await this.database.tx('skills.deprecate', (tx) => deprecate(tx, deprecation, { personId, now }));
  }

  /** False when it was not deprecated. */
  undeprecate(name: string): Promise<boolean> {
    return this.database.tx('skills.undeprecate', (tx) => undeprecate(tx, name));
  }

  private async look(): Promise<void> {
    try {
      const { total, invalid, took } = await this.catalog.rescan();
      this.world.log.debug({ skills: total, invalid: invalid.length, ms: took }, 'agent skills read');
    } catch (error) {
      this.world.log.error({ error: messageOf(error) }, 'the agent skills could not be read');
    }
  }
}
