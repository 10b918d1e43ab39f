/** A script as public skills bring them, and what comes of it. */
export interface PublicScript {
  skill: string;
  /** Below `scripts/`. */
  path: string;
  code: string;
  /** What lies beside it in the skill, by path. */
  files?: Readonly<Record<string, string>>;
  args?: readonly string[];
  input?: Record<string, unknown>;
  /** A part of stdout, or of stderr where it fails. */
  says: string;
  /** 0 when left out. */
  exit?: number;
  /** Names of files that it hands over. */
  makes?: readonly string[];
}

/** Code as it stands in a file, backslashes included, without the line break before it. */
export const code = (text: TemplateStringsArray, ...values: string[]): string =>
  String.raw(text, ...values).replace(/^\n/, '');

export const py = (skill: string, name: string, text: string, rest: Omit<PublicScript, 'skill' | 'path' | 'code'>) => ({
  ...{ skill, path: `${name}.py`, code: text },
  ...rest,
});
