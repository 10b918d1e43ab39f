import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listInside } from '../../../src/base/folders/list.ts';
import { skillFolder, temporaryFolder, write } from '../../agent-skills/support/folders.ts';

const paths = (found: { path: string }[]) => found.map(({ path }) => path);

describe('the files of a skill', () => {
  test('are listed with their sizes and run bits, nested and sorted, without the repository’s records', async () => {
    const root = skillFolder({ 'scripts/run.sh': 'echo', 'b/c/d.md': '', '.git/config': 'x', 'b/.git': 'gitdir: x' });
    chmodSync(join(root, 'scripts/run.sh'), 0o755);
    const { files, refused, cut } = await listInside(root);
    expect(paths(files)).toEqual(['SKILL.md', 'b/c/d.md', 'scripts/run.sh']);
    expect(files[2]).toEqual({ path: 'scripts/run.sh', kind: 'file', bytes: 4, mode: 0o755, executable: true });
    expect([refused, cut]).toEqual([[], undefined]);
  });

  test('that are links are listed with what they lead to, and never followed', async () => {
    const root = skillFolder({ 'a.md': '', 'sub/b.md': '' });
    symlinkSync('../a.md', join(root, 'sub/link.md'));
    symlinkSync('sub', join(root, 'folder'));
    symlinkSync('.', join(root, 'sub/loop'));
    symlinkSync('/etc', join(root, 'etc'));
    symlinkSync('../../..', join(root, 'sub/up'));
    const { files, refused } = await listInside(root);
    expect(paths(files)).toEqual(['SKILL.md', 'a.md', 'folder', 'sub/b.md', 'sub/link.md', 'sub/loop']);
    expect(files.find(({ path }) => path === 'sub/link.md')).toMatchObject({ kind: 'link', target: 'a.md' });
    expect(refused).toMatchObject([
      { path: 'etc', kind: 'link', code: 'outside' },
      { path: 'sub/up', kind: 'link', code: 'outside' },
    ]);
  });

  test('that are pipes or sockets, or that anybody can change, are refused one by one', async () => {
    const root = skillFolder({ 'references/a.md': '', 'open/a.md': '', 'open.md': '' });
    execFileSync('mkfifo', [join(root, 'references/pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    onTestFinished(() => void server.close());
    chmodSync(join(root, 'open'), 0o777);
    chmodSync(join(root, 'open.md'), 0o646);
    const { files, refused } = await listInside(root);
    expect(paths(files)).toEqual(['SKILL.md', 'references/a.md']);
    expect(refused.map(({ path, kind, code }) => [path, kind, code])).toEqual([
      ['open', 'folder', 'world_writable'],
      ['open.md', 'file', 'world_writable'],
      ['references/pipe', 'pipe', 'not_a_file'],
      ['socket', 'socket', 'not_a_file'],
    ]);
  });

  test('whose names another system would read as others are refused', async () => {
    const root = skillFolder({ 'a\\b.md': '', 'x\u202e.md': '', 'cafe\u0301/a.md': '', 'ends./a.md': '' });
    const { files, refused } = await listInside(root);
    expect(paths(files)).toEqual(['SKILL.md']);
    expect(refused.map(({ code }) => code)).toEqual(['bad_path', 'bad_path', 'bad_path', 'bad_path']);
  });

  test('of a folder that anybody can change, or that is not there, are none', async () => {
    const root = skillFolder();
    chmodSync(root, 0o777);
    expect(await listInside(root)).toMatchObject({ files: [], refused: [{ path: '.', code: 'world_writable' }] });
    const none = join(root, 'none');
    expect(await listInside(none)).toMatchObject({ files: [], refused: [{ path: '.', code: 'not_found' }] });
  });
});

describe('a folder without end', () => {
  test('of 100,000 files is listed up to the limit', async () => {
    const root = skillFolder();
    mkdirSync(join(root, 'many'));
    execFileSync('sh', ['-c', 'seq 100000 | xargs touch'], { cwd: join(root, 'many') });
    // Not the limit on time, however slow the disk is.
    const { files, cut } = await listInside(root, { limits: { ms: 60_000 } });
    expect(cut).toMatchObject({ limit: 'entries' });
    expect(files.length).toBeLessThanOrEqual(10_000);
    expect(files.length).toBeGreaterThan(9_990);
  });

  test('of folders in folders is listed up to the limit', async () => {
    const root = skillFolder({ [`${'d/'.repeat(200)}x.md`]: '' });
    const { files, refused } = await listInside(root);
    expect(paths(files)).toEqual(['SKILL.md']);
    expect(refused).toMatchObject([{ kind: 'folder', code: 'too_deep' }]);
  });

  test('of too many bytes, or too slow to list, is cut there', async () => {
    const root = skillFolder({ 'a.bin': new Uint8Array(600), 'b.bin': new Uint8Array(600) });
    expect(await listInside(root, { limits: { bytes: 1_000 } })).toMatchObject({ cut: { limit: 'bytes' } });
    expect(await listInside(root, { limits: { ms: 0 } })).toMatchObject({});
  });

  test('is not listed on when nobody waits any more', async () => {
    await expect(listInside(skillFolder(), { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow(
      'stopped',
    );
  });
});

describe('a list that is shown', () => {
  /** What git itself says of the same folder. */
  function listedByGit(root: string): string[] {
    const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' });
    git('init', '-q');
    const listed = git('-c', 'core.quotePath=off', 'ls-files', '--others', '--exclude-standard', '-z');
    return listed.split('\0').filter(Boolean).sort();
  }

  const RULES = `# comment
*.log
!keep.log
/root-only.txt
build/
docs/*.tmp
**/cache/**
a/**/z.md
nested/*/x?.md
[ab]-[0-9].txt
[!c]-n.txt
\\#literal
\\!bang
trailing.md   
space\\ 
*.p*y*c
deep/**
!deep/kept.md
`;
  const NAMES = `app.log keep.log sub/keep.log root-only.txt sub/root-only.txt build/x.md sub/build/y.md build2/x.md
    docs/a.tmp docs/sub/b.tmp sub/docs/c.tmp x/cache/y.md cache/z.md cachet/z.md a/z.md a/b/z.md a/b/c/z.md b/z.md
    nested/q/x1.md nested/q/x12.md nested/x1.md a-1.txt c-1.txt b-x.txt c-n.txt d-n.txt #literal !bang trailing.md
    m.pyc m.py n.pxyxc deep/kept.md deep/gone.md sub/inner.txt sub/other.txt`.split(/\s+/);

  test('leaves out what .gitignore names, just as git does', async () => {
    const root = write(join(temporaryFolder(), 'ignored'), {
      ...Object.fromEntries(NAMES.map((name) => [name, ''])),
      '.gitignore': RULES,
      'sub/.gitignore': 'inner.txt\n!build/\n*.log\n',
    });
    const expected = listedByGit(root);
    const { files } = await listInside(root, { gitignore: true });
    expect(paths(files)).toEqual(expected);
    expect(expected.length).toBeLessThan(NAMES.length - 10);
  });

  test('is ready at once, whatever pattern a stranger wrote', async () => {
    const hostile = `${'*a'.repeat(60)}b\n${'**/'.repeat(60)}x\n${'*a*a*ab\n'.repeat(40)}[z-a]x\n[[:no\n`.repeat(20);
    const root = skillFolder({ '.gitignore': hostile, ['a'.repeat(250)]: '', [`${'a/'.repeat(11)}y`]: '' });
    const { files, cut } = await listInside(root, { gitignore: true });
    expect([files.length, cut]).toEqual([4, undefined]);
  });
});
