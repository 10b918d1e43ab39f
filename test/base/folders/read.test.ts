import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closingRemedy, fileSystemOf } from '../../../src/base/folders/folder.ts';
import { readInside } from '../../../src/base/folders/read.ts';
import { skillFolder, temporaryFolder, write } from '../../agent-skills/support/folders.ts';

const SECRET = 'the content of another file';
const options = { maxBytes: 1_000 };

/** The text of a file of the skill, or why it is not read. */
async function read(root: string, path: string, more: { maxBytes?: number; offset?: number } = {}): Promise<string> {
  const result = await readInside(root, path, { ...options, ...more });
  return result.ok ? result.content.toString() : result.code;
}

/** A skill beside a file that it must never reach. */
function skillBesideSecret(files: Record<string, string> = {}): string {
  const root = skillFolder({ 'references/guide.md': 'guide', ...files });
  write(join(root, '..'), { 'secret.txt': SECRET });
  return root;
}

test.each([
  ['ext4', 0xef53, '"chmod o-w /x" takes that right away.'],
  ['exFAT', 0x2011bab0, 'mount it with umask=022, or copy the folder'],
  ['9p, as under WSL', 0x01021997, 'options = "metadata,umask=022" below [automount]'],
  ['CIFS', 0xff534d42, 'mount it with file_mode=0644,dir_mode=0755'],
])('everybody’s right to write is taken away as the file system allows: %s', (_, fileSystem, remedy) => {
  expect(closingRemedy('/x', fileSystem)).toContain(remedy);
});

test('the file system of a path is known by its number, or not at all', () => {
  expect(fileSystemOf('/proc')).toBe(process.platform === 'linux' ? 0x9fa0 : fileSystemOf('/proc'));
  expect(fileSystemOf('/nowhere/at/all')).toBe(0);
});

const TRAVERSALS: [string, string][] = [
  ['..', 'bad_path'],
  ['../secret.txt', 'bad_path'],
  ['../../etc/passwd', 'bad_path'],
  ['references/../../secret.txt', 'bad_path'],
  ['references/../SKILL.md', 'bad_path'],
  ['references/..', 'bad_path'],
  ['./SKILL.md', 'bad_path'],
  ['.', 'bad_path'],
  ['', 'bad_path'],
  ['/', 'bad_path'],
  ['/etc/passwd', 'bad_path'],
  ['//etc/passwd', 'bad_path'],
  ['references//guide.md', 'bad_path'],
  ['references/guide.md/', 'bad_path'],
  ['SKILL.md\0', 'bad_path'],
  ['SKILL.md\0.png', 'bad_path'],
  ['..\\secret.txt', 'bad_path'],
  ['references\\..\\..\\secret.txt', 'bad_path'],
  ['\\\\server\\share\\secret.txt', 'bad_path'],
  ['C:\\Windows\\win.ini', 'bad_path'],
  ['C:/Windows/win.ini', 'bad_path'],
  ['c:secret.txt', 'bad_path'],
  ['SKILL.md::$DATA', 'bad_path'],
  ['file:///etc/passwd', 'bad_path'],
  ['~/.ssh/id_rsa', 'bad_path'],
  ['~root/.bashrc', 'bad_path'],
  ['..．/secret.txt', 'bad_path'],
  ['．．/secret.txt', 'bad_path'],
  ['․․/secret.txt', 'bad_path'],
  ['references／..／..／secret.txt', 'bad_path'],
  ['.. /secret.txt', 'bad_path'],
  ['.../secret.txt', 'bad_path'],
  ['SKILL.md.', 'bad_path'],
  ['SKILL.md ', 'bad_path'],
  [' SKILL.md', 'bad_path'],
  ['SKILL.md\n', 'bad_path'],
  ['\u202eSKILL.md', 'bad_path'],
  ['SKILL\u200b.md', 'bad_path'],
  ['SKILL.md\ud800', 'bad_path'],
  ['cafe\u0301.md', 'bad_path'],
  ['.git/config', 'bad_path'],
  ['references/.GIT/config', 'bad_path'],
  ['git~1/config', 'bad_path'],
  ['skill.md', 'not_found'],
  ['REFERENCES/guide.md', 'not_found'],
  ['references/Guide.md', 'not_found'],
  ['%2e%2e/secret.txt', 'not_found'],
  ['%2e%2e%2fsecret.txt', 'not_found'],
  ['..%2fsecret.txt', 'not_found'],
  ['..%c0%af../secret.txt', 'bad_path'],
  ['references', 'not_a_file'],
  ['SKILL.md/x', 'not_found'],
  [`${'a/'.repeat(600)}x`, 'bad_path'],
  ['a'.repeat(300), 'bad_path'],
  ['${HOME}/.ssh/id_rsa', 'not_found'],
];

describe('a path that a model asks for', () => {
  test.each(TRAVERSALS)('%j is refused', async (path, code) => {
    expect(await read(skillBesideSecret(), path)).toBe(code);
  });

  test('is read when it names a file of the skill, in Unicode too', async () => {
    const root = skillBesideSecret({ 'references/Über uns (1).md': 'we', 'a/b/c.txt': 'deep' });
    expect(await read(root, 'references/guide.md')).toBe('guide');
    expect(await read(root, 'references/Über uns (1).md')).toBe('we');
    expect(await read(root, 'a/b/c.txt')).toBe('deep');
  });

  test('is refused in a sentence that shows an odd path safely', async () => {
    const result = await readInside(skillBesideSecret(), '\u202e../x\n', options);
    expect(result).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^"[^\n]*cannot be a file of the folder/),
    });
  });
});

describe('a long file', () => {
  test('is read in pages', async () => {
    const root = skillFolder({ 'references/long.txt': '0123456789' });
    const path = 'references/long.txt';
    expect(await readInside(root, path, { maxBytes: 4 })).toMatchObject({ bytes: 10, truncated: true });
    expect(await read(root, path, { maxBytes: 4, offset: 4 })).toBe('4567');
    expect(await readInside(root, path, { maxBytes: 4, offset: 8 })).toMatchObject({ truncated: false });
    expect(await read(root, path, { maxBytes: 4, offset: 99 })).toBe('');
  });
});

describe('a link', () => {
  const links: [string, string, string][] = [
    ['to a file beside the skill', 'x.txt', '../secret.txt'],
    ['to a file beside the skill by its absolute path', 'x.txt', '/etc/passwd'],
    ['that goes out and comes back', 'x.txt', '../tidy/../secret.txt'],
    ['to a device', 'x.txt', '/dev/zero'],
  ];
  test.each(links)('%s is refused', async (_, name, target) => {
    const root = skillBesideSecret();
    symlinkSync(target, join(root, name));
    expect(await read(root, name)).toBe('outside');
  });

  test('in a parent folder leads nowhere outside', async () => {
    const root = skillBesideSecret();
    symlinkSync('..', join(root, 'up'));
    symlinkSync('../..', join(root, 'references/up'));
    expect(await read(root, 'up/secret.txt')).toBe('outside');
    expect(await read(root, 'references/up/secret.txt')).toBe('outside');
  });

  test('to a link, or through a linked folder, leads nowhere outside', async () => {
    const root = skillBesideSecret();
    symlinkSync('two', join(root, 'one'));
    symlinkSync('references', join(root, 'two'));
    symlinkSync('one/../../secret.txt', join(root, 'x'));
    expect(await read(root, 'one/guide.md')).toBe('guide');
    expect(await read(root, 'x')).toBe('outside');
  });

  test('that leads round in circles is refused', async () => {
    const root = skillBesideSecret();
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    expect(await read(root, 'a')).toBe('outside');
  });

  test('to the skill’s folder itself is what a person made, and is followed', async () => {
    const root = skillBesideSecret();
    symlinkSync(root, `${root}-link`);
    expect(await read(`${root}-link`, 'references/guide.md')).toBe('guide');
  });
});

describe('what is no file', () => {
  test('a pipe is refused at once, though nobody writes to it', async () => {
    const root = skillFolder({ 'references/a.md': '' });
    execFileSync('mkfifo', [join(root, 'references/pipe.md')]);
    expect(await read(root, 'references/pipe.md')).toBe('not_a_file');
  });

  test('a socket is refused', async () => {
    const root = skillFolder();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 's.md'), resolve));
    onTestFinished(() => void server.close());
    expect(await read(root, 's.md')).toBe('not_a_file');
  });

  test('a device is refused', async (context) => {
    const root = skillFolder({ 'references/a.md': '' });
    try {
      execFileSync('mknod', [join(root, 'references/zero.md'), 'c', '1', '5'], { stdio: 'ignore' });
    } catch {
      context.skip('only root can make a device');
    }
    expect(await read(root, 'references/zero.md')).toBe('not_a_file');
  });

  test('a folder that is not there is refused like a file', async () => {
    expect(await read(join(temporaryFolder(), 'none'), 'SKILL.md')).toBe('not_found');
  });
});

describe('what anybody on the machine can change', () => {
  test('is not read, nor what lies in it', async () => {
    const root = skillFolder({ 'open.md': 'x', 'open/a.md': 'x', 'closed/a.md': 'x' });
    chmodSync(join(root, 'open.md'), 0o666);
    chmodSync(join(root, 'open'), 0o777);
    expect(await read(root, 'open.md')).toBe('world_writable');
    expect(await read(root, 'open/a.md')).toBe('world_writable');
    expect(await read(root, 'closed/a.md')).toBe('x');
    chmodSync(root, 0o777);
    expect(await read(root, 'closed/a.md')).toBe('world_writable');
  });
});

describe('someone who swaps things while they are read', () => {
  /** Reads a thousand times while `swap` runs between the reads' steps; what was ever read. */
  async function readWhile(root: string, path: string, swap: () => void): Promise<Set<string>> {
    const seen = new Set<string>();
    let reading = true;
    const swapping = (async () => {
      while (reading) {
        swap();
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 250; round++) {
      for (const text of await Promise.all([1, 2, 3, 4].map(() => read(root, path)))) seen.add(text);
    }
    reading = false;
    await swapping;
    return seen;
  }

  test('gets no file outside by a link in the file’s place', async () => {
    const root = skillBesideSecret({ 'a.md': 'mine' });
    let linked = false;
    const seen = await readWhile(root, 'a.md', () => {
      const next = join(root, 'next');
      if (linked) writeFileSync(next, 'mine', { mode: 0o644 });
      else symlinkSync('../secret.txt', next);
      renameSync(next, join(root, 'a.md'));
      linked = !linked;
    });
    expect(seen).not.toContain(SECRET);
  });

  test('gets no file outside by a link in the place of a parent folder', async () => {
    const root = skillBesideSecret({ 'sub/secret.txt': 'mine' });
    mkdirSync(join(root, '../elsewhere'));
    let linked = false;
    const seen = await readWhile(root, 'sub/secret.txt', () => {
      const sub = join(root, 'sub');
      if (linked) rmSync(sub);
      else renameSync(sub, join(root, '../elsewhere/sub'));
      if (linked) renameSync(join(root, '../elsewhere/sub'), sub);
      else symlinkSync('..', sub);
      linked = !linked;
    });
    expect(seen).not.toContain(SECRET);
  });

  test('cannot make it wait by a pipe in the file’s place', async () => {
    const root = skillBesideSecret({ 'a.md': 'mine' });
    execFileSync('mkfifo', [join(root, 'pipe')]);
    let piped = false;
    const seen = await readWhile(root, 'a.md', () => {
      const [from, to] = piped ? ['a.md', 'pipe'] : ['pipe', 'a.md'];
      if (!piped) renameSync(join(root, 'a.md'), join(root, 'kept'));
      renameSync(join(root, from), join(root, to));
      if (piped) renameSync(join(root, 'kept'), join(root, 'a.md'));
      piped = !piped;
    });
    expect([...seen].filter((text) => !['mine', 'not_a_file', 'not_found', 'changed'].includes(text))).toEqual([]);
  });
});
