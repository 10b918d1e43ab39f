import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../src/app/index.ts';
import { Secrets } from '../../src/base/log.ts';
import {
  block,
  configExample,
  count,
  duration,
  joinBlocks,
  locale,
  secret,
  secretText,
  url,
  wallTime,
  zone,
} from '../../src/config/index.ts';
import { discordOf, folder, load, problems, slackOf, written } from './support.ts';

const nothing = { env: {}, secrets: new Secrets() };

test('nothing has to be configured', () => {
  const config = readConfig({ ...nothing, cwd: folder() });
  expect(config.assistant.name).toBe('coda');
  expect(discordOf(config)).toBeUndefined();
  expect(config.models).toBeUndefined();
  expect(config.storage.url).toBeUndefined();
  expect(config.file).toBeUndefined();
  expect(config.origin('delivery.max_age')).toEqual({ kind: 'default' });
});

test.each(['', '\n\n', '# only a comment\n', '---\n', 'null\n', 'delivery:\n', 'discord:\n', 'delivery: {}\n'])(
  'the file %j changes nothing',
  (text) => {
    const config = load(text);
    expect(config.delivery).toEqual(readConfig({ ...nothing, cwd: folder() }).delivery);
    expect(discordOf(config)).toBeUndefined();
  },
);

test('config/config.yaml is read when it is there', () => {
  const cwd = folder();
  mkdirSync(join(cwd, 'config'));
  writeFileSync(join(cwd, 'config/config.yaml'), 'assistant:\n  name: Ada\n');
  const config = readConfig({ ...nothing, cwd });
  expect(config.assistant.name).toBe('Ada');
  expect(config.file).toBe(join(cwd, 'config/config.yaml'));
  expect(config.origin('assistant.name')).toEqual({ kind: 'file', file: 'config/config.yaml', line: 2, column: 9 });
});

test('a value comes from the flag, else the environment, else the file, else the default', () => {
  const file = 'log: { level: warn }\nexecution: { enabled: false }\n';
  const env = { CODA_LOG_LEVEL: 'debug', EXECUTION_ENABLED: 'true' };
  const flags = { 'log.level': { name: '--log-level', value: 'trace' } };
  expect(load(file).log.level).toBe('warn');
  expect(load(file, { env }).log.level).toBe('debug');
  expect(load(file, { env }).execution.enabled).toBe(true);
  const config = load(file, { env, flags });
  expect(config.log.level).toBe('trace');
  expect(config.origin('log.level')).toEqual({ kind: 'flag', name: '--log-level' });
  expect(config.origin('execution.enabled')).toEqual({ kind: 'env', name: 'EXECUTION_ENABLED' });
});

test.each([
  ['DATABASE_URL', 'postgres://u:p@h/d', 'storage.url'],
  ['REDIS_URL', 'redis://h:6379', 'redis.url'],
  ['DISCORD_TOKEN', 'discord-token', 'discord.token'],
  ['ANTHROPIC_API_KEY', 'sk-ant', 'models.providers.anthropic.api_key'],
  ['OPENAI_API_KEY', 'sk-oai', 'models.providers.openai.api_key'],
  ['EXECUTION_ENABLED', 'true', 'execution.enabled'],
  ['EXECUTION_DEFAULT_IMAGE', 'node:24', 'execution.default_image'],
  ['BROWSER_ENABLED', 'true', 'browser.enabled'],
  ['CODA_LOG_LEVEL', 'debug', 'log.level'],
])('%s overrides, and counts for nothing when empty', (name, value, path) => {
  const config = load('', { env: { [name]: value } });
  const read = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], config);
  expect(String(read)).toBe(value);
  expect(config.origin(path)).toEqual({ kind: 'env', name });
  expect(load('', { env: { [name]: '' } }).origin(path)).toEqual({ kind: 'default' });
});

test('Slack is on when both of its tokens are in the environment', () => {
  expect(slackOf(load('', { env: { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' } }))).toMatchObject({
    bot_token: 'xoxb-1',
    app_token: 'xapp-1',
  });
  expect(problems('', { env: { SLACK_BOT_TOKEN: 'xoxb-1' } })).toEqual([
    'env SLACK_BOT_TOKEN slack.app_token: is missing: give app_token, app_token_file, or set SLACK_APP_TOKEN',
  ]);
});

test('the data folder is --data, else CODA_DATA, else ./data', () => {
  const cwd = folder();
  const base = { ...nothing, cwd };
  expect(readConfig(base).dataDir).toBe(join(cwd, 'data'));
  expect(readConfig({ ...base, env: { CODA_DATA: '/x' } }).dataDir).toBe('/x');
  const both = readConfig({ ...base, env: { CODA_DATA: '/x' }, dataDir: 'mine' });
  expect(both.dataDir).toBe(join(cwd, 'mine'));
  expect(both.origin('data')).toEqual({ kind: 'flag', name: '--data' });
});

test('CODA_CONFIG names the file, and --config goes before it', () => {
  const { cwd } = written('assistant: { name: flag }');
  writeFileSync(join(cwd, 'env.yaml'), 'assistant: { name: env }');
  const env = { CODA_CONFIG: 'env.yaml' };
  expect(readConfig({ ...nothing, cwd, env }).assistant.name).toBe('env');
  expect(readConfig({ ...nothing, cwd, env, file: 'coda.yaml' }).assistant.name).toBe('flag');
});

test('lengths of time are read in any unit', () => {
  const config = load('delivery: { max_age: 7d, turn_timeout: 90s }\nstorage: { connect_timeout: 1.5m }');
  expect(config.delivery.max_age).toBe(7 * 24 * 3_600_000);
  expect(config.delivery.turn_timeout).toBe(90_000);
  expect(config.storage.connect_timeout).toBe(90_000);
});

test('an id stays exact without quotes', () => {
  const text =
    'discord:\n  token: t-o-k-e-n\n  guilds: [123456789012345678]\n  mention_required: { 123456789012345679: false }\n';
  expect(discordOf(load(text))).toMatchObject({
    guilds: ['123456789012345678'],
    mention_required: { '123456789012345679': false },
  });
});

test('${NAME} is taken from the environment, as the type that is wanted', () => {
  const text = [
    'assistant: { name: "${WHO} the ${WHAT:-assistant}" }',
    'delivery:',
    '  concurrency: ${COUNT}',
    '  steer: ${STEER:-false}',
    'execution: { default_image: "$${literal}" }',
  ].join('\n');
  const config = load(text, { env: { WHO: 'Ada', COUNT: '7', STEER: '' } });
  expect(config.assistant.name).toBe('Ada the assistant');
  expect(config.delivery).toMatchObject({ concurrency: 7, steer: false });
  expect(config.execution.default_image).toBe('${literal}');
});

test('limits of code: sizes and lengths of time, also as bare numbers', () => {
  const { execution } = load(
    'execution: { timeout: 90, sandbox_timeout: 10m, max_memory: 1g, disk: 104857600, cpus: 0.5 }',
  );
  const { timeout, sandbox_timeout, max_memory, disk, cpus } = execution;
  expect({ timeout, sandbox_timeout, max_memory, disk, cpus }).toEqual({
    timeout: 90_000,
    sandbox_timeout: 600_000,
    max_memory: 1_073_741_824,
    disk: 104_857_600,
    cpus: 0.5,
  });
});

test.each([
  ['{ max_memory: 512 }', 'expected at least 67108864, got 512'],
  ['{ max_memory: lots }', 'expected a size such as 512m or 1g'],
  ['{ disk: 1g }', 'execution.disk: expected at most two thirds of max_memory'],
  ['{ timeout: soon }', 'expected a length of time such as 90s, 10m, 24h or 7d'],
  ['{ timeout: -1 }', 'expected a length of time such as 90s, 10m, 24h or 7d'],
  ['{ runtime: kata }', 'execution.runtime'],
])('execution: %s is a problem with its place', (text, problem) => {
  expect(problems(`execution: ${text}`)).toEqual([expect.stringContaining(problem)]);
});

const weather = block(
  'climate',
  'The weather.',
  z
    .strictObject({
      ...secret('key', secretText().optional(), { description: 'Of the service.' }),
      service: url('https').default('https://weather.example').describe('Where it is asked.'),
      every: duration('1h').describe('How often.'),
      at: wallTime('07:30').describe('When it is said.'),
      days: count(1, 14).default(3).describe('How far ahead.'),
      zone: zone().optional().describe('Of the place.'),
      language: locale().optional().describe('Of the forecast.'),
    })
    .prefault({}),
);

test('a part brings its own block', () => {
  const secrets = new Secrets();
  const config = load('climate: { zone: Pacific/Apia, every: 2h, key: cloud-nine }', { blocks: [weather], secrets });
  expect(config.block(weather)).toEqual({
    key: 'cloud-nine',
    service: 'https://weather.example',
    every: 7_200_000,
    at: '07:30',
    days: 3,
    zone: 'Pacific/Apia',
  });
  expect(secrets.hide('cloud-nine')).toBe('[secret]');
  expect(configExample([weather])).toContain('\n  # key_file: /run/secrets/key\n');
});

test.each([
  ['{ citty: Apia }', 'coda.yaml:1:12 climate.citty: unknown key'],
  ['{ service: "http://x" }', 'expected an address that starts with https://'],
  ['{ at: 7h }', 'expected a time of day such as "09:30" (in quotes), got "7h"'],
  ['{ days: 15 }', 'expected at most 14, got 15'],
  ['{ zone: Mars/Olympus }', 'expected a time zone'],
  ['{ language: "e n" }', 'expected a language tag such as en-GB'],
])("a part's own block %s is checked like any other", (text, problem) => {
  expect(problems(`climate: ${text}`, { blocks: [weather] })).toEqual([expect.stringContaining(problem)]);
});

test('two parts may fill one block, each with fields of its own', () => {
  const snow = block(
    'climate',
    'Snow.',
    z.strictObject({ snow: z.boolean().default(true).describe('Snow.') }).prefault({}),
  );
  const config = load('climate: { snow: false, days: 3 }', { blocks: joinBlocks([weather, snow]) });
  expect([config.block(snow).snow, config.block(weather).days]).toEqual([false, 3]);
});

test.each([
  ['another field of the same name', z.strictObject({ days: z.string().default('').describe('Days.') }).prefault({})],
  ['a switch where the other is always there', z.strictObject({ snow: z.boolean().describe('Snow.') }).optional()],
  [
    'a rule about several fields',
    z
      .strictObject({})
      .refine(() => true)
      .prefault({}),
  ],
])('two parts cannot have one block: %s', (_, schema) => {
  const other = block('climate', 'Snow.', schema);
  expect(() => joinBlocks([weather, other])).toThrow('two parts bring a config block named climate');
});

test('nothing can change the configuration', () => {
  const config = load('access: { owners: ["discord:1"] }');
  expect(() => (config.access.owners as string[]).push('discord:2')).toThrow(TypeError);
});

test('parts that share a block each bring their fields, and what one of them lacks is said', () => {
  const enabled = z.boolean().default(true);
  const part = <Own extends z.ZodRawShape>(own: Own, lacks: (values: unknown) => string[] = () => []) =>
    block('shared', 'Of several parts.', z.strictObject({ enabled, ...own }).optional(), [], lacks);
  const one = part({ colour: z.string().default('red') });
  const other = part({ size: z.number().default(3) }, () => ['it lacks a size']);
  const [joined, ...rest] = joinBlocks([one, other]);
  expect(rest).toEqual([]);
  expect(joined?.schema.parse({ size: 4 })).toEqual({ enabled: true, colour: 'red', size: 4 });
  expect(joined?.schema.safeParse({ sise: 4 }).success).toBe(false);
  expect(joined?.lacks?.({})).toEqual(['it lacks a size']);
  const always = block('shared', 'Always there.', z.strictObject({}).prefault({}));
  expect(() => joinBlocks([one, part({ colour: z.string() })])).toThrow('two parts bring a config block named shared');
  expect(() => joinBlocks([one, always])).toThrow('two parts bring a config block named shared');
});
