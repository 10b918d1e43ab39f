/** A specialist as a value. It never changes: a rescan makes new values for what changed. */
import type { decidedOf, Folder, Pin } from '../../trust/index.ts';

/** Bytes of single files, and how many there may be. */
export const LIMITS = {
  soul: 64 * 1024,
  toolsFile: 16 * 1024,
  tools: 200,
  config: 16 * 1024,
  references: 20,
  reference: 64 * 1024,
  allReferences: 256 * 1024,
  description: 500,
  schedules: 16 * 1024,
  scheduleLines: 20,
  folders: 200,
} as const;

export const NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** `main` is the one that talks to people, `dirs` a key of the configuration's own block. */
export const RESERVED: readonly string[] = ['main', 'dirs'];

export interface Reference {
  name: string;
  text: string;
}

/**
 * A specialist: its folder's fields, overridden by the configuration. All of it is in memory: its folder may vanish.
 */
export interface Specialist {
  readonly name: string;
  readonly directory: string;
  /** Came with coda: neither pinned nor approved, and its words are trusted. */
  readonly ships: boolean;
  readonly description: string;
  readonly soul: string;
  readonly references: readonly Reference[];
  readonly tools: readonly string[];
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly tokenBudget: number;
  readonly maxToolCalls: number;
  /** Milliseconds that a container lives which it opens; undefined: the usual time. */
  readonly sandboxTimeoutMs: number | undefined;
  /** Lines of `schedules.yaml` by their names, as they would stand behind `/schedule`. */
  readonly schedules: Readonly<Record<string, string>>;
  /** Pin of its files as they were read; undefined where it ships. */
  readonly pin: Pin | undefined;
  /** Tells two readings apart. */
  readonly digest: string;
}

/** Something that is wrong with a folder. An `error` keeps it from being used. */
export interface Diagnostic {
  level: 'error' | 'warning';
  where: string;
  message: string;
}

export interface Snapshot {
  readonly specialists: ReadonlyMap<string, Specialist>;
  readonly disabled: ReadonlyMap<string, Specialist>;
  /** Decisions on those that did not ship when this was read; none for one that was never used. */
  readonly decided: Awaited<ReturnType<typeof decidedOf>>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `known`: it ships, or is pinned or approved as its files are. `new`: it was never used. `waits`: for an owner's look.
 * `disabled`: it is switched off.
 */
export type SpecialistState = 'known' | 'new' | 'waits' | 'disabled';

export function stateOf({ disabled, decided }: Snapshot, { name, ships }: Specialist): SpecialistState {
  if (disabled.has(name)) return 'disabled';
  if (ships) return 'known';
  const decision = decided.get(name);
  if (decision === 'approved' || decision === 'pinned') return 'known';
  return decision ?? 'new';
}

export interface SpecialistReport {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly total: number;
  readonly diagnostics: readonly Diagnostic[];
}

export function folderToJudge({
  name,
  directory,
  tools,
  model,
}: Pick<Specialist, 'name' | 'directory' | 'tools' | 'model'>): Folder {
  return { name, source: 'specialist', directory, declared: { tools, agent: model ?? 'default' } };
}
