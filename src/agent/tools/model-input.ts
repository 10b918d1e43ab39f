/** Stricter reading of the calls of models: each argument means something, and a change names the thing that it changes. */
import { z } from 'zod';
import { didYouMean, listOf } from '../../base/text.ts';
import { unboundSchema } from '../context/fit.ts';
import { plainSchema } from '../models/plain.ts';
import type { Call, Tool } from './tool.ts';

type Schema = Record<string, unknown>;

/** Fields that name the thing to change. `which` may be left out by buttons and commands, never by a model. */
const WHICH = 'which';
const NAMING_FIELDS: readonly string[] = [WHICH, 'name', 'id'];

/** Form of a tool's input as models are offered it: without the fields of buttons, and with the name of what is changed. */
export function formForModels(tool: Tool): Schema {
  const { form } = tool;
  if (form?.schema) return plainSchema(form.schema);
  const { properties = {}, required = [], ...rest } = plainFormOf(form?.short?.input ?? tool.input);
  const fields = Object.entries(properties as Schema)
    .filter(([name]) => form?.short !== undefined || isShown(form, name))
    .map(([name, field]) => (isTarget(tool, name) ? [name, withoutDefault(field)] : [name, field]));
  const needed = fields.map(([name]) => name as string).filter((name) => isTarget(tool, name));
  const all = [...new Set([...(required as string[]), ...needed])];
  return { ...rest, properties: Object.fromEntries(fields), ...(all.length > 0 && { required: all }) };
}

const isShown = (form: Tool['form'], name: string): boolean =>
  !form?.own?.includes(name) && (form?.shows?.includes(name) ?? true);

const isTarget = (tool: Tool, name: string): boolean => name === WHICH && changes(tool);

/** True if a call picks one of the things that are kept, which its answer then names. */
export const picksThing = ({ input, form }: Tool): boolean =>
  form?.schema === undefined && Object.hasOwn((schemaOf(input).properties ?? {}) as Schema, WHICH);

/** Words by which a call picks one of them. */
export function pickedIn(input: unknown): string | undefined {
  const picked = isObject(input) ? input[WHICH] : undefined;
  return typeof picked === 'string' ? picked : undefined;
}

const changes = ({ effect, form }: Tool): boolean => effect !== 'read' && effect !== 'fetch' && !form?.listsAll;

function withoutDefault(field: unknown): unknown {
  const { default: _, ...rest } = field as Schema;
  return rest;
}

/** The fault of a model's input beyond what its schema finds: a key that no field has, or a change of nothing in particular. */
export function faultOf(tool: Tool, input: Call['input']): string | undefined {
  if (tool.form?.schema) return undefined;
  const schema = schemaOf(tool.input);
  const own = tool.form?.own ?? [];
  const [stranger] = strangersIn(input, { ...schema, properties: propertiesWithout(own, schema.properties) }, []);
  if (stranger) return strangerText(stranger);
  const { properties = {}, required = [] } = schema as { properties?: Schema; required?: readonly string[] };
  const nameless = NAMING_FIELDS.find((name) => {
    if (!Object.hasOwn(properties, name) || !changes(tool)) return false;
    const mustName = name === WHICH || required.includes(name);
    return mustName && !names(input[name] ?? '');
  });
  return nameless === undefined ? undefined : `“${nameless}” is empty: name the one that is meant, or ask the person`;
}

/** True for a value that can name a thing; signs of punctuation alone name none. */
const names = (value: unknown): boolean => typeof value !== 'string' || /[\p{L}\p{N}\p{S}]/u.test(value);

const propertiesWithout = (own: readonly string[], properties: unknown): Schema =>
  Object.fromEntries(Object.entries(isObject(properties) ? properties : {}).filter(([name]) => !own.includes(name)));

interface Stranger {
  path: string;
  knownNames: readonly string[];
}

function strangerText({ path, knownNames }: Stranger): string {
  const near = didYouMean(path.split('.').at(-1) ?? '', knownNames);
  const fields = knownNames.length === 0 ? 'it takes nothing there' : `it takes ${listOf(knownNames)}`;
  return `it has no “${path}”${near === undefined ? '' : `, did you mean “${near}”?`}; ${fields}`;
}

/** Keys of `value` that a parser by `schema` would drop. Of a choice between forms the nearest counts. */
function strangersIn(value: unknown, schema: unknown, path: readonly string[]): Stranger[] {
  if (!isObject(schema)) return [];
  const choices = [schema.anyOf, schema.oneOf].find(Array.isArray);
  if (choices) {
    const [nearest] = choices
      .filter((each) => couldBe(value, each))
      .map((each) => strangersIn(value, each, path))
      .sort((a, b) => a.length - b.length);
    return nearest ?? [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => strangersIn(each, schema.items, [...path, String(index)]));
  }
  if (!isObject(value) || !isObject(schema.properties)) return [];
  const { properties, additionalProperties: others } = schema;
  return Object.entries(value).flatMap(([key, field]) => {
    const at = [...path, key];
    if (Object.hasOwn(properties, key)) return strangersIn(field, properties[key], at);
    return isObject(others) || others === true ? [] : [{ path: at.join('.'), knownNames: Object.keys(properties) }];
  });
}

/** True where `value` is of the form's kind and holds the constants that tell it from the other forms. */
function couldBe(value: unknown, schema: unknown): boolean {
  if (!isObject(schema)) return false;
  if (Array.isArray(value)) return schema.type === 'array';
  if (!isObject(value)) return schema.type !== 'array' && schema.type !== 'object';
  const fields = Object.entries(isObject(schema.properties) ? schema.properties : {});
  return (
    schema.type === 'object' &&
    fields.every(([key, field]) => !isObject(field) || field.const === undefined || field.const === value[key])
  );
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const schemas = new WeakMap<z.ZodType, Schema>();
const forms = new WeakMap<z.ZodType, Schema>();

const unsaidNulls = new WeakSet<object>();

/**
 * Input that programs may give as null. Models are not told of it: their schema stays short, and some of them
 * write null for what they leave out, which is dropped from their calls.
 */
export function orNull<T extends z.ZodType>(input: T): z.ZodNullable<T> {
  const schema = input.nullable();
  unsaidNulls.add(schema);
  return schema;
}

function hideNull({ zodSchema, jsonSchema }: { zodSchema: object; jsonSchema: Schema }): void {
  if (!unsaidNulls.has(zodSchema)) return;
  const [plain] = jsonSchema.anyOf as [Schema];
  delete jsonSchema.anyOf;
  Object.assign(jsonSchema, plain);
}

/** Schema of an input, made once: those of all tools take 20 ms, and several runs in one process share them. */
function schemaOf(input: z.ZodType): Schema {
  const schema = schemas.get(input) ?? (z.toJSONSchema(input, { io: 'input', override: hideNull }) as Schema);
  schemas.set(input, schema);
  return schema;
}

function plainFormOf(input: z.ZodType): Schema {
  const form = forms.get(input) ?? unboundSchema(plainSchema(schemaOf(input)));
  forms.set(input, form);
  return form;
}
