import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CatalogOptions } from '../../src/agent-skills/catalog/catalog.ts';
import { openCatalog } from '../../src/agent-skills/catalog/catalog.ts';
import { skillSources } from '../../src/agent-skills/catalog/sources.ts';
import type { AgentSkill } from '../../src/agent-skills/index.ts';
import { readBody } from '../../src/agent-skills/read/file.ts';
import { pipDependencies, type SkillSource, skillDependencies } from '../../src/agent-skills/skill.ts';
import { skillText, temporaryFolder, write } from './support.ts';

const configured = (directory: string): SkillSource => ({ kind: 'configured', directory });

/** What a catalog over these folders, in rising priority, finds at its first look. */
async function find(directories: readonly string[], more: Partial<CatalogOptions> = {}) {
  const catalog = openCatalog({ sources: directories.map(configured), ...more });
  const report = await catalog.rescan();
  return { catalog, report, snapshot: catalog.current() };
}

const names = (skills: Iterable<AgentSkill>): string[] => [...skills].map(({ name }) => name);

/** Files are told apart by their times, too: what is written within one tick of the clock must be noticed all the same. */
function touch(file: string, ageMs: number): void {
  const at = new Date(Date.now() - ageMs);
  utimesSync(file, at, at);
}

test('skills are found in folders at any depth, also inside of each other', async () => {
  const root = temporaryFolder();
  write(root, 'pdf/SKILL.md', skillText('pdf'));
  write(root, 'office/word/SKILL.md', skillText('word'));
  write(root, 'pdf/more/ocr/SKILL.md', skillText('ocr'));
  write(root, '.claude/skills/hidden/SKILL.md', skillText('hidden'));
  write(root, 'node_modules/x/SKILL.md', skillText('x'));
  write(root, 'README.md', 'no skill');
  const { snapshot, report } = await find([root]);
  expect(names(snapshot.skills.values())).toEqual(['hidden', 'ocr', 'pdf', 'word']);
  expect(report).toMatchObject({ added: ['hidden', 'ocr', 'pdf', 'word'], total: 4, invalid: [] });
});

test('a folder that is itself a skill can be a source', async () => {
  const root = temporaryFolder();
  write(root, 'pdf/SKILL.md', skillText('pdf'));
  expect(names((await find([join(root, 'pdf')])).snapshot.skills.values())).toEqual(['pdf']);
});

test('of two skills with one name the one from the later source wins, and the other is listed as shadowed', async () => {
  const [low, high] = [temporaryFolder(), temporaryFolder()];
  write(low, 'pdf/SKILL.md', skillText('pdf', { description: 'The lower one.' }));
  write(high, 'pdf/SKILL.md', skillText('pdf', { description: 'The higher one.' }));
  const { snapshot, report } = await find([low, high]);
  expect(snapshot.skills.get('pdf')?.description).toBe('The higher one.');
  expect(report.shadowed).toEqual([{ name: 'pdf', directory: join(low, 'pdf'), by: join(high, 'pdf') }]);
});

test('names that differ only in case are one name', async () => {
  const root = temporaryFolder();
  write(root, 'a/b/PDF/SKILL.md', skillText('PDF'));
  write(root, 'a/c/pdf/SKILL.md', skillText('pdf'));
  const { snapshot } = await find([root]);
  expect(names(snapshot.skills.values())).toEqual(['pdf']);
  expect(names(snapshot.shadowed.map(({ skill }) => skill))).toEqual(['PDF']);
});

test('a skill that cannot be used hides no other one', async () => {
  const [low, high] = [temporaryFolder(), temporaryFolder()];
  write(low, 'pdf/SKILL.md', skillText('pdf'));
  write(high, 'pdf/SKILL.md', '');
  const { snapshot, report } = await find([low, high]);
  expect(names(snapshot.skills.values())).toEqual(['pdf']);
  expect(report.invalid).toEqual([
    { name: 'pdf', directory: join(high, 'pdf'), reason: 'There are no instructions in it.' },
  ]);
});

test('the same folder reached twice counts once, for the higher source', async () => {
  const [low, high] = [temporaryFolder(), temporaryFolder()];
  write(low, 'pdf/SKILL.md', skillText('pdf'));
  symlinkSync(join(low, 'pdf'), join(high, 'pdf'));
  symlinkSync(high, join(high, 'round-and-round'));
  const { snapshot } = await find([low, high]);
  expect(names(snapshot.skills.values())).toEqual(['pdf']);
  expect(snapshot.shadowed).toEqual([]);
  expect(snapshot.skills.get('pdf')?.source.directory).toBe(high);
});

test("a link's name counts as the folder's", async () => {
  const root = temporaryFolder();
  write(root, '.checkouts/7f3/SKILL.md', skillText('pdf'));
  symlinkSync(join(root, '.checkouts/7f3'), join(root, 'pdf'));
  expect((await find([root])).snapshot.skills.get('pdf')?.diagnostics).toEqual([]);
});

test('a link out of the skills’ folders is not walked, and that is said', async () => {
  const [elsewhere, low, high] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  write(elsewhere, 'stolen/SKILL.md', skillText('stolen'));
  write(low, 'pdf/SKILL.md', skillText('pdf'));
  symlinkSync(elsewhere, join(high, 'all'));
  symlinkSync(join(elsewhere, 'stolen'), join(high, 'one'));
  write(high, 'group/own/SKILL.md', skillText('own'));
  symlinkSync(join(elsewhere, 'stolen'), join(high, 'group', 'deep'));
  symlinkSync('/', join(high, 'root'));
  const { snapshot } = await find([low, high]);
  expect(names(snapshot.skills.values())).toEqual(['own', 'pdf']);
  const told = snapshot.diagnostics.filter(({ code }) => code === 'link_out').map(({ file }) => file);
  expect(told.sort()).toEqual(['all', 'group/deep', 'one', 'root'].map((name) => join(high, name)));
});

test('what was installed cannot link out of its folder, and no skill can bring another one in by a link', async () => {
  const [elsewhere, installed, personal] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  write(elsewhere, 'other/SKILL.md', skillText('other'));
  write(installed, '.versions/pdf.1/SKILL.md', skillText('pdf'));
  symlinkSync('.versions/pdf.1', join(installed, 'pdf'));
  symlinkSync(elsewhere, join(installed, 'out'));
  write(personal, 'word/SKILL.md', skillText('word'));
  symlinkSync(elsewhere, join(personal, 'word', 'out'));
  const { snapshot } = await find([personal], {
    sources: [configured(personal), { kind: 'installed', directory: installed }],
  });
  expect(names(snapshot.skills.values())).toEqual(['pdf', 'word']);
});

test('a SKILL.md that links out of its folder is refused, one that links inside it is read', async () => {
  const root = temporaryFolder();
  write(root, 'secret.txt', skillText('stolen'));
  mkdirSync(join(root, 'out'));
  symlinkSync('../secret.txt', join(root, 'out', 'SKILL.md'));
  mkdirSync(join(root, 'lost'));
  symlinkSync('../gone.md', join(root, 'lost', 'SKILL.md'));
  write(root, 'in/docs/README.md', skillText('in'));
  symlinkSync('docs/README.md', join(root, 'in', 'SKILL.md'));
  const { snapshot, report } = await find([root]);
  expect(names(snapshot.skills.values())).toEqual(['in']);
  expect(await readBody(snapshot.skills.get('in') as AgentSkill)).toBe('Do it.');
  expect(report.invalid).toMatchObject([
    { name: 'lost', reason: expect.stringContaining('to something that is not there') },
    { name: 'out', reason: expect.stringContaining('leads out of the folder') },
  ]);
});

test('inline skills stand above folders, and installed bundles above them', async () => {
  const [personal, installed] = [temporaryFolder(), temporaryFolder()];
  write(personal, 'style/SKILL.md', skillText('style'));
  write(personal, 'tone/SKILL.md', skillText('tone'));
  write(installed, 'tone/SKILL.md', skillText('tone', { description: 'Installed.' }));
  const { snapshot } = await find([], {
    sources: [configured(personal), { kind: 'installed', directory: installed }],
    inline: [
      { name: 'style', description: 'Inline.', instructions: 'Write short.\n' },
      { name: 'tone', description: 'Inline.', instructions: 'Be kind.' },
      { name: '--', description: 'x', instructions: 'y' },
      { name: 'Two Words', description: 'x', instructions: 'y' },
    ],
  });
  const style = snapshot.skills.get('style') as AgentSkill;
  expect(style).toMatchObject({ description: 'Inline.', source: { kind: 'inline' }, directory: undefined });
  expect(await readBody(style)).toBe('Write short.');
  expect(snapshot.skills.get('tone')?.description).toBe('Installed.');
  expect(snapshot.invalid[0]?.diagnostics[0]?.file).toBe('skills.inline[2]');
  expect(snapshot.skills.get('two-words')?.declaredName).toBe('Two Words');
});

test('settings switch a skill off, and say what it is for and how it is shown', async () => {
  const root = temporaryFolder();
  write(root, 'pdf/SKILL.md', skillText('pdf'));
  write(root, 'word/SKILL.md', skillText('word', { more: 'description_de: Aus der Datei.\nname_de: Wort\n' }));
  const settings = { pdf: { enabled: false }, word: { description: 'For letters.', display: 'hidden' as const } };
  const { catalog, snapshot } = await find([root], { settings });
  expect(names(snapshot.skills.values())).toEqual(['word']);
  expect(names(snapshot.disabled)).toEqual(['pdf']);
  expect(snapshot.skills.get('word')).toMatchObject({
    description: 'For letters.',
    descriptions: {},
    names: { de: 'Wort' },
    display: 'hidden',
  });
  expect(await catalog.rescan()).toMatchObject({ changed: [] });
});

test("a skill with a command's name is there, and the name stays the command's", async () => {
  const root = temporaryFolder();
  write(root, 'help/SKILL.md', skillText('help'));
  const { snapshot, report } = await find([root], { commands: () => new Set(['help']) });
  expect(names(snapshot.commandNamed)).toEqual(['help']);
  expect(report.shadowed).toEqual([{ name: 'help', directory: join(root, 'help'), by: '/help' }]);
});

test('a rescan tells what was added, changed and removed, and keeps what stayed as it was', async () => {
  const root = temporaryFolder();
  for (const name of ['stays', 'changes', 'goes', 'moves'])
    touch(write(root, `${name}/SKILL.md`, skillText(name)), 1e6);
  const { catalog, snapshot: before } = await find([root]);
  expect(await catalog.rescan()).toMatchObject({ added: [], changed: [], removed: [], total: 4 });
  expect(catalog.current()).toBe(before);

  write(root, 'comes/SKILL.md', skillText('comes'));
  write(root, 'changes/SKILL.md', skillText('changes', { body: 'Do another thing.' }));
  rmSync(join(root, 'goes'), { recursive: true });
  renameSync(join(root, 'moves'), join(root, 'moved'));
  const report = await catalog.rescan();
  expect(report).toMatchObject({ added: ['comes'], changed: ['changes', 'moves'], removed: ['goes'], total: 4 });
  expect(catalog.current().skills.get('stays')).toBe(before.skills.get('stays'));
  expect(names(before.skills.values())).toEqual(['changes', 'goes', 'moves', 'stays']);
});

test('a change right after a look is noticed, though the size and the time stay the same', async () => {
  const root = temporaryFolder();
  const file = write(root, 'pdf/SKILL.md', skillText('pdf', { description: 'One.' }));
  const { catalog } = await find([root]);
  write(root, 'pdf/SKILL.md', skillText('pdf', { description: 'Two.' }));
  await catalog.rescan();
  expect(catalog.current().skills.get('pdf')?.description).toBe('Two.');
  unlinkSync(file);
  expect(await catalog.rescan()).toMatchObject({ removed: ['pdf'] });
});

test('a skill that breaks is told with its reason, and comes back when it is mended', async () => {
  const root = temporaryFolder();
  const file = write(root, 'pdf/SKILL.md', skillText('pdf'));
  const { catalog } = await find([root]);
  chmodSync(file, 0o666);
  expect(await catalog.rescan()).toMatchObject({
    removed: ['pdf'],
    invalid: [{ name: 'pdf', reason: expect.stringContaining(`chmod o-w ${file}`) }],
  });
  chmodSync(file, 0o644);
  expect(await catalog.rescan()).toMatchObject({ added: ['pdf'], invalid: [] });
});

test('rescans that overlap all tell of what came before they were asked for', async () => {
  const root = temporaryFolder();
  write(root, 'pdf/SKILL.md', skillText('pdf'));
  const catalog = openCatalog({ sources: [configured(root)] });
  const first = catalog.rescan();
  write(root, 'word/SKILL.md', skillText('word'));
  const [, second, third] = await Promise.all([first, catalog.rescan(), catalog.rescan()]);
  expect(second).toBe(third);
  expect(names(catalog.current().skills.values())).toEqual(['pdf', 'word']);
});

test('in a plain list, the name of a skill is a skill that is needed', async () => {
  const root = temporaryFolder();
  write(root, 'ocr/SKILL.md', skillText('ocr'));
  write(root, 'pdf/SKILL.md', skillText('pdf', { more: 'dependencies: [ocr, pypdf]\n' }));
  write(root, 'word/SKILL.md', skillText('word', { more: 'dependencies: { skills: [gone], pip: [ocr] }\n' }));
  const { snapshot } = await find([root]);
  const [pdf, word] = ['pdf', 'word'].map((name) => snapshot.skills.get(name) as AgentSkill) as [
    AgentSkill,
    AgentSkill,
  ];
  expect(skillDependencies(snapshot, pdf)).toEqual(['ocr']);
  expect(pipDependencies(snapshot, pdf)).toEqual(['pypdf']);
  // Where it is said what is what, it is that.
  expect(skillDependencies(snapshot, word)).toEqual(['gone']);
  expect(pipDependencies(snapshot, word)).toEqual(['ocr']);
});

test('sources come in their order, and ~ is the home folder', () => {
  const around = {
    packageRoot: '/opt/coda',
    home: '/home/ana',
    cwd: '/project',
    dataDir: '/data',
    agentSkillDirs: ['~', '~/skills', 'mine', '/srv/skills', '~other/x'],
    claudeSkills: true,
  };
  expect(skillSources(around).map(({ kind, directory }) => `${kind} ${directory ?? ''}`.trim())).toEqual([
    'shipped /opt/coda/agent-skills',
    'claude-personal /home/ana/.claude/skills',
    'claude-project /project/.claude/skills',
    'personal /home/ana/.coda/skills',
    'configured /home/ana',
    'configured /home/ana/skills',
    'configured /project/mine',
    'configured /srv/skills',
    'configured /project/~other/x',
    'inline',
    'installed /data/skills',
  ]);
  expect(skillSources({ ...around, claudeSkills: false }).map(({ kind }) => kind)).not.toContain('claude-personal');
});

test('a folder that was named and is not there is told of once, and not where nobody named it', async () => {
  const home = temporaryFolder();
  write(home, 'a-file', 'x');
  const agentSkillDirs = ['~/.agent-skills', '~/gone', 'gone', '~/a-file'];
  const around = { packageRoot: home, home, cwd: home, dataDir: home, agentSkillDirs, claudeSkills: true };
  const catalog = openCatalog({ sources: skillSources(around) });
  const { warnings } = await catalog.rescan();
  expect(warnings.map(({ directory }) => directory).sort()).toEqual([join(home, 'a-file'), join(home, 'gone')]);
  expect(warnings[0]?.message).toContain('skills.agent_skill_dirs');
  write(home, 'gone/pdf/SKILL.md', skillText('pdf'));
  expect(await catalog.rescan()).toMatchObject({ added: ['pdf'], warnings: [{ directory: join(home, 'a-file') }] });
});

test('a body is read as it is now, unshortened', async () => {
  const root = temporaryFolder();
  const body = `${'A line of instructions.\n'.repeat(12_000)}The end.`;
  write(root, 'pdf/SKILL.md', skillText('pdf', { body }));
  const { snapshot } = await find([root]);
  const skill = snapshot.skills.get('pdf') as AgentSkill;
  expect(await readBody(skill)).toBe(body);
  write(root, 'pdf/SKILL.md', skillText('pdf', { description: 'Longer than before.', body: 'Now this.' }));
  expect(await readBody(skill)).toBe('Now this.');
  rmSync(join(root, 'pdf'), { recursive: true });
  expect(await readBody(skill)).toMatchObject({ code: 'gone' });
});

test('a skill of the configuration may have a folder with files, and one that is missing there is told', async () => {
  const root = temporaryFolder();
  write(root, 'scripts/count.py', 'print(1)\n');
  const inline = [
    {
      ...{ name: 'count', description: 'Counts.', instructions: 'Run scripts/count.py.' },
      ...{ directory: root, scripts: ['count.py', 'gone.py'], references: [] },
    },
  ];
  const { snapshot } = await find([], { inline });
  expect(snapshot.skills.get('count')).toMatchObject({ directory: root, source: { kind: 'inline' } });
  const [problem] = snapshot.skills.get('count')?.diagnostics ?? [];
  expect(problem).toMatchObject({ code: 'entrypoint_missing', message: expect.stringContaining('scripts/gone.py') });
});
