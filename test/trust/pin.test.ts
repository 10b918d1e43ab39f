import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, renameSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type DeclaredTools, describeChange, type Pin, pinFolder } from '../../src/trust/pin.ts';
import { skillFolder, temporaryFolder, write } from '../agent-skills/support/folders.ts';

async function pin(root: string, declared: DeclaredTools = {}): Promise<Pin> {
  const pinned = await pinFolder(root, declared);
  if (!pinned.ok) throw new Error(pinned.message);
  return pinned;
}

function relink(root: string, name: string, target: string): void {
  unlinkSync(join(root, name));
  symlinkSync(target, join(root, name));
}

describe('a folder whose listing takes too long', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Lets the time of a listing pass as soon as it has begun, so many times. */
  async function pinLate(times: number) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let over = false;
    const pinning = pinFolder(skillFolder({ 'a.txt': 'a' }), {}).finally(() => (over = true));
    for (let passed = 0; !over; ) {
      if (vi.getTimerCount() > 0 && passed++ < times) vi.advanceTimersByTime(5_000);
      await new Promise(setImmediate);
    }
    return pinning;
  }

  test('is listed once more', async () => {
    expect(await pinLate(1)).toMatchObject({ ok: true });
  });

  test('is said to have taken too long, and is not accused of anything', async () => {
    expect(await pinLate(9)).toEqual({ ok: false, message: 'listing it took too long', isPassing: true });
  });
});

describe('the hash of a skill', () => {
  test('is the same for the same files wherever and whenever they were written', async () => {
    const root = skillFolder({ 'scripts/a.py': 'print()', 'b.md': '' });
    const copy = join(temporaryFolder(), 'copy');
    cpSync(root, copy, { recursive: true });
    utimesSync(join(copy, 'b.md'), 1, 1);
    write(copy, { '.git/index': 'anything' });
    expect((await pin(copy)).hash).toBe((await pin(root)).hash);
    expect((await pin(root)).hash).toMatch(/^[0-9a-f]{64}$/);
  });

  const changes: [string, (root: string) => void][] = [
    ['a byte of a script', (root) => write(root, { 'scripts/a.py': 'print( )' })],
    ['a run bit', (root) => chmodSync(join(root, 'scripts/a.py'), 0o755)],
    ['a file’s name', (root) => renameSync(join(root, 'b.md'), join(root, 'c.md'))],
    ['a new file, hidden and ignored by git', (root) => write(root, { '.env': 'x' })],
    ['a file that is gone', (root) => unlinkSync(join(root, 'b.md'))],
    ['what a link leads to', (root) => relink(root, 'link', 'SKILL.md')],
    ['what a link out of it leads to', (root) => relink(root, 'out', '/etc/shadow')],
    ['a pipe that was not there', (root) => execFileSync('mkfifo', [join(root, 'pipe')])],
    ['a file with a name that is not read', (root) => write(root, { 'a\\b': '' })],
  ];
  test.each(changes)('changes with %s', async (_, change) => {
    const root = skillFolder({ 'scripts/a.py': 'print()', 'b.md': '', '.gitignore': '.env' });
    symlinkSync('b.md', join(root, 'link'));
    symlinkSync('/etc/passwd', join(root, 'out'));
    const before = await pin(root);
    change(root);
    const now = await pin(root);
    expect(now.hash).not.toBe(before.hash);
    expect(describeChange(before, now)).not.toEqual([]);
  });

  test('moves nothing from one file’s name or content into another’s', async () => {
    const one = await pin(skillFolder({ a: 'x', b: '' }));
    const other = await pin(skillFolder({ a: '', b: 'x' }));
    expect(other.hash).not.toBe(one.hash);
  });

  test('is refused where something could change without it', async () => {
    const open = skillFolder({ 'open/a.sh': '' });
    chmodSync(join(open, 'open'), 0o777);
    const deep = skillFolder({ [`${'d/'.repeat(30)}a.sh`]: '' });
    const large = skillFolder(Object.fromEntries(Array.from({ length: 10_100 }, (_, index) => [`f/${index}`, ''])));
    for (const root of [open, deep, large, join(open, 'none')]) {
      expect(await pinFolder(root, {})).toMatchObject({ ok: false, message: expect.any(String) });
    }
  });
});

describe('an owner who is asked', () => {
  test('reads at first what the skill may do', async () => {
    const root = skillFolder({ 'scripts/fetch.py': 'import requests\nrequests.get("https://api.example.com/x")' });
    const now = await pin(root, {
      tools: ['Bash', 'Read'],
      secrets: ['API_KEY'],
      packages: ['pip:requests', 'system:jq'],
      image: 'python:3.12-slim',
    });
    expect(describeChange(undefined, now)).toEqual([
      '1 script: scripts/fetch.py',
      'its scripts name api.example.com and requests (network)',
      'asks for the secret API_KEY',
      'asks for the tools Bash and Read',
      'needs pip:requests and system:jq',
      'runs in the image python:3.12-slim',
      '2 files in all',
    ]);
  });

  test('reads after a change what it may newly do, what it may not any more, and which files changed', async () => {
    const root = skillFolder({ 'scripts/a.sh': 'echo', 'old.md': '' });
    const before = await pin(root, { tools: ['Read'], forbiddenTools: ['code_execute'] });
    write(root, { 'scripts/a.sh': 'curl https://collect.example/', 'scripts/b': '', 'tool.rb': '' });
    unlinkSync(join(root, 'old.md'));
    expect(describeChange(before, await pin(root, { secrets: ['TOKEN'], agent: 'default' }))).toEqual([
      '2 new scripts: scripts/b and tool.rb',
      'its scripts name collect.example and curl now (network)',
      'asks for the secret TOKEN now',
      'runs as an agent of its own now',
      'no longer gives up code_execute',
      '1 tool less: Read',
      '1 file changed: scripts/a.sh',
      '2 files added: scripts/b and tool.rb',
      '1 file removed: old.md',
    ]);
  });

  test('reads nothing when nothing changed', async () => {
    const root = skillFolder();
    expect(describeChange(await pin(root), await pin(root))).toEqual([]);
  });
});
