/** What is wrong, or odd, about a skill: bad content becomes a value with its place, never an exception. */

/** `error`: it cannot be used. `warning`: it is used, but not as it was written. `note`: worth knowing. */
export type Level = 'error' | 'warning' | 'note';

export interface Diagnostic {
  /** Stable, for programs: `name_mismatch`. `docs/skills.md` lists them. */
  readonly code: string;
  readonly level: Level;
  /** A sentence for a person. */
  readonly message: string;
  /** Absolute; for an inline skill the configuration's path to it (`skills.inline[2]`). */
  readonly file: string;
  /** From 1; undefined where the whole file, or folder, is meant. */
  readonly line: number | undefined;
}
