import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { skillText, write } from '../agent-skills/support.ts';
import { command } from '../support/command-lines.ts';
import { Jsonl, migratedDataDir } from '../support/jsonl.ts';

/** A person's home folder, and commands that they type. */
async function somebody() {
  const home = mkdtempSync(join(tmpdir(), 'coda-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const dataDir = await migratedDataDir();
  const coda = async (...args: string[]) => {
    return command([...args, '--data', dataDir], { env: { HOME: home } });
  };
  return { home, dataDir, coda };
}

test('skills are listed with where they come from, and those that cannot be used with why', async () => {
  const { home, coda } = await somebody();
  write(home, '.coda/skills/pdf/SKILL.md', skillText('pdf', { more: 'name_de: PDF-Werkzeuge\nallowed-tools: Read\n' }));
  write(home, '.agent-skills/pdf/SKILL.md', skillText('pdf', { description: 'Wins.', body: 'Do it well.' }));
  write(home, '.agent-skills/empty/SKILL.md', '');
  const listed = await coda('skills');
  expect(listed.stdout).toMatch(/^pdf +configured +Wins\.$/m);
  expect(listed.stdout).toMatch(/^pdf +personal +shadowed: hidden by the one in .*\.agent-skills\/pdf$/m);
  expect(listed.stdout).toMatch(/^empty +configured +invalid: There are no instructions in it\.$/m);
  const { stdout } = await coda('skills', 'list', '--json');
  const own = JSON.parse(stdout).filter(({ source }: { source: string }) => source !== 'shipped');
  expect(own).toMatchObject([
    {
      name: 'pdf',
      localised_name: 'pdf',
      description: 'Wins.',
      directory: join(home, '.agent-skills/pdf'),
      source: 'configured',
      state: 'active',
      user_invocable: true,
      model_invocation_allowed: true,
      fork_agent: false,
      model: null,
      allowed_tools: null,
      forbidden_tools: [],
      argument_hint: null,
      content_length: 11,
      warnings: [],
    },
    { name: 'pdf', source: 'personal', state: 'shadowed', allowed_tools: ['Read'] },
    { name: 'empty', state: 'invalid', usable: false, reason: 'There are no instructions in it.' },
  ]);
});

test('one skill is shown with all it says; a name that is none gets a hint', async () => {
  const { home, coda } = await somebody();
  write(home, '.coda/skills/pdf/SKILL.md', skillText('pdf', { more: 'colour: blue\nsecrets: [API_KEY]\n' }));
  const { stdout } = await coda('skills', 'show', 'pdf', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ name: 'pdf', other: { colour: 'blue' }, secrets: [{ name: 'API_KEY' }] });
  expect((await coda('skills', 'show', 'pdf')).stdout).toMatch(/^description +Does pdf\.$/m);
  const more = 'allowed-tools: Bash(git:*) note_save\nforbidden_tools: [WebFetch]\n';
  write(home, '.coda/skills/git/SKILL.md', skillText('git', { more }));
  expect(JSON.parse((await coda('skills', 'show', 'git', '--json')).stdout)).toMatchObject({
    allowed_tools: ['Bash(git:*)', 'note_save'],
    forbidden_tools: ['WebFetch'],
    reason: null,
    tool_aliases: { 'Bash(git:*)': 'running code', WebFetch: 'reading web pages' },
  });
  write(home, '.coda/skills/papers/SKILL.md', skillText('papers', { more: 'agent: [researcher, coder]\n' }));
  expect((await coda('skills', 'list')).stdout).toMatch(
    /^papers +personal +only for researcher and coder: Does papers\.$/m,
  );
  expect(await coda('skills', 'show', 'pfd')).toMatchObject({ code: 64, stderr: expect.stringContaining('pdf?') });
});

test('validating ends with 0 when all can be used, and with --strict when all are in the standard form', async () => {
  const { home, coda } = await somebody();
  write(home, 'skills/pdf/SKILL.md', skillText('pdf'));
  const folder = join(home, 'skills');
  expect(await coda('skills', 'validate', '--strict', folder)).toMatchObject({ code: 0 });
  write(home, 'skills/word/SKILL.md', skillText('word', { more: 'version: 1.0.0\n' }));
  expect(await coda('skills', 'validate', folder)).toMatchObject({ code: 0 });
  const { code, stdout } = await coda('skills', 'validate', '--strict', '--json', folder);
  expect(code).toBe(65);
  expect(JSON.parse(stdout)).toEqual([
    { path: join(folder, 'pdf'), name: 'pdf', usable: true, strict: true, problems: [] },
    {
      path: join(folder, 'word'),
      name: 'word',
      usable: true,
      strict: false,
      problems: [
        {
          code: 'extra_key',
          level: 'warning',
          message: '"version" is no key of the standard; other keys belong under metadata.',
          file: join(folder, 'word', 'SKILL.md'),
          line: 4,
        },
      ],
    },
  ]);
  write(home, 'skills/empty/SKILL.md', '');
  const judged = JSON.parse((await coda('skills', 'validate', '--json', join(folder, 'empty'))).stdout);
  expect(judged[0].problems[0]).toEqual({
    code: 'no_content',
    level: 'error',
    message: 'There are no instructions in it.',
    file: join(folder, 'empty', 'SKILL.md'),
    line: 1,
  });
  expect(await coda('skills', 'validate', folder)).toMatchObject({ code: 65 });
  expect(await coda('skills', 'validate', join(home, 'none'))).toMatchObject({ code: 65 });
});

test('a skill is set aside and taken up again, without a daemon and beside one', async () => {
  const { home, dataDir, coda } = await somebody();
  write(home, '.coda/skills/pdf/SKILL.md', skillText('pdf'));
  write(home, '.coda/skills/word/SKILL.md', skillText('word'));
  expect(await coda('skills', 'deprecate', 'pdd', '--reason', 'old')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('There is no skill pdd.'),
  });
  expect(await coda('skills', 'deprecate', 'pdf', '--reason', 'old', '--replacement', 'word')).toMatchObject({
    code: 0,
  });
  expect((await coda('skills')).stdout).toMatch(/^pdf +personal +deprecated: old \(use word\)$/m);
  await using _chat = await Jsonl.start({ dataDir, env: { HOME: home } });
  expect((await coda('skills')).stdout).toContain('deprecated: old');
  expect(await coda('skills', 'undeprecate', 'pdf')).toMatchObject({ code: 0 });
  expect(await coda('skills', 'undeprecate', 'pdf')).toMatchObject({ code: 64 });
  expect((await coda('skills')).stdout).not.toContain('deprecated');
});

test('a running coda reads what changed when it is told to', async () => {
  const { home, dataDir, coda } = await somebody();
  write(home, '.coda/skills/pdf/SKILL.md', skillText('pdf'));
  expect((await coda('skills', 'rescan')).stdout).toMatch(/No coda is running here.*\nadded: .*\bpdf\b/);
  await using _chat = await Jsonl.start({ dataDir, env: { HOME: home } });
  write(home, '.coda/skills/word/SKILL.md', skillText('word'));
  write(home, '.coda/skills/empty/SKILL.md', '');
  const { stdout } = await coda('skills', 'rescan', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    added: ['word'],
    changed: [],
    removed: [],
    shadowed: [],
    invalid: [{ name: 'empty', reason: 'There are no instructions in it.' }],
    total: 8, // six of them shipped
  });
});

test('the cases of a skill are played, and what is not as it should be is told', async () => {
  const { home, coda } = await somebody();
  const description = 'Rotates the pages of PDF files.';
  write(home, '.coda/skills/pdf/SKILL.md', skillText('pdf', { description, body: 'Rotate $ARGUMENTS.' }));
  write(home, '.coda/skills/word/SKILL.md', skillText('word', { description: 'Writes letters.' }));
  expect((await coda('skills', 'test', 'pdf')).stdout).toBe('pdf has no cases in tests/*.json.\n');
  const cases = [
    { name: 'a page', prompt: 'please rotate the pages of this pdf' },
    { name: 'a letter', prompt: 'write a letter to Ana', found: false },
    { name: 'arguments', args: 'a.pdf 3', contains: 'Rotate a.pdf 3.', lacks: ['$ARGUMENTS'] },
  ];
  write(home, '.coda/skills/pdf/tests/cases.json', JSON.stringify({ cases }));
  expect(await coda('skills', 'test', 'pdf')).toMatchObject({
    code: 0,
    stdout: '✓ a page\n✓ a letter\n✓ arguments\n3 cases passed, 0 failed.\n',
  });
  write(home, '.coda/skills/pdf/tests/more.json', JSON.stringify([{ prompt: 'tea', contains: ['tea'] }]));
  write(home, '.coda/skills/pdf/tests/other.json', '{"not": "cases"}');
  const { code, stdout } = await coda('skills', 'test', 'pdf');
  expect(code).toBe(65);
  expect(stdout).toContain('✗ tea: it is not found; it does not say "tea"\n');
  expect(stdout).toContain('tests/other.json: it holds no cases');
});
