/** All skills at one moment. A running turn keeps the snapshot that it began with. */

import type { Diagnostic } from './diagnostic.ts';
import type { AgentSkill } from './skill.ts';

/** A skill that lost its name to another one. */
export interface Shadowed {
  readonly skill: AgentSkill;
  /** The skill that is called by the name instead. */
  readonly by: AgentSkill;
}

export interface SkillSnapshot {
  /** Counts up in this process with every rescan that changed something. */
  readonly version: number;
  /** What can be called, by name: usable, not disabled, not shadowed. In order of name. */
  readonly skills: ReadonlyMap<string, AgentSkill>;
  /** Listed with their reasons, never offered. */
  readonly invalid: readonly AgentSkill[];
  readonly shadowed: readonly Shadowed[];
  /** Switched off by `skills.settings`. */
  readonly disabled: readonly AgentSkill[];
  /**
   * Those among `skills` whose name is a command of coda's own: typed after a slash, the name means the command, so that
   * they are reached by `/skill` and by the model only.
   */
  readonly commandNamed: readonly AgentSkill[];
  /** What is wrong with a source or a folder as a whole, and not with one skill. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What a rescan found, against the snapshot before it. All are names, in order; a changed skill is in one list only. */
export interface RescanReport {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** All that there are now; `by` is a folder, or `/help` where the name is a command of coda's own. */
  readonly shadowed: readonly { readonly name: string; readonly directory: string; readonly by: string }[];
  /** All that there are now. `directory` is where an inline skill stands in the configuration, too. */
  readonly invalid: readonly { readonly name: string; readonly directory: string; readonly reason: string }[];
  /** All that is wrong now with a folder as a whole. */
  readonly warnings: readonly { readonly directory: string; readonly message: string }[];
  /** How many skills can be called now. */
  readonly total: number;
  /** Milliseconds that it took. */
  readonly took: number;
}

/** The skills of this process: one current snapshot, which a rescan replaces. */
export interface SkillCatalog {
  /** Empty until the first rescan has ended. */
  current(): SkillSnapshot;
  /** Reads what changed. Rescans that overlap share one run, and a last one sees what came meanwhile. */
  rescan(): Promise<RescanReport>;
}

/**
 * The skills that `skill` depends on, by name: those it names as skills, and those among its packages that are known
 * skills. Names of skills that are not there are kept, for the caller to tell of.
 */
export function skillDependencies(snapshot: SkillSnapshot, skill: AgentSkill): string[] {
  const { pip, skills } = skill.dependencies;
  return [...new Set([...skills, ...pip.filter((name) => snapshot.skills.has(name))])];
}

/** The packages that are none of the known skills. */
export function pipDependencies(snapshot: SkillSnapshot, skill: AgentSkill): string[] {
  return skill.dependencies.pip.filter((name) => !snapshot.skills.has(name));
}
