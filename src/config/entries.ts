import type { z } from 'zod';
import { childOf, fieldOf, keysOf, othersOf, type Path, pathText } from './schema.ts';
import { hideSecret } from './secrets.ts';
import { isBranch, type Origin, type Tree } from './tree.ts';

/** One key with its value as one would write it in the file. */
export interface ConfigEntry {
  path: string;
  value: unknown;
  origin: Origin;
}

/** Every key of `schema` that was given or has a default, in the schema's order. */
export function entriesOf(schema: z.ZodType, tree: Tree): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  collect(schema, [], tree.root, tree, entries);
  return entries;
}

function collect(schema: z.ZodType, path: Path, given: unknown, tree: Tree, entries: ConfigEntry[]): void {
  const { standard, meta } = fieldOf(schema);
  const value = given ?? standard;
  if (value === undefined) return;
  const keys = keysIn(schema, given);
  if (keys === undefined || !isBranch(value)) {
    const origin = tree.origin(path) ?? { kind: 'default' };
    entries.push({ path: pathText(path), value: meta.secret ? hideSecret(meta.secret, value) : value, origin });
    return;
  }
  for (const key of keys) {
    const child = childOf(schema, key);
    if (child) collect(child, [...path, key], (value as Record<string, unknown>)[key], tree, entries);
  }
}

/** The schema's own keys, and where others may be named, those that are. */
function keysIn(schema: z.ZodType, given: unknown): string[] | undefined {
  const own = keysOf(schema);
  const named = isBranch(given) ? Object.keys(given) : undefined;
  if (!own) return named;
  const known = Object.keys(own);
  return othersOf(schema) ? [...known, ...(named ?? []).filter((key) => !known.includes(key))] : known;
}
