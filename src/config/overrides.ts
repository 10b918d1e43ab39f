/** The environment variables that override the file. Empty ones are taken as not set. */

import type { Path } from './schema.ts';
import type { Tree } from './tree.ts';

interface Override {
  env: string;
  path: Path;
  /** What the block needs beside it, where nothing else has said so. */
  also?: { path: Path; value: string };
}

export const ENV_OVERRIDES: readonly Override[] = [
  { env: 'DATABASE_URL', path: ['storage', 'url'] },
  { env: 'REDIS_URL', path: ['redis', 'url'] },
  { env: 'DISCORD_TOKEN', path: ['discord', 'token'] },
  { env: 'SLACK_BOT_TOKEN', path: ['slack', 'bot_token'] },
  { env: 'SLACK_APP_TOKEN', path: ['slack', 'app_token'] },
  {
    env: 'ANTHROPIC_API_KEY',
    path: ['models', 'providers', 'anthropic', 'api_key'],
    also: { path: ['models', 'providers', 'anthropic', 'kind'], value: 'anthropic' },
  },
  {
    env: 'OPENAI_API_KEY',
    path: ['models', 'providers', 'openai', 'api_key'],
    also: { path: ['models', 'providers', 'openai', 'kind'], value: 'openai-compatible' },
  },
  { env: 'EXECUTION_ENABLED', path: ['execution', 'enabled'] },
  { env: 'EXECUTION_DEFAULT_IMAGE', path: ['execution', 'default_image'] },
  { env: 'BROWSER_ENABLED', path: ['browser', 'enabled'] },
  { env: 'CODA_LOG_LEVEL', path: ['log', 'level'] },
];

export function overrideByEnv(tree: Tree, env: Readonly<Record<string, string | undefined>>): void {
  for (const { env: name, path, also } of ENV_OVERRIDES) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    tree.set(path, value, { kind: 'env', name });
    tree.textAt(path, value);
    if (also && tree.get(also.path) === undefined) tree.set(also.path, also.value, { kind: 'env', name });
  }
}

/** `flags` maps a key's path (`log.level`) to the flag that was given (`--log-level`) and its value. */
export function overrideByFlags(tree: Tree, flags: Flags): void {
  for (const [path, { name, value }] of Object.entries(flags)) {
    const at = path.split('.');
    tree.set(at, value, { kind: 'flag', name });
    if (typeof value === 'string') tree.textAt(at, value);
  }
}

/** What the command line sets, by path. */
export type Flags = Readonly<Record<string, { name: string; value: unknown }>>;
