import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ValidateOptions } from '../../src/agent-skills/catalog/validate.ts';
import { validateSkills } from '../../src/agent-skills/catalog/validate.ts';
import { skillText, temporaryFolder, write } from './support.ts';

/** The problems of the one skill below `root`, as `level code line`. */
async function problems(root: string, options: ValidateOptions = {}): Promise<string[]> {
  const [verdict] = await validateSkills([root], options);
  return (verdict?.problems ?? []).map(({ level, code, line }) => `${level} ${code} ${line ?? ''}`.trim());
}

test('every skill below the folders is judged once, nested ones too', async () => {
  const root = temporaryFolder();
  write(root, 'pdf/SKILL.md', skillText('pdf'));
  write(root, 'pdf/skills/ocr/SKILL.md', skillText('ocr'));
  write(root, 'group/word/SKILL.md', skillText('other-name'));
  const verdicts = await validateSkills([root, join(root, 'pdf'), join(root, 'pdf', 'SKILL.md')]);
  expect(verdicts.map(({ path, name, usable, strict }) => [path, name, usable, strict])).toEqual([
    [join(root, 'group/word'), 'other-name', true, false],
    [join(root, 'pdf'), 'pdf', true, true],
    [join(root, 'pdf/skills/ocr'), 'ocr', true, true],
  ]);
});

test('a path that is not there, or is no skill, is refused', async () => {
  const root = temporaryFolder();
  await expect(validateSkills([join(root, 'nowhere')])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  const file = write(root, 'notes.txt', 'x');
  await expect(validateSkills([file])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('each problem has its place in the file', async () => {
  const root = temporaryFolder();
  const lines = [
    '---',
    'name: Pdf',
    'colour: blue',
    'metadata:',
    '  a: x',
    '  b: 1',
    'description: a: b',
    '---',
    'Do it.',
  ];
  const file = write(root, 'pdf/SKILL.md', lines.join('\n'));
  const [verdict] = await validateSkills([root]);
  expect(verdict?.problems.every((problem) => problem.file === file)).toBe(true);
  expect(await problems(root)).toEqual([
    'warning name_form 2',
    'warning name_mismatch 2',
    'warning extra_key 3',
    'warning metadata_form 6',
    'note yaml_mended 7',
    'warning yaml_invalid 7',
  ]);
});

test('the profile "upsonic" allows no angle brackets in a description', async () => {
  const root = temporaryFolder();
  write(root, 'pdf/SKILL.md', skillText('pdf', { description: 'Fills <name> in.' }));
  expect(await problems(root)).toEqual([]);
  expect(await problems(root, { profile: 'upsonic' })).toEqual(['warning angle_brackets 3']);
  expect(await validateSkills([root], { profile: 'upsonic' })).toMatchObject([{ usable: true, strict: false }]);
});

test('scripts that the instructions name must be there when that is asked for', async () => {
  const root = temporaryFolder();
  const body = [
    'Run `scripts/there.py`, then python {baseDir}/scripts/gone.py --all.',
    'See [it](scripts/sub/gone.sh) and ./scripts/there.py again; scripts/gone.py too.',
    'Not https://example.com/scripts/web.js, not other/scripts/x.py, not scripts/../x.py, not descriptions/a.py.',
  ].join('\n');
  write(root, 'pdf/SKILL.md', skillText('pdf', { body }));
  write(root, 'pdf/scripts/there.py', '');
  expect(await problems(root)).toEqual([]);
  const [verdict] = await validateSkills([root], { checkEntrypoints: true });
  expect(verdict?.problems.map(({ message, line }) => `${line}: ${message}`)).toEqual([
    '5: The instructions name scripts/gone.py, which is not there.',
    '6: The instructions name scripts/sub/gone.sh, which is not there.',
  ]);
  expect(verdict?.usable).toBe(true);
});

test('the profile "upsonic" takes the keys and lists of that format, which the standard does not', async () => {
  const root = temporaryFolder();
  const head = [
    'name: data-analysis',
    'description: Looks into tables and draws them.',
    'version: "1.2.0"',
    'license: MIT',
    'compatibility: Python 3.10 or newer',
    'allowed-tools:\n  - search\n  - run_python',
    'dependencies: [summarization]',
    'metadata:\n  author: ana\n  tags: [tables, charts]\n  tested: true',
  ];
  const file = (lines: readonly string[]) => `---\n${lines.join('\n')}\n---\nLook first.\n`;
  write(root, 'data-analysis/SKILL.md', file(head));
  expect(await validateSkills([root])).toMatchObject([{ strict: false }]);
  expect(await problems(root, { profile: 'upsonic' })).toEqual([]);
  expect(await validateSkills([root], { profile: 'upsonic' })).toMatchObject([{ usable: true, strict: true }]);

  const wrong = [...head.slice(0, 5), 'allowed-tools: search', 'dependencies: summarization', 'colour: blue'];
  write(root, 'data-analysis/SKILL.md', file(wrong));
  expect(await problems(root, { profile: 'upsonic' })).toEqual([
    'warning allowed_tools_form 7',
    'warning dependencies_form 8',
    'warning extra_key 9',
  ]);
});
