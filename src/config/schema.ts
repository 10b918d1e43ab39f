/** Looking into a schema: which keys it has, what they default to, which of them are secret. */

import { z } from 'zod';
import type { ConfigBlock } from './block.ts';
import { type FieldMeta, metaOf } from './fields.ts';

/** A path into the configuration, `delivery.max_age` as `['delivery', 'max_age']`. */
export type Path = readonly string[];

export const pathText = (path: Path): string => path.join('.');

/** A field without what wraps it, and what the wrappers said. */
export interface Field {
  schema: z.ZodType;
  meta: FieldMeta;
  optional: boolean;
  /** As it would be written in the file. */
  standard: unknown;
}

/** The whole configuration as one schema. */
export function rootSchema(blocks: readonly ConfigBlock[]): z.ZodObject {
  const keys = blocks.map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`two parts bring a config block named ${twice}`);
  return z.strictObject(Object.fromEntries(blocks.map(({ key, schema }) => [key, schema])));
}

/** Takes the wrappers off `schema`. */
export function fieldOf(schema: z.ZodType): Field {
  const field: Field = { schema, meta: {}, optional: false, standard: undefined };
  for (;;) {
    field.meta = { ...metaOf(field.schema), ...field.meta };
    const inner = unwrapped(field);
    if (!inner) return field;
    field.schema = inner;
  }
}

function unwrapped(field: Field): z.ZodType | undefined {
  const { schema } = field;
  if (schema instanceof z.ZodOptional) {
    field.optional = true;
    return schema.unwrap() as z.ZodType;
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    field.standard ??= schema.def.defaultValue;
    return schema.unwrap() as z.ZodType;
  }
  return schema instanceof z.ZodPipe ? (schema.in as z.ZodType) : undefined;
}

/** The keys of an object, by name; undefined for anything else. */
export function keysOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const inner = fieldOf(schema).schema;
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

/** The schema of `schema`'s child under `key`. */
export function childOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  const inner = fieldOf(schema).schema;
  if (inner instanceof z.ZodObject) {
    return Object.hasOwn(inner.shape, key) ? (inner.shape[key] as z.ZodType) : othersOf(inner);
  }
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  return inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
}

/** The schema of keys that one names oneself beside the known ones; undefined where there are none. */
export function othersOf(schema: z.ZodType): z.ZodType | undefined {
  const inner = fieldOf(schema).schema;
  const others = inner instanceof z.ZodObject ? (inner.def.catchall as z.ZodType | undefined) : undefined;
  return others instanceof z.ZodNever ? undefined : others;
}

/** The schema at `path`, as far as it is known. */
export function schemaAt(root: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((schema, key) => schema && childOf(schema, key), root);
}
