import { z } from 'zod';
import { groupBy } from '../base/async.ts';

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
 * A part's own block of the configuration. Its schema is a `z.strictObject` whose every field has a description;
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

/**
 * Blocks of one key become one with the fields of each, so that a part takes its fields along when it is deleted. Such
 * blocks are objects, all optional or all there by themselves; a field that several of them bring is the same value in each.
 */
export function joinBlocks(blocks: readonly ConfigBlock[]): ConfigBlock[] {
  return [...groupBy(blocks, ({ key }) => key).values()].map((same) => same.reduce(joinPair));
}

function joinPair(one: ConfigBlock, other: ConfigBlock): ConfigBlock {
  const [mine, theirs] = [joinable(one), joinable(other)];
  const clash = Object.entries(theirs?.shape ?? {}).some(([key, field]) => (mine?.shape[key] ?? field) !== field);
  if (!mine || !theirs || clash || mine.isOptional !== theirs.isOptional)
    throw new Error(`two parts bring a config block named ${one.key}`);
  const fields = z.strictObject({ ...mine.shape, ...theirs.shape });
  return {
    key: one.key,
    describe: one.describe,
    schema: mine.isOptional ? fields.optional() : fields.prefault({}),
    env: [...(one.env ?? []), ...(other.env ?? [])],
    lacks: (values) => [one, other].flatMap(({ lacks }) => lacks?.(values) ?? []),
  };
}

/** Fields of a block that others may add to; undefined: it is no such object, or has rules about several of its fields. */
function joinable({ schema }: ConfigBlock): { shape: z.core.$ZodShape; isOptional: boolean } | undefined {
  const isOptional = schema instanceof z.ZodOptional;
  if (!isOptional && !(schema instanceof z.ZodPrefault)) return undefined;
  const fields = schema.unwrap();
  const isPlain = fields instanceof z.ZodObject && (fields.def.checks ?? []).length === 0;
  return isPlain ? { shape: fields.shape, isOptional } : undefined;
}
