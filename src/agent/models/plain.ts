import { omitUndefined } from '../../base/json.ts';

/**
 * Schemas of tools as services take them. Many make a grammar of them, or know a part of JSON Schema only, and refuse the
 * whole request for one word that they do not know. Nothing is lost by leaving it out: every call is checked by its tool.
 * Lengths are left out as well: grammars take no repetition of thousands.
 */

type Schema = Record<string, unknown>;

/** Keywords that stay where a service has refused more than that. */
const BARE: readonly string[] = ['type', 'description', 'properties', 'required', 'items', 'enum'];
const DEEPEST = 12;
/** A list whose length is bounded by more is not bounded for a model. */
const MOST_ITEMS = 100;
const MOST_PARTS = 2_000;

const OPEN: Schema = { type: 'object', properties: {}, additionalProperties: true };
/** Whatever fits: an empty schema is refused by some. */
const ANYTHING: Schema = {
  anyOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    OPEN,
    { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }, OPEN] } },
  ],
};

export function plainSchema(schema: unknown): Schema {
  const plain = new Plain(isObject(schema) ? schema : {}).root();
  return { ...plain, type: 'object', properties: isObject(plain.properties) ? plain.properties : {} };
}

export function bareSchema(schema: unknown): Schema {
  return bare(plainSchema(schema));
}

class Plain {
  private readonly whole: Schema;
  private parts = 0;
  private merges = 0;

  constructor(whole: Schema) {
    this.whole = whole;
  }

  root(): Schema {
    const merged = this.mergeParts(this.whole, []);
    const choices = choicesOf(merged);
    // A choice between forms of the whole input becomes one form with all their fields.
    const form = choices.length === 0 ? merged : this.uniteForms(merged, choices, []);
    return this.object(form, [], true);
  }

  private plain(schema: unknown, seenRefs: readonly string[]): Schema {
    if (++this.parts > MOST_PARTS || seenRefs.length > DEEPEST) return OPEN;
    if (!isObject(schema)) return ANYTHING;
    const referred = refOf(schema);
    if (referred !== undefined && seenRefs.includes(referred)) return withDescription(OPEN, schema);
    const path = referred === undefined ? seenRefs : [...seenRefs, referred];
    const own = this.mergeParts(schema, seenRefs);
    this.parts += wordsOf(own);
    if (this.parts > MOST_PARTS) return OPEN;
    const choices = choicesOf(own);
    if (choices.length > 0) return this.choice(own, choices, path);
    switch (typeOf(own)) {
      case 'object':
        return this.object(own, path);
      case 'array':
        return { ...withMeaning(own), type: 'array', items: this.plain(itemsOf(own), path), ...counts(own) };
      case undefined:
        return withDescription(ANYTHING, own);
      default:
        return withBounds(own);
    }
  }

  private object(schema: Schema, seenRefs: readonly string[], isRoot = false): Schema {
    const { properties, required, additionalProperties: more } = schema;
    const fields = Object.entries(isObject(properties) ? properties : {})
      .filter(([name, field]) => field !== false && name !== '__proto__')
      .map(([name, field]) => [name, this.plain(field, seenRefs)] as const);
    const names = fields.map(([name]) => name);
    const needed = Array.isArray(required) ? [...new Set(required)].filter((name) => names.includes(name)) : [];
    const isOpen = more === true || isObject(more) || (!isRoot && names.length === 0 && more !== false);
    return {
      ...withMeaning(schema),
      type: 'object',
      properties: Object.fromEntries(fields),
      ...omitUndefined({
        required: needed.length > 0 ? needed : undefined,
        additionalProperties: isOpen ? (isObject(more) ? this.plain(more, seenRefs) : true) : undefined,
      }),
    };
  }

  private choice(schema: Schema, choices: readonly unknown[], seenRefs: readonly string[]): Schema {
    const forms = choices.map((each) => this.plain(each, seenRefs));
    const flat = forms.flatMap((each) =>
      Array.isArray(each.anyOf) && !each.description ? (each.anyOf as Schema[]) : [each],
    );
    const distinct = [...new Map(flat.map((each) => [JSON.stringify(each), each])).values()];
    const values = distinct.flatMap((each) => (Array.isArray(each.enum) ? each.enum : []));
    // Single values to choose between are one list of them.
    const [first] = distinct;
    if (distinct.length === 1 && first) return withDescription(first, schema);
    if (distinct.every((each) => Array.isArray(each.enum) && each.type === 'string' && !each.description)) {
      return withDescription({ type: 'string', enum: [...new Set(values)] }, schema);
    }
    return { ...withMeaning(schema), anyOf: distinct };
  }

  private uniteForms(schema: Schema, choices: readonly unknown[], seenRefs: readonly string[]): Schema {
    const forms = choices.filter(isObject).map((each) => this.mergeParts(each, seenRefs));
    const all = [schema, ...forms];
    const needed = forms.map(({ required }) => (Array.isArray(required) ? required : []));
    const [first = [], ...others] = needed;
    const own = Array.isArray(schema.required) ? schema.required : [];
    return {
      ...schema,
      properties: Object.assign({}, ...all.map(({ properties }) => (isObject(properties) ? properties : {}))),
      required: [...own, ...first.filter((name) => others.every((each) => each.includes(name)))],
    };
  }

  private mergeParts(schema: Schema, seenRefs: readonly string[]): Schema {
    // Parts that refer to one another would be merged for ever.
    if (seenRefs.length > DEEPEST || ++this.merges > MOST_PARTS) return schema;
    const referred = refOf(schema);
    const target = referred === undefined ? undefined : resolve(this.whole, referred);
    const parts = (Array.isArray(schema.allOf) ? schema.allOf : []).filter(isObject);
    if (!target && parts.length === 0) return schema;
    const { $ref: _, allOf: __, ...own } = schema;
    const path = referred === undefined ? seenRefs : [...seenRefs, referred];
    const within = [...(target ? [target] : []), ...parts].map((each) => {
      const ref = refOf(each);
      return ref !== undefined && path.includes(ref)
        ? {}
        : this.mergeParts(each, ref === undefined ? [...path, ''] : path);
    });
    return [...within, own].reduce(joinSchemas, {});
  }
}

/** Words and values of a part, counted as parts: what refers to it repeats them. */
function wordsOf({ description, enum: values }: Schema): number {
  const words = typeof description === 'string' ? description.length / 100 : 0;
  return words + (Array.isArray(values) ? values.length / 10 : 0);
}

function joinSchemas(one: Schema, other: Schema): Schema {
  const fields = [one.properties, other.properties].filter(isObject);
  const needed = [one.required, other.required].flatMap((each) => (Array.isArray(each) ? each : []));
  return {
    ...one,
    ...withoutNulls(other),
    ...omitUndefined({
      properties: fields.length > 0 ? Object.assign({}, ...fields) : undefined,
      required: needed.length > 0 ? needed : undefined,
    }),
  };
}

function choicesOf(schema: Schema): readonly unknown[] {
  const { anyOf, oneOf, type, nullable } = schema;
  const choices = [anyOf, oneOf].find((each) => Array.isArray(each) && each.length > 0);
  if (Array.isArray(choices)) return choices;
  // The description is given once, of the whole.
  const form = { ...schema, description: null, format: null, default: null };
  if (Array.isArray(type) && type.length > 1) return type.map((each) => ({ ...form, type: each }));
  return nullable === true ? [{ ...form, nullable: false }, { type: 'null' }] : [];
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'];

function typeOf({ type, properties, items, enum: values, const: only }: Schema): string | undefined {
  const named = Array.isArray(type) ? type[0] : type;
  const typeName = typeof named === 'string' ? named.toLowerCase() : undefined;
  if (typeName !== undefined && TYPES.includes(typeName)) return typeName;
  if (isObject(properties)) return 'object';
  if (items !== undefined && items !== null) return 'array';
  const value = Array.isArray(values) ? values.find((each) => each !== null) : only;
  return value === undefined || value === null || typeof value === 'object' ? undefined : typeof value;
}

function itemsOf({ items, prefixItems }: Schema): unknown {
  if (isObject(items)) return items;
  const each = [items, prefixItems].find((forms) => Array.isArray(forms) && forms.length > 0);
  return Array.isArray(each) ? { anyOf: each } : undefined;
}

/** A single value, with its bounds. Those of whole numbers that exclude are said without excluding. */
function withBounds(schema: Schema): Schema {
  const { exclusiveMinimum: above, exclusiveMaximum: below, enum: values, const: only } = schema;
  const type = typeOf(schema) as string;
  const { minimum, maximum } = schema;
  const least = typeof above === 'number' && type === 'integer' ? Math.floor(above) + 1 : minimum;
  const most = typeof below === 'number' && type === 'integer' ? Math.ceil(below) - 1 : maximum;
  const one = only === undefined || only === null ? values : [only];
  const listed = Array.isArray(one)
    ? [...new Set(one)].filter((each) => each !== null && typeof each !== 'object')
    : [];
  return {
    ...withMeaning(schema),
    type,
    ...omitUndefined({
      minimum: isBound(least) ? least : undefined,
      maximum: isBound(most) ? most : undefined,
      enum: listed.length > 0 ? listed : undefined,
    }),
  };
}

/** The largest whole numbers say nothing. */
function isBound(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

function withMeaning(schema: Schema): Schema {
  const { description, format, default: usual } = schema;
  // In words, which no service refuses.
  const form = typeof format === 'string' && /^[a-z-]{1,30}$/.test(format) ? `Format: ${format}.` : '';
  const words = [typeof description === 'string' ? description : '', form].filter((part) => part !== '').join(' ');
  return omitUndefined({
    description: words !== '' ? words : undefined,
    default: usual !== undefined && usual !== null ? usual : undefined,
  });
}

function counts({ minItems, maxItems }: Schema): Schema {
  return omitUndefined({
    minItems: isCount(minItems) ? minItems : undefined,
    maxItems: isCount(maxItems) ? maxItems : undefined,
  });
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_ITEMS;
}

function withoutNulls(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== null));
}

function withDescription(schema: Schema, { description }: Schema): Schema {
  return typeof description === 'string' ? { ...schema, description } : schema;
}

function refOf({ $ref }: Schema): string | undefined {
  return typeof $ref === 'string' ? $ref : undefined;
}

/** Target of a reference within the schema; nothing outside it is looked up. */
function resolve(whole: Schema, ref: string): Schema | undefined {
  if (ref === '#') return whole;
  if (!ref.startsWith('#/')) return undefined;
  const steps = ref.slice(2).split('/');
  const target = steps.reduce<unknown>((at, step) => {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }, whole);
  return isObject(target) ? target : undefined;
}

function bare(schema: Schema): Schema {
  const choices = Array.isArray(schema.anyOf) ? (schema.anyOf as Schema[]) : [];
  if (choices.length > 0) {
    const [first] = choices.filter(({ type }) => type !== 'null');
    return withDescription(bare(first ?? { type: 'string' }), schema);
  }
  const { properties, items } = schema;
  const form = Object.fromEntries(Object.entries(schema).filter(([key]) => BARE.includes(key)));
  if (schema.type !== 'string') delete form.enum;
  if (isObject(properties)) {
    form.properties = Object.fromEntries(
      Object.entries(properties).map(([name, each]) => [name, bare(each as Schema)]),
    );
  }
  return isObject(items) ? { ...form, items: bare(items) } : form;
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
