import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { httpConfig } from '../../src/app/index.ts';
import { FOREIGN_ENV } from '../../src/config/foreign-env.ts';
import { improvementConfig } from '../../src/proposals/index.ts';
import { mcpConfig } from '../../src/skills/mcp/index.ts';
import { config as codingConfig } from '../../src/skills/self-coding/config.ts';
import { load, problems } from './support.ts';

const KEYS =
  'models: { providers: { anthropic: { kind: anthropic, api_key: a }, openai: { kind: openai-compatible, api_key: b } } }\n';
const LOCAL =
  'models: { default: one/m, providers: { one: { kind: openai-compatible, base_url: "http://a.test/v1" }, two: { kind: openai-compatible, base_url: "http://b.test/v1" } } }\n';

test.each([
  ['the vendor that has it', KEYS, 'claude-opus-4-6', 'anthropic/claude-opus-4-6'],
  ['the other vendor that has it', KEYS, 'gpt-5.2', 'openai/gpt-5.2'],
  ['the provider that it is named with elsewhere', LOCAL, 'm', 'one/m'],
  ['a provider that is written', LOCAL, 'two/x', 'two/x'],
])('a model by its name alone is of %s', (_, text, name, full) => {
  const config = load(`${text}self_improvement: { opus_model: ${name} }\n`);
  expect(config.block(improvementConfig)?.opus_model).toBe(full);
});

test('a name alone is found at every key that names a model', () => {
  const config = load(
    KEYS.replace(
      '{ providers',
      '{ default: claude-sonnet-4-6, fallbacks: [gpt-5-mini], prices: { gpt-5-mini: { input: 1, output: 2 } }, providers',
    ),
  );
  expect(config.models?.default).toBe('anthropic/claude-sonnet-4-6');
  expect(config.models?.fallbacks).toEqual(['openai/gpt-5-mini']);
  expect(Object.keys(config.models?.prices ?? {})).toEqual(['openai/gpt-5-mini']);
});

test('a name that no provider, or more than one, may have is an error with those that could be meant', () => {
  expect(problems(`${KEYS}self_improvement: { heavy_model: qwen3 }\n`)).toEqual([
    'coda.yaml:2:34 self_improvement.heavy_model: no provider is known to have “qwen3”: expected anthropic/qwen3 or openai/qwen3',
  ]);
  expect(problems(`${LOCAL}specialists: { lab: { default_model: qwen3 } }\n`)).toEqual([
    expect.stringMatching(
      /^coda.yaml:2:\d+ specialists.lab.default_model: more than one provider may have “qwen3”: expected one\/qwen3 or two\/qwen3$/,
    ),
  ]);
  load(
    `${LOCAL}specialists: { lab: { default_model: qwen3, default_provider: two }, home: { default_model: light } }\n`,
  );
});

test('a key may name the unit of its length of time', () => {
  const config = load(
    'mcp: { servers: { a: { url: "https://a.test", timeout_ms: 30000 }, b: { url: "https://b.test", timeout: 1500 } } }\n' +
      'storage: { connect_timeout_seconds: 5 }\nhttp: { idempotency_ttl: 300 }\n',
  );
  expect(config.block(mcpConfig).servers).toMatchObject({ a: { timeout: 30_000 }, b: { timeout: 1_500 } });
  expect(config.storage.connect_timeout).toBe(5_000);
  expect(config.block(httpConfig)?.idempotency_ttl).toBe(300_000);
  expect(problems('storage: { connect_timeout: 5s, connect_timeout_ms: 5000 }\n')).toContainEqual(
    expect.stringContaining('give either connect_timeout or connect_timeout_ms, not both'),
  );
  expect(problems('storage: { connect_timeout_ms: soon }\n')[0]).toContain('unknown key');
});

test('an executor that lacks its forge or its token says so, and GITHUB_TOKEN is its token', () => {
  const on = 'self_improvement: { executor_enabled: true';
  const env = { GITHUB_TOKEN: 'ghp_x' };
  expect(load(`${on} }\n`, { env }).notices).toEqual([expect.stringContaining('executor_forge: { repository')]);
  expect(load(`${on}, executor_forge: { repository: a/b } }\n`).notices).toEqual([
    expect.stringContaining('GITHUB_TOKEN'),
  ]);
  const ready = load(`${on}, executor_forge: { repository: a/b } }\n`, { env });
  expect(ready.notices).toEqual([]);
  expect(ready.block(codingConfig)?.executor_forge?.token).toBe('ghp_x');
  const own = load(`${on}, executor_forge: { repository: a/b, token: mine } }\n`, { env });
  expect(own.block(codingConfig)?.executor_forge?.token).toBe('mine');
  expect(load('', { env }).block(codingConfig)).toBeUndefined();
});

test("another program's variables are named with what says the same here", () => {
  const [notice, ...rest] = load('', {
    env: { SKILLOS_IDEMPOTENCY_TTL_SECONDS: '300', SKILLOS_JWT_ISSUER: 'x' },
  }).notices;
  expect(rest).toEqual([]);
  expect(notice).toContain('SKILLOS_IDEMPOTENCY_TTL_SECONDS (here http.idempotency_ttl)');
  expect(notice).toContain('SKILLOS_JWT_ISSUER (here http.jwt)');
  const page = readFileSync('docs/skills-platform.md', 'utf8');
  for (const [name, here] of Object.entries(FOREIGN_ENV))
    expect(page).toMatch(
      new RegExp(`\\| \`${name}(_\\*)?\` \\| \`${here.replaceAll('"', '').replaceAll('.', '\\.')}\` \\|`),
    );
});
