import { expect, test } from 'vitest';
import { openCatalog } from '../../src/agent-skills/catalog/catalog.ts';
import type { SkillSnapshot } from '../../src/agent-skills/index.ts';
import { OWN_FILES } from '../../src/agent-skills/live/host.ts';
import { idOf, skillMeant } from '../../src/agent-skills/skill.ts';
import { calledBy } from '../../src/agent-skills/use/commands.ts';
import { deniedBy } from '../../src/agent-skills/use/deps.ts';
import { Gate } from '../../src/people/index.ts';
import { playWith } from './conversation.ts';
import { skillText, temporaryFolder, write } from './support.ts';

async function catalogOf(files: Record<string, string>, settings = {}) {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) write(root, path, text);
  const commands = () => new Set(['help']);
  const catalog = openCatalog({ sources: [{ kind: 'configured', directory: root }], settings, commands });
  await catalog.rescan();
  return { root, catalog, snapshot: catalog.current() };
}

const namesOf = ({ skills }: SkillSnapshot) => [...skills.keys()];
const viewOf = (snapshot: SkillSnapshot) => ({
  snapshot,
  decisions: {
    deprecated: new Map(),
    blocked: new Set<string>(),
    uses: new Map(),
    drafts: new Set<string>(),
    resting: new Map<string, string>(),
  },
  skillsByAgent: new Map(),
  files: OWN_FILES,
});

test('two skills of one name in two groups are two, each with its group as a tag', async () => {
  const { snapshot } = await catalogOf({
    'travel/search/SKILL.md': skillText('search', { description: 'Finds flights.' }),
    'work/search/SKILL.md': skillText('search', { description: 'Finds tickets.' }),
  });
  expect(namesOf(snapshot)).toEqual(['travel/search', 'work/search']);
  expect(snapshot.skills.get('travel/search')).toMatchObject({ description: 'Finds flights.', tags: ['travel'] });
  expect(skillMeant(snapshot, 'Work/Search')?.description).toBe('Finds tickets.');
  expect(skillMeant(snapshot, 'search'), 'nobody can tell which').toBeUndefined();
});

test('a skill beside groups keeps its flat name when a group has the same one', async () => {
  const { snapshot } = await catalogOf({
    'search/SKILL.md': skillText('search'),
    'work/search/SKILL.md': skillText('search'),
  });
  expect(namesOf(snapshot)).toEqual(['search', 'work/search']);
  expect(skillMeant(snapshot, 'search')?.name).toBe('search');
});

test('a skill that is alone with its name is called by it, and is meant by its id as well', async () => {
  const { snapshot } = await catalogOf({ 'travel/hotels/SKILL.md': skillText('hotels') });
  const skill = skillMeant(snapshot, 'travel/hotels');
  expect(skill?.name).toBe('hotels');
  expect(skill && idOf(skill)).toBe('travel/hotels');
  expect(calledBy(viewOf(snapshot), 'travel/hotels', 'in Oslo')?.input).toEqual({
    name: 'hotels',
    arguments: 'in Oslo',
  });
});

test('a skill that names its group is called by its id from the beginning', async () => {
  const { snapshot } = await catalogOf({
    'travel/search_flights/SKILL.md': skillText('search_flights', { more: 'metadata:\n  group: travel\n' }),
    'travel/trains/SKILL.md': skillText('travel/trains'),
  });
  expect(namesOf(snapshot)).toEqual(['travel/search_flights', 'travel/trains']);
  expect(skillMeant(snapshot, 'search_flights')?.name).toBe('travel/search_flights');
});

test('one of a group never takes the name of a command of coda’s own', async () => {
  const { snapshot } = await catalogOf({ 'travel/help/SKILL.md': skillText('travel/help') });
  expect(calledBy(viewOf(snapshot), 'help', '')).toBeUndefined();
  expect(calledBy(viewOf(snapshot), 'travel/help', '')?.input).toEqual({ name: 'travel/help' });
});

test('when a second one comes, the first keeps its files and what they were; when it goes, its flat name is back', async () => {
  const { root, catalog } = await catalogOf({ 'travel/search/SKILL.md': skillText('search') });
  write(root, 'work/search/SKILL.md', skillText('search'));
  await catalog.rescan();
  expect(namesOf(catalog.current())).toEqual(['travel/search', 'work/search']);
  write(root, 'work/search/SKILL.md', '');
  await catalog.rescan();
  expect(namesOf(catalog.current())).toEqual(['search']);
});

test('a setting by the flat name, and one by the id, switches it off', async () => {
  const files = {
    'travel/search/SKILL.md': skillText('search'),
    'work/search/SKILL.md': skillText('search'),
    'travel/trains/SKILL.md': skillText('trains'),
  };
  const { snapshot } = await catalogOf(files, { search: { enabled: false }, 'travel/trains': { enabled: false } });
  expect(namesOf(snapshot)).toEqual([]);
});

test('a rule on a flat name, on an id or on a group keeps a skill however it is called', async () => {
  const { snapshot } = await catalogOf({
    'travel/search/SKILL.md': skillText('search'),
    'work/search/SKILL.md': skillText('search'),
    'work/reports/SKILL.md': skillText('reports'),
  });
  const deniedWith = (pattern: string) => {
    const permissions = [{ pattern, required: ['secret:read'] }];
    const gate = new Gate(() => ({ roles: new Map(), permissions, approvals: [] }));
    return [...deniedBy(gate)(viewOf(snapshot), { role: 'member' })].sort();
  };
  expect(deniedWith('search')).toEqual(['travel/search', 'work/search']);
  expect(deniedWith('work/*')).toEqual(['reports', 'work/search']);
  expect(deniedWith('agent-skills/work/reports')).toEqual(['reports']);
});

test('what a guest is granted by a flat name does not let them use one of a group', async () => {
  const { snapshot } = await catalogOf({
    'search/SKILL.md': skillText('search'),
    'work/search/SKILL.md': skillText('search'),
  });
  const roles = new Map([['guest', ['search']]]);
  const gate = new Gate(() => ({ roles, permissions: [], approvals: [] }));
  expect([...deniedBy(gate)(viewOf(snapshot), { role: 'guest' })]).toEqual(['work/search']);
});

test('the list in a chat shows the skills with a tag, said as in a shell too, and says so where none has it', async () => {
  const more = 'tags: [cheap]\n';
  const { coda } = await playWith({ 'travel/flights': { more }, 'travel/hotels': {}, ledger: {} });
  const ana = coda.person('ana');
  const listed = async (what: string) =>
    [...(await ana.says(what)).matchAll(/^- \*\*([^*]+)\*\*/gm)].map(([, name]) => name);
  expect(await listed('/skills')).toContain('ledger');
  for (const what of ['/skills tag:travel', '/skills --tag Travel', '/skills 1 tag:#travel'])
    expect(await listed(what), what).toEqual(['travel/flights', 'travel/hotels']);
  expect(await listed('/skills tag:travel tag:cheap')).toEqual(['travel/flights']);
  expect(await ana.says('/skills tag:money')).toContain('No skill has the tag `money`.');
  expect(await ana.says('/skills tag:travel now')).toContain('`/skills tag:TAG`');
  const [what] = coda.app.commands.find(({ name }) => name === 'skills')?.options ?? [];
  expect(await what?.complete?.('tag:trav', { person: { role: 'owner' } } as never)).toEqual(['tag:travel']);
});
