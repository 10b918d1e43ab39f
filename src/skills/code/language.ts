/** Commands that run code of a language. Pure. */

export const LANGUAGES = ['python', 'javascript', 'bash', 'sh'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Longer code does not fit into an argument of a program. */
const LONGEST_ARGUMENT = 100_000;

const PROGRAMS: Readonly<Record<Language, { name: string; inline: string; file: string }>> = {
  python: { name: 'python3', inline: '-c', file: '.code/main.py' },
  javascript: { name: 'node', inline: '-e', file: '.code/main.js' },
  bash: { name: 'bash', inline: '-c', file: '.code/main.sh' },
  sh: { name: 'sh', inline: '-c', file: '.code/main.sh' },
};

export interface Program {
  command: string[];
  /** Files to be written first. */
  files: { path: string; content: string }[];
}

export function programOf(language: Language, code: string): Program {
  const { name, inline, file } = PROGRAMS[language];
  const isShort = Buffer.byteLength(code) <= LONGEST_ARGUMENT && !code.includes('\0');
  if (isShort) return { command: [name, inline, code], files: [] };
  return { command: [name, file], files: [{ path: file, content: code }] };
}
