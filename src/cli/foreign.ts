/** Command lines as SkillOS' documents type them, which are read as coda's own (docs/skills-platform.md). Pure. */

/** A command there, and the same here. */
export const FOREIGN_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'add-skill': ['skills', 'add'],
  'add-connector': ['connectors', 'add'],
  'compose-skill': ['skills', 'compose'],
  'activate-skill': ['skills', 'activate'],
  'run-skill': ['skills', 'run'],
  'deprecate-skill': ['skills', 'deprecate'],
  'undeprecate-skill': ['skills', 'undeprecate'],
  feedback: ['skills', 'feedback'],
  metrics: ['skills', 'metrics'],
  optimize: ['skills', 'optimize'],
  test: ['skills', 'test'],
  validate: ['skills', 'validate'],
  marketplace: ['skills', 'market'],
  'pipeline run': ['skills', 'pipeline'],
  'job enqueue': ['jobs', 'enqueue', 'skill'],
  job: ['jobs'],
};

const FOREIGN_FLAGS: Readonly<Record<string, string>> = { '--expected-skill-id': '--expected' };

/** Options of the program itself that take a value, which may stand before the command. */
const WITH_VALUE = new Set(['--data', '--config', '--approval-token', '--approval', '--root']);

/** The words behind `coda`, with those of another program's command in coda's own words. */
export function inOwnWords(args: readonly string[]): string[] {
  const at = commandAt(args);
  const [first = '', second = ''] = args.slice(at);
  const ahead = args.slice(0, at);
  if (first === 'run' && isQuery(second, args)) return [...ahead, 'ask', ...args.slice(at + 1)];
  const both = `${first} ${second}`;
  const isTwo = Object.hasOwn(FOREIGN_COMMANDS, both);
  const name = isTwo ? both : first;
  const own = Object.hasOwn(FOREIGN_COMMANDS, name) ? FOREIGN_COMMANDS[name] : undefined;
  if (own === undefined) return [...args];
  const rest = args.slice(at + (isTwo ? 2 : 1));
  return [
    ...ahead,
    ...own,
    ...rest.map((arg) => (Object.hasOwn(FOREIGN_FLAGS, arg) ? (FOREIGN_FLAGS[arg] ?? arg) : arg)),
  ];
}

function commandAt(args: readonly string[]): number {
  let at = 0;
  while (at < args.length && args[at]?.startsWith('-')) at += WITH_VALUE.has(args[at] ?? '') ? 2 : 1;
  return at;
}

/** True for a request: several words, or one with the folder of its skills. A single word may be a command that was misspelt. */
const isQuery = (word: string, args: readonly string[]): boolean =>
  word !== '' && !word.startsWith('-') && (/\s/.test(word) || args.some((arg) => /^--root(?:=|$)/.test(arg)));
