import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { skillText, write } from '../agent-skills/support.ts';
import { command, commandsData } from '../support/command-lines.ts';

test('feedback moves a skill up for the request that it was given for, shows in why, and can be reset', async () => {
  const home = mkdtempSync(join(tmpdir(), 'coda-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const { dataDir, env: at } = await commandsData();
  const config = join(home, 'config.yaml');
  writeFileSync(config, JSON.stringify({ memory: { embedder: { kind: 'none' } } }));
  const coda = (...args: string[]) =>
    command([...args, '--data', dataDir, '--config', config], { env: { HOME: home, ...at } });
  write(home, '.agent-skills/flights/SKILL.md', skillText('flights', { description: 'Finds cheap trips by air.' }));
  write(
    home,
    '.agent-skills/trains/SKILL.md',
    skillText('trains', { description: 'Finds cheap trips by rail and air.' }),
  );
  const query = 'a cheap trip by air';
  const first = async () => JSON.parse((await coda('skills', 'why', query, '--json')).stdout)[0];
  const before = await first();
  const other = before.id === 'flights' ? 'trains' : 'flights';
  expect(await coda('skills', 'feedback', before.id, '--expected', other), 'no request is known').toMatchObject({
    code: 64,
    stderr: expect.stringContaining('--query'),
  });
  const said = await coda('skills', 'feedback', before.id, '--expected', other, '--query', query);
  expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining(`find ${other} sooner`) });
  expect(await first()).toMatchObject({ id: other, learned: 0.15 });
  expect((await coda('skills', 'why', query)).stdout).toMatch(/learned 0\.15/);
  expect(await coda('skills', 'feedback', before.id, '--expected', 'nothing')).toMatchObject({ code: 66 });
  expect(await coda('skills', 'feedback', '--reset')).toMatchObject({ code: 0 });
  expect(await first()).toMatchObject({ id: before.id, learned: 0 });
});
