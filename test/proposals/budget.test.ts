import { expect, onTestFinished, test } from 'vitest';
import { lightModels } from '../../src/agent/inference/light.ts';
import { type ModelSettings, Models } from '../../src/agent/models/index.ts';
import { models } from '../../src/config/models.ts';
import { askWithin, heavyOf, leftOf } from '../../src/proposals/budget.ts';
import { improvementConfig as config } from '../../src/proposals/config.ts';
import { config as codingConfig } from '../../src/skills/self-coding/config.ts';
import { load } from '../config/support.ts';
import { openTestDatabase } from '../support/database.ts';
import { testWorld } from '../support/world.ts';

const settings = (values: Record<string, unknown> = {}) => {
  const read = config.schema.parse(values);
  if (!read) throw new Error('the block is there');
  return read;
};

test('no call passes the month’s budget, and a call whose process dies counts as dear as it may be', async () => {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const world = testWorld();
  const asked = { personId: '00000000-0000-0000-0000-000000000000', system: 'a', text: 'b' };
  let calls = 0;
  let cost = 0.25;
  const light = async () => {
    calls++;
    if (cost < 0) throw new Error('the process dies');
    return { ok: true as const, text: 'yes', model: 'a/b', price: cost };
  };
  const small = { available: true, hasLight: false, mostCost: () => 0.5, light, spend: async () => undefined };
  const deps = {
    database,
    world,
    models: { small },
    people: { household: { zone: 'UTC', locale: undefined } },
    config: settings({ budget: { month: 1 } }),
  };
  const ask = () => askWithin(deps, 'improvement.test', asked, new AbortController().signal);
  const left = async () => database.tx('test', (tx) => leftOf(deps, tx));

  expect((await ask()).ok).toBe(true);
  expect(await left()).toBe(0.75);
  cost = -1;
  await expect(ask()).rejects.toThrow('dies');
  expect(await left()).toBe(0.25);
  expect(await ask()).toMatchObject({ ok: false, fault: 'budget' });
  expect(calls).toBe(2);
  await world.clock.moveTo(new Date('2026-12-01T00:00:00Z'));
  cost = 0.1;
  expect((await ask()).ok).toBe(true);
  const none = {
    ...deps,
    config: settings({ budget: { month: 0 } }),
    models: { small: { ...small, mostCost: () => 0 } },
  };
  expect(await askWithin(none, 'improvement.test', asked, new AbortController().signal)).toMatchObject({ ok: false });
});

test('a model whose price nobody knows is not asked where the dearest one would pass the budget', async () => {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const world = testWorld();
  const providers = { proxy: { kind: 'openai-compatible', api_key: 'key', base_url: 'https://proxy.example/v1' } };
  const block = models.schema.parse({ default: 'proxy/nothing-is-known', providers }) as ModelSettings;
  const asking = new Models({ settings: block, ...world });
  const light = lightModels({ world, models: asking, alone: undefined, ledger: {} as never, worst: () => 0 });
  const ask = (month: number) => {
    const deps = {
      database,
      world,
      models: { small: light },
      people: { household: { zone: 'UTC', locale: undefined } },
    };
    const asked = { personId: '00000000-0000-0000-0000-000000000000', system: 'a', text: 'b'.repeat(4_000) };
    return askWithin(
      { ...deps, config: settings({ budget: { month } }) },
      'improvement.test',
      asked,
      new AbortController().signal,
    );
  };
  // 4 requests of 4,501 tokens in, all written to the cache, and 1,000 out, at 15 and 75 for a million: 0.64.
  expect(await ask(0.6)).toMatchObject({ ok: false, fault: 'budget' });
  // There is no ledger here, which is asked first of all: the reservation fitted.
  await expect(ask(0.7)).rejects.toThrow(TypeError);
});

test('the model that reflects has two names, and without either it is the heavy one', () => {
  expect(heavyOf(settings())).toBe('heavy');
  expect(heavyOf(settings({ opus_model: 'a/opus' }))).toBe('a/opus');
  expect(heavyOf(settings({ opus_model: 'a/opus', heavy_model: 'a/heavy' }))).toBe('a/heavy');
});

test.each([
  ['', undefined],
  ['self_improvement:\n', undefined],
  ['self_improvement: {}\n', true],
  ['self_improvement: { budget: { month: 5 } }\n', true],
  ['self_improvement: { enabled: true }\n', true],
  ['self_improvement: { enabled: false, budget: { month: 5 } }\n', false],
])('off without a block, on with one, off where it says so: %j', (text, expected) => {
  expect(load(text).block(config)?.enabled).toBe(expected);
});

test('the documented defaults', () => {
  expect(load('self_improvement: {}\n').block(codingConfig)).toMatchObject({
    enabled: true,
    budget: { month: 10 },
    critique_min_tier: 3,
    executor_enabled: false,
  });
});
