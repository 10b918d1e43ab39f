/** What a careful person would want to know of a skill before using it. */

/** `block`: an owner decides first. `warn`: shown before it is used. `info`: listed. */
export type FindingLevel = 'info' | 'warn' | 'block';

export interface Finding {
  /** Stable: `pipe-to-shell`. */
  rule: string;
  level: FindingLevel;
  /** Path inside the skill. */
  file: string;
  /** From 1; 0 where the whole file is meant. */
  line: number;
  /** What was found, on one line, with secrets masked and unseen characters made visible. */
  excerpt: string;
  /** A sentence. */
  why: string;
}

/** How a passage is read: words to the model, code, a remark that a rendered page hides, or the frontmatter. */
export type PassageKind = 'prose' | 'code' | 'comment' | 'head';

/** A piece of a file that belongs together: a paragraph, a command with its continuation lines. */
export interface Passage {
  kind: PassageKind;
  /** Without unseen characters, look-alike letters as what they look like. */
  text: string;
  /** The first line, from 1. */
  line: number;
  /** The line on which the character at `index` of `text` stands. */
  lineAt(index: number): number;
  /** Spoken of as something bad, or as an example: what it shows is not asked for. */
  careful: boolean;
  /** What stands above it says so: its heading, or the paragraph that introduces it. */
  introduced: boolean;
  /** Some lines of code together, for what takes several steps. */
  block: boolean;
}

export interface Rule {
  id: string;
  level: FindingLevel;
  why: string;
  /** Linear: at most one repetition without a bound, or a short bounded one. */
  find: RegExp;
  /** Must be found in the passage too. */
  and?: readonly RegExp[];
  unless?: RegExp;
  /** Default: everywhere. */
  in?: readonly PassageKind[];
  /** Over some lines of code together. */
  block?: boolean;
  /** No innocent text has it, so that words of warning around it change nothing. */
  firm?: boolean;
}
