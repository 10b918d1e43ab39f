// Values that the input of a call carries to a server, for the policy to look for in people's words. Pure.

type Schema = Readonly<Record<string, unknown>>;

const DEEPEST = 8;
const ANY: Schema = {};

/**
 * Everything that a call carries out, word for word: values, and keys that `root`, the JSON Schema of its input, does not
 * name; without a schema all keys count. What the schema alone has chosen carries nothing: its own keys, and a single
 * yes or no under one.
 */
export function carriedBy(input: unknown, root: Schema = ANY): string[] {
  const within = (value: unknown, schemas: readonly Schema[]): string[] => {
    if (typeof value === 'string') return [value];
    if (typeof value === 'boolean' && schemas.some(({ type }) => type === 'boolean')) return [];
    if (value === null || typeof value !== 'object') return [String(value)];
    if (Array.isArray(value)) {
      const items = schemas.flatMap((schema) => meant(schema.items, root));
      // Also what is nothing by itself tells something by its place in a list.
      return value.flatMap((each) => orText(each, within(each, items)));
    }
    return Object.entries(value).flatMap(([key, field]) => {
      const known = schemas.flatMap(({ properties }) => meant(own(properties, key), root));
      return [...(known.length === 0 ? [key] : []), ...within(field, known)];
    });
  };
  return within(input, meant(root, root));
}

const orText = (value: unknown, words: string[]) => (words.length > 0 ? words : [JSON.stringify(value)]);

/** The schema with those that it refers to or is made of; none where it is no schema. */
function meant(schema: unknown, root: Schema, depth = 0): Schema[] {
  if (schema === true) return [{}];
  if (!isObject(schema) || depth > DEEPEST) return [];
  const { $ref, anyOf, oneOf, allOf } = schema;
  const parts = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? list : []));
  const referred = typeof $ref === 'string' ? [referredTo($ref, root)] : [];
  return [schema, ...[...referred, ...parts].flatMap((part) => meant(part, root, depth + 1))];
}

function referredTo(ref: string, root: Schema): unknown {
  const [start, ...path] = ref.split('/');
  return start === '#' ? path.reduce<unknown>((at, key) => own(at, key), root) : undefined;
}

const own = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
