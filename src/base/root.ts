import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds coda's `package.json`, `migrations/` and `config/`, from `src/` and from `dist/` alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

/** The user's home; the root folder for a user without an account, as a container may run one. */
export function homeFolder({ HOME: home }: Readonly<Record<string, string | undefined>> = {}): string {
  if (home) return home;
  try {
    return homedir();
  } catch {
    return '/';
  }
}

export function version(): string {
  return JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version;
}

/**
 * The words before a command of coda, as the person who started this one types them: in a clone, by npx, or as a container
 * says in `CODA_COMMAND`.
 */
export function ownCommand(env: Readonly<Record<string, string | undefined>>): string {
  if (env.CODA_COMMAND) return env.CODA_COMMAND;
  if (env.npm_lifecycle_event === 'start') return 'npm start --';
  return env.npm_command === 'exec' ? 'npx @coda-assistant/coda' : 'coda';
}

/** `text` with the commands of coda that it quotes as they are typed here. */
export const inOwnCommands = (text: string, command: string): string =>
  text.replace(/(["“])coda (?=[a-z])/g, (_, quote: string) => `${quote}${command} `);
