import type { z } from 'zod';

export interface EnvOverride {
  env: string;
  /** Below the block's key: `['token']`. */
  path: readonly string[];
  /** A key that the block needs beside it, with a value for it where nothing else has one. */
  also?: { path: readonly string[]; value: string };
  /** Only where the group that the key is in is written, and the key itself is not. */
  fills?: true;
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
  /** Sentences about what is switched on and cannot work as it is configured. */
  lacks?(values: z.output<S>): string[];
}

export function block<const K extends string, S extends z.ZodType>(
  key: K,
  describe: string,
  schema: S,
  env: readonly EnvOverride[] = [],
  lacks: (values: z.output<S>) => string[] = () => [],
) {
  return { key, describe, schema, env, lacks };
}
