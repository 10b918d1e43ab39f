/** Looking into a schema: which keys it has, what they default to, which of them are secret. */

import { z } from 'zod';
import type { ConfigBlock } from './block.ts';
import { type FieldMeta, metaOf } from './fields.ts';

/** A path into the configuration, `delivery.max_age` as `['delivery', 'max_age']`. */
export type Path = readonly string[];

export const pathText = (path: Path): string => path.join('.');

export interface Field {
  readonly schema: z.ZodType;
  readonly meta: FieldMeta;
  readonly optional: boolean;
  readonly standard: unknown;
}

/** Reading one configuration asks for each field some ten times, and a schema does not change. */
const fields = new WeakMap<z.ZodType, Field>();

export function rootSchema(blocks: readonly ConfigBlock[]): z.ZodObject {
  const keys = blocks.map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`two parts bring a config block named ${twice}`);
  return z.strictObject(Object.fromEntries(blocks.map(({ key, schema }) => [key, schema])));
}

export function fieldOf(schema: z.ZodType): Field {
  const field = fields.get(schema) ?? unwrap(schema);
  fields.set(schema, field);
  return field;
}

/** Facts of an outer wrapper go before those of an inner one. */
function unwrap(schema: z.ZodType): Field {
  const within = wrappedIn(schema);
  if (!within) return { schema, meta: metaOf(schema), optional: false, standard: undefined };
  const inner = fieldOf(within);
  const isDefault = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return {
    schema: inner.schema,
    meta: { ...inner.meta, ...metaOf(schema) },
    optional: inner.optional || schema instanceof z.ZodOptional,
    standard: (isDefault ? schema.def.defaultValue : undefined) ?? inner.standard,
  };
}

function wrappedIn(schema: z.ZodType): z.ZodType | undefined {
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  if (isWrapper) return schema.unwrap() as z.ZodType;
  return schema instanceof z.ZodPipe ? (schema.in as z.ZodType) : undefined;
}

export function keysOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const inner = fieldOf(schema).schema;
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : undefined;
}

export function childOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  const inner = fieldOf(schema).schema;
  if (inner instanceof z.ZodObject) {
    return Object.hasOwn(inner.shape, key) ? (inner.shape[key] as z.ZodType) : othersOf(inner);
  }
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  return inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
}

export function othersOf(schema: z.ZodType): z.ZodType | undefined {
  const inner = fieldOf(schema).schema;
  const others = inner instanceof z.ZodObject ? (inner.def.catchall as z.ZodType | undefined) : undefined;
  return others instanceof z.ZodNever ? undefined : others;
}

export function schemaAt(root: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((schema, key) => schema && childOf(schema, key), root);
}
