/** An agent skill as a value. It never changes: a rescan makes new values for what changed. */

import type { Json } from '../../base/json.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Where skills come from, in rising priority: of two with one name the later one wins. */
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

/** One place that skills come from. Skills of one place share the value. */
export interface SkillSource {
  readonly kind: SourceKind;
  /** The folder that was read, absolute; undefined for `inline`. */
  readonly directory: string | undefined;
  /** Somebody named it, so that it is missed where it is not there. */
  readonly isExpected?: boolean;
}

/** Whether skills from there are the household's own words: they need neither a pin nor an approval. */
export function isTrusted(source: SkillSource): boolean {
  return source.kind === 'shipped' || source.kind === 'inline';
}

/** How a call of the skill is shown in the conversation. */
export const DISPLAYS = ['hidden', 'name', 'description', 'stream'] as const;

export type Display = (typeof DISPLAYS)[number];

/** Where the instructions stand. They are read when the skill is activated, not before. */
export type BodyPlace =
  /** In `AgentSkill.file`: bytes `offset` up to the end, `length` of them when it was scanned. */
  { readonly offset: number; readonly length: number } | { readonly text: string };

export interface SkillSecret {
  /** `^[A-Z_][A-Z0-9_]*$` */
  readonly name: string;
  readonly description: string | undefined;
  readonly required: boolean;
}

/** What a skill wants to be there. Whether a name under `pip` is a skill is known only beside all others. */
export interface SkillDependencies {
  readonly pip: readonly string[];
  readonly system: readonly string[];
  readonly skills: readonly string[];
}

/** What another assistant's block under `metadata` asks for. Shown, and checked against the sandbox's image only. */
export interface AssistantBlock {
  /** `openclaw`, `clawdbot`, `moltbot`, `clawdis`, `hermes` */
  readonly assistant: string;
  readonly bins: readonly string[];
  readonly anyBins: readonly string[];
  readonly env: readonly string[];
  readonly config: readonly string[];
  readonly primaryEnv: string | undefined;
  readonly os: readonly string[];
  readonly always: boolean;
  /** As it was written. */
  readonly install: Json | undefined;
}

export interface AgentSkill {
  /** What it is called by: the frontmatter's name where it can serve, else the folder's. Empty when neither can. */
  readonly name: string;
  /** The frontmatter's `name` as it was written, when that is not `name`. */
  readonly declaredName: string | undefined;
  /** Unshortened. */
  readonly description: string;
  /** By language tag in lower case (`de`, `pt-br`). */
  readonly names: Readonly<Record<string, string>>;
  readonly descriptions: Readonly<Record<string, string>>;

  readonly source: SkillSource;
  /** The folder, absolute, with symbolic links resolved; undefined for an inline skill. */
  readonly directory: string | undefined;
  /** `SKILL.md` as it is spelt there, absolute; undefined for an inline skill. */
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
  /** False with `disable-model-invocation: true`. */
  readonly modelInvocable: boolean;
  readonly userInvocable: boolean;
  readonly argumentHint: string | undefined;
  /** Which specialists may use it. */
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
  /** Keys of the frontmatter that nobody knows. */
  readonly other: Readonly<Record<string, Json>>;
}
