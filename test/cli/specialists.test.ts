import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { put } from '../skills/specialists/support.ts';
import { command, commandsData } from '../support/command-lines.ts';
import { Jsonl } from '../support/jsonl.ts';

/** A person's home folder, and commands that they type. */
async function somebody() {
  const home = mkdtempSync(join(tmpdir(), 'coda-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const { dataDir, env: at } = await commandsData();
  const env = { HOME: home, ...at };
  const coda = async (...args: string[]) => {
    return command([...args, '--data', dataDir], { env });
  };
  return { agents: join(home, '.coda/agents'), dataDir, env, coda };
}

test('specialists are validated in a folder, one or many, with what is wrong with each', async () => {
  const { agents, coda } = await somebody();
  put(agents, 'cook', { tools: ['note_get'] });
  put(agents, 'bad', { soul: '', tools: ['rm -rf'] });
  expect(await coda('specialists', 'validate', join(agents, 'cook'))).toMatchObject({ code: 0 });
  const { code, stdout } = await coda('specialists', 'validate', agents);
  expect(code).toBe(65);
  expect(stdout).toMatch(/^cook: ok/m);
  expect(stdout).toMatch(/^bad: cannot be used/m);
  expect(stdout).toMatch(/error: .*bad\/soul\.md: It is empty\.\n {2}error: .*bad\/tools\.md: Line 3/);
  expect(stdout).toContain('2 specialists: 1 can be used.');
});

test('a running coda lists its specialists, and one that waits is approved from the command line', async () => {
  const { agents, dataDir, env, coda } = await somebody();
  put(agents, 'cook', { tools: ['note_get'] });
  put(agents, 'off', { config: 'enabled: false\n' });
  put(agents, 'broken', { soul: '' });
  await using chat = await Jsonl.start({ dataDir, env });
  const { specialists, problems } = JSON.parse((await coda('specialists', 'list', '--json')).stdout);
  const own = specialists.filter(({ source }: { source: string }) => source !== 'shipped');
  expect(own).toMatchObject([
    { name: 'cook', state: 'new', description: 'Does cook.', tools: ['note_get'], token_budget: 50_000 },
    { name: 'off', state: 'disabled' },
  ]);
  expect(problems).toMatchObject([{ level: 'error', message: 'It is empty.' }]);
  const asked = await coda('specialists', 'approve', 'cook');
  expect(asked).toMatchObject({ code: 64, stdout: expect.stringContaining('asks for the tool note_get') });
  expect(asked.stderr).toContain('--yes');
  expect((await coda('specialists', 'approve', 'cook', '--yes')).stdout).toContain('cook may be used');
  expect(await chat.say('/specialists approve cook')).toContain('is approved as it is now');
  put(agents, 'cook', { soul: 'Cook something else.', tools: ['note_get'] });
  const listed = await coda('specialists');
  expect(listed.stdout).toMatch(/^cook +folder +50000 tokens +waits for an owner/m);
  expect(listed.stdout).toMatch(/^research +shipped +80000 tokens/m);
  expect(listed.stderr).toContain('broken/soul.md: It is empty.');
  expect((await coda('specialists', 'approve', 'kook')).stderr).toContain('Did you mean “cook”?');
  expect((await coda('specialists', 'approve', 'home')).stdout).toContain('needs no approval');
});
