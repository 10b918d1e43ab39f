/** The configuration described for people and editors, from the schemas themselves. */

import type { z } from 'zod';
import { toJSONSchema } from 'zod';
import type { ConfigBlock, EnvOverride } from './block.ts';
import { CORE_BLOCKS } from './blocks.ts';
import { metaOf } from './fields.ts';
import { envOverrides } from './load.ts';
import { childOf, fieldOf, keysOf, othersOf, rootSchema } from './schema.ts';

const WIDTH = 100;

/** A JSON schema (draft 7) of the file, for editors. */
export function configJsonSchema(extra: readonly ConfigBlock[] = []): Record<string, unknown> {
  const blocks = [...CORE_BLOCKS, ...extra];
  const schema = toJSONSchema(rootSchema(blocks), {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const { example } = metaOf(zodSchema as unknown as z.ZodType);
      if (example !== undefined) jsonSchema.examples = [example];
      for (const own of ['secret', 'example', 'file', 'fileFor', 'length', 'model']) delete jsonSchema[own];
      // A reference to the environment may stand for any text.
      if (jsonSchema.pattern !== undefined) jsonSchema.pattern += '|\\$\\{';
      // A secret may come from its file or from the environment.
      if (jsonSchema.required) jsonSchema.required = jsonSchema.required.filter((key) => !isSecret(zodSchema, key));
      if (jsonSchema.required?.length === 0) delete jsonSchema.required;
    },
  });
  const { $schema, ...rest } = schema;
  for (const { key, describe } of blocks) {
    const property = rest.properties?.[key];
    if (typeof property === 'object') property.description ??= describe;
  }
  return { $schema, title: 'coda configuration', ...rest };
}

/** Words about each key, by its path. */
export function configWords(extra: readonly ConfigBlock[] = []): Map<string, string> {
  const words = new Map<string, string>();
  const add = (schema: z.ZodType, path: string): void => {
    for (const [key, field] of Object.entries(keysOf(schema) ?? {})) {
      const { description } = fieldOf(field).meta;
      if (description) words.set(`${path}.${key}`, description);
      add(field, `${path}.${key}`);
    }
  };
  for (const { key, describe, schema } of [...CORE_BLOCKS, ...extra]) {
    words.set(key, describe);
    add(schema, key);
  }
  return words;
}

export function configEnv(extra: readonly ConfigBlock[] = []): EnvOverride[] {
  return envOverrides([...CORE_BLOCKS, ...extra]);
}

function isSecret(schema: unknown, key: string): boolean {
  const child = childOf(schema as z.ZodType, key);
  return child !== undefined && fieldOf(child).meta.secret !== undefined;
}

/** A configuration file that shows every key: defaults as they are, everything else as a comment. */
export function configExample(extra: readonly ConfigBlock[] = []): string {
  const parts = [...CORE_BLOCKS, ...extra].map(({ key, describe, schema }) => {
    const { optional } = fieldOf(schema);
    const body = optional
      ? [`# ${key}:`, ...keyLines(schema, '  ', true).map((line) => `# ${line}`)]
      : [`${key}:`, ...keyLines(schema, '  ', false)];
    return [...comment(describe, ''), ...body].join('\n');
  });
  return `${HEAD}\n${parts.join('\n\n')}\n`;
}

const HEAD = `# yaml-language-server: $schema=./config.schema.json
#
# Everything that can be set, with its default. Copy what you need to config/config.yaml; nothing has to be set.
# \${NAME} takes a value from the environment, \${NAME:-default} with a default. A key that ends in _file
# names a file that holds the value. Lengths of time are written 90s, 10m, 24h, 7d.
`;

function keyLines(schema: z.ZodType, indent: string, commented: boolean): string[] {
  const lines = Object.entries(keysOf(schema) ?? {}).flatMap(([key, field]) => {
    const { meta, standard } = fieldOf(field);
    const about = comment(meta.description ?? '', indent);
    if (keysOf(field)) return [...about, `${indent}${key}:`, ...keyLines(field, `${indent}  `, commented)];
    const record = recordLines(field, key, indent);
    if (record) return [...about, ...record.map((line) => (commented ? line : `# ${line}`))];
    const line = `${indent}${key}: ${writeYaml(isEmpty(standard) ? meta.example : (standard ?? meta.example))}`;
    return [...about, isLive(field, commented) ? line : `${indent}# ${line.trimStart()}`];
  });
  return [...lines, ...otherLines(schema, indent, commented)];
}

/** A key of one's own beside the known ones is shown with the name that the example gives. */
function otherLines(schema: z.ZodType, indent: string, commented: boolean): string[] {
  const others = othersOf(schema);
  const { example } = fieldOf(schema).meta;
  if (!others || typeof example !== 'string') return [];
  const lines = [`${indent}${example}:`, ...keyLines(others, `${indent}  `, true)];
  const about = comment(fieldOf(others).meta.description ?? '', indent);
  return [...about, ...lines.map((line) => (commented ? line : `# ${line}`))];
}

/** In a block that is there, what has a default; in one that a person switches on, also what it cannot do without. */
function isLive(field: z.ZodType, commented: boolean): boolean {
  const { meta, standard, optional } = fieldOf(field);
  if (standard !== undefined) return !isEmpty(standard);
  return commented && (!optional || (meta.secret !== undefined && meta.fileFor === undefined));
}

function recordLines(field: z.ZodType, key: string, indent: string): string[] | undefined {
  const { example } = fieldOf(field).meta;
  const value = typeof example === 'string' ? childOf(field, example) : undefined;
  if (!value || !keysOf(value)) return undefined;
  return [`${indent}${key}:`, `${indent}  ${example}:`, ...keyLines(value, `${indent}    `, true)];
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** As YAML on one line; JSON is YAML. */
function writeYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeYaml).join(', ')}]`;
  if (typeof value !== 'string') return JSON.stringify(value);
  const isPlain =
    /^[A-Za-z/][\w./:@-]*\w$|^\d+[a-z]+$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].filter((part) => part !== '').map((part) => `${indent}# ${part}`);
}
