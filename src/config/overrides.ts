/** What overrides the file: environment variables (an empty one counts as not set) and flags. */

import type { ConfigBlock, EnvOverride } from './block.ts';
import type { Tree } from './tree.ts';

/** The environment variables of all blocks, their paths from the root. */
export function envOverrides(blocks: readonly ConfigBlock[]): EnvOverride[] {
  return blocks.flatMap(({ key, env = [] }) =>
    env.map(({ also, ...override }) => ({
      ...override,
      path: [key, ...override.path],
      ...(also && { also: { ...also, path: [key, ...also.path] } }),
    })),
  );
}

export function overrideByEnv(
  tree: Tree,
  env: Readonly<Record<string, string | undefined>>,
  overrides: readonly EnvOverride[],
): void {
  for (const { env: name, path, also } of overrides) {
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
