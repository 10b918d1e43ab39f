import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { command, commandsData } from '../support/command-lines.ts';
import { Jsonl } from '../support/jsonl.ts';

/** A person with a skill that has just been begun, and commands that they type. */
async function somebody(settings = {}) {
  const home = mkdtempSync(join(tmpdir(), 'coda-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const { dataDir, env: at } = await commandsData();
  const config = join(home, 'config.yaml');
  writeFileSync(config, JSON.stringify({ ...settings, memory: { embedder: { kind: 'none' } } }));
  const env = { HOME: home, ...at };
  const coda = (...args: string[]) => command([...args, '--data', dataDir, '--config', config], { env });
  await coda('skills', 'add', 'travel/flights', '--description', 'Finds flights. Use for airfares.');
  const state = async () => JSON.parse((await coda('skills', 'show', 'travel/flights', '--json')).stdout).state;
  const found = async () =>
    JSON.parse((await coda('skills', 'why', 'find flights', '--json')).stdout).map(({ id }: { id: string }) => id);
  return { home, dataDir, config, env, coda, state, found };
}

test('what was begun is a draft, which nobody is offered until an owner has activated it', async () => {
  const { coda, state, found } = await somebody();
  expect(await state()).toBe('draft');
  expect((await coda('skills', 'list')).stdout).toMatch(/^travel\/flights +personal +draft: /m);
  expect(await found()).not.toContain('travel/flights');
  const unsaid = await coda('skills', 'activate', 'travel/flights');
  expect(unsaid).toMatchObject({ code: 64, stderr: expect.stringContaining('--approval approved') });
  expect(await state()).toBe('draft');
  expect(await coda('skills', 'activate', 'travel/flights', '--approval', 'approved')).toMatchObject({ code: 0 });
  expect(await state()).toBe('active');
  expect((await found())[0]).toBe('travel/flights');
  expect(await coda('skills', 'activate', 'nothing', '--approval', 'approved')).toMatchObject({ code: 64 });
});

test('a draft is no step of a run until it is activated, also where another skill is composed of it', async () => {
  const { coda } = await somebody();
  const refused = {
    code: 65,
    stdout: '',
    stderr: expect.stringMatching(/coda skills activate travel\/flights --approval approved[\s\S]*\[INPUT_INVALID\]/),
  };
  for (const run of [
    ['run', 'travel/flights', 'Rome'],
    ['pipeline', '--step', 'travel/flights', '--payload', 'Rome'],
  ]) {
    expect(await coda('skills', ...run)).toMatchObject(refused);
  }
  expect(await coda('skills', 'compose', 'trip', '--step', 'travel/flights')).toMatchObject({ code: 0 });
  expect((await coda('skills', 'run', 'trip', 'Rome')).stderr).toContain('trip is a draft');
  await coda('skills', 'activate', 'trip', '--approval', 'approved');
  expect(await coda('skills', 'run', 'trip', 'Rome')).toMatchObject(refused);
});

test('where approvals need a token, a draft needs it too, and the command takes none from its own configuration', async () => {
  const { coda, state, dataDir, config, env } = await somebody({ access: { approval_token: 'the-right-token-123' } });
  await using _daemon = await Jsonl.start({ dataDir, env, args: ['--config', config] });
  const activate = (...more: string[]) => coda('skills', 'activate', 'flights', '--approval', 'approved', ...more);
  expect(await activate()).toMatchObject({ code: 65 });
  expect(await activate('--approval-token', 'a-wrong-token-456')).toMatchObject({ code: 65 });
  expect(await state()).toBe('draft');
  expect(await activate('--approval-token', 'the-right-token-123')).toMatchObject({ code: 0 });
  expect(await state()).toBe('active');
});

test('skills are begun and composed in a folder that nobody reads yet, and that is said with the way to name it', async () => {
  const { coda, home } = await somebody();
  const root = join(home, 'elsewhere');
  const added = await coda('skills', 'add', 'flights', '--root', root, '--description', 'Finds flights.');
  expect(added).toMatchObject({ code: 0 });
  expect(added.stdout).toMatch(/The configuration does not name \S+elsewhere[\s\S]*agent_skill_dirs: .*elsewhere"\]/);
  const composed = await coda(
    'skills',
    'compose',
    'trip',
    '--step',
    'web-research',
    '--step',
    'hotels',
    '--root',
    root,
  );
  expect(composed, 'a step that is nowhere').toMatchObject({ code: 65 });
  const lies = await coda('skills', 'compose', 'trip', '--step', 'flights', '--step', 'web-research', '--root', root);
  expect(lies, 'a step of that folder').toMatchObject({ code: 0, stdout: expect.stringContaining('does not name') });
  const own = await coda('skills', 'add', 'trains', '--description', 'Finds trains.');
  expect(own.stdout).not.toContain('does not name');
  const named = await coda('skills', 'add', 'ships', '--root', join(home, '.agent-skills'), '--description', 'Ships.');
  expect(named.stdout).not.toContain('does not name');
});
