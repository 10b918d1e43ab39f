import { expect, onTestFinished, test } from 'vitest';
import { learn, SkillSearch, termsToLearn } from '../../../src/agent-skills/find/search.ts';
import { dropWeights, weights } from '../../../src/agent-skills/find/store.ts';
import { openTestDatabase } from '../../support/database.ts';
import { testWorld } from '../../support/world.ts';
import { skillsOf } from './set.ts';

const snapshot = skillsOf([
  { name: 'invoices', description: 'Writes invoices for clients. Use to bill somebody.' },
  { name: 'receipts', description: 'Writes receipts for clients. Use when somebody has paid.' },
  { name: 'letters', description: 'Writes letters to clients.' },
]);
const REQUEST = 'write something for the clients of the bakery';

async function household() {
  const world = testWorld();
  const database = await openTestDatabase(world);
  onTestFinished(() => database.close());
  const reader = { query: database.read.bind(database) };
  const search = new SkillSearch();
  return {
    said: (got: string, expected: string, spaceId = 'home') =>
      database.tx('test', (tx) =>
        learn(tx, { spaceId, got, expected, terms: termsToLearn(REQUEST) }, world.clock.now()),
      ),
    reset: (spaceId = 'home') => database.tx('test', (tx) => dropWeights(tx, spaceId)),
    find: async (words: string, spaceId = 'home') => {
      const learned = (await weights(reader)).get(spaceId);
      return search.find(snapshot, words, { learned });
    },
  };
}

test('a skill that people said was meant is found first for such requests, in their space alone', async () => {
  const { said, find } = await household();
  const [first] = await find(REQUEST);
  expect(first?.skill.name).not.toBe('receipts');
  expect(await said(first?.skill.name ?? '', 'receipts')).toBe(true);
  const after = await find(REQUEST);
  expect(after[0]?.skill.name).toBe('receipts');
  expect(after[0]?.learned).toBeGreaterThan(0);
  expect(after.find(({ skill }) => skill.name === first?.skill.name)?.learned).toBeLessThan(0);
  expect((await find(REQUEST, 'work'))[0]?.skill.name).toBe(first?.skill.name);
  expect((await find('bill somebody'))[0]?.skill.name, 'other requests are as they were').toBe('invoices');
});

test('however often it is said, it counts only so much', async () => {
  const { said, find } = await household();
  for (let time = 0; time < 20; time++) await said('letters', 'receipts');
  for (const { learned } of await find(REQUEST)) expect(Math.abs(learned)).toBeLessThanOrEqual(0.3);
});

test('what was learned is forgotten where an owner wants that', async () => {
  const { said, find, reset } = await household();
  await said('letters', 'receipts');
  await said('letters', 'receipts', 'work');
  expect(await reset()).toBe(2);
  expect((await find(REQUEST)).map(({ learned }) => learned)).toEqual([0, 0, 0]);
  expect((await find(REQUEST, 'work')).some(({ learned }) => learned > 0)).toBe(true);
});
