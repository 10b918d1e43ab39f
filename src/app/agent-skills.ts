import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { messageOf } from '../base/errors.ts';
import { packageRoot } from '../base/root.ts';
import type { World } from '../base/world.ts';
import type { Bus } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import {
  approveSkill,
  type Decisions,
  type Deprecation,
  deprecate,
  deprecations,
  type Inquest,
  inquire,
  openCatalog,
  type RescanReport,
  readDecisions,
  type SkillCatalog,
  type SkillHost,
  type SkillSource,
  skillSources,
  UNDECIDED,
  undeprecate,
  watchSkills,
} from '../skills/agent-skills/index.ts';
import type { Artifacts, Database, Queryable } from '../storage/index.ts';

/** Tells the other replicas to look at their folders. */
const CHANNEL = 'coda_skills';

/** The folders that agent skills are read from, in rising priority. */
function agentSkillSources(config: Config, env: World['env']): SkillSource[] {
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
  artifacts: Artifacts;
  /** Names of coda's own commands. */
  commands: () => ReadonlySet<string>;
}

/** The agent skills of a running coda: read at its start, and again whenever somebody, here or elsewhere, says so. */
export class LiveSkills implements SkillHost {
  readonly catalog: SkillCatalog;
  readonly artifacts: Artifacts;
  private readonly config: Config;
  private readonly world: World;
  private readonly bus: Bus;
  private readonly database: Database;
  private readonly self = randomUUID();
  private readonly warned = new Map<string, string>();
  private known = UNDECIDED;

  constructor(deps: LiveSkillsDeps) {
    this.config = deps.config;
    this.world = deps.world;
    this.bus = deps.bus;
    this.database = deps.database;
    this.artifacts = deps.artifacts;
    this.catalog = openAgentSkills(deps.config, deps.world.env, deps.commands);
  }

  /** Reads what there is. The function returned stops following. */
  async start(): Promise<() => void> {
    await this.look();
    const stopListening = this.bus.subscribe(CHANNEL, (from) => {
      if (from !== this.self) void this.look();
    });
    if (!this.config.skills.watch) return stopListening;
    const stopWatching = watchSkills(agentSkillSources(this.config, this.world.env), () => this.decided());
    return () => {
      stopWatching();
      stopListening();
    };
  }

  /** Reads what changed, and has the other replicas do the same. */
  async rescan(): Promise<RescanReport> {
    const report = await this.read();
    this.bus.publish(CHANNEL, this.self);
    return report;
  }

  decisions(): Decisions {
    return this.known;
  }

  decided(): void {
    void this.look().then(() => this.bus.publish(CHANNEL, this.self));
  }

  /** Skills that stay and are no longer offered to the model. */
  deprecations(): Promise<Deprecation[]> {
    return deprecations(this.reader());
  }

  /** Deprecates a skill; `personId` is the owner who said so, undefined on the command line. */
  async deprecate(deprecation: Deprecation, personId?: string): Promise<void> {
    const now = this.world.clock.now();
    await this.database.tx('skills.deprecate', (tx) => deprecate(tx, deprecation, { personId, now }));
    await this.rescan();
  }

  /** False when it was not deprecated. */
  async undeprecate(name: string): Promise<boolean> {
    const was = await this.database.tx('skills.undeprecate', (tx) => undeprecate(tx, name));
    await this.rescan();
    return was;
  }

  /** What an owner has to know before approving a skill; a string says why there is nothing to approve. */
  async inquire(name: string): Promise<Inquest | string> {
    await this.rescan();
    const skill = this.catalog.current().skills.get(name);
    return skill ? inquire(this.reader(), skill) : `There is no skill ${name}.`;
  }

  /** Approves a skill on the command line if its files are those with `hash`; false when they are not any more. */
  async approve(name: string, hash: string): Promise<boolean> {
    const skill = this.catalog.current().skills.get(name);
    if (!skill) return false;
    const by = { personId: undefined, now: this.world.clock.now() };
    const isDone = await this.database.tx('skills.approve', (tx) => approveSkill(tx, skill, hash, by));
    await this.rescan();
    return isDone;
  }

  /** What is in the folders, and what was decided about it. */
  private async read(): Promise<RescanReport> {
    const before = this.catalog.current();
    const report = await this.catalog.rescan();
    const isSame = this.catalog.current() === before;
    this.known = await readDecisions(this.reader(), this.known, isSame);
    return report;
  }

  /** A folder that is not there stays so for long, and is looked for again and again. */
  private warnOnce(directory: string, message: string): void {
    if (this.warned.get(directory) === message) return;
    this.warned.set(directory, message);
    this.world.log.warn({ directory }, message);
  }

  private reader(): Pick<Queryable, 'query'> {
    return { query: (sql, params) => this.database.read(sql, params) };
  }

  private async look(): Promise<void> {
    try {
      const { total, invalid, warnings, took } = await this.read();
      this.world.log.debug({ skills: total, invalid: invalid.length, ms: took }, 'agent skills read');
      for (const { directory, message } of warnings) this.warnOnce(directory, message);
    } catch (error) {
      this.world.log.error({ error: messageOf(error) }, 'the agent skills could not be read');
    }
  }
}
