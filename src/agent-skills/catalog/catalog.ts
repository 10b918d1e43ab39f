import { type FSWatcher, watch } from 'node:fs';
import { Pace } from '../../base/async.ts';
import { type InlineSkill, readInline } from '../read/skill-file.ts';
import {
  type AgentSkill,
  type Diagnostic,
  type Display,
  idOf,
  nameOfFolder,
  plainName,
  type RescanReport,
  reasonOf,
  type ShadowedSkill,
  type SkillCatalog,
  type SkillSnapshot,
  type SkillSource,
} from '../skill.ts';
import type { FolderRecord } from './folder.ts';
import { walk } from './walk.ts';

// Resolves names: from the skills that were found to those that can be called.

interface SkillSetting {
  readonly enabled?: boolean | undefined;
  readonly display?: Display | undefined;
  readonly description?: string | undefined;
}

interface Ingredients {
  /** In rising priority. */
  readonly allSkills: readonly AgentSkill[];
  readonly diagnostics: readonly Diagnostic[];
  readonly settings: Readonly<Record<string, SkillSetting>>;
  readonly commands: ReadonlySet<string>;
}

/** The key under which names that differ only in case or Unicode form collide. */
const keyOf = (name: string): string => (PLAIN.test(name) ? name : name.normalize('NFKC').toLowerCase());

const PLAIN = /^[a-z0-9/-]*$/;

class AdaptedSkills {
  readonly bySetting = new WeakMap<AgentSkill, AgentSkill>();
  readonly byGroup = new WeakMap<AgentSkill, AgentSkill>();
}

async function buildSnapshot(
  { allSkills, diagnostics, settings, commands }: Ingredients,
  version: number,
  adapted: AdaptedSkills,
  pace: Pace,
): Promise<SkillSnapshot> {
  const { invalid, winners, losers } = await compete(tellApart(allSkills, adapted.byGroup), pace);
  const enabled: AgentSkill[] = [];
  const disabled: AgentSkill[] = [];
  for (const skill of winners.values()) {
    const named = [skill.name, idOf(skill), plainName(skill.name)].find((name) => Object.hasOwn(settings, name));
    const setting = named === undefined ? undefined : settings[named];
    (setting?.enabled === false ? disabled : enabled).push(setting ? adapt(skill, setting, adapted.bySetting) : skill);
  }
  if (pace.isUp) await pace.rest();
  enabled.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (pace.isUp) await pace.rest();
  return Object.freeze({
    version,
    skills: new Map(enabled.map((skill) => [skill.name, skill])),
    invalid,
    shadowed: losers.map((skill): ShadowedSkill => ({ skill, by: winners.get(keyOf(skill.name)) as AgentSkill })),
    disabled,
    commandNamed: enabled.filter(({ name }) => commands.has(keyOf(name))),
    commands,
    diagnostics,
  });
}

/** Skills of one source that have the same name in different groups are told apart by their groups. */
function tellApart(skills: readonly AgentSkill[], adapted: WeakMap<AgentSkill, AgentSkill>): readonly AgentSkill[] {
  const groups = new Map<string, Set<string>>();
  const keyIn = ({ source, name }: AgentSkill) => `${source.kind} ${source.directory} ${keyOf(name)}`;
  for (const skill of skills) {
    if (!skill.usable) continue;
    const key = keyIn(skill);
    groups.set(key, (groups.get(key) ?? new Set()).add(skill.group ?? ''));
  }
  return skills.map((skill) => {
    if (!skill.usable || idOf(skill) === skill.name || groups.get(keyIn(skill))?.size === 1) return skill;
    const groupedSkill = adapted.get(skill) ?? { ...skill, name: idOf(skill) };
    adapted.set(skill, groupedSkill);
    return groupedSkill;
  });
}

async function compete(skills: readonly AgentSkill[], pace: Pace) {
  const invalid: AgentSkill[] = [];
  const winners = new Map<string, AgentSkill>();
  const losers: AgentSkill[] = [];
  for (const skill of skills) {
    if (pace.isUp) await pace.rest();
    if (!skill.usable) {
      invalid.push(skill);
      continue;
    }
    const key = keyOf(skill.name);
    const before = winners.get(key);
    if (before) losers.push(before);
    winners.set(key, skill);
  }
  return { invalid, winners, losers };
}

function adapt(skill: AgentSkill, setting: SkillSetting, adapted: WeakMap<AgentSkill, AgentSkill>): AgentSkill {
  const cachedSkill = adapted.get(skill);
  if (cachedSkill) return cachedSkill;
  const { description = skill.description, display = skill.display } = setting;
  // A configured description replaces the localised ones too.
  const descriptions = setting.description === undefined ? skill.descriptions : {};
  const adaptedSkill = { ...skill, description, descriptions, display };
  adapted.set(skill, adaptedSkill);
  return adaptedSkill;
}

function compareSnapshots(before: SkillSnapshot, after: SkillSnapshot, tookMs: number): RescanReport {
  const names = (filter: (name: string) => boolean) => [...after.skills.keys()].filter(filter);
  return {
    added: names((name) => !before.skills.has(name)),
    changed: names((name) => before.skills.has(name) && before.skills.get(name) !== after.skills.get(name)),
    removed: [...before.skills.keys()].filter((name) => !after.skills.has(name)),
    shadowed: [
      ...after.shadowed.map(({ skill, by }) => ({ name: skill.name, directory: placeOf(skill), by: placeOf(by) })),
      ...after.commandNamed.map((skill) => ({
        name: skill.name,
        directory: placeOf(skill),
        by: `/${keyOf(skill.name)}`,
      })),
    ],
    invalid: after.invalid.map((skill) => ({
      name: skill.name || nameOfFolder(skill),
      directory: placeOf(skill),
      reason: reasonOf(skill),
    })),
    warnings: after.diagnostics.map(({ file, message }) => ({ directory: file, message })),
    total: after.skills.size,
    took: Math.round(tookMs),
  };
}

const placeOf = (skill: AgentSkill): string => skill.directory ?? 'skills.inline';

export interface CatalogOptions {
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
  private readonly adapted = new AdaptedSkills();
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
    const startedAt = performance.now();
    const { sources, settings = {}, commands } = this.options;
    const pace = new Pace();
    const { skills, records, diagnostics } = await walk(sources, this.records, pace);
    if (pace.isUp) await pace.rest();
    const allSkills = withInline(skills, this.inline);
    const before = this.snapshot;
    const ingredients = { allSkills, diagnostics, settings, commands: commands?.() ?? NO_COMMANDS };
    const isSame = this.ingredients !== undefined && isEqual(this.ingredients, ingredients);
    const after = isSame ? before : await buildSnapshot(ingredients, before.version + 1, this.adapted, pace);
    this.ingredients = ingredients;
    if (pace.isUp) await pace.rest();
    const report = compareSnapshots(before, after, performance.now() - startedAt);
    this.records = records;
    this.snapshot = after;
    return report;
  }
}

const NO_COMMANDS: ReadonlySet<string> = new Set();

function isEqual(a: Ingredients, b: Ingredients): boolean {
  return (
    a.allSkills.length === b.allSkills.length &&
    a.allSkills.every((skill, index) => skill === b.allSkills[index]) &&
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
  const onEvent = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
    timer.unref();
  };
  const watchers = sources.flatMap(({ directory }) =>
    directory === undefined ? [] : (open(directory, onEvent) ?? []),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function open(directory: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { recursive: true, persistent: false }, onEvent);
    // A folder that goes away takes its watcher with it; /rescan-skills still works.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
