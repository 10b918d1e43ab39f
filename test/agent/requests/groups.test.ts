/** A group is told by its own words: a guesser that knows nothing but `more_tools` finds most of what no state brings. */
import { expect, test } from 'vitest';
import { wordsOf } from '../../../src/vectors/index.ts';
import { callableTools } from '../../support/callable.ts';
import { GROUP_OF, requests } from './scene.ts';

/** Share of the requests whose group the guesser chooses. Others speak another language, or of what only sense tells: "I live in Tokyo". */
const CHOSEN = 0.77;

/** Groups that come by themselves with what a conversation or its person has. */
const BY_STATE = ['tasks', 'schedules', 'files'];

interface GroupField {
  enum: readonly string[];
  description: string;
}

/** The words of each group, as `more_tools` says them. */
async function wordsOfGroups(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const more = (await callableTools()).find(({ name }) => name === 'more_tools');
  const { group } = (more as unknown as { schema: { properties: { group: GroupField } } }).schema.properties;
  const parts = group.description.split(/\.\s*/);
  return new Map(
    group.enum.map((name) => {
      const own = parts.flatMap((part) => (part.startsWith(`${name}:`) ? [part.slice(name.length + 1)] : []));
      return [name, new Set(wordsOf([name, ...own].join(' ')).terms)];
    }),
  );
}

/** The group whose words stand in the text, or synonyms of them; a rare word says more. */
function guessGroup(text: string, groups: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const { terms, synonyms } = wordsOf(text);
  const rarity = (term: string) =>
    Math.log(1 + groups.size / (1 + [...groups.values()].filter((own) => own.has(term)).length));
  const scoreOf = (own: ReadonlySet<string>) =>
    terms.reduce((sum, term) => {
      if (own.has(term)) return sum + rarity(term);
      return sum + ((synonyms?.get(term) ?? []).some((other) => own.has(other)) ? 0.4 * rarity(term) : 0);
    }, 0);
  const scored = [...groups].map(([group, own]) => ({ group, score: scoreOf(own) })).filter(({ score }) => score > 0);
  return scored.sort((a, b) => b.score - a.score)[0]?.group;
}

test('a guesser by overlap of words chooses the group of most requests', async () => {
  const groups = await wordsOfGroups();
  const asked = requests.flatMap(({ text, tool, state }) => {
    const group = GROUP_OF[tool];
    return group === undefined || state !== undefined || BY_STATE.includes(group) ? [] : [{ text, group }];
  });
  const chosen = asked.filter(({ text, group }) => guessGroup(text, groups) === group);
  expect(asked.length).toBeGreaterThan(60);
  expect(chosen.length / asked.length).toBeGreaterThanOrEqual(CHOSEN);
});
