/** The skills of this process: a snapshot that every rescan replaces, as a whole. */

import { type FSWatcher, watch } from 'node:fs';
import { Pace } from '../../../base/pace.ts';
import { type InlineSkill, readInline } from '../read/skill-file.ts';
import type { AgentSkill, RescanReport, SkillCatalog, SkillSnapshot, SkillSource } from '../skill.ts';
import type { FolderRecord } from './folder.ts';
import { Adapted, compareSnapshots, type Ingredients, resolve, type SkillSetting } from './resolve.ts';
import { walk } from './walk.ts';

export interface CatalogOptions {
  /** In rising priority. */
  sources: readonly SkillSource[];
  inline?: readonly InlineSkill[] | undefined;
  settings?: Readonly<Record<string, SkillSetting>> | undefined;
  /** Names of coda's own commands, without the slash, asked for at every rescan. */
  commands?: (() => ReadonlySet<string>) | undefined;
}

const EMPTY: SkillSnapshot = Object.freeze({
  version: 0,
  skills: new Map(),
  invalid: [],
  shadowed: [],
  disabled: [],
  commandNamed: [],
  diagnostics: [],
});

export function openCatalog(options: CatalogOptions): SkillCatalog {
  return new Catalog(options);
}

class Catalog implements SkillCatalog {
  private readonly options: CatalogOptions;
  private readonly inline: readonly AgentSkill[];
  private readonly adapted = new Adapted();
  private records: ReadonlyMap<string, FolderRecord> = new Map();
  private snapshot = EMPTY;
  private ingredients: Ingredients | undefined;
  private running: Promise<RescanReport> | undefined;
  private next: Promise<RescanReport> | undefined;

  constructor(options: CatalogOptions) {
    this.options = options;
    const source = options.sources.find(({ kind }) => kind === 'inline') ?? INLINE;
    this.inline = (options.inline ?? []).map((skill, index) => readInline(skill, source, `skills.inline[${index}]`));
  }

  current(): SkillSnapshot {
    return this.snapshot;
  }

  rescan(): Promise<RescanReport> {
    const { running } = this;
    if (!running) return this.start();
    // One more run sees what changed behind the running one; all callers share it.
    this.next ??= running.then(
      () => this.start(),
      () => this.start(),
    );
    return this.next;
  }

  private start(): Promise<RescanReport> {
    this.next = undefined;
    this.running = this.scan().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async scan(): Promise<RescanReport> {
    const began = performance.now();
    const { sources, settings = {}, commands } = this.options;
    const pace = new Pace();
    const { skills, records, diagnostics } = await walk(sources, this.records, pace);
    if (pace.isUp) await pace.rest();
    const found = withInline(skills, this.inline);
    const before = this.snapshot;
    const ingredients = { found, diagnostics, settings, commands: commands?.() ?? NO_COMMANDS };
    const isSame = this.ingredients !== undefined && isEqual(this.ingredients, ingredients);
    const after = isSame ? before : await resolve(ingredients, before.version + 1, this.adapted, pace);
    this.ingredients = ingredients;
    if (pace.isUp) await pace.rest();
    const report = compareSnapshots(before, after, performance.now() - began);
    this.records = records;
    this.snapshot = after;
    return report;
  }
}

const NO_COMMANDS: ReadonlySet<string> = new Set();

function isEqual(a: Ingredients, b: Ingredients): boolean {
  return (
    a.found.length === b.found.length &&
    a.found.every((skill, index) => skill === b.found[index]) &&
    JSON.stringify(a.diagnostics) === JSON.stringify(b.diagnostics) &&
    a.commands.size === b.commands.size &&
    [...a.commands].every((name) => b.commands.has(name))
  );
}

const INLINE: SkillSource = Object.freeze({ kind: 'inline', directory: undefined });

/** Inline skills take precedence over every source but installed bundles. */
function withInline(skills: readonly AgentSkill[], inline: readonly AgentSkill[]): AgentSkill[] {
  const isInstalled = ({ source }: AgentSkill) => source.kind === 'installed';
  return [...skills.filter((skill) => !isInstalled(skill)), ...inline, ...skills.filter(isInstalled)];
}

/** Changes come in bunches: an editor writes, renames and removes for one save. */
const QUIET_MS = 300;

/**
 * Calls `changed` a moment after something below the sources' folders changed. A hint only: a system may not tell, and a
 * folder that is not there is not watched. The function returned stops it.
 */
export function watchSkills(sources: readonly SkillSource[], changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
    timer.unref();
  };
  const watchers = sources.flatMap(({ directory }) => (directory === undefined ? [] : (open(directory, heard) ?? [])));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function open(directory: string, heard: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { recursive: true, persistent: false }, heard);
    // A folder that goes away takes its watcher with it; /rescan-skills still works.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
