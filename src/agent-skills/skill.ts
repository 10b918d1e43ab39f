/** An agent skill as a value. It never changes: a rescan makes new values for what changed. */

import type { Json } from '../base/json.ts';
import { didYouMean } from '../base/text.ts';

/** Sources of skills, in rising priority: of two with one name the later one wins. */
export const SOURCE_KINDS = [
  'shipped',
  'claude-personal',
  'claude-project',
  'personal',
  'configured',
  'inline',
  'installed',
] as const;

export type SourceKind = (typeof SOURCE_KINDS)[number];

/** A place that skills come from. Skills of one place share the value. */
export interface SkillSource {
  readonly kind: SourceKind;
  /** The folder that was read, absolute; undefined for `inline`. */
  readonly directory: string | undefined;
  /** A person or the configuration named it, so that it is missed where it is not there. */
  readonly isExpected?: boolean;
  /** Group of a skill that is the folder itself. */
  readonly group?: string | undefined;
}

/** True if skills of the source are trusted: shipped or inline ones need neither a pin nor an approval. */
export function isTrusted(source: SkillSource): boolean {
  return source.kind === 'shipped' || source.kind === 'inline';
}

export const DISPLAYS = ['hidden', 'name', 'description', 'stream'] as const;

export type Display = (typeof DISPLAYS)[number];

export type BodyPlace =
  /** In `AgentSkill.file`: bytes `offset` up to the end, `length` of them when it was scanned. */
  { readonly offset: number; readonly length: number } | { readonly text: string };

export interface SkillSecret {
  /** `^[A-Z_][A-Z0-9_]*$` */
  readonly name: string;
  readonly description: string | undefined;
  readonly required: boolean;
}

/** Dependencies of a skill. Names under `pip` that are skills are told apart only beside all others. */
export interface SkillDependencies {
  readonly pip: readonly string[];
  readonly system: readonly string[];
  readonly skills: readonly string[];
  /** All names under `pip` are packages, even where a skill has the name of one. */
  readonly isExact?: true;
}

/** Requirements in another assistant's block under `metadata`. Shown, and checked against the sandbox's image only. */
export interface AssistantBlock {
  readonly assistant: string;
  readonly bins: readonly string[];
  readonly anyBins: readonly string[];
  readonly env: readonly string[];
  readonly config: readonly string[];
  readonly primaryEnv: string | undefined;
  readonly os: readonly string[];
  readonly always: boolean;
  readonly install: Json | undefined;
}

export interface AgentSkill {
  /**
   * Name for calls: the frontmatter's where it can serve, else the folder's. Empty when neither can. With its group
   * before it where the skill says so, or where another group has the same name.
   */
  readonly name: string;
  /** The folder above its own where that lies directly below a source's: `travel` of `travel/search_flights`. */
  readonly group: string | undefined;
  /** The frontmatter's `name` as it was written, when that is not `name`. */
  readonly declaredName: string | undefined;
  readonly description: string;
  /** By language tag in lower case (`de`, `pt-br`). */
  readonly names: Readonly<Record<string, string>>;
  readonly descriptions: Readonly<Record<string, string>>;

  readonly source: SkillSource;
  /** The folder, absolute, with symbolic links resolved; undefined for an inline skill. */
  readonly directory: string | undefined;
  readonly file: string | undefined;
  readonly body: BodyPlace;

  /** False: listed with its reason (an `error` among `diagnostics`), never in the prompt, never called. */
  readonly usable: boolean;
  readonly diagnostics: readonly Diagnostic[];

  readonly license: string | undefined;
  readonly compatibility: string | undefined;
  readonly metadata: Readonly<Record<string, Json>>;
  /** A recommendation. Undefined: the skill says nothing; empty: it names none. */
  readonly allowedTools: readonly string[] | undefined;

  readonly version: string | undefined;
  readonly author: string | undefined;
  readonly homepage: string | undefined;
  readonly tags: readonly string[];
  readonly triggers: readonly string[];
  readonly dockerImage: string | undefined;
  readonly dependencies: SkillDependencies;
  readonly secrets: readonly SkillSecret[];
  readonly modelInvocable: boolean;
  readonly userInvocable: boolean;
  readonly argumentHint: string | undefined;
  readonly agents: 'all' | readonly string[];
  readonly context: string | undefined;
  readonly forkAgent: boolean;
  readonly model: string | undefined;
  /** A hard limit. */
  readonly forbiddenTools: readonly string[];
  /** There is a `forbidden_tools` that nobody can read: an owner must approve the skill before it is used. */
  readonly forbiddenToolsUnreadable: boolean;
  readonly autoSummarize: boolean;
  /** Shown, never run. */
  readonly hooks: Json | undefined;
  readonly display: Display;
  readonly assistants: readonly AssistantBlock[];
  readonly other: Readonly<Record<string, Json>>;
  /** Set on a variant: the hash of its files, and the source of the skill. */
  readonly variant?: { readonly hash: string; readonly of: SourceKind };
}

/** `error`: it cannot be used. `warning`: it is used, but not as it was written. `note`: worth knowing. */
export type Level = 'error' | 'warning' | 'note';

export interface Diagnostic {
  /** Stable, for programs: `name_mismatch`. `docs/skills.md` lists them. */
  readonly code: string;
  readonly level: Level;
  readonly message: string;
  /** Absolute; for an inline skill the configuration's path to it (`skills.inline[2]`). */
  readonly file: string;
  /** From 1; undefined where the whole file, or folder, is meant. */
  readonly line: number | undefined;
}

export class Diagnoses {
  readonly list: Diagnostic[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  error(code: string, message: string, line?: number): void {
    this.add('error', code, message, line);
  }

  warn(code: string, message: string, line?: number): void {
    this.add('warning', code, message, line);
  }

  note(code: string, message: string, line?: number): void {
    this.add('note', code, message, line);
  }

  add(level: Level, code: string, message: string, line: number | undefined): void {
    this.list.push({ code, level, message, file: this.file, line });
  }
}

export interface ShadowedSkill {
  readonly skill: AgentSkill;
  readonly by: AgentSkill;
}

export interface SkillSnapshot {
  /** Counts up in this process with every rescan that changed something. */
  readonly version: number;
  readonly skills: ReadonlyMap<string, AgentSkill>;
  readonly invalid: readonly AgentSkill[];
  readonly shadowed: readonly ShadowedSkill[];
  readonly disabled: readonly AgentSkill[];
  /**
   * The ones among `skills` whose name is a command of coda's own: typed after a slash, the name means the command, so that
   * they are reached by `/skill` and by the model only.
   */
  readonly commandNamed: readonly AgentSkill[];
  /** Names of coda's own commands: none of them means a skill of a group. */
  readonly commands?: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Result of a rescan, against the snapshot before it. All are names, in order; a changed skill is in one list only. */
export interface RescanReport {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** All that there are now; `by` is a folder, or `/help` where the name is a command of coda's own. */
  readonly shadowed: readonly { readonly name: string; readonly directory: string; readonly by: string }[];
  readonly invalid: readonly { readonly name: string; readonly directory: string; readonly reason: string }[];
  readonly warnings: readonly { readonly directory: string; readonly message: string }[];
  readonly beside?: readonly string[];
  readonly total: number;
  readonly took: number;
}

export interface SkillCatalog {
  /** Empty until the first rescan has ended. */
  current(): SkillSnapshot;
  /** Reads what changed. Rescans that overlap share one run, and a last one sees what came meanwhile. */
  rescan(): Promise<RescanReport>;
}

/**
 * The skills that `skill` depends on, by name: those it names as skills, and those in a plain list of packages that
 * are known skills. Names of skills that are not there are kept, for the caller to tell of.
 */
export function skillDependencies(snapshot: SkillSnapshot, skill: AgentSkill): string[] {
  const { pip, skills, isExact } = skill.dependencies;
  return [...new Set([...skills, ...(isExact ? [] : pip.filter((name) => snapshot.skills.has(name)))])];
}

/**
 * `skill` and all that it depends on, what is depended on first; with the names that are not there, and the names from one
 * skill back to it where some depend on each other.
 */
export function inOrder(
  snapshot: SkillSnapshot,
  skill: AgentSkill,
): { skills: AgentSkill[]; missing: string[]; cycle: string[] | undefined } {
  const skills = new Set<AgentSkill>();
  const missing = new Set<string>();
  const way: string[] = [];
  let cycle: string[] | undefined;
  const visit = (one: AgentSkill): void => {
    if (skills.has(one)) return;
    const at = way.indexOf(one.name);
    if (at >= 0) {
      cycle ??= [...way.slice(at), one.name];
      return;
    }
    way.push(one.name);
    for (const name of skillDependencies(snapshot, one)) {
      const other = skillMeant(snapshot, name);
      if (other) visit(other);
      else missing.add(name);
    }
    way.pop();
    skills.add(one);
  };
  visit(skill);
  return { skills: [...skills], missing: [...missing], cycle };
}

export function pipDependencies(snapshot: SkillSnapshot, skill: AgentSkill): string[] {
  const { pip, isExact } = skill.dependencies;
  return pip.filter((name) => isExact || !snapshot.skills.has(name));
}

export function nameOfFolder({ directory }: AgentSkill): string {
  return directory?.split(/[\\/]/).at(-1) ?? '';
}

export function reasonOf(skill: AgentSkill): string {
  return skill.diagnostics.find(({ level }) => level === 'error')?.message ?? '';
}

const GROUP_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export const isGroupName = (name: string): boolean => GROUP_NAME.test(name);

export function idOf({ name, group }: Pick<AgentSkill, 'name' | 'group'>): string {
  return group === undefined || name === '' || name.includes('/') ? name : `${group}/${name}`;
}

/** True if it says of itself that it is a draft (`metadata.state`): until an owner has activated it, nobody is offered it. */
export const isMarkedDraft = ({ metadata }: Pick<AgentSkill, 'metadata'>): boolean => metadata.state === 'draft';

export function hasTags({ tags }: Pick<AgentSkill, 'tags'>, wanted: readonly string[] = []): boolean {
  const own = new Set(tags.map((tag) => tag.toLowerCase()));
  return wanted.every((tag) => own.has(tag.toLowerCase()));
}

/** Group of an id such as `travel/hotels`. */
export const groupIn = (id: string): string | undefined =>
  id.includes('/') ? id.slice(0, id.indexOf('/')) : undefined;

export const plainName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** An id as other documents write it: `travel.hotels`. */
const DOTTED_ID = /^[a-z0-9_-]+\.[a-z0-9_-]+$/;

const byAnyName = new WeakMap<SkillSnapshot, ReadonlyMap<string, AgentSkill | undefined>>();

/**
 * The skill that a person or a program means by `typed`; undefined where none is meant, or more than one. Models and
 * decisions use `AgentSkill.name`, which is never ambiguous.
 */
export function skillMeant(snapshot: SkillSnapshot, typed: string): AgentSkill | undefined {
  const skillsByName = byAnyName.get(snapshot) ?? namesOf(snapshot);
  byAnyName.set(snapshot, skillsByName);
  const plain = typed.normalize('NFKC').toLowerCase();
  const skill = snapshot.skills.get(typed) ?? snapshot.skills.get(plain) ?? skillsByName.get(plain);
  if (skill || !DOTTED_ID.test(plain)) return skill;
  const id = plain.replace('.', '/');
  return snapshot.skills.get(id) ?? skillsByName.get(id);
}

/** Names that a name which means none may stand for: of several groups that have it, else the nearest one. */
export function nearSkills({ skills }: SkillSnapshot, typed: string): string[] {
  const plain = typed.normalize('NFKC').toLowerCase();
  const names = [...skills.keys()];
  const same = names.filter((name) => plainName(name).toLowerCase() === plain);
  return same.length > 0 ? same : [didYouMean(typed, names) ?? []].flat();
}

function namesOf({ skills, commands }: SkillSnapshot): Map<string, AgentSkill | undefined> {
  const names = new Map<string, AgentSkill | undefined>();
  const add = (name: string, skill: AgentSkill) => {
    const key = name.normalize('NFKC').toLowerCase();
    if (commands?.has(key)) return;
    const other = names.get(key);
    names.set(key, names.has(key) && other !== skill ? undefined : skill);
  };
  for (const skill of skills.values()) {
    for (const name of new Set([idOf(skill), plainName(skill.name)])) if (name !== skill.name) add(name, skill);
  }
  return names;
}
