/** Schemas of tools in the words that every service knows. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareSchema, plainSchema } from '../../../src/agent/models/plain.ts';
import { callableTools } from '../../support/callable.ts';

const OPEN = { type: 'object', properties: {}, additionalProperties: true };
const field = (schema: unknown) =>
  (plainSchema({ type: 'object', properties: { x: schema } }).properties as Record<string, unknown>).x;
const bareField = (schema: unknown) =>
  (bareSchema({ type: 'object', properties: { x: schema } }).properties as Record<string, unknown>).x;
const ANYTHING = field({});

describe('a whole input', () => {
  const EMPTY = { type: 'object', properties: {} };
  test.each<[string, unknown, object]>([
    ['nothing', undefined, EMPTY],
    ['null', null, EMPTY],
    ['an empty one', {}, EMPTY],
    ['one without properties', { type: 'object' }, EMPTY],
    ['nulls', { type: 'object', properties: null, required: null, title: null, $schema: null }, EMPTY],
    ['a list', [], EMPTY],
    [
      'required fields that are not there, or twice',
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a', 'a', 'b', 5] },
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    ],
    [
      'a choice on top',
      {
        type: 'object',
        properties: { id: { type: 'string' } },
        required: ['id'],
        anyOf: [
          { properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a', 'b'] },
          { properties: { a: { type: 'string' }, c: { type: 'boolean' } }, required: ['a'] },
        ],
      },
      {
        type: 'object',
        properties: { id: { type: 'string' }, a: { type: 'string' }, b: { type: 'number' }, c: { type: 'boolean' } },
        required: ['id', 'a'],
      },
    ],
    [
      'a reference on top, parts, and a field with the name of a keyword',
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $ref: '#/$defs/input',
        $defs: {
          input: { allOf: [{ $ref: '#/$defs/base' }, { properties: { format: { type: 'string', title: 'F' } } }] },
          base: { type: 'object', properties: { pattern: { type: 'string', pattern: '\\d+' } }, required: ['pattern'] },
        },
      },
      {
        type: 'object',
        properties: { pattern: { type: 'string' }, format: { type: 'string' } },
        required: ['pattern'],
      },
    ],
  ])('%s', (_, schema, plain) => {
    expect(plainSchema(schema)).toEqual(plain);
  });
});

describe('a field', () => {
  const STRING = { type: 'string' };
  test.each<[string, unknown, unknown, unknown]>([
    ['a text with bounds', { ...STRING, minLength: 1, maxLength: 65_536, pattern: '(?:a|\\d)' }, STRING, STRING],
    [
      'what it is for, and its default',
      { ...STRING, title: 'X', description: 'its name', default: 'a' },
      { ...STRING, description: 'its name', default: 'a' },
      { ...STRING, description: 'its name' },
    ],
    [
      'a text of a form',
      { ...STRING, description: 'Its day.', format: 'date' },
      { ...STRING, description: 'Its day. Format: date.' },
      { ...STRING, description: 'Its day. Format: date.' },
    ],
    [
      'a whole number above',
      { type: 'integer', exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'integer', minimum: 1 },
      { type: 'integer' },
    ],
    [
      'a number between',
      { type: 'number', exclusiveMinimum: 0, maximum: 9, multipleOf: 0.5 },
      { type: 'number', maximum: 9 },
      { type: 'number' },
    ],
    [
      'one with nulls where there is nothing',
      { ...STRING, title: null, description: null, default: null, enum: null, maxLength: null },
      STRING,
      STRING,
    ],
    ['a list without items', { type: 'array' }, { type: 'array', items: ANYTHING }, { type: 'array', items: STRING }],
    [
      'a list of pairs',
      { type: 'array', prefixItems: [STRING, { type: 'number' }], maxItems: 2 },
      { type: 'array', items: { anyOf: [STRING, { type: 'number' }] }, maxItems: 2 },
      { type: 'array', items: STRING },
    ],
    ['anything', true, ANYTHING, STRING],
    ['an object of anything', { type: 'object' }, OPEN, { type: 'object', properties: {} }],
    [
      'a record',
      { type: 'object', propertyNames: STRING, additionalProperties: { ...STRING, maxLength: 9 } },
      { type: 'object', properties: {}, additionalProperties: STRING },
      { type: 'object', properties: {} },
    ],
    ['one that may be null', { anyOf: [STRING, { type: 'null' }] }, { anyOf: [STRING, { type: 'null' }] }, STRING],
    ['two types', { type: ['string', 'null'], maxLength: 9 }, { anyOf: [STRING, { type: 'null' }] }, STRING],
    ['OpenAPI’s null', { type: 'STRING', nullable: true }, { anyOf: [STRING, { type: 'null' }] }, STRING],
    [
      'single values to choose from',
      { oneOf: [{ const: 'a' }, { const: 'b' }], description: 'which' },
      { ...STRING, enum: ['a', 'b'], description: 'which' },
      { ...STRING, enum: ['a', 'b'], description: 'which' },
    ],
    ['a null among values', { enum: ['a', null] }, { ...STRING, enum: ['a'] }, { ...STRING, enum: ['a'] }],
    ['numbers to choose from', { enum: [1, 2] }, { type: 'number', enum: [1, 2] }, { type: 'number' }],
    ['a reference that leads nowhere', { $ref: 'https://example.org/x.json' }, ANYTHING, STRING],
  ])('%s', (_, schema, plain, bare) => {
    expect(field(schema)).toEqual(plain);
    expect(bareField(schema)).toEqual(bare);
  });

  test('one that is not to be', () => {
    expect(field(false)).toBeUndefined();
  });
});

test('coda’s own tools are shown to a model in these words', async () => {
  const tools = await callableTools();
  expect(tools.length).toBeGreaterThan(30);
  expect(tools.flatMap(({ name, schema }) => look(schema).map((found) => `${name}: ${found}`))).toEqual([]);
  expect(tools.find(({ name }) => name === 'audit_stats')?.schema).toMatchObject({
    properties: {
      hours: { type: 'number' },
      until: { type: 'string', description: expect.stringContaining('Format: date-time.') },
    },
  });
});

test('what refers to itself ends', () => {
  const schema = {
    type: 'object',
    properties: { root: { $ref: '#/$defs/node' } },
    $defs: { node: { type: 'object', properties: { name: { type: 'string' }, child: { $ref: '#/$defs/node' } } } },
  };
  expect(plainSchema(schema).properties).toEqual({
    root: { type: 'object', properties: { name: { type: 'string' }, child: OPEN } },
  });
  const twice = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } };
  expect(plainSchema(twice)).toEqual({ type: 'object', properties: {} });
});

test('what grows without measure when it is written out is cut', () => {
  const defs = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => {
      const next = { $ref: `#/$defs/d${index + 1}` };
      return [`d${index}`, { type: 'object', properties: { a: next, b: next, c: next } }];
    }),
  );
  expect(JSON.stringify(plainSchema({ $ref: '#/$defs/d0', $defs: defs })).length).toBeLessThan(500_000);
});

const KNOWN = ['additionalProperties', 'anyOf', 'default', 'description', 'enum', 'items', 'maxItems', 'maximum'];
const SENT = [...KNOWN, 'minItems', 'minimum', 'properties', 'required', 'type'];

/** Every word of a schema, its fields' names left aside, and what of its parts is incomplete. */
function look(schema: unknown, found: string[] = []): string[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [...found, `no schema: ${schema}`];
  const { type, properties, items, anyOf, additionalProperties } = schema as Record<string, unknown>;
  found.push(...Object.keys(schema).filter((key) => !SENT.includes(key)));
  if (Object.values(schema).includes(null)) found.push('null');
  if (Array.isArray(anyOf)) for (const each of anyOf) look(each, found);
  else if (typeof type !== 'string') found.push('no type');
  if (type === 'array') look(items, found);
  if (type === 'object') for (const each of Object.values(properties ?? { '': 0 })) look(each, found);
  if (typeof additionalProperties === 'object') look(additionalProperties, found);
  return found;
}

test('whatever a server calls a schema, nothing else is sent, and nothing is missing', () => {
  const words = fc.constantFrom(
    ...['$ref', '$schema', 'allOf', 'anyOf', 'const', 'default', 'enum', 'format', 'items', 'maxLength', 'nullable'],
    ...['oneOf', 'pattern', 'prefixItems', 'properties', 'required', 'title', 'type', 'additionalProperties'],
  );
  const { schema } = fc.letrec((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false, 5, 'string', 'object', 'array', '#', '#/properties/a', [], {}),
      fc.array(tie('schema'), { maxLength: 3 }),
      fc.dictionary(words, tie('schema'), { maxKeys: 4 }),
      fc.record({
        type: fc.constantFrom('object', 'array', 'string', 7, ['string', 'null']),
        properties: tie('schema'),
      }),
      fc.dictionary(fc.constantFrom('a', 'type', 'pattern', '__proto__'), tie('schema'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(schema, (given) => {
      const plain = plainSchema(given);
      expect(look(plain)).toEqual([]);
      expect(plain.type).toBe('object');
      expect(plainSchema(plain)).toEqual(plain);
      expect(look(bareSchema(given))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('parts that refer to many others, and those to as many, are merged as far as a model could read them', () => {
  const all = (name: string) => ({ allOf: Array.from({ length: 20 }, () => ({ $ref: `#/$defs/${name}` })) });
  const names = 'abcdefghij';
  const $defs = Object.fromEntries([...names].map((name, at) => [name, all(names[at + 1] ?? 'end')]));
  const schema = { type: 'object', properties: { x: all('a') }, $defs: { ...$defs, end: { type: 'string' } } };
  expect(plainSchema(schema)).toMatchObject({ type: 'object', properties: { x: {} } });
});

test('a long description that everything refers to is not repeated without end', () => {
  const wordy = { type: 'string', description: 'word '.repeat(2_000) };
  const fields = Object.fromEntries(Array.from({ length: 400 }, (_, nth) => [`f${nth}`, { $ref: '#/$defs/wordy' }]));
  const made = JSON.stringify(plainSchema({ type: 'object', properties: fields, $defs: { wordy } }));
  expect(made.length).toBeLessThan(500_000);
});
