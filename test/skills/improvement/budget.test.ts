import { expect, onTestFinished, test } from 'vitest';
import { askWithin, heavyOf, leftOf } from '../../../src/skills/improvement/budget.ts';
import { config } from '../../../src/skills/improvement/config.ts';
import { load } from '../../config/support.ts';
import { openTestDatabase } from '../../support/database.ts';
import { testWorld } from '../../support/world.ts';

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
  const models = { available: true, most: () => 0.5, light };
  const deps = {
    database,
    world,
    models,
    household: { zone: 'UTC', locale: undefined },
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
  const none = { ...deps, config: settings({ budget: { month: 0 } }), models: { ...models, most: () => 0 } };
  expect(await askWithin(none, 'improvement.test', asked, new AbortController().signal)).toMatchObject({ ok: false });
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
  expect(settings()).toMatchObject({
    enabled: true,
    budget: { month: 10 },
    critique_min_tier: 3,
    executor_enabled: false,
  });
});
