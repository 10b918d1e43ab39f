import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bundleContent, folderContent, packSkill } from '../../../src/agent-skills/bundle/bundle.ts';
import { installedSkills, installSkill, removeSkill } from '../../../src/agent-skills/bundle/install.ts';
import { compiled } from '../../support/compiled.ts';
import { SKILL, skillFolder, temporaryFolder, write } from '../support/folders.ts';
import { zip } from '../support/zip.ts';

/** As the reader of skills would: the folder's name is the skill's. */
const inspect = async (folder: string) => ({ name: basename(folder) });

const skillsFolder = () => join(temporaryFolder(), 'data/skills');
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('a skill', () => {
  test('is installed from a folder, with its run bits and without what its .gitignore names', async () => {
    const skills = skillsFolder();
    const source = skillFolder({
      'scripts/a.sh': 'echo',
      'notes.tmp': 'x',
      '.gitignore': '*.tmp\n',
      '.git/config': 'x',
    });
    execFileSync('chmod', ['755', join(source, 'scripts/a.sh')]);
    const installed = await installSkill(skills, await folderContent(source), inspect);
    expect(installed).toMatchObject({ name: 'tidy', directory: join(skills, 'tidy'), replaced: false, files: 3 });
    expect(read(skills, 'tidy/SKILL.md')).toBe(SKILL);
    expect(statSync(join(skills, 'tidy/scripts/a.sh')).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(skills, 'tidy')).sort()).toEqual(['.gitignore', 'SKILL.md', 'scripts']);
    expect(await installedSkills(skills)).toEqual(['tidy']);
  });

  test('is installed from a bundle that other programs made', async () => {
    const skills = skillsFolder();
    const made = temporaryFolder();
    write(made, { 'tidy/SKILL.md': SKILL, 'tidy/references/über.md': 'ü' });
    const script = 'import shutil; shutil.make_archive("tidy", "zip", ".", "tidy")';
    execFileSync('python3', ['-c', script], { cwd: made });
    await installSkill(skills, bundleContent(readFileSync(join(made, 'tidy.zip')), 'tidy.zip'), inspect);
    expect(read(skills, 'tidy/references/über.md')).toBe('ü');
  });

  test('is installed from a bundle without a folder, or with a Mac’s extras', async () => {
    const skills = skillsFolder();
    await installSkill(skills, bundleContent(zip([{ name: 'SKILL.md', content: SKILL }]), '/tmp/flat.skill'), inspect);
    const extras = ['__MACOSX/mac/._SKILL.md', 'mac/.DS_Store'].map((name) => ({ name, content: 'x' }));
    const mac = zip([{ name: 'mac/SKILL.md', content: SKILL }, ...extras]);
    await installSkill(skills, bundleContent(mac, 'x.zip'), inspect);
    expect(await installedSkills(skills)).toEqual(['flat', 'mac']);
    expect(readdirSync(join(skills, 'mac'))).toEqual(['SKILL.md']);
  });

  test.each([
    ['of Windows, with backslashes', ['win\\', 'win\\SKILL.md', 'win\\scripts\\a.sh']],
    ['with ./ before its names', ['./', './win/', './win/SKILL.md', './win/scripts/a.sh']],
    ['with a README beside its folder', ['README.md', 'LICENSE', 'win/SKILL.md', 'win/scripts/a.sh']],
  ])('is installed from a bundle %s', async (_, names) => {
    const skills = skillsFolder();
    const isFolder = (name: string) => /[/\\]$/.test(name);
    const entries = names.map((name) => {
      const content = /SKILL/.test(name) ? SKILL : isFolder(name) ? '' : 'x';
      return isFolder(name) ? { name, mode: 0, data: Buffer.from([3, 0]) } : { name, content };
    });
    await installSkill(skills, bundleContent(zip(entries), 'x.zip'), inspect);
    expect(await installedSkills(skills)).toEqual(['win']);
    expect(readdirSync(join(skills, 'win')).sort()).toEqual(['SKILL.md', 'scripts']);
    expect(read(skills, 'win/scripts/a.sh')).toBe('x');
  });

  test('takes the place of the version before, whose files stay for who still reads them', async () => {
    const skills = skillsFolder();
    await installSkill(skills, await folderContent(skillFolder({ 'old.md': 'old' })), inspect);
    const before = execFileSync('realpath', [join(skills, 'tidy')], { encoding: 'utf8' }).trim();
    const again = await installSkill(skills, await folderContent(skillFolder({ 'new.md': 'new' })), inspect);
    expect(again.replaced).toBe(true);
    expect(readdirSync(join(skills, 'tidy')).sort()).toEqual(['SKILL.md', 'new.md']);
    expect(read(before, 'old.md')).toBe('old');
  });

  test('that cannot be used is not installed, and the one before stays', async () => {
    const skills = skillsFolder();
    await installSkill(skills, await folderContent(skillFolder({ 'a.md': 'a' })), inspect);
    const unusable = async () => 'there is nothing in it';
    const attempt = installSkill(skills, await folderContent(skillFolder()), unusable);
    await expect(attempt).rejects.toMatchObject({ code: 'SKILL_REFUSED', message: /there is nothing in it/ });
    for (const name of ['../evil', '.hidden', 'a/b/c', '.a/b', '']) {
      const odd = installSkill(skills, await folderContent(skillFolder()), async () => ({ name }));
      await expect(odd).rejects.toMatchObject({ code: 'SKILL_REFUSED' });
    }
    expect(read(skills, 'tidy/a.md')).toBe('a');
    expect(readdirSync(skills).sort()).toEqual(['.versions', 'tidy']);
  });

  test('does not take the place of a folder that somebody put there', async () => {
    const skills = skillsFolder();
    write(join(skills, 'tidy'), { 'SKILL.md': 'mine' });
    const attempt = installSkill(skills, await folderContent(skillFolder()), inspect);
    await expect(attempt).rejects.toMatchObject({ code: 'SKILL_REFUSED', message: /was not installed by coda/ });
    expect(await removeSkill(skills, 'tidy').catch(({ code }) => code)).toBe('SKILL_REFUSED');
    expect(read(skills, 'tidy/SKILL.md')).toBe('mine');
  });

  test('with a link out of it, a pipe, or no SKILL.md is not carried elsewhere', async () => {
    const linked = skillFolder();
    symlinkSync('/etc/passwd', join(linked, 'a.md'));
    const piped = skillFolder();
    execFileSync('mkfifo', [join(piped, 'pipe')]);
    for (const folder of [linked, piped, temporaryFolder()]) {
      await expect(folderContent(folder)).rejects.toMatchObject({ code: 'SKILL_REFUSED' });
    }
  });

  test('is removed with all its files, and only once', async () => {
    const skills = skillsFolder();
    await installSkill(skills, await folderContent(skillFolder()), inspect);
    expect(await removeSkill(skills, 'tidy')).toBe(true);
    expect([await installedSkills(skills), readdirSync(join(skills, '.versions'))]).toEqual([[], []]);
    expect(await removeSkill(skills, 'tidy')).toBe(false);
    expect(await removeSkill(skills, '../../data')).toBe(false);
  });
});

describe('an installation that is killed', () => {
  /** Installs `source` in a process that is killed by its own hand at the file system call number `at`. */
  function killedAt(at: number, sources: string, skills: string, source: string): boolean {
    const script = `
      import fs from 'node:fs/promises';
      import { syncBuiltinESMExports } from 'node:module';
      let calls = 0;
      for (const name of ['mkdir', 'mkdtemp', 'open', 'rename', 'rm', 'symlink', 'lstat', 'readdir']) {
        const real = fs[name];
        fs[name] = (...args) => { if (++calls === ${at}) process.kill(process.pid, 'SIGKILL'); return real(...args); };
      }
      syncBuiltinESMExports();
      const { folderContent } = await import(${JSON.stringify(`${sources}/bundle.js`)});
      const { installSkill } = await import(${JSON.stringify(`${sources}/install.js`)});
      const inspect = async () => ({ name: 'tidy' });
      await installSkill(${JSON.stringify(skills)}, await folderContent(${JSON.stringify(source)}), inspect);
    `;
    const args = ['--input-type=module', '-e', script];
    const { status, signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (signal === null && status !== 0) throw new Error(stderr);
    return signal !== null;
  }

  test('leaves the old version or the new one, and the next one clears up after it', async () => {
    const folder = await compiled('agent-skills');
    const sources = pathToFileURL(join(folder, 'agent-skills/bundle')).href;
    const skills = skillsFolder();
    await installSkill(skills, await folderContent(skillFolder({ 'version.md': '0' })), inspect);
    const seen = new Set<string>();
    for (let at = 1, killed = true; killed; at++) {
      const old = read(skills, 'tidy/version.md');
      killed = killedAt(at, sources, skills, skillFolder({ 'version.md': `${at}` }));
      const now = read(skills, 'tidy/version.md');
      expect([old, `${at}`]).toContain(now);
      seen.add(now === old ? 'old' : 'new');
      expect(readdirSync(join(skills, 'tidy')).sort()).toEqual(['SKILL.md', 'version.md']);
    }
    expect([...seen].sort()).toEqual(['new', 'old']);
    await installSkill(skills, await folderContent(skillFolder()), inspect);
    expect(readdirSync(skills).sort()).toEqual(['.versions', 'tidy']);
    const ofKilled = readdirSync(join(skills, '.versions')).filter((name) => !name.includes(`.${process.pid}-`));
    expect(ofKilled.length).toBeLessThanOrEqual(1); // the version before
  });

  test('by another process that still runs keeps its stage', async () => {
    const skills = skillsFolder();
    const stage = join(skills, `.stage.${process.ppid}-abcdef`);
    mkdirSync(stage, { recursive: true });
    mkdirSync(join(skills, '.stage.999999999-abcdef'));
    await installSkill(skills, await folderContent(skillFolder()), inspect);
    expect(readdirSync(skills).sort()).toEqual([basename(stage), '.versions', 'tidy'].sort());
  });
});

describe('a packed skill', () => {
  test('is the same, byte for byte, each time, and installs to the same files', async () => {
    const out = temporaryFolder();
    const source = skillFolder({
      'scripts/a.sh': 'echo',
      'big.txt': 'so '.repeat(10_000),
      'z.tmp': '',
      '.gitignore': '*.tmp',
    });
    execFileSync('chmod', ['755', join(source, 'scripts/a.sh')]);
    const again = skillFolder({ 'big.txt': 'so '.repeat(10_000), 'scripts/a.sh': 'echo', '.gitignore': '*.tmp' });
    execFileSync('chmod', ['755', join(again, 'scripts/a.sh')]);
    const size = await packSkill(await folderContent(source), 'tidy', join(out, 'a.skill'));
    await packSkill(await folderContent(again), 'tidy', join(out, 'b.skill'));
    const archive = readFileSync(join(out, 'a.skill'));
    expect([archive.length, archive.equals(readFileSync(join(out, 'b.skill')))]).toEqual([size, true]);

    const skills = skillsFolder();
    await installSkill(skills, bundleContent(archive, 'a.skill'), inspect);
    expect(read(skills, 'tidy/big.txt')).toBe('so '.repeat(10_000));
    expect(statSync(join(skills, 'tidy/scripts/a.sh')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(skills, 'tidy/z.tmp'))).toBe(false);
  });

  test('can be read by other programs', async () => {
    const out = temporaryFolder();
    await packSkill(await folderContent(skillFolder({ 'references/ü.md': 'ü' })), 'tidy', join(out, 'a.skill'));
    const script =
      'import zipfile; z = zipfile.ZipFile("a.skill"); assert z.testzip() is None; print("\\n".join(z.namelist()))';
    const listed = execFileSync('python3', ['-c', script], { cwd: out, encoding: 'utf8' });
    expect(listed.trim().split('\n')).toEqual(['tidy/SKILL.md', 'tidy/references/ü.md']);
  });

  test('that cannot be written leaves nothing behind', async () => {
    const out = temporaryFolder();
    writeFileSync(join(out, 'file'), '');
    const attempt = packSkill(await folderContent(skillFolder()), 'tidy', join(out, 'file/a.skill'));
    await expect(attempt).rejects.toMatchObject({ code: 'DATA_UNWRITABLE' });
    expect(readdirSync(out)).toEqual(['file']);
  });
});
