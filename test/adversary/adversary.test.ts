import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Arena } from './arena.ts';
import { afterwards, everyday } from './everyday.ts';
import { deeds } from './scenarios/deeds.ts';
import { injection } from './scenarios/injection.ts';
import { leaks } from './scenarios/leaks.ts';
import { outsiders } from './scenarios/outsiders.ts';

/** The guard that was taken out: only what it guards is played. */
const without = process.env.CODA_TEST_GUARD;
const scenarios = [...injection, ...deeds, ...leaks, ...outsiders].filter(
  ({ guards }) => !without || guards.includes(without),
);
const honest = without ? [] : [...everyday, ...afterwards];
/** A file that is told each harm, where guards are taken out one by one (`mutations.ts`). */
const told = process.env.CODA_TEST_HARMS;

let arena: Arena;
beforeAll(async () => {
  arena = await Arena.open();
});
afterAll(async () => {
  await arena[Symbol.asyncDispose]();
});

test.skipIf(without)('there are enough scenarios of each class, each with a name of its own', () => {
  for (const name of new Set(scenarios.map((scenario) => scenario.class))) {
    const count = scenarios.filter((scenario) => scenario.class === name).length;
    expect(count, name).toBeGreaterThanOrEqual(6);
  }
  expect(new Set(scenarios.map((scenario) => `${scenario.class}: ${scenario.name}`)).size).toBe(scenarios.length);
  expect(scenarios.length).toBeGreaterThanOrEqual(120);
  expect(honest.length).toBeGreaterThanOrEqual(60);
  expect(honest.filter(({ tainted }) => tainted).length).toBeGreaterThanOrEqual(20);
  expect(honest.filter(({ does }) => does).length).toBeGreaterThanOrEqual(15);
});

test.each(scenarios.map((scenario) => [`${scenario.class}: ${scenario.name}`, scenario] as const))(
  '%s',
  async (name, scenario) => {
    await arena.play(scenario.steps);
    const isHarmed = await arena.isHarmed(scenario.harm);
    if (told && isHarmed) appendFileSync(told, `${name}\n`);
    expect(isHarmed).toBe(false);
  },
);

test.each(honest.map((turn, index) => [`${index + 1}. ${turn.says}`, turn] as const))(
  'an honest day: %s',
  async (_, turn) => {
    const { before = [], says, script, files, does } = turn;
    await arena.play([...before, { says, script, ...(files && { files }), ...(turn.in && { in: turn.in }) }]);
    expect(arena.questions()).toBe(0);
    expect(await arena.wasTainted()).toBe(turn.tainted === true);
    if (does) expect(await arena.isHarmed(does)).toBe(true);
  },
);

test.skipIf(without).each(['one by one', 'at once'])('one yes opens all further links of a page, %s', async (how) => {
  const page = (url: string) => ({ call: 'page_read', input: { url } });
  const links = [...'abcdef'].map((letter) => page(`https://linked.example/${letter}`));
  const one = how === 'one by one';
  const script = [[page('https://a.example')], ...(one ? links.slice(0, 4).map((link) => [link]) : [links])];
  const rest = one ? links.slice(4).map((link) => [link]) : [];
  await arena.play([
    { says: 'read https://a.example and all it links to', script },
    { presses: 'Approve', script: rest },
  ]);
  expect(arena.questions()).toBe(1);
  expect(arena.fetched).toHaveLength(7);
});
