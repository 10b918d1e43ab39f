/** `block`: an owner decides first. `warn`: shown before it is used. `info`: listed. */
export type FindingLevel = 'info' | 'warn' | 'block';

export interface Finding {
  rule: string;
  level: FindingLevel;
  file: string;
  /** From 1; 0 where the whole file is meant. */
  line: number;
  /** The finding, on one line, with secrets masked and unseen characters made visible. */
  excerpt: string;
  why: string;
}

/** Kind of a passage: words to the model, code, a remark that a rendered page hides, or the frontmatter. */
export type PassageKind = 'prose' | 'code' | 'comment' | 'head';

/** A piece of a file that belongs together: a paragraph, a command with its continuation lines. */
export interface Passage {
  kind: PassageKind;
  /** Without unseen characters, look-alike letters as what they look like. */
  text: string;
  /** The first line, from 1. */
  line: number;
  lineAt(index: number): number;
  /** Its direct introduction: the paragraph before a fence, a list or a table; empty where there is none. */
  intro: string;
  /** The line above a fenced block of code. */
  label: string;
  /** Belongs to a file that is run, where prohibitions in words do not count. */
  isScript: boolean;
  /** Some lines together, for what takes several steps. */
  block: boolean;
}
