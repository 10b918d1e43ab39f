import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleContent } from '../../src/agent-skills/bundle/bundle.ts';
import { installSkill } from '../../src/agent-skills/bundle/install.ts';
import { validateSkills } from '../../src/agent-skills/catalog/validate.ts';
import { allSkills } from '../../src/app/skills.ts';
import { packageRoot } from '../../src/base/root.ts';
import { basics } from '../../src/skills/basics/index.ts';
import { notes } from '../../src/skills/notes/index.ts';
import { reminders } from '../../src/skills/reminders/index.ts';
import { auditFolder } from '../../src/trust/index.ts';
import { embeddersOf } from '../../src/vectors/index.ts';
import { temporaryFolder, write } from './support/folders.ts';

const root = join(packageRoot(), 'agent-skills');
const names = readdirSync(root);
const check = (...args: string[]) =>
  spawnSync('python3', ['-B', join(root, 'skill-creator/scripts/check_skill.py'), ...args], { encoding: 'utf8' });

describe('the skills that coda brings', () => {
  test('are those that are promised, in the standard’s form', async () => {
    expect(names.sort()).toEqual([
      'data-analysis',
      'meeting-notes',
      'skill-creator',
      'travel-plan',
      'web-research',
      'weekly-review',
    ]);
    const verdicts = await validateSkills([root], { checkEntrypoints: true });
    expect(verdicts.map(({ name, strict, problems }) => [name, strict, problems])).toEqual(
      names.map((name) => [name, true, []]),
    );
  });

  test.each(names)('hold nothing against which a scan warns: %s', async (name) => {
    expect(await auditFolder(join(root, name))).toEqual({ findings: [], blocked: false, complete: true });
  });

  test.each(['meeting-notes', 'travel-plan', 'weekly-review'])('name tools that are there: %s', (name) => {
    const text = readFileSync(join(root, name, 'SKILL.md'), 'utf8');
    const deps = {
      work: { wakeAt: () => {} },
      speech: {},
      onClose: () => {},
      config: {},
      people: { household: {} },
      models: { small: { available: false }, embedders: embeddersOf({ kind: 'none' }) },
    } as never;
    const tools = [basics, notes, reminders]
      .flatMap((skill) => skill.tools?.(deps, allSkills([])) ?? [])
      .map((tool) => tool.name);
    const allowed = /^allowed-tools: (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
    expect(tools).toEqual(expect.arrayContaining(allowed));
    const named = [...text.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, tool = '']) => tool);
    expect(allowed).toEqual(expect.arrayContaining(named));
  });
});

describe('the check that the skill creator brings', () => {
  test('agrees with coda on its own skills, and packs a bundle that coda installs', async () => {
    const out = temporaryFolder();
    for (const name of names) {
      expect(check(join(root, name), '--pack', out)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^ok\n/),
      });
      const bundle = join(out, `${name}.skill`);
      const content = bundleContent(readFileSync(bundle), bundle);
      expect(await installSkill(join(out, 'data'), content)).toMatchObject({ name });
    }
    expect(
      readdirSync(join(out, 'data'))
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(names);
  });

  const wrong: [string, string, RegExp][] = [
    ['no head', '# Tidy\n', /must begin with a head/],
    ['another name than the folder', '---\nname: other\ndescription: Use it.\n---\nDo.\n', /:2: The name is "other"/],
    ['capitals', '---\nname: Tidy\ndescription: Use it.\n---\nDo.\n', /:2: The name must be/],
    ['no description', '---\nname: tidy\n---\nDo.\n', /description is missing/],
    ['a colon without quotes', '---\nname: tidy\ndescription: Use when: now\n---\nDo.\n', /:3: Put quotation marks/],
    ['an unknown key', '---\nname: tidy\ndescription: Use it.\nversion: 1\n---\nDo.\n', /:4: The standard has no key/],
    [
      'a number in metadata',
      '---\nname: tidy\ndescription: Use it.\nmetadata:\n  version: 1.0\n---\nDo.\n',
      /:5: Values below/,
    ],
    ['no instructions', '---\nname: tidy\ndescription: Use it.\n---\n', /no instructions/],
    [
      'a file that is not there',
      '---\nname: tidy\ndescription: Use it.\n---\nSee references/a.md.\n',
      /a\.md is named/,
    ],
  ];
  test.each(wrong)('finds %s', (_, text, problem) => {
    const folder = join(temporaryFolder(), 'tidy');
    write(folder, { 'SKILL.md': text });
    expect(check(folder)).toMatchObject({ status: 1, stdout: expect.stringMatching(problem) });
  });

  test('leaves the folder as it was', () => {
    const folder = join(temporaryFolder(), 'skill-creator');
    cpSync(join(root, 'skill-creator'), folder, { recursive: true });
    const list = () => execFileSync('find', ['.', '-type', 'f'], { cwd: folder, encoding: 'utf8' });
    const before = list();
    check(folder);
    expect(list()).toBe(before);
  });
});
