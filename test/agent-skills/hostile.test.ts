import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCatalog } from '../../src/agent-skills/catalog/catalog.ts';
import { validateSkills } from '../../src/agent-skills/catalog/validate.ts';
import { readBody } from '../../src/agent-skills/read/file.ts';
import { skillText, temporaryFolder, write } from './support.ts';

async function reasons(root: string): Promise<string[]> {
  const catalog = openCatalog({ sources: [{ kind: 'configured', directory: root }] });
  const { invalid } = await catalog.rescan();
  return invalid.map(({ name, reason }) => `${name}: ${reason}`);
}

test('a SKILL.md of 100 MB is refused without being read', async () => {
  const root = temporaryFolder();
  truncateSync(write(root, 'big/SKILL.md', skillText('big')), 100_000_000);
  expect(await reasons(root)).toEqual(['big: It has 100000000 bytes; at most 4000000 are read.']);
  expect(await validateSkills([root])).toMatchObject([{ name: 'big', usable: false, strict: false }]);
});

test('a FIFO, a socket, a folder and a link to a device are not opened', async () => {
  const root = temporaryFolder();
  for (const name of ['fifo', 'socket', 'folder/SKILL.md', 'device']) mkdirSync(join(root, name), { recursive: true });
  execFileSync('mkfifo', [join(root, 'fifo', 'SKILL.md')]);
  const server = createServer().listen(join(root, 'socket', 'SKILL.md'));
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  symlinkSync('/dev/zero', join(root, 'device', 'SKILL.md'));
  expect(await reasons(root)).toEqual([
    'device: It is a symbolic link that leads out of the folder.',
    'fifo: It is a FIFO, not a file.',
    'folder: It is a folder, not a file.',
    'socket: It is a socket, not a file.',
  ]);
});

test('a file that becomes a FIFO or a link after the scan is not read when the skill is activated', async () => {
  const root = temporaryFolder();
  const file = write(root, 'pdf/SKILL.md', skillText('pdf'));
  const catalog = openCatalog({ sources: [{ kind: 'configured', directory: root }] });
  await catalog.rescan();
  const skill = catalog.current().skills.get('pdf');
  if (!skill) throw new Error('pdf was not found');
  execFileSync('rm', [file]);
  symlinkSync('/etc/passwd', file);
  expect(await readBody(skill)).toMatchObject({ code: 'not_a_file' });
  execFileSync('rm', [file]);
  execFileSync('mkfifo', [file]);
  expect(await readBody(skill)).toMatchObject({ code: 'not_a_file' });
});

test('what everybody may write to is refused: the file, its folder, a folder above it, the source', async () => {
  const root = temporaryFolder();
  for (const name of ['a-file', 'a-folder', 'above/deep', 'fine']) {
    write(root, `${name}/SKILL.md`, skillText(name.replace('above/', '')));
  }
  chmodSync(join(root, 'a-file', 'SKILL.md'), 0o646);
  chmodSync(join(root, 'a-folder'), 0o757);
  chmodSync(join(root, 'above'), 0o777);
  const catalog = openCatalog({ sources: [{ kind: 'configured', directory: root }] });
  const { invalid } = await catalog.rescan();
  expect(invalid.map(({ name }) => name)).toEqual(['a-file', 'a-folder']);
  expect([...catalog.current().skills.keys()]).toEqual(['fine']);
  expect(catalog.current().diagnostics).toMatchObject([{ code: 'world_writable', file: join(root, 'above') }]);
  chmodSync(root, 0o777);
  await catalog.rescan();
  expect(catalog.current().skills.size).toBe(0);
});

test('a skill with one file that everybody may write to is refused by that name, and comes back when it is mended', async () => {
  const root = temporaryFolder();
  write(root, 'outer/SKILL.md', skillText('outer'));
  const script = write(root, 'outer/scripts/run it.py', 'print()\n');
  write(root, 'outer/inner/SKILL.md', skillText('inner'));
  write(root, 'other/SKILL.md', skillText('other'));
  symlinkSync('scripts/run it.py', join(root, 'outer', 'link.py'));
  const catalog = openCatalog({ sources: [{ kind: 'configured', directory: root }] });
  expect((await catalog.rescan()).invalid).toEqual([]);
  // The rights of a file leave no trace on its folder.
  chmodSync(script, 0o666);
  const { invalid, removed } = await catalog.rescan();
  expect(removed).toEqual(['outer']);
  expect(invalid).toMatchObject([
    {
      name: 'outer',
      reason: `Everybody on this machine may write to '${script}'; "chmod o-w '${script}'" takes that right away.`,
    },
  ]);
  const { version } = catalog.current();
  await catalog.rescan();
  expect(catalog.current().version).toBe(version);
  chmodSync(script, 0o644);
  expect((await catalog.rescan()).added).toEqual(['outer']);
  chmodSync(join(root, 'outer', 'scripts'), 0o777);
  expect((await catalog.rescan()).invalid[0]?.reason).toContain(`chmod o-w ${join(root, 'outer', 'scripts')}`);
  expect([...catalog.current().skills.keys()]).toEqual(['inner', 'other']);
});

test('a skill of more files than anybody needs is refused, and does not hide the others', async () => {
  const root = temporaryFolder();
  write(root, 'many/SKILL.md', skillText('many'));
  write(root, 'few/SKILL.md', skillText('few'));
  for (const part of ['a', 'b', 'c']) {
    mkdirSync(join(root, 'many', part));
    for (let index = 0; index < 3_500; index++) writeFileSync(join(root, 'many', part, String(index)), '');
  }
  expect(await reasons(root)).toEqual(['many: It has more than 10000 files.']);
});

test('folders nested without end are left alone, with a word about it', async () => {
  const root = temporaryFolder();
  write(root, `${'deep/'.repeat(40)}SKILL.md`, skillText('deep'));
  const catalog = openCatalog({ sources: [{ kind: 'configured', directory: root }] });
  await catalog.rescan();
  expect(catalog.current().skills.size).toBe(0);
  expect(catalog.current().diagnostics).toMatchObject([{ code: 'too_deep' }]);
});

test('a frontmatter changes nothing but its own skill', async () => {
  const root = temporaryFolder();
  const more = '__proto__: { usable: false, polluted: yes }\nconstructor: { prototype: { polluted: yes } }\n';
  write(root, 'bad/SKILL.md', skillText('bad', { more }));
  expect(await reasons(root)).toEqual([]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test.each([
  ['flow lists', `x: ${'[a, '.repeat(15_000)}`],
  ['flow maps', `x: ${'{a: '.repeat(15_000)}`],
  ['lists of lists', `x:\n${Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth + 1)}-\n`).join('')}`],
  ['keys', Array.from({ length: 12_000 }, (_, index) => `k${index}: [x]`).join('\n')],
  ['colons', `x: ${': '.repeat(30_000)}`],
  ['quotes', `x: ${'"'.repeat(60_000)}`],
  ['anchors', Array.from({ length: 5_000 }, (_, index) => `k${index}: &a${index} x`).join('\n')],
  ['lines of blanks', `x: |\n${' '.repeat(60_000)}`],
  ['broken keys', Array.from({ length: 5_000 }, (_, index) => `k${index}: a: b`).join('\n')],
])('tens of thousands of %s in a frontmatter end in a verdict', async (_, frontmatter) => {
  const root = temporaryFolder();
  write(root, 'bad/SKILL.md', `---\nname: bad\ndescription: Is bad.\n${frontmatter}\n---\nDo it.\n`);
  expect(await validateSkills([root])).toMatchObject([{ name: 'bad', strict: false }]);
});
