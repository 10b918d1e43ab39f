import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { skillText, write } from '../agent-skills/support.ts';
import { command, commandsData } from '../support/command-lines.ts';

/** A person whose skills lie in a folder of their own, and commands that they type. */
async function somebody(inline: object[] = []) {
  const home = mkdtempSync(join(tmpdir(), 'coda-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const root = join(home, 'skills');
  const { dataDir, env: at } = await commandsData();
  const config = join(home, 'config.yaml');
  writeFileSync(config, JSON.stringify({ skills: { agent_skill_dirs: [root], inline } }));
  const coda = (...args: string[]) =>
    command([...args, '--data', dataDir, '--config', config], { env: { HOME: home, ...at } });
  return { root, coda };
}

test('a skill of a group is begun by its id, and every list shows it by its tag alone', async () => {
  const { root, coda } = await somebody();
  const added = await coda('skills', 'add', 'travel/search_flights', '--root', root, '--description', 'Finds flights.');
  expect(added).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(join(root, 'travel/search_flights/SKILL.md')),
  });
  write(root, 'work/search_flights/SKILL.md', skillText('search_flights'));
  const listed = JSON.parse((await coda('skills', 'list', '--tag', 'travel', '--json')).stdout);
  expect(listed).toMatchObject([
    {
      id: 'travel/search_flights',
      name: 'travel/search_flights',
      group: 'travel',
      tags: ['travel'],
      name_zh: null,
      description_zh: null,
      source_path: join(root, 'travel/search_flights/SKILL.md'),
      subagent_model: null,
    },
  ]);
  expect((await coda('skills', 'show', 'travel/search_flights')).stdout).toMatch(/^description +Finds flights\.$/m);
  expect((await coda('skills', 'audit', '--tag', 'work')).stdout).toMatch(/^1 skill: /m);
  expect((await coda('skills', 'why', '--tag', 'work', 'search', 'flights', '--json')).stdout).not.toMatch(/travel/);
  const retired = await coda('skills', 'deprecate', 'Travel/Search_Flights', '--reason', 'old');
  expect(retired.stdout).toMatch(/^travel\/search_flights stays/);
});

test('an id that is none makes nothing', async () => {
  const { root, coda } = await somebody();
  for (const id of ['travel/', '/flights', 'a/b/c', 'travel/../x', '-a/b', 'travel/fl ights'])
    expect(await coda('skills', 'add', id, '--root', root), id).toMatchObject({
      code: id.startsWith('-') ? 64 : 65,
    });
});

test('the JSON of a skill has the words of the standard’s other dialects, and skills of the configuration have files', async () => {
  const files = mkdtempSync(join(tmpdir(), 'coda-inline-'));
  onTestFinished(() => rmSync(files, { recursive: true, force: true }));
  write(files, 'scripts/count.py', 'print(1)\n');
  const named = { scripts: ['count.py'], references: ['guide.md'] };
  const inline = { name: 'count', description: 'Counts.', instructions: 'Run scripts/count.py.' };
  const { root, coda } = await somebody([{ ...inline, ...named, source_path: files }]);
  const more = 'name_zh: 航班\ndescription_zh: 查找航班。\nmodel: acme/large\n';
  write(root, 'flights/SKILL.md', skillText('flights', { description: 'Finds flights. '.repeat(40).trim(), more }));
  const shown = async (name: string) => JSON.parse((await coda('skills', 'show', name, '--json')).stdout);
  const flights = await shown('flights');
  expect(flights).toMatchObject({
    name_zh: '航班',
    description_zh: '查找航班。',
    source_path: join(root, 'flights/SKILL.md'),
    subagent_model: 'acme/large',
  });
  expect(flights.description).toHaveLength(599);
  expect(flights.model_description).toBe('Finds flights');
  expect(await shown('count')).toMatchObject({
    source: 'inline',
    source_path: files,
    warnings: [{ code: 'entrypoint_missing', message: expect.stringContaining('references/guide.md') }],
  });
  const bare = await somebody([{ ...inline, source_path: '' }]);
  const { stdout } = await bare.coda('skills', 'show', 'count', '--json');
  expect(JSON.parse(stdout), 'an empty path is none').toMatchObject({ source: 'inline', source_path: null });
});
