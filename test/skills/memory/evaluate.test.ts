import { describe, expect, test } from 'vitest';
import { config } from '../../../src/skills/memory/config.ts';
import { evaluate } from '../../../src/skills/memory/evaluate.ts';
import { offlineEmbedder, packVector, unit } from '../../../src/vectors/index.ts';

const FACTS = [
  { fact: 1, text: 'Maya adopted a grey cat from the animal shelter', at: '2023-05-08' },
  { fact: 'b', text: 'Tom opened a small bakery on Mill Street', at: '2023-05-10' },
  { fact: 3, text: 'Priya is a software engineer at a bank', at: '2024-06-03' },
];

async function answers(kind: 'offline' | 'none', asked: readonly string[]) {
  const warned: string[] = [];
  async function* lines() {
    for (const fact of FACTS) yield JSON.stringify(fact);
    yield 'no line of JSON';
    for (const [ask, text] of asked.entries()) yield JSON.stringify({ ask, text });
  }
  const { embedder } = config.schema.parse({ embedder: { kind } });
  const found = [];
  for await (const { facts } of evaluate(
    lines(),
    embedder,
    (text) => warned.push(text),
    new AbortController().signal,
  )) {
    found.push(facts);
  }
  expect(warned).toHaveLength(1);
  return found;
}

test('facts are found by words in any form, and by their rendered day', async () => {
  const found = await answers('none', ['Which cats were adopted?', 'What happened on 10 May 2023?', 'quantum']);
  expect(found[0]).toEqual([1]);
  expect(found[1]?.[0]).toBe('b');
  expect(found[2]).toEqual([]);
});

// This one and the next load the model: a process and two seconds.
test('facts are found in other words, on this machine', async () => {
  const found = await answers('offline', ['Where did her pet come from?', 'Who programs computers for a living?']);
  expect(found.map(([first]) => first)).toEqual([1, 3]);
});

test('the vector of a question does not wait behind all the texts that are to be found later', async () => {
  const { signal } = new AbortController();
  const embedder = offlineEmbedder();
  const made: string[] = [];
  const ask = async (name: string, kind: 'query' | 'document', text: string) => {
    await embedder.embed([text], kind, signal);
    made.push(name);
  };
  const documents = ['a', 'b', 'c', 'd'].map((name) => ask(name, 'document', `fact ${name}`));
  await Promise.all([...documents, ask('question', 'query', 'where is my cat?')]);
  expect(made.indexOf('question')).toBeLessThan(2);
  expect(made.filter((name) => name !== 'question')).toEqual(['a', 'b', 'c', 'd']);
  await embedder.close();
  await expect(Promise.all([ask('e', 'document', 'fact e'), ask('f', 'document', 'fact f')])).resolves.toHaveLength(2);
  await embedder.close();
});

describe('a vector', () => {
  test('keeps its direction in one byte for each dimension', () => {
    const vector = unit([3, 4, 0, 0], 4) as Float32Array;
    expect(packVector(vector)).toHaveLength(8);
    expect([...vector]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8), 0, 0]);
  });

  test.each([
    ['of another size', [1, 2]],
    ['that is not finite', [Number.NaN, 1, 0, 0]],
    ['of nothing', [0, 0, 0, 0]],
  ])('%s is none', (_, values) => {
    expect(unit(values, 4)).toBeUndefined();
  });
});
