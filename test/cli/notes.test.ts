import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../support/command-lines.ts';
import { Jsonl, migratedDataDir } from '../support/jsonl.ts';

async function coda(args: string[], dataDir: string) {
  return command([...args, '--data', dataDir]);
}

test('notes leave as files and come back, each once; a vault is read, and what is no note is told of', async () => {
  const dataDir = await migratedDataDir();
  const folder = mkdtempSync(join(tmpdir(), 'coda-notes-'));
  const vault = join(folder, 'vault');
  mkdirSync(join(vault, '.obsidian'), { recursive: true });
  writeFileSync(join(vault, 'Wifi.md'), '---\ntags: [home]\n---\nthe password is hunter2\n');
  writeFileSync(join(vault, 'Long.md'), `${'word '.repeat(1_999)}\n\n`.repeat(5));
  writeFileSync(join(vault, 'picture.md'), Buffer.from([0xff, 0xd8, 0x00]));
  writeFileSync(join(vault, '.obsidian', 'workspace.md'), 'not a note');
  const out = join(folder, 'out');
  {
    await using chat = await Jsonl.start({ dataDir });
    await chat.say('note: the spare key is with Anna #home');
    const first = await coda(['notes', 'import', vault], dataDir);
    expect(first).toMatchObject({ code: 1, stdout: '4 added, 1 could not be read\n' });
    expect(first.stderr).toContain('picture.md: it is not text in UTF-8');
    expect((await coda(['notes', 'import', vault], dataDir)).stdout).toBe('0 added, 1 could not be read\n');
    expect((await chat.say('find wifi in my notes')).toString()).toContain('hunter2');
    expect((await coda(['notes', 'export', out], dataDir)).stdout).toBe(`5 written to ${out}\n`);
  }
  const names = readdirSync(out);
  expect(names.filter((name) => name.startsWith('long-'))).toHaveLength(3);
  const key = names.find((name) => name.startsWith('the-spare-key')) ?? '';
  expect(readFileSync(join(out, key), 'utf8')).toContain('tags: ["home"]');
  expect((await coda(['notes', 'import', out], dataDir)).stdout).toBe('0 added\n');
  expect((await coda(['notes', 'import', join(folder, 'nothing')], dataDir)).code).toBe(64);
});

test('what was shared in a channel comes back as one’s own, beside a note of the same title', async () => {
  const dataDir = await migratedDataDir();
  const folder = mkdtempSync(join(tmpdir(), 'coda-notes-'));
  {
    await using chat = await Jsonl.start({ dataDir });
    await chat.say('note: the salary is 100');
  }
  const file = (id: string, text: string, scope = '') =>
    writeFileSync(join(folder, `${id}.md`), `---\ncoda: "${id}"\ntitle: "Plan"\n${scope}---\n${text}\n`);
  file('own001', 'the salary is 200');
  file('here01', 'the party is on Friday', 'scope: "here"\n');
  expect((await coda(['notes', 'import', folder], dataDir)).stdout).toBe('2 added\n');
  const out = join(folder, 'out');
  expect((await coda(['notes', 'export', out], dataDir)).stdout).toBe(`3 written to ${out}\n`);
  expect(readFileSync(join(out, 'plan--own001.md'), 'utf8')).toContain('the salary is 200');
  expect(readFileSync(join(out, 'plan--here01.md'), 'utf8')).not.toContain('scope');
});
