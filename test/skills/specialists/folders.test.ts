import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/root.ts';
import { SpecialistCatalog } from '../../../src/skills/specialists/index.ts';
import { agentsFolder, put, type SpecialistFiles, write } from './support.ts';

/** What is read of a folder, beside nothing that ships. */
async function read(
  specialists: Record<string, SpecialistFiles>,
  more: (folder: string) => void = () => {},
  overrides = {},
) {
  const folder = agentsFolder();
  for (const [name, files] of Object.entries(specialists)) put(folder, name, files);
  more(folder);
  const around = { shipped: agentsFolder(), home: '/nowhere', cwd: '/' };
  const catalog = new SpecialistCatalog({ ...around, dirs: [folder], overrides });
  const report = await catalog.rescan();
  const problems = report.diagnostics.map(({ where, message }) => `${where.replace(`${folder}/`, '')}: ${message}`);
  return { catalog, folder, report, problems, found: catalog.current().specialists };
}

describe('the folder of a specialist', () => {
  test('is read whole: soul, tools, budgets, references in order', async () => {
    const { found, problems } = await read({
      cook: {
        soul: 'You cook.\n',
        tools: ['note_save', '', '# reading', '  note_get', 'note_save'],
        config: 'token_budget: 9000\nmax_tool_calls: 3\ndefault_model: light\n',
        files: {
          'references/b.txt': 'second',
          'references/a.md': 'first',
          'references/c.json': '{}',
          'references/d.exe': 'no',
        },
      },
    });
    expect(problems).toEqual([]);
    expect(found.get('cook')).toMatchObject({
      description: 'Does cook.',
      soul: 'You cook.',
      tools: ['note_save', 'note_get'],
      tokenBudget: 9_000,
      maxToolCalls: 3,
      model: 'light',
      references: [
        { name: 'a.md', text: 'first' },
        { name: 'b.txt', text: 'second' },
        { name: 'c.json', text: '{}' },
      ],
    });
  });

  test('has the usual budgets where it, or the configuration, says null', async () => {
    const { found, problems } = await read(
      {
        plain: {},
        none: { config: 'token_budget: null\nmax_tool_calls: ~\n' },
        set: { config: 'max_tool_calls: 3\nsandbox_timeout: 20m\n' },
        long: { config: 'sandbox_timeout: 600\n' },
      },
      undefined,
      { set: { token_budget: 2_000, max_tool_calls: null }, long: { sandbox_timeout: 3_600_000 } },
    );
    expect(problems).toEqual([]);
    const budgets = [...found.values()].map((each) => [
      ...[each.name, each.tokenBudget, each.maxToolCalls, each.sandboxTimeoutMs],
    ]);
    expect(budgets.sort()).toEqual([
      ['long', 50_000, 25, 3_600_000],
      ['none', 50_000, 25, undefined],
      ['plain', 50_000, 25, undefined],
      ['set', 2_000, 25, 1_200_000],
    ]);
  });

  test.each<[string, SpecialistFiles, string]>([
    ['without a soul', { soul: ' ' }, 'bad/soul.md: It is empty.'],
    ['with a soul of 65 kB', { soul: 'x'.repeat(66_000) }, 'at most 65536 are read'],
    ['with a binary soul', { soul: 'a\0b' }, 'bad/soul.md: It is no text in UTF-8.'],
    ['without a description', { files: { 'config.yaml': 'enabled: true' } }, 'bad/config.yaml: description'],
    ['with a key that nobody knows', { config: 'sudo: true' }, 'bad/config.yaml: unknown key "sudo"'],
    ['with a container for two hours', { config: 'sandbox_timeout: 2h' }, 'from 1s to 1h'],
    ['with a budget of words', { config: 'token_budget: lots' }, 'bad/config.yaml:2: token_budget'],
    [
      'with a key twice',
      { config: 'enabled: true\nenabled: true' },
      'bad/config.yaml:3: It is not valid: a key is there twice',
    ],
    ['with broken YAML', { config: 'a: [' }, 'bad/config.yaml'],
    ['with a tool that is no name', { tools: ['rm -rf /'] }, 'Line 3 is no tool\'s name: "rm -rf /"'],
    ['with 201 tools', { tools: Array.from({ length: 201 }, (_, index) => `t${index}`) }, 'at most 200 are read'],
    [
      'with 21 references',
      { files: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`references/${index}.md`, 'x'])) },
      'There are 21; at most 20 are read',
    ],
    [
      'with a reference of 65 kB',
      { files: { 'references/a.md': 'x'.repeat(66_000) } },
      'references/a.md: It has 66000 bytes',
    ],
    [
      'with 300 kB of references',
      { files: Object.fromEntries([1, 2, 3, 4, 5].map((index) => [`references/${index}.md`, 'x'.repeat(60_000)])) },
      'Together they have 300000 bytes',
    ],
  ])('%s is skipped, with a reason, and the others are not', async (_, files, reason) => {
    const { found, problems } = await read({ bad: files, good: {} });
    expect([...found.keys()]).toEqual(['good']);
    expect(problems.join('\n')).toContain(reason);
  });

  test('that leads elsewhere, is open to all or is called wrongly is not used', async () => {
    const secret = agentsFolder();
    write(secret, 'key.md', 'the key');
    put(secret, 'elsewhere', {});
    const { found, problems } = await read(
      { good: {}, soulless: {}, within: {}, open: {}, Bad_Name: {}, main: {}, dirs: {} },
      (folder) => {
        symlinkSync(join(secret, 'elsewhere'), join(folder, 'linked'));
        rmSync(join(folder, 'soulless/soul.md'));
        symlinkSync(join(secret, 'key.md'), join(folder, 'soulless/soul.md'));
        renameSync(join(folder, 'within/soul.md'), join(folder, 'within/other.md'));
        symlinkSync('other.md', join(folder, 'within/soul.md'));
        chmodSync(join(folder, 'open'), 0o777);
        mkdirSync(join(folder, 'good/references'));
        symlinkSync(join(secret, 'key.md'), join(folder, 'good/references/key.md'));
      },
    );
    expect([...found.keys()]).toEqual(['good']);
    expect(found.get('good')?.references).toEqual([]);
    const all = problems.join('\n');
    for (const name of [
      'linked',
      'soulless/soul.md',
      'within/soul.md',
      'open',
      'Bad_Name',
      'main',
      'dirs',
      'good/references/key.md',
    ])
      expect(all).toContain(name);
    expect(all).not.toContain('the key');
  });

  test('is read again on a rescan, and what did not change stays the same value', async () => {
    const { catalog, folder } = await read({ one: {}, two: {}, three: {} });
    const [one, two] = [catalog.current().specialists.get('one'), catalog.current().specialists.get('two')];
    put(folder, 'two', { soul: 'You are another.' });
    put(folder, 'four');
    rmSync(join(folder, 'three'), { recursive: true });
    expect(await catalog.rescan()).toMatchObject({ added: ['four'], changed: ['two'], removed: ['three'], total: 3 });
    expect(catalog.current().specialists.get('one')).toBe(one);
    expect(catalog.current().specialists.get('two')).not.toBe(two);
  });

  test('yields to the configuration', async () => {
    const overrides = {
      one: {
        system_prompt: 'Sing.',
        allowed_tools: ['note_get', 'web_fetch'],
        blocked_tools: ['web_fetch'],
        token_budget: 2_000,
        max_tool_calls: 2,
        default_model: 'm',
        default_provider: 'p',
      },
      two: { enabled: false },
      off: { enabled: true },
      gone: { enabled: true },
    };
    const { found, problems } = await read(
      { one: { tools: ['note_save'] }, two: {}, off: { config: 'enabled: false' } },
      undefined,
      overrides,
    );
    expect([...found.keys()]).toEqual(['off', 'one']);
    expect(found.get('one')).toMatchObject({
      soul: 'Sing.',
      tools: ['note_get'],
      tokenBudget: 2_000,
      maxToolCalls: 2,
      model: 'm',
      provider: 'p',
    });
    expect(problems).toEqual(['specialists.gone: There is no such specialist.']);
  });
});

test('those that ship are read without a complaint, with the budgets that the documentation names', async () => {
  const catalog = new SpecialistCatalog({
    shipped: join(packageRoot(), 'agents'),
    dirs: [],
    home: '/',
    cwd: '/',
    overrides: {},
  });
  expect((await catalog.rescan()).diagnostics).toEqual([]);
  const budgets = [...catalog.current().specialists.values()].map(({ name, tokenBudget, ships }) => [
    name,
    tokenBudget,
    ships,
  ]);
  const tools = catalog.current().specialists.get('research')?.tools ?? [];
  const ofBrowser = ['open', 'navigate', 'get_content', 'interact', 'screenshot', 'close'].map(
    (what) => `browser_${what}`,
  );
  expect(tools).toEqual(expect.arrayContaining([...ofBrowser, 'firecrawl_crawl']));
  expect(budgets).toEqual([
    ['home', 30_000, true],
    ['lab', 100_000, true],
    ['planner', 40_000, true],
    ['research', 80_000, true],
  ]);
});
