/** Overrides of the file: environment variables (an empty one counts as not set) and flags. */

import type { ConfigBlock, EnvOverride } from './block.ts';
import { pathText } from './schema.ts';
import type { Origin, Tree } from './tree.ts';

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

/** A value of the file that an environment variable takes the place of. */
export interface Overridden {
  /** `discord.token` */
  path: string;
  env: string;
  /** Its place in the file. */
  at: Origin;
}

/** Returns the values of the file that are others than the environment says. */
export function overrideByEnv(
  tree: Tree,
  env: Readonly<Record<string, string | undefined>>,
  overrides: readonly EnvOverride[],
): Overridden[] {
  const overridden: Overridden[] = [];
  for (const { env: name, path, also } of overrides) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    const fileKey = [...path.slice(0, -1), `${path.at(-1)}_file`];
    const written = [path, fileKey].find((key) => tree.origin(key)?.kind === 'file');
    const at = written && tree.origin(written);
    const isOther = written === fileKey || String(tree.get(path)) !== value;
    if (written && at && isOther) overridden.push({ path: pathText(written), env: name, at });
    tree.set(path, value, { kind: 'env', name });
    tree.textAt(path, value);
    if (also && tree.get(also.path) === undefined) tree.set(also.path, also.value, { kind: 'env', name });
  }
  return overridden;
}

/** `flags` maps a key's path (`log.level`) to the flag that was given (`--log-level`) and its value. */
export function overrideByFlags(tree: Tree, flags: Flags): void {
  for (const [path, { name, value }] of Object.entries(flags)) {
    const at = path.split('.');
    tree.set(at, value, { kind: 'flag', name });
    if (typeof value === 'string') tree.textAt(at, value);
  }
}

/** Values from the command line, by path. */
export type Flags = Readonly<Record<string, { name: string; value: unknown }>>;
