import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configDocuments } from '../../src/app/index.ts';
import { check } from '../../src/app/operations/config.ts';
import { packageRoot } from '../../src/base/root.ts';
import { discordOf, load, shownBy, slackOf, written } from './support.ts';

const documents = configDocuments();
const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');
const example = read('config/config.example.yaml');

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
}

/** Every key, with what is said about it. */
function keys(schema: Schema, path = ''): [string, string | undefined][] {
  const named = Object.entries(schema.properties ?? {}).flatMap(([key, child]): [string, string | undefined][] => [
    [`${path}${key}`, child.description],
    ...keys(child, `${path}${key}.`),
  ]);
  const { additionalProperties: any } = schema;
  return typeof any === 'object' && any.properties ? [...named, ...keys(any, `${path}*.`)] : named;
}

test('the example and the JSON schema are what the schemas say (npm run generate)', () => {
  expect(example).toBe(documents.example);
  expect(JSON.parse(read('config/config.schema.json'))).toEqual(documents.schema);
});

test('every key is described, and stands in the example', () => {
  const all = keys(documents.schema as Schema);
  expect(all.length).toBeGreaterThan(50);
  expect(all.filter(([, description]) => !description)).toEqual([]);
  for (const [path] of all) expect(example).toMatch(new RegExp(`^[# ]*${path.split('.').at(-1)}:`, 'm'));
});

test('the example changes nothing', () => {
  const config = load(example);
  expect(discordOf(config)).toBeUndefined();
  expect(
    config
      .entries()
      .slice(1)
      .map(({ path, value }) => [path, value]),
  ).toEqual(
    load('')
      .entries()
      .slice(1)
      .map(({ path, value }) => [path, value]),
  );
});

test('the example is right with everything in it switched on', () => {
  const on = example
    .split('\n')
    // What stands for something else beside it: a secret's file, a program instead of a service.
    .filter((line) => !/_file:|^[# ]*command:/.test(line))
    .map((line) => (/^[# ]*[a-z_]+(\/[a-z0-9-]+)?:( |$)/.test(line) ? line.replaceAll('# ', '') : ''))
    .join('\n');
  const config = load(on);
  expect(discordOf(config)?.token).toBe('example-token');
  expect(slackOf(config)?.api_url).toBe('https://slack.com/api/');
  expect(config.models?.providers.anthropic?.kind).toBe('anthropic');
  expect(config.redis?.url).toBe('redis://localhost:6379');
  expect(config.access.owners).toHaveLength(2);
});

test('coda config check says that all is well', async () => {
  const request = written('log: { level: warn }\n');
  expect(await shownBy(check, request)).toBe('coda.yaml: 1 value set, no problems.\n');
});

test('docs/config.md names every variable that overrides', () => {
  const page = read('docs/config.md');
  for (const { env, path } of documents.env) expect(page).toContain(`| \`${env}\` | \`${path.join('.')}\` |`);
});
