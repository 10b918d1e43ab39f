import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCatalog } from '../../../src/agent-skills/catalog/catalog.ts';
import { planImage, requirementLines, tagOf } from '../../../src/agent-skills/images/images.ts';
import { contextFiles, dockerfile } from '../../../src/agent-skills/images/operations.ts';
import type { AgentSkill } from '../../../src/agent-skills/skill.ts';
import { skillText, temporaryFolder, write } from '../support.ts';

const OPTIONS = { defaultImage: 'python:3.12-slim', allowUrls: false };

/** The plan of the first of some skills, each given by the rest of its frontmatter and its requirements. */
async function planned(skills: Record<string, { more?: string; requirements?: string }>, options = OPTIONS) {
  const folder = temporaryFolder();
  for (const [name, { more = '' }] of Object.entries(skills)) {
    write(folder, join(name, 'SKILL.md'), skillText(name, { more }));
  }
  const catalog = openCatalog({
    sources: [{ kind: 'configured', directory: folder }],
    inline: [],
    settings: {},
  });
  await catalog.rescan();
  const snapshot = catalog.current();
  const [name = ''] = Object.keys(skills);
  const requirementsOf = async (one: AgentSkill) => skills[one.name]?.requirements;
  return planImage(snapshot, snapshot.skills.get(name) as AgentSkill, requirementsOf, options);
}

const pip = (...names: string[]) => ({ more: `dependencies: ${JSON.stringify(names)}\n` });

test('the recipe and what stands beside it are these', async () => {
  const plan = await planned({
    report: {
      more: 'dependencies: { pip: ["pandas>=2,<3", "matplotlib"], system: [fonts-dejavu-core, "libgl1=1.6.0-1"], skills: [words] }\ndocker_image: python:3.11\n',
      requirements: '# what it draws with\r\nseaborn[stats]==0.13.2 ; python_version > "3.8"\r\n\r\n',
    },
    words: { requirements: `nltk==3.9 \\\n  --hash=sha256:${'a'.repeat(64)}\n` },
  });
  if (!plan) throw new Error('there is no plan');
  expect(plan.problems).toEqual([]);
  const files = contextFiles(plan).map(({ path, content }) => `--- ${path}\n${content}`);
  const text = dockerfile(
    { ...plan, installation: 'ONE' },
    `sha256:${'0'.repeat(64)}`,
    'http://10.0.0.1/simple',
  ).replace(plan.hash, 'HASH');
  await expect(`${text}${files.join('')}`).toMatchFileSnapshot('golden/recipe.txt');
});

test('what names no packages needs no image', async () => {
  expect(await planned({ plain: {} })).toBeUndefined();
  expect(await planned({ plain: { requirements: '# nothing\n\n' } })).toBeUndefined();
  // A name in a list that is a skill is no package.
  expect(await planned({ plain: pip('words'), words: {} })).toBeUndefined();
});

test('a list is packages, but for names of skills, whose packages come along', async () => {
  const plan = await planned({ report: pip('words', 'pandas'), words: pip('nltk') });
  expect(plan).toMatchObject({ pip: ['nltk', 'pandas'], base: 'python:3.12-slim', tag: 'coda-skill-report:latest' });
});

test('under pip stand packages, even where a skill of that name is there', async () => {
  const plan = await planned({ report: { more: 'dependencies: { pip: [requests] }\n' }, requests: pip('evil-words') });
  expect(plan?.pip).toEqual(['requests']);
});

test('the hash changes with what is built from, and with nothing else', async () => {
  const hash = async (...given: Parameters<typeof planned>) => (await planned(...given))?.hash;
  const before = await hash({ report: pip('a', 'b') });
  expect(await hash({ report: pip('b', 'a', 'a') })).toBe(before);
  expect(await hash({ report: pip('a', 'c') })).not.toBe(before);
  expect(await hash({ report: { ...pip('a', 'b'), requirements: 'c' } })).not.toBe(before);
  expect(await hash({ report: pip('a', 'b') }, { ...OPTIONS, defaultImage: 'python:3.13' })).not.toBe(before);
  const one = await hash({ report: { requirements: 'a\n# now\nb\n' } });
  expect(await hash({ report: { requirements: 'a\r\nb' } })).toBe(one);
});

test.each([
  '--index-url=https://evil.example/simple',
  '-r /etc/passwd',
  '-e .',
  '--extra-index-url https://evil.example',
  './local',
  '/etc',
  '../up',
  'a; rm -rf /',
  '$(id)',
  '`id`',
  'a b',
  'a\\nRUN id',
  'a @ file:///etc/passwd',
  'http://example.com/a.whl',
  'a'.repeat(600),
  'é',
  '-',
])('%s is no package', async (name) => {
  const { problems } = (await planned({ report: pip(name) })) ?? {};
  expect(problems).toHaveLength(1);
  const fromFile = await planned({ report: { requirements: `fine\n${name}\n` } });
  expect(fromFile?.problems).toHaveLength(1);
});

test.each(['a', 'A.b_c-d', 'a[x,y]', 'a==1.0', 'a ~= 1.4.2', 'a>=1,<2,!=1.5', 'a (>=1)', 'a; sys_platform == "linux"'])(
  '%s is a package',
  async (name) => {
    expect(await planned({ report: pip(name) })).toMatchObject({ pip: [name], problems: [] });
  },
);

test('a URL is taken only where that is allowed', async () => {
  for (const url of [
    'a @ https://example.com/a.whl',
    'git+https://example.com/a.git@v1',
    'https://example.com/a.whl',
  ]) {
    expect((await planned({ report: pip(url) }))?.problems.join()).toContain('execution.build.allow_urls');
    expect(await planned({ report: pip(url) }, { ...OPTIONS, allowUrls: true })).toMatchObject({ problems: [] });
  }
  const quoted = 'a @ https://example.com/`id`';
  expect((await planned({ report: pip(quoted) }, { ...OPTIONS, allowUrls: true }))?.problems).toHaveLength(1);
});

test.each(['-y', 'curl-', 'Curl', 'a b', 'a;id', '../a', 'a/b', '$HOME'])('%s is no system package', async (name) => {
  const more = `dependencies: { system: ${JSON.stringify([name])} }\n`;
  // A list in YAML splits nothing: what has a space is one name, and a wrong one.
  expect((await planned({ report: { more } }))?.problems).toHaveLength(1);
});

test('names that Docker does not know get one that it does', () => {
  expect(tagOf('pdf.tools_2')).toBe('coda-skill-pdf.tools_2:latest');
  expect(tagOf('größe')).toMatch(/^coda-skill-gr-e-[0-9a-f]{8}:latest$/);
  expect(tagOf('天気')).toMatch(/^coda-skill-[0-9a-f]{8}:latest$/);
  expect(tagOf('größe')).not.toBe(tagOf('grüße'));
});

test('requirements are read as pip reads them', () => {
  expect(requirementLines('\ufeffa # why\n  b\t>= 1 \n#c\nd \\\n --hash=x\ne#f\n')).toEqual([
    'a',
    'b >= 1',
    'd --hash=x',
    'e#f',
  ]);
});
