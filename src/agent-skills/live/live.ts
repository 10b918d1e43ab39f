import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Bus } from '../../bus/index.ts';
import type { Config } from '../../config/index.ts';
import { installationOf, type JobQueue } from '../../jobs/index.ts';
import { SkillSecrets } from '../../secrets/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Embedders } from '../../vectors/index.ts';
import { installedFolder } from '../bundle/install.ts';
import { watchSkills } from '../catalog/catalog.ts';
import { configuredSources, openAgentSkills, ownFolders } from '../catalog/sources.ts';
import { config as skillsConfig } from '../config.ts';
import { SkillSearch } from '../find/search.ts';
import { embedSkillsSoon, SkillVectors } from '../find/vectors.ts';
import { SkillImages } from '../images/images.ts';
import type { RescanReport, SkillCatalog } from '../skill.ts';
import { type RestingSkills, SkillDecisions } from './decisions.ts';
import { type ChosenSkills, OWN_FILES, type ReadSkillFiles, type SkillFiles, type SkillHost, Views } from './host.ts';

const CHANNEL = 'coda_skills';

interface LiveSkillsDeps {
  config: Config;
  world: World;
  bus: Bus;
  database: Database;
  embedders: Embedders;
  jobs: Pick<JobQueue, 'enqueue'>;
  /** Left out: none is chosen. */
  chosen?: ChosenSkills;
  /** Read again with the skills; lines of the report. */
  beside?: () => Promise<readonly string[]>;
  /** Left out: each skill is run with its own files. */
  readFiles?: ReadSkillFiles;
  resting?: RestingSkills;
}

function vectorsOf({ database, world, jobs, embedders: { embedder } }: LiveSkillsDeps): SkillVectors | undefined {
  if (!embedder) return undefined;
  const wanted = () =>
    void embedSkillsSoon({ database, world }, jobs).catch((error) =>
      world.log.warn({ error: messageOf(error) }, 'skills could not be embedded'),
    );
  return new SkillVectors({ database, world, embedder, wanted });
}

/** The agent skills of a running coda: read at its start, and again on a rescan here or in another process. */
export class LiveSkills implements SkillHost {
  readonly catalog: SkillCatalog;
  readonly secrets: SkillSecrets;
  readonly images: SkillImages;
  readonly installed: string;
  files: SkillFiles = OWN_FILES;
  readonly decisions: SkillDecisions;
  readonly views: Views;
  readonly search: SkillSearch;
  readonly chosen: ChosenSkills;
  private readonly beside: LiveSkillsDeps['beside'];
  private readonly readFiles: LiveSkillsDeps['readFiles'];
  private readonly config: Config;
  private readonly world: World;
  private readonly bus: Bus;
  private readonly self = randomUUID();
  private readonly warned = new Map<string, string>();
  private own: string[] | undefined;
  private commands: ReadonlySet<string> = new Set();
  private looking: Promise<unknown> = Promise.resolve();

  constructor(deps: LiveSkillsDeps) {
    this.config = deps.config;
    this.installed = installedFolder(deps.config.dataDir);
    this.world = deps.world;
    this.bus = deps.bus;
    this.chosen = deps.chosen ?? new Map();
    this.beside = deps.beside;
    this.readFiles = deps.readFiles;
    const { database, world } = deps;
    this.secrets = new SkillSecrets({ database, clock: world.clock, env: world.env, hidden: world.secrets });
    this.catalog = openAgentSkills(deps.config, deps.world.env, () => this.commands);
    this.search = new SkillSearch(vectorsOf(deps));
    const { default_image: defaultImage, build } = deps.config.execution;
    this.images = new SkillImages({
      catalog: this.catalog,
      database,
      clock: world.clock,
      defaultImage,
      allowUrls: build.allow_urls,
      installation: () => installationOf(database),
    });
    const { resting } = deps;
    this.decisions = new SkillDecisions({ catalog: this.catalog, database, clock: world.clock, resting });
    this.views = new Views(this);
  }

  /** Reads the folders. `commands` are the names of coda's own commands. The function returned stops following. */
  async start(commands: Iterable<string> = []): Promise<() => void> {
    this.commands = new Set(commands);
    await this.readAgain();
    const stopListening = this.bus.subscribe(CHANNEL, (from) => {
      if (from !== this.self) void this.readAgain();
    });
    if (!this.config.block(skillsConfig).watch) return stopListening;
    const stopWatching = watchSkills(configuredSources(this.config, this.world.env), () => this.onDecision());
    return () => {
      stopWatching();
      stopListening();
    };
  }

  async rescan(): Promise<RescanReport> {
    const report = await this.read();
    this.bus.publish(CHANNEL, this.self);
    return report;
  }

  /** The folders that are there, in rising priority. */
  folders(): string[] {
    const sources = configuredSources(this.config, this.world.env);
    return sources.flatMap(({ directory }) => (directory !== undefined && existsSync(directory) ? directory : []));
  }

  /** Folders that the owner keeps skills in, in rising priority; none of them has to be there. */
  ownFolders(): string[] {
    this.own ??= ownFolders(this.config, this.world.env);
    return this.own;
  }

  onDecision(): void {
    const looked = this.readAgain().then(() => this.bus.publish(CHANNEL, this.self));
    this.looking = Promise.all([this.looking, looked]);
  }

  async whenRead(): Promise<void> {
    await this.looking;
  }

  async deprecate(...asked: Parameters<SkillDecisions['deprecate']>): Promise<void> {
    await this.decisions.deprecate(...asked);
    await this.rescan();
  }

  async undeprecate(...asked: Parameters<SkillDecisions['undeprecate']>): Promise<boolean> {
    const was = await this.decisions.undeprecate(...asked);
    await this.rescan();
    return was;
  }

  async inquire(name: string) {
    await this.rescan();
    return this.decisions.inquire(name);
  }

  async approve(...asked: Parameters<SkillDecisions['approve']>): Promise<boolean> {
    const isDone = await this.decisions.approve(...asked);
    await this.rescan();
    return isDone;
  }

  async withdraw(...asked: Parameters<SkillDecisions['withdraw']>): Promise<boolean> {
    const isDone = await this.decisions.withdraw(...asked);
    await this.rescan();
    return isDone;
  }

  async feedback(...asked: Parameters<SkillDecisions['feedback']>): Promise<boolean> {
    const isLearned = await this.decisions.feedback(...asked);
    await this.rescan();
    return isLearned;
  }

  async resetFeedback(...asked: Parameters<SkillDecisions['resetFeedback']>): Promise<number> {
    const count = await this.decisions.resetFeedback(...asked);
    await this.rescan();
    return count;
  }

  async activate(...asked: Parameters<SkillDecisions['activate']>): Promise<boolean> {
    const isDone = await this.decisions.activate(...asked);
    await this.rescan();
    return isDone;
  }

  private async read(): Promise<RescanReport> {
    const before = this.catalog.current();
    const report = await this.catalog.rescan();
    // Decisions first: what was decided holds from the next message on.
    await this.decisions.read(this.catalog.current() === before);
    this.files = (await this.readFiles?.(this.catalog.current(), this.installed)) ?? OWN_FILES;
    return { ...report, beside: (await this.beside?.()) ?? [] };
  }

  private warnOnce(directory: string, message: string): void {
    if (this.warned.get(directory) === message) return;
    this.warned.set(directory, message);
    this.world.log.warn({ directory }, message);
  }

  private async readAgain(): Promise<void> {
    try {
      const { total, invalid, warnings, took } = await this.read();
      this.world.log.debug({ skills: total, invalid: invalid.length, ms: took }, 'agent skills read');
      for (const { directory, message } of warnings) this.warnOnce(directory, message);
    } catch (error) {
      this.world.log.error({ error: messageOf(error) }, 'the agent skills could not be read');
    }
  }
}
