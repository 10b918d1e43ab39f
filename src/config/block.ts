import type { z } from 'zod';

export interface EnvOverride {
  env: string;
  /** Below the block's key: `['token']`. */
  path: readonly string[];
  /** A key that the block needs beside it, with a value for it where nothing else has one. */
  also?: { path: readonly string[]; value: string };
}

/**
 * One part's own block of the configuration. Its schema is a `z.strictObject` whose every field has a description;
 * `.prefault({})` gives a block that is always there, `.optional()` one that switches its part on.
 */
export interface ConfigBlock<S extends z.ZodType = z.ZodType> {
  key: string;
  /** Purpose of the part, in a line or two: it heads the block in the example file. */
  describe: string;
  schema: S;
  env?: readonly EnvOverride[];
}

export function block<const K extends string, S extends z.ZodType>(
  key: K,
  describe: string,
  schema: S,
  env: readonly EnvOverride[] = [],
) {
  return { key, describe, schema, env };
}
