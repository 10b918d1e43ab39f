import { expect, test } from 'vitest';
import { isSame, slotOf } from '../../../src/skills/memory/keep.ts';

const FACTS = [
  'Ana lives in Berlin with two cats',
  'Ana works as a nurse at the Charité hospital',
  'Ana is allergic to peanuts and walnuts',
  'Ana plays tennis with Tom on Thursdays',
  'Ana bought a red bicycle for 80 euros',
  'Ana prefers tea to coffee in the morning',
  'Ana speaks Portuguese with her neighbour Rui',
  'Ana wants to visit Iceland before she is 40',
  'Ana was born in Leipzig in 1990',
  'Ana pays 950 euros of rent for her flat',
  'Ana likes hiking in the Alps with Mia',
  'Ana has an appointment with Dr Weber on 3 March',
  'Ana started a pottery class in Kreuzberg',
  'Ana takes 20 milligrams of iron before breakfast',
  'Ana drives a blue Volvo from 2012',
  'Ana sings alto in the choir of Saint Mary',
  'Ana keeps the spare key under the left flower pot',
  'Ana visited her mother in Dresden after Easter',
  'Ana loves the novels of Elena Ferrante',
  'Ana runs ten kilometres every Sunday with Jonas',
];

/** The same in other words: how two tellings of one thing differ. */
const AGAIN: readonly ((text: string) => string)[] = [
  (text) => `${text}.`,
  (text) => text.toLowerCase().replace('ana', 'Ana'),
  (text) => text.replace('Ana ', 'Ana really '),
  (text) => `It is true that ${text} now`,
  (text) =>
    text.replace(
      / (?:with|in|for|at|of|from|under|before|after|to|and|on|every|a|an) (?=\S)/,
      (word) => ` ${word.trim()}, as said, `,
    ),
];

/** Something else: what must never be taken for the same. */
const OTHERWISE: readonly ((text: string) => string)[] = [
  (text) => text.replace('Ana', 'The mother of Ana').replace(/^The/, 'Bob and the'),
  (text) => (/\d/.test(text) ? text.replace(/\d+/, (number) => String(Number(number) + 1)) : `${text} since 2019`),
  (text) => text.replace('Ana ', 'Ana never '),
  (text) => text.replace(/(?<=\s)\p{Lu}\p{L}+|\btea\b|peanuts|iron|bicycle|flat|key/u, 'Zanzibar'),
  (text) => `${text}, but her sister Eva does not`,
];

test('of 100 tellings of the same at least 90 are merged, and of 100 other things none', () => {
  const merged = FACTS.flatMap((text) => AGAIN.map((change) => isSame({ text }, { text: change(text) })));
  expect(merged).toHaveLength(100);
  expect(merged.filter(Boolean).length).toBeGreaterThanOrEqual(90);
  const others = FACTS.flatMap((text) => OTHERWISE.map((change) => [text, change(text)] as const));
  expect(others).toHaveLength(100);
  expect(others.filter(([one, other]) => isSame({ text: one }, { text: other }))).toEqual([]);
  const between = FACTS.flatMap((one, at) =>
    FACTS.slice(at + 1).map((other) => isSame({ text: one }, { text: other })),
  );
  expect(between.filter(Boolean)).toEqual([]);
});

test('the same event on another day is another one', () => {
  const text = 'Ana ran a marathon';
  expect(isSame({ text, happenedOn: '2024-04-01' }, { text, happenedOn: '2025-04-01' })).toBe(false);
  expect(isSame({ text, happenedOn: '2024-04-01' }, { text, happenedOn: '2024-04-01' })).toBe(true);
});

test.each([
  ['I live in Berlin', 'I moved to Lisbon'],
  ['my favourite colour is green', 'My favourite colour is now blue'],
  ['Ana works at the hospital', 'I started at a bank'],
])('“%s” gives way to “%s”', (before, after) => {
  expect(slotOf(before, 'Ana')).toBe(slotOf(after, 'Ana'));
  expect(slotOf(before, 'Ana')).toBeDefined();
});
