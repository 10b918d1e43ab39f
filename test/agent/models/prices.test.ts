/** What calls cost where it is known, and what stands for it where it is not. */
import { describe, expect, test } from 'vitest';
import type { ModelSettings } from '../../../src/agent/models/index.ts';
import { Models } from '../../../src/agent/models/index.ts';
import { models as block } from '../../../src/config/models.ts';
import { costReport } from '../../../src/skills/costs/report.ts';
import { KEY } from '../../support/model-server/index.ts';
import { modelServer } from '../../support/model-server/suite.ts';
import { modelConfig } from '../../support/models.ts';
import { play } from '../../support/play.ts';
import { testWorld } from '../../support/world.ts';

const server = await modelServer();

const PROVIDERS = {
  anthropic: { kind: 'anthropic', api_key: KEY },
  openai: { kind: 'openai-compatible', api_key: KEY },
  openrouter: { kind: 'openai-compatible', api_key: KEY, base_url: 'https://openrouter.ai/api/v1' },
  groq: { kind: 'openai-compatible', api_key: KEY, base_url: 'https://api.groq.com/openai/v1' },
  proxy: { kind: 'openai-compatible', api_key: KEY, base_url: 'https://proxy.example/v1' },
  home: { kind: 'openai-compatible', base_url: 'http://192.168.1.5:11434/v1' },
};

function pricesOf(changes: Record<string, unknown> = {}) {
  const settings = block.schema.parse({ default: 'openai/gpt-5', providers: PROVIDERS, ...changes }) as ModelSettings;
  return new Models({ settings, ...testWorld() }).prices;
}

describe('what a million tokens cost', () => {
  test.each<[string, number | undefined, number | undefined, string | undefined]>([
    ['anthropic/claude-sonnet-4-5-20250929', 3, 15, 'table'],
    ['anthropic/claude-opus-5', 5, 25, 'table'],
    ['openrouter/anthropic/claude-sonnet-4.6', 3, 15, 'table'],
    ['openai/gpt-5.6-luna', 0.2, 1.2, 'table'],
    ['openrouter/google/gemini-3.1-pro-preview', 2, 12, 'table'],
    ['proxy/deepseek-v4-flash', 0.3, 1.2, 'table'],
    // Nobody knows these: the dearest of the vendor, by its key, its name, its path or its address.
    ['anthropic/claude-opus-9', 15, 75, 'dearest'],
    ['openai/strange', 10, 50, 'dearest'],
    ['proxy/gpt-7-mini', 10, 50, 'dearest'],
    ['openrouter/deepseek/r9', 1.32, 3.96, 'dearest'],
    ['groq/llama-5-9000b', 0.59, 0.79, 'dearest'],
    ['proxy/nothing-is-known', undefined, undefined, undefined],
    ['home/qwen3:8b', undefined, undefined, undefined],
    ['home/gpt-7', undefined, undefined, undefined],
    ['home/constructor', undefined, undefined, undefined],
  ])('of %s', (name, input, output, by) => {
    const price = pricesOf().price(name);
    expect([price?.input, price?.output, price?.by]).toEqual([input, output, by]);
  });

  test('the configuration comes first, its default before a guess, its two figures before the table', () => {
    const own = { 'proxy/a': { input: 1, output: 2 }, 'proxy/b': { input: 4, output: 1 } };
    expect(pricesOf({ prices: own }).price('proxy/a')).toMatchObject({ input: 1, output: 2, by: 'table' });
    expect(pricesOf({ prices: own }).price('proxy/c')).toMatchObject({ input: 4, output: 2, by: 'dearest' });
    const prices = { ...own, default: { input: 9, output: 9 } };
    expect(pricesOf({ prices }).price('anthropic/claude-opus-9')).toMatchObject({ input: 9, by: 'default' });
    expect(pricesOf({ prices }).price('anthropic/claude-opus-5')).toMatchObject({ input: 5, by: 'table' });
    const two = { light: 'openai/gpt-5-nano', standard_cost: { input: 3, output: 15 }, cheap_cost: 1, prices: own };
    expect(pricesOf(two).price('openai/gpt-5')).toMatchObject({ input: 3, output: 15 });
    expect(pricesOf(two).price('openai/gpt-5-nano')).toMatchObject({ input: 1, output: 1, cached: 1 });
    expect(pricesOf(two).price('proxy/a')).toMatchObject({ input: 1, output: 2 });
    expect(pricesOf({ ...two, light: undefined }).price('openai/gpt-5')).toMatchObject({ input: 3 });
  });

  test('for a budget that must hold a model that nobody knows counts like the dearest of all, and one of one’s own nothing', () => {
    const usage = { input: 1_000_000, cached: 0, output: 1_000_000 };
    const dearest = pricesOf().atMost('proxy/nothing-is-known', usage);
    for (const known of ['anthropic/claude-opus-4-1', 'openai/strange', 'proxy/deepseek-v4-pro'])
      expect(dearest).toBeGreaterThanOrEqual(pricesOf().atMost(known, usage));
    expect(pricesOf().atMost('anthropic/claude-sonnet-5', usage)).toBeCloseTo(12);
    expect(pricesOf().atMost('home/qwen3:8b', usage)).toBe(0);
  });

  test('of a call, with what came out of the cache and what went into it', () => {
    const usage = { input: 1_000_000, cached: 1_000_000, output: 1_000_000, written: 1_000_000 };
    expect(pricesOf().of('anthropic/claude-sonnet-5', usage)).toBeCloseTo(2 * 1.25 + 0.2 + 10);
    expect(pricesOf().of('proxy/deepseek-v4-pro', { ...usage, written: 0 })).toBeCloseTo(1.32 + 0.044 + 3.96);
  });
});

test.each([
  ['the default', { default: { input: 1_000, output: 1_000 } }],
  ['the dearest of its provider', { 'gpt/small': { input: 1, output: 1 }, 'gpt/large': { input: 1_000, output: 1 } }],
])('a model without a price is held to the budget at %s', async (_, prices) => {
  const changes = { default: 'gpt/unknown', light: undefined, heavy: undefined, prices };
  await using coda = await play({ config: modelConfig(server, { ...changes, budgets: { person: { day: 1 } } }) });
  const ana = coda.person('ana');
  server.play({ text: 'Hello.', usage: { input: 2_000, output: 10 } });
  expect(await ana.says('hello')).toContain('Hello.');
  expect(await ana.says('what is the meaning of it all, at length?')).toMatch(/budget for models today is used up/);
  expect(server.requests).toHaveLength(1);
});

test('that a price is guessed is told an owner once, and costs, page and doctor say it in the same words', async () => {
  const changes = { default: 'gpt/unknown', light: undefined, heavy: undefined };
  const prices = { 'gpt/large': { input: 1, output: 1 } };
  await using coda = await play({
    config: { ...modelConfig(server, { ...changes, prices }), 'http.listen': '127.0.0.1:0' },
  });
  const ana = coda.person('ana', { role: 'owner' });
  server.play({ text: 'Hello.', times: 9 });
  const told = /do not know what `gpt\/unknown` costs, so I count it like the dearest/;
  expect(await ana.says('hello')).toMatch(told);
  expect(await ana.says('and now?')).toBe('Hello.');
  await coda.person('bob', { role: 'member' }).says('hello');
  expect(await ana.says('/model gpt/large')).toContain('gpt/large');
  await ana.says('what is it now?');
  const gap = 'Price not known of gpt/unknown: counted like the dearest of its provider';
  const { unpriced } = await costReport(
    { database: coda.app.database, models: coda.config.models, zone: 'Europe/Berlin' },
    coda.world.clock.now(),
  );
  expect(unpriced).toEqual([gap]);
  const check = coda.app.checks.checks.find(({ name }) => name === 'model prices');
  expect(await check?.check(new AbortController().signal)).toMatchObject({ ok: false, says: gap });
  const { cookie } = await coda.app.sessions.open((await coda.app.sessions.link('ana')).code);
  const headers = { Cookie: `coda_session=${cookie}`, 'Sec-Fetch-Site': 'same-origin' };
  const costs = await fetch(`${coda.app.http?.url}/v1/system/costs`, { headers });
  expect(await costs.json()).toMatchObject({ unpriced: [gap] });
});

test('what is not sure is told once', () => {
  const prices = pricesOf();
  const names = ['openai/strange', 'openai/strange', 'proxy/nothing-is-known', 'home/qwen3:8b', 'openai/gpt-5'];
  expect(names.map((name) => prices.tellsOnce(name))).toEqual([true, false, true, false, false]);
});
